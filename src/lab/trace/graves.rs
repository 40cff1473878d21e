//! Names that were freed and the lines that did it: only for messages about a name that is not live.
//!
//! One place for all names that share their lowest bits: the last of them is remembered. A recording without
//! errors writes here and never reads.
//!
//! # Costs
//! 256 KiB, and one store a free.

use super::What;
use super::names::fill;
use crate::collections::Vec;
use crate::memory::Unreserved;

/// How many freed names are remembered.
const GRAVES: usize = 16 * 1024;

/// A name that was freed.
#[derive(Clone, Copy)]
struct Grave {
    name: u64,
    line: u32,
}

/// The names that were freed last.
pub(super) struct Graves {
    places: Vec<Grave, Unreserved>,
}

impl Graves {
    /// None yet.
    pub(super) fn new() -> Result<Graves, What> {
        let mut places = Vec::new_in(Unreserved);
        fill(&mut places, GRAVES, Grave { name: 0, line: 0 })?;
        Ok(Graves { places })
    }

    /// The line that freed a name, if it is remembered.
    pub(super) fn line_of(&self, name: u64) -> Option<u32> {
        let grave = self.places.get(Graves::index(name))?;
        (grave.name == name && grave.line != 0).then_some(grave.line)
    }

    /// Remembers that `line` freed `name`.
    #[inline]
    pub(super) fn bury(&mut self, name: u64, line: u32) {
        if let Some(grave) = self.places.get_mut(Graves::index(name)) {
            *grave = Grave { name, line };
        }
    }

    fn index(name: u64) -> usize {
        (name ^ (name >> 14) ^ (name >> 28)) as usize % GRAVES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_those_that_share_a_place_is_remembered() {
        let mut graves = Graves::new().unwrap();
        let other = 5 ^ (1 << 14) ^ 1;
        assert_eq!(Graves::index(5), Graves::index(other));
        assert_eq!((graves.line_of(0), graves.line_of(5)), (None, None));
        graves.bury(5, 7);
        assert_eq!((graves.line_of(5), graves.line_of(other)), (Some(7), None));
        graves.bury(other, 9);
        assert_eq!((graves.line_of(5), graves.line_of(other)), (None, Some(9)));
    }
}
