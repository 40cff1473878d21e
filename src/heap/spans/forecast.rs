//! How much of what goes back is likely to be wanted again.
//!
//! The heap counts what the source had to hand out *again*, after as much had gone back: so many bytes are likely to
//! be wanted once more, or half as many as are in use, whose owners come and go. A program that frees all it has gives
//! it back the first time; one that grows and shrinks again and again pays for its pages once. A heap that was never
//! large offers all that it has no use for, from the first time on: what that holds wrongly is little, and the source
//! may take it.
//!
//! That nothing was wanted while [`AGE_MAX`] times as much came back from the program says that the count was wrong: half
//! of it is forgotten.
//!
//! # Source
//! To rent until the rent has cost as much as to buy: Karlin and others, *Competitive Snoopy Caching* (1988).

use super::Spans;
use crate::memory::Allocator;
use core::cell::Cell;

/// What was offered is old when so many times the bytes that are likely to be wanted have come back.
const AGE_MAX: usize = 8;

/// So large a part of what is in use is likely to be wanted again, if as much goes.
const LIKELY_DIVISOR: usize = 2;

/// A heap that never held more than this is small.
const SMALL_BYTES: usize = 64 << 20;

/// So small a part of the most that a heap ever held is little, if it was not small.
const LITTLE_DIVISOR: usize = 64;

/// What was seen of the program.
#[derive(Debug)]
pub(super) struct Forecast {
    /// Bytes that the source had to hand out again.
    again: Cell<usize>,
    /// Bytes that came back since something was last wanted or offered.
    age: Cell<usize>,
}

impl Forecast {
    pub(super) const fn new() -> Forecast {
        Forecast {
            again: Cell::new(0),
            age: Cell::new(0),
        }
    }

    /// Notes bytes that the source has to hand out again; they count up to `most`.
    pub(super) fn note_again(&self, bytes: usize, most: usize) {
        self.again.set((self.again.get() + bytes).min(most));
    }

    /// How many bytes a heap with so much in use, and so much held at the most, is likely to want again.
    fn likely(&self, in_use: usize, held_peak: usize) -> usize {
        match held_peak {
            0..=SMALL_BYTES => SMALL_BYTES,
            _ => self.again.get().max(in_use / LIKELY_DIVISOR),
        }
    }

    /// Counts bytes that came back.
    #[inline]
    pub(super) fn grow_old(&self, freed: usize) {
        self.age.set(self.age.get().saturating_add(freed));
    }

    /// Whether nothing was wanted for long, if so much is likely to be.
    #[inline]
    pub(super) fn is_old(&self, likely: usize) -> bool {
        self.age.get() / AGE_MAX > likely
    }

    /// Something was wanted, or offered just now.
    pub(super) fn renew(&self) {
        self.age.set(0);
    }

    /// What was offered was not wanted.
    pub(super) fn lower(&self) {
        self.age.set(0);
        self.again.set(self.again.get() / 2);
    }
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// How many bytes are likely to be wanted again, with so many in use.
    #[inline]
    pub(super) fn likely(&self, in_use: usize) -> usize {
        let most = self.supply.held_bytes_peak();
        self.offers.forecast.likely(in_use, most)
    }

    /// Less than this in use is little, after much more; 0 if there never was more.
    pub(super) fn little(&self) -> usize {
        match self.supply.held_bytes_peak() {
            0..=SMALL_BYTES => 0,
            most => most / LITTLE_DIVISOR,
        }
    }
}
