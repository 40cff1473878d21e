//! Looks at a heap at even distances, and once when most is live.

use super::film::{Cell, Film, fill_cells, reach_bytes};
use crate::collections::Vec;
use crate::lab::replay::{Moment, Observer};
use crate::lab::survey::Survey;
use crate::memory::Unreserved;

/// How often a camera looks.
const LOOKS_MAX: u64 = 240;

/// How many cells a map has: three lines of 64.
pub(super) const MAP_CELLS: usize = 192;

/// Which pictures are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Shots {
    /// A film.
    pub film: bool,
    /// The heap when most is live.
    pub map: bool,
    /// The bytes held.
    pub curve: bool,
}

/// What was seen of one heap.
pub struct Camera {
    /// The name of the strategy.
    pub name: &'static str,
    wanted: Shots,
    /// How many operations lie between two looks.
    every: u64,
    /// The operation after which the next look is; none if no picture needs it.
    next: u64,
    peak_operation: u64,
    /// Address by time.
    pub film: Film,
    /// When most is live.
    pub map: [Cell; MAP_CELLS],
    /// The size of a cell of the map.
    pub map_cell_bytes: usize,
    /// For each look: bytes in live blocks, as asked for, and bytes held.
    pub curve: Vec<(u64, u64), Unreserved>,
    /// Whether there was too little memory for a picture.
    pub failed: bool,
}

impl Camera {
    /// A camera for a heap of kind `name`, which has seen nothing.
    pub fn new(name: &'static str, wanted: Shots, survey: &Survey) -> Camera {
        let every = survey.operations.div_ceil(LOOKS_MAX).max(1);
        let looks_often = wanted.film || wanted.curve;
        Camera {
            name,
            wanted,
            every,
            next: if looks_often { every } else { u64::MAX },
            peak_operation: survey.peak_operation,
            film: Film::new(),
            map: [Cell::default(); MAP_CELLS],
            map_cell_bytes: 1,
            curve: Vec::new_in(Unreserved),
            failed: false,
        }
    }
}

impl Observer for Camera {
    fn wants(&self, operation: u64) -> bool {
        operation == self.next || operation == self.peak_operation
    }

    fn look(&mut self, moment: &Moment<'_, '_>) {
        if self.wanted.map && moment.operation == self.peak_operation {
            let reach = reach_bytes(moment);
            self.map_cell_bytes = reach.div_ceil(MAP_CELLS).max(1);
            fill_cells(moment, &mut self.map, self.map_cell_bytes, reach);
        }
        if moment.operation != self.next {
            return;
        }
        self.next += self.every;
        if self.wanted.film {
            self.failed |= self.film.take(moment).is_err();
        }
        if self.wanted.curve {
            let live = moment.blocks().map(|(_, size)| size as u64).sum::<u64>();
            let held = moment.heap.stats().footprint_bytes as u64;
            self.failed |= self.curve.try_push((live, held)).is_err();
        }
    }
}
