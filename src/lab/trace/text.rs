//! Our own format: one operation a line, written by hand or by a recorder.
//!
//! ```text
//! a ID SIZE ALIGN     allocate
//! z ID SIZE ALIGN     allocate zeroed
//! r ID SIZE           give the block another size
//! f ID                free
//! # ...               a comment, as is an empty line
//! ```
//!
//! Fields are decimal numbers separated by one space; an id is any number of 64 bits, and free for another
//! block once its block is freed. A size of 0 counts as 1. An alignment is a power of two up to 2^31.
//!
//! # Costs
//! Nearly every line is read by [`read_ahead`], straight out of the reader's buffer: eight bytes at a time and
//! without a branch on the number of digits, which no processor could predict. It knows nothing of errors;
//! only when it shrugs is the end of the line looked for, and [`explain`] looks at the fields one by one.

use super::parser::{ALIGN_MAX, State, size_from_number};
use super::{Operation, Place, Shape, What};
use crate::io::parse_decimal;
use crate::memory::Layout;

const ALLOCATE: Shape = "a ID SIZE ALIGN";
const ZEROED: Shape = "z ID SIZE ALIGN";
const REALLOCATE: Shape = "r ID SIZE";
const FREE: Shape = "f ID";

/// What a line says. (Its kind stands in a byte of its own, which is cheaper to look at than one hidden in an
/// alignment.)
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Line {
    Allocate {
        id: u64,
        layout: Layout,
        zeroed: bool,
    },
    Reallocate {
        id: u64,
        size: usize,
    },
    Free {
        id: u64,
    },
    Nothing,
}

pub(super) fn parse(state: &mut State, line: &[u8]) -> Result<Option<Operation>, What> {
    match explain(line)? {
        Line::Allocate { id, layout, zeroed } => state.allocate(id, layout, zeroed),
        Line::Reallocate { id, size } => state.reallocate(id, size),
        Line::Free { id } => state.free(id),
        Line::Nothing => Ok(None),
    }
}

/// So many bytes are looked at together. The fields of a line that is read ahead begin in the first 32 of them.
pub(super) const WINDOW_BYTES: usize = 32 + 8;

/// Reads the line at the beginning of `window`, if it is a good one and its numbers have at most 7 digits.
/// Also tells how many bytes it takes, its newline included.
#[inline]
pub(super) fn read_ahead(window: &[u8; WINDOW_BYTES]) -> Option<(Line, usize)> {
    let operation = window[0];
    let (id, at) = read_field(window, 1)?;
    if operation == b'f' {
        return (byte_at(window, at) == b'\n').then_some((Line::Free { id }, at + 1));
    }
    let (size, at) = read_field(window, at)?;
    let size = size.max(1) as usize;
    if operation == b'r' {
        let ends = byte_at(window, at) == b'\n';
        return ends.then_some((Line::Reallocate { id, size }, at + 1));
    }
    let (align, at) = read_field(window, at)?;
    if byte_at(window, at) != b'\n' || !matches!(operation, b'a' | b'z') {
        return None;
    }
    let layout = Layout::from_size_align(size, align as usize).ok()?;
    let zeroed = operation == b'z';
    Some((Line::Allocate { id, layout, zeroed }, at + 1))
}

/// The byte at `at`, which is below 32: the operation and three fields of at most eight bytes.
#[inline]
fn byte_at(window: &[u8; WINDOW_BYTES], at: usize) -> u8 {
    window[at % 32]
}

