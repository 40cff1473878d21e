//! First fit: the first free block, in the order of addresses, that is long enough.
//!
//! Algorithm:
//! 1. Walk the free blocks from the end that the heap does not grow at; take the first that fits.
//! 2. What it does not need stays free where it is.
//! 3. A block that is freed merges with its neighbours and takes its place in the order.
//!
//! It is the densest of the simple heaps, because the far end is filled first and the near end stays whole;
//! and small remnants gather at the far end, which every search walks over.
//!
//! # Costs
//! A request or a free looks at up to all free blocks. Memory: at most about log2 n times the peak live bytes
//! for blocks of 1 to n units, and no heap that does not move its blocks can promise much less
//! (Robson 1974).
//!
//! # Source
//! Donald Knuth, *The Art of Computer Programming* 1, 2.5, algorithm A (1968); J. M. Robson, *Bounds for some
//! functions concerning dynamic storage allocation* (1974).

use super::address_order::{AddressOrder, Way};
use super::tagged::block::{Block, Tag};
use super::tagged::cut::Wish;
use super::tagged::{Around, Core, Index, Indexed, Tagged};

/// The first-fit heap, over the source `A`.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{FirstFit, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = FirstFit::new(Kernel);
/// let block = heap.allocate(Layout::new::<[u8; 100]>()).unwrap();
/// assert_eq!((block.len(), heap.stats().blocks), (104, 1));
/// ```
pub type FirstFit<A> = Tagged<A, FirstByAddress>;

/// The index of the first-fit heap.
#[derive(Debug)]
pub struct FirstByAddress(AddressOrder);

impl Indexed for FirstByAddress {
    type Seen = dyn Index<Width = usize>;

    const IS_SHARED: bool = true;

    const EMPTY: FirstByAddress = FirstByAddress(AddressOrder::new());

    fn seen(core: &Core<FirstByAddress>) -> &Core<dyn Index<Width = usize>> {
        core
    }
}

impl Index for FirstByAddress {
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
        let mut block = self.0.end(way, around);
        while !block.is_none() {
            around.step();
            let tag = block.free_tag();
            if wish.fits(block, tag.size()) {
                return Some((block, tag));
            }
            block = self.0.after(block, way, around);
        }
        None
    }

    fn largest(&self, around: &Around) -> usize {
        self.0.largest(around)
    }

    fn verify(&self, around: &Around) -> usize {
        self.0.verify(around)
    }
}
