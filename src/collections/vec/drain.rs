//! A range of elements taken out one by one, and the hole closed behind them.
//!
//! ```text
//! 0            start                  start + hole            old length
//! | kept        |  values not yet      |  tail                 |
//! |             |  handed out          |                       |
//! |<- length -->|
//! ```
//!
//! # How is this safe?
//! The length is set to the start of the hole before the iterator exists: if it is forgotten, values leak
//! and nothing else happens. The tail moves up in a guard, so also when the drop of a value panics. Slices
//! are made over values not yet handed out, from the vector's own pointer.

use super::Vec;
use crate::collections::error::{Tells, TryReserveError};
use crate::collections::range::range;
use crate::heap::Global;
use crate::memory::Allocator;
use core::fmt;
use core::iter::FusedIterator;
use core::mem::needs_drop;
use core::ops::RangeBounds;
use core::ptr::{self, NonNull};
use core::slice;

/// An iterator that takes a range of elements out of a vector; what it has not given when it goes is
/// dropped. Made by [`Vec::drain`].
///
/// ```
/// let mut vec = nostd_alloc::vec![1, 2, 3];
/// let mut drain = vec.drain(..2);
/// assert_eq!((drain.next_back(), drain.len()), (Some(2), 1));
/// drop(drain);
/// assert_eq!(vec, [3]);
/// ```
///
/// # Invariants
/// - **Hole**: the vector's `length` is where the hole begins; `values` are those of the hole's slots that
///   still hold a value; `tail_length` values begin at `tail_start`, and nothing else is behind `length`.
pub struct Drain<'a, T, A: Allocator = Global> {
    tail_start: usize,
    tail_length: usize,
    values: slice::Iter<'a, T>,
    vec: NonNull<Vec<T, A>>,
}

// SAFETY: by **Hole** of `Drain` it owns values and a vector that is borrowed alone: as `&mut Vec`.
unsafe impl<T: Send, A: Allocator + Send> Send for Drain<'_, T, A> {}
// SAFETY: by **Hole** of `Drain`, as above: a shared one gives out shared values.
unsafe impl<T: Sync, A: Allocator + Sync> Sync for Drain<'_, T, A> {}

impl<T, A: Allocator> Vec<T, A> {
    /// Takes a range of elements out of the vector: an iterator over them, which closes the hole when it
    /// goes. What lies behind then moves, once.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3];
    /// assert!(vec.drain(1..).eq([2, 3]));
    /// assert_eq!(vec, [1]);
    /// ```
    ///
    /// # Panics
    /// If the range does not lie in the vector.
    #[track_caller]
    pub fn drain<R: RangeBounds<usize>>(&mut self, bounds: R) -> Drain<'_, T, A> {
        let length = self.length;
        let hole = range(bounds, length);
        // INVARIANT: **Length** holds: the values behind are the drain's from now on.
        self.length = hole.start;
        // SAFETY: the range was checked to lie below the old length, where by **Length** of `Vec` there are
        // values.
        let values = unsafe { slice::from_raw_parts(self.as_ptr().add(hole.start), hole.len()) };
        // INVARIANT: **Hole** holds: all of its slots still have their values.
        Drain {
            tail_start: hole.end,
            tail_length: length - hole.end,
            values: values.iter(),
            vec: NonNull::from(self),
        }
    }
}

