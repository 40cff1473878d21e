//! Free chunks by size: exact up to eight granules, then eight bins a doubling.
//!
//! Each bin is a list through the first two words of its chunks. They lie in free memory, where a write after
//! free can reach them; so every link is asked at the map before it is followed: it must lead to the start
//! of a free chunk that leads back.
//!
//! # Costs
//! A request looks at up to [`LOOKS`] chunks of its own bin and takes the tightest; after that the first
//! chunk of a larger bin fits, which one look at 64 bins finds.
//!
//! # Source
//! Masmano, Ripoll, Crespo and Real, *TLSF* (2004): two levels of sizes and a bitmap.

use super::chunk::{CHUNK_BYTES_MAX, Chunk, GRANULE_BYTES};
use super::fault;
use super::map::PageMap;
use crate::heap::place::Place;
use core::cell::Cell;

/// The bins of a doubling.
const BINS_A_DOUBLING: usize = 8;
const BINS_LOG2: usize = BINS_A_DOUBLING.ilog2() as usize;

/// How many bins there are.
const BINS: usize = bin_from_granules(CHUNK_BYTES_MAX / GRANULE_BYTES) + 1;
const WORDS: usize = BINS.div_ceil(u64::BITS as usize);

/// Chunks of the request's own bin that are looked at.
const LOOKS: usize = 16;

/// Chunks of each larger bin that are looked at, when they may be placed badly for the alignment.
const LOOKS_FURTHER: usize = 3;

const NEXT: usize = 0;
const PREVIOUS: usize = 1;

/// The bin of a number of granules.
const fn bin_from_granules(granules: usize) -> usize {
    if granules < BINS_A_DOUBLING {
        return granules;
    }
    let shift = granules.ilog2() as usize - BINS_LOG2;
    (shift << BINS_LOG2) + (granules >> shift)
}

/// The free chunks.
///
/// # Invariants
/// - **Binned**: each free chunk is in the bin of its size and in no other; its first word is the next one
///   of the bin or 0, its second the one before it or 0.
/// - **Bits**: the bit of a bin is set if there is a chunk in it.
/// - **Sum**: `bytes` is the sum of their sizes.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Bins {
    bytes: Cell<usize>,
    looks: Cell<u64>,
    filled: [Cell<u64>; WORDS],
    // Last, and the short ones first: a small heap touches only those.
    heads: [Cell<Place>; BINS],
}

impl Bins {
    pub(super) const fn new() -> Bins {
        // INVARIANT: **Binned**, **Bits** and **Sum** hold: there is no chunk.
        Bins {
            bytes: Cell::new(0),
            looks: Cell::new(0),
            filled: [const { Cell::new(0) }; WORDS],
            heads: [const { Cell::new(Place::NONE) }; BINS],
        }
    }

    /// Forgets all chunks, whose memory is no more.
    pub(super) fn forget_all(&self) {
        while let Some(bin) = self.last_filled() {
            self.heads[bin].set(Place::NONE);
            self.mark(bin, false);
        }
        // INVARIANT: **Binned**, **Bits** and **Sum** hold: there is no chunk.
        self.bytes.set(0);
        self.looks.set(0);
    }

    /// The bytes of all free chunks.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// How many chunks have been looked at.
    pub(super) fn looks(&self) -> u64 {
        self.looks.get()
    }

    /// Adds a chunk that the map calls free.
    pub(super) fn insert(&self, chunk: Chunk) {
        let bin = bin_from_granules(chunk.granules());
        let first = self.heads[bin].get();
        // SAFETY: the chunk is free (contract of the callers), so its words belong to the list; a granule
        // has room for both. The first one of the bin is free by **Binned**.
        unsafe {
            chunk.start.set_word(NEXT, first.0);
            chunk.start.set_word(PREVIOUS, 0);
            if !first.is_none() {
                first.set_word(PREVIOUS, chunk.start.0);
            }
        }
        // INVARIANT: **Binned**, **Bits** and **Sum** hold again with the chunk in front.
        self.heads[bin].set(chunk.start);
        self.mark(bin, true);
        self.bytes.set(self.bytes.get() + chunk.bytes);
    }

    /// Takes a chunk out that the map still calls free.
    pub(super) fn remove(&self, map: &PageMap, chunk: Chunk) {
        let bin = bin_from_granules(chunk.granules());
        // SAFETY: by **Binned** of `Bins`; what the words name is checked before it is touched.
        unsafe {
            let next = Place(chunk.start.word(NEXT));
            let previous = Place(chunk.start.word(PREVIOUS));
            if !next.is_none() {
                // Of another bin, it would become the head of this one, which nobody asks.
                let belongs = Bins::belongs(bin, checked(map, next));
                linked(belongs && next.word(PREVIOUS) == chunk.start.0, chunk);
            }
            if previous.is_none() {
                linked(self.heads[bin].get() == chunk.start, chunk);
                self.heads[bin].set(next);
                self.mark(bin, !next.is_none());
            } else {
                let belongs = Bins::belongs(bin, checked(map, previous));
                linked(belongs && previous.word(NEXT) == chunk.start.0, chunk);
                previous.set_word(NEXT, next.0);
            }
            if !next.is_none() {
                next.set_word(PREVIOUS, previous.0);
            }
        }
        // INVARIANT: **Binned**, **Bits** and **Sum** hold again without the chunk.
        self.bytes.set(self.bytes.get() - chunk.bytes);
    }

