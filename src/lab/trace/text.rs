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
//! A good line is read by [`read_line`], which knows nothing of errors; only when it shrugs does
//! [`explain`] look at the fields one by one.

use super::parser::{ALIGN_MAX, State, size_from_number};
use super::{Operation, Place, Shape, What};
use crate::io::parse_decimal;
use crate::memory::Layout;

const ALLOCATE: Shape = "a ID SIZE ALIGN";
const ZEROED: Shape = "z ID SIZE ALIGN";
const REALLOCATE: Shape = "r ID SIZE";
const FREE: Shape = "f ID";

/// What a line says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Line {
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
    let line = match read_line(line) {
        Some(read) => read,
        None => explain(line)?,
    };
    match line {
        Line::Allocate { id, layout, zeroed } => state.allocate(id, layout, zeroed),
        Line::Reallocate { id, size } => state.reallocate(id, size),
        Line::Free { id } => state.free(id),
        Line::Nothing => Ok(None),
    }
}

/// Reads a line whose numbers have at most 19 digits. `None` for any other line, good or bad.
fn read_line(line: &[u8]) -> Option<Line> {
    let (&operation, rest) = line.split_first()?;
    let (id, rest) = read_field(rest)?;
    if operation == b'f' {
        return rest.is_empty().then_some(Line::Free { id });
    }
    let (size, rest) = read_field(rest)?;
    let size = size_from_number(size)?;
    if operation == b'r' {
        let possible = Layout::from_size_align(size, 1).is_ok();
        return (rest.is_empty() && possible).then_some(Line::Reallocate { id, size });
    }
    let (align, rest) = read_field(rest)?;
    if !(rest.is_empty() && align <= ALIGN_MAX && matches!(operation, b'a' | b'z')) {
        return None;
    }
    let layout = Layout::from_size_align(size, align as usize).ok()?;
    let zeroed = operation == b'z';
    Some(Line::Allocate { id, layout, zeroed })
}

/// Reads a space and a number of 1 to 19 digits, which cannot overflow.
fn read_field(text: &[u8]) -> Option<(u64, &[u8])> {
    const DIGITS_MAX: usize = 19;
    let digits = text.strip_prefix(b" ")?;
    let mut number = 0u64;
    let mut rest = digits;
    while let Some((byte, behind)) = rest.split_first() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        rest = behind;
    }
    let length = digits.len() - rest.len();
    (0 < length && length <= DIGITS_MAX).then_some((number, rest))
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

    #[test]
    fn both_readers_agree_on_every_good_line() {
        let good = [
            "a 0 1 1",
            "a 1 24 8",
            "z 18446744073709551 4096 4096",
            "a 9999999999999999999 9223372036854775807 1",
            "r 7 100",
            "r 7 0",
            "f 0",
            "f 007",
            "z 3 0 2147483648",
        ];
        for line in good {
            let line = line.as_bytes();
            assert_eq!(
                read_line(line),
                explain(line).ok(),
                "{}",
                line.escape_ascii()
            );
            assert!(read_line(line).is_some(), "{}", line.escape_ascii());
        }
        let largest = b"f 18446744073709551615";
        assert_eq!(read_line(largest), None);
        assert_eq!(explain(largest), Ok(Line::Free { id: u64::MAX }));
        assert_eq!(explain(b"# a 1"), Ok(Line::Nothing));
        assert_eq!(explain(b""), Ok(Line::Nothing));
    }

    #[test]
    fn a_line_that_is_refused_by_one_reader_is_refused_by_the_other() {
        let pieces = [
            "a",
            "z",
            "r",
            "f",
            " ",
            " ",
            "0",
            "1",
            "3",
            "64",
            "-",
            "x",
            "\t",
            "99999999999",
        ];
        let mut state = 12345u64;
        for _ in 0..100_000 {
            let mut line = std::string::String::new();
            for _ in 0..8 {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
                line += pieces[(state >> 33) as usize % pieces.len()];
            }
            if let Some(read) = read_line(line.as_bytes()) {
                assert_eq!(explain(line.as_bytes()), Ok(read), "{line:?}");
            } else {
                let long = line.split(' ').any(|field| field.len() > 19);
                assert!(long || explain(line.as_bytes()).is_err(), "{line:?}");
            }
        }
    }
}
