//! The heap of size classes as an [`Allocator`].

use super::SizeClasses;
use super::slab::{FREE, NEXT, PAGE, PREVIOUS, SIZES, Slab, class_from_layout, slots_from_class};
use crate::heap::place::{Place, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout, PAGE_BYTES};
use core::ptr::NonNull;

impl<A: Allocator + Clone> SizeClasses<A> {
    /// A page of `class` with a free slot.
    fn slab(&self, class: usize) -> Result<Slab, AllocError> {
        let partial = self.partial[class].get();
        if !partial.is_none() {
            return Ok(Slab(partial));
        }
        let slab = Slab(place_from_ptr(self.pages.allocate(PAGE)?.cast()));
        slab.set(FREE, 0);
        slab.set_counts(0, 0);
        self.link(slab, class);
        Ok(slab)
    }

    /// Puts a page in front of its list.
    fn link(&self, slab: Slab, class: usize) {
        let next = self.partial[class].get();
        slab.set(NEXT, next.0);
        slab.set(PREVIOUS, 0);
        if !next.is_none() {
            Slab(next).set(PREVIOUS, slab.0.0);
        }
        // INVARIANT: **Partial** holds again, with the page in front.
        self.partial[class].set(slab.0);
    }

    /// Takes a page off its list.
    fn unlink(&self, slab: Slab, class: usize) {
        let (next, previous) = (Place(slab.word(NEXT)), Place(slab.word(PREVIOUS)));
        if !next.is_none() {
            Slab(next).set(PREVIOUS, previous.0);
        }
        // INVARIANT: **Partial** holds again without the page.
        if previous.is_none() {
            self.partial[class].set(next);
        } else {
            Slab(previous).set(NEXT, next.0);
        }
    }

    fn take(&self, class: usize) -> Result<NonNull<[u8]>, AllocError> {
        let slab = self.slab(class)?;
        let slot = slab.take(class);
        if slab.counts().0 == slots_from_class(class) {
            self.unlink(slab, class);
            self.full[class].set(self.full[class].get() + 1);
        }
        // INVARIANT: **Sums** holds again with the new block.
        self.blocks.set(self.blocks.get() + 1);
        self.used.set(self.used.get() + SIZES[class]);
        Ok(slot.block(SIZES[class]))
    }

    fn put(&self, slot: Place, class: usize) {
        let slab = Slab(Place(slot.0 & !(PAGE_BYTES - 1)));
        let was_full = slab.counts().0 == slots_from_class(class);
        slab.put(slot);
        if was_full {
            self.link(slab, class);
            self.full[class].set(self.full[class].get() - 1);
        }
        // INVARIANT: **Sums** holds again without the block.
        self.blocks.set(self.blocks.get() - 1);
        self.used.set(self.used.get() - SIZES[class]);
        if slab.counts().0 == 0 {
            self.unlink(slab, class);
            // SAFETY: the page came from the pages' heap with this layout, and no slot of it is in use: checked above.
            unsafe { self.pages.deallocate(slab.0.ptr(), PAGE) };
        }
    }

    /// Notes the peaks after a request.
    fn peaks(&self) {
        let used = self.used.get() + self.large.used_bytes();
        self.used_peak.set(self.used_peak.get().max(used));
        let held = self.pages.held() + self.large.held_bytes();
        self.held_peak.set(self.held_peak.get().max(held));
    }
}

// SAFETY: by **Partial** of `SizeClasses` and **Head** of `Slab` a slot that is handed out is on no list, and its
// page stays until it comes back; larger blocks are the general heap's. Any size up to a slot's has its class,
// checked by `CLASSES`; alignment is a granule's there.
unsafe impl<A: Allocator + Clone> Allocator for SizeClasses<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Err(AllocError);
        }
        let block = match class_from_layout(layout.size(), layout.align()) {
            Some(class) => self.take(class)?,
            None => self.large.allocate(layout)?,
        };
        self.peaks();
        Ok(block)
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        match class_from_layout(layout.size(), layout.align()) {
            Some(class) => self.put(place_from_ptr(ptr), class),
            // SAFETY: contract of this function; by its layout it is the general heap's block.
            None => unsafe { self.large.deallocate(ptr, layout) },
        }
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let from = class_from_layout(old.size(), old.align());
        match (from, class_from_layout(new_size, old.align())) {
            (Some(from), Some(to)) if from == to => Ok(SIZES[to]),
            (None, None) => {
                // SAFETY: contract of this function; by its layout it is the general heap's block.
                let usable = unsafe { self.large.resize(ptr, old, new_size)? };
                self.peaks();
                Ok(usable)
            }
            _ => Err(AllocError),
        }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let from = class_from_layout(old.size(), old.align());
        if from.is_some() || class_from_layout(new_size, old.align()).is_some() {
            return Err(AllocError);
        }
        // SAFETY: contract of this function; by its layout it is the general heap's block.
        let block = unsafe { self.large.remap(ptr, old, new_size)? };
        self.peaks();
        Ok(block)
    }
}
