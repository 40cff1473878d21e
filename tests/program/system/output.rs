//! Standard output is slow, full, closed, or read by nobody.

use super::runs::{LINES, PROGRAM, assert_one_line, runs, undisturbed};
use crate::run::{Outcome, outcome, run};
use crate::strace::{Strace, Traced};
use crate::tool::tool;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// A run whose writes are disturbed.
fn disturbed(how: &str, arguments: &[&str]) -> Option<Traced> {
    let inject = format!("inject=write:{how}");
    Some(
        Strace::new(
            &["-e", "trace=write,poll", "-e", &inject],
            &PROGRAM,
            arguments,
        )?
        .run(b""),
    )
}

/// The arguments that make `sort` write many times.
fn sort() -> [&'static str; 2] {
    [
        "sort",
        LINES.to_str().expect("the target folder has a plain name"),
    ]
}

/// Runs a line of shell in which `$0` is the program.
fn shell(line: &str) -> Outcome {
    run(
        Command::new(tool("sh").expect("sh is part of every system"))
            .arg("-c")
            .arg(line)
            .arg(&*PROGRAM),
    )
}

#[test]
fn an_interrupted_write_loses_and_doubles_nothing() {
    for arguments in runs() {
        let expected = undisturbed(&arguments);
        for how in ["error=EINTR:when=1..3", "error=EINTR:when=1+2"] {
            let Some(traced) = disturbed(how, &arguments) else {
                return;
            };
            assert!(traced.injected() > 0);
            if arguments[0] == "tour" {
                // It counts its own calls, and there are more of them.
                assert_eq!(traced.outcome.code, 0, "{how}");
                continue;
            }
            assert_eq!(traced.outcome, expected, "{arguments:?} {how}");
        }
    }
}

#[test]
fn a_short_write_is_continued_where_it_ended() {
    for arguments in runs() {
        let expected = undisturbed(&arguments).stdout;
        for n in 1.. {
            // strace swallows the bytes that it says were written.
            let Some(traced) = disturbed(&format!("retval=3:when={n}"), &arguments) else {
                return;
            };
            if traced.injected() == 0 {
                assert!(n > 1, "{arguments:?} writes nothing");
                break;
            }
            let written = |call: &String| call.rsplit_once("= ")?.1.parse::<usize>().ok();
            let before: usize = traced.calls[..n].iter().filter_map(written).sum();
            let rest = expected[..before].to_owned() + &expected[before + 3..];
            assert_eq!(traced.outcome.code, 0, "{arguments:?} {n}");
            assert!(
                traced.outcome.stdout == rest,
                "{arguments:?} {n}, byte {before}"
            );
        }
    }
}

#[test]
fn a_failed_write_is_one_line_whichever_it_is() {
    let errors = [
        ("EIO", "input/output error"),
        ("ENOSPC", "no space left on device"),
    ];
    for arguments in runs() {
        let expected = undisturbed(&arguments).stdout;
        for (error, sentence) in errors {
            let mut n = 1;
            loop {
                let Some(traced) = disturbed(&format!("error={error}:when={n}"), &arguments) else {
                    return;
                };
                if traced.injected() == 0 {
                    break;
                }
                let outcome = &traced.outcome;
                assert_eq!(outcome.code, 1, "{arguments:?} {error} {n}: {outcome:?}");
                assert_one_line(outcome, &format!("write error: {sentence}"));
                assert!(
                    expected.starts_with(&outcome.stdout),
                    "{arguments:?} {error} {n}"
                );
                n += 1;
            }
            assert!(n > 1, "{arguments:?} writes nothing");
        }
    }
}

#[test]
fn a_write_of_nothing_is_an_error_and_no_loop() {
    let Some(traced) = disturbed("retval=0:when=1", &sort()) else {
        return;
    };
    assert_eq!((traced.outcome.code, traced.injected()), (1, 1));
    assert_one_line(&traced.outcome, "write error: input/output error");
}

