//! TLSF, two-level segregated fit: a block is found and filed in constant time, whatever the heap holds.
//!
//! ```text
//! first level: doublings            32   64   128   256   512   1024 ...      one bit each
//! second level: equal parts of it    |--|--|--|--|                            one bit each, one list each
//! ```
//!
//! Algorithm:
//! 1. Round the request up to the next part, so that every block of that list is long enough.
//! 2. Find the first list from there on that is not empty: two looks at words of bits.
//! 3. Take its first block; what it does not need is filed by the same rule.
//! 4. A block that is freed merges with its neighbours by their tags, and is filed.
//!
//! There is no loop over blocks anywhere, so the worst case is the case: what a program with deadlines needs.
//!
//! # Costs
//! At most one free block looked at for a request, none for a free. Rounding up may miss a block that would have
//! fitted: at most one part in `SECOND`. The tables take `FIRST * (8 * SECOND + 2) + 4` bytes: 3 384 as given.
//!
//! A heap of little memory that grows in place, as a region does, can count in 16 bits (`W` is `u16`): then the
//! tables take `FIRST * (2 * SECOND + 2) + 4` bytes, and it serves less than 1 MiB. `Tlsf<&Region, 6, 2, u16>` is
//! 88 bytes and takes 40 of its region, tag and all: so 2 KiB of heap cost 128 bytes.
//!
//! # Source
//! M. Masmano, I. Ripoll, A. Crespo, J. Real, *TLSF: a new dynamic memory allocator for real-time systems*
//! (2004).

use super::tagged::block::{BLOCK_BYTES_MIN, Block, Tag};
use super::tagged::cut::Wish;
use super::tagged::list::List;
use super::tagged::width::Width;
use super::tagged::{Around, Core, Index, Indexed, Tagged};
use core::cell::Cell;

/// The TLSF heap, over the source `A`: `FIRST` doublings from 32 bytes on, at most 32, each in `SECOND` parts (a
/// power of two, at most 16). Larger blocks than the tables know share the last list. `W` is `usize`, or `u16`
/// for less than 1 MiB over a source that grows in place.
///
/// # Examples
/// ```
/// use core::mem::MaybeUninit;
/// use nostd_alloc::heap::Tlsf;
/// use nostd_alloc::memory::{Allocator, Layout, Region};
///
/// let mut bytes = [MaybeUninit::uninit(); 2048];
/// let heap = Tlsf::<_, 6, 2, u16>::new(Region::new(&mut bytes));
/// let layout = Layout::new::<[u8; 500]>();
/// assert!([(); 3].iter().all(|()| heap.allocate(layout).is_ok()));
/// assert!(heap.allocate(layout).is_err());
/// ```
pub type Tlsf<A, const FIRST: usize = 26, const SECOND: usize = 16, W = usize> =
    Tagged<A, TwoLevels<FIRST, SECOND, W>>;

/// The index of the TLSF heap.
///
/// # Invariants
/// - **Lists**: list `[f][s]` holds the free blocks of doubling `f`, part `s`.
/// - **Bits**: bit `s` of `second[f]` is set just if that list is not empty, bit `f` of `first` just if
///   `second[f]` is not 0.
#[derive(Debug)]
#[expect(
    private_bounds,
    reason = "the numbers are the heap's own: usize or u16"
)]
pub struct TwoLevels<const FIRST: usize, const SECOND: usize, W: Width = usize> {
    lists: [[List<W>; SECOND]; FIRST],
    second: [Cell<u16>; FIRST],
    first: Cell<u32>,
}

/// Which list.
type Slot = (usize, usize);

#[expect(
    private_bounds,
    reason = "the numbers are the heap's own: usize or u16"
)]
impl<const FIRST: usize, const SECOND: usize, W: Width> TwoLevels<FIRST, SECOND, W> {
    const VALID: () = {
        assert!(0 < FIRST && FIRST <= 32, "FIRST is 1 to 32");
        assert!(
            SECOND.is_power_of_two() && SECOND <= 16,
            "SECOND is 1 to 16"
        );
    };

    /// The list of blocks of `size` bytes.
    const fn slot(size: usize) -> Slot {
        let () = Self::VALID;
        let first = (size.ilog2() - BLOCK_BYTES_MIN.ilog2()) as usize;
        if first >= FIRST {
            return (FIRST - 1, SECOND - 1);
        }
        let part = (size << SECOND.ilog2()) >> size.ilog2();
        (first, part & (SECOND - 1))
    }

