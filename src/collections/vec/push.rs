//! One value more at the end.
//!
//! The hot path is a comparison and a store: no stack frame, no saved register, and in a loop no memory but
//! the slots themselves. Everything else is a call on the cold way (`tests/built/codegen.rs` counts: 8
//! instructions, 9 with the value given back; std's `push` has 14).

use super::Vec;
use crate::collections::error::{PushError, Refusal};
use crate::memory::Allocator;
use core::hint::assert_unchecked;
use core::mem;
use core::sync::atomic::{Ordering, compiler_fence};

/// A length that counts a value which is not there yet; it goes down again when this goes, while unwinding.
struct Ahead<'v>(&'v mut usize);

impl Drop for Ahead<'_> {
    fn drop(&mut self) {
        // INVARIANT: **Length** of `Vec` holds again: no value was added.
        *self.0 = self.0.wrapping_sub(1);
    }
}

impl<T, A: Allocator> Vec<T, A> {
    /// Adds a value at the end: in amortised constant time.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2];
    /// vec.push(3);
    /// assert_eq!(vec, [1, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// If no block can be that long. Without memory the program ends with exit code 4.
    #[inline]
    pub fn push(&mut self, value: T) {
        if self.length == self.capacity() {
            // Counted before it is there, and behind a fence so that it stays so: a length that is kept over the
            // call would cost the way that makes no call a frame.
            let length = self.length.wrapping_add(1);
            self.length = length;
            let ahead = Ahead(&mut self.length);
            compiler_fence(Ordering::SeqCst);
            self.buffer.push_grown(value);
            // INVARIANT: **Length** holds again: the value is in its slot.
            mem::forget(ahead);
            // SAFETY: checked above: it was just written. Whoever knew the length before knows it after.
            unsafe { assert_unchecked(self.length == length) };
            return;
        }
        // SAFETY: checked above: there is a slot behind the last element.
        unsafe { self.push_unchecked(value) }
    }

    /// As [`Vec::push`].
    ///
    /// ```
    /// use nostd_alloc::{Vec, memory::{Kernel, Ration}};
    /// let ration = Ration::of_bytes(Kernel, 0);
    /// let mut vec = Vec::new_in(&ration);
    /// assert_eq!(vec.try_push(7).unwrap_err().into_value(), 7);
    /// ```
    ///
    /// # Errors
    /// [`PushError`] with the value if there is no memory; the vector is as before.
    #[inline]
    pub fn try_push(&mut self, value: T) -> Result<(), PushError<T>> {
        if self.length == self.capacity() {
            // INVARIANT: **Length** holds again: the value is in its slot, or nothing has changed.
            let result = self.buffer.try_push_grown(value, &mut self.length);
            return result.map_err(PushError::new);
        }
        // SAFETY: checked above: there is a slot behind the last element.
        unsafe { self.push_unchecked(value) };
        Ok(())
    }

    /// Adds a value at the end and gives a reference to it.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// *vec.push_mut(2) += 5;
    /// assert_eq!(vec, [1, 7]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::push`].
    #[inline]
    pub fn push_mut(&mut self, value: T) -> &mut T {
        self.push(value);
        // SAFETY: by **Length** of `Vec`, the slot before the end holds the value just pushed.
        unsafe { &mut *self.end().sub(1) }
    }

    /// As [`Vec::push_mut`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// *vec.try_push_mut(2).unwrap() += 5;
    /// assert_eq!(vec, [1, 7]);
    /// ```
    ///
    /// # Errors
    /// As [`Vec::try_push`].
    #[inline]
    pub fn try_push_mut(&mut self, value: T) -> Result<&mut T, PushError<T>> {
        self.try_push(value)?;
        // SAFETY: by **Length** of `Vec`, the slot before the end holds the value just pushed.
        Ok(unsafe { &mut *self.end().sub(1) })
    }

    /// Adds a value at the end without looking whether there is room.
    ///
    /// # Safety
    /// - `length` is less than the capacity.
    #[inline]
    pub(crate) unsafe fn push_unchecked(&mut self, value: T) {
        // SAFETY: contract of this function: the slot lies in the buffer.
        unsafe { self.end().write(value) };
        // INVARIANT: **Length** holds again: the slot was just written.
        self.length += 1;
    }
}

impl<A: Allocator> Vec<u8, A> {
    /// Adds the bytes of a character that has several.
    #[inline(always)]
    pub(in crate::collections) fn push_wide<R: Refusal>(
        &mut self,
        ch: char,
    ) -> Result<(), R::Error> {
        // SAFETY: by **Length** of `Vec`.
        // INVARIANT: **Length** holds again: so many slots were just written, or nothing has changed.
        unsafe { self.buffer.push_wide::<R>(ch, &mut self.length) }
    }
}
