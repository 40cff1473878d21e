//! A recording, written again: in our own format, or as a trace of the malloc lab.
//!
//! Blocks are named by their slots, so ids are small and used again. A `.rep` tells no alignment and knows
//! no zeroed blocks.

use super::survey::Survey;
use super::trace::{Error, Operation, Recording};
use crate::io::Writer;
use crate::sys::{Descriptor, Errno};

/// What is collected before it is written, in bytes: as of standard output, whose code serves here too.
const BUFFER_BYTES: usize = 8192;

/// In which format a recording is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SavedAs {
    /// Our own.
    Text,
    /// The malloc lab's.
    Rep,
}

impl SavedAs {
    /// The format that a file of this name has: `.rep`, or else our own.
    pub fn by_name(path: &[u8]) -> SavedAs {
        match path.ends_with(b".rep") {
            true => SavedAs::Rep,
            false => SavedAs::Text,
        }
    }
}

/// Why a recording could not be written again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SaveError {
    /// It cannot be read.
    Input(Error),
    /// It cannot be written.
    Output(Errno),
}

/// Writes all operations to an open descriptor.
///
/// # Errors
/// [`SaveError`]; some of it may be written then.
pub fn save(
    recording: &mut Recording<'_>,
    survey: &Survey,
    format: SavedAs,
    descriptor: Descriptor,
) -> Result<(), SaveError> {
    let mut out = Writer::<BUFFER_BYTES>::to(descriptor);
    if format == SavedAs::Rep {
        let heap_bytes = survey.live_bytes_peak;
        for number in [heap_bytes, survey.blocks_peak, survey.operations, 1] {
            line(&mut out, b"", &[number]).map_err(SaveError::Output)?;
        }
    }
    let mut pass = recording.pass().map_err(SaveError::Input)?;
    while let Some(operation) = pass.read().map_err(SaveError::Input)? {
        write_operation(&mut out, operation, format).map_err(SaveError::Output)?;
    }
    out.finish().map_err(SaveError::Output)
}

fn write_operation(
    out: &mut Writer<BUFFER_BYTES>,
    operation: Operation,
    format: SavedAs,
) -> Result<(), Errno> {
    match operation {
        Operation::Free { slot } => line(out, b"f ", &[u64::from(slot)]),
        Operation::Reallocate { slot, size } => line(out, b"r ", &[u64::from(slot), size as u64]),
        Operation::Allocate {
            slot,
            layout,
            zeroed,
        } => {
            let numbers = [u64::from(slot), layout.size() as u64, layout.align() as u64];
            match (format, zeroed) {
                (SavedAs::Rep, _) => line(out, b"a ", &numbers[..2]),
                (SavedAs::Text, true) => line(out, b"z ", &numbers),
                (SavedAs::Text, false) => line(out, b"a ", &numbers),
            }
        }
    }
}

/// A letter, numbers with a space between them, and a newline.
fn line(out: &mut Writer<BUFFER_BYTES>, letter: &[u8], numbers: &[u64]) -> Result<(), Errno> {
    out.write_all(letter)?;
    for (index, number) in numbers.iter().enumerate() {
        if index > 0 {
            out.write_all(b" ")?;
        }
        out.write_decimal(*number)?;
    }
    out.write_all(b"\n")
}
