//! Vectors from other things and other things from vectors.

use super::Vec;
use crate::collections::boxed::Box;
use crate::collections::error::{OrStop, PushError, Refusal, Stops, Tells, TryReserveError};
use crate::heap::Global;
use crate::memory::Allocator;
use core::ptr;

impl<T> Vec<T> {
    /// Moves an array into a vector: the twin of `Vec::from([..])`.
    ///
    /// ```
    /// use nostd_alloc::collections::Vec;
    /// assert_eq!(Vec::try_from_array([1, 2]).unwrap(), [1, 2]);
    /// ```
    ///
    /// # Errors
    /// [`PushError`] with the array if there is no memory.
    pub fn try_from_array<const N: usize>(array: [T; N]) -> Result<Vec<T>, PushError<[T; N]>> {
        Vec::from_array_core(array).map_err(|(array, _)| PushError::new(array))
    }

    fn from_array_core<const N: usize>(array: [T; N]) -> Result<Vec<T>, ([T; N], TryReserveError)> {
        let mut vec: Vec<T> = match Vec::try_with_capacity(N) {
            Ok(vec) => vec,
            Err(error) => return Err((array, error)),
        };
        // SAFETY: checked above: reserved is room for the whole array, whose elements lie as those of a vector.
        unsafe { vec.as_mut_ptr().cast::<[T; N]>().write(array) };
        // INVARIANT: **Length** holds: `N` slots were just written.
        vec.length = N;
        Ok(vec)
    }
}

impl<T: Clone> Vec<T> {
    /// Clones of all elements of a slice: the twin of `Vec::from(slice)` and of `to_vec`.
    ///
    /// ```
    /// use nostd_alloc::collections::Vec;
    /// assert_eq!(Vec::try_from_slice(&[1, 2])?, [1, 2]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_from_slice(slice: &[T]) -> Result<Vec<T>, TryReserveError> {
        Vec::try_from_slice_in(slice, Global)
    }

    pub(in crate::collections) fn from_slice(slice: &[T]) -> Vec<T> {
        let Ok(vec) = Vec::from_slice_core::<Stops>(slice, Global);
        vec
    }
}

impl<T: Clone, A: Allocator> Vec<T, A> {
    /// Clones of all elements of a slice, in memory of `allocator`.
    ///
    /// ```
    /// use nostd_alloc::{collections::Vec, memory::Kernel};
    /// assert_eq!(Vec::try_from_slice_in(&[1, 2], Kernel)?, [1, 2]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_from_slice_in(slice: &[T], allocator: A) -> Result<Vec<T, A>, TryReserveError> {
        Vec::from_slice_core::<Tells>(slice, allocator)
    }

    #[inline]
    pub(super) fn from_slice_core<R: Refusal>(
        slice: &[T],
        allocator: A,
    ) -> Result<Vec<T, A>, R::Error> {
        let mut vec = Vec::with_capacity_core::<R>(slice.len(), allocator)?;
        // SAFETY: reserved above, checked by `?`.
        unsafe { vec.push_clones(slice) };
        Ok(vec)
    }
}

impl<T, A: Allocator> Vec<T, A> {
    /// The elements as a slice of fixed length in a block of their own; the room behind them goes back.
    ///
    /// ```
    /// let boxed = nostd_alloc::vec![1, 2, 3].into_boxed_slice();
    /// assert_eq!(*boxed, [1, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// Never; where the allocator can only shrink by a copy and has no memory for that, the program ends
    /// with exit code 4.
    pub fn into_boxed_slice(self) -> Box<[T], A> {
        let mut vec = self;
        vec.shrink_to_fit();
        vec.boxed()
    }

    /// As [`Vec::into_boxed_slice`].
    ///
    /// ```
    /// let boxed = nostd_alloc::vec![1, 2, 3].try_into_boxed_slice().unwrap();
    /// assert_eq!(*boxed, [1, 2, 3]);
    /// ```
    ///
    /// # Errors
    /// [`PushError`] with the vector if the allocator can only shrink by a copy and has no memory for that.
    pub fn try_into_boxed_slice(self) -> Result<Box<[T], A>, PushError<Self>> {
        self.into_boxed_core()
            .map_err(|(vec, _)| PushError::new(vec))
    }

