//! What std puts on slices and needs memory for, as an extension trait.

use super::error::{OrStop, TryReserveError};
use super::sort::{try_sort, try_sort_by_cached_key, try_sort_whole};
use super::string::String;
use super::vec::Vec;
use crate::heap::Global;
use core::borrow::Borrow;
use core::cmp::Ordering;

/// What slices can do with memory: copies, joins, a stable sort.
///
/// ```
/// use nostd_alloc::collections::prelude::*;
/// assert_eq!(SliceExt::to_vec(&[1, 2][..]), [1, 2]);
/// ```
pub trait SliceExt<T> {
    /// Clones of all elements, in one block.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(SliceExt::to_vec(&[1, 2][..]), [1, 2]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::with_capacity`], like every plain method here.
    fn to_vec(&self) -> Vec<T>
    where
        T: Clone,
    {
        self.try_to_vec().or_stop()
    }

    /// As [`SliceExt::to_vec`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!([1, 2].try_to_vec()?, [1, 2]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory, like every twin here.
    fn try_to_vec(&self) -> Result<Vec<T>, TryReserveError>
    where
        T: Clone;

    /// All elements, `n` times, in one block.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(SliceExt::repeat(&[1, 2][..], 2), [1, 2, 1, 2]);
    /// ```
    ///
    /// # Panics
    /// If no block can be that long.
    fn repeat(&self, n: usize) -> Vec<T>
    where
        T: Copy,
    {
        self.try_repeat(n).or_stop()
    }

    /// As [`SliceExt::repeat`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert!([1, 2].try_repeat(1 << 60).is_err());
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_repeat(&self, n: usize) -> Result<Vec<T>, TryReserveError>
    where
        T: Copy;

    /// Sorts; equal elements keep their order. At most `O(n log n)` comparisons, `n - 1` if it is sorted already; more
    /// than 20 elements that are no integers need a buffer for as many.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// let mut numbers = [4, -5, 1];
    /// SliceExt::sort(&mut numbers[..]);
    /// assert_eq!(numbers, [-5, 1, 4]);
    /// ```
    fn sort(&mut self)
    where
        T: Ord,
    {
        self.try_sort().or_stop();
    }

    /// As [`SliceExt::sort`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// let mut words = ["b", "c", "a"];
    /// words.try_sort()?;
    /// assert_eq!(words, ["a", "b", "c"]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory for a buffer; the slice is as before.
    fn try_sort(&mut self) -> Result<(), TryReserveError>
    where
        T: Ord;

    /// Sorts by a comparison; equal elements keep their order. Costs as [`SliceExt::sort`], but integers too need
    /// the buffer.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// let mut numbers = [1, 3, 2];
    /// SliceExt::sort_by(&mut numbers[..], |a, b| b.cmp(a));
    /// assert_eq!(numbers, [3, 2, 1]);
    /// ```
    fn sort_by<F: FnMut(&T, &T) -> Ordering>(&mut self, compare: F) {
        self.try_sort_by(compare).or_stop();
    }

    /// As [`SliceExt::sort_by`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// let mut numbers = [1, 3, 2];
    /// numbers.try_sort_by(|a, b| b.cmp(a))?;
    /// assert_eq!(numbers, [3, 2, 1]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`SliceExt::try_sort`].
    fn try_sort_by<F: FnMut(&T, &T) -> Ordering>(
        &mut self,
        compare: F,
    ) -> Result<(), TryReserveError>;

    /// Sorts by a key, which is asked for twice a comparison; equal elements keep their order. Costs as
    /// [`SliceExt::sort_by`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// let mut numbers = [4_i32, -5, 1];
    /// SliceExt::sort_by_key(&mut numbers[..], |x| x.abs());
    /// assert_eq!(numbers, [1, 4, -5]);
    /// ```
    fn sort_by_key<K: Ord, F: FnMut(&T) -> K>(&mut self, f: F) {
        self.try_sort_by_key(f).or_stop();
    }

    /// As [`SliceExt::sort_by_key`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// let mut numbers = [4_i32, -5, 1];
    /// numbers.try_sort_by_key(|x| x.abs())?;
    /// assert_eq!(numbers, [1, 4, -5]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`SliceExt::try_sort`].
    fn try_sort_by_key<K: Ord, F: FnMut(&T) -> K>(&mut self, f: F) -> Result<(), TryReserveError>;

    /// As [`SliceExt::sort_by_key`], and asks for each key once: for keys that cost more than a place in a buffer.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// let mut numbers = [-3_i32, 20, 100];
    /// SliceExt::sort_by_cached_key(&mut numbers[..], |x| nostd_alloc::format!("{x}"));
    /// assert_eq!(numbers, [-3, 100, 20]);
    /// ```
    fn sort_by_cached_key<K: Ord, F: FnMut(&T) -> K>(&mut self, f: F) {
        self.try_sort_by_cached_key(f).or_stop();
    }

    /// As [`SliceExt::sort_by_cached_key`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// let mut numbers = [3, 20, 100];
    /// numbers.try_sort_by_cached_key(|x| x % 10)?;
    /// assert_eq!(numbers, [20, 100, 3]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`SliceExt::try_sort`].
    fn try_sort_by_cached_key<K: Ord, F: FnMut(&T) -> K>(
        &mut self,
        f: F,
    ) -> Result<(), TryReserveError>;
}