#[test]
fn a_message_that_cannot_be_written_changes_no_status() {
    let Some(traced) = disturbed("error=EIO:when=1+", &["tour"]) else {
        return;
    };
    assert_eq!((traced.outcome.code, traced.injected()), (1, 2));
    assert_eq!(shell("\"$0\" frobnicate 2>/dev/full").code, 2);
    assert_eq!(shell("\"$0\" >&- 2>&-").code, 1);
}

#[test]
fn standard_output_may_be_full_closed_or_not_for_writing() {
    let cases = [
        (">/dev/full", "no space left on device"),
        (">&-", "bad file descriptor"),
        ("1</dev/null", "bad file descriptor"),
    ];
    for arguments in runs() {
        for (redirection, sentence) in cases {
            let outcome = shell(&format!("\"$0\" {} {redirection}", arguments.join(" ")));
            assert_eq!(outcome.code, 1, "{arguments:?} {redirection}: {outcome:?}");
            assert_one_line(&outcome, &format!("write error: {sentence}"));
        }
    }
}

/// Runs a command into a pipe whose reader is gone before it starts.
fn without_reader(command: &mut Command) -> Outcome {
    let (reader, writer) = std::io::pipe().expect("there are pipes");
    drop(reader);
    command
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    outcome(child, b"")
}

#[test]
fn without_a_reader_the_program_ends_silently() {
    for arguments in runs() {
        let outcome = without_reader(Command::new(&*PROGRAM).args(&arguments));
        assert_eq!((outcome.code, &*outcome.stderr), (141, ""), "{arguments:?}");
        // With the signal ignored, the same status comes from the error.
        let mut ignoring = Command::new(tool("sh").expect("sh is part of every system"));
        ignoring
            .args(["-c", "trap '' PIPE; exec \"$0\" \"$@\""])
            .arg(&*PROGRAM)
            .args(&arguments);
        let outcome = without_reader(&mut ignoring);
        assert_eq!((outcome.code, &*outcome.stderr), (141, ""), "{arguments:?}");
    }
}

#[test]
fn a_full_pipe_that_does_not_block_is_waited_for() {
    // Many small lines: more than a socket holds.
    let lines: String = (100_000..200_000)
        .map(|number| format!("{number}\n"))
        .collect();
    let input = super::runs::file("many-lines", lines.as_bytes());
    let input = input.to_str().expect("the target folder has a plain name");
    let Some(mut strace) = Strace::new(&["-e", "trace=write,poll"], &PROGRAM, &["sort", input])
    else {
        return;
    };
    let (mut reader, writer) = UnixStream::pair().expect("there are sockets");
    writer
        .set_nonblocking(true)
        .expect("a socket can be told not to block");
    strace.command.stdout(OwnedFd::from(writer));
    let drained = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        let mut text = String::new();
        reader
            .read_to_string(&mut text)
            .expect("a socket can be read");
        text
    });
    let traced = strace.run(b"");
    assert_eq!(traced.outcome.code, 0, "{}", traced.outcome.stderr);
    assert!(drained.join().expect("the reader ends") == lines);
    assert!(
        traced.calls.iter().any(|call| call.contains("EAGAIN")),
        "it was never full"
    );
    assert!(traced.names().any(|name| name == "poll"));
}

#[test]
fn a_limit_of_the_file_size_is_the_kernels_signal_or_an_error() {
    let Some(prlimit) = tool("prlimit") else {
        return;
    };
    let limited = |command: &mut Command| {
        let path = super::runs::file("limited", b"");
        let file = File::create(path).expect("the folder is ours");
        command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(Stdio::piped());
        let child = command
            .arg("--fsize=4")
            .arg(&*PROGRAM)
            .spawn()
            .expect("prlimit starts");
        outcome(child, b"")
    };
    assert_eq!(limited(&mut Command::new(&prlimit)).code, 153);
    let mut ignoring = Command::new(tool("sh").expect("sh is part of every system"));
    let outcome = limited(
        ignoring
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(&prlimit),
    );
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert_one_line(&outcome, "write error: file too large");
}
