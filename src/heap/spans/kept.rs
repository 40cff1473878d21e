//! How much of what is free is kept, and how the rest goes back.
//!
//! Over a source with a grain of one page any free pages may go back, after a free: runs of 256 KiB when more is
//! free than max(512 KiB, all that is in use), of 64 KiB when half as much again is free, single pages at three
//! times as much; the largest first, until three quarters are left. In use are spans as a whole, however few of their
//! blocks are live, chunks, and blocks apart; rests of less than a page may stay.
//!
//! When what is in use has halved since the last time, the hot stacks are emptied first, so that a program that
//! frees all it has is left with next to nothing; where a heap never held more than 64 MiB, with up to 512 KiB.
//!
//! What goes back may be offered first: see `offers.rs`.
//!
//! # Source
//! The bound by what is in use is Hoard's (Berger and others, 2000).

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

/// How much may be free beside so much in use, as so many halves of it.
#[inline]
fn most_free(in_use: usize, halves: usize) -> usize {
    FREE_BYTES_MAX.max(in_use / 2 * halves)
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// How much may be free in long runs.
    pub(super) fn allowance(&self) -> usize {
        most_free(self.in_use(), TIERS[0].0)
    }

    /// After `freed` bytes came back: empties the stacks when little is left in use, and gives back what is too much.
    #[inline]
    pub(super) fn settle(&self, freed: usize) {
        let in_use = self.in_use();
        self.offers.forecast.grow_old(freed);
        if self.has_shrunk(in_use)
            || self.bins.bytes() > most_free(in_use, TIERS[0].0)
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
            let most = most_free(self.in_use(), halves);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::spans::classes::class_from_layout;
    use crate::heap::{Counted, Strategy};
    use crate::memory::{Kernel, Layout};
    use core::ptr::NonNull;
    use std::vec::Vec;

    /// What may always be free.
    const ALWAYS_BYTES: usize = 512 << 10;

    /// And so many hundredths of what is in use, while some run has as many KiB.
    const BOUNDS: [(usize, usize); 3] = [(100, 256), (150, 64), (300, 4)];

    /// What a free keeps longer than this has always gone through `settle`.
    const KEPT_BYTES_MAX: usize = 32 << 10;

    /// From so many bytes down to so many, of sizes between two powers of two. The fourth makes a heap that is not
    /// small, which offers less.
    const FALLS: [(usize, usize, [usize; 2]); 6] = [
        (20 << 20, 1 << 20, [3, 18]),
        (20 << 20, 200 << 10, [3, 12]),
        (8 << 20, 100 << 10, [11, 17]),
        (90 << 20, 2 << 20, [3, 20]),
        (30 << 20, 4 << 20, [3, 15]),
        (10 << 20, 1 << 20, [3, 18]),
    ];

    /// Asserts what the head of this file says of what is free, and what `offers.rs` says of what is offered. Recent
    /// chunks count as in use: they are what a free keeps without a look at the bound.
    fn assert_bounded<A: Allocator>(heap: &Spans<A>) {
        let (free, held) = (heap.bins.bytes(), heap.supply.held_bytes());
        let mut longest = 0;
        heap.bins.for_each(&heap.map, &mut |_, chunk| {
            longest = longest.max(chunk.bytes);
        });
        for (share, kib) in BOUNDS {
            // Whole pages count, and of a bin only the first chunk is looked at: others are up to an eighth longer.
            let rest = ((kib << 10) + 2 * PAGE_BYTES) / 8 * 9;
            let most = ALWAYS_BYTES.max((held - free) * share / 100);
            let bounded = free <= most || longest < rest;
            assert!(bounded, "{free} of {held} are free, {longest} in a run");
        }
        assert!(held + heap.offers.bytes() <= heap.supply.held_bytes_peak());
    }

    /// Blocks that come and go in any order.
    struct Life<'h, A: Allocator> {
        heap: &'h Spans<A>,
        blocks: Vec<(NonNull<u8>, Layout)>,
        bytes: usize,
        state: u64,
    }

    impl<A: Allocator> Life<'_, A> {
        /// xorshift (Marsaglia 2003).
        fn below(&mut self, limit: usize) -> usize {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            (self.state >> 11) as usize % limit
        }

        fn rise(&mut self, bytes: usize, doublings: [usize; 2]) {
            while self.bytes < bytes {
                let size = 1 << (doublings[0] + self.below(doublings[1] - doublings[0]));
                let layout = Layout::from_size_align(size + self.below(size), 8).unwrap();
                let block = self.heap.allocate(layout).unwrap().cast();
                self.blocks.push((block, layout));
                self.bytes += layout.size();
                if self.below(4) == 0 {
                    self.free_one();
                }
            }
        }

        /// Frees a block by one of the ways that there are, or the upper half of it; answers how much.
        fn free_one(&mut self) -> usize {
            let index = self.below(self.blocks.len());
            let (block, layout) = self.blocks.swap_remove(index);
            let (size, half) = (layout.size(), layout.size() / 2);
            let way = self.below(3);
            // SAFETY: the block comes from the heap, with this layout, and goes once; half of it is more than nothing.
            let resized = unsafe {
                if way == 0 && half > 0 && self.heap.resize(block, layout, half).is_ok() {
                    true
                } else {
                    let is_small = class_from_layout(layout).is_some();
                    if is_small || way == 1 || !self.heap.deallocate_chunk(block, layout) {
                        self.heap.deallocate(block, layout);
                    }
                    false
                }
            };
            if resized {
                let layout = Layout::from_size_align(half, 8).unwrap();
                self.blocks.push((block, layout));
            }
            let freed = if resized { size - half } else { size };
            self.bytes -= freed;
            freed
        }

        /// Until the first free that has surely settled, what growth has left may be too much.
        fn fall(&mut self, bytes: usize) -> usize {
            let (mut settled, mut looks) = (false, 0);
            while self.bytes > bytes {
                settled |= self.free_one() > KEPT_BYTES_MAX;
                if settled {
                    assert_bounded(self.heap);
                    looks += 1;
                }
            }
            looks
        }
    }

    /// A heap whose blocks come and go, and how often it was looked at; `look` looks at it now and then, too.
    fn live<A: Allocator>(source: A, look: impl Fn(&Spans<A>)) -> usize {
        let heap: Spans<A> = Spans::new(source);
        let mut life = Life {
            heap: &heap,
            blocks: Vec::new(),
            bytes: 0,
            state: 88_172_645_463_325_252,
        };
        let mut looks = 0;
        for (high, low, doublings) in FALLS {
            life.rise(high, doublings);
            look(&heap);
            looks += life.fall(low);
            look(&heap);
            heap.verify();
        }
        looks
    }

    #[test]
    fn what_is_free_follows_what_is_in_use_while_blocks_live() {
        let looks = live(Kernel, |_| ());
        assert!(looks > 20_000, "{looks}");
        // A source that takes no offers counts to the byte what is held.
        live(Counted::new(Kernel), |heap| {
            let bookkeeping = heap.meta.held_bytes() + heap.map.held_bytes();
            let held = heap.supply.held_bytes() + bookkeeping;
            assert_eq!((heap.source.held_bytes(), heap.offers.bytes()), (held, 0));
        });
    }
}
