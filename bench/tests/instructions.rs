//! The fast path of our heaps has a bound in instructions, counted by cachegrind: the same on every machine.
//!
//! A pair (allocation and free) costs (I(2n) - I(n)) / n, minus the same of the heap that does nothing.

#[path = "../../tests/support/tool.rs"]
mod tool;

use std::path::{Path, PathBuf};
use std::process::Command;
use tool::tool;

const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// This package as it measures, without the peers, in a folder of its own.
fn program() -> PathBuf {
    let target = Path::new(PACKAGE).join("target/without-peers");
    let cargo = std::env::var("CARGO").unwrap_or("cargo".to_string());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--no-default-features"])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(PACKAGE)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "no program");
    target.join("release/nostd-alloc-bench")
}

/// What cachegrind counts for a cell of `operations`.
fn counted(program: &Path, heap: &str, workload: &str, operations: u64) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no"])
        .arg("--cachegrind-out-file=/dev/null")
        .arg(program)
        .args(["cell", heap, workload, &operations.to_string(), "60", "-"])
        .output()
        .expect("valgrind starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{heap} on {workload}: {text}");
    let line = text.lines().find(|line| line.contains("I   refs:"));
    let number = line
        .and_then(|line| line.rsplit(' ').next())
        .expect("a count");
    let digits: String = number.split(',').collect();
    digits.parse().expect("a number")
}

/// Instructions of a pair, the harness included.
fn pair(program: &Path, heap: &str, workload: &str) -> f64 {
    const PAIRS: u64 = 40_960;
    let once = counted(program, heap, workload, PAIRS);
    let twice = counted(program, heap, workload, PAIRS * 2);
    (twice - once) as f64 / PAIRS as f64
}

#[test]
fn a_pair_stays_within_its_instructions() {
    if tool("valgrind").is_none() {
        return;
    }
    let program = program();
    // A constant layout of 64 bytes, sizes from 8 to 1024 at random, and churn of 8 to 4096.
    for (workload, bounds) in [
        (
            "a",
            [("ours", 38.0), ("spans", 32.0), ("spans-unchecked", 14.0)],
        ),
        (
            "b",
            [("ours", 56.0), ("spans", 47.0), ("spans-unchecked", 23.0)],
        ),
        (
            "e10k",
            [("ours", 76.0), ("spans", 71.0), ("spans-unchecked", 49.0)],
        ),
    ] {
        let harness = pair(&program, "nothing", workload);
        for (heap, most) in bounds {
            let own = pair(&program, heap, workload) - harness;
            println!("{heap} on {workload}: {own:.1} instructions a pair");
            assert!(own > 4.0, "{heap} on {workload}: {own} is no work at all");
            assert!(own <= most, "{heap} on {workload}: {own} > {most}");
        }
    }
}
