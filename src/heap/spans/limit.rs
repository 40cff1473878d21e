//! Where the source refuses: what the heap holds back or has offered goes before a request does.
//!
//! Offered runs count as long as they are mapped, where addresses or what may be committed have a limit.

use super::Spans;
use crate::memory::Allocator;

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// The source has no more: what the stacks hold back may serve, or what it has in place of offered runs.
    #[cold]
    pub(super) fn grow_at_the_limit(&self, bytes: usize, align: usize) {
        self.flush_all(false);
        if self.withdraws_all() {
            let _ = self.grow(bytes, align);
        }
    }

    /// Gives all offered runs back, which count as long as they are mapped, so that the source may have more; whether
    /// there was any.
    #[cold]
    pub(super) fn withdraws_all(&self) -> bool {
        let offered = self.offers.bytes();
        self.withdraw_down_to(0);
        offered > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Strategy;
    use crate::memory::{AllocError, Kernel, Layout, PAGE_BYTES};
    use core::cell::Cell;
    use core::ptr::NonNull;

    /// The kernel, up to so many bytes.
    struct Limited(Cell<usize>);

    // SAFETY: each block is one of the kernel's, which owes the same (contract of `Allocator`).
    unsafe impl Allocator for Limited {
        fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            let bytes = layout.size().next_multiple_of(PAGE_BYTES);
            let left = self.0.get().checked_sub(bytes).ok_or(AllocError)?;
            self.0.set(left);
            Kernel.allocate(layout)
        }

        unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
            let bytes = layout.size().next_multiple_of(PAGE_BYTES);
            self.0.set(self.0.get() + bytes);
            // SAFETY: contract of this function.
            unsafe { Kernel.deallocate(ptr, layout) }
        }

        unsafe fn remap(
            &self,
            ptr: NonNull<u8>,
            old: Layout,
            new_size: usize,
        ) -> Result<NonNull<[u8]>, AllocError> {
            let left = (self.0.get() + old.size()).checked_sub(new_size);
            let left = left.ok_or(AllocError)?;
            // SAFETY: contract of this function.
            let moved = unsafe { Kernel.remap(ptr, old, new_size)? };
            self.0.set(left);
            Ok(moved)
        }

        fn grain(&self) -> usize {
            PAGE_BYTES
        }

        unsafe fn offer(&self, start: NonNull<u8>, length: usize) -> Result<(), AllocError> {
            // SAFETY: contract of this function.
            unsafe { Kernel.offer(start, length) }
        }
    }

    fn mebibytes(count: usize, align: usize) -> Layout {
        Layout::from_size_align(count << 20, align).unwrap()
    }

    /// A heap that may have 20 MiB, has `reserved` ones live as a block of zeros, and offers most of the others.
    fn at_its_limit(reserved: usize) -> (Spans<Limited>, NonNull<u8>) {
        let heap: Spans<Limited> = Spans::new(Limited(Cell::new(20 << 20)));
        let reserved = heap.allocate_zeroed(mebibytes(reserved, 8)).unwrap();
        let layout = mebibytes(1, 8);
        for block in [(); 15].map(|()| heap.allocate(layout).unwrap().cast()) {
            // SAFETY: the block comes from the heap, with this layout.
            unsafe { heap.deallocate(block, layout) };
        }
        assert!(heap.offers.bytes() > 10 << 20);
        (heap, reserved.cast())
    }

    #[test]
    fn what_is_offered_goes_before_a_request_is_refused() {
        let requests = [Spans::allocate, Spans::allocate_zeroed];
        for (request, align) in requests.into_iter().zip([8, PAGE_BYTES * 2]) {
            let (heap, _) = at_its_limit(1);
            assert!(request(&heap, mebibytes(17, align)).is_ok());
            heap.verify();
            assert!(request(&heap, mebibytes(3, align)).is_err(), "too much");
            heap.verify();
        }
    }

    #[test]
    fn what_is_offered_goes_before_a_block_is_not_moved() {
        let (heap, block) = at_its_limit(4);
        // SAFETY: the block comes from the heap, with this layout.
        let moved = unsafe { heap.remap(block, mebibytes(4, 8), 14 << 20) };
        assert_eq!(moved.unwrap().len(), 14 << 20);
        heap.verify();
    }
}
