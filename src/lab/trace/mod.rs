//! Recordings: what a program asked of its memory, read from the formats that there are.
//!
//! ```text
//! bytes -> lines -> a format -> names -> Operation
//! ```
//!
//! A format turns a line into at most two operations. Blocks are named as the recording likes it (numbers,
//! addresses); what comes out are *slots*, small numbers without gaps, so whoever follows keeps a table.
//! Operations make sense when they come out: a block is freed once, a live block is not made again, a size
//! is at least 1, a layout is possible. Where a log may begin in mid-life (those with addresses), what it
//! cannot know is left out and counted in [`Notes`].
//!
//! A recording is made by [`Recorded`], around a heap, or with a [`Recorder`] by who sees the calls otherwise.
//!
//! To add a format: its file, and its row in [`FORMATS`].

mod addresses;
mod calls;
mod graves;
mod lines;
mod ltrace;
mod malformed;
mod mtrace;
mod names;
mod packed;
mod parser;
mod recorded;
mod recorder;
mod recording;
mod rep;
mod text;
mod valgrind;

#[cfg(test)]
pub(crate) mod tests;

pub use lines::{LINE_BYTES_MAX, LINES_MAX};
pub use malformed::{Malformed, Place, Shape, What};
pub use recorded::Recorded;
pub use recorder::{ENTRY_BYTES_MAX, Moving, Recorder, Sink, layout_of_malloc};
pub use recording::{Pass, Recording};

use crate::io::Escaped;
use crate::memory::Layout;
use crate::start::{ExitCode, Failure};
use crate::sys::Errno;
use core::fmt;
use parser::State;

/// One call of a program to its allocator.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// malloc, memalign or calloc: a block comes to life in a slot that is free.
    Allocate {
        /// Whether its bytes must be zero.
        zeroed: bool,
        /// Where the block is kept.
        slot: u32,
        /// Its size, at least 1, and alignment.
        layout: Layout,
    },
    /// realloc of a live block.
    Reallocate {
        /// Where the block is kept.
        slot: u32,
        /// Its new size, at least 1.
        size: usize,
    },
    /// free of a live block; its slot is free from now on.
    Free {
        /// Where the block is kept.
        slot: u32,
    },
}

/// What a log could not say, and was left out.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Notes {
    /// Blocks freed or reallocated that were made before the log began.
    pub early_blocks: u64,
    /// Blocks made where one was live: its end is missing in the log, and was put in.
    pub missing_frees: u64,
    /// Whether more than one thread wrote the log.
    pub threads: bool,
}

/// A format of recordings.
pub struct Format {
    /// What it is called.
    pub name: &'static str,
    /// Whether it tells the addresses that the program's own malloc gave.
    pub has_addresses: bool,
    /// Whether a line, the first that is not empty and no comment, is one of this format.
    detect: fn(&[u8]) -> bool,
    /// Turns a line into operations.
    parse: Parse,
    /// Looks at what is left at the end.
    finish: fn(&State) -> Result<(), What>,
}

/// The first operation of a line; a second one is left in the state.
type Parse = fn(&mut State, &[u8]) -> Result<Option<Operation>, What>;

/// Every format. What none of them knows is taken for the last one, our own.
pub const FORMATS: &[Format] = &[
    Format {
        name: "mtrace",
        has_addresses: true,
        detect: mtrace::detect,
        parse: mtrace::parse,
        finish: accept,
    },
    Format {
        name: "valgrind",
        has_addresses: false,
        detect: valgrind::detect,
        parse: valgrind::parse,
        finish: accept,
    },
    Format {
        name: "ltrace",
        has_addresses: true,
        detect: ltrace::detect,
        parse: ltrace::parse,
        finish: accept,
    },
    Format {
        name: "rep",
        has_addresses: false,
        detect: rep::detect,
        parse: rep::parse,
        finish: rep::finish,
    },
    Format {
        name: "text",
        has_addresses: false,
        detect: |_| true,
        parse: text::parse,
        finish: accept,
    },
];

/// A format without anything to check at the end.
fn accept(_: &State) -> Result<(), What> {
    Ok(())
}

/// Why a recording could not be read to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// The input cannot be read.
    Read(Errno),
    /// A line makes no sense.
    Malformed(Malformed),
    /// The input was another one when it was read again.
    Changed,
    /// No memory for the lab's own tables.
    OutOfMemory,
}

/// An error and the name of the input that it is about.
#[derive(Clone, Copy, Debug)]
pub struct Failed<'n> {
    /// The name of the input as it was given; `-` is standard input.
    pub input: &'n [u8],
    /// What happened.
    pub error: Error,
}

impl fmt::Display for Failed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input = Escaped(self.input);
        match self.error {
            Error::Read(error) => write!(f, "{input}: read error: {error}"),
            Error::Malformed(malformed) => write!(f, "{input}:{}: {malformed}", malformed.line),
            Error::Changed => write!(f, "{input}: changed while it was read"),
            Error::OutOfMemory => f.write_str("out of memory"),
        }
    }
}

impl Failure for Failed<'_> {
    fn exit_code(&self) -> ExitCode {
        match self.error {
            Error::Read(error) => error.exit_code(),
            Error::Malformed(_) => ExitCode::MALFORMED,
            Error::Changed => ExitCode::FAILURE,
            Error::OutOfMemory => ExitCode::OUT_OF_MEMORY,
        }
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Format({})", self.name)
    }
}
