//! One process: this program, called by itself, runs one workload on one heap and prints one line.
//!
//! A process of its own for each (heap, workload): resident memory is then that of one heap, and no run
//! finds the caches of another heap's thread. A process that takes too long is ended by its own alarm.

use crate::block::EXIT_NO_MEMORY;
use crate::peers::{heaps, is_guest};
use crate::results::Sample;
use crate::workloads::{Task, Workload};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

/// Seconds of a core after which a cell is given up: no heap that is fit for its workload needs half of that.
const SECONDS: u64 = 4;
/// The same with a million live blocks: snmalloc takes six to free them all.
const SECONDS_MANY: u64 = 10;
/// The same for a guest.
const SECONDS_GUEST: u64 = 2;
/// The same for the check of contents, which takes no time.
const SECONDS_CHECK: u64 = 1;
/// Seconds on the wall, in case a cell sleeps.
const SECONDS_ON_THE_WALL: u32 = 120;
/// Address space with write access that a cell may have: the fixed regions are 6 GiB.
const CELL_BYTES: u64 = 9 << 30;
/// Seconds for a cell under valgrind, which is some fifty times slower.
pub const COUNTED_SECONDS: u64 = 60;

/// The words of the command line that make this process run `task` on `heap`.
pub fn arguments(heap: &str, task: &Task, seconds: u64) -> Vec<String> {
    let file = task.file.as_deref().unwrap_or(Path::new("-"));
    vec![
        "cell".to_string(),
        heap.to_string(),
        task.workload.name.to_string(),
        task.operations.to_string(),
        seconds.to_string(),
        file.display().to_string(),
    ]
}

/// The other end of `arguments`: runs the cell in this process.
pub fn main(words: &[String]) -> ExitCode {
    let [heap, workload, operations, seconds, file] = words else {
        eprintln!("cell: HEAP WORKLOAD OPERATIONS SECONDS FILE");
        return ExitCode::from(2);
    };
    let (Ok(operations), Ok(seconds)) = (operations.parse(), seconds.parse()) else {
        eprintln!("cell: OPERATIONS and SECONDS are numbers");
        return ExitCode::from(2);
    };
    bound(seconds, heap);
    let task = Task {
        workload: workload_named(workload),
        operations,
        file: (file != "-").then(|| PathBuf::from(file)),
    };
    let all = heaps();
    let found = all.iter().find(|candidate| candidate.name == *heap);
    match found.and_then(|heap| heap.run(&task)) {
        Some(probe) => {
            probe.print();
            // Without the peers' own functions for the end of a program: rpmalloc's does not stand a thread
            // that ends at the same time.
            // SAFETY: _exit(2) does not return, and nothing is left to write: contract of `print`.
            unsafe { libc::_exit(0) }
        }
        None => {
            eprintln!("cell: {heap} does not run {workload}");
            ExitCode::from(2)
        }
    }
}

/// The synthetic workload of that name, the check, else a recording.
fn workload_named(name: &str) -> Workload {
    let check = Task::check().workload;
    if name == check.name {
        return check;
    }
    Workload::named(name).unwrap_or_else(|| Workload::recording(name))
}

/// Bounds the time and the address space of this process. snmalloc takes more addresses than that when it
/// begins, and touches few of them.
fn bound(seconds: u64, heap: &str) {
    // SAFETY: alarm(2) touches no memory, by its contract of one number.
    unsafe { libc::alarm(SECONDS_ON_THE_WALL) };
    limit(libc::RLIMIT_CPU, seconds);
    if heap != "snmalloc" {
        limit(libc::RLIMIT_DATA, CELL_BYTES);
    }
}

/// Sets a limit of the kernel for this process.
fn limit(resource: libc::__rlimit_resource_t, most: u64) {
    let limit = libc::rlimit {
        rlim_cur: most,
        rlim_max: most,
    };
    // SAFETY: the pointer comes from a local that setrlimit(2) reads.
    unsafe { libc::setrlimit(resource, &raw const limit) };
}

/// Runs a cell in a process of its own.
///
/// # Errors
/// Why there is no result, in a few words.
pub fn run(program: &Path, heap: &str, task: &Task) -> Result<Sample, String> {
    let mut command = Command::new(program);
    let seconds = match task.workload.name {
        "check" => SECONDS_CHECK,
        _ if is_guest(heap) => SECONDS_GUEST,
        "e1m" => SECONDS_MANY,
        _ => SECONDS,
    };
    command.args(arguments(heap, task, seconds));
    let output = command.output().map_err(|error| error.to_string())?;
    outcome(&output)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().rfind(|line| line.starts_with("cell "));
    let value = |key: &str| {
        let fields = line?.split(' ');
        let found = fields.filter_map(|field| field.split_once('='));
        found
            .into_iter()
            .find(|(name, _)| *name == key)?
            .1
            .parse()
            .ok()
    };
    Ok(Sample {
        repetition: 0,
        ns: value("ns").ok_or("no answer")?,
        cold: value("cold").unwrap_or(0.0),
        peak_kib: value("peak_kib").ok_or("no answer")?,
        left_kib: value("left_kib").ok_or("no answer")?,
    })
}

/// Why a process ended, if not well.
///
/// # Errors
/// The reason, as the report prints it.
pub fn outcome(output: &Output) -> Result<(), String> {
    match (output.status.code(), output.status.signal()) {
        (Some(0), _) => Ok(()),
        (Some(EXIT_NO_MEMORY), _) => Err("out of memory".to_string()),
        // SIGKILL is how the kernel ends a process at the hard limit of its time.
        (_, Some(libc::SIGALRM | libc::SIGXCPU | libc::SIGKILL)) => Err("too slow".to_string()),
        (_, Some(signal)) => Err(format!("signal {signal}")),
        (code, _) => Err(format!("exit code {}", code.unwrap_or(-1))),
    }
}