    /// The tightest of the chunks looked at that holds `bytes` at `align`, and where in it: granules at its lower end,
    /// what has an alignment of its own at its upper end.
    pub(super) fn find(&self, map: &PageMap, bytes: usize, align: usize) -> Option<(Chunk, Place)> {
        let mut bin = bin_from_granules(bytes / GRANULE_BYTES);
        let sure = bin_from_granules(bytes.checked_add(align)? / GRANULE_BYTES) + 1;
        let mut looks = LOOKS;
        while let Some(filled) = self.filled_from(bin) {
            if filled >= sure {
                looks = 1;
            }
            let found = self.best_of(map, filled, looks, bytes, align);
            if found.is_some() {
                return found;
            }
            looks = LOOKS_FURTHER;
            bin = filled + 1;
        }
        None
    }

    /// The tightest of the first `looks` chunks of a bin.
    fn best_of(
        &self,
        map: &PageMap,
        bin: usize,
        looks: usize,
        bytes: usize,
        align: usize,
    ) -> Option<(Chunk, Place)> {
        let mut best: Option<(Chunk, Place)> = None;
        let mut place = self.heads[bin].get();
        for _ in 0..looks {
            if place.is_none() {
                break;
            }
            self.looks.set(self.looks.get() + 1);
            let chunk = checked(map, place);
            let start = match align {
                GRANULE_BYTES => place,
                _ => Place(chunk.end().0.saturating_sub(bytes) & !(align - 1)),
            };
            let fits = chunk.bytes >= bytes && start.0 >= place.0;
            if fits && best.is_none_or(|(best, _)| chunk.bytes < best.bytes) {
                best = Some((chunk, start));
                if chunk.bytes == bytes {
                    break;
                }
            }
            // SAFETY: by **Binned** of `Bins`: checked above to be a free chunk.
            place = Place(unsafe { place.word(NEXT) });
        }
        best
    }

    /// The largest free chunk but for the order in its bin, if it has at least `bytes`.
    pub(super) fn largest(&self, map: &PageMap, bytes: usize) -> Option<Chunk> {
        let bin = self.last_filled()?;
        let chunk = map.chunk(self.heads[bin].get());
        (chunk.bytes >= bytes).then_some(chunk)
    }

    /// Calls `visit` with each free chunk; a chunk may be taken out while it is visited.
    pub(super) fn for_each(&self, map: &PageMap, visit: &mut dyn FnMut(usize, Chunk)) {
        for bin in 0..BINS {
            let mut place = self.heads[bin].get();
            while !place.is_none() {
                let chunk = checked(map, place);
                // SAFETY: by **Binned** of `Bins`: checked just now to be a free chunk.
                place = Place(unsafe { place.word(NEXT) });
                visit(bin, chunk);
            }
        }
    }

    /// Whether a chunk is in the right bin, by its size.
    pub(super) fn belongs(bin: usize, chunk: Chunk) -> bool {
        bin == bin_from_granules(chunk.granules())
    }

    /// The first filled bin from `bin` on.
    fn filled_from(&self, bin: usize) -> Option<usize> {
        let first = bin / u64::BITS as usize;
        let mut bits = self.filled.get(first)?.get() & (u64::MAX << (bin % u64::BITS as usize));
        let mut word = first;
        while bits == 0 {
            word += 1;
            bits = self.filled.get(word)?.get();
        }
        Some(word * u64::BITS as usize + bits.trailing_zeros() as usize)
    }

    fn last_filled(&self) -> Option<usize> {
        (0..WORDS).rev().find_map(|word| {
            let last = self.filled[word].get().checked_ilog2()? as usize;
            Some(word * u64::BITS as usize + last)
        })
    }

    fn mark(&self, bin: usize, filled: bool) {
        let word = &self.filled[bin / u64::BITS as usize];
        let bit = 1 << (bin % u64::BITS as usize);
        word.set(if filled {
            word.get() | bit
        } else {
            word.get() & !bit
        });
    }
}

/// The free chunk at `place`, which a list names; ends the program if there is none.
fn checked(map: &PageMap, place: Place) -> Chunk {
    match map.chunk_at(place.0) {
        Some((chunk, true)) => chunk,
        _ => fault::damaged(place.0),
    }
}

/// Ends the program if the neighbours of a chunk in its list do not lead back to it.
fn linked(leads_back: bool, chunk: Chunk) {
    if !leads_back {
        fault::damaged(chunk.start.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_in_the_order_of_sizes() {
        let mut last = 0;
        for granules in 1..100_000 {
            let bin = bin_from_granules(granules);
            assert!(bin == last || bin == last + 1, "{granules}");
            last = bin;
        }
        assert!(bin_from_granules(u32::MAX as usize) < BINS);
    }
}
