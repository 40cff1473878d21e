//! Pages of the kernel at addresses that only fall: the same layout in every run.
//!
//! Where the kernel puts pages depends on what else the process has mapped, and on chance. A heap that joins
//! regions which touch is a little luckier or unluckier for it, and two runs differ by some pages. Who
//! measures heaps wants neither: this source wishes each mapping directly below the last one, which is what
//! the kernel itself does where there is room, in a part of the address space where nothing else is.
//!
//! ```text
//!        <-  next wish | fourth | gone | second | first |   END
//! ```
//!
//! # How is this safe?
//! A wish is only a wish: the kernel maps elsewhere if those pages are in use. Pages are moved onto others
//! only after those were mapped here, for that purpose.
//!
//! # Costs
//! As [`Kernel`]; a move to another address takes two system calls more. Addresses are never used again: of
//! the 64 TiB that there are, a program that maps and unmaps without end could run out, and then the kernel
//! chooses.

use super::kernel::pages_from_size;
use super::{AllocError, Allocator, Kernel, Layout, PAGE_BYTES};
use crate::sys::{self, Promise};
use core::cell::Cell;
use core::ptr::NonNull;

/// Far above a program and its data, far below its stack and what the kernel places by itself.
const END: usize = 0x4000_0000_0000;

/// Whole pages of the kernel, at falling addresses.
///
/// # Examples
/// ```
/// use nostd_alloc::memory::{Allocator, Layout, Falling};
///
/// let source = Falling::new();
/// let page = Layout::from_size_align(4096, 8).unwrap();
/// let (a, b) = (source.allocate(page).unwrap(), source.allocate(page).unwrap());
/// assert_eq!(a.addr().get() - b.addr().get(), 4096);
/// # // SAFETY: origin of the pointers: this source, with this layout.
/// # unsafe { source.deallocate(a.cast(), page); source.deallocate(b.cast(), page); }
/// ```
#[derive(Debug)]
pub struct Falling {
    /// The start of the last mapping.
    lowest: Cell<usize>,
}

impl Falling {
    /// A source that has handed out nothing.
    pub const fn new() -> Falling {
        Falling::below(END)
    }

    /// Where its mappings lie, unless the kernel had other plans: from the start of the last one.
    pub fn addresses(&self) -> core::ops::Range<usize> {
        self.lowest.get()..END
    }

    const fn below(end: usize) -> Falling {
        Falling {
            lowest: Cell::new(end),
        }
    }

    /// Maps pages below the last ones; `None` if the kernel does not like them there.
    fn map(&self, length: usize, align: usize, promise: Promise) -> Option<NonNull<u8>> {
        let wish = self.lowest.get().checked_sub(length)? & !(align - 1);
        let start = sys::mmap_near(wish, length, promise).ok()?;
        if start.addr().get() == wish {
            self.lowest.set(wish);
            return Some(start);
        }
        // SAFETY: the pages come from the call above, and nobody has seen them.
        let _ = unsafe { sys::munmap(start, length) };
        None
    }

    /// Moves a mapping of ours below the last ones.
    ///
    /// # Safety
    /// As [`sys::mremap`].
    unsafe fn move_down(
        &self,
        start: NonNull<u8>,
        old_length: usize,
        new_length: usize,
    ) -> Option<NonNull<u8>> {
        let target = self.map(new_length, PAGE_BYTES, Promise::Unreserved)?;
        // SAFETY: contract of this function; `target` comes from `map` with this length, nobody has seen it,
        // and nobody hears of it after an error.
        unsafe { sys::mremap_onto(start, old_length, new_length, target).ok() }
    }
}

impl Default for Falling {
    fn default() -> Falling {
        Falling::new()
    }
}

// SAFETY: what the kernel maps is readable, writable, shared with no other mapping, and begins at a page, or
// further on at the alignment, checked by `map`; the value holds only a wish, so moving it moves nothing. All
// else is the contract of `Kernel`, whose blocks these are too.
unsafe impl Allocator for Falling {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let length = pages_from_size(layout.size()).ok_or(AllocError)?;
        match self.map(length, layout.align().max(PAGE_BYTES), Promise::Reserved) {
            Some(start) => Ok(NonNull::slice_from_raw_parts(start, length)),
            None => Kernel.allocate(layout),
        }
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function.
        unsafe { Kernel.deallocate(ptr, layout) }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // Fresh pages are zero.
        self.allocate(layout)
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        // SAFETY: contract of this function.
        unsafe { Kernel.resize(ptr, old, new_size) }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let old_length = pages_from_size(old.size()).ok_or(AllocError)?;
        let length = pages_from_size(new_size).ok_or(AllocError)?;
        if old.align() <= PAGE_BYTES {
            // SAFETY: the block is a whole mapping, by the contract of this function.
            let start = unsafe {
                match sys::mremap(ptr, old_length, length, false) {
                    Ok(start) => Some(start),
                    Err(_) => self.move_down(ptr, old_length, length),
                }
            };
            if let Some(start) = start {
                return Ok(NonNull::slice_from_raw_parts(start, length));
            }
        }
        // SAFETY: contract of this function.
        unsafe { Kernel.remap(ptr, old, new_size) }
    }

    fn grain(&self) -> usize {
        PAGE_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_moves_takes_its_bytes_along() {
        // A place of its own: other tests run beside this one.
        let source = Falling::below(END / 2);
        let layout = Layout::from_size_align(10_000, 8).unwrap();
        let above = source.allocate(layout).unwrap().cast::<u8>();
        let first = source.allocate(layout).unwrap().cast::<u8>();
        let second = source.allocate(layout).unwrap().cast::<u8>();
        // SAFETY: both blocks come from the source, with this layout or the size they were given since.
        unsafe {
            first.write_bytes(7, 10_000);
            assert!(source.resize(first, layout, 50_000).is_err());
            let moved = source.remap(first, layout, 50_000).unwrap();
            let start = moved.cast::<u8>();
            assert_eq!((moved.len(), start), (13 * 4096, second.sub(13 * 4096)));
            assert_eq!((start.add(9_999).read(), start.add(10_001).read()), (7, 0));
            let layout_50_000 = Layout::from_size_align(50_000, 8).unwrap();
            let third = source.allocate(layout).unwrap().cast::<u8>();
            assert_eq!(third, start.sub(3 * 4096));
            assert_eq!(source.resize(start, layout_50_000, 9_000), Ok(3 * 4096));
            source.deallocate(start, Layout::from_size_align(9_000, 8).unwrap());
            source.deallocate(above, layout);
            source.deallocate(second, layout);
            source.deallocate(third, layout);
        }
    }
}
