//! A pointer that moves up: the fastest heap there is, and it forgets.
//!
//! ```text
//! region  |head| block | block | block |   never used    |
//!                              ^ next                    ^ end
//! ```
//!
//! A block is cut where `next` stands. Only the topmost block can grow, shrink or go back; any other one is
//! lost until nothing is live, when the pointer starts again. It is the lesson that the next heaps answer: a
//! program that frees in another order than it asked needs as much memory as it ever asked for.
//!
//! # How is this safe?
//! `next` only goes down over the topmost block, when that is given back, or to the start when no block is
//! live: so no two live blocks share a byte.
//!
//! # Costs
//! A call is a few instructions and no search. No bytes a block; alignment padding is lost.
//!
//! # Source
//! Older than any paper; the name *region* is from Ross, *The AED free storage package* (1967).

use super::place::{GRANULE_BYTES, Place, granules_from_size, place_from_ptr};
use super::regions::{Regions, Span};
use super::{Stats, Strategy};
use crate::memory::{AllocError, Allocator, Layout};
use core::cell::Cell;
use core::ptr::NonNull;

/// The bump heap.
///
/// # Invariants
/// - **Top**: every live block of the last region lies below `next`, and `next` is in that region; blocks
///   of the regions before lie below its end.
/// - **Count**: `blocks` is the number of live blocks, `used` the sum of their sizes in granules.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{Bump, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = Bump::new(Kernel);
/// let block = heap.allocate(Layout::new::<u64>()).unwrap();
/// assert_eq!((block.len(), heap.stats().blocks), (16, 1));
/// ```
#[derive(Debug)]
pub struct Bump<A: Allocator> {
    regions: Regions<A>,
    next: Cell<Place>,
    blocks: Cell<usize>,
    used: Cell<usize>,
    used_peak: Cell<usize>,
}

impl<A: Allocator> Bump<A> {
    /// An empty heap over `source`; it asks for memory when it is first asked.
    pub const fn new(source: A) -> Bump<A> {
        // INVARIANT: **Top** and **Count** hold: there is no region and no block.
        Bump {
            regions: Regions::new(source),
            next: Cell::new(Place::NONE),
            blocks: Cell::new(0),
            used: Cell::new(0),
            used_peak: Cell::new(0),
        }
    }

    /// Where the memory comes from.
    pub fn source(&self) -> &A {
        self.regions.source()
    }

    /// The part of the last region that is not in use.
    fn rest(&self) -> Span {
        Span {
            start: self.next.get(),
            end: self.regions.last().end,
        }
    }

    /// A place for `size` bytes at `align` in the rest of the last region.
    fn fit(&self, size: usize, align: usize) -> Option<Place> {
        let rest = self.rest();
        let place = rest.start.aligned(align)?;
        (!place.is_none() && rest.holds(place, size)).then_some(place)
    }

    /// Makes the rest at least `need` bytes long.
    fn grow(&self, need: usize) -> Result<(), AllocError> {
        if self.regions.extend(need).is_err() {
            let span = self.regions.add(need)?;
            // INVARIANT: **Top** holds again: the region is new, the one before is full.
            self.next.set(span.start);
        }
        Ok(())
    }

    /// Whether a block of `size` is the topmost one.
    fn is_topmost(&self, place: Place, size: usize) -> bool {
        place.up(size) == self.next.get()
    }

    /// Counts `size` bytes more in use.
    fn count(&self, size: usize) {
        self.used.set(self.used.get() + size);
        self.used_peak
            .set(self.used_peak.get().max(self.used.get()));
    }
}

// SAFETY: by **Top** of `Bump`, a block begins above every live one and ends in the region; regions stay
// where they are when the heap is moved. Alignment is checked by `aligned`.
unsafe impl<A: Allocator> Allocator for Bump<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let size = granules_from_size(layout.size()).ok_or(AllocError)?;
        let align = layout.align().max(GRANULE_BYTES);
        let place = match self.fit(size, align) {
            Some(place) => place,
            None => {
                let padding = align - GRANULE_BYTES;
                self.grow(size.checked_add(padding).ok_or(AllocError)?)?;
                self.fit(size, align).ok_or(AllocError)?
            }
        };
        // INVARIANT: **Top** and **Count** hold again: the block ends where `next` now stands.
        self.next.set(place.up(size));
        self.blocks.set(self.blocks.get() + 1);
        self.count(size);
        Ok(place.block(size))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        let place = place_from_ptr(ptr);
        let size = granules_from_size(layout.size()).unwrap_or(0);
        // INVARIANT: **Count** holds again without this block, **Top** too: either it was the topmost one, or
        // no block is live at all, or `next` stays.
        self.blocks.set(self.blocks.get() - 1);
        self.used.set(self.used.get() - size);
        if self.blocks.get() == 0 {
            self.next.set(self.regions.keep_first().start);
        } else if self.is_topmost(place, size) {
            self.next.set(place);
        }
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let place = place_from_ptr(ptr);
        let old_size = granules_from_size(old.size()).ok_or(AllocError)?;
        let size = granules_from_size(new_size).ok_or(AllocError)?;
        let topmost = self.is_topmost(place, old_size);
        if size > old_size && !topmost {
            return Err(AllocError);
        }
        if topmost && !self.regions.last().holds(place, size) {
            self.regions.extend(size - old_size)?;
        }
        // INVARIANT: **Top** and **Count** hold again: a topmost block ends in the region, checked above; what
        // another one gives up is lost like any other byte.
        if topmost {
            self.next.set(place.up(size));
        }
        self.used.set(self.used.get() - old_size);
        self.count(size);
        Ok(size)
    }
}

impl<A: Allocator> Strategy for Bump<A> {
    fn stats(&self) -> Stats {
        let held = self.regions.held_bytes();
        Stats {
            used_bytes: self.used.get(),
            used_bytes_peak: self.used_peak.get(),
            free_bytes: held - self.used.get(),
            largest_free_bytes: self.rest().bytes(),
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
        let mut bytes = 0;
        self.regions.for_each(|span| bytes += span.bytes());
        assert!(self.used.get() <= bytes, "Count: more in use than held");
        let (last, next) = (self.regions.last(), self.next.get());
        assert!(last.holds(next, 0), "Top: next lies outside its region");
        assert!(
            self.blocks.get() > 0 || next == last.start,
            "Top: nothing is live, and next is not at the start"
        );
        assert!(
            self.blocks.get() > 0 || self.used.get() == 0,
            "Count: bytes in use without a block"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Region;
    use core::mem::MaybeUninit;

    #[test]
    fn only_the_topmost_block_goes_back_until_nothing_is_live() {
        let mut bytes = [MaybeUninit::uninit(); 1024];
        let region = Region::new(&mut bytes);
        let heap = Bump::new(&region);
        let layout = Layout::from_size_align(100, 8).unwrap();
        let first = heap.allocate(layout).unwrap().cast::<u8>();
        let second = heap.allocate(layout).unwrap().cast::<u8>();
        // SAFETY: each block comes from the heap, with this layout, and goes back once.
        unsafe {
            heap.deallocate(first, layout);
            let third = heap.allocate(layout).unwrap().cast::<u8>();
            assert!(third > second, "the first block is lost");
            heap.deallocate(third, layout);
            assert_eq!(heap.allocate(layout).unwrap().cast::<u8>(), third);
            heap.deallocate(third, layout);
            heap.deallocate(second, layout);
        }
        heap.verify();
        assert_eq!(heap.allocate(layout).unwrap().cast::<u8>(), first);
    }
}
