//! Blocks of one size: freeing is a push, allocating a pop, and nothing can fragment.
//!
//! ```text
//! region  |head| slot | slot | slot |  never used   |
//!                ^ first free -> next -> 0
//! ```
//!
//! # How is this safe?
//! A slot is on the list or in use; its first word is the link while it is free. Every slot has the size and
//! the alignment that the pool was made with, so any of them serves any request that fits.
//!
//! # Costs
//! A few instructions a call, no bytes a block. A request that is larger than a slot is refused.
//!
//! # Source
//! The oldest trick there is; Knuth calls the list AVAIL (*The Art of Computer Programming* 1, 2.2.3).

use super::place::{GRANULE_BYTES, Place, granules_from_size, place_from_ptr};
use super::regions::Regions;
use super::{Stats, Strategy};
use crate::memory::{AllocError, Allocator, Layout};
use core::cell::Cell;
use core::ptr::NonNull;

/// A pool of slots of `SIZE` bytes at 16, over the source `A`.
///
/// # Invariants
/// - **List**: `first` is 0 or a free slot in a region, whose first word is the next one.
/// - **Rest**: `next` to the end of the last region is memory that was never a slot.
/// - **Count**: `blocks` slots are in use, `free` on the list.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::Pool;
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let pool = Pool::<48, _>::new(Kernel);
/// assert_eq!(pool.allocate(Layout::new::<[u8; 40]>()).unwrap().len(), 48);
/// assert!(pool.allocate(Layout::new::<[u8; 49]>()).is_err());
/// ```
#[derive(Debug)]
pub struct Pool<const SIZE: usize, A: Allocator> {
    regions: Regions<A>,
    first: Cell<Place>,
    next: Cell<Place>,
    blocks: Cell<usize>,
    blocks_peak: Cell<usize>,
    free: Cell<usize>,
}

impl<const SIZE: usize, A: Allocator> Pool<SIZE, A> {
    /// The bytes of a slot: whole granules.
    const SLOT_BYTES: usize = match granules_from_size(SIZE) {
        Some(size) => size,
        None => panic!("a slot has a size"),
    };

    /// An empty pool over `source`; it asks for memory when it is first asked.
    pub const fn new(source: A) -> Pool<SIZE, A> {
        // INVARIANT: **List**, **Rest** and **Count** hold: there is no region.
        Pool {
            regions: Regions::new(source),
            first: Cell::new(Place::NONE),
            next: Cell::new(Place::NONE),
            blocks: Cell::new(0),
            blocks_peak: Cell::new(0),
            free: Cell::new(0),
        }
    }

    /// Where the memory comes from.
    pub fn source(&self) -> &A {
        self.regions.source()
    }

    /// A slot from the list.
    fn pop(&self) -> Option<Place> {
        let slot = self.first.get();
        if slot.is_none() {
            return None;
        }
        // SAFETY: by **List** of `Pool`.
        let next = unsafe { slot.word(0) };
        // INVARIANT: **List** and **Count** hold again without the first slot.
        self.first.set(Place(next));
        self.free.set(self.free.get() - 1);
        Some(slot)
    }

    /// A slot that was never used.
    fn cut(&self) -> Option<Place> {
        let (slot, last) = (self.next.get(), self.regions.last());
        if slot.is_none() || !last.holds(slot, Self::SLOT_BYTES) {
            return None;
        }
        // INVARIANT: **Rest** holds again behind the slot.
        self.next.set(slot.up(Self::SLOT_BYTES));
        Some(slot)
    }

    fn grow(&self) -> Result<(), AllocError> {
        if self.regions.extend(Self::SLOT_BYTES).is_err() {
            // INVARIANT: **Rest** holds again; what was left of the region before is less than a slot.
            self.next.set(self.regions.add(Self::SLOT_BYTES)?.start);
        }
        Ok(())
    }
}

