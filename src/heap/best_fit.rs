//! Best fit: the smallest free block that is long enough.
//!
//! Algorithm:
//! 1. Look at every free block; of those that fit take the smallest, and of equal ones the first in the order
//!    of addresses. One that fits to the byte ends the search.
//! 2. What it does not need stays free where it is.
//!
//! It keeps large blocks large, and leaves the smallest remnants, which nothing fits into.
//!
//! # Costs
//! A request looks at all free blocks, a free at up to all. In the worst case it needs up to n times the peak
//! live bytes for blocks of 1 to n units (Robson 1977), on real programs about what first fit needs.
//!
//! # Source
//! Donald Knuth, *The Art of Computer Programming* 1, 2.5 (1968); J. M. Robson, *Worst case fragmentation of
//! first fit and best fit storage allocation strategies* (1977).

use super::address_order::{AddressOrder, Way};
use super::tagged::block::{Block, Tag};
use super::tagged::cut::Wish;
use super::tagged::{Around, Core, Index, Indexed, Tagged};

/// The best-fit heap, over the source `A`.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{BestFit, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = BestFit::new(Kernel);
/// let block = heap.allocate(Layout::new::<[u8; 100]>()).unwrap();
/// assert_eq!((block.len(), heap.stats().blocks), (104, 1));
/// ```
pub type BestFit<A> = Tagged<A, SmallestByAddress>;

/// The index of the best-fit heap.
#[derive(Debug)]
pub struct SmallestByAddress(AddressOrder);

impl Indexed for SmallestByAddress {
    type Seen = dyn Index<Width = usize>;

    const IS_SHARED: bool = true;

    const EMPTY: SmallestByAddress = SmallestByAddress(AddressOrder::new());

    fn seen(core: &Core<SmallestByAddress>) -> &Core<dyn Index<Width = usize>> {
        core
    }
}

impl Index for SmallestByAddress {
    type Width = usize;

    fn insert(&self, block: Block, _: usize, around: &Around) {
        self.0.insert(block, around);
    }

    fn remove(&self, block: Block, _: usize, around: &Around) {
        self.0.remove(block, around);
    }

    fn shrink(&self, _: Block, _: usize, _: usize, _: &Around) {
        // Its place in the order is the same.
    }

    fn search(&self, wish: &Wish, around: &Around) -> Option<(Block, Tag)> {
        let way = if wish.low { Way::Up } else { Way::Down };
        let mut best: Option<(Block, Tag)> = None;
        let mut block = self.0.end(way, around);
        while !block.is_none() {
            around.step();
            let tag = block.free_tag();
            let size = tag.size();
            if best.is_none_or(|(_, least)| size < least.size()) && wish.fits(block, size) {
                best = Some((block, tag));
                if size == wish.size {
                    break;
                }
            }
            block = self.0.after(block, way, around);
        }
        best
    }

    fn largest(&self, around: &Around) -> usize {
        self.0.largest(around)
    }

    fn verify(&self, around: &Around) -> usize {
        self.0.verify(around)
    }
}
