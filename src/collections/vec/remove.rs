//! One value put in or taken out, or the end cut off.
//!
//! The index is checked before anything else happens, also before room is asked for.

use super::Vec;
use crate::collections::error::{OrStop, PushError, Refusal, Stops, Tells, TryReserveError};
use crate::memory::Allocator;
use core::ptr;

impl<T, A: Allocator> Vec<T, A> {
    /// Puts a value before the one at `index`, or at the end. Moves all behind it.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec!['a', 'c'];
    /// vec.insert(1, 'b');
    /// assert_eq!(vec, ['a', 'b', 'c']);
    /// ```
    ///
    /// # Panics
    /// If `index` is more than the length; else as [`Vec::push`].
    #[track_caller]
    pub fn insert(&mut self, index: usize, element: T) {
        self.insert_mut(index, element);
    }

    /// As [`Vec::insert`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec!['a', 'c'];
    /// vec.try_insert(1, 'b').unwrap();
    /// assert_eq!(vec, ['a', 'b', 'c']);
    /// ```
    ///
    /// # Errors
    /// [`PushError`] with the value if there is no memory; the vector is as before.
    ///
    /// # Panics
    /// If `index` is more than the length.
    #[track_caller]
    pub fn try_insert(&mut self, index: usize, element: T) -> Result<(), PushError<T>> {
        self.try_insert_mut(index, element).map(|_| ())
    }

    /// As [`Vec::insert`], and gives a reference to the value.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 3];
    /// *vec.insert_mut(1, 5) -= 3;
    /// assert_eq!(vec, [1, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::insert`].
    #[track_caller]
    pub fn insert_mut(&mut self, index: usize, element: T) -> &mut T {
        let Ok(()) = self.reserve_at::<Stops>(index);
        // SAFETY: `reserve_at` has checked the index and made room.
        unsafe { self.insert_unchecked(index, element) }
    }

    /// As [`Vec::insert_mut`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 3];
    /// *vec.try_insert_mut(1, 5).unwrap() -= 3;
    /// assert_eq!(vec, [1, 2, 3]);
    /// ```
    ///
    /// # Errors
    /// As [`Vec::try_insert`].
    ///
    /// # Panics
    /// If `index` is more than the length.
    #[track_caller]
    pub fn try_insert_mut(&mut self, index: usize, element: T) -> Result<&mut T, PushError<T>> {
        match self.reserve_at::<Tells>(index) {
            // SAFETY: `reserve_at` has checked the index and made room.
            Ok(()) => Ok(unsafe { self.insert_unchecked(index, element) }),
            Err(_) => Err(PushError::new(element)),
        }
    }

    /// Makes room for a value at `index`, which is checked first.
    #[inline]
    #[track_caller]
    fn reserve_at<R: Refusal>(&mut self, index: usize) -> Result<(), R::Error> {
        if index > self.length {
            refuse("insertion", index, self.length);
        }
        if self.length == self.capacity() {
            let length = self.length;
            let grown = self.buffer.grow_by_one::<R>();
            // It has not changed; but the compiler must not ask memory for what it knows.
            self.length = length;
            return grown;
        }
        Ok(())
    }

    /// # Safety
    /// - `index` is at most `length`, and `length` is less than the capacity.
    #[inline]
    unsafe fn insert_unchecked(&mut self, index: usize, element: T) -> &mut T {
        let behind = self.length - index;
        // SAFETY: contract of this function: by **Length** of `Vec` the `behind` slots hold values, and one
        // slot more lies in the buffer.
        unsafe {
            let slot = self.as_mut_ptr().add(index);
            if behind > 0 {
                ptr::copy(slot, slot.add(1), behind);
            }
            slot.write(element);
            // INVARIANT: **Length** holds again: the hole at `index` was just filled.
            self.length += 1;
            &mut *slot
        }
    }

    /// Takes out the value at `index` and moves all behind it.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec!['a', 'b', 'c'];
    /// assert_eq!(vec.remove(1), 'b');
    /// assert_eq!(vec, ['a', 'c']);
    /// ```
    ///
    /// # Panics
    /// If `index` is not less than the length.
    #[track_caller]
    pub fn remove(&mut self, index: usize) -> T {
        if index >= self.length {
            refuse("removal", index, self.length);
        }
        let behind = self.length - index - 1;
        // INVARIANT: **Length** holds again: the value of one slot moves out, the others move up.
        self.length -= 1;
        // SAFETY: checked above: by **Length** of `Vec` the slot and the `behind` ones hold values.
        unsafe {
            let slot = self.as_mut_ptr().add(index);
            let value = slot.read();
            ptr::copy(slot.add(1), slot, behind);
            value
        }
    }

