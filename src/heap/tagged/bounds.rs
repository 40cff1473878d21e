//! The lowest and the highest address of a heap, and the links that may lie between them.

use super::block::{Block, block_from_place};
use super::fault;
use super::width::{Count, Width};
use crate::heap::place::{GRANULE_BYTES, Place};
use core::cell::Cell;

/// The lowest and the highest address of a heap: between them lie its blocks.
///
/// # Invariants
/// - **Links**: what is stored as a link was a block of the heap, and `low` is as it was then, or links are
///   whole addresses.
#[derive(Debug)]
pub(in crate::heap) struct Bounds<W: Width = usize> {
    low: Cell<usize>,
    /// From the lowest address to the highest.
    granules: Count<W>,
}

impl<W: Width> Bounds<W> {
    pub(in crate::heap) const fn new() -> Bounds<W> {
        Bounds {
            low: Cell::new(0),
            granules: Count::new(),
        }
    }

    /// Takes note that blocks may lie from `low` to `high`, both multiples of a granule.
    pub(in crate::heap) fn widen(&self, low: usize, high: usize) {
        let granules = self.granules.get();
        let (mut lowest, mut highest) = (low, high);
        if granules != 0 {
            lowest = low.min(self.low.get());
            highest = high.max(self.low.get() + granules * GRANULE_BYTES);
        }
        self.low.set(lowest);
        self.granules.set((highest - lowest) / GRANULE_BYTES);
    }

    /// How many of the `length` bytes from `start` on the heap may have. Narrow numbers reach from its lowest
    /// address, which must stay, up to a limit.
    pub(in crate::heap) fn reach(&self, start: Place, length: usize) -> usize {
        let within = match W::REACH_BYTES {
            Some(_) if self.granules.get() != 0 && start.0 < self.low.get() => 0,
            Some(reach) if self.granules.get() != 0 => {
                reach.saturating_sub(start.0 - self.low.get())
            }
            Some(reach) => reach,
            None => length,
        };
        length.min(within) & !(GRANULE_BYTES - 1)
    }

    /// The block that a link of the heap's own tables names.
    #[inline(always)]
    pub(in crate::heap) fn block_from_link(&self, link: W) -> Block {
        // SAFETY: by **Links** of `Bounds` it is the address of a block.
        unsafe { block_from_place(Place(link.address(self.low.get()))) }
    }

    /// And back.
    #[inline(always)]
    pub(in crate::heap) fn link_from_block(&self, block: Block) -> W {
        W::from_address(block.address(), self.low.get())
    }

    /// The block at an address of which nothing else is known, if it can be one.
    #[inline]
    pub(in crate::heap) fn block_at(&self, address: usize) -> Option<Block> {
        // INVARIANT: **Ours** is as good as this check: the heap never lends the memory between its regions, so
        // a wrong address there faults or its seal does not fit. The rotation makes an address large that lies
        // below or that is no multiple of a granule.
        let offset = address.wrapping_sub(self.low.get());
        let granule = offset.rotate_right(GRANULE_BYTES.ilog2());
        if granule >= self.granules.get() {
            return None;
        }
        // SAFETY: checked above, as far as a number of which nothing is known can be.
        Some(unsafe { block_from_place(Place(address)) })
    }

    /// The block that a link of `block` names: the end of the list, or a block of the heap.
    #[inline]
    pub(in crate::heap) fn linked(&self, block: Block, link: usize) -> Block {
        if link == 0 {
            return Block::NONE;
        }
        match self.block_at(link) {
            Some(other) => other,
            None => fault::damaged(block, fault::LINK),
        }
    }

    /// The block behind `block` in its list, which must lead back.
    #[inline]
    pub(in crate::heap) fn followed(&self, block: Block) -> Block {
        let next = self.linked(block, block.next());
        if !next.is_none() && next.previous() != block.address() {
            fault::damaged(block, fault::LINK);
        }
        next
    }
}
