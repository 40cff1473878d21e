//! Free blocks by size: 256 lists, and a bit for each that is not empty.
//!
//! ```text
//! bin      2   3   4  ...  63 | 64      ...     71 | 72      ...     79 | ...
//! bytes   32  48  64     1008 | 1024 ..  1920 + 127| 2048 .. 3840 + 255 | ...
//!         one size each       | eight a doubling, each a range
//! ```
//!
//! A bin of one size answers with its first block. A bin of a range may hold blocks that are too small: a
//! few are looked at and the best of them is taken; else the next bin that is not empty, found by its bit,
//! holds only blocks that are large enough. So no request walks a list.
//!
//! # How is this safe?
//! A link is believed only if it leads to a place between the lowest and the highest address of the heap
//! whose link leads back: a link that somebody wrote over ends the program.
//!
//! # Costs
//! Putting in and taking out are a few instructions. A search looks at no more than
//! [`LOOKS_MAX`] blocks that turn out too small. The bins are 2 KiB in the heap's own value.
//!
//! # Source
//! Doug Lea, *A Memory Allocator* (1987-2000): bins; Masmano and others, TLSF (2004): the bits.

use super::block::{Block, block_from_address};
use super::fault;
use crate::heap::place::GRANULE_BYTES;
use core::cell::Cell;

const BINS: usize = 256;

/// Bins below this one hold blocks of one size.
const BINS_EXACT: usize = 64;

/// Ranges in each doubling of the size above: 2^3.
const RANGES_LOG2: u32 = 3;

/// Free blocks of a range that are looked at before the next range is taken.
pub(super) const LOOKS_MAX: u32 = 4;

/// What is damaged, if a link cannot be believed.
const LINK: &str = "a link of a free block";

/// The bin of blocks of `size` bytes.
const fn bin_from_size(size: usize) -> usize {
    let granules = size / GRANULE_BYTES;
    if granules < BINS_EXACT {
        return granules;
    }
    let doubling = granules.ilog2();
    let range = (granules >> (doubling - RANGES_LOG2)) & ((1 << RANGES_LOG2) - 1);
    let bin = BINS_EXACT + ((doubling - BINS_EXACT.ilog2()) as usize) * (1 << RANGES_LOG2) + range;
    if bin < BINS { bin } else { BINS - 1 }
}

/// Free blocks by size.
///
/// # Invariants
/// - **Lists**: bin `i` begins a list of free blocks whose sizes fall into it, each linked with the next and
///   the previous one; no block stands in two places.
/// - **Bits**: bit `i` is set just if bin `i` is not empty.
/// - **Bounds**: every block of the heap lies from `low` to `high`.
#[derive(Debug)]
pub(super) struct Bins {
    first: [Cell<Block>; BINS],
    bits: [Cell<u64>; BINS / 64],
    low: Cell<usize>,
    high: Cell<usize>,
}

impl Bins {
    pub(super) const fn new() -> Bins {
        // INVARIANT: **Lists**, **Bits** and **Bounds** hold: there is no block.
        Bins {
            first: [const { Cell::new(Block::NONE) }; BINS],
            bits: [const { Cell::new(0) }; BINS / 64],
            low: Cell::new(0),
            high: Cell::new(0),
        }
    }

    /// Takes note that blocks may lie from `low` to `high`.
    pub(super) fn widen(&self, low: usize, high: usize) {
        // INVARIANT: **Bounds** holds for the blocks of before and the new ones.
        if self.high.get() == 0 || low < self.low.get() {
            self.low.set(low);
        }
        self.high.set(self.high.get().max(high));
    }

    /// The block at an address, if it can be one.
    #[inline]
    pub(super) fn block_at(&self, address: usize) -> Option<Block> {
        block_from_address(address, self.low.get(), self.high.get())
    }

    /// Puts a free block of `size` bytes into its bin.
    #[inline]
    pub(super) fn insert(&self, block: Block, size: usize) {
        let bin = bin_from_size(size);
        let next = self.first[bin].get();
        block.set_next(next);
        block.set_previous(Block::NONE);
        if !next.is_none() {
            next.set_previous(block);
        }
        // INVARIANT: **Lists** and **Bits** hold again, with the block in front.
        self.first[bin].set(block);
        let bits = &self.bits[bin / 64];
        bits.set(bits.get() | 1 << (bin % 64));
    }

    /// Takes a free block of `size` bytes out of its bin.
    #[inline]
    pub(super) fn remove(&self, block: Block, size: usize) {
        let bin = bin_from_size(size);
        let next = self.followed(block);
        let previous = match block.previous() {
            0 => Block::NONE,
            address => self.believed(block, address),
        };
        if !next.is_none() {
            next.set_previous(previous);
        }
        if previous.is_none() {
            if self.first[bin].get() != block {
                fault::damaged(block, LINK);
            }
            // INVARIANT: **Lists** and **Bits** hold again without the first block.
            self.first[bin].set(next);
            if next.is_none() {
                let bits = &self.bits[bin / 64];
                bits.set(bits.get() & !(1 << (bin % 64)));
            }
        } else {
            if previous.next() != block.address() {
                fault::damaged(block, LINK);
            }
            // INVARIANT: **Lists** holds again without this block.
            previous.set_next(next);
        }
    }

