//! From an address to what the heap knows of its page, in constant time.
//!
//! ```text
//! address   | window, 512 KiB        | page in it | byte in it |
//!             |                        |
//!             table, open addressing   |
//!              -> leaf of 128 entries  -> entry
//! ```
//!
//! Windows that touch have neighbouring slots of the table. Those that lie together, as the kernel hands them
//! out, stand in `near.rs` a second time, where they are found at once; only others look here.
//!
//! # How is this safe?
//! A leaf is never moved, and given back only when it knows of no page or with the heap; entries are `Cell`s.
//!
//! # Costs
//! 32 bytes a page (0.8 %), a page of bookkeeping for each 512 KiB of addresses, 32 to 128 bytes more in the
//! table. All pages of a heap must lie within 8 TiB of the first one, so that lists can name a page
//! by 32 bits; other memory is refused.

use super::leaves::{LEAF_PAGES, Leaves};
use super::meta::Meta;
use super::near::Near;
use super::page::{Kind, Page};
use crate::memory::{AllocError, Allocator, PAGE_BYTES};
use core::cell::Cell;
use core::ptr::with_exposed_provenance;

pub(super) const WINDOW_BYTES: usize = LEAF_PAGES * PAGE_BYTES;

/// The slots of the first table.
const FIRST_SLOTS: usize = 16;

/// A slot of the table: a window and its leaf.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Slot {
    window: usize,
    leaf: usize,
}

/// In a slot without a window.
const EMPTY: usize = usize::MAX;

/// The table of a heap that has no page yet: whoever looks finds nothing.
static NO_SLOTS: [Slot; 1] = [Slot {
    window: EMPTY,
    leaf: 0,
}];

/// The map.
///
/// # Invariants
/// - **Table**: `slots` points to `mask + 1` slots, a power of two, in bookkeeping of this heap (or to
///   `NO_SLOTS`); at most half of them (of a table of our own) have a window, each at its first free slot from
///   `window & mask` on, with a leaf of [`LEAF_PAGES`] entries in bookkeeping of this heap.
/// - **Reach**: each window lies within 2^31 pages of `base`, if there is one.
#[derive(Debug)]
pub(super) struct PageMap {
    slots: Cell<*const Slot>,
    mask: Cell<usize>,
    windows: Cell<usize>,
    base: Cell<usize>,
    pub(super) near: Near,
    leaves: Leaves,
}

// SAFETY: by **Table** of `PageMap`, what it points to belongs to this heap alone (or is never written), so it
// goes where the heap goes.
unsafe impl Send for PageMap {}

impl PageMap {
    pub(super) const fn new() -> PageMap {
        // INVARIANT: **Table** and **Reach** hold: there is no window.
        PageMap {
            slots: Cell::new((&raw const NO_SLOTS).cast::<Slot>()),
            mask: Cell::new(0),
            windows: Cell::new(0),
            base: Cell::new(0),
            near: Near::new(),
            leaves: Leaves::new(),
        }
    }

    /// The entry of the page of `address`, if its window has a leaf.
    #[inline(never)]
    pub(super) fn find(&self, address: usize) -> Option<&Page> {
        match self.near.leaf(address) {
            // SAFETY: by **Range** of `Near`: a leaf of this map, of the window of `address`.
            Some(leaf) => Some(unsafe { entry(leaf, address) }),
            None => self.find_further(address),
        }
    }

    #[cold]
    #[inline(never)]
    fn find_further(&self, address: usize) -> Option<&Page> {
        let window = address / WINDOW_BYTES;
        let slot = self.slot(window);
        // SAFETY: by **Table** of `PageMap`, as in `find`.
        (slot.window == window && window != EMPTY).then(|| unsafe { entry(slot.leaf, address) })
    }

    /// The slot of a window, or the empty one where it would stand.
    fn slot(&self, window: usize) -> Slot {
        let mut index = window & self.mask.get();
        loop {
            // SAFETY: by **Table** of `PageMap`. One slot is always empty, so the loop ends.
            let slot = unsafe { self.slots.get().add(index).read() };
            if slot.window == window || slot.window == EMPTY {
                return slot;
            }
            index = (index + 1) & self.mask.get();
        }
    }

