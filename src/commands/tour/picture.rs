//! A drawing of the upper end of a region, where the first blocks are: a character for each 16 bytes.

use core::fmt;

/// What one character stands for.
const CELL_BYTES: usize = 16;
/// How many characters there are.
const CELLS: usize = 24;

/// Where the drawing begins and ends.
///
/// ```text
/// [......eecccc-------aaa]     letters: live blocks, -: free again, .: never used
/// ```
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    /// The address of the first cell.
    first: usize,
    /// The lowest address that was ever used.
    used_from: usize,
}

/// A block as the drawing shows it: letter, address, size in bytes.
pub(super) type Shown = (u8, usize, usize);

impl Picture {
    /// A drawing whose last cell holds the end of `highest`, and in which all is used from `lowest` on.
    pub(super) fn between(lowest: Shown, highest: Shown) -> Picture {
        let (_, address, size) = highest;
        let end = (address + size).next_multiple_of(CELL_BYTES);
        Picture {
            first: end.saturating_sub(CELLS * CELL_BYTES),
            used_from: lowest.1,
        }
    }

    /// The drawing with these blocks live.
    pub(super) fn show(self, live: &[Shown]) -> Drawing {
        let mut cells = [b'.'; CELLS];
        let ever_used = self.used_from.saturating_sub(self.first) / CELL_BYTES;
        cells
            .iter_mut()
            .skip(ever_used)
            .for_each(|cell| *cell = b'-');
        for &(letter, address, size) in live {
            let begin = address.saturating_sub(self.first) / CELL_BYTES;
            let end = begin + size.div_ceil(CELL_BYTES);
            cells
                .iter_mut()
                .take(end)
                .skip(begin)
                .for_each(|cell| *cell = letter);
        }
        Drawing { cells }
    }
}

/// One drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawing {
    cells: [u8; CELLS],
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "[{}]",
            core::str::from_utf8(&self.cells).unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Picture;
    use std::string::ToString;

    #[test]
    fn blocks_are_drawn_where_they_lie() {
        let (low, high) = ((b'l', 4096 + 160, 24), (b'h', 4096 + 320, 40));
        let picture = Picture::between(low, high);
        assert_eq!(
            picture.show(&[low, high]).to_string(),
            "[...........ll--------hhh]"
        );
        assert_eq!(picture.show(&[]).to_string(), "[...........-------------]");
    }
}
