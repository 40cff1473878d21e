//! Threads without libc: `examples/threads.rs`, run, under strace, and with calls refused.

use crate::programs::built;
use crate::run::{Outcome, run};
use crate::share::profiles;
use crate::strace::{Strace, Traced};
use crate::tool::tool;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The threads that the example starts when nothing else is asked.
const THREADS: usize = 8;

const SOURCE: &str = include_str!("../../examples/threads.rs");

/// The example, by each profile.
static EXAMPLES: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let built = |profile: &&str| built(profile, &["--example", "threads"]).join("examples/threads");
    profiles().iter().map(built).collect()
});

/// The released one.
fn released() -> &'static Path {
    EXAMPLES.last().expect("release is built in each run")
}

/// Runs the example as each profile made it.
fn ran(arguments: &[&str]) -> Vec<Outcome> {
    let examples = EXAMPLES.iter();
    examples
        .map(|example| run(Command::new(example).args(arguments)))
        .collect()
}

/// What the released example does and says when nothing disturbs it.
fn undisturbed(arguments: &[&str]) -> Outcome {
    run(Command::new(released()).args(arguments))
}

/// Runs the released example under strace, with all its threads.
fn traced(options: &[&str]) -> Option<Traced> {
    let options = [&["-f"], options].concat();
    Some(Strace::new(&options, released(), &[])?.run(b""))
}

/// How often each call was made, by whichever thread.
fn counts(traced: &Traced) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for name in traced.names() {
        *counts.entry(name).or_insert(0) += 1;
    }
    counts
}

#[test]
fn threads_return_results_and_leave_nothing_behind() {
    let cases: [(&[&str], &str); 5] = [
        (&[], "2262 primes below 20000, the largest one is 19997\n"),
        (&["come-and-go"], "sum 499500, 0 mappings more\n"),
        (&["alone"], "200 results dropped, nothing left\n"),
        (&["values"], "7 9 0\n5 0\n3 2\n"),
        (&["heap"], "2262 primes\n0 blocks, 0 bytes\n"),
    ];
    for (arguments, expected) in cases {
        for said in ran(arguments) {
            assert_eq!(
                (said.code, &*said.stdout, &*said.stderr),
                (0, expected, ""),
                "{arguments:?}"
            );
        }
    }
}

#[test]
fn a_panic_in_a_thread_ends_the_program_with_its_report() {
    let before = SOURCE.split("assert!(is_prime").next().expect("it asserts");
    let line = before.lines().count();
    let column = before.lines().last().expect("a line").len() + 1;
    for said in ran(&["panic"]) {
        assert_eq!((said.code, &*said.stdout), (101, ""), "{said:?}");
        let mut lines = said.stderr.lines();
        let place = format!("panicked at examples/threads.rs:{line}:{column}:");
        assert_eq!(lines.next(), Some(&*place));
        assert_eq!(lines.next(), Some("as the test wants"));
        assert!(lines.clone().count() >= 2, "{said:?}");
        assert!(lines.all(|line| line.contains(": 0x")), "{said:?}");
    }
}

#[test]
fn of_two_panics_at_the_same_time_the_first_is_reported_whole() {
    for said in ran(&["panics"]) {
        assert_eq!((said.code, &*said.stdout), (101, ""), "{said:?}");
        let mut lines = said.stderr.lines();
        assert!(
            lines
                .next()
                .is_some_and(|line| line.starts_with("panicked at "))
        );
        assert_eq!(lines.next(), Some("the first and whole one"));
        assert!(lines.clone().count() >= 2, "{said:?}");
        assert!(lines.all(|line| line.contains(": 0x")), "{said:?}");
    }
}

#[test]
fn a_thread_that_takes_its_stack_along_gets_no_signal() {
    let options = ["-f", "-e", "inject=set_tid_address:signal=SIGTERM"];
    let Some(strace) = Strace::new(&options, released(), &["alone"]) else {
        return;
    };
    let traced = strace.run(b"");
    // Every other one of 200.
    assert_eq!(counts(&traced)["set_tid_address"], 100);
    assert_eq!(traced.outcome, undisturbed(&["alone"]));
}

#[test]
fn a_fault_in_a_thread_is_told_in_one_line_before_the_signal() {
    let cases = [
        ("overflow", "fatal: stack overflow at 0x"),
        ("null", "fatal: segmentation fault at 0x8, instruction 0x"),
    ];
    for (argument, line) in cases {
        for said in ran(&[argument]) {
            assert_eq!((said.code, &*said.stdout), (139, ""), "{said:?}");
            assert!(said.stderr.starts_with(line), "{said:?}");
            assert_eq!(said.stderr.lines().count(), 1, "{said:?}");
        }
    }
}

