//! What makes a vector longer by many values: a slice, an iterator, another vector, copies of one.
//!
//! All of them go through [`Vec::fill`], which keeps the length in a register and writes it back when it
//! ends, also while unwinding.

use super::Vec;
use crate::collections::error::{OrStop, PushError, TryReserveError};
use crate::collections::range::range;
use crate::memory::Allocator;
use core::mem::{MaybeUninit, needs_drop};
use core::ops::RangeBounds;
use core::ptr;

/// Writes the number of values back when the writing ends, however it ends.
struct Filling<'v> {
    target: &'v mut usize,
    length: usize,
}

impl Drop for Filling<'_> {
    #[inline]
    fn drop(&mut self) {
        // INVARIANT: **Length** holds again: each slot below was written before it was counted.
        *self.target = self.length;
    }
}

impl<T, A: Allocator> Vec<T, A> {
    /// Writes values from `values` until it ends (`None`) or `room` of them are there and one more has come.
    ///
    /// # Safety
    /// - There is room for `room` elements more.
    #[inline]
    pub(super) unsafe fn fill<I: Iterator<Item = T>>(
        &mut self,
        room: usize,
        values: &mut I,
    ) -> Option<T> {
        let end = self.end();
        let start = self.length;
        let mut filling = Filling {
            length: start,
            target: &mut self.length,
        };
        values
            .try_for_each(|value| {
                if filling.length - start == room {
                    return Err(value);
                }
                // SAFETY: checked above: the slot lies in the room (contract of this function).
                unsafe { end.add(filling.length - start).write(value) };
                filling.length += 1;
                Ok(())
            })
            .err()
    }

    /// Adds all values of an iterator. What it says of its length is an estimate and nothing more.
    pub(in crate::collections) fn extend_core<I: Iterator<Item = T>>(
        &mut self,
        mut values: I,
    ) -> Result<(), TryReserveError> {
        let expected = values.size_hint().0;
        self.try_reserve(expected)?;
        let mut room = expected;
        loop {
            // SAFETY: checked above, before the loop or in its last round: the room is reserved.
            let Some(value) = (unsafe { self.fill(room, &mut values) }) else {
                return Ok(());
            };
            if self.length == self.capacity() {
                self.try_reserve(values.size_hint().0.saturating_add(1))?;
            }
            // SAFETY: checked above: there is a slot behind the last element.
            unsafe { self.push_unchecked(value) };
            room = self.capacity() - self.length;
        }
    }

    /// Adds all values of an iterator, as `extend`.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// vec.try_extend(2..4)?;
    /// assert_eq!(vec, [1, 2, 3]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory: the vector has its old length, and what the iterator has
    /// given is dropped (an iterator cannot be rewound).
    pub fn try_extend<I: IntoIterator<Item = T>>(
        &mut self,
        values: I,
    ) -> Result<(), TryReserveError> {
        let length = self.length;
        let result = self.extend_core(values.into_iter());
        if result.is_err() {
            self.truncate(length);
        }
        result
    }

    /// Moves all elements of `other` behind those of `self`; `other` keeps its room.
    ///
    /// ```
    /// let (mut vec, mut other) = (nostd_alloc::vec![1], nostd_alloc::vec![2]);
    /// vec.append(&mut other);
    /// assert_eq!((vec.len(), other.len()), (2, 0));
    /// ```
    ///
    /// # Panics
    /// As [`Vec::push`].
    pub fn append(&mut self, other: &mut Vec<T, A>) {
        self.try_append(other).or_stop();
    }

    /// As [`Vec::append`].
    ///
    /// ```
    /// let (mut vec, mut other) = (nostd_alloc::vec![1], nostd_alloc::vec![2]);
    /// vec.try_append(&mut other)?;
    /// assert_eq!(vec, [1, 2]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; both vectors are as before.
    pub fn try_append(&mut self, other: &mut Vec<T, A>) -> Result<(), TryReserveError> {
        let count = other.length;
        self.try_reserve(count)?;
        // INVARIANT: **Length** of `other` holds: its values move out just now.
        other.length = 0;
        // SAFETY: by **Length** of `Vec`, `count` slots of `other` held values; the room was checked above;
        // two vectors share no block (**Block** of `Room`).
        unsafe { ptr::copy_nonoverlapping(other.as_ptr(), self.end(), count) };
        // INVARIANT: **Length** holds again: the slots were just written.
        self.length += count;
        Ok(())
    }

    /// Makes the vector `new_len` elements long: drops what is behind, or adds what `f` gives.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// vec.resize_with(3, Default::default);
    /// assert_eq!(vec, [1, 0, 0]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::push`].
    pub fn resize_with<F: FnMut() -> T>(&mut self, new_len: usize, f: F) {
        self.try_resize_with(new_len, f).or_stop();
    }

