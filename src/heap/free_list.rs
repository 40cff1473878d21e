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
use super::tagged::block::{Block, Tag};
use super::tagged::cut::Wish;
use super::tagged::list::List;
use super::tagged::{Around, Core, Found, Index, Indexed, Tagged};
use core::cell::Cell;

const BINS: usize = 1 << u8::BITS;

/// Bins below this one hold blocks of one size.
const BINS_EXACT: u8 = 64;

/// Ranges in each doubling of the size above: 2^3.
const RANGES_LOG2: u32 = 3;

/// Free blocks of a range that are looked at before the next range is taken.
const LOOKS_MAX: u32 = 4;

/// The bin of blocks of `size` bytes. What does not fit into the type is no bin.
#[inline]
const fn bin_from_size(size: usize) -> u8 {
    let granules = size / GRANULE_BYTES;
    if granules < BINS_EXACT as usize {
        return granules as u8;
    }
    // The same as `ilog2`, in fewer instructions.
    let doubling = granules.leading_zeros() ^ (usize::BITS - 1);
    let range = granules >> (doubling - RANGES_LOG2);
    // The range has its highest bit set, which is one doubling.
    let bin = ((doubling - BINS_EXACT.ilog2()) << RANGES_LOG2) as usize + range;
    let bin = bin + BINS_EXACT as usize - (1 << RANGES_LOG2);
    if bin < BINS { bin as u8 } else { u8::MAX }
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

    const IS_SHARED: bool = false;

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
    type Width = usize;

    #[inline(always)]
    fn insert(&self, block: Block, size: usize, around: &Around) {
        self.push(bin_from_size(size), block, around);
    }

    #[inline(always)]
    fn remove(&self, block: Block, size: usize, around: &Around) {
        self.unlink(bin_from_size(size), block, around);
    }

    #[inline(always)]
    fn shrink(&self, block: Block, from: usize, to: usize, around: &Around) {
        self.refile(block, from, to, around);
    }

    #[inline(always)]
    fn grow(&self, block: Block, from: usize, to: usize, around: &Around) {
        self.refile(block, from, to, around);
    }

    /// The smallest of a few blocks that fit.
    fn search(&self, wish: &Wish, around: &Around) -> Option<(Block, Tag)> {
        let sure_bin = bin_from_size(wish.sure);
        let mut bin = self.bin_from(bin_from_size(wish.size))?;
        let mut looks = LOOKS_MAX;
        loop {
            let found = self.smallest_of_few(bin, wish, &mut looks, around);
            if found.is_some() {
                return found;
            }
            bin = match looks {
                0 if bin < sure_bin => self.bin_from(sure_bin)?,
                _ => self.bin_from(bin.checked_add(1)?)?,
            };
            looks = looks.max(1);
        }
    }

    /// The first block of a bin of one size, the only block of a range.
    #[inline(always)]
    fn search_plain(&self, size: usize, around: &Around) -> Found {
        let Some(bin) = self.bin_from(bin_from_size(size)) else {
            return Found::Nothing;
        };
        let block = self.lists[bin as usize].first(around);
        let tag = block.free_tag();
        if bin >= BINS_EXACT && (block.next() != 0 || tag.size() < size) {
            return Found::Unknown;
        }
        around.step();
        Found::Block(block, tag, bin)
    }

    #[inline(always)]
    fn remove_found(&self, block: Block, _: usize, bin: u8, around: &Around) {
        self.pop(bin, block, around);
    }

    #[inline(always)]
    fn shrink_found(&self, block: Block, _: usize, to: usize, bin: u8, around: &Around) {
        let new = bin_from_size(to);
        if new != bin {
            self.pop(bin, block, around);
            self.push(new, block, around);
        }
    }

    fn largest(&self, around: &Around) -> usize {
        let filled = self.lists.iter().rev().find(|list| !list.is_empty());
        filled.map_or(0, |list| list.largest(around))
    }

    fn verify(&self, around: &Around) -> usize {
        let mut blocks = 0;
        for bin in 0..=u8::MAX {
            let list = &self.lists[bin as usize];
            let bit = self.bits(bin).get() >> (bin % 64) & 1 == 1;
            assert!(bit != list.is_empty(), "Bits: bin {bin}");
            blocks += list.verify(around, |_, size| bin_from_size(size) == bin);
        }
        blocks
    }
}

impl Bins {
    /// The word with the bit of a bin.
    #[inline(always)]
    fn bits(&self, bin: u8) -> &Cell<u64> {
        &self.bits[bin as usize / 64]
    }

    #[inline(always)]
    fn push(&self, bin: u8, block: Block, around: &Around) {
        self.lists[bin as usize].push(block, around);
        // INVARIANT: **Bits** holds again: the bin has a block.
        let bits = self.bits(bin);
        bits.set(bits.get() | 1 << (bin % 64));
    }

    /// Takes out a block, wherever it stands in its bin.
    #[inline(always)]
    fn unlink(&self, bin: u8, block: Block, around: &Around) {
        let list = &self.lists[bin as usize];
        list.unlink(block, around);
        if list.is_empty() {
            self.mark_empty(bin);
        }
    }

    /// Takes out the first block of a bin.
    #[inline(always)]
    fn pop(&self, bin: u8, block: Block, around: &Around) {
        if self.lists[bin as usize].pop(block, around).is_none() {
            self.mark_empty(bin);
        }
    }

    #[inline(always)]
    fn mark_empty(&self, bin: u8) {
        // INVARIANT: **Bits** holds again: the bin is empty.
        let bits = self.bits(bin);
        bits.set(bits.get() & !(1 << (bin % 64)));
    }

    /// Moves a block to the bin of its new size, if that is another one.
    #[inline(always)]
    fn refile(&self, block: Block, from: usize, to: usize, around: &Around) {
        let (old, new) = (bin_from_size(from), bin_from_size(to));
        if old != new {
            self.unlink(old, block, around);
            self.push(new, block, around);
        }
    }

    /// The smallest block that fits, of those in a bin that there are `looks` for.
    fn smallest_of_few(
        &self,
        bin: u8,
        wish: &Wish,
        looks: &mut u32,
        around: &Around,
    ) -> Option<(Block, Tag)> {
        let mut best: Option<(Block, Tag)> = None;
        let mut block = self.lists[bin as usize].first(around);
        while !block.is_none() && *looks > 0 {
            around.step();
            *looks -= 1;
            let tag = block.free_tag();
            let better = best.is_none_or(|(_, least)| tag.size() < least.size());
            if better && wish.fits(block, tag.size()) {
                best = Some((block, tag));
                if bin < BINS_EXACT {
                    break;
                }
            }
            block = around.bounds.followed(block);
        }
        best
    }

    /// The first bin from `bin` on that is not empty.
    #[inline(always)]
    fn bin_from(&self, bin: u8) -> Option<u8> {
        let mut word = bin as usize / 64;
        let mut bits = self.bits(bin).get() & (u64::MAX << (bin % 64));
        while bits == 0 {
            word += 1;
            bits = self.bits.get(word)?.get();
        }
        Some((word * 64) as u8 | bits.trailing_zeros() as u8)
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
        assert_eq!(bin_from_size(1 << 47), u8::MAX);
    }
}
