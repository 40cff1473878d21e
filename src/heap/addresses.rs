//! A table by address: what stands at an address that has no room for a tag.
//!
//! Blocks that are mappings of their own, and whole free chunks of the buddy heap, are known by it: so a
//! second free, or a pointer into the middle, is recognised and not handed to the kernel, which would unmap
//! whatever stands there by then.
//!
//! # Costs
//! A look takes one or two entries on average: 16 bytes each, at most half of them in use, in memory of the
//! source from the first entry on.
//!
//! # Source
//! Donald Knuth, *The Art of Computer Programming* 3, 6.4: linear probing with deletion (algorithm R).

use super::place::{GRANULE_BYTES, Place, WORD_BYTES, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout};
use core::cell::Cell;

/// The smallest table; a source with a grain gives at least that.
const TABLE_BYTES_MIN: usize = 256;

const ENTRY_BYTES: usize = 2 * WORD_BYTES;
const ADDRESS: usize = 0;
const SIZE: usize = 1;

/// A map from addresses to sizes.
///
/// # Invariants
/// - **Table**: `table` is 0, or `slots` entries from the source, a power of two: an address and a size, or
///   two zeros. An entry stands at the slot that its address names or behind it, with no empty slot between.
/// - **Sums**: `count` entries are in use, at most half of them, with `bytes` in all.
#[derive(Debug)]
pub(super) struct Addresses {
    table: Cell<Place>,
    slots: Cell<usize>,
    count: Cell<usize>,
    bytes: Cell<usize>,
}

impl Addresses {
    pub(super) const fn new() -> Addresses {
        // INVARIANT: **Table** and **Sums** hold: there is no table.
        Addresses {
            table: Cell::new(Place::NONE),
            slots: Cell::new(0),
            count: Cell::new(0),
            bytes: Cell::new(0),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count.get()
    }

    /// The sum of the sizes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// The bytes of the table.
    pub(super) fn table_bytes(&self) -> usize {
        self.slots.get() * ENTRY_BYTES
    }

    /// Makes sure that so many entries find a slot.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no memory for a larger table; nothing has changed.
    pub(super) fn reserve(&self, source: &dyn Allocator, count: usize) -> Result<(), AllocError> {
        let need = count.checked_mul(2 * ENTRY_BYTES).ok_or(AllocError)?;
        if need <= self.table_bytes() {
            return Ok(());
        }
        let size = need.max(source.grain()).max(TABLE_BYTES_MIN);
        let size = size.checked_next_power_of_two().ok_or(AllocError)?;
        let layout = Layout::from_size_align(size, GRANULE_BYTES).map_err(|_| AllocError)?;
        let table = place_from_ptr(source.allocate_zeroed(layout)?.cast());
        let old = (self.table.get(), self.slots.get());
        // INVARIANT: **Table** and **Sums** hold for the new, empty table, and again when all is moved.
        self.table.set(table);
        self.slots.set(size / ENTRY_BYTES);
        self.count.set(0);
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

    /// Enters an address; [`reserve`](Self::reserve) has made sure of a slot.
    pub(super) fn insert(&self, address: usize, size: usize) {
        let mut slot = self.home(address);
        while self.entry(slot).0 != 0 {
            slot = self.after(slot);
        }
        // INVARIANT: **Table** and **Sums** hold again with the new entry.
        self.set_entry(slot, (address, size));
        self.count.set(self.count.get() + 1);
        self.bytes.set(self.bytes.get() + size);
    }

    /// The size at `address`, if it is entered.
    pub(super) fn get(&self, address: usize) -> Option<usize> {
        self.slot(address).map(|slot| self.entry(slot).1)
    }

    /// Strikes out `address`, which is there, and closes the gap behind it.
    pub(super) fn remove(&self, address: usize) {
        let Some(mut gap) = self.slot(address) else {
            return;
        };
        self.count.set(self.count.get() - 1);
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

    /// Calls `visit` with each address and its size, in no order.
    pub(super) fn for_each(&self, mut visit: impl FnMut(usize, usize)) {
        for slot in 0..self.slots.get() {
            let (address, size) = self.entry(slot);
            if address != 0 {
                visit(address, size);
            }
        }
    }

    /// Forgets everything and gives the table back to the source.
    pub(super) fn clear(&self, source: &dyn Allocator) {
        return_table(source, self.table.get(), self.slots.get());
        // INVARIANT: **Table** and **Sums** hold: there is no table.
        self.table.set(Place::NONE);
        self.slots.set(0);
        self.count.set(0);
        self.bytes.set(0);
    }

    /// Walks the table and asserts **Table** and **Sums**.
    pub(super) fn verify(&self) {
        let (mut count, mut bytes) = (0, 0);
        self.for_each(|address, size| {
            assert!(self.get(address) == Some(size), "Table: a hidden entry");
            count += 1;
            bytes += size;
        });
        assert!(count == self.count.get(), "Sums: entries");
        assert!(bytes == self.bytes.get(), "Sums: bytes");
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
        // SAFETY: by **Table** of `Addresses`; that the slot is one of it was checked above.
        unsafe {
            place.set_word(ADDRESS, entry.0);
            place.set_word(SIZE, entry.1);
        }
    }
}

/// The entry at `slot` of a table that has so many.
fn entry(table: Place, slot: usize) -> (usize, usize) {
    let place = table.up(slot * ENTRY_BYTES);
    // SAFETY: by **Table** of `Addresses`; the callers have checked the slot.
    unsafe { (place.word(ADDRESS), place.word(SIZE)) }
}

fn return_table(source: &dyn Allocator, table: Place, slots: usize) {
    if slots > 0 {
        let layout = Layout::from_size_align(slots * ENTRY_BYTES, GRANULE_BYTES);
        // SAFETY: by **Table** of `Addresses` it came from the source with this size; nobody uses it any more:
        // checked by the callers.
        unsafe {
            source.deallocate(table.ptr(), layout.unwrap_or(Layout::new::<u128>()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Kernel;
    use std::collections::BTreeMap;

    #[test]
    fn the_table_agrees_with_a_map_through_growth_and_gaps() {
        let addresses = Addresses::new();
        let mut model = BTreeMap::new();
        let mut random = 1u64;
        for round in 0..20_000 {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1);
            let address = ((random >> 33) as usize % 2000 + 1) * 4096;
            if model.remove(&address).is_some() {
                addresses.remove(address);
            } else {
                addresses.reserve(&Kernel, model.len() + 1).unwrap();
                addresses.insert(address, round);
                model.insert(address, round);
            }
            assert_eq!(addresses.get(address), model.get(&address).copied());
        }
        addresses.verify();
        assert_eq!(addresses.count(), model.len());
        for address in model.keys() {
            addresses.remove(*address);
        }
        addresses.verify();
        addresses.clear(&Kernel);
    }
}
