//! A range of indices, asked for once and checked.
//!
//! A `RangeBounds` of the user may answer differently each time it is asked, so nobody asks it but
//! [`range`], and everybody goes on with the plain `Range` that comes out.

use core::ops::{Bound, Range, RangeBounds};

/// The indices of `bounds` in something of `length`, as `start <= end <= length`.
///
/// # Panics
/// If the range does not lie in `0..length`, as std's slices.
#[inline]
#[track_caller]
pub(crate) fn range<R: RangeBounds<usize>>(bounds: R, length: usize) -> Range<usize> {
    let start = match bounds.start_bound() {
        Bound::Included(&start) => Some(start),
        Bound::Excluded(&before) => before.checked_add(1),
        Bound::Unbounded => Some(0),
    };
    let end = match bounds.end_bound() {
        Bound::Included(&last) => last.checked_add(1),
        Bound::Excluded(&end) => Some(end),
        Bound::Unbounded => Some(length),
    };
    match (start, end) {
        (Some(start), Some(end)) if start <= end && end <= length => start..end,
        (Some(start), Some(end)) => refuse(start, end, length),
        _ => panic!("range bound exceeds the maximum of usize"),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn refuse(start: usize, end: usize, length: usize) -> ! {
    if start > end {
        panic!("slice index starts at {start} but ends at {end}");
    }
    panic!("range end index {end} out of range for slice of length {length}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;
    use std::panic::catch_unwind;

    #[test]
    fn each_kind_of_bound_is_understood() {
        assert_eq!(range(.., 3), 0..3);
        assert_eq!(range(1.., 3), 1..3);
        assert_eq!(range(..=1, 3), 0..2);
        assert_eq!(range(3..3, 3), 3..3);
        assert_eq!(range((Bound::Excluded(0), Bound::Included(2)), 3), 1..3);
    }

    #[test]
    fn what_lies_outside_panics() {
        for (start, end) in [(2, 1), (0, 4), (4, 4), (usize::MAX, 0)] {
            assert!(catch_unwind(|| range(start..end, 3)).is_err());
        }
        assert!(catch_unwind(|| range(..=usize::MAX, 3)).is_err());
        assert!(
            catch_unwind(|| range((Bound::Excluded(usize::MAX), Bound::Unbounded), 3)).is_err()
        );
    }

    /// Answers a little more each time.
    struct Growing<'c>(&'c Cell<usize>, [usize; 8]);

    impl RangeBounds<usize> for Growing<'_> {
        fn start_bound(&self) -> Bound<&usize> {
            Bound::Unbounded
        }

        fn end_bound(&self) -> Bound<&usize> {
            self.0.set(self.0.get() + 1);
            Bound::Excluded(&self.1[self.0.get()])
        }
    }

    #[test]
    fn bounds_are_asked_once() {
        let asked = Cell::new(0);
        assert_eq!(range(Growing(&asked, [0, 1, 2, 3, 4, 5, 6, 7]), 3), 0..1);
        assert_eq!(asked.get(), 1);
    }
}