impl<T> SliceExt<T> for [T] {
    fn try_to_vec(&self) -> Result<Vec<T>, TryReserveError>
    where
        T: Clone,
    {
        Vec::try_from_slice(self)
    }

    fn try_repeat(&self, n: usize) -> Result<Vec<T>, TryReserveError>
    where
        T: Copy,
    {
        let length = self
            .len()
            .checked_mul(n)
            .ok_or(TryReserveError::CAPACITY_OVERFLOW)?;
        let mut vec = Vec::try_with_capacity(length)?;
        for _ in 0..n {
            vec.try_extend_from_slice(self)?;
        }
        Ok(vec)
    }

    fn try_sort(&mut self) -> Result<(), TryReserveError>
    where
        T: Ord,
    {
        try_sort_whole(self, Global)
    }

    fn try_sort_by<F: FnMut(&T, &T) -> Ordering>(
        &mut self,
        mut compare: F,
    ) -> Result<(), TryReserveError> {
        try_sort(self, Global, |a, b| compare(a, b) == Ordering::Less)
    }

    fn try_sort_by_key<K: Ord, F: FnMut(&T) -> K>(
        &mut self,
        mut f: F,
    ) -> Result<(), TryReserveError> {
        try_sort(self, Global, |a, b| f(a).lt(&f(b)))
    }

    fn try_sort_by_cached_key<K: Ord, F: FnMut(&T) -> K>(
        &mut self,
        f: F,
    ) -> Result<(), TryReserveError> {
        try_sort_by_cached_key(self, Global, f)
    }
}

/// Slices that can be put one behind the other; see [`ConcatExt`](crate::collections::ConcatExt).
///
/// ```
/// use nostd_alloc::collections::Concat;
/// assert_eq!(Concat::try_concat(&["a", "b"][..])?, "ab");
/// # Ok::<(), nostd_alloc::TryReserveError>(())
/// ```
pub trait Concat<Item: ?Sized> {
    /// What they make together.
    type Output;

    /// All of them in one.
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_concat(slice: &Self) -> Result<Self::Output, TryReserveError>;
}

/// Slices that can be put one behind the other with something in between; see [`ConcatExt`](crate::collections::ConcatExt).
///
/// ```
/// use nostd_alloc::collections::Join;
/// assert_eq!(Join::try_join(&["a", "b"][..], ", ")?, "a, b");
/// # Ok::<(), nostd_alloc::TryReserveError>(())
/// ```
pub trait Join<Separator> {
    /// What they make together.
    type Output;

    /// All of them in one.
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_join(slice: &Self, separator: Separator) -> Result<Self::Output, TryReserveError>;
}

/// The sum of the lengths of parts.
fn total(lengths: impl Iterator<Item = usize>) -> Result<usize, TryReserveError> {
    let mut lengths = lengths;
    lengths
        .try_fold(0_usize, |sum, length| sum.checked_add(length))
        .ok_or(TryReserveError::CAPACITY_OVERFLOW)
}

fn try_join_slices<T: Clone, V: Borrow<[T]>>(
    parts: &[V],
    separator: &[T],
) -> Result<Vec<T>, TryReserveError> {
    let gaps = parts.len().saturating_sub(1);
    let lengths = parts.iter().map(|part| part.borrow().len());
    let mut vec = Vec::try_with_capacity(total(
        lengths.chain(core::iter::once(gaps.saturating_mul(separator.len()))),
    )?)?;
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            vec.try_extend_from_slice(separator)?;
        }
        vec.try_extend_from_slice(part.borrow())?;
    }
    Ok(vec)
}

fn try_join_texts<S: Borrow<str>>(parts: &[S], separator: &str) -> Result<String, TryReserveError> {
    let gaps = parts.len().saturating_sub(1);
    let lengths = parts.iter().map(|part| part.borrow().len());
    let mut text = String::try_with_capacity(total(
        lengths.chain(core::iter::once(gaps.saturating_mul(separator.len()))),
    )?)?;
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            text.try_push_str(separator)?;
        }
        text.try_push_str(part.borrow())?;
    }
    Ok(text)
}

impl<T: Clone, V: Borrow<[T]>> Concat<T> for [V] {
    type Output = Vec<T>;

    fn try_concat(slice: &[V]) -> Result<Vec<T>, TryReserveError> {
        try_join_slices(slice, &[])
    }
}

impl<S: Borrow<str>> Concat<str> for [S] {
    type Output = String;

    fn try_concat(slice: &[S]) -> Result<String, TryReserveError> {
        try_join_texts(slice, "")
    }
}

impl<T: Clone, V: Borrow<[T]>> Join<&T> for [V] {
    type Output = Vec<T>;

    fn try_join(slice: &[V], separator: &T) -> Result<Vec<T>, TryReserveError> {
        try_join_slices(slice, core::slice::from_ref(separator))
    }
}

impl<T: Clone, V: Borrow<[T]>> Join<&[T]> for [V] {
    type Output = Vec<T>;

    fn try_join(slice: &[V], separator: &[T]) -> Result<Vec<T>, TryReserveError> {
        try_join_slices(slice, separator)
    }
}

impl<S: Borrow<str>> Join<&str> for [S] {
    type Output = String;

    fn try_join(slice: &[S], separator: &str) -> Result<String, TryReserveError> {
        try_join_texts(slice, separator)
    }
}
