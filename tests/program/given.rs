//! A program with bytes on its standard input, through a pipe.

use crate::run::{Outcome, outcome};
use std::process::{Command, Stdio};

/// Runs a command that is given `input`, and tells how it ended.
pub(crate) fn given(command: &mut Command, input: &[u8]) -> Outcome {
    let pipes = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    outcome(pipes.spawn().expect("the program starts"), input)
}
