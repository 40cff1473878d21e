//! Less memory than there is: a wrapper that refuses, so that running out can be met on purpose.
//!
//! Two rations, alone or together: at most so many bytes at once, and a refusal of the n-th request, once
//! or from then on. The second is how every `try_` method is tested (SQLite's way: n = 1, 2, 3 … until
//! the task succeeds).
//!
//! # Costs
//! Two comparisons a call. A block is counted with the size it was asked for, in whole grains of the
//! allocator behind; it is handed out with just that length, so that the count comes out even.

use super::{AllocError, Allocator, Layout};
use core::cell::Cell;
use core::ptr::NonNull;

/// An allocator with a limit.
///
/// # Invariants
/// - **Count**: `held` is the sum of the charges of the live blocks, and at most `bytes_max`.
///
/// # Examples
/// ```
/// use nostd_alloc::memory::{Allocator, Kernel, Layout, Ration};
///
/// let ration = Ration::of_bytes(Kernel, 8192);
/// let page = Layout::from_size_align(4096, 1).unwrap();
/// let first = ration.allocate(page).unwrap();
/// assert!(ration.allocate(Layout::from_size_align(4097, 1).unwrap()).is_err());
/// # // SAFETY: origin of the pointer: the ration, with this layout.
/// unsafe { ration.deallocate(first.cast(), page) };
/// assert_eq!(ration.held_bytes(), 0);
/// ```
#[derive(Debug)]
pub struct Ration<A> {
    inner: A,
    bytes_max: usize,
    held: Cell<usize>,
    requests: Cell<u64>,
    refused: Cell<u64>,
    first_refused: u64,
    last_refused: u64,
}

impl<A: Allocator> Ration<A> {
    /// At most `bytes_max` bytes at once.
    pub const fn of_bytes(inner: A, bytes_max: usize) -> Ration<A> {
        Ration::with(inner, bytes_max, u64::MAX, u64::MAX)
    }

    /// Refuses the `nth` request (counted from 1), and no other.
    pub const fn refusing_once(inner: A, nth: u64) -> Ration<A> {
        Ration::with(inner, usize::MAX, nth, nth)
    }

    /// Refuses the `nth` request (counted from 1) and every one after it.
    pub const fn refusing_from(inner: A, nth: u64) -> Ration<A> {
        Ration::with(inner, usize::MAX, nth, u64::MAX)
    }

    const fn with(inner: A, bytes_max: usize, first: u64, last: u64) -> Ration<A> {
        // INVARIANT: **Count** holds: there is no live block.
        Ration {
            inner,
            bytes_max,
            held: Cell::new(0),
            requests: Cell::new(0),
            refused: Cell::new(0),
            first_refused: first,
            last_refused: last,
        }
    }

    /// Bytes in live blocks.
    pub fn held_bytes(&self) -> usize {
        self.held.get()
    }

    /// How many requests for memory there were: blocks, and blocks that were to grow.
    pub fn requests(&self) -> u64 {
        self.requests.get()
    }

    /// How many requests the ration itself has refused.
    pub fn refused(&self) -> u64 {
        self.refused.get()
    }

    /// The allocator behind.
    pub fn inner(&self) -> &A {
        &self.inner
    }

    /// What a block of `size` counts: whole grains of the allocator behind.
    fn charge(&self, size: usize) -> usize {
        match self.inner.grain() {
            0 => size,
            grain => size.checked_next_multiple_of(grain).unwrap_or(usize::MAX),
        }
    }

    /// One request for `additional` bytes more.
    fn request(&self, additional: usize) -> Result<(), AllocError> {
        let number = self.requests.get() + 1;
        self.requests.set(number);
        let fits = self
            .held
            .get()
            .checked_add(additional)
            .is_some_and(|sum| sum <= self.bytes_max);
        if !fits || (self.first_refused..=self.last_refused).contains(&number) {
            self.refused.set(self.refused.get() + 1);
            return Err(AllocError);
        }
        Ok(())
    }