/// Reads a space and 1 to 7 digits at `at`, which is below 32, and tells where they end.
#[inline]
fn read_field(window: &[u8; WINDOW_BYTES], at: usize) -> Option<(u64, usize)> {
    const FIELD: u64 = u64::from_le_bytes(*b" 0000000");
    /// Added to a byte above 9, it makes the highest bit 1; in the place of the space, to a byte above 0.
    const ABOVE: u64 = u64::from_le_bytes([0x80 - 10; 8]) + 9;
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let bytes = window[at % 32..].first_chunk()?;
    // In each byte the digit, 0 for the space; the first byte that is none is the lowest one that has a mark.
    // (A carry can only come out of a byte that is none, and only marks bytes behind it.)
    let word = u64::from_le_bytes(*bytes) ^ FIELD;
    // Without a mark all are digits, and who looks at the byte behind them sees whether the number goes on.
    let marks = (word.wrapping_add(ABOVE) | word) & HIGHS;
    let length_bits = marks.trailing_zeros() & !7;
    if length_bits < 16 {
        return None;
    }
    let number = number_from_digits(word << (u64::BITS - length_bits));
    Some((number, at + length_bits as usize / 8))
}

/// The number of eight decimal digits, one a byte, the most significant one in the lowest byte: neighbours
/// are joined to numbers below 100, then those to one below 10^8.
#[inline]
fn number_from_digits(digits: u64) -> u64 {
    const EVERY_FOURTH: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let low = (pairs & EVERY_FOURTH).wrapping_mul(100 + (1_000_000 << 32));
    let high = (pairs >> 16 & EVERY_FOURTH).wrapping_mul(1 + (10_000 << 32));
    low.wrapping_add(high) >> 32
}

/// Reads any line, field by field, and says what is wrong with it.
#[cold]
fn explain(line: &[u8]) -> Result<Line, What> {
    if line.is_empty() || line.starts_with(b"#") {
        return Ok(Line::Nothing);
    }
    let mut fields = Fields::of(line);
    let operation = fields.next().unwrap_or_default();
    fields.shape = match operation {
        b"a" => ALLOCATE,
        b"z" => ZEROED,
        b"r" => REALLOCATE,
        b"f" => FREE,
        b"" => return Err(What::EmptyField),
        _ => return Err(What::UnknownOperation(Place::of(operation, line))),
    };
    let (id, _) = fields.number("id")?;
    let read = match operation {
        b"f" => Line::Free { id },
        b"r" => Line::Reallocate {
            id,
            size: fields.layout_of_one_byte()?.size(),
        },
        _ => Line::Allocate {
            id,
            layout: fields.layout()?,
            zeroed: operation == b"z",
        },
    };
    fields.end()?;
    Ok(read)
}

/// The fields of a line.
struct Fields<'l> {
    line: &'l [u8],
    /// What is left, without the space in front; `None` behind the last field.
    rest: Option<&'l [u8]>,
    shape: Shape,
}

impl<'l> Fields<'l> {
    fn of(line: &'l [u8]) -> Fields<'l> {
        Fields {
            line,
            rest: Some(line),
            shape: "",
        }
    }

    /// The next field: up to the next space, or all that is left.
    fn next(&mut self) -> Option<&'l [u8]> {
        let rest = self.rest?;
        let space = rest.iter().position(|&byte| byte == b' ');
        let (field, behind) = match space {
            Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
            None => (rest, None),
        };
        self.rest = behind;
        Some(field)
    }

    /// The next field as a number, and its bytes.
    fn number(&mut self, name: &'static str) -> Result<(u64, &'l [u8]), What> {
        let field = self.next().ok_or(What::Missing(name, self.shape))?;
        if field.is_empty() {
            return Err(What::EmptyField);
        }
        match parse_decimal(field) {
            Some(number) => Ok((number, field)),
            None => Err(What::Bad(name, Place::of(field, self.line))),
        }
    }

    /// A size as the layout of a block that may lie anywhere.
    fn layout_of_one_byte(&mut self) -> Result<Layout, What> {
        let (number, field) = self.number("size")?;
        size_from_number(number)
            .and_then(|size| Layout::from_size_align(size, 1).ok())
            .ok_or(What::Bad("size", Place::of(field, self.line)))
    }

