//! Instructions an operation, counted by valgrind's cachegrind: exact, and the same on every machine.
//!
//! A workload is run with n and with 2n operations; (I(2n) - I(n)) / n is what one operation costs, without
//! start-up and filling. The harness's own share is that of the do-nothing heap and is subtracted in the
//! tables.

use crate::cell::{self, COUNTED_SECONDS};
use crate::peers::Heap;
use crate::results::Results;
use crate::workloads::{Task, Workload};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The workloads that are counted, and n.
pub const COUNTED: [(&str, u64); 4] = [
    ("a", 20_000),
    ("b", 40_960),
    ("c", 40_000),
    ("e10k", 50_000),
];

/// Counts every heap on every counted workload.
///
/// # Errors
/// If valgrind cannot be started.
pub fn run(heaps: &[(Heap, PathBuf)], results: &mut Results) -> io::Result<()> {
    for (name, operations) in COUNTED {
        for (heap, program) in heaps {
            let key = (heap.name.clone(), name.to_string());
            match count(program, &heap.name, name, operations) {
                Ok(count) => drop(results.instructions.insert(key, count)),
                Err(reason) => eprintln!("{} on {name}, counted: {reason}", heap.name),
            }
        }
    }
    Ok(())
}

/// Instructions an operation of one cell, the harness included.
///
/// # Errors
/// Why there is no count.
pub fn count(program: &Path, heap: &str, name: &str, operations: u64) -> Result<f64, String> {
    let workload = Workload::named(name).ok_or("no such workload")?;
    let task = |operations| Task {
        workload: workload.clone(),
        operations,
        file: None,
    };
    // Both at once: other programs do not change a count.
    let once = start(program, heap, &task(operations))?;
    let twice = start(program, heap, &task(operations * 2))?;
    let (once, twice) = (instructions_of(once)?, instructions_of(twice)?);
    Ok((twice as f64 - once as f64) / operations as f64)
}

/// Starts a cell under cachegrind.
fn start(program: &Path, heap: &str, task: &Task) -> Result<Child, String> {
    let child = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no"])
        .arg("--cachegrind-out-file=/dev/null")
        .arg(program)
        .args(cell::arguments(heap, task, COUNTED_SECONDS))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    child.map_err(|error| format!("valgrind: {error}"))
}

/// What cachegrind counted: its line `I   refs:      1,234`.
fn instructions_of(child: Child) -> Result<u64, String> {
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    cell::outcome(&output)?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("I   refs:"));
    let number = line.and_then(|line| line.rsplit(' ').next());
    let digits: String = number.unwrap_or("").split(',').collect();
    digits
        .parse()
        .map_err(|_| "cachegrind counted nothing".to_string())
}
