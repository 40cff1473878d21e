//! The stable sort, with a buffer from where the elements live.
//!
//! [`SliceExt`](crate::collections::SliceExt) sorts any slice with a buffer of the global heap. A vector need not
//! ask there: it knows an allocator.

use super::Vec;
use crate::collections::error::{OrStop, TryReserveError};
use crate::collections::sort::{try_sort, try_sort_by_cached_key, try_sort_whole};
use crate::memory::Allocator;
use core::cmp::Ordering;
use core::slice;

impl<T, A: Allocator> Vec<T, A> {
    /// The elements and the allocator at once.
    fn parts(&mut self) -> (&mut [T], &A) {
        // SAFETY: by **Length** of `Vec` the slots hold values, and they are borrowed with the vector alone; the
        // allocator does not lie among them.
        let elements = unsafe { slice::from_raw_parts_mut(self.as_mut_ptr(), self.length) };
        (elements, self.allocator())
    }

    /// Sorts; equal elements keep their order. At most `O(n log n)` comparisons, `n - 1` if it is sorted already; more
    /// than 20 elements that are no integers need a buffer for as many, which comes from the vector's allocator.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![4, -5, 1];
    /// vec.sort();
    /// assert_eq!(vec, [-5, 1, 4]);
    /// ```
    ///
    /// # Panics
    /// If the order is none, perhaps. Without memory for the buffer the program ends with exit code 4.
    pub fn sort(&mut self)
    where
        T: Ord,
    {
        self.try_sort().or_stop();
    }

    /// As [`Vec::sort`].
    ///
    /// ```
    /// use nostd_alloc::{Vec, memory::{Kernel, Ration}};
    /// let ration = Ration::of_bytes(Kernel, 4096);
    /// let mut vec = Vec::new_in(&ration);
    /// vec.extend((0..500).map(|x| (x * 7 % 500, x)));
    /// assert!(vec.try_sort().is_err() && vec[1] == (7, 1));
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory for a buffer; the vector is as before.
    pub fn try_sort(&mut self) -> Result<(), TryReserveError>
    where
        T: Ord,
    {
        let (elements, allocator) = self.parts();
        try_sort_whole(elements, allocator)
    }

    /// Sorts by a comparison; equal elements keep their order. Costs as [`Vec::sort`], but integers too need
    /// the buffer.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 3, 2];
    /// vec.sort_by(|a, b| b.cmp(a));
    /// assert_eq!(vec, [3, 2, 1]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::sort`].
    pub fn sort_by<F: FnMut(&T, &T) -> Ordering>(&mut self, compare: F) {
        self.try_sort_by(compare).or_stop();
    }

    /// As [`Vec::sort_by`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 3, 2];
    /// vec.try_sort_by(|a, b| b.cmp(a))?;
    /// assert_eq!(vec, [3, 2, 1]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Vec::try_sort`].
    pub fn try_sort_by<F: FnMut(&T, &T) -> Ordering>(
        &mut self,
        mut compare: F,
    ) -> Result<(), TryReserveError> {
        let (elements, allocator) = self.parts();
        try_sort(elements, allocator, |a, b| compare(a, b) == Ordering::Less)
    }

    /// Sorts by a key, which is asked for twice a comparison; equal elements keep their order. Costs as [`Vec::sort_by`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![4_i32, -5, 1];
    /// vec.sort_by_key(|x| x.abs());
    /// assert_eq!(vec, [1, 4, -5]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::sort`].
    pub fn sort_by_key<K: Ord, F: FnMut(&T) -> K>(&mut self, f: F) {
        self.try_sort_by_key(f).or_stop();
    }

    /// As [`Vec::sort_by_key`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![4_i32, -5, 1];
    /// vec.try_sort_by_key(|x| x.abs())?;
    /// assert_eq!(vec, [1, 4, -5]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Vec::try_sort`].
    pub fn try_sort_by_key<K: Ord, F: FnMut(&T) -> K>(
        &mut self,
        mut f: F,
    ) -> Result<(), TryReserveError> {
        let (elements, allocator) = self.parts();
        try_sort(elements, allocator, |a, b| f(a).lt(&f(b)))
    }

    /// As [`Vec::sort_by_key`], and asks for each key once: for keys that cost more than a place in a buffer.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![-3_i32, 20, 100];
    /// vec.sort_by_cached_key(|x| nostd_alloc::format!("{x}"));
    /// assert_eq!(vec, [-3, 100, 20]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::sort`].
    pub fn sort_by_cached_key<K: Ord, F: FnMut(&T) -> K>(&mut self, f: F) {
        self.try_sort_by_cached_key(f).or_stop();
    }

    /// As [`Vec::sort_by_cached_key`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![3, 20, 100];
    /// vec.try_sort_by_cached_key(|x| x % 10)?;
    /// assert_eq!(vec, [20, 100, 3]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Vec::try_sort`].
    pub fn try_sort_by_cached_key<K: Ord, F: FnMut(&T) -> K>(
        &mut self,
        f: F,
    ) -> Result<(), TryReserveError> {
        let (elements, allocator) = self.parts();
        try_sort_by_cached_key(elements, allocator, f)
    }
}
