//! The kernel has no memory, or will not take it back.

use super::runs::{PROGRAM, assert_one_line, runs, undisturbed};
use crate::run::{Outcome, run};
use crate::share::is_whole;
use crate::strace::{Strace, Traced};
use crate::tool::tool;
use std::fs::File;
use std::process::Command;

fn injected(call: &str, how: &str, arguments: &[&str]) -> Option<Traced> {
    let trace = format!("trace={call}");
    let inject = format!("inject={call}:{how}");
    Some(Strace::new(&["-e", &trace, "-e", &inject], &PROGRAM, arguments)?.run(b""))
}

/// Asserts that a program that got less memory than it asked for either did without, or said so and ended.
fn assert_graceful(arguments: &[&str], expected: &Outcome, outcome: &Outcome, how: &str) {
    let told = || format!("{arguments:?} {how}: {outcome:?}");
    let lines = |text: &str| text.lines().count();
    match (outcome.code, arguments[0]) {
        (4, _) => assert_one_line(outcome, "out of memory"),
        (0, _) if outcome == expected => {}
        // The heap has asked again for less, and the tour tells what came of it; or a heap did not come to
        // the end of the recording, and its row says so.
        (0, "tour" | "replay") => {
            assert_eq!(
                lines(&outcome.stdout),
                lines(&expected.stdout),
                "{}",
                told()
            );
            assert_eq!(outcome.stderr, "", "{}", told());
        }
        _ => panic!("{}", told()),
    }
}

/// Refuses the n-th mapping for every n, until a run makes fewer. A share of the tests leaves out more and more of
/// many.
fn refuse_each_mapping(how: impl Fn(usize) -> String) {
    for arguments in runs() {
        let expected = undisturbed(&arguments);
        let next = |n: &usize| Some(n + 1 + if is_whole() { 0 } else { n / 16 });
        for n in std::iter::successors(Some(1), next) {
            let Some(traced) = injected("mmap", &how(n), &arguments) else {
                return;
            };
            if traced.injected() == 0 {
                assert!(n > 2, "{arguments:?}: only {n} mappings were refused");
                break;
            }
            assert_graceful(&arguments, &expected, &traced.outcome, &how(n));
        }
    }
}

#[test]
fn the_nth_mapping_may_fail_once() {
    refuse_each_mapping(|n| format!("error=ENOMEM:when={n}"));
}

#[test]
fn the_nth_mapping_and_all_behind_it_may_fail() {
    refuse_each_mapping(|n| format!("error=ENOMEM:when={n}+"));
}

#[test]
fn every_refusal_of_the_first_mappings_is_one() {
    for arguments in runs() {
        let expected = undisturbed(&arguments);
        for how in [
            "error=EPERM",
            "error=EAGAIN",
            "error=EINVAL",
            "retval=0",
            "retval=4095",
        ] {
            let Some(traced) = injected("mmap", how, &arguments) else {
                return;
            };
            assert!(traced.injected() > 0, "{arguments:?}");
            assert_eq!(traced.outcome.code, 4, "{arguments:?} {how}");
            assert_graceful(&arguments, &expected, &traced.outcome, how);
        }
    }
}

#[test]
fn memory_that_the_kernel_does_not_take_back_changes_no_answer() {
    let mut refused = 0;
    for (call, how) in [
        ("munmap", "error=ENOMEM"),
        ("munmap", "error=EINVAL"),
        ("mremap", "error=ENOMEM"),
        ("madvise", "error=EINVAL"),
    ] {
        for arguments in runs() {
            let expected = undisturbed(&arguments);
            let Some(traced) = injected(call, how, &arguments) else {
                return;
            };
            refused += traced.injected();
            if arguments[0] == "tour" || arguments[0] == "replay" {
                // What they tell of the kernel's memory is then another truth.
                assert_graceful(&arguments, &expected, &traced.outcome, how);
            } else {
                assert_eq!(traced.outcome, expected, "{call} {how}");
            }
        }
    }
    assert!(refused > 10, "only {refused} calls were refused");
}

#[test]
fn any_limit_of_memory_is_survived() {
    let Some(prlimit) = tool("prlimit") else {
        return;
    };
    let mut ends = [0usize; 2];
    for arguments in runs() {
        let expected = undisturbed(&arguments);
        for step in 0..40u64 {
            // From 64 KiB to 16 MiB, each a seventh of a doubling further.
            let limit = 65536.0 * 2f64.powf(step as f64 * 8.0 / 39.0);
            let limit = format!("--data={}", limit as u64);
            let outcome = run(Command::new(&prlimit)
                .arg(&limit)
                .arg(&*PROGRAM)
                .args(&arguments));
            assert_graceful(&arguments, &expected, &outcome, &limit);
            ends[usize::from(outcome == expected)] += 1;
        }
    }
    assert!(
        ends[0] > 5 && ends[1] > 5,
        "no limit was felt, or each: {ends:?}"
    );
}

#[test]
fn without_memory_and_without_a_listener_the_status_still_tells() {
    for arguments in runs() {
        let trace = ["-e", "trace=mmap", "-e", "inject=mmap:error=ENOMEM"];
        let Some(mut strace) = Strace::new(&trace, &PROGRAM, &arguments) else {
            return;
        };
        let full = File::options().write(true).open("/dev/full");
        strace.command.stderr(full.expect("there is a full disk"));
        let traced = strace.run(b"");
        assert!(traced.injected() > 0, "{arguments:?}");
        assert_eq!(traced.outcome.code, 4, "{arguments:?}");
    }
}
