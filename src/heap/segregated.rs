//! Small blocks here, large ones there: two allocators, and a border between them.
//!
//! The size alone says whose a block is, so nothing is kept. For that, what a small block may be named with
//! must stay on the small side: its usable size is clipped to the border. A resize across the border is
//! refused, and the caller copies.
//!
//! # Costs
//! A comparison a call. Nested in themselves, a few of these are a table of size classes: the example
//! `compose` builds a heap like jemalloc from them.
//!
//! # Source
//! Andrei Alexandrescu, D's `Segregator` (2013).

use crate::memory::{AllocError, Allocator, Layout, Owns};
use core::ptr::NonNull;

/// Blocks of at most `BORDER` bytes from `S`, larger ones from `L`.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{FreeList, Segregated, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = Segregated::<1000, _, _>::new(FreeList::new(Kernel), Kernel);
/// let block = heap.allocate(Layout::new::<[u8; 1001]>())?;
/// assert_eq!((block.len(), heap.small().stats().blocks), (4096, 0));
/// # Ok::<(), nostd_alloc::memory::AllocError>(())
/// ```
#[derive(Debug)]
pub struct Segregated<const BORDER: usize, S, L> {
    small: S,
    large: L,
}

impl<const BORDER: usize, S: Allocator, L: Allocator> Segregated<BORDER, S, L> {
    /// `small` up to the border, `large` above it.
    pub const fn new(small: S, large: L) -> Segregated<BORDER, S, L> {
        Segregated { small, large }
    }

    /// Who has the small blocks.
    pub fn small(&self) -> &S {
        &self.small
    }

    /// Who has the large blocks.
    pub fn large(&self) -> &L {
        &self.large
    }

    /// Whose a block of this size is.
    fn side(&self, size: usize) -> &dyn Allocator {
        if size <= BORDER {
            &self.small
        } else {
            &self.large
        }
    }

    /// A block of the side of `size`, clipped so that every size it may be named with is of that side.
    fn clipped(&self, size: usize, block: NonNull<[u8]>) -> NonNull<[u8]> {
        if size <= BORDER && block.len() > BORDER {
            return NonNull::slice_from_raw_parts(block.cast(), BORDER);
        }
        block
    }
}

// SAFETY: every block is one of the two allocators' own, which owe the same (contract of `Allocator`); that it
// goes back to the same one is checked by `clipped`: all its sizes are on one side.
unsafe impl<const BORDER: usize, S: Allocator, L: Allocator> Allocator
    for Segregated<BORDER, S, L>
{
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let size = layout.size();
        Ok(self.clipped(size, self.side(size).allocate(layout)?))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function; the size is on the side that the block came from.
        unsafe { self.side(layout.size()).deallocate(ptr, layout) }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let size = layout.size();
        Ok(self.clipped(size, self.side(size).allocate_zeroed(layout)?))
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        if (old.size() <= BORDER) != (new_size <= BORDER) {
            return Err(AllocError);
        }
        // SAFETY: contract of this function; both sizes are on the side that the block came from.
        let usable = unsafe { self.side(new_size).resize(ptr, old, new_size)? };
        let block = NonNull::slice_from_raw_parts(ptr, usable);
        Ok(self.clipped(new_size, block).len())
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if (old.size() <= BORDER) != (new_size <= BORDER) {
            return Err(AllocError);
        }
        // SAFETY: contract of this function; both sizes are on the side that the block came from.
        let block = unsafe { self.side(new_size).remap(ptr, old, new_size)? };
        Ok(self.clipped(new_size, block))
    }
}

// SAFETY: a block is the small side's or the large side's, who owe the answer (contract of `Owns`).
unsafe impl<const BORDER: usize, S: Owns, L: Owns> Owns for Segregated<BORDER, S, L> {
    fn owns(&self, ptr: NonNull<u8>) -> bool {
        self.small.owns(ptr) || self.large.owns(ptr)
    }
}