    /// Counts a block from the allocator behind and clips it to its charge.
    fn charged(&self, block: NonNull<[u8]>, charge: usize) -> NonNull<[u8]> {
        // INVARIANT: **Count** holds again: `request` has compared the sum with `bytes_max`.
        self.held.set(self.held.get() + charge);
        NonNull::slice_from_raw_parts(block.cast(), charge)
    }
}

// SAFETY: every block comes from the allocator behind, which owes the same, cut to its charge; the charge is
// at least what was asked, checked by `charge`, and at most what the allocator behind must have handed out
// (contract of `Allocator::grain`).
unsafe impl<A: Allocator> Allocator for Ration<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let charge = self.charge(layout.size());
        self.request(charge)?;
        Ok(self.charged(self.inner.allocate(layout)?, charge))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function; a size from the requested to the charge fits the block behind.
        unsafe { self.inner.deallocate(ptr, layout) };
        // INVARIANT: **Count** holds again: the block has gone with the charge it came with.
        self.held.set(self.held.get() - self.charge(layout.size()));
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let charge = self.charge(layout.size());
        self.request(charge)?;
        Ok(self.charged(self.inner.allocate_zeroed(layout)?, charge))
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let (before, after) = (self.charge(old.size()), self.charge(new_size));
        if after > before {
            self.request(after - before)?;
        }
        // SAFETY: contract of this function.
        unsafe { self.inner.resize(ptr, old, new_size)? };
        // INVARIANT: **Count** holds again: the block has its new charge, which `request` has compared.
        self.held.set(self.held.get() - before + after);
        Ok(after)
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let (before, after) = (self.charge(old.size()), self.charge(new_size));
        if after > before {
            self.request(after - before)?;
        }
        // SAFETY: contract of this function.
        let block = unsafe { self.inner.remap(ptr, old, new_size)? };
        // INVARIANT: **Count** holds again, as in `resize`.
        self.held.set(self.held.get() - before);
        Ok(self.charged(block, after))
    }

    fn grain(&self) -> usize {
        self.inner.grain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Kernel;

    const SMALL: Layout = Layout::new::<u64>();

    #[test]
    fn the_nth_request_is_refused_once_or_from_then_on() {
        let once = Ration::refusing_once(Kernel, 2);
        let from = Ration::refusing_from(Kernel, 2);
        let answers = |ration: &Ration<Kernel>| {
            [(); 3].map(|()| {
                ration.allocate(SMALL).map(|block| {
                    // SAFETY: the block comes from the ration just now, with this layout.
                    unsafe { ration.deallocate(block.cast(), SMALL) }
                })
            })
        };
        assert_eq!(answers(&once), [Ok(()), Err(AllocError), Ok(())]);
        assert_eq!(answers(&from), [Ok(()), Err(AllocError), Err(AllocError)]);
        assert_eq!((once.refused(), from.refused()), (1, 2));
    }

    #[test]
    fn bytes_are_counted_in_grains_and_come_back() {
        let ration = Ration::of_bytes(Kernel, 3 * 4096);
        let block = ration
            .allocate(Layout::from_size_align(5000, 8).unwrap())
            .unwrap();
        assert_eq!((block.len(), ration.held_bytes()), (8192, 8192));
        assert!(
            ration
                .allocate(Layout::from_size_align(4097, 8).unwrap())
                .is_err()
        );
        // SAFETY: the block comes from the ration; each size lies from the requested to the usable one.
        unsafe {
            let size_8192 = Layout::from_size_align(8192, 8).unwrap();
            assert!(ration.resize(block.cast(), size_8192, 1 << 20).is_err());
            assert_eq!(ration.resize(block.cast(), size_8192, 1), Ok(4096));
            ration.deallocate(block.cast(), Layout::from_size_align(4000, 8).unwrap());
        }
        assert_eq!(ration.held_bytes(), 0);
    }
}
