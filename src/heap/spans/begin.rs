//! A heap that begins in zero bytes where it stands, one that begins anew, and the end of one.
//!
//! The bins and the recent chunks of a new heap are zeros. So the pages of the kernel that they lie on need not be
//! written, and what a small heap does not use of them takes no memory.

use super::map::PageMap;
use super::meta::Meta;
use super::offers::Offers;
use super::span::SpanLists;
use super::supply::Supply;
use super::{Fresh, Spans, Tally};
use crate::memory::Allocator;
use core::ptr::NonNull;

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// Makes an empty heap of zero bytes.
    ///
    /// # Safety
    /// - `place` is aligned, may be written, and all of its bytes are zero.
    pub(in crate::heap) unsafe fn begin(place: NonNull<Self>, source: A) {
        // SAFETY: contract of this function. Zeros are numbers, null pointers and, as the test below asserts, what
        // `new` makes of the bins and the recent chunks; the source is written first.
        unsafe {
            (&raw mut (*place.as_ptr()).source).write(source);
            (*place.as_ptr()).forget_all();
        }
    }

    /// Lends it memory for its first bookkeeping.
    ///
    /// # Safety
    /// - The bytes begin at a multiple of 16, are zero, and nobody else's as long as the heap has blocks.
    pub(in crate::heap) unsafe fn lend(&self, bytes: NonNull<[u8]>) {
        // SAFETY: contract of this function.
        unsafe { self.meta.lend(bytes) }
    }

    /// Gives all memory back, as if it had been dropped, and begins anew.
    ///
    /// # Safety
    /// - Nobody uses a block of the heap after this.
    pub(in crate::heap) unsafe fn begin_anew(&mut self) {
        // SAFETY: contract of this function.
        unsafe { self.give_all_back() };
        self.bins.forget_all();
        self.recent.forget_all();
        self.forget_all();
    }

    /// Gives back all that came from the source.
    ///
    /// # Safety
    /// - As `begin_anew`, and nobody uses the heap itself.
    unsafe fn give_all_back(&self) {
        // SAFETY: contract of this function.
        unsafe {
            if self.cuts_pages() {
                self.give_all_pages_back();
            } else {
                self.give_extents_back();
            }
            self.map.give_back(&self.source);
            self.meta.give_back(&self.source);
        }
    }

    /// Makes it a heap without a page, whose bins and recent chunks are empty already.
    fn forget_all(&mut self) {
        // Each field by its name: whoever adds one finds this.
        let Spans {
            stacks,
            map,
            lists,
            tally,
            supply,
            meta,
            offers,
            fresh,
            source: _,
            bins: _,
            recent: _,
        } = self;
        // INVARIANT: **Tiles**, **Merged**, **Spans**, **Stacks** and **Sums** hold: there is no page.
        stacks.forget_all();
        *map = PageMap::new();
        *lists = SpanLists::new();
        *tally = Tally::new();
        *supply = Supply::new();
        *meta = Meta::new();
        *offers = Offers::new();
        *fresh = Fresh::new();
    }
}

impl<A: Allocator, const CHECKED: bool> Drop for Spans<A, CHECKED> {
    fn drop(&mut self) {
        // SAFETY: checked by the borrow: the heap ends here, and with it every block of it.
        unsafe { self.give_all_back() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Strategy;
    use crate::memory::{Kernel, Layout};

    type Heap = Spans<Kernel>;

    /// An empty heap on pages of its own.
    fn begun() -> NonNull<Heap> {
        let place = Kernel
            .allocate_zeroed(Layout::new::<Heap>())
            .unwrap()
            .cast();
        // SAFETY: the place comes from the kernel just now, whose pages are zero.
        unsafe { Heap::begin(place, Kernel) };
        place
    }

    /// Sizes of a small block, of granules, of pages.
    const SIZES: [usize; 4] = [24, 700, 5000, 30_000];

    fn fill(heap: &Heap) {
        for size in SIZES.repeat(60) {
            let layout = Layout::from_size_align(size, 8).unwrap();
            let [kept, freed] = [(); 2].map(|()| heap.allocate(layout).unwrap());
            assert_ne!(kept, freed);
            // SAFETY: the block came from the heap just now.
            unsafe { heap.deallocate(freed.cast(), layout) };
        }
    }

    #[test]
    fn zeros_are_empty_bins_and_no_recent_chunk() {
        let heap = begun();
        // SAFETY: the heap came from `begun` just now.
        let heap = unsafe { heap.as_ref() };
        assert_eq!(
            std::format!("{:?}", heap.bins),
            std::format!("{:?}", Heap::new(Kernel).bins)
        );
        assert_eq!(
            std::format!("{:?}", heap.recent),
            std::format!("{:?}", Heap::new(Kernel).recent)
        );
    }

    #[test]
    fn a_heap_that_begins_anew_has_nothing_of_before() {
        let mut heap = begun();
        // SAFETY: the heap came from `begun` just now, and nobody uses its blocks any more where it begins anew.
        unsafe {
            for _ in 0..3 {
                fill(heap.as_ref());
                assert!(heap.as_ref().recent.blocks() > 0 && heap.as_ref().bins.bytes() > 0);
                heap.as_ref().verify();
                heap.as_mut().begin_anew();
                assert_eq!(heap.as_ref().stats().footprint_bytes, 0);
                heap.as_ref().verify();
            }
            heap.drop_in_place();
            Kernel.deallocate(heap.cast(), Layout::new::<Heap>());
        }
    }
}
