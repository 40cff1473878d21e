//! What is wrong with a line, in words: one sentence that names the field.
//!
//! A parser answers a [`What`] of a few words without text; only when the error leaves the reader is the
//! piece of the line that it is about copied into it, so the way without errors pays nothing.

use crate::io;
use core::fmt;

/// Where in a line a field stands: offsets of its first byte and of the one behind its last.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Place {
    begin: u16,
    end: u16,
}

impl Place {
    /// The place of `field`, which is a part of `line` by address; the whole line if it is not.
    pub(super) fn of(field: &[u8], line: &[u8]) -> Place {
        let begin = field.as_ptr().addr().wrapping_sub(line.as_ptr().addr());
        let begin = if begin <= line.len() { begin } else { 0 };
        let end = (begin + field.len()).min(line.len());
        // A line has at most 4096 bytes.
        Place {
            begin: begin as u16,
            end: end as u16,
        }
    }

    /// The bytes there.
    fn bytes_of(self, line: &[u8]) -> &[u8] {
        line.get(usize::from(self.begin)..usize::from(self.end))
            .unwrap_or_default()
    }
}

/// What can be wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A line of more than `LINE_BYTES_MAX` bytes.
    LongLine,
    /// More lines than a table can number.
    ManyLines,
    /// The input begins with the three bytes that some editors put in front of UTF-8.
    ByteOrderMark,
    /// The input is compressed; the name is that of the program that reads it.
    Compressed(&'static str),
    /// The first word of the line is no operation.
    UnknownOperation(Place),
    /// Two spaces, or one at the beginning or the end.
    EmptyField,
    /// The line ends too early.
    Missing(&'static str, Shape),
    /// The line goes on.
    Extra(Place, Shape),
    /// A field that is no number, or one out of range.
    Bad(&'static str, Place),
    /// An alignment that is no power of two.
    OddAlignment(Place),
    /// An alignment beyond `ALIGN_MAX`.
    LargeAlignment(Place),
    /// A block that never was.
    UnknownId(u64),
    /// A block that is gone; the line took it away.
    AlreadyFreed(u64, u32),
    /// A block that is there; the line made it.
    AlreadyLive(u64, u32),
    /// A block, named by its address, that is gone; the line took it away.
    FreedTwice(u64, u32),
    /// The line is none of this format.
    NotOf(&'static str, Place),
    /// The second half of a reallocation without its first.
    HalfReallocation,
    /// More reallocations begun and not ended than there can be.
    ManyHalves,
    /// An id that the header rules out, and how many ids it speaks of.
    IdBeyondHeader(u64, u64),
    /// How many operations or ids there are, how many the header promises, and which of both it is.
    HeaderDiffers(u64, u64, &'static str),
    /// The tool that made the log printed wrong arguments.
    Useless(&'static str),
    /// No memory to remember the block.
    OutOfMemory,
}

/// How a line of some kind looks, for the message about one that does not.
pub type Shape = &'static str;

/// The most bytes of a line that a message repeats.
const EXCERPT_BYTES_MAX: usize = 40;

/// A line that makes no sense.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub what: What,
    excerpt: [u8; EXCERPT_BYTES_MAX],
    length: usize,
}

impl Malformed {
    /// `what` is wrong with `text`, line number `line`.
    pub(super) fn new(line: u64, what: What, text: &[u8]) -> Malformed {
        let place = what.place().unwrap_or_default();
        let bytes = place.bytes_of(text);
        let mut excerpt = [0; EXCERPT_BYTES_MAX];
        for (target, source) in excerpt.iter_mut().zip(bytes) {
            *target = *source;
        }
        Malformed {
            line,
            what,
            excerpt,
            length: bytes.len(),
        }
    }

    /// The piece of the line that the message repeats.
    fn excerpt(&self) -> Escaped<'_> {
        let shown = self.length.min(EXCERPT_BYTES_MAX);
        Escaped {
            bytes: self.excerpt.get(..shown).unwrap_or_default(),
            cut: self.length > EXCERPT_BYTES_MAX,
        }
    }
}

impl What {
    /// The field that the message repeats.
    fn place(self) -> Option<Place> {
        match self {
            What::UnknownOperation(place)
            | What::Extra(place, _)
            | What::Bad(_, place)
            | What::OddAlignment(place)
            | What::LargeAlignment(place)
            | What::NotOf(_, place) => Some(place),
            _ => None,
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.excerpt();
        match self.what {
            What::UnknownOperation(_) => write!(f, "unknown operation {text}"),
            What::Extra(_, shape) => write!(f, "extra field {text}: expected `{shape}`"),
            What::Bad(name, _) => write!(f, "bad {name} {text}"),
            What::OddAlignment(_) => write!(f, "alignment {text} is not a power of two"),
            What::LargeAlignment(_) => write!(f, "alignment {text} is too large"),
            What::NotOf(format, _) => write!(f, "not a line of {format}: {text}"),
            what => what.fmt_without_text(f),
        }
    }
}

impl What {
    /// The messages that repeat nothing of the line.
    fn fmt_without_text(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::LongLine => write!(f, "longer than {} bytes", super::LINE_BYTES_MAX),
            What::ManyLines => write!(f, "more than {} lines", super::LINES_MAX),
            What::ByteOrderMark => f.write_str("byte order mark: save the file as plain UTF-8"),
            What::Compressed(program) => {
                write!(f, "compressed: {program} -dc FILE | nostd-alloc replay -")
            }
            What::EmptyField => f.write_str("empty field: fields are separated by one space"),
            What::Missing(name, shape) => write!(f, "missing {name}: expected `{shape}`"),
            What::UnknownId(id) => write!(f, "unknown id {id}"),
            What::AlreadyFreed(id, line) => write!(f, "id {id} already freed at line {line}"),
            What::AlreadyLive(id, line) => write!(f, "id {id} already live since line {line}"),
            What::FreedTwice(at, line) => write!(f, "{at:#x} already freed at line {line}"),
            What::HalfReallocation => f.write_str("`>` without `<` before it"),
            What::ManyHalves => f.write_str("too many `<` without `>`"),
            What::IdBeyondHeader(id, ids) => {
                write!(f, "id {id} is too large: the header says {ids} ids")
            }
            What::HeaderDiffers(there, promised, of) => {
                write!(f, "{there} {of}: the header says {promised}")
            }
            What::Useless(why) => f.write_str(why),
            _ => f.write_str("out of memory"),
        }
    }
}

/// Bytes from outside between backticks, with whatever could break the line escaped.
struct Escaped<'b> {
    bytes: &'b [u8],
    cut: bool,
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.cut { "...`" } else { "`" };
        write!(f, "`{}{end}", io::Escaped(self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec;

    #[test]
    fn a_message_repeats_the_field_escaped_and_cut() {
        let line = b"a 1 \x1b[31m\xff 4";
        let place = Place::of(&line[4..10], line);
        let message = Malformed::new(7, What::Bad("size", place), line).to_string();
        assert_eq!(message, r"bad size `\x1b[31m\xff`");

        let line = vec![b'x'; 4096];
        let place = Place::of(&line, &line);
        let message = Malformed::new(7, What::UnknownOperation(place), &line).to_string();
        assert_eq!(
            message,
            std::format!("unknown operation `{}...`", "x".repeat(40))
        );
    }
}
