//! Half fit: one list for each doubling of the size, found by one bit; the step before TLSF.
//!
//! Algorithm:
//! 1. A free block of at least 2^i and less than 2^(i+1) bytes is in list i.
//! 2. A request of `size` bytes looks in the lists from the first power of two that is not less than `size`:
//!    every block there is long enough, so the first one is taken.
//! 3. What it does not need is filed by the same rule; a block that is freed merges, and is filed.
//!
//! It misses up to half of the blocks that would have fitted: a block of 100 bytes is not found for a request
//! of 80, which is what TLSF's second level is there for.
//!
//! # Costs
//! At most one free block looked at for a request, none for a free; 40 lists.
//!
//! # Source
//! Takeshi Ogasawara, *An algorithm with constant execution time for dynamic storage allocation* (1995).

use super::tagged::block::{Block, Tag};
use super::tagged::cut::Wish;
use super::tagged::list::List;
use super::tagged::{Around, Core, Index, Indexed, Tagged};
use core::cell::Cell;

/// Up to 1 TiB; larger blocks share the last list.
const LISTS: usize = 40;

/// The half-fit heap, over the source `A`.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{HalfFit, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = HalfFit::new(Kernel);
/// let block = heap.allocate(Layout::new::<[u8; 100]>()).unwrap();
/// assert_eq!((block.len(), heap.stats().blocks), (104, 1));
/// ```
pub type HalfFit<A> = Tagged<A, Doublings>;

/// The index of the half-fit heap.
///
/// # Invariants
/// - **Lists**: list `i` holds the free blocks from 2^i to less than 2^(i+1) bytes.
/// - **Bits**: bit `i` is set just if list `i` is not empty.
#[derive(Debug)]
pub struct Doublings {
    lists: [List; LISTS],
    bits: Cell<u64>,
}

/// The list of blocks of `size` bytes.
const fn list_from_size(size: usize) -> usize {
    let list = size.ilog2() as usize;
    if list < LISTS { list } else { LISTS - 1 }
}

impl Indexed for Doublings {
    type Seen = dyn Index<Width = usize>;

    const IS_SHARED: bool = true;

    // INVARIANT: **Lists** and **Bits** hold: there is no block.
    const EMPTY: Doublings = Doublings {
        lists: [const { List::new() }; LISTS],
        bits: Cell::new(0),
    };

    fn seen(core: &Core<Doublings>) -> &Core<dyn Index<Width = usize>> {
        core
    }
}

impl Index for Doublings {
    type Width = usize;

    fn insert(&self, block: Block, size: usize, around: &Around) {
        let list = list_from_size(size);
        self.lists[list].push(block, around);
        // INVARIANT: **Bits** holds again: the list has a block.
        self.bits.set(self.bits.get() | 1 << list);
    }

    fn remove(&self, block: Block, size: usize, around: &Around) {
        let list = list_from_size(size);
        self.lists[list].remove(block, around);
        if self.lists[list].is_empty() {
            // INVARIANT: **Bits** holds again: the list is empty.
            self.bits.set(self.bits.get() & !(1 << list));
        }
    }

    fn search(&self, wish: &Wish, around: &Around) -> Option<(Block, Tag)> {
        let least = list_from_size(wish.sure.checked_next_power_of_two()?);
        let filled = self.bits.get() & (u64::MAX << least);
        if filled == 0 {
            return None;
        }
        around.step();
        let block = self.lists[filled.trailing_zeros() as usize].first(around);
        let tag = block.free_tag();
        // Only in the last list a block may be too small.
        wish.fits(block, tag.size()).then_some((block, tag))
    }

    fn largest(&self, around: &Around) -> usize {
        let mut lists = self.lists.iter().rev();
        let filled = lists.find(|list| !list.is_empty());
        filled.map_or(0, |list| list.largest(around))
    }

    fn verify(&self, around: &Around) -> usize {
        let mut blocks = 0;
        for (number, list) in self.lists.iter().enumerate() {
            let filled = self.bits.get() >> number & 1 == 1;
            assert!(filled != list.is_empty(), "Bits: list {number}");
            blocks += list.verify(around, |_, size| list_from_size(size) == number);
        }
        blocks
    }
}
