//! A block that a test holds: filled with a pattern of its own, which is checked before it goes.

use core::ptr::NonNull;
use nostd_alloc::memory::{AllocError, Allocator, Layout, reallocate};

/// A live block.
///
/// # Invariants
/// - **Held**: `ptr` is a live block of the allocator that it is used with; `layout` is what was asked last,
///   `usable` what was handed out, and the first `layout.size()` bytes hold the pattern.
#[derive(Debug)]
pub(crate) struct Live {
    ptr: NonNull<u8>,
    pub(crate) layout: Layout,
    pub(crate) usable: usize,
    pattern: u8,
}

pub(crate) fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).expect("a layout that exists")
}

impl Live {
    pub(crate) fn new(
        heap: &(impl Allocator + ?Sized),
        layout: Layout,
        pattern: u8,
    ) -> Result<Live, AllocError> {
        Ok(Live::fill(heap.allocate(layout)?, layout, pattern))
    }

    /// The same, from `allocate_zeroed`, whose zeros are checked.
    pub(crate) fn zeroed(
        heap: &(impl Allocator + ?Sized),
        layout: Layout,
        pattern: u8,
    ) -> Result<Live, AllocError> {
        let block = heap.allocate_zeroed(layout)?;
        // SAFETY: the block came from the heap just now, and all of it is written (contract of
        // `allocate_zeroed`).
        let bytes = unsafe { block.as_ref() };
        assert!(bytes.iter().all(|&byte| byte == 0), "a zeroed block is not");
        Ok(Live::fill(block, layout, pattern))
    }

    fn fill(block: NonNull<[u8]>, layout: Layout, pattern: u8) -> Live {
        let (ptr, usable) = (block.cast::<u8>(), block.len());
        assert!(usable >= layout.size(), "less than was asked");
        let aligned = ptr.addr().get().is_multiple_of(layout.align());
        assert!(
            aligned,
            "{ptr:?} is not at a multiple of {}",
            layout.align()
        );
        // SAFETY: the block came from the heap just now, with so many bytes.
        unsafe { ptr.write_bytes(pattern, layout.size()) };
        // INVARIANT: **Held** holds: the block is new and written.
        Live {
            ptr,
            layout,
            usable,
            pattern,
        }
    }

    pub(crate) fn address(&self) -> usize {
        self.ptr.addr().get()
    }

    /// Checks that the pattern stands.
    pub(crate) fn check(&self) {
        self.check_first(self.layout.size());
    }

    fn check_first(&self, count: usize) {
        // SAFETY: by **Held** of `Live`.
        let bytes = unsafe { NonNull::slice_from_raw_parts(self.ptr, count).as_ref() };
        let damaged = bytes.iter().position(|&byte| byte != self.pattern);
        assert_eq!(damaged, None, "damaged: {self:?}");
    }

    /// Writes every usable byte, and names the block with its usable size from now on.
    pub(crate) fn use_all(&mut self) {
        // SAFETY: by **Held** of `Live`, the usable bytes are the block's own.
        unsafe { self.ptr.write_bytes(self.pattern, self.usable) };
        // INVARIANT: **Held** holds again: any size up to the usable one fits.
        self.layout = layout(self.usable, self.layout.align());
    }

    /// Gives the block a new size as `reallocate` does; checks the bytes that come along.
    pub(crate) fn reallocate(
        &mut self,
        heap: &(impl Allocator + ?Sized),
        size: usize,
    ) -> Result<(), AllocError> {
        self.check();
        // SAFETY: by **Held** of `Live`.
        let block = unsafe { reallocate(heap, self.ptr, self.layout, size)? };
        self.moved(block, size);
        Ok(())
    }

    /// The same, but only where it is.
    pub(crate) fn resize(
        &mut self,
        heap: &(impl Allocator + ?Sized),
        size: usize,
    ) -> Result<(), AllocError> {
        // SAFETY: by **Held** of `Live`; callers ask for sizes that make a layout: checked by `layout`.
        let usable = unsafe { heap.resize(self.ptr, self.layout, size)? };
        self.moved(NonNull::slice_from_raw_parts(self.ptr, usable), size);
        Ok(())
    }

    fn moved(&mut self, block: NonNull<[u8]>, size: usize) {
        let kept = size.min(self.layout.size());
        // INVARIANT: **Held** holds again when the new bytes are written.
        self.ptr = block.cast();
        self.check_first(kept);
        *self = Live::fill(block, layout(size, self.layout.align()), self.pattern);
    }

    /// Checks the pattern and gives the block back, named with the size that was asked.
    pub(crate) fn free(self, heap: &(impl Allocator + ?Sized)) {
        self.check();
        // SAFETY: by **Held** of `Live`, which ends here.
        unsafe { heap.deallocate(self.ptr, self.layout) };
    }
}