    /// Shrinks once and at once makes the box: the room that is left then may be more than was asked.
    pub(in crate::collections) fn into_boxed_core(
        mut self,
    ) -> Result<Box<[T], A>, (Self, TryReserveError)> {
        match self.try_shrink_to_fit() {
            Ok(()) => Ok(self.boxed()),
            Err(error) => Err((self, error)),
        }
    }

    /// The elements in their block, which was just shrunk to them.
    fn boxed(self) -> Box<[T], A> {
        let (ptr, length, _, allocator) = self.into_raw_parts_with_alloc();
        // SAFETY: by **Length** of `Vec` so many slots hold values; the block was last asked for with just
        // that size, or its capacity is the length, so that their layout fits it (**Block** of `Room`).
        unsafe { Box::from_raw_in(ptr::slice_from_raw_parts_mut(ptr, length), allocator) }
    }
}

impl<T, A: Allocator, const N: usize> Vec<[T; N], A> {
    /// The elements of all arrays, one behind the other; nothing moves.
    ///
    /// ```
    /// assert_eq!(nostd_alloc::vec![[1, 2], [3, 4]].into_flattened(), [1, 2, 3, 4]);
    /// ```
    ///
    /// # Panics
    /// If there would be more than `usize::MAX` elements, which have no size then.
    pub fn into_flattened(self) -> Vec<T, A> {
        let (ptr, length, capacity, allocator) = self.into_raw_parts_with_alloc();
        let (length, capacity) = if size_of::<T>() == 0 {
            let length = length.checked_mul(N).expect("vec len overflow");
            (length, usize::MAX)
        } else if N == 0 {
            (0, 0)
        } else {
            // The block is there, so that the products exist.
            (length * N, capacity * N)
        };
        // SAFETY: the parts come from a vector: arrays lie one behind the other without a gap, so that the
        // block fits `N` times as many elements, and holds `N` times as many values.
        unsafe { Vec::from_raw_parts_in(ptr.cast(), length, capacity, allocator) }
    }
}

impl<T, A: Allocator> From<Box<[T], A>> for Vec<T, A> {
    fn from(boxed: Box<[T], A>) -> Vec<T, A> {
        boxed.into_vec()
    }
}

impl<T, A: Allocator> From<Vec<T, A>> for Box<[T], A> {
    fn from(vec: Vec<T, A>) -> Box<[T], A> {
        vec.into_boxed_slice()
    }
}

impl<T: Clone> From<&[T]> for Vec<T> {
    fn from(slice: &[T]) -> Vec<T> {
        Vec::from_slice(slice)
    }
}

impl<T: Clone> From<&mut [T]> for Vec<T> {
    fn from(slice: &mut [T]) -> Vec<T> {
        Vec::from_slice(slice)
    }
}

impl<T: Clone, const N: usize> From<&[T; N]> for Vec<T> {
    fn from(array: &[T; N]) -> Vec<T> {
        Vec::from_slice(array)
    }
}

impl<T: Clone, const N: usize> From<&mut [T; N]> for Vec<T> {
    fn from(array: &mut [T; N]) -> Vec<T> {
        Vec::from_slice(array)
    }
}

impl From<&str> for Vec<u8> {
    fn from(text: &str) -> Vec<u8> {
        Vec::from_slice(text.as_bytes())
    }
}

impl<T, const N: usize> From<[T; N]> for Vec<T> {
    fn from(array: [T; N]) -> Vec<T> {
        Vec::from_array_core(array)
            .map_err(|(_, error)| error)
            .or_stop()
    }
}

impl<T, A: Allocator, const N: usize> TryFrom<Vec<T, A>> for [T; N] {
    type Error = Vec<T, A>;

    fn try_from(mut vec: Vec<T, A>) -> Result<[T; N], Vec<T, A>> {
        if vec.length != N {
            return Err(vec);
        }
        // INVARIANT: **Length** holds: the values move out just now.
        vec.length = 0;
        // SAFETY: checked above: by **Length** of `Vec` `N` slots held values.
        Ok(unsafe { vec.as_ptr().cast::<[T; N]>().read() })
    }
}

impl<T, const N: usize> TryFrom<Vec<T>> for Box<[T; N]> {
    type Error = Vec<T>;

    fn try_from(vec: Vec<T>) -> Result<Box<[T; N]>, Vec<T>> {
        if vec.length == N {
            vec.into_boxed_slice().try_into().map_err(Vec::from)
        } else {
            Err(vec)
        }
    }
}
