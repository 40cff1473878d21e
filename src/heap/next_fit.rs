//! Next fit: as first fit, but each search goes on where the last one ended.
//!
//! Algorithm:
//! 1. Walk the free blocks in the order of addresses from the rover on, once around; take the first that fits.
//! 2. The rover stays there.
//!
//! It was meant to save the walk over the remnants that gather at one end. It does, and it spreads the
//! remnants over the whole heap: large free blocks are nibbled at everywhere, so that it usually needs more
//! memory than first fit. It is here to be seen losing to it.
//!
//! # Costs
//! A request or a free looks at up to all free blocks, on average far fewer than with first fit.
//!
//! # Source
//! Donald Knuth, *The Art of Computer Programming* 1, 2.5, exercise 6 (1968); Carter Bays, *A comparison of
//! next-fit, first-fit and best-fit* (1977).

use super::address_order::{AddressOrder, Way};
use super::tagged::block::{Block, Tag};
use super::tagged::cut::Wish;
use super::tagged::{Around, Core, Index, Indexed, Tagged};
use core::cell::Cell;

/// The next-fit heap, over the source `A`.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{NextFit, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = NextFit::new(Kernel);
/// let block = heap.allocate(Layout::new::<[u8; 100]>()).unwrap();
/// assert_eq!((block.len(), heap.stats().blocks), (104, 1));
/// ```
pub type NextFit<A> = Tagged<A, NextByAddress>;

/// The index of the next-fit heap.
///
/// # Invariants
/// - **Rover**: `rover` is a filed block, or none: then a search begins at the end.
#[derive(Debug)]
pub struct NextByAddress {
    order: AddressOrder,
    rover: Cell<Block>,
}

impl Indexed for NextByAddress {
    type Seen = dyn Index<Width = usize>;

    const IS_SHARED: bool = true;

    // INVARIANT: **Rover** holds: there is no block.
    const EMPTY: NextByAddress = NextByAddress {
        order: AddressOrder::new(),
        rover: Cell::new(Block::NONE),
    };

    fn seen(core: &Core<NextByAddress>) -> &Core<dyn Index<Width = usize>> {
        core
    }
}

impl NextByAddress {
    /// The first block from `from` on that fits, before `end` comes up.
    fn find(&self, from: Block, end: Block, wish: &Wish, around: &Around) -> Option<(Block, Tag)> {
        let mut block = from;
        while !block.is_none() && block != end {
            around.step();
            let tag = block.free_tag();
            if wish.fits(block, tag.size()) {
                // INVARIANT: **Rover** holds: the block is filed.
                self.rover.set(block);
                return Some((block, tag));
            }
            block = self.order.after(block, way(wish), around);
        }
        None
    }
}

/// From the end that the heap does not grow at.
fn way(wish: &Wish) -> Way {
    if wish.low { Way::Up } else { Way::Down }
}

impl Index for NextByAddress {
    type Width = usize;

    fn insert(&self, block: Block, _: usize, around: &Around) {
        self.order.insert(block, around);
    }

    fn remove(&self, block: Block, _: usize, around: &Around) {
        if self.rover.get() == block {
            // INVARIANT: **Rover** holds again: a neighbour, or none.
            self.rover.set(around.bounds.followed(block));
        }
        self.order.remove(block, around);
    }

    fn shrink(&self, _: Block, _: usize, _: usize, _: &Around) {
        // Its place in the order is the same.
    }

    fn search(&self, wish: &Wish, around: &Around) -> Option<(Block, Tag)> {
        let rover = self.rover.get();
        self.find(rover, Block::NONE, wish, around)
            .or_else(|| self.find(self.order.end(way(wish), around), rover, wish, around))
    }

    fn largest(&self, around: &Around) -> usize {
        self.order.largest(around)
    }

    fn verify(&self, around: &Around) -> usize {
        let rover = self.rover.get();
        let filed = |block: Block| block.tag().is_some_and(|tag| !tag.is_in_use());
        assert!(rover.is_none() || filed(rover), "Rover: no free block");
        self.order.verify(around)
    }
}