    /// The entry of the page of `address`, which is known to have one.
    #[inline(never)]
    pub(super) fn entry(&self, address: usize) -> &Page {
        self.find(address).expect("Table: a page without an entry")
    }

    /// Sees to it that the pages from `start` to `end` have entries.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory for them, or if they lie too far from the others.
    pub(super) fn cover<A: Allocator>(
        &self,
        meta: &Meta,
        source: &A,
        start: usize,
        end: usize,
    ) -> Result<(), AllocError> {
        self.reach(start)?;
        self.reach(end - 1)?;
        for window in start / WINDOW_BYTES..=(end - 1) / WINDOW_BYTES {
            if self.slot(window).window == window {
                continue;
            }
            self.reserve(meta, source)?;
            let leaf = self.leaves.take(meta, source)?;
            let leaf = leaf.0;
            self.put(Slot { window, leaf });
            self.windows.set(self.windows.get() + 1);
            if !self.near.note(window, leaf) {
                self.bring_near(meta, source, window);
            }
        }
        Ok(())
    }

    /// Has the near range go as far as `window`, if it may and there is memory.
    fn bring_near<A: Allocator>(&self, meta: &Meta, source: &A, window: usize) {
        let range = self.near.range_with(window, self.windows.get());
        if range.is_some_and(|range| self.near.renew(meta, source, range).is_ok()) {
            self.for_each_window(|slot| {
                self.near.note(slot.window, slot.leaf);
            });
        }
    }

    /// Calls `visit` with each slot that has a window.
    fn for_each_window(&self, mut visit: impl FnMut(Slot)) {
        for index in 0..=self.mask.get() {
            // SAFETY: by **Table** of `PageMap`.
            let slot = unsafe { self.slots.get().add(index).read() };
            if slot.window != EMPTY {
                visit(slot);
            }
        }
    }

    /// Sees to it that one more window finds room in the table and memory for its leaf.
    pub(super) fn reserve<A: Allocator>(&self, meta: &Meta, source: &A) -> Result<(), AllocError> {
        let slots = self.mask.get() + 1;
        if (self.windows.get() + 1) * 2 > slots {
            self.grow_table(meta, source, (slots * 4).max(FIRST_SLOTS))?;
        }
        self.leaves.reserve(meta, source)
    }

    /// Moves the windows to a table of `slots` slots; the old table stays unused.
    fn grow_table<A: Allocator>(
        &self,
        meta: &Meta,
        source: &A,
        slots: usize,
    ) -> Result<(), AllocError> {
        let table = meta.take(source, slots * size_of::<Slot>())?.ptr().cast();
        for index in 0..slots {
            // SAFETY: the table came from `take` just now, with so many slots.
            unsafe { table.add(index).write(NO_SLOTS[0]) };
        }
        let (old, old_mask) = (self.slots.get(), self.mask.get());
        // INVARIANT: **Table** holds again when the windows have been put.
        self.slots.set(table.as_ptr());
        self.mask.set(slots - 1);
        for index in 0..=old_mask {
            // SAFETY: by **Table** of `PageMap`, of the table of before.
            let slot = unsafe { old.add(index).read() };
            if slot.window != EMPTY {
                self.put(slot);
            }
        }
        Ok(())
    }

    /// Writes a slot whose window has none yet.
    fn put(&self, slot: Slot) {
        let mut index = slot.window & self.mask.get();
        // SAFETY: by **Table** of `PageMap`; one slot is always empty, so the loop ends. The slot written is in
        // a table of our own: `NO_SLOTS` is left before the first window (checked by `reserve`).
        unsafe {
            while self.slots.get().add(index).read().window != EMPTY {
                index = (index + 1) & self.mask.get();
            }
            self.slots.get().cast_mut().add(index).write(slot);
        }
    }

