//! Our heaps for hashbrown, bumpalo and everybody else who speaks the traits of `allocator-api2` (0.2).
//!
//! ```
//! use hashbrown::{DefaultHashBuilder, HashMap};
//! use nostd_alloc::collections::Api2;
//! use nostd_alloc::heap::Global;
//!
//! let mut ages: HashMap<&str, u32, DefaultHashBuilder, Api2<Global>> = HashMap::new_in(Api2(Global));
//! ages.insert("Ada", 36);
//! assert_eq!(ages["Ada"], 36);
//! ```
//!
//! # Costs
//! A comparison a call: that trait hands out blocks of size 0, ours does not.

use crate::memory::{Allocator, Layout, reallocate};
use allocator_api2::alloc::{AllocError, Allocator as Api2Allocator};
use core::ptr::NonNull;

/// An allocator of ours as one of `allocator-api2`.
///
/// ```
/// use allocator_api2::alloc::Allocator;
/// use nostd_alloc::collections::Api2;
/// use nostd_alloc::memory::{Kernel, Layout};
/// let block = Api2(Kernel).allocate(Layout::new::<u64>()).unwrap();
/// assert_eq!(block.len(), 4096);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Api2<A>(pub A);

/// A block of size 0: its alignment as an address.
fn nothing(layout: Layout) -> NonNull<[u8]> {
    // SAFETY: an alignment is not 0, checked by `Layout`.
    let start =
        unsafe { NonNull::new_unchecked(core::ptr::without_provenance_mut(layout.align())) };
    NonNull::slice_from_raw_parts(start, 0)
}

// SAFETY: blocks come from the allocator within, which owes the same and more (contract of `Allocator`): they
// stay valid when it is moved. A clone of it stands for the same memory where `A` is `Clone`, which the heaps
// are only as references or as the name of the global one.
unsafe impl<A: Allocator> Api2Allocator for Api2<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Ok(nothing(layout));
        }
        self.0.allocate(layout).map_err(|_| AllocError)
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Ok(nothing(layout));
        }
        self.0.allocate_zeroed(layout).map_err(|_| AllocError)
    }

    #[inline]
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        if layout.size() > 0 {
            // SAFETY: contract of this function; a block with a size came from the allocator within.
            unsafe { self.0.deallocate(ptr, layout) };
        }
    }

    unsafe fn grow(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if old.size() > 0 && old.align() == new.align() {
            // SAFETY: contract of this function; a block with a size came from the allocator within.
            return unsafe { reallocate(&self.0, ptr, old, new.size()) }.map_err(|_| AllocError);
        }
        let block = self.allocate(new)?;
        // SAFETY: contract of this function: the new block is at least as long as the old one, which is
        // given back and not used any more.
        unsafe {
            block.cast::<u8>().copy_from_nonoverlapping(ptr, old.size());
            self.deallocate(ptr, old);
        }
        Ok(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::{FreeList, Strategy};
    use crate::memory::Kernel;

    #[test]
    fn a_table_of_somebody_else_lives_in_our_heap_and_leaves_nothing() {
        let heap = FreeList::new(Kernel);
        let mut table = hashbrown::HashMap::with_hasher_in(
            hashbrown::DefaultHashBuilder::default(),
            Api2(&heap),
        );
        for number in 0..10_000_u64 {
            table.insert(number, number * number);
        }
        assert!((0..10_000).all(|number| table[&number] == number * number));
        assert!(heap.stats().blocks > 0);
        heap.verify();
        drop(table);
        assert_eq!(heap.stats().blocks, 0);
    }

    #[test]
    fn blocks_of_size_0_and_growth_are_as_that_trait_wants_them() {
        let heap = Api2(FreeList::new(Kernel));
        let (none, some) = (Layout::new::<[u64; 0]>(), Layout::new::<[u64; 9]>());
        let block = heap.allocate(none).unwrap();
        assert_eq!((block.len(), block.cast::<u64>().is_aligned()), (0, true));
        // SAFETY: the block comes from the heap just now, with this layout, as the next one does.
        unsafe {
            let block = heap.grow(block.cast(), none, some).unwrap();
            assert!(block.len() >= 72);
            heap.deallocate(block.cast(), some);
        }
        assert_eq!(heap.0.stats().blocks, 0);
    }
}
