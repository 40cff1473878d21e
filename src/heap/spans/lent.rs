//! Chunks in place of small blocks, where there is no memory for a span of several pages but for a block.
//!
//! A region of a few pages, or a source at its limit, still has room for a block where it has none for a span. Who
//! asks then gets a chunk exactly as long as the blocks of its class. Freed, it is found to be no block of a span, and
//! so comes back the slow way.
//!
//! Only where pointers that come back are checked: nothing else tells such a chunk from a block of a span.
//!
//! # Costs
//! Microseconds there and back: first all is tried that may make room for a span. None where spans are to be had.

use super::Spans;
use super::chunk::GRANULE_BYTES;
use super::classes::{SHAPES, class_from_layout};
use crate::memory::{AllocError, Allocator, Layout};
use core::ptr::NonNull;

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// A chunk as a block of a class whose spans are longer than a page.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory for it either, or the class can have none.
    pub(super) fn lend_chunk(&self, class: usize) -> Result<NonNull<u8>, AllocError> {
        let bytes = lent_bytes(class).filter(|_| CHECKED).ok_or(AllocError)?;
        // As well aligned as the blocks of a span at their worst.
        let align = 1 << bytes.trailing_zeros();
        let chunk = self.new_chunk(bytes, align)?;
        Ok(self.hand_out(chunk).cast())
    }

    /// Whether `address` is a chunk in use that was lent for a layout.
    pub(super) fn is_lent(&self, address: usize, layout: Layout) -> bool {
        let asked = class_from_layout(layout).and_then(lent_bytes);
        let lent = self.map.chunk_at(address);
        lent.is_some_and(|(chunk, free)| !free && Some(chunk.bytes) == asked)
    }
}

/// The bytes of a chunk for a class, if it may have one.
fn lent_bytes(class: usize) -> Option<usize> {
    let bytes = SHAPES[class].block_bytes();
    (SHAPES[class].pages() > 1 && bytes.is_multiple_of(GRANULE_BYTES)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::Shaped;
    use super::super::map::WINDOW_BYTES;
    use super::super::page::NO_PAGE;
    use super::*;
    use crate::heap::Strategy;
    use crate::memory::Region;
    use core::mem::MaybeUninit;
    use std::vec::Vec;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    /// As many blocks as a heap over a region of so many KiB has.
    fn blocks(heap: &Spans<&Region>, layout: Layout) -> Vec<NonNull<u8>> {
        let blocks = core::iter::from_fn(|| heap.allocate(layout).ok());
        blocks.map(NonNull::cast).collect()
    }

    #[test]
    fn a_small_region_serves_what_fits_and_all_of_it_again() {
        for (kib, size, align, most) in [
            (20, 2200, 8, 1),
            (24, 2500, 512, 2),
            (32, 2200, 256, 4),
            (32, 3100, 8, 4),
            (48, 3000, 1024, 8),
            (64, 2200, 8, 18),
            (64, 3100, 8, 14),
        ] {
            // In one window of the map, whose bookkeeping is a page for each.
            let mut bytes = std::vec![MaybeUninit::uninit(); 2 * WINDOW_BYTES];
            let before = bytes.as_ptr().align_offset(WINDOW_BYTES) + 16;
            let region = Region::new(&mut bytes[before..before + (kib << 10)]);
            let heap: Spans<&Region> = Spans::new(&region);
            let layout = layout(size, align);
            for _ in 0..2 {
                let blocks = blocks(&heap, layout);
                assert!(blocks.len() >= most, "{} of {size} in {kib}", blocks.len());
                heap.verify();
                assert_eq!(heap.stats().blocks, blocks.len());
                for (index, &block) in blocks.iter().enumerate() {
                    assert!(block.addr().get().is_multiple_of(align));
                    // SAFETY: the block comes from the heap, with this layout, and is as long.
                    unsafe { block.write_bytes(index as u8, size) };
                }
                for (index, &block) in blocks.iter().enumerate() {
                    // SAFETY: the block comes from the heap, with this layout, was written just above, and is given
                    // back last.
                    unsafe {
                        assert_eq!(block.add(size - 1).read(), index as u8);
                        assert_eq!(heap.resize(block, layout, size - 1).ok(), {
                            let class = class_from_layout(layout).unwrap();
                            Some(SHAPES[class].block_bytes())
                        });
                        heap.deallocate(block, layout);
                    }
                    heap.verify();
                }
                assert_eq!(heap.stats().blocks, 0);
            }
        }
    }

    #[test]
    fn a_lent_chunk_comes_back_by_its_address_or_its_class_too() {
        let mut bytes = std::vec![MaybeUninit::uninit(); 20 << 10];
        let region = Region::new(&mut bytes);
        let heap: Spans<&Region> = Spans::new(&region);
        let asked = layout(2200, 8);
        let class = class_from_layout(asked).unwrap();
        for way in 0..2 {
            let block: NonNull<u8> = heap.allocate(asked).unwrap().cast();
            assert_eq!(heap.lists.head(class), NO_PAGE, "it is no span's");
            // SAFETY: the block comes from the heap, and is given back once, with a layout that is said to fit it, or
            // with the shape of its own.
            unsafe {
                match way {
                    0 => heap.deallocate(block, heap.layout_of(block).unwrap()),
                    _ => heap.deallocate_shaped(block.addr().get(), Shaped::Small(class)),
                }
            }
            heap.verify();
            assert_eq!((heap.stats().blocks, heap.stacks.count(class)), (0, 0));
        }
    }

    #[test]
    fn a_chunk_that_is_free_is_not_lent() {
        let mut bytes = std::vec![MaybeUninit::uninit(); 64 << 10];
        let region = Region::new(&mut bytes);
        let heap: Spans<&Region> = Spans::new(&region);
        // Side by side: the one in the middle stays as long as it is when it is freed.
        let chunks = [(); 3].map(|()| heap.new_chunk(2304, GRANULE_BYTES).unwrap());
        let is_lent = || heap.is_lent(chunks[1].start.0, layout(2200, 8));
        assert!(is_lent());
        heap.put_chunk(chunks[1]);
        assert_eq!(
            heap.map.chunk_at(chunks[1].start.0),
            Some((chunks[1], true))
        );
        assert!(!is_lent(), "it was freed");
    }

    #[test]
    fn the_head_of_an_extent_is_not_lent() {
        let mut bytes = std::vec![MaybeUninit::uninit(); 64 << 10];
        let region = Region::new(&mut bytes);
        let heap: Spans<&Region> = Spans::new(&region);
        let first = heap.new_chunk(2304, GRANULE_BYTES).unwrap().start.0;
        let head = first - GRANULE_BYTES;
        assert!(heap.map.chunk_at(head).is_some_and(|(_, free)| !free));
        assert!(!heap.is_lent(head, layout(GRANULE_BYTES, 8)));
    }
}
