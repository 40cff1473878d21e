//! glibc's malloc as an allocator of the library: our collections then stand on the same heap as std's.

use nostd_alloc::memory::{Advice, AllocError, Allocator, Layout, PAGE_BYTES};
use std::alloc::{GlobalAlloc, System};
use std::ptr::NonNull;

/// What std calls `System`. It names the size that was asked as the usable one, as std's does.
#[derive(Clone, Copy, Debug)]
pub struct Glibc;

fn answer(ptr: *mut u8, size: usize) -> Result<NonNull<[u8]>, AllocError> {
    let ptr = NonNull::new(ptr).ok_or(AllocError)?;
    Ok(NonNull::slice_from_raw_parts(ptr, size))
}

// SAFETY: each call goes to `System`, whose contract of `GlobalAlloc` holds all that this trait asks; a size
// of 0 is refused, checked in each of them.
unsafe impl Allocator for Glibc {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Err(AllocError);
        }
        // SAFETY: the size was checked above not to be 0.
        answer(unsafe { System.alloc(layout) }, layout.size())
    }

    #[inline]
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function.
        unsafe { System.dealloc(ptr.as_ptr(), layout) }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Err(AllocError);
        }
        // SAFETY: the size was checked above not to be 0.
        answer(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: contract of this function: glibc moves the block if it must, and copies it only then.
        let moved = unsafe { System.realloc(ptr.as_ptr(), old, new_size) };
        answer(moved, new_size)
    }

    /// Large pages under a long block. glibc has mapped it with a head of 16 bytes before it, and grows it by mremap,
    /// which moves one mapping: so the whole of it is advised, with its head.
    fn advise(&self, start: NonNull<u8>, length: usize, advice: Advice) {
        const HEAD_BYTES: usize = 16;
        let page = start.as_ptr().wrapping_sub(HEAD_BYTES);
        if advice == Advice::Filling && page.addr().is_multiple_of(PAGE_BYTES) {
            // SAFETY: this advice changes no byte and no mapping: contract of madvise(2).
            unsafe { libc::madvise(page.cast(), length + HEAD_BYTES, libc::MADV_HUGEPAGE) };
        }
    }
}
