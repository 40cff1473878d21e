//! What passes between the program and the kernel: the calls that it makes, and what becomes of it when one
//! of them is refused. By strace, which injects the refusals.

mod input;
mod memory;
mod output;
mod process;
mod runs;

use crate::strace::Strace;
use runs::{PROGRAM, runs};
use std::collections::BTreeMap;

/// All that any command may ask of the kernel.
const CALLS: &[&str] = &["sigaltstack", "rt_sigaction", "write", "exit_group"];
/// Those that hold memory.
const MEMORY: &[&str] = &["mmap", "munmap", "mremap", "madvise"];
/// Those that read a file.
const FILES: &[&str] = &["openat", "read", "lseek", "close"];

#[test]
fn each_command_makes_only_calls_that_are_listed() {
    // How much memory the machine has, and whether standard error is a terminal that wants to see progress.
    let also: &[(&str, &[&str])] = &[("replay", &["sysinfo", "ioctl"])];
    for arguments in runs() {
        let Some(strace) = Strace::new(&[], &PROGRAM, &arguments) else {
            return;
        };
        let traced = strace.run(b"");
        let name = arguments[0];
        let reads = matches!(name, "sort" | "replay");
        let listed = |call: &str| {
            CALLS.contains(&call)
                || MEMORY.contains(&call)
                || reads && FILES.contains(&call)
                || also
                    .iter()
                    .any(|(command, calls)| *command == name && calls.contains(&call))
        };
        let odd: Vec<&str> = traced.names().filter(|call| !listed(call)).collect();
        assert!(odd.is_empty(), "{name}: {odd:?}");
        assert!(traced.names().count() > 4, "{name}: {:?}", traced.calls);
    }
}

#[test]
fn version_and_help_map_nothing() {
    for argument in ["--version", "--help"] {
        let Some(strace) = Strace::new(&[], &PROGRAM, &[argument]) else {
            return;
        };
        let traced = strace.run(b"");
        let names: Vec<&str> = traced.names().collect();
        assert_eq!(
            names,
            ["sigaltstack", "rt_sigaction", "write", "exit_group"],
            "{argument}"
        );
    }
}

/// The calls that the tour says it made.
fn claimed(stdout: &str) -> BTreeMap<&str, usize> {
    let claims = stdout
        .lines()
        .find_map(|line| line.strip_prefix("system calls: "));
    let claims = claims.expect("the tour counts its calls").split(", ");
    let pairs = claims.map(|claim| claim.split_once(' ').expect("NAME COUNT"));
    pairs
        .map(|(name, count)| (name, count.parse().expect("a count")))
        .collect()
}

#[test]
fn the_tour_made_the_calls_that_it_says() {
    // In the second run the heap has to ask again for less. It counts what the kernel gave.
    for options in [&[][..], &["-e", "inject=mmap:error=ENOMEM:when=1"]] {
        let Some(strace) = Strace::new(options, &PROGRAM, &[]) else {
            return;
        };
        let traced = strace.run(b"");
        assert_eq!(traced.outcome.code, 0, "{:?}", traced.outcome);
        assert_eq!(traced.injected() > 0, !options.is_empty());
        let mut seen = BTreeMap::new();
        for name in traced.names() {
            *seen.entry(name).or_insert(0) += 1;
        }
        *seen.get_mut("mmap").expect("it maps memory") -= traced.injected();
        assert_eq!(claimed(&traced.outcome.stdout), seen, "{options:?}");
    }
}