    /// Takes out the value at `index` and puts the last one in its place. Constant time.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec!['a', 'b', 'c'];
    /// assert_eq!(vec.swap_remove(0), 'a');
    /// assert_eq!(vec, ['c', 'b']);
    /// ```
    ///
    /// # Panics
    /// If `index` is not less than the length.
    #[track_caller]
    pub fn swap_remove(&mut self, index: usize) -> T {
        if index >= self.length {
            refuse("swap_remove", index, self.length);
        }
        // INVARIANT: **Length** holds again: the value of one slot moves out, the last one takes its place.
        self.length -= 1;
        // SAFETY: checked above: by **Length** of `Vec` both slots hold values; they may be the same.
        unsafe {
            let last = self.end();
            let slot = self.as_mut_ptr().add(index);
            let value = slot.read();
            ptr::copy(last, slot, 1);
            value
        }
    }

    /// Takes out the last value.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// assert_eq!((vec.pop(), vec.pop()), (Some(1), None));
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        // INVARIANT: **Length** holds again: the value of the last slot moves out.
        self.length = self.length.checked_sub(1)?;
        // SAFETY: by **Length** of `Vec` the slot held a value.
        Some(unsafe { self.end().read() })
    }

    /// Takes out the last value if `predicate` says so.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2];
    /// assert_eq!(vec.pop_if(|x| *x % 2 == 0), Some(2));
    /// assert_eq!(vec.pop_if(|x| *x % 2 == 0), None);
    /// ```
    pub fn pop_if(&mut self, predicate: impl FnOnce(&mut T) -> bool) -> Option<T> {
        let last = self.as_mut_slice().last_mut()?;
        if predicate(last) { self.pop() } else { None }
    }

    /// Drops what is behind the first `len` elements; keeps the room.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3];
    /// vec.truncate(1);
    /// assert_eq!(vec, [1]);
    /// ```
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        let Some(count) = self.length.checked_sub(len) else {
            return;
        };
        // INVARIANT: **Length** holds again: the slots behind are no longer counted, and their values are
        // dropped here or, if one of them panics, leaked.
        self.length = len;
        // SAFETY: by **Length** of `Vec` the `count` slots held values.
        unsafe { ptr::drop_in_place(ptr::slice_from_raw_parts_mut(self.end(), count)) }
    }

    /// Drops all elements; keeps the room.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3];
    /// vec.clear();
    /// assert!(vec.is_empty() && vec.capacity() >= 3);
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Cuts the vector in two: `self` keeps the first `at` elements and its room, the others move to a new block.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3];
    /// assert_eq!(vec.split_off(1), [2, 3]);
    /// assert_eq!(vec, [1]);
    /// ```
    ///
    /// # Panics
    /// If `at` is more than the length; else as [`Vec::push`].
    #[track_caller]
    pub fn split_off(&mut self, at: usize) -> Vec<T, A>
    where
        A: Clone,
    {
        self.try_split_off(at).or_stop()
    }

    /// As [`Vec::split_off`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3];
    /// assert_eq!(vec.try_split_off(1)?, [2, 3]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the vector is as before.
    ///
    /// # Panics
    /// If `at` is more than the length.
    #[track_caller]
    pub fn try_split_off(&mut self, at: usize) -> Result<Vec<T, A>, TryReserveError>
    where
        A: Clone,
    {
        if at > self.length {
            refuse("`at` split", at, self.length);
        }
        let count = self.length - at;
        let mut other = Vec::try_with_capacity_in(count, self.allocator().clone())?;
        // INVARIANT: **Length** holds again for both: `count` values move over.
        self.length = at;
        // SAFETY: checked above: by **Length** of `Vec` the slots held values; the other vector has room for
        // them and shares no block with this one (**Block** of `Room`).
        unsafe { ptr::copy_nonoverlapping(self.end(), other.as_mut_ptr(), count) };
        other.length = count;
        Ok(other)
    }
}

#[cold]
#[inline(never)]
#[track_caller]
pub(super) fn refuse(what: &str, index: usize, length: usize) -> ! {
    panic!("{what} index (is {index}) should be within the vector's length (is {length})");
}
