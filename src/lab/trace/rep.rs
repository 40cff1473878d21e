//! The traces of CS:APP's malloc lab: four numbers, then `a ID SIZE`, `r ID SIZE` and `f ID`.
//!
//! ```text
//! 20000        a size for the heap (not used)
//! 2847         how many ids
//! 5694         how many operations
//! 1            a weight for the mean over traces (not used)
//! a 0 2040
//! ```
//!
//! The lab's driver insists that the counts of the header are right, so this reader does too. Alignment is
//! what C11 asks of malloc.

use super::parser::{State, layout_from_size};
use super::{Operation, Place, Shape, What};
use crate::io::parse_decimal;

const ALLOCATE: Shape = "a ID SIZE";
const REALLOCATE: Shape = "r ID SIZE";
const FREE: Shape = "f ID";
const HEADER: Shape = "HEAP IDS OPERATIONS WEIGHT";

/// The header, and what was read behind it.
#[derive(Default)]
pub(super) struct Header {
    numbers: [u64; 4],
    /// How many of the numbers are read.
    read: usize,
    operations: u64,
    id_largest: Option<u64>,
}

impl Header {
    fn ids(&self) -> u64 {
        self.numbers[1]
    }

    fn operations(&self) -> u64 {
        self.numbers[2]
    }
}

/// A line of one to four numbers.
pub(super) fn detect(line: &[u8]) -> bool {
    let count = fields(line).count();
    (1..=4).contains(&count) && fields(line).all(|field| parse_decimal(field).is_some())
}

/// The format lets any blanks stand between two fields.
fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| byte.is_ascii_whitespace())
        .filter(|field| !field.is_empty())
}

pub(super) fn parse(state: &mut State, line: &[u8]) -> Result<Option<Operation>, What> {
    if state.header.read < state.header.numbers.len() {
        return parse_header(&mut state.header, line).map(|()| None);
    }
    let mut fields = fields(line);
    let Some(operation) = fields.next() else {
        return Ok(None);
    };
    let shape = match operation {
        b"a" => ALLOCATE,
        b"r" => REALLOCATE,
        b"f" => FREE,
        _ => return Err(What::UnknownOperation(Place::of(operation, line))),
    };
    let mut number = |name| {
        let field = fields.next().ok_or(What::Missing(name, shape))?;
        parse_decimal(field)
            .map(|number| (number, Place::of(field, line)))
            .ok_or(What::Bad(name, Place::of(field, line)))
    };
    let (id, _) = number("id")?;
    let layout = match operation {
        b"f" => None,
        _ => {
            let (size, place) = number("size")?;
            Some(layout_from_size(size).ok_or(What::Bad("size", place))?)
        }
    };
    if let Some(extra) = fields.next() {
        return Err(What::Extra(Place::of(extra, line), shape));
    }
    count(&mut state.header, id)?;
    match (operation, layout) {
        (b"a", Some(layout)) => state.allocate(id, layout, false),
        (_, Some(layout)) => state.reallocate(id, layout.size()),
        (_, None) => state.free(id),
    }
}

/// Takes the numbers of a line into the header.
fn parse_header(header: &mut Header, line: &[u8]) -> Result<(), What> {
    for field in fields(line) {
        let Some(number) = header.numbers.get_mut(header.read) else {
            return Err(What::Extra(Place::of(field, line), HEADER));
        };
        *number = parse_decimal(field).ok_or(What::Bad("header number", Place::of(field, line)))?;
        header.read += 1;
    }
    Ok(())
}

/// Counts an operation on `id`.
fn count(header: &mut Header, id: u64) -> Result<(), What> {
    if id >= header.ids() {
        return Err(What::IdBeyondHeader(id, header.ids()));
    }
    header.operations += 1;
    header.id_largest = header.id_largest.max(Some(id));
    Ok(())
}

/// The header must have told the truth.
pub(super) fn finish(state: &State) -> Result<(), What> {
    let header = &state.header;
    if header.read < header.numbers.len() {
        return Err(What::Missing("header number", HEADER));
    }
    let ids = header.id_largest.map_or(0, |id| id.saturating_add(1));
    for (there, promised, of) in [
        (header.operations, header.operations(), "operations"),
        (ids, header.ids(), "ids"),
    ] {
        if there != promised {
            return Err(What::HeaderDiffers(there, promised, of));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_of_numbers_is_a_header() {
        for line in ["20000", "20000 2 3 1", " 1\t2 "] {
            assert!(detect(line.as_bytes()), "{line:?}");
        }
        for line in ["", "a 1 2", "1 2 3 4 5", "20000 x", "-1"] {
            assert!(!detect(line.as_bytes()), "{line:?}");
        }
    }
}
