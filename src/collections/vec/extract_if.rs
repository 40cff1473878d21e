//! Elements taken out one by one where a closure says so.

use super::Vec;
use super::sieve::Sieve;
use crate::collections::range::range;
use crate::heap::Global;
use crate::memory::Allocator;
use core::fmt;
use core::ops::RangeBounds;
use core::slice;

/// An iterator that takes elements out of a vector where a closure says so; what it has not come to when it
/// goes stays. Made by [`Vec::extract_if`].
///
/// ```
/// let mut vec = nostd_alloc::vec![1, 2, 3, 4];
/// assert!(vec.extract_if(.., |x| *x % 2 == 0).eq([2, 4]));
/// assert_eq!(vec, [1, 3]);
/// ```
pub struct ExtractIf<'a, T, F, A: Allocator = Global> {
    sieve: Sieve<'a, T, A>,
    end: usize,
    filter: F,
}

impl<T, A: Allocator> Vec<T, A> {
    /// Takes the elements of a range for which `filter` says so out of the vector, as they are asked for. Each of
    /// the others moves once at most.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3, 4, 5, 6];
    /// assert!(vec.extract_if(1.., |x| *x % 2 == 1).eq([3, 5]));
    /// assert_eq!(vec, [1, 2, 4, 6]);
    /// ```
    ///
    /// # Panics
    /// If the range does not lie in the vector.
    #[track_caller]
    pub fn extract_if<F, R>(&mut self, bounds: R, filter: F) -> ExtractIf<'_, T, F, A>
    where
        F: FnMut(&mut T) -> bool,
        R: RangeBounds<usize>,
    {
        let part = range(bounds, self.length);
        ExtractIf {
            sieve: Sieve::new(self, part.start),
            end: part.end,
            filter,
        }
    }
}

impl<T, F, A: Allocator> ExtractIf<'_, T, F, A> {
    /// The allocator of the vector.
    ///
    /// ```
    /// let _: &nostd_alloc::heap::Global = nostd_alloc::vec![1].extract_if(.., |_| true).allocator();
    /// ```
    pub fn allocator(&self) -> &A {
        self.sieve.allocator()
    }
}

impl<T, F: FnMut(&mut T) -> bool, A: Allocator> Iterator for ExtractIf<'_, T, F, A> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        while self.sieve.read() < self.end {
            // SAFETY: checked above: the end is at most the length, so that there is a next value; one that
            // is taken moves out.
            unsafe {
                if (self.filter)(self.sieve.current()) {
                    return Some(self.sieve.take().read());
                }
                if self.sieve.has_hole() {
                    self.sieve.keep();
                } else {
                    self.sieve.keep_in_place();
                }
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.end - self.sieve.read()))
    }
}

impl<T, F, A: Allocator> Drop for ExtractIf<'_, T, F, A> {
    fn drop(&mut self) {
        // The sieve goes next and closes the hole. What stands here says to the compiler what std's says:
        // the borrow is used once more at the end.
    }
}

impl<T: fmt::Debug, F, A: Allocator> fmt::Debug for ExtractIf<'_, T, F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kept, rest) = self.sieve.values();
        f.debug_struct("ExtractIf")
            .field("retained", &kept)
            .field("remainder", &rest)
            .finish_non_exhaustive()
    }
}

impl<T, A: Allocator> Sieve<'_, T, A> {
    /// What was kept, and what was not looked at.
    fn values(&self) -> (&[T], &[T]) {
        let (kept, read, length) = self.parts();
        // SAFETY: by **Hole** of `Sieve` these slots hold values.
        unsafe {
            (
                slice::from_raw_parts(self.base(), kept),
                slice::from_raw_parts(self.base().add(read), length - read),
            )
        }
    }
}
