//! A free list that never merges: the last block freed is the first one looked at.
//!
//! ```text
//! free block   |next|size| ...              first -> next -> next -> 0
//! ```
//!
//! A request takes the first block on the list that is long enough and leaves what it does not need as a
//! free block of its own. Pieces only ever become smaller: a program that asks for a large block, frees it,
//! and asks for a small one, has lost the large one for good. On the recording of `find` this costs about 90
//! times the memory of a heap that merges neighbours, and hundreds of looks at the list for each request:
//! it is here to be seen losing, and because so many small programs begin this way.
//!
//! # How is this safe?
//! A free block's two words are written when it is freed and read until it is handed out; every byte of a
//! region is in a live block, in a free one, or in the region's head. When nothing is live, the list starts
//! anew.
//!
//! # Costs
//! No bytes a block (the layout comes back with it); sizes are rounded up to 16. Freeing takes a few
//! instructions, a request looks at one free block after the other.
//!
//! # Source
//! Kernighan and Ritchie, *The C Programming Language*, section 8.7, without its merging.

use super::place::{GRANULE_BYTES, Place, WORD_BYTES, granules_from_size, place_from_ptr};
use super::regions::{Regions, Span};
use super::{Stats, Strategy};
use crate::memory::{AllocError, Allocator, Layout};
use core::cell::Cell;
use core::ptr::NonNull;

const NEXT: usize = 0;
const SIZE: usize = 1;

/// The heap that never merges.
///
/// # Invariants
/// - **List**: `first` is 0 or a free block of at least a granule in a region; its words are the next one
///   and its size. No block is twice on the list.
/// - **Cover**: `used` and the sizes on the list add up to the bytes of all regions.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{Lifo, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = Lifo::new(Kernel);
/// let layout = Layout::new::<[u8; 100]>();
/// let block = heap.allocate(layout).unwrap();
/// assert_eq!(block.len(), 112);
/// # // SAFETY: origin of the pointer: this heap, with this layout.
/// unsafe { heap.deallocate(block.cast(), layout) };
/// assert_eq!(heap.allocate(layout).unwrap(), block);
/// ```
#[derive(Debug)]
pub struct Lifo<A: Allocator> {
    regions: Regions<A>,
    first: Cell<Place>,
    blocks: Cell<usize>,
    used: Cell<usize>,
    used_peak: Cell<usize>,
    steps: Cell<u64>,
}

impl<A: Allocator> Lifo<A> {
    /// An empty heap over `source`; it asks for memory when it is first asked.
    pub const fn new(source: A) -> Lifo<A> {
        // INVARIANT: **List** and **Cover** hold: there is no region.
        Lifo {
            regions: Regions::new(source),
            first: Cell::new(Place::NONE),
            blocks: Cell::new(0),
            used: Cell::new(0),
            used_peak: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// Where the memory comes from.
    pub fn source(&self) -> &A {
        self.regions.source()
    }

    /// Takes the first block on the list that holds `size` bytes at `align`, cuts it, and puts the rest
    /// back.
    fn take(&self, size: usize, align: usize) -> Option<Place> {
        let (mut before, mut free) = (Place::NONE, self.first.get());
        while !free.is_none() {
            self.steps.set(self.steps.get() + 1);
            let span = self.span(free);
            let place = free.aligned(align)?;
            if span.holds(place, size) {
                self.unlink(before, free);
                self.put(Span {
                    start: place.up(size),
                    end: span.end,
                });
                self.put(Span {
                    start: free,
                    end: place,
                });
                return Some(place);
            }
            before = free;
            free = self.next(free);
        }
        None
    }

    /// Puts bytes on the list, if there are any.
    fn put(&self, span: Span) {
        if span.bytes() == 0 {
            return;
        }
        // SAFETY: the bytes come from a region and belong to no live block (contract of the callers: they were
        // just cut off, freed, or added); whole granules, so the two words fit.
        unsafe {
            span.start.set_word(NEXT, self.first.get().0);
            span.start.set_word(SIZE, span.bytes());
        }
        // INVARIANT: **List** holds again, with the new block in front.
        self.first.set(span.start);
    }

    /// Takes `free`, which follows `before` (or is the first), off the list.
    fn unlink(&self, before: Place, free: Place) {
        let next = self.next(free);
        if before.is_none() {
            // INVARIANT: **List** holds again without its first block.
            self.first.set(next);
        } else {
            // SAFETY: by **List** of `Lifo`, the word belongs to a free block.
            unsafe { before.set_word(NEXT, next.0) };
        }
    }

    fn next(&self, free: Place) -> Place {
        // SAFETY: by **List** of `Lifo`.
        Place(unsafe { free.word(NEXT) })
    }

    fn span(&self, free: Place) -> Span {
        Span {
            start: free,
            // SAFETY: by **List** of `Lifo`.
            end: free.up(unsafe { free.word(SIZE) }),
        }
    }

    /// Makes sure that a block of `need` bytes is on the list.
    fn grow(&self, need: usize) -> Result<(), AllocError> {
        let span = self
            .regions
            .extend(need)
            .or_else(|AllocError| self.regions.add(need))?;
        self.put(span);
        Ok(())
    }

    /// Counts `size` bytes more in use.
    fn count(&self, size: usize) {
        self.used.set(self.used.get() + size);
        self.used_peak
            .set(self.used_peak.get().max(self.used.get()));
    }

    /// Counts `size` bytes less in use; when nothing is live, the list starts anew.
    fn discount(&self, size: usize) {
        self.used.set(self.used.get() - size);
        if self.blocks.get() == 0 {
            // INVARIANT: **List** and **Cover** hold with the bytes of the one region that is left.
            self.first.set(Place::NONE);
            self.put(self.regions.keep_first());
        }
    }

    /// Calls `visit` with each free block.
    fn for_each_free(&self, mut visit: impl FnMut(Span)) {
        let mut free = self.first.get();
        while !free.is_none() {
            visit(self.span(free));
            free = self.next(free);
        }
    }
}

// SAFETY: by **List** and **Cover** of `Lifo`, a block is cut from bytes that are free and are then on the
// list no more; regions stay where they are when the heap is moved. Alignment is checked by `aligned`.
unsafe impl<A: Allocator> Allocator for Lifo<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let size = granules_from_size(layout.size()).ok_or(AllocError)?;
        let align = layout.align().max(GRANULE_BYTES);
        let place = match self.take(size, align) {
            Some(place) => place,
            None => {
                let padding = align - GRANULE_BYTES;
                self.grow(size.checked_add(padding).ok_or(AllocError)?)?;
                self.take(size, align).ok_or(AllocError)?
            }
        };
        self.blocks.set(self.blocks.get() + 1);
        self.count(size);
        Ok(place.block(size))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        let start = place_from_ptr(ptr);
        let size = granules_from_size(layout.size()).unwrap_or(0);
        self.put(Span {
            start,
            end: start.up(size),
        });
        self.blocks.set(self.blocks.get() - 1);
        self.discount(size);
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let start = place_from_ptr(ptr);
        let old_size = granules_from_size(old.size()).ok_or(AllocError)?;
        let size = granules_from_size(new_size).ok_or(AllocError)?;
        if size > old_size {
            return Err(AllocError);
        }
        self.put(Span {
            start: start.up(size),
            end: start.up(old_size),
        });
        self.discount(old_size - size);
        Ok(size)
    }
}

