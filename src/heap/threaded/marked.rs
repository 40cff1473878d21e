//! Pages of the kernel that know which heap has them.
//!
//! # Costs
//! A store of two bytes for each page that comes or goes; nothing for the heap with number 0, whose pages are those
//! that nobody marks.

use super::owners::OWNERS;
use crate::memory::{Advice, AllocError, Allocator, Kernel, Layout, PAGE_BYTES};
use crate::sys;
use core::ptr::NonNull;

/// The kernel, as the source of one heap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marked {
    pub(super) number: u16,
}

impl Marked {
    fn mark(self, start: NonNull<u8>, length: usize) -> Result<(), AllocError> {
        match self.number {
            0 => Ok(()),
            number => OWNERS.mark(start.addr().get(), length, number),
        }
    }

    fn unmark(self, start: NonNull<u8>, length: usize) {
        if self.number != 0 {
            OWNERS.unmark(start.addr().get(), length);
        }
    }

    /// Marks a block that the kernel has just handed out.
    fn marked(self, block: NonNull<[u8]>, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.mark(block.cast(), block.len()).is_err() {
            // SAFETY: the block came from the kernel just now, with this layout.
            unsafe { Kernel.deallocate(block.cast(), layout) };
            return Err(AllocError);
        }
        Ok(block)
    }
}

/// The pages of a size.
fn pages(size: usize) -> usize {
    size.next_multiple_of(PAGE_BYTES)
}

// SAFETY: each block is one of the kernel's, which owes the same (contract of `Allocator`). Marks go before pages
// do, because another heap may have them at once.
unsafe impl Allocator for Marked {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.marked(Kernel.allocate(layout)?, layout)
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        self.unmark(ptr, pages(layout.size()));
        // SAFETY: contract of this function.
        unsafe { Kernel.deallocate(ptr, layout) }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.marked(Kernel.allocate_zeroed(layout)?, layout)
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let (old_length, length) = (pages(old.size()), pages(new_size));
        // SAFETY: contract of this function, of a block at least as long as `length` where it is used.
        unsafe {
            if length < old_length {
                self.unmark(ptr.add(length), old_length - length);
            }
            let resized = Kernel.resize(ptr, old, new_size);
            if resized.is_err() && length < old_length {
                self.mark(ptr.add(length), old_length - length)?;
            }
            resized
        }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if self.number == 0 {
            // SAFETY: contract of this function.
            return unsafe { Kernel.remap(ptr, old, new_size) };
        }
        if old.align() > PAGE_BYTES {
            return Err(AllocError);
        }
        // Pages whose leaves are there take the block in: after a move nothing can fail any more.
        let new = Layout::from_size_align(new_size, PAGE_BYTES).map_err(|_| AllocError)?;
        let target = self.allocate(new)?;
        let old_length = pages(old.size());
        self.unmark(target.cast(), target.len());
        self.unmark(ptr, old_length);
        // SAFETY: contract of this function; the target came from the kernel just now, and nobody has seen it.
        let moved = unsafe { sys::mremap_onto(ptr, old_length, target.len(), target.cast()) };
        // The leaves of both are there: both were marked before.
        if moved.is_err() {
            // The kernel may have dropped the target before it failed, and another thread may have those addresses by
            // now: so it is only forgotten. At worst that is untouched pages of a program that has too many mappings.
            self.mark(ptr, old_length)?;
            return Err(AllocError);
        }
        self.mark(target.cast(), target.len())?;
        Ok(target)
    }

    fn grain(&self) -> usize {
        PAGE_BYTES
    }

    fn advise(&self, start: NonNull<u8>, length: usize, advice: Advice) {
        Kernel.advise(start, length, advice);
    }

    unsafe fn offer(&self, start: NonNull<u8>, length: usize) -> Result<(), AllocError> {
        // SAFETY: contract of this function; the pages stay this heap's.
        unsafe { Kernel.offer(start, length) }
    }
}
