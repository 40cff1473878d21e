//! Free blocks in the order of their addresses: what first, next and best fit search.
//!
//! A list without bins: a block finds its place by a walk from where the list was last touched, which is
//! near where a program works. The order is what keeps these heaps dense: the same low (or, in a heap that
//! grows downwards, high) blocks are used again and again, and the rest of the heap stays whole.
//!
//! # Costs
//! Filing and searching walk the list: every block looked at is a step.

use super::tagged::block::Block;
use super::tagged::list::List;
use super::tagged::{Around, fault};
use core::cell::Cell;

/// Which way to walk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Up,
    Down,
}

/// All filed blocks by address.
///
/// # Invariants
/// - **Order**: the blocks of `lowest` stand in the order of their addresses; `highest` is the last one.
/// - **Finger**: `finger` is one of them, or none if there is none.
#[derive(Debug)]
pub(super) struct AddressOrder {
    lowest: List,
    highest: Cell<Block>,
    finger: Cell<Block>,
}

impl AddressOrder {
    pub(super) const fn new() -> AddressOrder {
        // INVARIANT: **Order** and **Finger** hold: there is no block.
        AddressOrder {
            lowest: List::new(),
            highest: Cell::new(Block::NONE),
            finger: Cell::new(Block::NONE),
        }
    }

    /// Where a walk begins.
    pub(super) fn end(&self, way: Way, around: &Around) -> Block {
        match way {
            Way::Up => self.lowest.first(around),
            Way::Down => self.highest.get(),
        }
    }

    /// The block behind `block` on a walk.
    pub(super) fn after(&self, block: Block, way: Way, around: &Around) -> Block {
        match way {
            Way::Up => around.bounds.followed(block),
            Way::Down => around.bounds.linked(block, block.previous()),
        }
    }

    /// Files a block where its address belongs.
    pub(super) fn insert(&self, block: Block, around: &Around) {
        let mut below = self.finger.get();
        while !below.is_none() && below > block {
            around.step();
            below = self.after(below, Way::Down, around);
        }
        let mut above = match below.is_none() {
            true => self.lowest.first(around),
            false => self.after(below, Way::Up, around),
        };
        while !above.is_none() && above < block {
            around.step();
            (below, above) = (above, self.after(above, Way::Up, around));
        }
        // INVARIANT: **Order** and **Finger** hold again: the block stands between its neighbours.
        if below.is_none() {
            self.lowest.push(block, around);
        } else {
            block.set_next(above);
            block.set_previous(below);
            below.set_next(block);
            if !above.is_none() {
                above.set_previous(block);
            }
        }
        if above.is_none() {
            self.highest.set(block);
        }
        self.finger.set(block);
    }

    /// Strikes a block out.
    pub(super) fn remove(&self, block: Block, around: &Around) {
        let below = around.bounds.linked(block, block.previous());
        let above = around.bounds.followed(block);
        if above.is_none() {
            if self.highest.get() != block {
                fault::damaged(block, fault::LINK);
            }
            self.highest.set(below);
        }
        // INVARIANT: **Order** and **Finger** hold again without the block.
        self.lowest.remove(block, around);
        self.finger.set(if below.is_none() { above } else { below });
    }

    /// The size of the largest block, or 0.
    pub(super) fn largest(&self, around: &Around) -> usize {
        self.lowest.largest(around)
    }

    /// Walks the list, asserts **Order** and **Finger**, and returns the number of blocks.
    pub(super) fn verify(&self, around: &Around) -> usize {
        let (mut last, mut finger) = (Block::NONE, self.finger.get().is_none());
        let blocks = self.lowest.verify(around, |block, _| {
            assert!(last < block, "Order: an address out of order");
            last = block;
            finger |= block == self.finger.get();
            true
        });
        assert!(last == self.highest.get(), "Order: the highest block");
        assert!(finger, "Finger: it points nowhere");
        blocks
    }
}
