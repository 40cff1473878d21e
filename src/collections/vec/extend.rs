//! Vectors from iterators.
//!
//! What an iterator says of its length is believed only as an estimate: room is made for it, and each value
//! is counted. Where the estimate is exact the compiler sees that the count cannot exceed it, so that a
//! range or a slice becomes a plain loop.

use super::Vec;
use crate::collections::boxed::Box;
use crate::collections::error::{Refusal, Stops, Tells, TryReserveError};
use crate::heap::Global;
use crate::memory::Allocator;

impl<T, A: Allocator> Vec<T, A> {
    /// All values of an iterator, in memory of `allocator`.
    ///
    /// ```
    /// use nostd_alloc::{collections::Vec, memory::Kernel};
    /// assert_eq!(Vec::try_from_iter_in(0..3, Kernel)?, [0, 1, 2]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Vec::try_from_iter`].
    pub fn try_from_iter_in<I: IntoIterator<Item = T>>(
        values: I,
        allocator: A,
    ) -> Result<Vec<T, A>, TryReserveError> {
        Vec::from_iter_core::<Tells, _>(values.into_iter(), allocator)
    }

    #[inline]
    fn from_iter_core<R: Refusal, I: Iterator<Item = T>>(
        values: I,
        allocator: A,
    ) -> Result<Vec<T, A>, R::Error> {
        let mut vec = Vec::with_capacity_core::<R>(values.size_hint().0, allocator)?;
        vec.extend_core::<R, I>(values)?;
        Ok(vec)
    }
}

impl<T> Vec<T> {
    /// All values of an iterator: the twin of `collect`.
    ///
    /// ```
    /// use nostd_alloc::collections::Vec;
    /// assert_eq!(Vec::try_from_iter("abc".chars())?, ['a', 'b', 'c']);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; what the iterator has given is dropped.
    pub fn try_from_iter<I: IntoIterator<Item = T>>(values: I) -> Result<Vec<T>, TryReserveError> {
        Vec::try_from_iter_in(values, Global)
    }
}

impl<T> FromIterator<T> for Vec<T> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Vec<T> {
        let Ok(vec) = Vec::from_iter_core::<Stops, _>(values.into_iter(), Global);
        vec
    }
}

impl<T> Box<[T]> {
    /// All values of an iterator: the twin of `collect`.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(*Box::<[i32]>::try_from_iter(0..2)?, [0, 1]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; what the iterator has given is dropped.
    pub fn try_from_iter<I: IntoIterator<Item = T>>(
        values: I,
    ) -> Result<Box<[T]>, TryReserveError> {
        let vec = Vec::try_from_iter(values)?;
        vec.into_boxed_core().map_err(|(_, error)| error)
    }
}

impl<T> FromIterator<T> for Box<[T]> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Box<[T]> {
        Vec::from_iter(values).into_boxed_slice()
    }
}

impl<T, A: Allocator> Extend<T> for Vec<T, A> {
    #[inline]
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        let Ok(()) = self.extend_core::<Stops, _>(values.into_iter());
    }
}

impl<'a, T: Copy + 'a, A: Allocator> Extend<&'a T> for Vec<T, A> {
    #[inline]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        let Ok(()) = self.extend_core::<Stops, _>(values.into_iter().copied());
    }
}
