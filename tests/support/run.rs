//! Runs a program and tells how it ended and what it said.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A program that runs longer hangs.
const PATIENCE: Duration = Duration::from_secs(100);

/// How a program ended and what it said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// As a shell shows it: 128 + the signal that ended the program.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command without input.
pub(crate) fn run(command: &mut Command) -> Outcome {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    outcome(
        command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}")),
        b"",
    )
}

/// Feeds `input` to a child, as far as it reads it, and waits for its end. What it writes to a pipe is
/// collected.
pub(crate) fn outcome(mut child: Child, input: &[u8]) -> Outcome {
    let stdin = child.stdin.take();
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    thread::scope(|scope| {
        scope.spawn(|| {
            // A child that ends early reads no more.
            let _ = stdin.map(|mut pipe| pipe.write_all(input));
        });
        let stdout = scope.spawn(|| text(stdout));
        let stderr = scope.spawn(|| text(stderr));
        let status = wait(&mut child);
        Outcome {
            code: status,
            stdout: stdout.join().expect("the pipe was read"),
            stderr: stderr.join().expect("the pipe was read"),
        }
    })
}

/// All that comes out of a pipe; what is no UTF-8 is replaced.
fn text(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes).expect("a pipe can be read");
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Waits for the end of a child, with patience, not without end.
fn wait(child: &mut Child) -> i32 {
    let begin = Instant::now();
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            let signal = status.signal().map(|number| 128 + number);
            return status.code().or(signal).expect("it exited or was ended");
        }
        if begin.elapsed() > PATIENCE {
            child.kill().expect("a child can be ended");
            panic!("still running after {PATIENCE:?}");
        }
        thread::sleep(pause);
        // A quarter longer each time, so that what is waited for too long is a quarter at most.
        pause = (pause * 5 / 4).min(Duration::from_millis(20));
    }
}