#[test]
fn a_thread_takes_the_calls_that_are_listed() {
    let Some(traced) = traced(&[]) else {
        return;
    };
    assert_eq!(traced.outcome.code, 0, "{:?}", traced.outcome);
    let mut counts = counts(&traced);
    // Whoever waits asks the kernel as often as it takes.
    counts.remove("futex");
    let expected = [
        ("arch_prctl", 2),
        // With the handler of the first thread, and the question how large it is.
        ("rt_sigaction", 1),
        ("sigaltstack", 2 + THREADS),
        ("mmap", THREADS),
        ("mprotect", THREADS),
        ("clone", THREADS),
        ("munmap", THREADS),
        ("exit", THREADS),
        ("write", 1),
        ("exit_group", 1),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn whatever_the_kernel_refuses_is_an_error() {
    let cases = [
        ("mmap", "ENOMEM", 4, "cannot allocate memory"),
        ("mprotect", "ENOMEM", 4, "cannot allocate memory"),
        ("clone", "EAGAIN", 1, "resource temporarily unavailable"),
    ];
    for (call, errno, code, sentence) in cases {
        for nth in 1..=THREADS {
            let inject = format!("inject={call}:error={errno}:when={nth}");
            let Some(traced) = traced(&["-e", &inject]) else {
                return;
            };
            assert_eq!(traced.injected(), 1, "{inject}");
            let said = &traced.outcome;
            assert_eq!((said.code, &*said.stdout), (code, ""), "{inject}");
            assert_eq!(said.stderr, format!("error: {sentence}\n"), "{inject}");
            let begun = counts(&traced).get("clone").copied().unwrap_or(0);
            assert_eq!(begun - usize::from(call == "clone"), nth - 1, "{inject}");
        }
    }
}

#[test]
fn a_heap_for_each_thread_survives_every_refused_mapping() {
    let undisturbed = undisturbed(&["heap"]);
    let mut of_heaps = 0;
    for nth in 1.. {
        let inject = format!("inject=mmap:error=ENOMEM:when={nth}");
        let options = ["-f", "-e", "trace=mmap", "-e", &inject];
        let Some(strace) = Strace::new(&options, released(), &["heap"]) else {
            return;
        };
        let traced = strace.run(b"");
        if traced.injected() == 0 {
            assert!(nth > 2 * THREADS, "only {nth} mappings were refused");
            break;
        }
        if traced.outcome != undisturbed {
            let said = &traced.outcome;
            assert_eq!(
                (said.code, &*said.stderr),
                (4, "error: cannot allocate memory\n")
            );
        }
        // A stack is mapped so that nobody may touch it.
        let refused = |call: &&String| call.contains("(INJECTED)") && !call.contains("PROT_NONE");
        of_heaps += traced.calls.iter().filter(refused).count();
    }
    assert!(of_heaps > 0, "only stacks were refused");
}

#[test]
fn without_its_register_no_thread_begins() {
    for nth in 1..=2 {
        let inject = format!("inject=arch_prctl:error=EPERM:when={nth}");
        let Some(traced) = traced(&["-e", &inject]) else {
            return;
        };
        assert_eq!(traced.injected(), 1);
        let said = &traced.outcome;
        assert_eq!(
            (said.code, &*said.stderr),
            (1, "error: operation not permitted\n")
        );
        assert!(!counts(&traced).contains_key("clone"));
    }
}

#[test]
fn pages_that_the_kernel_does_not_take_back_change_no_answer() {
    let Some(traced) = traced(&["-e", "inject=munmap:error=ENOMEM"]) else {
        return;
    };
    assert_eq!(traced.injected(), THREADS);
    assert_eq!(traced.outcome, undisturbed(&[]));
    assert_eq!(counts(&traced)["madvise"], THREADS);
}

#[test]
fn a_limit_of_memory_is_an_error() {
    let Some(prlimit) = tool("prlimit") else {
        return;
    };
    let mut command = Command::new(prlimit);
    let said = run(command.arg("--data=5000000").arg(released()));
    assert_eq!(
        (said.code, &*said.stderr),
        (4, "error: cannot allocate memory\n")
    );
}