impl<A: Allocator> Strategy for Lifo<A> {
    fn stats(&self) -> Stats {
        let held = self.regions.held_bytes();
        let mut largest = 0;
        self.for_each_free(|span| largest = largest.max(span.bytes()));
        Stats {
            used_bytes: self.used.get(),
            used_bytes_peak: self.used_peak.get(),
            free_bytes: held - self.used.get(),
            largest_free_bytes: largest,
            footprint_bytes: held,
            footprint_bytes_peak: self.regions.held_bytes_peak(),
            blocks: self.blocks.get(),
            regions: self.regions.count(),
            steps: self.steps.get(),
        }
    }

    fn steps(&self) -> u64 {
        self.steps.get()
    }

    fn verify(&self) {
        let (mut bytes, mut free_bytes) = (0, 0);
        self.regions.for_each(|span| bytes += span.bytes());
        self.for_each_free(|free| {
            assert!(free.bytes() >= WORD_BYTES * 2, "List: a block is too small");
            free_bytes += free.bytes();
            assert!(free_bytes <= bytes, "List: more is free than held");
        });
        assert!(
            self.used.get() + free_bytes == bytes,
            "Cover: used and free bytes do not add up to what is held"
        );
        assert!(
            self.blocks.get() > 0 || self.used.get() == 0,
            "Cover: bytes in use without a block"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Kernel;

    #[test]
    fn neighbours_that_are_freed_stay_apart() {
        let heap = Lifo::new(Kernel);
        let small = Layout::from_size_align(100, 8).unwrap();
        let large = Layout::from_size_align(200, 8).unwrap();
        let held = heap.allocate(small).unwrap().cast::<u8>();
        let blocks = [(); 2].map(|()| heap.allocate(small).unwrap().cast::<u8>());
        for block in blocks {
            // SAFETY: the block comes from the heap, with this layout.
            unsafe { heap.deallocate(block, small) };
        }
        let third = heap.allocate(large).unwrap().cast::<u8>();
        assert!(!blocks.contains(&third), "two blocks of 112 were merged");
        heap.verify();
        // SAFETY: the blocks come from the heap, with these layouts.
        unsafe {
            heap.deallocate(third, large);
            heap.deallocate(held, small);
        }
        heap.verify();
        assert_eq!(heap.stats().largest_free_bytes, 64 * 1024 - 16);
    }

    #[test]
    #[should_panic(expected = "Cover")]
    fn a_damaged_size_is_found() {
        let heap = Lifo::new(Kernel);
        let held = heap.allocate(Layout::new::<u64>()).unwrap();
        assert_eq!(held.len(), 16);
        let free = heap.first.get();
        // SAFETY: the word belongs to a free block, which was checked to be there: the list is not empty.
        unsafe { free.set_word(SIZE, 4096) };
        heap.verify();
    }
}
