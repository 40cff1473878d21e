//! Arguments, environment, stack and address space are other than usual.

use super::runs::{PROGRAM, assert_one_line, runs, undisturbed};
use crate::run::run;
use crate::strace::Strace;
use crate::tool::tool;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

#[test]
fn the_environment_may_be_empty_or_a_mebibyte() {
    for arguments in runs() {
        let expected = undisturbed(&arguments);
        let empty = run(Command::new(&*PROGRAM).args(&arguments).env_clear());
        assert_eq!(empty, expected, "{arguments:?}");
        let long = "x".repeat(100_000);
        let names: Vec<String> = (0..10).map(|number| format!("LONG_{number}")).collect();
        let large = run(Command::new(&*PROGRAM)
            .args(&arguments)
            .envs(names.iter().map(|name| (name, &long))));
        assert_eq!(large, expected, "{arguments:?}");
    }
}

#[test]
fn the_name_of_the_program_may_be_empty() {
    let unnamed = run(Command::new(&*PROGRAM).arg0(""));
    assert_eq!(unnamed, undisturbed(&["tour"]));
}

#[test]
fn arguments_may_be_many_long_and_no_text() {
    let many = run(Command::new(&*PROGRAM).args(std::iter::repeat_n("x", 200_000)));
    assert_eq!(many.code, 2);
    assert_one_line(&many, "unknown command 'x'");
    let long = run(Command::new(&*PROGRAM).arg("y".repeat(131_000)));
    assert_eq!((long.code, long.stderr.len()), (2, 512));
    assert_one_line(&long, "unknown command 'yyyy");
    let odd = run(Command::new(&*PROGRAM).arg(OsStr::from_bytes(b"a\nb\x1b\xff")));
    assert_eq!(odd.code, 2);
    assert_one_line(&odd, r"'a\nb\x1b\xff'");
}

#[test]
fn the_answer_does_not_depend_on_the_layout_of_the_address_space() {
    let Some(setarch) = tool("setarch") else {
        return;
    };
    for arguments in runs() {
        let expected = undisturbed(&arguments);
        for layout in ["--addr-no-randomize", "--addr-compat-layout"] {
            let mut command = Command::new(&setarch);
            let outcome = run(command.arg(layout).arg(&*PROGRAM).args(&arguments));
            let lines = |text: &str| text.lines().count();
            if arguments[0] == "tour" && layout == "--addr-compat-layout" {
                // Addresses grow there, so regions touch at their other ends, and the tour tells it.
                assert_eq!(
                    (outcome.code, lines(&outcome.stdout)),
                    (0, lines(&expected.stdout))
                );
            } else {
                assert_eq!(outcome, expected, "{arguments:?} {layout}");
            }
        }
    }
}

#[test]
fn a_small_stack_is_enough() {
    let Some(prlimit) = tool("prlimit") else {
        return;
    };
    for arguments in runs() {
        let mut command = Command::new(&prlimit);
        command.arg("--stack=131072").arg(&*PROGRAM);
        let outcome = run(command.args(&arguments));
        assert!(
            outcome == undisturbed(&arguments),
            "{arguments:?}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn a_kernel_that_refuses_the_fault_handler_changes_no_answer() {
    for arguments in runs() {
        let options = [
            "-e",
            "trace=sigaltstack,rt_sigaction",
            "-e",
            "inject=sigaltstack,rt_sigaction:error=EPERM",
        ];
        let Some(strace) = Strace::new(&options, &PROGRAM, &arguments) else {
            return;
        };
        let traced = strace.run(b"");
        assert_eq!(traced.injected(), 2, "{arguments:?}");
        assert_eq!(traced.outcome, undisturbed(&arguments));
    }
}