impl<T, A: Allocator> Drain<'_, T, A> {
    /// The values that are still to come.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3];
    /// let mut drain = vec.drain(..);
    /// drain.next();
    /// assert_eq!(drain.as_slice(), [2, 3]);
    /// ```
    pub fn as_slice(&self) -> &[T] {
        self.values.as_slice()
    }

    /// The allocator of the vector.
    ///
    /// ```
    /// let _: &nostd_alloc::heap::Global = nostd_alloc::vec![1].drain(..).allocator();
    /// ```
    pub fn allocator(&self) -> &A {
        // SAFETY: by **Hole** of `Drain` the vector is borrowed for as long as the drain lives.
        unsafe { self.vec.as_ref() }.allocator()
    }

    /// Moves the tail to `start`, which makes the hole shorter or longer.
    ///
    /// # Safety
    /// - The slots from `start` up to the new end of the tail lie in the buffer.
    unsafe fn move_tail(&mut self, start: usize) {
        // SAFETY: by **Hole** of `Drain` the vector is borrowed alone; the slots are those of the tail and
        // those of the contract of this function.
        unsafe {
            if start != self.tail_start {
                let base = self.vec.as_mut().as_mut_ptr();
                ptr::copy(base.add(self.tail_start), base.add(start), self.tail_length);
            }
        }
        // INVARIANT: **Hole** holds again: the tail begins there now.
        self.tail_start = start;
    }

    /// Puts values into the hole from its start on, until it is full (`true`) or there are no more.
    pub(super) fn fill_hole<I: Iterator<Item = T>>(&mut self, values: &mut I) -> bool {
        let end = self.tail_start;
        let vec = self.vec_mut();
        while vec.length < end {
            let Some(value) = values.next() else {
                return false;
            };
            // SAFETY: checked above: by **Hole** of `Drain` the slot is there and empty (the values that
            // the drain had are gone: contract of `splice`).
            unsafe { vec.push_unchecked(value) };
        }
        true
    }

    /// Makes the hole `additional` slots longer.
    pub(super) fn widen_hole(&mut self, additional: usize) -> Result<(), TryReserveError> {
        let used = self.tail_start + self.tail_length;
        let vec = self.vec_mut();
        if additional > vec.capacity() - used {
            vec.buffer.grow::<Tells>(used, additional)?;
        }
        // SAFETY: reserved above, checked by `?`.
        unsafe { self.move_tail(self.tail_start + additional) };
        Ok(())
    }

    /// Whether nothing lies behind the hole.
    pub(super) fn has_no_tail(&self) -> bool {
        self.tail_length == 0
    }

    /// Drops the values that were not handed out; the hole stays open.
    pub(super) fn drop_values(&mut self) {
        // INVARIANT: **Hole** holds: the values are dropped here or, if one of them panics, leaked.
        let rest = core::mem::take(&mut self.values);
        if needs_drop::<T>() && rest.len() > 0 {
            let base = self.vec_mut().as_mut_ptr();
            // SAFETY: by **Hole** of `Drain` these slots still held values; their pointer is made anew from
            // the vector's own, since an iterator's may not write.
            unsafe {
                let offset = match size_of::<T>() {
                    0 => 0,
                    _ => rest.as_slice().as_ptr().offset_from_unsigned(base),
                };
                ptr::drop_in_place(ptr::slice_from_raw_parts_mut(base.add(offset), rest.len()));
            }
        }
    }

    /// The vector behind.
    pub(super) fn vec_mut(&mut self) -> &mut Vec<T, A> {
        // SAFETY: by **Hole** of `Drain` the vector is borrowed alone for as long as the drain lives.
        unsafe { self.vec.as_mut() }
    }
}

/// Closes the hole when it goes, also while unwinding.
struct Closing<'d, 'a, T, A: Allocator>(&'d mut Drain<'a, T, A>);

impl<T, A: Allocator> Drop for Closing<'_, '_, T, A> {
    fn drop(&mut self) {
        let start = self.0.vec_mut().length;
        // SAFETY: by **Hole** of `Drain`, `start` is below the tail, so that the slots lie in the buffer; there
        // is nothing between the vector's length and itself.
        unsafe { self.0.move_tail(start) };
        // INVARIANT: **Length** holds again: the tail lies right behind the other values.
        self.0.vec_mut().length = start + self.0.tail_length;
    }
}

impl<T, A: Allocator> Drop for Drain<'_, T, A> {
    fn drop(&mut self) {
        let closing = Closing(self);
        closing.0.drop_values();
    }
}

impl<T, A: Allocator> Iterator for Drain<'_, T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        // SAFETY: by **Hole** of `Drain` the slot still held its value, which moves out.
        self.values.next().map(|value| unsafe { ptr::read(value) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.values.size_hint()
    }
}

impl<T, A: Allocator> DoubleEndedIterator for Drain<'_, T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        // SAFETY: by **Hole** of `Drain` the slot still held its value, which moves out.
        self.values
            .next_back()
            .map(|value| unsafe { ptr::read(value) })
    }
}

impl<T, A: Allocator> ExactSizeIterator for Drain<'_, T, A> {}
impl<T, A: Allocator> FusedIterator for Drain<'_, T, A> {}

impl<T, A: Allocator> AsRef<[T]> for Drain<'_, T, A> {
    fn as_ref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for Drain<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Drain").field(&self.as_slice()).finish()
    }
}
