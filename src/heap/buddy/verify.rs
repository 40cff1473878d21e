//! The buddy heap looked at from end to end.

use super::Buddy;
use super::piece::{BITMAP_BYTES, NEXT, ORDER_MIN, ORDERS, PREVIOUS, Piece};
use crate::heap::place::Place;
use crate::heap::{Stats, Strategy};
use crate::memory::Allocator;

impl<A: Allocator> Strategy for Buddy<A> {
    fn stats(&self) -> Stats {
        let held = self.held();
        let tables = self.regions.table_bytes() + self.free_chunks.table_bytes();
        let largest = self
            .filled
            .get()
            .checked_ilog2()
            .map_or(0, |order| 1 << order);
        Stats {
            used_bytes: self.used.get(),
            used_bytes_peak: self.used_peak.get(),
            free_bytes: held - tables - self.used.get() - self.split_chunks.get() * BITMAP_BYTES,
            largest_free_bytes: largest,
            footprint_bytes: held,
            footprint_bytes_peak: self.held_peak.get(),
            blocks: self.blocks.get(),
            regions: self.regions.count(),
            steps: self.steps.get(),
        }
    }

    fn steps(&self) -> u64 {
        self.steps.get()
    }

    fn verify(&self) {
        self.regions.verify();
        self.free_chunks.verify();
        let mut free_bytes = 0;
        for order in ORDER_MIN..ORDERS {
            let filled = self.filled.get() >> order & 1 == 1;
            let (mut place, mut previous) = (self.lists[order].get(), Place::NONE);
            assert!(filled != place.is_none(), "Lists: the bit of order {order}");
            while !place.is_none() {
                let piece = Piece { place, order };
                assert!(place.0.is_multiple_of(piece.bytes()), "Lists: out of place");
                assert!(self.is_free(piece), "Free: a listed block is not");
                let merges = order + 1 < ORDERS && self.is_free(piece.buddy());
                assert!(!merges, "Merged: two free buddies");
                free_bytes += piece.bytes();
                assert!(free_bytes <= self.regions.bytes(), "Lists: no end");
                // SAFETY: by **Lists** of `Buddy`, checked above to be free.
                unsafe {
                    assert!(place.word(PREVIOUS) == previous.0, "Lists: a link back");
                    (previous, place) = (place, Place(place.word(NEXT) & !15));
                }
            }
        }
        let bitmaps = self.split_chunks.get() * BITMAP_BYTES;
        assert!(
            self.used.get() + free_bytes + bitmaps == self.regions.bytes(),
            "Cover: blocks and bitmaps do not fill the regions"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::buddy::piece::CHUNK_BYTES;
    use crate::heap::place::place_from_ptr;
    use crate::memory::{Kernel, Layout};

    #[test]
    fn a_chunk_that_is_free_again_merges_with_its_buddies() {
        let heap = Buddy::new(Kernel);
        let small = Layout::new::<[u8; 100]>();
        let blocks = [(); 300].map(|()| heap.allocate(small).unwrap().cast::<u8>());
        heap.verify();
        assert!(heap.stats().largest_free_bytes < 32 * 1024);
        for block in blocks {
            // SAFETY: the block comes from the heap, with this layout.
            unsafe { heap.deallocate(block, small) };
            heap.verify();
        }
        assert_eq!(heap.stats().largest_free_bytes, 64 * 1024);
    }

    #[test]
    fn a_damaged_bitmap_is_found() {
        let heap = Buddy::new(Kernel);
        let block = heap.allocate(Layout::new::<u64>()).unwrap().cast::<u8>();
        let chunk = Place(place_from_ptr(block).0 & !(CHUNK_BYTES - 1));
        // SAFETY: the bitmap comes from the heap's own chunk: the write is the damage.
        unsafe { chunk.set_word(0, chunk.word(0) & !(1 << 8)) };
        let checked = std::panic::AssertUnwindSafe(|| heap.verify());
        assert!(std::panic::catch_unwind(checked).is_err());
    }
}
