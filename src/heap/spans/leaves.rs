//! Memory for the leaves of the page map: a page for each, a few at a time, which may go back one by one.
//!
//! Over a source without a grain of one page, leaves are bookkeeping like all other and stay with the heap.

use super::meta::Meta;
use super::page::Page;
use crate::heap::place::{Place, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout, PAGE_BYTES};
use core::cell::Cell;

/// The pages that a leaf knows.
pub(super) const LEAF_PAGES: usize = 128;

const LEAF_BYTES: usize = LEAF_PAGES * size_of::<Page>();

const _: () = assert!(LEAF_BYTES == PAGE_BYTES);

/// Leaves are asked for one at first, then by this number.
const BATCH_MAX: usize = 16;

/// Where leaves come from.
///
/// # Invariants
/// - **Rest**: `next` to `end` are whole pages of the source that nobody has, all zero.
#[derive(Debug)]
pub(super) struct Leaves {
    next: Cell<usize>,
    end: Cell<usize>,
    held: Cell<usize>,
}

impl Leaves {
    pub(super) const fn new() -> Leaves {
        // INVARIANT: **Rest** holds: there is none.
        Leaves {
            next: Cell::new(0),
            end: Cell::new(0),
            held: Cell::new(0),
        }
    }

    /// Bytes held from the source.
    pub(super) fn held_bytes(&self) -> usize {
        self.held.get()
    }

    /// Sees to it that the next leaf can be had.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no more.
    pub(super) fn reserve<A: Allocator>(&self, meta: &Meta, source: &A) -> Result<(), AllocError> {
        if source.grain() != PAGE_BYTES {
            return meta.reserve(source, LEAF_BYTES);
        }
        if self.next.get() < self.end.get() {
            return Ok(());
        }
        let batch = (self.held.get() / LEAF_BYTES).clamp(1, BATCH_MAX);
        for leaves in [batch, 1] {
            let bytes = leaves * LEAF_BYTES;
            let layout = Layout::from_size_align(bytes, PAGE_BYTES).map_err(|_| AllocError)?;
            if let Ok(block) = source.allocate_zeroed(layout) {
                let start = place_from_ptr(block.cast()).0;
                // INVARIANT: **Rest** holds with the new pages.
                self.next.set(start);
                self.end.set(start + bytes);
                self.held.set(self.held.get() + bytes);
                return Ok(());
            }
        }
        Err(AllocError)
    }

    /// A leaf, all zero.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no more; never after [`reserve`](Leaves::reserve).
    pub(super) fn take<A: Allocator>(&self, meta: &Meta, source: &A) -> Result<Place, AllocError> {
        if source.grain() != PAGE_BYTES {
            return meta.take(source, LEAF_BYTES);
        }
        self.reserve(meta, source)?;
        let leaf = Place(self.next.get());
        // INVARIANT: **Rest** holds again for what is behind the leaf.
        self.next.set(leaf.0 + LEAF_BYTES);
        Ok(leaf)
    }

    /// Takes a leaf back that nobody asks any more.
    pub(super) fn give_back<A: Allocator>(&self, source: &A, leaf: usize) {
        if source.grain() == PAGE_BYTES {
            self.give_pages_back(source, leaf, LEAF_BYTES);
        }
    }

    /// Gives back what was not needed yet.
    pub(super) fn give_rest_back<A: Allocator>(&self, source: &A) {
        let rest = self.end.get() - self.next.get();
        if rest > 0 {
            self.give_pages_back(source, self.next.get(), rest);
        }
        // INVARIANT: **Rest** holds: there is none.
        self.next.set(0);
        self.end.set(0);
    }

    fn give_pages_back<A: Allocator>(&self, source: &A, start: usize, bytes: usize) {
        if let Ok(layout) = Layout::from_size_align(bytes, PAGE_BYTES) {
            self.held.set(self.held.get() - bytes);
            // SAFETY: the pages came from `reserve`, and nobody asks them any more; a source with a grain takes
            // parts back.
            unsafe { source.deallocate(Place(start).ptr(), layout) };
        }
    }
}
