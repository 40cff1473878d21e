//! How much of what is free is kept, and how the rest goes back.
//!
//! Over a source with a grain of one page any free pages may go back, after a free: runs of 256 KiB when more is
//! free than max(512 KiB, all that is in use), of 64 KiB when half as much again is free, single pages at three
//! times as much; the largest first, until three quarters are left. When what is in use has halved since the
//! last time, the hot stacks are emptied first, so that a program that frees all it has is left with next to
//! nothing; where a heap never held more than 64 MiB, with up to 512 KiB.
//!
//! What goes back may be offered first: see `offers.rs`.
//!
//! # Source
//! The bound by live bytes is Hoard's (Berger and others, 2000).

use super::Spans;
use super::chunk::Chunk;
use super::page::Kind;
use crate::heap::place::Place;
use crate::memory::{Allocator, PAGE_BYTES};

/// So much may always be free.
const FREE_BYTES_MAX: usize = 512 * 1024;

/// Runs of at least so many bytes go back when more than so many halves of what is in use are free: a system
/// call and a hole in a mapping cost more than a few pages, and what stays often grows to a longer run.
const TIERS: [(usize, usize); 3] = [(2, 64 * PAGE_BYTES), (3, 16 * PAGE_BYTES), (6, PAGE_BYTES)];

/// When little is in use after much more, no more than so much is free.
const LITTLE_BYTES: usize = FREE_BYTES_MAX / 8;

/// Of a run, more than what is too much goes back, up to this.
const CUT_BYTES_MIN: usize = 1024 * 1024;

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// How much may be free in long runs.
    pub(super) fn allowance(&self) -> usize {
        FREE_BYTES_MAX.max(self.in_use() / 2 * TIERS[0].0)
    }

    /// After `freed` bytes came back: empties the stacks when little is left in use, and gives back what is too much.
    #[inline]
    pub(super) fn settle(&self, freed: usize) {
        let in_use = self.in_use();
        self.offers.forecast.grow_old(freed);
        if self.has_shrunk(in_use)
            || self.bins.bytes() > FREE_BYTES_MAX.max(in_use / 2 * TIERS[0].0)
            || self.offers.is_old(self.likely(in_use))
        {
            self.settle_now();
        }
    }

    /// Whether half of what was in use is not any more, so that the stacks may keep too much; but in a heap that was
    /// never large, all that is held may be free.
    #[inline]
    fn has_shrunk(&self, in_use: usize) -> bool {
        in_use < self.supply.use_mark.get() / 2
            && (self.supply.held_bytes() > FREE_BYTES_MAX || self.little() > 0)
    }

    #[cold]
    #[inline(never)]
    fn settle_now(&self) {
        let in_use = self.in_use();
        if self.offers.is_old(self.likely(in_use)) {
            self.withdraw_old();
        }
        if self.has_shrunk(in_use) {
            self.supply.use_mark.set(in_use);
            let little = self.little();
            // Each stack may keep a span for a single block.
            self.flush_all(in_use < FREE_BYTES_MAX.max(little));
            if in_use < little {
                self.give_back_down_to(LITTLE_BYTES, PAGE_BYTES);
            }
            self.withdraw_down_to(self.likely(in_use));
            self.map.shrink(&self.source, self.supply.held_bytes());
        }
        for (halves, run_bytes) in TIERS {
            let most = FREE_BYTES_MAX.max(self.in_use() / 2 * halves);
            if self.bins.bytes() > most {
                self.give_back_down_to(most / 4 * 3, run_bytes);
            }
        }
    }

    /// Gives back all that can be: the hot stacks are emptied, and every free page goes to the source if the
    /// source takes pages. What is left is what live blocks keep.
    pub fn trim(&self) {
        self.flush_all(false);
        self.give_back_down_to(0, PAGE_BYTES);
        self.withdraw_down_to(0);
        self.map.shrink(&self.source, self.supply.held_bytes());
    }

    /// Gives free pages back, the largest chunks first, until at most `bytes` are free or no chunk has
    /// `pages_min` bytes of whole pages.
    pub(super) fn give_back_down_to(&self, bytes: usize, pages_min: usize) {
        if !self.cuts_pages() {
            return;
        }
        while self.bins.bytes() > bytes {
            let excess = (self.bins.bytes() - bytes).next_multiple_of(PAGE_BYTES);
            let Some(chunk) = self.bins.largest(&self.map, pages_min) else {
                return;
            };
            let (start, length) = chunk.pages();
            if length < pages_min {
                return;
            }
            let length = length.min(excess.max(CUT_BYTES_MIN));
            self.bins.remove(&self.map, chunk);
            self.map.clear_chunk(chunk);
            self.forget_fresh(start, start + length);
            // INVARIANT: **Tiles** holds again: the map forgets the pages, the rests are chunks of their own.
            self.map
                .for_each_page(start, length, |page| page.clear(Kind::NONE));
            self.keep_rests(chunk, start, start + length);
            self.supply.release(length);
            // SAFETY: the pages came from the source; they are in no block, and no chunk has them any more.
            unsafe { self.part_with(start, length) };
        }
    }

    /// What is left of a chunk below `start` and from `end` on stays free.
    fn keep_rests(&self, chunk: Chunk, start: usize, end: usize) {
        let rests = [
            (chunk.start.0, start - chunk.start.0),
            (end, chunk.end().0 - end),
        ];
        for (start, bytes) in rests {
            if bytes > 0 {
                let start = Place(start);
                self.put_chunk(Chunk { start, bytes });
            }
        }
    }
}
