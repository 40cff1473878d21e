//! A vector walked once, each value kept or taken, and the hole closed at the end.
//!
//! ```text
//! 0          kept              read               length
//! | kept      |  hole           |  not looked at    |
//! ```
//!
//! `retain`, `dedup` and `extract_if` are this walk with three ways to decide.
//!
//! # How is this safe?
//! The vector's own length is 0 until the sieve goes, so whatever user code does in between (panic, forget
//! the sieve), values leak at worst. A value is counted as taken before it is dropped or given away.

use super::Vec;
use crate::memory::Allocator;
use core::mem::ManuallyDrop;
use core::ptr;

/// # Invariants
/// - **Hole**: the slots below `kept` and those from `read` to `length` hold values, the others do not;
///   `kept` is at most `read`, `read` at most `length`, and the vector counts none of them.
pub(super) struct Sieve<'v, T, A: Allocator> {
    vec: &'v mut Vec<T, A>,
    kept: usize,
    read: usize,
    length: usize,
}

impl<'v, T, A: Allocator> Sieve<'v, T, A> {
    /// A walk that has kept the first `start` values, which is at most the length.
    #[inline]
    pub(super) fn new(vec: &'v mut Vec<T, A>, start: usize) -> Sieve<'v, T, A> {
        let length = vec.length;
        // INVARIANT: **Length** of the vector holds: it counts nothing. **Hole** holds: there is none yet.
        vec.length = 0;
        Sieve {
            vec,
            kept: start,
            read: start,
            length,
        }
    }

    /// How many values have been passed by, kept or taken.
    #[inline]
    pub(super) fn read(&self) -> usize {
        self.read
    }

    /// How many values there were.
    #[inline]
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Whether a value has been taken.
    #[inline]
    pub(super) fn has_hole(&self) -> bool {
        self.kept < self.read
    }

    /// The allocator of the vector.
    pub(super) fn allocator(&self) -> &A {
        self.vec.allocator()
    }

    /// `kept`, `read` and `length`.
    pub(super) fn parts(&self) -> (usize, usize, usize) {
        (self.kept, self.read, self.length)
    }

    /// The first slot.
    pub(super) fn base(&self) -> *const T {
        self.vec.as_ptr()
    }

    /// The next value.
    ///
    /// # Safety
    /// - `read` is less than `length`.
    #[inline]
    pub(super) unsafe fn current(&mut self) -> &mut T {
        // SAFETY: contract of this function: by **Hole** of `Sieve` the slot holds a value.
        unsafe { &mut *self.vec.as_mut_ptr().add(self.read) }
    }

    /// The next value and the last one kept.
    ///
    /// # Safety
    /// - `read` is less than `length`, and `kept` is not 0.
    #[inline]
    pub(super) unsafe fn current_and_last(&mut self) -> (&mut T, &mut T) {
        let base = self.vec.as_mut_ptr();
        // SAFETY: contract of this function: by **Hole** of `Sieve` both slots hold values, and one lies
        // behind the other.
        unsafe { (&mut *base.add(self.read), &mut *base.add(self.kept - 1)) }
    }

    /// Keeps the next value where there is no hole yet.
    ///
    /// # Safety
    /// - `read` is less than `length`, and equal to `kept`.
    #[inline]
    pub(super) unsafe fn keep_in_place(&mut self) {
        // INVARIANT: **Hole** holds again: it is still empty, and one further on.
        self.read += 1;
        self.kept += 1;
    }

    /// Keeps the next value.
    ///
    /// # Safety
    /// - `read` is less than `length`, and more than `kept`.
    #[inline]
    pub(super) unsafe fn keep(&mut self) {
        let base = self.vec.as_mut_ptr();
        // SAFETY: contract of this function: by **Hole** of `Sieve` one slot holds a value and the other,
        // below it, does not.
        unsafe { ptr::copy_nonoverlapping(base.add(self.read), base.add(self.kept), 1) };
        // INVARIANT: **Hole** holds again: the value has moved to its lower end.
        self.read += 1;
        self.kept += 1;
    }

    /// Takes the next value, which is the caller's from now on.
    ///
    /// # Safety
    /// - `read` is less than `length`.
    #[inline]
    pub(super) unsafe fn take(&mut self) -> *mut T {
        // SAFETY: contract of this function.
        let value = unsafe { self.vec.as_mut_ptr().add(self.read) };
        // INVARIANT: **Hole** holds again: the slot belongs to it now.
        self.read += 1;
        value
    }
}

impl<T, A: Allocator> Sieve<'_, T, A> {
    /// The end of a walk that has looked at everything: nothing is left to move.
    #[inline]
    pub(super) fn end(self) {
        debug_assert!(self.read == self.length);
        let mut this = ManuallyDrop::new(self);
        // INVARIANT: **Length** of the vector holds again: the hole is at the end.
        this.vec.length = this.kept;
    }
}

impl<T, A: Allocator> Drop for Sieve<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        let rest = self.length - self.read;
        if self.has_hole() && rest > 0 {
            let base = self.vec.as_mut_ptr();
            // SAFETY: by **Hole** of `Sieve` the `rest` slots hold values, and there is room below them.
            unsafe { ptr::copy(base.add(self.read), base.add(self.kept), rest) };
        }
        // INVARIANT: **Length** of the vector holds again: the hole is closed.
        self.vec.length = self.kept + rest;
    }
}
