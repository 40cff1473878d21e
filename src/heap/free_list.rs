//! The general heap: free blocks by size in 256 lists, and a bit for each that is not empty.
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
//! Cutting, merging and growing are those of [`Tagged`].
//!
//! # How is this safe?
//! A link is believed only if it leads to a place between the lowest and the highest address of the heap
//! whose link leads back: a link that somebody wrote over ends the program.
//!
//! # Costs
//! Putting in and taking out are a few instructions. A search looks at no more than
//! four blocks that turn out too small. The bins are 2 KiB in the heap's own value.
//!
//! # Source
//! Doug Lea, *A Memory Allocator* (1987-2000): bins; Masmano and others, *TLSF* (2004): the bits.

use super::place::GRANULE_BYTES;
use super::tagged::block::Block;
use super::tagged::cut::Wish;
use super::tagged::list::List;
use super::tagged::{Around, Core, Index, Indexed, Tagged};
use core::cell::Cell;

const BINS: usize = 256;

/// Bins below this one hold blocks of one size.
const BINS_EXACT: usize = 64;

/// Ranges in each doubling of the size above: 2^3.
const RANGES_LOG2: u32 = 3;

/// Free blocks of a range that are looked at before the next range is taken.
const LOOKS_MAX: u32 = 4;

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

/// The general heap, over the source `A`: the one to take where nothing speaks for another.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{FreeList, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = FreeList::new(Kernel);
/// let layout = Layout::new::<[u8; 100]>();
/// let block = heap.allocate(layout)?;
/// assert_eq!(block.len(), 104);
/// # // SAFETY: origin of the pointer: this heap, with this layout.
/// unsafe { heap.deallocate(block.cast(), layout) };
/// heap.verify();
/// assert_eq!(heap.stats().used_bytes, 0);
/// # Ok::<(), nostd_alloc::memory::AllocError>(())
/// ```
pub type FreeList<A> = Tagged<A, Bins>;

/// Free blocks by size.
///
/// # Invariants
/// - **Lists**: bin `i` begins a list of free blocks whose sizes fall into it, each linked with the next and
///   the previous one; no block stands in two places.
/// - **Bits**: bit `i` is set just if bin `i` is not empty.
#[derive(Debug)]
pub struct Bins {
    lists: [List; BINS],
    bits: [Cell<u64>; BINS / 64],
}

impl Indexed for Bins {
    type Seen = Bins;

    // INVARIANT: **Lists** and **Bits** hold: there is no block.
    const EMPTY: Bins = Bins {
        lists: [const { List::new() }; BINS],
        bits: [const { Cell::new(0) }; BINS / 64],
    };

    #[inline]
    fn seen(core: &Core<Bins>) -> &Core<Bins> {
        core
    }
}

impl Index for Bins {
    #[inline]
    fn insert(&self, block: Block, size: usize, _: &Around) {
        let bin = bin_from_size(size);
        self.lists[bin].push(block);
        // INVARIANT: **Bits** holds again: the bin has a block.
        let bits = &self.bits[bin / 64];
        bits.set(bits.get() | 1 << (bin % 64));
    }

    #[inline]
    fn remove(&self, block: Block, size: usize, around: &Around) {
        let bin = bin_from_size(size);
        self.lists[bin].remove(block, around);
        if self.lists[bin].is_empty() {
            // INVARIANT: **Bits** holds again: the bin is empty.
            let bits = &self.bits[bin / 64];
            bits.set(bits.get() & !(1 << (bin % 64)));
        }
    }

    #[inline]
    fn shrink(&self, block: Block, from: usize, to: usize, around: &Around) {
        if bin_from_size(from) != bin_from_size(to) {
            self.remove(block, from, around);
            self.insert(block, to, around);
        }
    }

    /// The smallest of a few blocks that fit.
    fn search(&self, wish: &Wish, around: &Around) -> Option<(Block, usize)> {
        let mut bin = self.bin_from(bin_from_size(wish.size))?;
        let mut looks = LOOKS_MAX;
        loop {
            let mut best: Option<(Block, usize)> = None;
            let mut block = self.lists[bin].first();
            while !block.is_none() && looks > 0 {
                around.step();
                looks -= 1;
                let size = block.size_of_free();
                let better = best.is_none_or(|(_, least)| size < least);
                if better && wish.fits(block, size) {
                    best = Some((block, size));
                    if bin < BINS_EXACT {
                        return best;
                    }
                }
                block = around.bounds.followed(block);
            }
            if best.is_some() {
                return best;
            }
            let sure_bin = bin_from_size(wish.sure);
            if looks == 0 && bin < sure_bin {
                bin = self.bin_from(sure_bin)?;
            } else {
                bin = self.bin_from(bin + 1)?;
            }
            looks = looks.max(1);
        }
    }

    fn largest(&self, around: &Around) -> usize {
        let filled = self.lists.iter().rev().find(|list| !list.is_empty());
        filled.map_or(0, |list| list.largest(around))
    }

    fn verify(&self, around: &Around) -> usize {
        let mut blocks = 0;
        for bin in 0..BINS {
            let bit = self.bits[bin / 64].get() >> (bin % 64) & 1 == 1;
            assert!(bit != self.lists[bin].is_empty(), "Bits: bin {bin}");
            let belongs = |_, size| bin_from_size(size) == bin;
            blocks += self.lists[bin].verify(around, belongs);
        }
        blocks
    }
}

impl Bins {
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
