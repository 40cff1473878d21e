//! A vector as a slice: views, comparison, order, hash, output, copies.

use super::{IntoIter, Vec};
use crate::collections::error::{OrStop, Stops, TryReserveError};
use crate::memory::Allocator;
use core::borrow::{Borrow, BorrowMut};
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Deref, DerefMut, Index, IndexMut};
use core::slice::SliceIndex;

impl<T, A: Allocator> Deref for Vec<T, A> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T, A: Allocator> DerefMut for Vec<T, A> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}

impl<T, A: Allocator> AsRef<[T]> for Vec<T, A> {
    fn as_ref(&self) -> &[T] {
        self
    }
}

impl<T, A: Allocator> AsMut<[T]> for Vec<T, A> {
    fn as_mut(&mut self) -> &mut [T] {
        self
    }
}

impl<T, A: Allocator> AsRef<Vec<T, A>> for Vec<T, A> {
    fn as_ref(&self) -> &Vec<T, A> {
        self
    }
}

impl<T, A: Allocator> AsMut<Vec<T, A>> for Vec<T, A> {
    fn as_mut(&mut self) -> &mut Vec<T, A> {
        self
    }
}

impl<T, A: Allocator> Borrow<[T]> for Vec<T, A> {
    fn borrow(&self) -> &[T] {
        self
    }
}

impl<T, A: Allocator> BorrowMut<[T]> for Vec<T, A> {
    fn borrow_mut(&mut self) -> &mut [T] {
        self
    }
}

impl<T, I: SliceIndex<[T]>, A: Allocator> Index<I> for Vec<T, A> {
    type Output = I::Output;

    #[inline]
    fn index(&self, index: I) -> &I::Output {
        Index::index(&**self, index)
    }
}

impl<T, I: SliceIndex<[T]>, A: Allocator> IndexMut<I> for Vec<T, A> {
    #[inline]
    fn index_mut(&mut self, index: I) -> &mut I::Output {
        IndexMut::index_mut(&mut **self, index)
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for Vec<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: Hash, A: Allocator> Hash for Vec<T, A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Hash::hash(&**self, state);
    }
}

impl<T: Eq, A: Allocator> Eq for Vec<T, A> {}

impl<T: Ord, A: Allocator> Ord for Vec<T, A> {
    fn cmp(&self, other: &Vec<T, A>) -> Ordering {
        Ord::cmp(&**self, &**other)
    }
}

impl<T: PartialOrd, A1: Allocator, A2: Allocator> PartialOrd<Vec<T, A2>> for Vec<T, A1> {
    fn partial_cmp(&self, other: &Vec<T, A2>) -> Option<Ordering> {
        PartialOrd::partial_cmp(&**self, &**other)
    }
}

/// Equality with everything that is a slice in the end, in the directions that std has.
macro_rules! equal_as_slices {
    ($([$($parameters:tt)*] $left:ty, $right:ty;)*) => {$(
        impl<T: PartialEq<U>, U, $($parameters)*> PartialEq<$right> for $left {
            #[inline]
            fn eq(&self, other: &$right) -> bool {
                self[..] == other[..]
            }
        }
    )*};
}

equal_as_slices! {
    [A1: Allocator, A2: Allocator] Vec<T, A1>, Vec<U, A2>;
    [A: Allocator] Vec<T, A>, [U];
    [A: Allocator] Vec<T, A>, &[U];
    [A: Allocator] Vec<T, A>, &mut [U];
    [A: Allocator, const N: usize] Vec<T, A>, [U; N];
    [A: Allocator, const N: usize] Vec<T, A>, &[U; N];
    [A: Allocator] [T], Vec<U, A>;
    [A: Allocator] &[T], Vec<U, A>;
    [A: Allocator] &mut [T], Vec<U, A>;
}

impl<T> Default for Vec<T> {
    #[inline]
    fn default() -> Vec<T> {
        Vec::new()
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for Vec<T, A> {
    fn clone(&self) -> Vec<T, A> {
        let Ok(vec) = Vec::from_slice_core::<Stops>(self, self.allocator().clone());
        vec
    }

    fn clone_from(&mut self, source: &Vec<T, A>) {
        self.try_clone_from(source).or_stop();
    }
}

impl<T: Clone, A: Allocator> Vec<T, A> {
    /// As `clone`.
    ///
    /// ```
    /// assert_eq!(nostd_alloc::vec![1].try_clone()?, [1]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_clone(&self) -> Result<Vec<T, A>, TryReserveError>
    where
        A: Clone,
    {
        Vec::try_from_slice_in(self, self.allocator().clone())
    }

    /// As `clone_from`: makes this vector equal to `source` and uses its room and its elements again.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2];
    /// vec.try_clone_from(&[3])?;
    /// assert_eq!(vec, [3]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the vector is as before.
    pub fn try_clone_from(&mut self, source: &[T]) -> Result<(), TryReserveError> {
        self.try_reserve(source.len().saturating_sub(self.len()))?;
        self.truncate(source.len());
        let (again, more) = source.split_at(self.len());
        self.clone_from_slice(again);
        self.try_extend_from_slice(more)
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for IntoIter<T, A> {
    fn clone(&self) -> IntoIter<T, A> {
        self.try_clone().or_stop()
    }
}

impl<T: Clone, A: Allocator + Clone> IntoIter<T, A> {
    /// As `clone`: the elements that are still to come.
    ///
    /// ```
    /// let mut values = nostd_alloc::vec![1, 2, 3].into_iter();
    /// values.next();
    /// assert!(values.try_clone()?.eq([2, 3]));
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_clone(&self) -> Result<IntoIter<T, A>, TryReserveError> {
        Vec::try_from_slice_in(self.as_slice(), self.allocator().clone()).map(Vec::into_iter)
    }
}