    /// The first list in which every block has `size` bytes.
    const fn slot_of_at_least(size: usize) -> Slot {
        let part = (1 << size.ilog2()) >> SECOND.ilog2();
        let rounding = if part > 0 { part - 1 } else { 0 };
        Self::slot(size.saturating_add(rounding))
    }

    fn list(&self, (first, second): Slot) -> &List<W> {
        &self.lists[first][second]
    }

    /// The first list from `slot` on that is not empty.
    fn filled_from(&self, (first, second): Slot) -> Option<Slot> {
        let parts = self.second[first].get() & (u16::MAX << second);
        if parts != 0 {
            return Some((first, parts.trailing_zeros() as usize));
        }
        let doublings = self.first.get() & u32::MAX.checked_shl(first as u32 + 1).unwrap_or(0);
        if doublings == 0 {
            return None;
        }
        let first = doublings.trailing_zeros() as usize;
        Some((first, self.second[first].get().trailing_zeros() as usize))
    }
}

impl<const FIRST: usize, const SECOND: usize, W: Width> Indexed for TwoLevels<FIRST, SECOND, W> {
    type Seen = dyn Index<Width = W>;

    const IS_SHARED: bool = true;

    // INVARIANT: **Lists** and **Bits** hold: there is no block.
    const EMPTY: Self = TwoLevels {
        lists: [const { [const { List::new() }; SECOND] }; FIRST],
        second: [const { Cell::new(0) }; FIRST],
        first: Cell::new(0),
    };

    fn seen(core: &Core<Self>) -> &Core<dyn Index<Width = W>> {
        core
    }
}

impl<const FIRST: usize, const SECOND: usize, W: Width> Index for TwoLevels<FIRST, SECOND, W> {
    type Width = W;

    fn insert(&self, block: Block, size: usize, around: &Around<W>) {
        let slot @ (first, second) = Self::slot(size);
        self.list(slot).push(block, around);
        // INVARIANT: **Bits** holds again: the list has a block.
        let parts = &self.second[first];
        parts.set(parts.get() | 1 << second);
        self.first.set(self.first.get() | 1 << first);
    }

    fn remove(&self, block: Block, size: usize, around: &Around<W>) {
        let slot @ (first, second) = Self::slot(size);
        self.list(slot).remove(block, around);
        if self.list(slot).is_empty() {
            // INVARIANT: **Bits** holds again: the list is empty.
            let parts = &self.second[first];
            parts.set(parts.get() & !(1 << second));
            if parts.get() == 0 {
                self.first.set(self.first.get() & !(1 << first));
            }
        }
    }

    fn search(&self, wish: &Wish, around: &Around<W>) -> Option<(Block, Tag)> {
        let slot = self.filled_from(Self::slot_of_at_least(wish.sure))?;
        around.step();
        let block = self.list(slot).first(around);
        let tag = block.free_tag();
        // Only in the last list a block may be too small.
        wish.fits(block, tag.size()).then_some((block, tag))
    }

    fn largest(&self, around: &Around<W>) -> usize {
        let mut lists = self.lists.iter().flatten().rev();
        let filled = lists.find(|list| !list.is_empty());
        filled.map_or(0, |list| list.largest(around))
    }

    fn verify(&self, around: &Around<W>) -> usize {
        let mut blocks = 0;
        for (first, lists) in self.lists.iter().enumerate() {
            let parts = self.second[first].get();
            let filled = self.first.get() >> first & 1 == 1;
            assert!(filled == (parts != 0), "Bits: doubling {first}");
            for (second, list) in lists.iter().enumerate() {
                let filled = parts >> second & 1 == 1;
                assert!(filled != list.is_empty(), "Bits: {first}, {second}");
                let belongs = |_, size| Self::slot(size) == (first, second);
                blocks += list.verify(around, belongs);
            }
        }
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_of_the_list_that_is_looked_at_is_long_enough() {
        for size in (32..20_000).step_by(16) {
            let least = TwoLevels::<26, 16>::slot_of_at_least(size);
            for block in (32..40_000).step_by(16) {
                let slot = TwoLevels::<26, 16>::slot(block);
                assert!(slot < least || block >= size, "{block} for {size}");
            }
        }
    }

    #[test]
    fn rounding_up_misses_at_most_one_part_in_sixteen() {
        for size in (256..20_000usize).step_by(16) {
            let (wanted, own) = (
                TwoLevels::<26, 16>::slot_of_at_least(size),
                TwoLevels::<26, 16>::slot(size),
            );
            let apart = (wanted.0 * 16 + wanted.1) - (own.0 * 16 + own.1);
            assert!(apart <= 1, "{size}");
        }
    }
}
