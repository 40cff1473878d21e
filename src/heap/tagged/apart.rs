//! Blocks that are mappings of their own, and the table that knows them.
//!
//! A block of 32 pages or more comes straight from a source with a grain and has no tag: its size alone says
//! which way it goes. It grows by the source's own means (`mremap`), and goes back at once. The table says
//! what is live, so that a second free, or a pointer into the middle, is recognised and not handed to the
//! kernel, which would unmap whatever stands there by then.
//!
//! # Costs
//! Besides the system calls, a look into the table: 16 bytes an entry, at most half of them in use, in pages
//! of its own from the first such block on.
//!
//! # Source
//! Doug Lea, *A Memory Allocator*: the threshold; Donald Knuth, *The Art of Computer Programming* 3, 6.4:
//! linear probing with deletion (algorithm R).

use super::regions::return_span;
use crate::heap::place::{GRANULE_BYTES, Place, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout};
use core::cell::Cell;

const ENTRY_BYTES: usize = 16;
const ADDRESS: usize = 0;
const SIZE: usize = 1;

/// All blocks that are mapped apart.
///
/// # Invariants
/// - **Table**: `table` is 0, or `slots` entries from the source, a power of two: an address and a size, or
///   two zeros. An entry stands at the slot that its address names or behind it, with no empty slot between.
/// - **Sums**: `blocks` entries are in use, with `bytes` in all.
#[derive(Debug)]
pub(super) struct Apart {
    table: Cell<Place>,
    slots: Cell<usize>,
    blocks: Cell<usize>,
    bytes: Cell<usize>,
}

impl Apart {
    pub(super) const fn new() -> Apart {
        // INVARIANT: **Table** and **Sums** hold: there is no table.
        Apart {
            table: Cell::new(Place::NONE),
            slots: Cell::new(0),
            blocks: Cell::new(0),
            bytes: Cell::new(0),
        }
    }

