//! A range of elements taken out, and others put in its place.
//!
//! The iterator works when it goes: what it has not handed out is dropped, the hole is filled, made longer
//! if need be, and closed. Nothing can be reported from there, so [`Vec::try_splice`] goes another way: the
//! new elements are added at the end first, where a refusal can take them back, and then change places with
//! the old ones.
//!
//! ```text
//! | kept | old | tail | new |   rotated by new:  | kept | new | old | tail |
//!                               then by old:     | kept | new | tail | old |   old is drained
//! ```

use super::{Drain, Vec};
use crate::collections::error::{OrStop, Tells, TryReserveError};
use crate::collections::range::range;
use crate::heap::Global;
use crate::memory::Allocator;
use core::ops::RangeBounds;

/// An iterator over the elements that [`Vec::splice`] takes out; the new ones come in when it goes.
///
/// ```
/// let mut vec = nostd_alloc::vec![1, 2, 3];
/// assert!(vec.splice(..2, [7, 8, 9]).eq([1, 2]));
/// assert_eq!(vec, [7, 8, 9, 3]);
/// ```
#[derive(Debug)]
pub struct Splice<'a, I: Iterator + 'a, A: Allocator + 'a = Global> {
    drain: Drain<'a, I::Item, A>,
    replace_with: I,
}

impl<T, A: Allocator> Vec<T, A> {
    /// Puts the elements of an iterator in the place of a range, and gives an iterator over those that were
    /// there. The new ones come in when that goes: what lies behind moves once if the iterator knows how many it
    /// has, else a logarithmic number of times.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3, 4];
    /// assert!(vec.splice(1..3, [7, 8, 9]).eq([2, 3]));
    /// assert_eq!(vec, [1, 7, 8, 9, 4]);
    /// ```
    ///
    /// # Panics
    /// If the range does not lie in the vector; else, when the iterator goes, as [`Vec::push`].
    #[track_caller]
    pub fn splice<R, I>(&mut self, bounds: R, replace_with: I) -> Splice<'_, I::IntoIter, A>
    where
        R: RangeBounds<usize>,
        I: IntoIterator<Item = T>,
    {
        Splice {
            drain: self.drain(bounds),
            replace_with: replace_with.into_iter(),
        }
    }

    /// As [`Vec::splice`], but at once: when it returns, the new elements are in. Costs two rotations of
    /// what lies behind the range.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3, 4];
    /// assert!(vec.try_splice(1..3, [7, 8, 9])?.eq([2, 3]));
    /// assert_eq!(vec, [1, 7, 8, 9, 4]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory: the vector is as before, and what the iterator has given
    /// is dropped.
    ///
    /// # Panics
    /// If the range does not lie in the vector.
    #[track_caller]
    pub fn try_splice<R, I>(
        &mut self,
        bounds: R,
        replace_with: I,
    ) -> Result<Drain<'_, T, A>, TryReserveError>
    where
        R: RangeBounds<usize>,
        I: IntoIterator<Item = T>,
    {
        let length = self.length;
        let old = range(bounds, length);
        self.try_extend(replace_with)?;
        let added = self.length - length;
        let part = &mut self.as_mut_slice()[old.start..];
        part.rotate_right(added);
        part[added..].rotate_left(old.len());
        let total = self.length;
        Ok(self.drain(total - old.len()..))
    }
}

impl<I: Iterator, A: Allocator> Iterator for Splice<'_, I, A> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.drain.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.drain.size_hint()
    }
}

impl<I: Iterator, A: Allocator> DoubleEndedIterator for Splice<'_, I, A> {
    fn next_back(&mut self) -> Option<I::Item> {
        self.drain.next_back()
    }
}

impl<I: Iterator, A: Allocator> ExactSizeIterator for Splice<'_, I, A> {}

impl<I: Iterator, A: Allocator> Splice<'_, I, A> {
    /// Fills the hole, which grows as long as there is more to come: by what the iterator announces, and at
    /// least by what has come so far, so that the tail moves a logarithmic number of times.
    fn replace(&mut self) -> Result<(), TryReserveError> {
        if self.drain.has_no_tail() {
            return self
                .drain
                .vec_mut()
                .extend_core::<Tells, _>(&mut self.replace_with);
        }
        let mut came = 1;
        while self.drain.fill_hole(&mut self.replace_with) {
            let Some(value) = self.replace_with.next() else {
                break;
            };
            let announced = self.replace_with.size_hint().0;
            self.drain
                .widen_hole(announced.saturating_add(1).max(came))?;
            came = came.saturating_mul(2);
            self.drain.fill_hole(&mut core::iter::once(value));
        }
        Ok(())
    }
}

impl<I: Iterator, A: Allocator> Drop for Splice<'_, I, A> {
    fn drop(&mut self) {
        self.drain.drop_values();
        self.replace().or_stop();
        // The drain goes next and closes what is left of the hole.
    }
}
