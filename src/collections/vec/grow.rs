//! What makes a vector longer by many values: a slice, an iterator, another vector.
//!
//! All of them go through [`Vec::fill`] or [`Vec::fill_with`], which keep the length in a register and write it
//! back when they end, also while unwinding.

use super::Vec;
use crate::collections::error::{Refusal, Stops, Tells, TryReserveError};
use crate::collections::range::range;
use crate::memory::Allocator;
use core::mem::{MaybeUninit, needs_drop};
use core::ops::RangeBounds;
use core::ptr;
use core::slice;

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

    /// Writes `count` values.
    ///
    /// # Safety
    /// - There is room for `count` elements more.
    #[inline]
    pub(super) unsafe fn fill_with(&mut self, count: usize, mut value: impl FnMut(usize) -> T) {
        let mut slot = self.end();
        let mut filling = Filling {
            length: self.length,
            target: &mut self.length,
        };
        for index in 0..count {
            // SAFETY: contract of this function: the slot lies in the room, and the next one is at most its end.
            unsafe {
                slot.write(value(index));
                slot = slot.add(1);
            }
            filling.length += 1;
        }
    }

    /// Adds all values of an iterator. What it says of its length is an estimate and nothing more.
    #[inline]
    pub(in crate::collections) fn extend_core<R: Refusal, I: Iterator<Item = T>>(
        &mut self,
        mut values: I,
    ) -> Result<(), R::Error> {
        let (least, most) = values.size_hint();
        self.make_room::<R>(least)?;
        if most != Some(least) {
            return self.extend_counting::<R, I>(values);
        }
        // SAFETY: checked above: the room is reserved.
        match unsafe { self.fill(least, &mut values) } {
            None => Ok(()),
            Some(value) => self.extend_further::<R, I>(value, values),
        }
    }

    /// Adds the values of an iterator that does not know how many it has.
    #[inline]
    fn extend_counting<R: Refusal, I: Iterator<Item = T>>(
        &mut self,
        mut values: I,
    ) -> Result<(), R::Error> {
        while let Some(value) = values.next() {
            if self.length == self.capacity() {
                self.make_room::<R>(values.size_hint().0.saturating_add(1))?;
            }
            // SAFETY: checked above: there is a slot behind the last element.
            unsafe { self.push_unchecked(value) };
        }
        Ok(())
    }

    /// Adds what an iterator has beyond the length that it gave as exact.
    #[cold]
    #[inline(never)]
    fn extend_further<R: Refusal, I: Iterator<Item = T>>(
        &mut self,
        value: T,
        values: I,
    ) -> Result<(), R::Error> {
        self.make_room::<R>(1)?;
        // SAFETY: reserved above, checked by `?`.
        unsafe { self.push_unchecked(value) };
        self.extend_counting::<R, I>(values)
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
        let result = self.extend_core::<Tells, _>(values.into_iter());
        if result.is_err() {
            self.truncate(length);
        }
        result
    }

    /// Moves all elements of `other` behind those of `self` by one copy; `other` keeps its room.
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
        let Ok(()) = self.append_core::<Stops>(other);
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
        self.append_core::<Tells>(other)
    }

    fn append_core<R: Refusal>(&mut self, other: &mut Vec<T, A>) -> Result<(), R::Error> {
        let count = other.length;
        self.make_room::<R>(count)?;
        // INVARIANT: **Length** of `other` holds: its values move out just now.
        other.length = 0;
        // SAFETY: by **Length** of `Vec`, `count` slots of `other` held values; the room was checked above;
        // two vectors share no block (**Block** of `Room`).
        unsafe { ptr::copy_nonoverlapping(other.as_ptr(), self.end(), count) };
        // INVARIANT: **Length** holds again: the slots were just written.
        self.length += count;
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
        let Ok(()) = self.extend_from_slice_core::<Stops>(other);
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
        self.extend_from_slice_core::<Tells>(other)
    }

    /// Adds clones of all elements of a slice.
    ///
    /// # Safety
    /// - There is room for them.
    #[inline]
    pub(super) unsafe fn push_clones(&mut self, other: &[T]) {
        if needs_drop::<T>() {
            // SAFETY: contract of this function.
            unsafe { self.push_owning_clones(other, 1, other.len()) };
        } else {
            let end = self.end().cast::<MaybeUninit<T>>();
            // SAFETY: contract of this function; a `MaybeUninit` needs no value.
            let room = unsafe { slice::from_raw_parts_mut(end, other.len()) };
            clone_all(room, other);
            // INVARIANT: **Length** holds again: so many slots were just written.
            self.length += other.len();
        }
    }

    /// Adds `count` clones, of the elements of a slice in turn if `step` is 1, of its first one if it is 0. A clone
    /// that owns something costs more than this call: the loop is in a program once for a type.
    ///
    /// # Safety
    /// - There is room for them, and `(count - 1) * step` is an index of the slice if `count` is not 0.
    #[inline(never)]
    pub(super) unsafe fn push_owning_clones(&mut self, source: &[T], step: usize, count: usize) {
        let source = source.as_ptr();
        // SAFETY: contract of this function.
        unsafe { self.fill_with(count, |index| (*source.add(index * step)).clone()) };
    }

    #[inline]
    pub(super) fn extend_from_slice_core<R: Refusal>(
        &mut self,
        other: &[T],
    ) -> Result<(), R::Error> {
        self.make_room::<R>(other.len())?;
        // SAFETY: reserved above, checked by `?`.
        unsafe { self.push_clones(other) };
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
        let Ok(()) = self.extend_from_within_core::<Stops, _>(src);
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
        self.extend_from_within_core::<Tells, _>(src)
    }

    fn extend_from_within_core<R: Refusal, B: RangeBounds<usize>>(
        &mut self,
        bounds: B,
    ) -> Result<(), R::Error> {
        let source = range(bounds, self.length);
        self.make_room::<R>(source.len())?;
        let values = self.as_ptr();
        // SAFETY: the range was checked to lie below `length`, where by **Length** of `Vec` there are values;
        // they stay where they are, for the room was reserved above.
        let clone = |index| unsafe { (*values.add(source.start + index)).clone() };
        // SAFETY: reserved above, checked by `?`.
        unsafe { self.fill_with(source.len(), clone) };
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
