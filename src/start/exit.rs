//! How a program ends: what `main` may return, and what each of it means to whoever called the program.

use crate::io::Stderr;
use crate::sys::{self, Errno};
use core::fmt::{Display, Write};

/// The status that a process leaves: 0 says that all went well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExitCode(pub u8);

impl ExitCode {
    /// Done.
    pub const SUCCESS: ExitCode = ExitCode(0);
    /// The answer is no, or bytes could not be read or written.
    pub const FAILURE: ExitCode = ExitCode(1);
    /// The command line makes no sense.
    pub const USAGE: ExitCode = ExitCode(2);
    /// The input makes no sense; the message names the file and the line.
    pub const MALFORMED: ExitCode = ExitCode(3);
    /// No memory.
    pub const OUT_OF_MEMORY: ExitCode = ExitCode(4);
    /// A panic, as in every Rust program.
    pub const PANIC: ExitCode = ExitCode(101);
    /// What a shell shows of a program that a memory fault ended.
    pub const MEMORY_FAULT: ExitCode = ExitCode(139);
    /// Nobody reads the output any more: what a shell shows of a program that SIGPIPE ended.
    pub const READER_GONE: ExitCode = ExitCode(141);
}

/// An error that `main` may return: it is shown as one line on standard error, and ends the program with
/// its exit code.
pub trait Failure: Display {
    /// The status to end with; 1 unless a type says otherwise.
    fn exit_code(&self) -> ExitCode {
        ExitCode::FAILURE
    }
}

impl Failure for Errno {
    fn exit_code(&self) -> ExitCode {
        match *self {
            Errno::EPIPE => ExitCode::READER_GONE,
            Errno::ENOMEM => ExitCode::OUT_OF_MEMORY,
            _ => ExitCode::FAILURE,
        }
    }
}

/// What `main` may return: nothing, an [`ExitCode`], a `Result` of such with a [`Failure`], or never.
pub trait Termination {
    /// Says on standard error what is to be said, and gives the status.
    fn report(self) -> ExitCode;
}

impl Termination for () {
    fn report(self) -> ExitCode {
        ExitCode::SUCCESS
    }
}

impl Termination for ExitCode {
    fn report(self) -> ExitCode {
        self
    }
}

impl<T: Termination, E: Failure> Termination for Result<T, E> {
    fn report(self) -> ExitCode {
        match self {
            Ok(value) => value.report(),
            Err(failure) => {
                let code = failure.exit_code();
                if code != ExitCode::READER_GONE {
                    // Nothing is left to do where standard error cannot be written either.
                    let _ = writeln!(Stderr::line(), "error: {failure}");
                }
                code
            }
        }
    }
}

/// Ends the process, all its threads, at once: nothing is flushed, no destructor runs.
pub fn exit(code: ExitCode) -> ! {
    sys::exit_group(i32::from(code.0))
}
