//! The elements of a vector one by one, from both ends, and the block until the last of them has gone.
//!
//! Two indices instead of two pointers: an element of size 0 needs no case of its own.

use super::Vec;
use crate::collections::raw_buffer::RawBuffer;
use crate::heap::Global;
use crate::memory::Allocator;
use core::fmt;
use core::iter::FusedIterator;
use core::ptr;
use core::slice;

/// An iterator that owns the elements of a vector. Made by `into_iter`.
///
/// ```
/// let mut values = nostd_alloc::vec![1, 2, 3].into_iter();
/// assert_eq!((values.next(), values.next_back()), (Some(1), Some(3)));
/// assert_eq!(values.as_slice(), [2]);
/// ```
///
/// # Invariants
/// - **Rest**: the slots from `start` to `end` hold values, the others do not; `start` is at most `end`, which
///   is at most the capacity.
pub struct IntoIter<T, A: Allocator = Global> {
    buffer: RawBuffer<T, A>,
    start: usize,
    end: usize,
}

impl<T, A: Allocator> IntoIterator for Vec<T, A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        let (buffer, end) = self.into_buffer();
        // INVARIANT: **Rest** holds by **Length** of `Vec`.
        IntoIter {
            buffer,
            start: 0,
            end,
        }
    }
}

impl<T, A: Allocator> IntoIter<T, A> {
    /// The elements that are still to come.
    ///
    /// ```
    /// let mut values = nostd_alloc::vec![1, 2, 3].into_iter();
    /// values.next_back();
    /// assert_eq!(values.as_slice(), [1, 2]);
    /// ```
    pub fn as_slice(&self) -> &[T] {
        // SAFETY: by **Rest** of `IntoIter` the slots hold values.
        unsafe { slice::from_raw_parts(self.slot(self.start), self.end - self.start) }
    }

    /// The elements that are still to come, to change.
    ///
    /// ```
    /// let mut values = nostd_alloc::vec![1, 2].into_iter();
    /// values.as_mut_slice()[0] = 5;
    /// assert_eq!(values.next(), Some(5));
    /// ```
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: by **Rest** of `IntoIter` the slots hold values, borrowed with the iterator alone.
        unsafe { slice::from_raw_parts_mut(self.slot(self.start), self.end - self.start) }
    }

    /// The allocator that the elements live in.
    ///
    /// ```
    /// let _: &nostd_alloc::heap::Global = nostd_alloc::vec![1].into_iter().allocator();
    /// ```
    pub fn allocator(&self) -> &A {
        self.buffer.allocator()
    }

    #[inline]
    fn slot(&self, index: usize) -> *mut T {
        // SAFETY: by **Rest** of `IntoIter` every index in use is at most the capacity.
        unsafe { self.buffer.ptr().as_ptr().add(index) }
    }
}

impl<T, A: Allocator> Iterator for IntoIter<T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        if self.start == self.end {
            return None;
        }
        // SAFETY: checked above: by **Rest** of `IntoIter` the slot holds a value, which moves out.
        let value = unsafe { self.slot(self.start).read() };
        // INVARIANT: **Rest** holds again: the slot no longer counts.
        self.start += 1;
        Some(value)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.end - self.start, Some(self.end - self.start))
    }

    fn nth(&mut self, n: usize) -> Option<T> {
        let skipped = n.min(self.end - self.start);
        let first = self.slot(self.start);
        // INVARIANT: **Rest** holds again: the slots no longer count, and their values are dropped here.
        self.start += skipped;
        // SAFETY: by **Rest** of `IntoIter` the slots held values.
        unsafe { ptr::drop_in_place(ptr::slice_from_raw_parts_mut(first, skipped)) };
        self.next()
    }

    #[inline]
    fn count(self) -> usize {
        self.end - self.start
    }
}

impl<T, A: Allocator> DoubleEndedIterator for IntoIter<T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        if self.start == self.end {
            return None;
        }
        // INVARIANT: **Rest** holds again: the slot no longer counts.
        self.end -= 1;
        // SAFETY: checked above: by **Rest** of `IntoIter` the slot held a value, which moves out.
        Some(unsafe { self.slot(self.end).read() })
    }
}

impl<T, A: Allocator> ExactSizeIterator for IntoIter<T, A> {}
impl<T, A: Allocator> FusedIterator for IntoIter<T, A> {}

impl<T, A: Allocator> Drop for IntoIter<T, A> {
    fn drop(&mut self) {
        // SAFETY: by **Rest** of `IntoIter` the slots hold values, and nobody uses them after this; the
        // buffer goes by itself, also if an element's drop panics.
        unsafe { ptr::drop_in_place(self.as_mut_slice()) }
    }
}

impl<T, A: Allocator> AsRef<[T]> for IntoIter<T, A> {
    fn as_ref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for IntoIter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter").field(&self.as_slice()).finish()
    }
}

impl<T, A: Allocator + Default> Default for IntoIter<T, A> {
    fn default() -> IntoIter<T, A> {
        Vec::new_in(A::default()).into_iter()
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a Vec<T, A> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::Iter<'a, T> {
        self.as_slice().iter()
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a mut Vec<T, A> {
    type Item = &'a mut T;
    type IntoIter = slice::IterMut<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::IterMut<'a, T> {
        self.as_mut_slice().iter_mut()
    }
}
