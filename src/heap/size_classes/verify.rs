//! The heap of size classes looked at from end to end.

use super::SizeClasses;
use super::slab::{HEAD_BYTES, NEXT, PREVIOUS, SIZES, SMALL_BYTES_MAX, Slab, slots_from_class};
use crate::heap::place::Place;
use crate::heap::{Stats, Strategy};
use crate::memory::{Allocator, PAGE_BYTES};

/// What a walk over the pages adds up to.
#[derive(Default)]
struct Walk {
    pages: usize,
    blocks: usize,
    used: usize,
}

impl<A: Allocator + Clone> SizeClasses<A> {
    /// Walks the pages of a class and asserts **Partial** and **Head**.
    fn verify_class(&self, class: usize, walk: &mut Walk) {
        let (mut place, mut previous) = (self.partial[class].get(), Place::NONE);
        let slots = slots_from_class(class);
        while !place.is_none() {
            assert!(place.0.is_multiple_of(PAGE_BYTES), "Partial: no page");
            let slab = Slab(place);
            assert!(slab.word(PREVIOUS) == previous.0, "Partial: a link back");
            let (in_use, ever) = slab.counts();
            assert!(0 < in_use && in_use < slots, "Partial: full or unused");
            assert!(ever <= slots, "Head: more slots than fit");
            verify_free(slab, class, ever - in_use);
            walk.pages += 1;
            walk.blocks += in_use;
            walk.used += in_use * SIZES[class];
            (previous, place) = (place, Place(slab.word(NEXT)));
        }
        let full = self.full[class].get();
        walk.pages += full;
        walk.blocks += full * slots;
        walk.used += full * slots * SIZES[class];
    }
}

/// Walks the free slots of a page, of which there are `count`.
fn verify_free(slab: Slab, class: usize, count: usize) {
    let mut slot = slab.first_free();
    for _ in 0..count {
        let offset = slot.0.wrapping_sub(slab.0.0);
        assert!(
            (HEAD_BYTES..PAGE_BYTES).contains(&offset)
                && (offset - HEAD_BYTES).is_multiple_of(SIZES[class]),
            "Head: a free slot outside its page"
        );
        // SAFETY: by **Head** of `Slab` it is a free slot, checked above to lie in the page.
        slot = Place(unsafe { slot.word(0) });
    }
    assert!(slot.is_none(), "Head: more free slots than counted");
}

impl<A: Allocator + Clone> Strategy for SizeClasses<A> {
    fn stats(&self) -> Stats {
        let (pages, large) = (self.pages.stats(), self.large.stats());
        let used = self.used.get() + large.used_bytes;
        let held = pages.footprint_bytes + large.footprint_bytes;
        // What the general heap has to offer, or a slot of a new page.
        let small = if pages.largest_free_bytes >= PAGE_BYTES {
            SMALL_BYTES_MAX
        } else {
            0
        };
        Stats {
            used_bytes: used,
            used_bytes_peak: self.used_peak.get(),
            free_bytes: held - used,
            largest_free_bytes: large.largest_free_bytes.max(small),
            footprint_bytes: held,
            footprint_bytes_peak: self.held_peak.get(),
            blocks: self.blocks.get() + large.blocks,
            regions: pages.regions + large.regions,
            steps: self.steps(),
        }
    }

    fn steps(&self) -> u64 {
        self.pages.steps() + self.large.steps()
    }

    fn verify(&self) {
        self.pages.verify();
        self.large.verify();
        let mut walk = Walk::default();
        for class in 0..SIZES.len() {
            self.verify_class(class, &mut walk);
        }
        assert!(walk.blocks == self.blocks.get(), "Sums: blocks");
        assert!(walk.used == self.used.get(), "Sums: bytes in use");
        let pages = self.pages.stats().used_bytes / PAGE_BYTES;
        assert!(walk.pages == pages, "Sums: pages");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Kernel, Layout};

    #[test]
    fn a_page_serves_another_class_when_it_is_empty() {
        let heap = SizeClasses::new(Kernel);
        let small = Layout::from_size_align(24, 8).unwrap();
        let blocks = [(); 500].map(|()| heap.allocate(small).unwrap().cast::<u8>());
        heap.verify();
        for block in blocks {
            // SAFETY: the block comes from the heap, with this layout.
            unsafe { heap.deallocate(block, small) };
        }
        heap.verify();
        let held = heap.stats().footprint_bytes;
        let other = Layout::from_size_align(900, 8).unwrap();
        for _ in 0..16 {
            heap.allocate(other).unwrap();
        }
        heap.verify();
        assert_eq!(heap.stats().footprint_bytes, held);
    }

    #[test]
    fn a_damaged_link_of_a_slot_is_found() {
        let heap = SizeClasses::new(Kernel);
        let small = Layout::from_size_align(24, 8).unwrap();
        let blocks = [(); 3].map(|()| heap.allocate(small).unwrap().cast::<u8>());
        // SAFETY: the block comes from the heap, with this layout; the write into it is the damage.
        unsafe {
            heap.deallocate(blocks[1], small);
            blocks[1].cast::<usize>().write(8);
        }
        let checked = std::panic::AssertUnwindSafe(|| heap.verify());
        assert!(std::panic::catch_unwind(checked).is_err());
    }
}
