//! How much is held, and how often it was asked: a wrapper that counts.
//!
//! Around a source it counts what a heap holds from it, which is the footprint of the heap as the source
//! sees it; around a heap it counts what a program holds from it.
//!
//! # Costs
//! A few additions a call. A block counts with the size it was asked for, in whole grains of the allocator
//! behind, and is handed out with just that length, so that the count comes out even.

use super::{Stats, Strategy};
use crate::memory::{AllocError, Allocator, Layout, Owns};
use core::cell::Cell;
use core::ptr::NonNull;

/// How many calls of each kind there were.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Calls {
    /// Blocks asked for, zeroed ones included.
    pub allocate: u64,
    /// Blocks given back, or parts of blocks.
    pub deallocate: u64,
    /// Blocks that were to get a new size where they are.
    pub resize: u64,
    /// Blocks that were to get a new size anywhere.
    pub remap: u64,
    /// Calls of any kind that were answered with an error.
    pub refused: u64,
}

/// An allocator whose calls and bytes are counted.
///
/// # Invariants
/// - **Count**: `held` is the sum of the charges of the live blocks.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{Counted, FreeList};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let source = Counted::new(Kernel);
/// {
///     let heap = FreeList::new(&source);
///     heap.allocate(Layout::new::<[u8; 100]>()).unwrap();
///     assert_eq!(source.held_bytes(), 65536);
/// }
/// assert_eq!((source.held_bytes(), source.held_bytes_peak()), (0, 65536));
/// ```
#[derive(Debug)]
pub struct Counted<A> {
    inner: A,
    held: Cell<usize>,
    held_peak: Cell<usize>,
    calls: Cell<Calls>,
}

impl<A: Allocator> Counted<A> {
    /// Counts what goes through to `inner` from now on.
    pub const fn new(inner: A) -> Counted<A> {
        // INVARIANT: **Count** holds: there is no live block.
        Counted {
            inner,
            held: Cell::new(0),
            held_peak: Cell::new(0),
            calls: Cell::new(Calls {
                allocate: 0,
                deallocate: 0,
                resize: 0,
                remap: 0,
                refused: 0,
            }),
        }
    }

    /// Bytes in live blocks.
    pub fn held_bytes(&self) -> usize {
        self.held.get()
    }

    /// The most bytes that were in live blocks at once.
    pub fn held_bytes_peak(&self) -> usize {
        self.held_peak.get()
    }

    /// Live blocks, if each goes back as it was handed out (over a source with a grain they may go in
    /// parts).
    pub fn blocks(&self) -> u64 {
        let calls = self.calls.get();
        calls.allocate.saturating_sub(calls.deallocate)
    }

    /// How many calls of each kind there were.
    pub fn calls(&self) -> Calls {
        self.calls.get()
    }

    /// The allocator behind.
    pub fn inner(&self) -> &A {
        &self.inner
    }

    /// What a block of `size` counts: whole grains of the allocator behind.
    fn charge(&self, size: usize) -> usize {
        match self.inner.grain() {
            0 => size,
            grain => size.checked_next_multiple_of(grain).unwrap_or(size),
        }
    }

    /// Counts a call that `kind` picks.
    fn call(&self, kind: impl Fn(&mut Calls) -> &mut u64) {
        let mut calls = self.calls.get();
        *kind(&mut calls) += 1;
        self.calls.set(calls);
    }

    /// Counts a refusal on its way out.
    fn refused(&self, error: AllocError) -> AllocError {
        self.call(|calls| &mut calls.refused);
        error
    }

    /// Replaces a charge of `before` by one of `after`.
    fn recharge(&self, before: usize, after: usize) {
        // INVARIANT: **Count** holds again: the block had the first charge and has the second.
        self.held.set(self.held.get() - before + after);
        self.held_peak
            .set(self.held_peak.get().max(self.held.get()));
    }

    /// Counts a new block and clips it to its charge.
    fn charged(
        &self,
        layout: Layout,
        answer: Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let block = answer.map_err(|error| self.refused(error))?;
        self.call(|calls| &mut calls.allocate);
        let charge = self.charge(layout.size());
        self.recharge(0, charge);
        Ok(NonNull::slice_from_raw_parts(block.cast(), charge))
    }
}

// SAFETY: every block comes from the allocator behind, which owes the same, cut to its charge; the charge is
// at least what was asked, checked by `charge`, and at most what the allocator behind must have handed out
// (contract of `Allocator::grain`).
unsafe impl<A: Allocator> Allocator for Counted<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.charged(layout, self.inner.allocate(layout))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function; a size from the requested to the charge fits the block behind.
        unsafe { self.inner.deallocate(ptr, layout) };
        self.call(|calls| &mut calls.deallocate);
        self.recharge(self.charge(layout.size()), 0);
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.charged(layout, self.inner.allocate_zeroed(layout))
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        // SAFETY: contract of this function.
        let answer = unsafe { self.inner.resize(ptr, old, new_size) };
        self.call(|calls| &mut calls.resize);
        answer.map_err(|error| self.refused(error))?;
        let charge = self.charge(new_size);
        self.recharge(self.charge(old.size()), charge);
        Ok(charge)
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: contract of this function.
        let answer = unsafe { self.inner.remap(ptr, old, new_size) };
        self.call(|calls| &mut calls.remap);
        let block = answer.map_err(|error| self.refused(error))?;
        let charge = self.charge(new_size);
        self.recharge(self.charge(old.size()), charge);
        Ok(NonNull::slice_from_raw_parts(block.cast(), charge))
    }

    fn grain(&self) -> usize {
        self.inner.grain()
    }
}

// SAFETY: every block comes from the allocator behind, which owes the answer (contract of `Owns`).
unsafe impl<A: Owns> Owns for Counted<A> {
    fn owns(&self, ptr: NonNull<u8>) -> bool {
        self.inner.owns(ptr)
    }
}

impl<A: Strategy> Strategy for Counted<A> {
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
