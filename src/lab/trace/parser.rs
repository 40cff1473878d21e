//! From lines to operations: what all formats share.
//!
//! The parser finds the format by the first line that says something, hands it each line, and passes on what
//! it answers. A format keeps all that it must remember in the one [`State`].

use super::addresses::Halves;
use super::graves::Graves;
use super::lines::{Lines, NoLine};
use super::names::Names;
use super::rep::Header;
use super::text::{self, Line};
use super::{Error, FORMATS, Format, Malformed, Notes, Operation, What};
use crate::io::Input;
use crate::memory::Layout;

/// The largest alignment that a recording may ask for: 2 GiB.
pub(super) const ALIGN_MAX: u64 = 1 << 31;

/// What the formats remember between two lines.
pub(super) struct State {
    pub(super) names: Names,
    pub(super) graves: Graves,
    /// The number of the line at hand.
    pub(super) line: u32,
    /// A second operation of the line.
    pub(super) second: Option<Operation>,
    /// Where the block of the last operation lies, if the log says it.
    pub(super) address: u64,
    pub(super) notes: Notes,
    pub(super) halves: Halves,
    pub(super) header: Header,
}

impl State {
    /// A block named `id` comes to life.
    pub(super) fn allocate(
        &mut self,
        id: u64,
        layout: Layout,
        zeroed: bool,
    ) -> Result<Option<Operation>, What> {
        match self.names.insert(id, self.line) {
            Some(slot) => Ok(Some(Operation::Allocate {
                slot,
                layout,
                zeroed,
            })),
            None => Err(self.names.refusal(id)),
        }
    }

    /// The live block named `id` gets a new size.
    pub(super) fn reallocate(&mut self, id: u64, size: usize) -> Result<Option<Operation>, What> {
        match self.names.find(id) {
            Some(slot) => Ok(Some(Operation::Reallocate { slot, size })),
            None => Err(self.not_live(id)),
        }
    }

    /// The live block named `id` ends.
    pub(super) fn free(&mut self, id: u64) -> Result<Option<Operation>, What> {
        let Some(slot) = self.names.remove(id) else {
            return Err(self.not_live(id));
        };
        self.graves.bury(id, self.line);
        Ok(Some(Operation::Free { slot }))
    }

    #[cold]
    fn not_live(&self, id: u64) -> What {
        match self.graves.line_of(id) {
            Some(line) => What::AlreadyFreed(id, line),
            None => What::UnknownId(id),
        }
    }
}

/// A size as it is replayed: malloc(0) is a block of its own, so it counts as 1.
pub(super) fn size_from_number(number: u64) -> Option<usize> {
    usize::try_from(number.max(1)).ok()
}

/// The layout of a block whose alignment the recording does not tell: what C11 asks of malloc, the largest
/// power of two that is no more than the size, and at most 16.
pub(super) fn layout_from_size(number: u64) -> Option<Layout> {
    let size = size_from_number(number)?;
    let align = 1 << size.ilog2().min(4);
    Layout::from_size_align(size, align).ok()
}

/// The operations of an input, one after another.
pub(super) struct Parser<'i> {
    lines: Lines<'i>,
    state: State,
    format: Option<&'static Format>,
    /// Whether the format is our own, whose everyday lines are read straight out of the buffer.
    reads_ahead: bool,
}

impl<'i> Parser<'i> {
    /// Reads from where `input` stands.
    pub(super) fn of(input: &'i mut dyn Input) -> Result<Parser<'i>, Error> {
        let lines = Lines::of(input).map_err(|_| Error::OutOfMemory)?;
        let names = Names::new().map_err(|_| Error::OutOfMemory)?;
        let graves = Graves::new().map_err(|_| Error::OutOfMemory)?;
        Ok(Parser {
            lines,
            state: State {
                names,
                graves,
                line: 0,
                second: None,
                address: 0,
                notes: Notes::default(),
                halves: Halves::new(),
                header: Header::default(),
            },
            format: None,
            reads_ahead: false,
        })
    }

    /// The operation of the next line if it is an everyday one of our own format and all is well with it. If
    /// not, nothing is read, and [`next`](Parser::next) finds the rare case or the error.
    #[inline(never)]
    pub(super) fn ahead(&mut self) -> Option<Operation> {
        if !self.reads_ahead {
            return None;
        }
        let (line, length) = text::read_ahead(self.lines.window()?)?;
        let number = (self.lines.number() + 1) as u32;
        let names = &mut self.state.names;
        let operation = match line {
            Line::Allocate { id, layout, zeroed } => Operation::Allocate {
                slot: names.insert(id, number)?,
                layout,
                zeroed,
            },
            Line::Reallocate { id, size } => Operation::Reallocate {
                slot: names.find(id)?,
                size,
            },
            Line::Free { id } => {
                let slot = names.remove(id)?;
                self.state.graves.bury(id, number);
                Operation::Free { slot }
            }
            Line::Nothing => return None,
        };
        self.lines.skip(length);
        Some(operation)
    }

    /// The next operation, or `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Operation>, Error> {
        if let Some(second) = self.state.second.take() {
            return Ok(Some(second));
        }
        loop {
            if let Some(operation) = self.ahead() {
                return Ok(Some(operation));
            }
            let number = self.lines.number() + 1;
            let line = match self.lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => return self.finish().map(|()| None),
                Err(NoLine::Read(error)) => return Err(Error::Read(error)),
                Err(NoLine::Malformed(what)) => return Err(refuse(number, what, b"")),
            };
            let format = match self.format {
                Some(format) => format,
                None => match find_format(line) {
                    Ok(Some(format)) => {
                        self.reads_ahead = format.name == "text";
                        self.format.insert(format)
                    }
                    Ok(None) => continue,
                    Err(what) => return Err(refuse(number, what, line)),
                },
            };
            self.state.line = number as u32;
            match (format.parse)(&mut self.state, line) {
                Ok(None) => {}
                Ok(operation) => return Ok(operation),
                Err(what) => return Err(refuse(number, what, line)),
            }
        }
    }

    /// The number of the line that the last operation came from.
    pub(super) fn line(&self) -> u64 {
        self.lines.number()
    }

    /// Where the block of the last operation lies, if the log says it.
    pub(super) fn address(&self) -> u64 {
        self.state.address
    }

    /// What could not be known so far.
    pub(super) fn notes(&self) -> Notes {
        self.state.notes
    }

    /// The format, once a line has told it.
    pub(super) fn format(&self) -> Option<&'static Format> {
        self.format
    }

    fn finish(&mut self) -> Result<(), Error> {
        let Some(format) = self.format else {
            return Ok(());
        };
        (format.finish)(&self.state).map_err(|what| refuse(self.lines.number(), what, b""))
    }
}

/// The format of a recording by its first line; `None` if the line says nothing.
fn find_format(line: &[u8]) -> Result<Option<&'static Format>, What> {
    if line.starts_with(b"\xef\xbb\xbf") {
        return Err(What::ByteOrderMark);
    }
    if line.starts_with(b"\x28\xb5\x2f\xfd") {
        return Err(What::Compressed("zstd"));
    }
    if line.starts_with(b"\x1f\x8b") {
        return Err(What::Compressed("gzip"));
    }
    if line.is_empty() || line.starts_with(b"#") {
        return Ok(None);
    }
    Ok(FORMATS.iter().find(|format| (format.detect)(line)))
}

#[cold]
fn refuse(number: u64, what: What, line: &[u8]) -> Error {
    match what {
        What::OutOfMemory => Error::OutOfMemory,
        what => Error::Malformed(Malformed::new(number, what, line)),
    }
}