    /// Gives the leaves back that know of no page, if there are many for the `held` bytes of the heap.
    pub(super) fn shrink<A: Allocator>(&self, source: &A, held: usize) {
        if self.windows.get() <= held / WINDOW_BYTES * 2 + FIRST_SLOTS {
            return;
        }
        let mut index = 0;
        while index <= self.mask.get() {
            // SAFETY: by **Table** of `PageMap`.
            let slot = unsafe { self.slots.get().add(index).read() };
            // SAFETY: by **Table** of `PageMap`.
            let leaf = || unsafe { &*with_exposed_provenance::<[Page; LEAF_PAGES]>(slot.leaf) };
            if slot.window == EMPTY || leaf().iter().any(|page| page.kind.get() != Kind::NONE) {
                index += 1;
                continue;
            }
            // Another slot may have moved here: it is asked next.
            self.remove(index);
            self.near.forget(slot.window);
            self.leaves.give_back(source, slot.leaf);
        }
    }

    /// Empties a slot and moves those behind it that belong before the hole (Knuth 6.4, algorithm R).
    fn remove(&self, index: usize) {
        let (mut hole, mut next, mask) = (index, index, self.mask.get());
        let slots = self.slots.get().cast_mut();
        loop {
            next = (next + 1) & mask;
            // SAFETY: by **Table** of `PageMap`: the mask keeps each index among the slots, which are in a table
            // of our own, since there is a window.
            unsafe {
                let slot = slots.add(next).read();
                if slot.window == EMPTY {
                    slots.add(hole).write(NO_SLOTS[0]);
                    break;
                }
                // How far it is from where it wants to be, and from the hole.
                if next.wrapping_sub(slot.window) & mask >= next.wrapping_sub(hole) & mask {
                    slots.add(hole).write(slot);
                    hole = next;
                }
            }
        }
        // INVARIANT: **Table** holds again with a window less.
        self.windows.set(self.windows.get() - 1);
    }

    /// Gives all leaves back.
    ///
    /// # Safety
    /// - Nobody asks the map after this.
    pub(super) unsafe fn give_back<A: Allocator>(&self, source: &A) {
        self.for_each_window(|slot| self.leaves.give_back(source, slot.leaf));
        self.leaves.give_rest_back(source);
    }

    /// Bytes held from the source for leaves.
    pub(super) fn held_bytes(&self) -> usize {
        self.leaves.held_bytes()
    }

    /// Calls `visit` with the address and the entry of every page that has one.
    pub(super) fn for_each(&self, mut visit: impl FnMut(usize, &Page)) {
        self.for_each_window(|slot| {
            for page in 0..LEAF_PAGES {
                let address = slot.window * WINDOW_BYTES + page * PAGE_BYTES;
                // SAFETY: by **Table** of `PageMap`.
                visit(address, unsafe { entry(slot.leaf, address) });
            }
        });
    }

    /// Asserts that what is near is what the table says.
    pub(super) fn verify(&self) {
        self.for_each_window(|slot| self.near.verify(slot.window, slot.leaf));
    }

    /// Checks that an address can be named by a page number, and sets the base by the first one.
    fn reach(&self, address: usize) -> Result<(), AllocError> {
        let page = address / PAGE_BYTES;
        if self.windows.get() == 0 {
            // INVARIANT: **Reach** holds: there is no window yet.
            self.base.set(page.wrapping_sub(1 << 31));
        }
        match page.wrapping_sub(self.base.get()) < super::page::NO_PAGE as usize {
            true => Ok(()),
            false => Err(AllocError),
        }
    }

    /// The number of a page that has an entry.
    pub(super) fn number(&self, address: usize) -> u32 {
        (address / PAGE_BYTES).wrapping_sub(self.base.get()) as u32
    }

    /// The address of the page with a number.
    pub(super) fn address(&self, number: u32) -> usize {
        self.base.get().wrapping_add(number as usize) * PAGE_BYTES
    }
}

/// The entry of the page of `address` in the leaf of its window.
///
/// # Safety
/// - `leaf` is the leaf of the window of `address`, and stays for `'a`.
#[inline(always)]
pub(super) unsafe fn entry<'a>(leaf: usize, address: usize) -> &'a Page {
    let index = address / PAGE_BYTES % LEAF_PAGES;
    // SAFETY: contract of this function; a leaf has `LEAF_PAGES` entries.
    unsafe { &*with_exposed_provenance::<Page>(leaf).add(index) }
}
