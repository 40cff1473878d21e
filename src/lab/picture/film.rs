//! Address by time: one column of cells for each look at a heap.
//!
//! How far a heap will reach is not known in advance. A film begins with small cells; when the heap reaches
//! beyond the last of them, each two become one of twice the size, in all columns so far. So any heap fills
//! between half of the cells and all of them.
//!
//! ```text
//! cell 3 | free | half |      .
//! cell 2 |      | full | full |
//! cell 1 | full | full | half |
//! cell 0 | full | full | full |     <- first mapped: the distance from the top of the address range is 0
//! ```

use crate::collections::Vec;
use crate::lab::replay::Moment;
use crate::memory::{AllocError, Falling, PAGE_BYTES, Unreserved};
use crate::sys::is_readable;

/// One cell of a picture: how many of its bytes are in live blocks, and whether it is mapped.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Cell {
    /// Bytes in live blocks.
    pub used_bytes: u64,
    /// Whether the heap holds the memory there.
    pub is_held: bool,
}

/// How a cell is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Shade {
    /// Not the heap's.
    Nothing,
    /// Held and free.
    Free,
    /// Up to a quarter in live blocks.
    Quarter,
    /// Up to a half.
    Half,
    /// Up to three quarters.
    ThreeQuarters,
    /// More.
    Full,
}

impl Shade {
    /// All shades, by how much is used.
    pub const ALL: [Shade; 6] = [
        Shade::Nothing,
        Shade::Free,
        Shade::Quarter,
        Shade::Half,
        Shade::ThreeQuarters,
        Shade::Full,
    ];

    /// The shade of a cell of `cell_bytes`.
    pub fn of(cell: Cell, cell_bytes: usize) -> Shade {
        match (cell.used_bytes * 4).div_ceil(cell_bytes.max(1) as u64) {
            0 if cell.is_held => Shade::Free,
            0 => Shade::Nothing,
            1 => Shade::Quarter,
            2 => Shade::Half,
            3 => Shade::ThreeQuarters,
            _ => Shade::Full,
        }
    }
}

/// Blocks further down than this are not of the heap in the picture.
const REACH_BYTES: usize = 1 << 42;

/// From the top of the address range down to the lowest block, and at least as far as what is held: what a
/// picture must show.
pub(super) fn reach_bytes(moment: &Moment<'_, '_>) -> usize {
    let top = Falling::new().addresses().end;
    let distances = moment
        .blocks()
        .map(|(address, _)| top.wrapping_sub(address));
    let farthest = distances.filter(|&distance| distance < REACH_BYTES).max();
    let held = moment.heap.stats().footprint_bytes.min(REACH_BYTES);
    farthest.unwrap_or(0).max(held).next_multiple_of(PAGE_BYTES)
}

/// Enters the live blocks into cells of `cell_bytes`, and what is held within `reach_bytes`.
pub(super) fn fill_cells(
    moment: &Moment<'_, '_>,
    cells: &mut [Cell],
    cell_bytes: usize,
    reach_bytes: usize,
) {
    let top = Falling::new().addresses().end;
    for (address, size) in moment.blocks() {
        let far = top.wrapping_sub(address);
        if far < REACH_BYTES {
            enter(cells, cell_bytes, far.saturating_sub(size), far);
        }
    }
    let reached = reach_bytes.div_ceil(cell_bytes.max(1));
    for (index, cell) in cells.iter_mut().enumerate().take(reached) {
        let middle = index * cell_bytes + cell_bytes / 2;
        cell.is_held = cell.used_bytes > 0 || is_readable(top - middle - 1);
    }
}

/// Enters the bytes from distance `near` to `far`.
fn enter(cells: &mut [Cell], cell_bytes: usize, near: usize, far: usize) {
    let first = near / cell_bytes;
    let last = far.div_ceil(cell_bytes);
    for (index, cell) in cells.iter_mut().enumerate().take(last).skip(first) {
        let begin = near.max(index * cell_bytes);
        let end = far.min((index + 1) * cell_bytes);
        cell.used_bytes += end.saturating_sub(begin) as u64;
    }
}

