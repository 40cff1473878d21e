//! glibc's malloc as an allocator of the library: our collections then stand on the same heap as std's.

use nostd_alloc::memory::{AllocError, Allocator, Layout};
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
}
