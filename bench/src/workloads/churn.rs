//! Churn: a table of live blocks, one of them replaced at random again and again.

use crate::block::{Block, LINE_BYTES};
use crate::pages::Pages;
use crate::probe::Probe;
use crate::random::{Random, sizes};
use std::alloc::GlobalAlloc;

/// Sizes that are drawn before the time runs.
const DRAWN: usize = 1 << 14;
const PAGE_BYTES: usize = 4096;
/// From here on a byte a page is written, in place of a byte a line.
const LARGE_BYTES: usize = 64 << 10;

/// Sizes from 8 to 4096 bytes, log-uniform, and 1 % from 64 KiB to 4 MiB if there are `large` ones.
fn drawn(large: bool) -> Pages<u32> {
    sizes(DRAWN, |random| {
        if large && random.below(100) == 0 {
            random.log_uniform(LARGE_BYTES, 4 << 20)
        } else {
            random.log_uniform(8, 4096)
        }
    })
}

/// The churn of one thread.
#[derive(Debug)]
pub struct Churn {
    sizes: Pages<u32>,
    blocks: Pages<Block>,
    random: Random,
    drawn: usize,
}

impl Churn {
    /// A table of `slots`, still empty.
    pub fn new(slots: usize, large: bool, seed: u64) -> Churn {
        Churn {
            sizes: drawn(large),
            blocks: Pages::new(slots),
            random: Random::new(seed),
            drawn: 0,
        }
    }

    /// The next size.
    #[inline(always)]
    fn size(&mut self) -> usize {
        self.drawn += 1;
        self.sizes[self.drawn % DRAWN] as usize
    }

    /// A new block, touched.
    #[inline(always)]
    fn block<H: GlobalAlloc>(&mut self, heap: &H) -> Block {
        let block = Block::new(heap, self.size());
        let step = if block.size < LARGE_BYTES {
            LINE_BYTES
        } else {
            PAGE_BYTES
        };
        // SAFETY: the block came from `heap` just now.
        unsafe { block.touch(0, step) };
        block
    }

    /// Fills the table.
    pub fn fill<H: GlobalAlloc>(&mut self, heap: &H) {
        for slot in 0..self.blocks.len() {
            self.blocks[slot] = self.block(heap);
        }
    }

    /// Replaces `operations` blocks.
    #[inline(always)]
    pub fn replace<H: GlobalAlloc>(&mut self, heap: &H, operations: u64) {
        for _ in 0..operations {
            let slot = self.random.below(self.blocks.len());
            // SAFETY: each slot holds a live block that came from `heap`, by `fill` or by this loop.
            unsafe { self.blocks[slot].free(heap, 8) };
            self.blocks[slot] = self.block(heap);
        }
    }

    /// Frees the table.
    pub fn empty<H: GlobalAlloc>(&mut self, heap: &H) {
        for block in self.blocks.iter() {
            // SAFETY: each slot holds a live block that came from `heap`, and is used no more.
            unsafe { block.free(heap, 8) };
        }
    }
}

/// Fills, replaces (in time), empties. With large blocks half as many replacements go before, since the
/// heap has not found its size when the table is full for the first time.
#[inline(never)]
pub fn run<H: GlobalAlloc>(
    heap: &H,
    slots: usize,
    large: bool,
    operations: u64,
    probe: &mut Probe,
) {
    let mut churn = Churn::new(slots, large, 5);
    probe.memory_begins();
    churn.fill(heap);
    if large {
        churn.replace(heap, operations / 2);
    }
    probe.start();
    churn.replace(heap, operations);
    probe.stop(operations);
    churn.empty(heap);
    probe.memory_ends();
}