    /// A free block of `from` bytes now has `to`: moves it to another bin if need be.
    #[inline]
    pub(super) fn shrink(&self, block: Block, from: usize, to: usize) {
        if bin_from_size(from) != bin_from_size(to) {
            self.remove(block, from);
            self.insert(block, to);
        }
    }

    /// The smallest of a few blocks that hold what `fits` asks, `size` bytes at least; `sure` is a size of
    /// which every block does. Counts the blocks looked at.
    pub(super) fn search(
        &self,
        size: usize,
        sure: usize,
        steps: &mut u64,
        fits: impl Fn(Block, usize) -> bool,
    ) -> Option<(Block, usize)> {
        let mut bin = self.bin_from(bin_from_size(size))?;
        let mut looks = LOOKS_MAX;
        loop {
            let mut best: Option<(Block, usize)> = None;
            let mut block = self.first[bin].get();
            while !block.is_none() && looks > 0 {
                *steps += 1;
                looks -= 1;
                let block_size = size_of_free(block);
                let better = best.is_none_or(|(_, least)| block_size < least);
                if better && fits(block, block_size) {
                    best = Some((block, block_size));
                    if bin < BINS_EXACT {
                        return best;
                    }
                }
                block = self.followed(block);
            }
            if best.is_some() {
                return best;
            }
            let sure_bin = bin_from_size(sure);
            if looks == 0 && bin < sure_bin {
                bin = self.bin_from(sure_bin)?;
            } else {
                bin = self.bin_from(bin + 1)?;
            }
            looks = looks.max(1);
        }
    }

    /// The largest free block in the bins.
    pub(super) fn largest(&self) -> usize {
        let last = (0..BINS)
            .rev()
            .find(|&bin| !self.first[bin].get().is_none());
        let mut largest = 0;
        if let Some(bin) = last {
            let mut block = self.first[bin].get();
            while !block.is_none() {
                largest = largest.max(size_of_free(block));
                block = self.followed(block);
            }
        }
        largest
    }

    /// Walks every bin, asserts **Lists** and **Bits**, and returns the number of blocks.
    pub(super) fn verify(&self) -> usize {
        let mut blocks = 0;
        for bin in 0..BINS {
            let bit = self.bits[bin / 64].get() >> (bin % 64) & 1 == 1;
            let mut block = self.first[bin].get();
            assert!(bit != block.is_none(), "Bits: bin {bin}");
            let mut previous = Block::NONE;
            while !block.is_none() {
                let tag = block.tag().expect("Lists: a tag is damaged");
                assert!(!tag.is_in_use(), "Lists: a block in use");
                assert!(bin_from_size(tag.size()) == bin, "Lists: the wrong bin");
                assert!(block.previous() == previous.address(), "Lists: a link back");
                let next = block.next();
                assert!(
                    next == 0 || self.block_at(next).is_some(),
                    "Lists: a link leads out of the heap"
                );
                (previous, block) = (block, self.block_at(next).unwrap_or(Block::NONE));
                blocks += 1;
            }
        }
        blocks
    }

    /// The first bin from `bin` on that is not empty.
    #[inline]
    fn bin_from(&self, bin: usize) -> Option<usize> {
        let mut word = bin / 64;
        let mut bits = self.bits.get(word)?.get() & (u64::MAX << (bin % 64));
        while bits == 0 {
            word += 1;
            bits = self.bits.get(word)?.get();
        }
        Some(word * 64 + bits.trailing_zeros() as usize)
    }

    /// The block behind `block` in its list, if the link can be believed.
    #[inline]
    fn followed(&self, block: Block) -> Block {
        let address = block.next();
        if address == 0 {
            return Block::NONE;
        }
        let next = self.believed(block, address);
        if next.previous() != block.address() {
            fault::damaged(block, LINK);
        }
        next
    }

    /// The block that a link of `block` names.
    #[inline]
    fn believed(&self, block: Block, link: usize) -> Block {
        match self.block_at(link) {
            Some(other) => other,
            None => fault::damaged(block, LINK),
        }
    }
}

/// The size of a free block, from its tag.
#[inline]
fn size_of_free(block: Block) -> usize {
    match block.tag() {
        Some(tag) if !tag.is_in_use() => tag.size(),
        _ => fault::damaged(block, "the tag of a free block"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_rise_with_the_size_and_a_higher_bin_is_always_enough() {
        let mut last = 0;
        for size in (32..1 << 20).step_by(16) {
            let bin = bin_from_size(size);
            assert!(bin == last || bin == last + 1 || last == 0, "{size}");
            last = bin;
        }
        assert_eq!(bin_from_size(1008), 63);
        assert_eq!(bin_from_size(1024), 64);
        assert_eq!(bin_from_size(2047 & !15), 71);
        assert_eq!(bin_from_size(2048), 72);
        assert_eq!(bin_from_size(1 << 47), BINS - 1);
    }
}