/// Columns of cells.
#[derive(Debug)]
pub struct Film {
    cells: Vec<Cell, Unreserved>,
    cell_bytes: usize,
    /// The farthest that the heap has reached so far.
    reach_bytes: usize,
}

impl Film {
    /// How many cells a column has.
    pub const HEIGHT: usize = 128;

    /// No column.
    pub fn new() -> Film {
        Film {
            cells: Vec::new_in(Unreserved),
            cell_bytes: 256,
            reach_bytes: 0,
        }
    }

    /// Adds a column: the heap as it is now.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory for it.
    pub fn take(&mut self, moment: &Moment<'_, '_>) -> Result<(), AllocError> {
        self.reach_bytes = self.reach_bytes.max(reach_bytes(moment));
        while self.reach_bytes > self.cell_bytes * Film::HEIGHT {
            self.coarsen();
        }
        let begin = self.cells.len();
        let made = self.cells.try_resize(begin + Film::HEIGHT, Cell::default());
        made.map_err(|_| AllocError)?;
        let column = self.cells.get_mut(begin..).unwrap_or_default();
        fill_cells(moment, column, self.cell_bytes, self.reach_bytes);
        Ok(())
    }

    /// Makes one cell of each two.
    fn coarsen(&mut self) {
        for column in self.cells.chunks_exact_mut(Film::HEIGHT) {
            for index in 0..Film::HEIGHT {
                let pair = column.get(index * 2..index * 2 + 2).unwrap_or_default();
                let joined = pair.iter().fold(Cell::default(), |sum, cell| Cell {
                    used_bytes: sum.used_bytes + cell.used_bytes,
                    is_held: sum.is_held || cell.is_held,
                });
                if let Some(cell) = column.get_mut(index) {
                    *cell = joined;
                }
            }
        }
        self.cell_bytes *= 2;
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.cells.len() / Film::HEIGHT
    }

    /// How many cells from the bottom are not nothing in any column.
    pub fn height(&self) -> usize {
        let columns = self.cells.chunks_exact(Film::HEIGHT);
        let heights = columns.map(|column| {
            let shown = |cell: &Cell| cell.is_held || cell.used_bytes > 0;
            column.iter().rposition(shown).map_or(0, |last| last + 1)
        });
        heights.max().unwrap_or(0)
    }

    /// The size of a cell.
    pub fn cell_bytes(&self) -> usize {
        self.cell_bytes
    }

    /// The shade of a cell; nothing outside.
    pub fn shade(&self, column: usize, row: usize) -> Shade {
        let cell = self.cells.get(column * Film::HEIGHT + row);
        cell.map_or(Shade::Nothing, |&cell| Shade::of(cell, self.cell_bytes))
    }
}

impl Default for Film {
    fn default() -> Film {
        Film::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_entered_where_they_lie() {
        let mut cells = [Cell::default(); 4];
        enter(&mut cells, 100, 50, 250);
        enter(&mut cells, 100, 390, 500);
        assert_eq!(cells.map(|cell| cell.used_bytes), [50, 100, 50, 10]);
    }

    #[test]
    fn shades_are_quarters() {
        let shade = |used_bytes, is_held| {
            let cell = Cell {
                used_bytes,
                is_held,
            };
            Shade::of(cell, 100)
        };
        assert_eq!(shade(0, false), Shade::Nothing);
        assert_eq!(shade(0, true), Shade::Free);
        assert_eq!(
            (shade(1, true), shade(25, true)),
            (Shade::Quarter, Shade::Quarter)
        );
        assert_eq!(
            (shade(26, true), shade(76, true)),
            (Shade::Half, Shade::Full)
        );
    }

    #[test]
    fn coarser_cells_keep_their_bytes() {
        let mut film = Film::new();
        film.cells
            .try_resize(2 * Film::HEIGHT, Cell::default())
            .unwrap();
        film.cells[Film::HEIGHT + 5].used_bytes = 7;
        film.cells[Film::HEIGHT + 4].is_held = true;
        film.coarsen();
        let joined = film.cells[Film::HEIGHT + 2];
        assert_eq!((joined.used_bytes, joined.is_held), (7, true));
        assert_eq!(
            (film.columns(), film.height(), film.cell_bytes()),
            (2, 3, 512)
        );
    }
}
