//! The heap of the program: one, for every thread, without a handle to carry about.
//!
//! [`Global`] is a name without a size: each value of it is the same heap, [`Spans`] over the pages of
//! the kernel behind the futex lock. Collections use it where no other allocator is named, and a program
//! that wants the `alloc` crate writes two lines:
//!
//! ```
//! use nostd_alloc::heap::Global;
//!
//! #[global_allocator]
//! static GLOBAL: Global = Global;
//!
//! assert_eq!(vec![1, 2, 3].len(), 3);
//! ```
//!
//! # Costs
//! A program that does not use it has nothing of it; the heap asks the kernel for its first page when it
//! is first asked itself.

#[cfg(test)]
use super::starve;
use super::{Locked, Spans, Stats, Strategy};
use crate::memory::{AllocError, Allocator, Kernel, Layout};
use core::alloc::GlobalAlloc;
use core::ptr::NonNull;

/// The one heap behind all values of [`Global`].
static HEAP: Locked<Spans<Kernel>> = Locked::new(Spans::new(Kernel));

/// The heap of the program.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Global;

// SAFETY: each call goes to the one heap, which owes the same (contract of `Allocator`); it is a static, so
// that blocks outlive every value of this type.
unsafe impl Allocator for Global {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        #[cfg(test)]
        starve::request()?;
        let block = HEAP.allocate(layout)?;
        #[cfg(test)]
        starve::count(1);
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        #[cfg(test)]
        starve::count(-1);
        // SAFETY: contract of this function.
        unsafe { HEAP.deallocate(ptr, layout) }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        #[cfg(test)]
        starve::request()?;
        let block = HEAP.allocate_zeroed(layout)?;
        #[cfg(test)]
        starve::count(1);
        Ok(block)
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        #[cfg(test)]
        starve::resize(new_size > old.size())?;
        // SAFETY: contract of this function.
        unsafe { HEAP.resize(ptr, old, new_size) }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        #[cfg(test)]
        starve::resize(new_size > old.size())?;
        // SAFETY: contract of this function.
        unsafe { HEAP.remap(ptr, old, new_size) }
    }
}

impl Strategy for Global {
    fn stats(&self) -> Stats {
        HEAP.stats()
    }

    fn steps(&self) -> u64 {
        HEAP.steps()
    }

    fn verify(&self) {
        HEAP.verify();
    }
}

// SAFETY: each call goes to the one heap, which owes the same (contract of `GlobalAlloc`).
unsafe impl GlobalAlloc for Global {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: contract of this function.
        unsafe { HEAP.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: contract of this function.
        unsafe { HEAP.dealloc(ptr, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: contract of this function.
        unsafe { HEAP.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: contract of this function.
        unsafe { HEAP.realloc(ptr, layout, new_size) }
    }
}