// SAFETY: by **List** and **Rest** of `Pool`, a slot that is handed out is on the list no more; regions stay
// where they are when the pool is moved. Size and alignment are checked in `allocate`.
unsafe impl<const SIZE: usize, A: Allocator> Allocator for Pool<SIZE, A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let fits = 0 < layout.size() && layout.size() <= Self::SLOT_BYTES;
        if !fits || layout.align() > GRANULE_BYTES {
            return Err(AllocError);
        }
        let slot = match self.pop().or_else(|| self.cut()) {
            Some(slot) => slot,
            None => {
                self.grow()?;
                self.cut().ok_or(AllocError)?
            }
        };
        // INVARIANT: **Count** holds again with the slot in use.
        let blocks = self.blocks.get() + 1;
        self.blocks.set(blocks);
        self.blocks_peak.set(self.blocks_peak.get().max(blocks));
        Ok(slot.block(Self::SLOT_BYTES))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, _: Layout) {
        let slot = place_from_ptr(ptr);
        // SAFETY: contract of this function: the slot is free from now on.
        unsafe { slot.set_word(0, self.first.get().0) };
        // INVARIANT: **List** and **Count** hold again, with the slot in front.
        self.first.set(slot);
        self.free.set(self.free.get() + 1);
        self.blocks.set(self.blocks.get() - 1);
    }

    unsafe fn resize(
        &self,
        _: NonNull<u8>,
        _: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        match new_size <= Self::SLOT_BYTES {
            true => Ok(Self::SLOT_BYTES),
            false => Err(AllocError),
        }
    }
}

impl<const SIZE: usize, A: Allocator> Strategy for Pool<SIZE, A> {
    fn stats(&self) -> Stats {
        let held = self.regions.held_bytes();
        let used = self.blocks.get() * Self::SLOT_BYTES;
        let rest = self.regions.last().end.0 - self.next.get().0;
        let has_room = self.free.get() > 0 || rest >= Self::SLOT_BYTES;
        Stats {
            used_bytes: used,
            used_bytes_peak: self.blocks_peak.get() * Self::SLOT_BYTES,
            free_bytes: held - used,
            largest_free_bytes: if has_room { Self::SLOT_BYTES } else { 0 },
            footprint_bytes: held,
            footprint_bytes_peak: self.regions.held_bytes_peak(),
            blocks: self.blocks.get(),
            regions: self.regions.count(),
            steps: 0,
        }
    }

    fn steps(&self) -> u64 {
        0
    }

    fn verify(&self) {
        let (mut slot, mut free) = (self.first.get(), 0);
        while !slot.is_none() {
            let mut inside = false;
            self.regions
                .for_each(|span| inside |= span.holds(slot, Self::SLOT_BYTES));
            assert!(inside, "List: a link leads out of the pool");
            free += 1;
            assert!(free <= self.free.get(), "List: it does not end");
            // SAFETY: by **List** of `Pool`, checked above to lie in a region.
            slot = Place(unsafe { slot.word(0) });
        }
        assert!(free == self.free.get(), "Count: free slots");
        let mut slots = 0;
        self.regions
            .for_each(|span| slots += span.bytes() / Self::SLOT_BYTES);
        assert!(
            free + self.blocks.get() <= slots,
            "Count: more slots than memory"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Kernel;

    #[test]
    fn a_slot_comes_back_at_once_and_a_damaged_link_is_found() {
        let pool = Pool::<24, _>::new(Kernel);
        let layout = Layout::new::<[u8; 24]>();
        let slots = [(); 3].map(|()| pool.allocate(layout).unwrap().cast::<u8>());
        for slot in slots {
            // SAFETY: the slot comes from the pool, with this layout.
            unsafe { pool.deallocate(slot, layout) };
        }
        pool.verify();
        assert_eq!(pool.allocate(layout).unwrap().cast::<u8>(), slots[2]);
        // SAFETY: the slot comes from the pool and is free: the write is the damage.
        unsafe { slots[1].cast::<usize>().write(4096) };
        let checked = std::panic::AssertUnwindSafe(|| pool.verify());
        assert!(std::panic::catch_unwind(checked).is_err());
    }
}
