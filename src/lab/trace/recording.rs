//! A recording that can be gone through more than once.
//!
//! An input that can be rewound is read again by each pass. Of any other (a pipe, a terminal) the first pass
//! keeps the operations, packed, and the later ones read those.

use super::packed::{Cursor, Packed};
use super::parser::Parser;
use super::{Error, Format, Notes, Operation};
use crate::io::Input;

/// What the first pass has found out.
#[derive(Clone, Copy)]
struct Known {
    operations: u64,
    notes: Notes,
    format: Option<&'static Format>,
}

/// An input with a recording in it.
pub struct Recording<'i> {
    input: &'i mut dyn Input,
    /// The operations of an input that cannot be rewound.
    packed: Option<Packed>,
    /// Set once the first pass has come to the end.
    known: Option<Known>,
}

impl<'i> Recording<'i> {
    /// The recording in `input`, from its start.
    pub fn of(input: &'i mut dyn Input) -> Recording<'i> {
        let packed = match input.rewind() {
            Ok(()) => None,
            Err(_) => Some(Packed::new()),
        };
        Recording {
            input,
            packed,
            known: None,
        }
    }

    /// Begins another pass over all operations. Only the first one may be left before its end.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], or [`Error::Read`] if the input cannot be rewound any more.
    pub fn pass(&mut self) -> Result<Pass<'_>, Error> {
        let source = match &mut self.packed {
            Some(packed) => match self.known {
                Some(_) => Source::Packed(packed, Cursor::default()),
                None => Source::Input(Parser::of(self.input)?, Some(packed)),
            },
            None => {
                self.input.rewind().map_err(Error::Read)?;
                Source::Input(Parser::of(self.input)?, None)
            }
        };
        Ok(Pass {
            source,
            end: self.known.map_or(u64::MAX, |known| known.operations),
            known: &mut self.known,
            done: 0,
        })
    }

    /// What a finished pass could not learn from the log.
    pub fn notes(&self) -> Notes {
        self.known.map(|known| known.notes).unwrap_or_default()
    }

    /// The format; `None` before the first pass is finished, and of an input without operations.
    pub fn format(&self) -> Option<&'static Format> {
        self.known?.format
    }

    /// How many bytes the operations take that are kept.
    pub fn packed_bytes(&self) -> usize {
        self.packed.as_ref().map_or(0, Packed::len)
    }
}

/// Where operations come from.
#[expect(clippy::large_enum_variant, reason = "one value a pass, on the stack")]
enum Source<'r> {
    /// The input, and where to keep what is read.
    Input(Parser<'r>, Option<&'r mut Packed>),
    /// What was kept.
    Packed(&'r Packed, Cursor),
}

/// One way through a recording.
pub struct Pass<'r> {
    source: Source<'r>,
    known: &'r mut Option<Known>,
    done: u64,
    /// How many operations there are, once a pass has counted them; what a growing file has got meanwhile
    /// belongs to no pass.
    end: u64,
}

impl Pass<'_> {
    /// The next operation; `None` at the end.
    ///
    /// # Errors
    /// [`Error`]; after one there is nothing more to read.
    #[inline]
    pub fn read(&mut self) -> Result<Option<Operation>, Error> {
        if let Source::Input(parser, None) = &mut self.source
            && self.done != self.end
            && let Some(operation) = parser.ahead()
        {
            self.done += 1;
            return Ok(Some(operation));
        }
        self.read_any()
    }

    /// The same of any input.
    #[inline(never)]
    fn read_any(&mut self) -> Result<Option<Operation>, Error> {
        let operation = match &mut self.source {
            Source::Packed(packed, cursor) => packed.next(cursor),
            Source::Input(..) if self.done == self.end => return Ok(None),
            Source::Input(parser, keep) => {
                let operation = parser.next()?;
                if let (Some(operation), Some(packed)) = (operation, keep) {
                    let kept = packed.push(operation, parser.line());
                    kept.map_err(|_| Error::OutOfMemory)?;
                }
                operation
            }
        };
        match operation {
            Some(_) => self.done += 1,
            None => self.finish()?,
        }
        Ok(operation)
    }

    /// The end of the input: of the first pass, or too early.
    fn finish(&mut self) -> Result<(), Error> {
        match (&self.source, *self.known) {
            (_, Some(known)) if known.operations == self.done => Ok(()),
            (_, Some(_)) => Err(Error::Changed),
            (Source::Input(parser, _), None) => {
                *self.known = Some(Known {
                    operations: self.done,
                    notes: parser.notes(),
                    format: parser.format(),
                });
                Ok(())
            }
            (Source::Packed(..), None) => Err(Error::Changed),
        }
    }

    /// How many operations this pass has given so far.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// The number of the line that the last operation came from, from 1.
    pub fn line(&self) -> u64 {
        match &self.source {
            Source::Input(parser, _) => parser.line(),
            Source::Packed(_, cursor) => cursor.line,
        }
    }

    /// Where the recorded program had the block of the last operation. Only a first pass knows it, and only
    /// of a format with addresses; else 0.
    pub fn address(&self) -> u64 {
        match &self.source {
            Source::Input(parser, _) => parser.address(),
            Source::Packed(..) => 0,
        }
    }
}