    /// A size and an alignment.
    fn layout(&mut self) -> Result<Layout, What> {
        let (number, size_field) = self.number("size")?;
        let bad_size = What::Bad("size", Place::of(size_field, self.line));
        let size = size_from_number(number).ok_or(bad_size)?;
        Layout::from_size_align(size, 1).map_err(|_| bad_size)?;
        let (align, field) = self.number("alignment")?;
        let place = Place::of(field, self.line);
        if !align.is_power_of_two() {
            return Err(What::OddAlignment(place));
        }
        if align > ALIGN_MAX {
            return Err(What::LargeAlignment(place));
        }
        // The last way to fail: the size is possible, but not rounded up to the alignment.
        Layout::from_size_align(size, align as usize).map_err(|_| bad_size)
    }

    /// Nothing may follow.
    fn end(&mut self) -> Result<(), What> {
        match self.next() {
            None => Ok(()),
            Some(b"") => Err(What::EmptyField),
            Some(field) => Err(What::Extra(Place::of(field, self.line), self.shape)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read ahead where more lines follow.
    fn ahead(line: &str) -> Option<Line> {
        let text = std::format!("{line}\n{}", "f 1\n".repeat(WINDOW_BYTES / 4));
        let (read, length) = read_ahead(text.as_bytes().first_chunk().unwrap())?;
        assert_eq!(length, line.len() + 1, "{line:?}");
        Some(read)
    }

    #[test]
    fn everyday_lines_are_read_ahead_and_mean_the_same() {
        let good = [
            "a 0 1 1",
            "a 1 24 8",
            "z 1234567 4096 4096",
            "r 7 100",
            "r 7 0",
            "f 0",
            "f 007",
            "z 3 0 65536",
            "a 9999999 9999999 1048576",
        ];
        for line in good {
            assert_eq!(ahead(line), explain(line.as_bytes()).ok(), "{line:?}");
            assert!(ahead(line).is_some(), "{line:?}");
        }
        for rare in [
            "f 18446744073709551615",
            "f 12345678",
            "# a 1",
            "",
            "r 1 2\r",
        ] {
            assert_eq!(ahead(rare), None, "{rare:?}");
        }
        let largest = explain(b"f 18446744073709551615");
        assert_eq!(largest, Ok(Line::Free { id: u64::MAX }));
        assert_eq!(explain(b"# a 1"), Ok(Line::Nothing));
        assert_eq!(explain(b""), Ok(Line::Nothing));
    }

    fn window_of(text: &[u8]) -> [u8; WINDOW_BYTES] {
        let mut window = [b'7'; WINDOW_BYTES];
        window[..text.len()].copy_from_slice(text);
        window
    }

    #[test]
    fn numbers_of_any_digits_are_read() {
        for number in (0..10_000_000).step_by(997) {
            let text = std::format!(" {number}\n");
            let read = Some((number, text.trim_end().len()));
            assert_eq!(read_field(&window_of(text.as_bytes()), 0), read);
        }
        for byte in 0..=u8::MAX {
            let text = [b' ', b'4', byte, 0xff, b'1', 0xff, 0, 0x80, b'9'];
            let expected = match byte {
                b'0'..=b'9' => (40 + u64::from(byte - b'0'), 3),
                _ => (4, 2),
            };
            assert_eq!(read_field(&window_of(&text), 0), Some(expected), "{byte}");
        }
    }

    #[test]
    fn what_is_read_ahead_is_a_line_that_can_be_explained() {
        let pieces = ["0", "1", "3", "64", "999999", "4096", "-", "x", "\t"];
        let mut state = 12345u64;
        let mut read = 0;
        for _ in 0..100_000 {
            let mut next = |count: usize| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
                (state >> 33) as usize % count
            };
            let mut line = std::string::String::from(["a", "z", "r", "f"][next(4)]);
            for _ in 0..1 + next(3) {
                line += [" ", " ", " ", "  ", ""][next(5)];
                line += pieces[next(pieces.len())];
            }
            if let Some(ahead) = ahead(&line) {
                assert_eq!(explain(line.as_bytes()), Ok(ahead), "{line:?}");
                read += 1;
            }
        }
        assert!(read > 100);
    }
}
