//! No more after start-up: a wrapper that is closed once, and refuses from then on.
//!
//! A program that must not run out of memory while it works takes all it needs at its start and seals its
//! heap. Blocks may still shrink and go back; a request for more is an error that a test finds at once,
//! and not one in a thousand days.
//!
//! # Costs
//! One test of a flag for each request.
//!
//! # Source
//! The rule of avionics and of TigerBeetle: static allocation; Gerard Holzmann, *The power of ten* (2006),
//! rule 3.

use super::{Stats, Strategy};
use crate::memory::{AllocError, Allocator, Layout, Owns};
use core::cell::Cell;
use core::ptr::NonNull;

/// An allocator that can be sealed.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{FreeList, Sealed};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = Sealed::new(FreeList::new(Kernel));
/// assert!(heap.allocate(Layout::new::<u64>()).is_ok());
/// heap.seal();
/// assert!(heap.allocate(Layout::new::<u64>()).is_err());
/// assert_eq!(heap.refused(), 1);
/// ```
#[derive(Debug)]
pub struct Sealed<A> {
    inner: A,
    sealed: Cell<bool>,
    refused: Cell<u64>,
}

impl<A: Allocator> Sealed<A> {
    /// `inner`, not yet sealed.
    pub const fn new(inner: A) -> Sealed<A> {
        Sealed {
            inner,
            sealed: Cell::new(false),
            refused: Cell::new(0),
        }
    }

    /// No more memory from now on.
    pub fn seal(&self) {
        self.sealed.set(true);
    }

    /// Whether it is sealed.
    pub fn is_sealed(&self) -> bool {
        self.sealed.get()
    }

    /// How many requests the seal has refused.
    pub fn refused(&self) -> u64 {
        self.refused.get()
    }

    /// The allocator behind.
    pub fn inner(&self) -> &A {
        &self.inner
    }

    /// Refuses if it is sealed.
    fn open(&self) -> Result<(), AllocError> {
        if self.sealed.get() {
            self.refused.set(self.refused.get() + 1);
            return Err(AllocError);
        }
        Ok(())
    }
}

// SAFETY: every block is the inner allocator's own, which owes the same (contract of `Allocator`); a refusal
// changes nothing.
unsafe impl<A: Allocator> Allocator for Sealed<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.open()?;
        self.inner.allocate(layout)
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function.
        unsafe { self.inner.deallocate(ptr, layout) }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.open()?;
        self.inner.allocate_zeroed(layout)
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        if new_size > old.size() {
            self.open()?;
        }
        // SAFETY: contract of this function.
        unsafe { self.inner.resize(ptr, old, new_size) }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        self.open()?;
        // SAFETY: contract of this function.
        unsafe { self.inner.remap(ptr, old, new_size) }
    }

    fn grain(&self) -> usize {
        self.inner.grain()
    }
}

// SAFETY: every block is the inner allocator's own, which owes the answer (contract of `Owns`).
unsafe impl<A: Owns> Owns for Sealed<A> {
    fn owns(&self, ptr: NonNull<u8>) -> bool {
        self.inner.owns(ptr)
    }
}

impl<A: Strategy> Strategy for Sealed<A> {
    fn stats(&self) -> Stats {
        self.inner.stats()
    }

    fn steps(&self) -> u64 {
        self.inner.steps()
    }

    fn verify(&self) {
        self.inner.verify();
    }
}