    /// How many there are.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.get()
    }

    /// Their bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// The bytes of the table.
    pub(super) fn table_bytes(&self) -> usize {
        self.slots.get() * ENTRY_BYTES
    }

    /// Makes sure that one more entry finds a slot.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no memory for a larger table; nothing has changed.
    pub(super) fn reserve(&self, source: &dyn Allocator) -> Result<(), AllocError> {
        if (self.blocks.get() + 1) * 2 <= self.slots.get() {
            return Ok(());
        }
        let size = (self.table_bytes() * 2).max(source.grain());
        let layout = Layout::from_size_align(size, GRANULE_BYTES).map_err(|_| AllocError)?;
        let table = place_from_ptr(source.allocate_zeroed(layout)?.cast());
        let old = (self.table.get(), self.slots.get());
        // INVARIANT: **Table** and **Sums** hold for the new, empty table, and again when all is moved.
        self.table.set(table);
        self.slots.set(size / ENTRY_BYTES);
        self.blocks.set(0);
        self.bytes.set(0);
        for slot in 0..old.1 {
            let (address, size) = entry(old.0, slot);
            if address != 0 {
                self.insert(address, size);
            }
        }
        return_table(source, old.0, old.1);
        Ok(())
    }

    /// Enters a block; [`reserve`](Self::reserve) has made sure of a slot.
    pub(super) fn insert(&self, address: usize, size: usize) {
        let mut slot = self.home(address);
        while self.entry(slot).0 != 0 {
            slot = self.after(slot);
        }
        // INVARIANT: **Table** and **Sums** hold again with the new entry.
        self.set_entry(slot, (address, size));
        self.blocks.set(self.blocks.get() + 1);
        self.bytes.set(self.bytes.get() + size);
    }

    /// The size of the block at `address`, if one is live there.
    pub(super) fn size(&self, address: usize) -> Option<usize> {
        self.slot(address).map(|slot| self.entry(slot).1)
    }

    /// Strikes out the block at `address`, which is there, and closes the gap behind it.
    pub(super) fn remove(&self, address: usize) {
        let Some(mut gap) = self.slot(address) else {
            return;
        };
        self.blocks.set(self.blocks.get() - 1);
        self.bytes.set(self.bytes.get() - self.entry(gap).1);
        let mut slot = gap;
        loop {
            // INVARIANT: **Table** holds again when an entry that the gap would hide has moved into it.
            self.set_entry(gap, (0, 0));
            loop {
                slot = self.after(slot);
                let entry = self.entry(slot);
                if entry.0 == 0 {
                    return;
                }
                let distance = |from: usize| slot.wrapping_sub(from) & (self.slots.get() - 1);
                if distance(self.home(entry.0)) >= distance(gap) {
                    self.set_entry(gap, entry);
                    gap = slot;
                    break;
                }
            }
        }
    }

    /// Gives every block and the table back to the source.
    pub(super) fn return_all(&self, source: &dyn Allocator) {
        for slot in 0..self.slots.get() {
            let (address, size) = self.entry(slot);
            if address != 0 {
                return_span(source, Place(address), size);
            }
        }
        return_table(source, self.table.get(), self.slots.get());
        // INVARIANT: **Table** and **Sums** hold: there is no table.
        self.table.set(Place::NONE);
        self.slots.set(0);
        self.blocks.set(0);
        self.bytes.set(0);
    }

    /// Walks the table and asserts **Table** and **Sums**.
    pub(super) fn verify(&self) {
        let (mut blocks, mut bytes) = (0, 0);
        for slot in 0..self.slots.get() {
            let (address, size) = self.entry(slot);
            if address != 0 {
                assert!(self.slot(address) == Some(slot), "Table: a hidden entry");
                blocks += 1;
                bytes += size;
            }
        }
        assert!(blocks == self.blocks.get(), "Sums: blocks mapped apart");
        assert!(bytes == self.bytes.get(), "Sums: bytes mapped apart");
    }

    /// Where the entry of `address` stands.
    fn slot(&self, address: usize) -> Option<usize> {
        if self.slots.get() == 0 || address == 0 {
            return None;
        }
        let mut slot = self.home(address);
        loop {
            match self.entry(slot).0 {
                0 => return None,
                found if found == address => return Some(slot),
                _ => slot = self.after(slot),
            }
        }
    }

    /// The slot that an address names.
    fn home(&self, address: usize) -> usize {
        let product = (address / crate::memory::PAGE_BYTES).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        product >> 32 & (self.slots.get() - 1)
    }

    fn after(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.get() - 1)
    }

    fn entry(&self, slot: usize) -> (usize, usize) {
        assert!(slot < self.slots.get());
        entry(self.table.get(), slot)
    }

    fn set_entry(&self, slot: usize, entry: (usize, usize)) {
        assert!(slot < self.slots.get());
        let place = self.table.get().up(slot * ENTRY_BYTES);
        // SAFETY: by **Table** of `Apart`; that the slot is one of it was checked above.
        unsafe {
            place.set_word(ADDRESS, entry.0);
            place.set_word(SIZE, entry.1);
        }
    }
}

/// The entry at `slot` of a table that has so many.
fn entry(table: Place, slot: usize) -> (usize, usize) {
    let place = table.up(slot * ENTRY_BYTES);
    // SAFETY: by **Table** of `Apart`; the callers have checked the slot.
    unsafe { (place.word(ADDRESS), place.word(SIZE)) }
}

fn return_table(source: &dyn Allocator, table: Place, slots: usize) {
    if slots > 0 {
        return_span(source, table, slots * ENTRY_BYTES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Kernel;
    use std::collections::BTreeMap;

    #[test]
    fn the_table_agrees_with_a_map_through_growth_and_gaps() {
        let apart = Apart::new();
        let mut model = BTreeMap::new();
        let mut random = 1u64;
        for round in 0..20_000 {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1);
            let address = ((random >> 33) as usize % 2000 + 1) * 4096;
            if model.remove(&address).is_some() {
                apart.remove(address);
            } else {
                apart.reserve(&Kernel).unwrap();
                apart.insert(address, round);
                model.insert(address, round);
            }
            assert_eq!(apart.size(address), model.get(&address).copied());
        }
        apart.verify();
        assert_eq!(apart.blocks(), model.len());
        for address in model.keys() {
            apart.remove(*address);
        }
        apart.verify();
        apart.return_all(&Kernel);
    }
}
