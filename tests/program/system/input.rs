//! Standard input is closed, a directory, slow, endless, or no text at all.

use super::runs::{LINES, PROGRAM, TRACE, assert_one_line, file, undisturbed};
use crate::given::given;
use crate::run::{Outcome, outcome, run};
use crate::strace::Strace;
use crate::tool::tool;
use std::fs::{self, File};
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The commands that read, each with a file that it takes.
fn readers() -> [(&'static str, &'static str); 2] {
    let path = |file: &'static std::path::PathBuf| file.to_str().expect("a plain name");
    [("replay", path(&TRACE)), ("sort", path(&LINES))]
}

/// Feeds bytes through a pipe.
fn fed(arguments: &[&str], input: &[u8]) -> Outcome {
    given(Command::new(&*PROGRAM).args(arguments), input)
}

fn with_stdin(arguments: &[&str], stdin: File) -> Outcome {
    let mut command = Command::new(&*PROGRAM);
    command
        .args(arguments)
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    outcome(command.spawn().expect("the program starts"), b"")
}

#[test]
fn standard_input_may_be_closed_or_a_directory() {
    for (name, _) in readers() {
        let mut shell = Command::new(tool("sh").expect("sh is part of every system"));
        let closed = run(shell
            .args(["-c", "exec \"$0\" \"$1\" - <&-"])
            .arg(&*PROGRAM)
            .arg(name));
        assert_eq!((closed.code, &*closed.stdout), (1, ""), "{name}");
        assert_one_line(&closed, "-: read error: bad file descriptor");
        let folder = File::open("/").expect("there is a root");
        let outcome = with_stdin(&[name, "-"], folder);
        assert_eq!((outcome.code, &*outcome.stdout), (1, ""), "{name}");
        assert_one_line(&outcome, "-: read error: is a directory");
    }
}

#[test]
fn nothing_at_all_is_input_too() {
    for (name, _) in readers() {
        let outcome = with_stdin(
            &[name, "-"],
            File::open("/dev/null").expect("there is nothing"),
        );
        assert_eq!((outcome.code, &*outcome.stderr), (0, ""), "{name}");
    }
}

#[test]
fn interrupted_reads_are_made_again_and_failed_ones_are_told() {
    for (name, path) in readers() {
        let expected = undisturbed(&[name, path]);
        let read = |how: &str| {
            let inject = format!("inject=read:{how}");
            Some(
                Strace::new(
                    &["-e", "trace=read", "-e", &inject],
                    &PROGRAM,
                    &[name, path],
                )?
                .run(b""),
            )
        };
        let Some(interrupted) = read("error=EINTR:when=1..3") else {
            return;
        };
        assert_eq!(
            (interrupted.outcome, interrupted.calls.len() > 3),
            (expected, true),
            "{name}"
        );
        for n in 1.. {
            let failed = read(&format!("error=EIO:when={n}")).expect("strace was there");
            if failed.injected() == 0 {
                assert!(n > 1, "{name} reads nothing");
                break;
            }
            assert_eq!(
                (failed.outcome.code, &*failed.outcome.stdout),
                (1, ""),
                "{name} {n}"
            );
            assert_one_line(&failed.outcome, "read error: input/output error");
        }
    }
}

#[test]
fn a_pipe_that_gives_a_byte_at_a_time_changes_nothing() {
    for (name, path) in readers() {
        let text = fs::read(path).expect("the file was written");
        let few = &text[..text.len().min(400)];
        let few = &few[..few
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1)];
        let at_once = fed(&[name, "-"], few);
        let (reader, mut writer) = std::io::pipe().expect("there are pipes");
        let mut command = Command::new(&*PROGRAM);
        command
            .args([name, "-"])
            .stdin(reader)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().expect("the program starts");
        drop(command);
        let bytes = few.to_vec();
        let writing = thread::spawn(move || {
            for byte in bytes {
                writer.write_all(&[byte]).expect("the program reads");
                thread::sleep(Duration::from_micros(100));
            }
        });
        assert_eq!(outcome(child, b""), at_once, "{name}");
        writing.join().expect("all was read");
    }
}

#[test]
fn what_is_no_recording_is_refused_at_once_with_its_line() {
    let endless = vec![b'y'; 1 << 20];
    let zeros = vec![0; 1 << 20];
    let sparse = file("sparse", b"");
    let long = File::options()
        .write(true)
        .open(&sparse)
        .expect("the folder is ours");
    long.set_len(10 << 30)
        .expect("a file may have a hole of 10 GiB");
    let begin = Instant::now();
    let outcomes = [
        fed(&["replay", "-"], &endless),
        fed(&["replay", "-"], &zeros),
        fed(&["replay", "-"], b"\xef\xbb\xbfa 1 24 8\n"),
        fed(&["replay", "-"], b"a 1 24 8\nf 1\xff\n"),
        with_stdin(
            &["replay", "-"],
            File::open("/dev/zero").expect("there are zeros"),
        ),
        run(Command::new(&*PROGRAM).arg("replay").arg(&sparse)),
    ];
    fs::remove_file(&sparse).expect("the folder is ours");
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
    let lines = [1, 1, 1, 2, 1, 1];
    for (outcome, line) in outcomes.iter().zip(lines) {
        assert_eq!((outcome.code, &*outcome.stdout), (3, ""), "{outcome:?}");
        assert_one_line(outcome, &format!(":{line}: "));
    }
}

#[test]
fn bytes_without_sense_never_end_by_a_signal() {
    // A generator of Lehmer's kind: the same bytes in each run.
    let mut state = 42u64;
    let mut next = move || {
        state = state * 48271 % 0x7fff_ffff;
        (state >> 8) as u8
    };
    for length in [1usize, 2, 3, 10, 100, 1000, 5000, 100_000].repeat(4) {
        // Among the letters that an operation may have, so that some lines make sense.
        let letters = b"azrf 0123456789\n+-@<>=x\xff\0";
        let bytes: Vec<u8> = (0..length)
            .map(|_| letters[usize::from(next()) % letters.len()])
            .collect();
        let outcome = fed(&["replay", "-"], &bytes);
        assert!(matches!(outcome.code, 0 | 3), "{outcome:?} for {bytes:?}");
        let sorted = fed(&["sort", "-"], &bytes);
        assert_eq!(sorted.code, 0, "{sorted:?} for {bytes:?}");
    }
}
