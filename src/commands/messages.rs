//! One line on standard error, and the exit code that goes with it.

use super::PROGRAM;
use crate::io::{Escaped, Stderr, Writer};
use crate::start::{ExitCode, Failure};
use crate::sys::Errno;
use core::fmt::{Arguments, Write};

/// An exit code whose reason stands on standard error already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said(pub ExitCode);

/// Says `nostd-alloc: error: WHAT`, as one line by one write.
pub fn say(code: ExitCode, what: Arguments<'_>) -> Said {
    // A line cannot fail, and what standard error does with it is nobody's to hear.
    let _ = writeln!(Stderr::line(), "{PROGRAM}: error: {what}");
    Said(code)
}

/// Says that output failed; nothing if the reader went away.
pub fn write_error(error: Errno) -> Said {
    match error {
        Errno::EPIPE => Said(ExitCode::READER_GONE),
        _ => say(ExitCode::FAILURE, format_args!("write error: {error}")),
    }
}

/// Says that an input could not be opened or read.
pub fn read_error(file: &[u8], error: Errno) -> Said {
    let file = Escaped(file);
    let code = if error == Errno::ENOMEM {
        error.exit_code()
    } else {
        ExitCode::FAILURE
    };
    say(code, format_args!("{file}: read error: {error}"))
}

/// Writes what is still in `out`, and ends with `code` if that went well.
///
/// # Errors
/// If it did not, now or earlier.
pub fn finish<const BYTES: usize>(out: Writer<BYTES>, code: ExitCode) -> Result<ExitCode, Said> {
    out.finish().map_err(write_error)?;
    Ok(code)
}