    /// As [`Vec::resize_with`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// vec.try_resize_with(2, || 5)?;
    /// assert_eq!(vec, [1, 5]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the vector is as before and `f` was not called.
    pub fn try_resize_with<F: FnMut() -> T>(
        &mut self,
        new_len: usize,
        mut f: F,
    ) -> Result<(), TryReserveError> {
        let Some(additional) = new_len.checked_sub(self.length) else {
            self.truncate(new_len);
            return Ok(());
        };
        self.try_reserve(additional)?;
        // SAFETY: checked above: the room is reserved.
        unsafe { self.fill(additional, &mut (0..additional).map(|_| f())) };
        Ok(())
    }
}

impl<T: Clone, A: Allocator> Vec<T, A> {
    /// Adds clones of all elements of a slice.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// vec.extend_from_slice(&[2, 3]);
    /// assert_eq!(vec, [1, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::push`].
    #[inline]
    pub fn extend_from_slice(&mut self, other: &[T]) {
        self.try_extend_from_slice(other).or_stop();
    }

    /// As [`Vec::extend_from_slice`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// vec.try_extend_from_slice(&[2, 3])?;
    /// assert_eq!(vec, [1, 2, 3]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the vector is as before.
    #[inline]
    pub fn try_extend_from_slice(&mut self, other: &[T]) -> Result<(), TryReserveError> {
        self.try_reserve(other.len())?;
        if needs_drop::<T>() {
            // SAFETY: checked above: the room is reserved.
            unsafe { self.fill(other.len(), &mut other.iter().cloned()) };
        } else {
            clone_all(&mut self.spare_capacity_mut()[..other.len()], other);
            // INVARIANT: **Length** holds again: so many slots were just written.
            self.length += other.len();
        }
        Ok(())
    }

    /// Adds clones of the elements of a range of the vector itself.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3];
    /// vec.extend_from_within(1..);
    /// assert_eq!(vec, [1, 2, 3, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// If the range does not lie in the vector; else as [`Vec::push`].
    pub fn extend_from_within<R: RangeBounds<usize>>(&mut self, src: R) {
        self.try_extend_from_within(src).or_stop();
    }

    /// As [`Vec::extend_from_within`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3];
    /// vec.try_extend_from_within(..1)?;
    /// assert_eq!(vec, [1, 2, 3, 1]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the vector is as before.
    ///
    /// # Panics
    /// If the range does not lie in the vector.
    pub fn try_extend_from_within<R: RangeBounds<usize>>(
        &mut self,
        src: R,
    ) -> Result<(), TryReserveError> {
        let source = range(src, self.length);
        self.try_reserve(source.len())?;
        let values = self.as_ptr();
        // SAFETY: the range was checked to lie below `length`, where by **Length** of `Vec` there are values;
        // they stay where they are, for the room was reserved above.
        let mut clones = source.map(|index| unsafe { (*values.add(index)).clone() });
        // SAFETY: checked above: the room is reserved.
        unsafe { self.fill(clones.len(), &mut clones) };
        Ok(())
    }

    /// Makes the vector `new_len` elements long: drops what is behind, or adds clones of `value`.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec!['a'];
    /// vec.resize(3, 'b');
    /// assert_eq!(vec, ['a', 'b', 'b']);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::push`].
    pub fn resize(&mut self, new_len: usize, value: T) {
        self.resize_core(new_len, value)
            .map_err(|(_, error)| error)
            .or_stop();
    }

    /// As [`Vec::resize`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec!['a'];
    /// assert_eq!(vec.try_resize(1 << 60, 'b').unwrap_err().into_value(), 'b');
    /// ```
    ///
    /// # Errors
    /// [`PushError`] with the value if there is no memory; the vector is as before.
    pub fn try_resize(&mut self, new_len: usize, value: T) -> Result<(), PushError<T>> {
        self.resize_core(new_len, value)
            .map_err(|(value, _)| PushError::new(value))
    }

    fn resize_core(&mut self, new_len: usize, value: T) -> Result<(), (T, TryReserveError)> {
        let Some(additional) = new_len.checked_sub(self.length) else {
            self.truncate(new_len);
            return Ok(());
        };
        if let Err(error) = self.try_reserve(additional) {
            return Err((value, error));
        }
        if additional > 0 {
            let clones = additional - 1;
            // SAFETY: checked above: reserved is room for the clones, and for the value itself behind them.
            unsafe {
                self.fill(clones, &mut (0..clones).map(|_| value.clone()));
                self.push_unchecked(value);
            }
        }
        Ok(())
    }
}

/// Clones values that need no drop, so that nothing is lost if one panics. Two slices that cannot overlap: for
/// plain data the compiler makes one memcpy of the loop.
#[inline]
fn clone_all<T: Clone>(target: &mut [MaybeUninit<T>], source: &[T]) {
    for (slot, value) in target.iter_mut().zip(source) {
        slot.write(value.clone());
    }
}
