//! A short part, sorted by pointers to its elements.
//!
//! The pointers are merged from both ends at once: two chains of comparisons that do not wait for each other,
//! and no branch that depends on an outcome. The elements move when all is decided.
//!
//! ```text
//! halves  | a  a  a  a | b  b  b  b |     pointers to elements, each half in order
//!           ->      <-   ->      <-
//! order   | the least ->      <- the greatest |
//! ```
//!
//! # How is this safe?
//! No element moves before the last comparison: a panic loses nothing, and no copy is stale, whatever a
//! comparison does to an element. Comparisons that contradict each other may make both chains take an element,
//! or neither; then they do not meet, and the pointers stay as they were in their halves.
//!
//! # Costs
//! At most `n log2 n` comparisons, 5.25 an element for 64 of them; two words of stack for each.
//!
//! # Source
//! Igor van den Hoven, *quadsort* (2020), for the merge from both ends. Lukas Bergdoll, Orson Peters, *driftsort*
//! (2024), for four elements by five comparisons without a branch. There the elements themselves are merged, which is
//! sound for types without interior mutability only.

use core::hint::select_unpredictable;
use core::mem::MaybeUninit;
use core::ptr;

/// Up to so many elements are sorted this way.
pub(super) const LENGTH_MAX: usize = 64;
/// So many are sorted without a merge.
const FOUR: usize = 4;

/// Sorts a slice of at least one and at most [`LENGTH_MAX`] elements.
///
/// # Safety
/// - `buffer` has room for the slice, and shares no byte with it.
pub(super) unsafe fn sort<T, F: FnMut(&T, &T) -> bool>(
    slice: &mut [T],
    buffer: *mut T,
    is_less: &mut F,
) {
    let mut order = [const { MaybeUninit::<*const T>::uninit() }; LENGTH_MAX];
    let mut spare = [const { MaybeUninit::<*const T>::uninit() }; LENGTH_MAX];
    let length = slice.len();
    assert!((1..=LENGTH_MAX).contains(&length));
    let base = slice.as_mut_ptr();
    // SAFETY: checked above: so many elements, and so many pointers in each array; when `arrange` returns, each
    // element of the slice is pointed at once, so that the buffer gets each of them once (contract of this function).
    unsafe {
        arrange(
            base,
            length,
            order.as_mut_ptr().cast(),
            spare.as_mut_ptr().cast(),
            is_less,
        );
        for (index, source) in order[..length].iter().enumerate() {
            ptr::copy_nonoverlapping(source.assume_init(), buffer.add(index), 1);
        }
        ptr::copy_nonoverlapping(buffer, base, length);
    }
}

/// Writes pointers to the `length` elements from `base` to `order`, each once, in the order of the elements.
///
/// # Safety
/// - There are so many elements, at least one.
/// - `order` and `spare` are two arrays with room for so many pointers.
unsafe fn arrange<T, F: FnMut(&T, &T) -> bool>(
    base: *const T,
    length: usize,
    order: *mut *const T,
    spare: *mut *const T,
    is_less: &mut F,
) {
    let half = length / 2;
    // SAFETY: contract of this function, for all of it or for each half, whose pointers are in `spare` when they
    // are merged.
    unsafe {
        if length <= FOUR {
            return few(base, length, order, is_less);
        }
        let (behind, order_behind, spare_behind) =
            (base.add(half), order.add(half), spare.add(half));
        arrange(base, half, spare, order, is_less);
        arrange(behind, length - half, spare_behind, order_behind, is_less);
        merge(spare, length, order, is_less);
    }
}

/// As [`arrange`], of at most [`FOUR`] elements.
///
/// # Safety
/// - As [`arrange`].
#[inline(always)]
unsafe fn few<T, F: FnMut(&T, &T) -> bool>(
    base: *const T,
    length: usize,
    order: *mut *const T,
    is_less: &mut F,
) {
    // SAFETY: contract of this function: every index is below `length`, checked by the branch. Each arm writes
    // every pointer once, whatever the comparisons say: `pair` gives back what it got, and of the last four `least` and
    // `greatest` come from different pairs, `left` and `right` are the others.
    unsafe {
        match length {
            1 => order.write(base),
            2 => {
                let (a, b) = pair(base, base.add(1), is_less);
                order.cast::<[_; 2]>().write([a, b]);
            }
            3 => {
                let (a, b) = pair(base, base.add(1), is_less);
                let (b, c) = pair(b, base.add(2), is_less);
                let (a, b) = pair(a, b, is_less);
                order.cast::<[_; 3]>().write([a, b, c]);
            }
            _ => {
                let (a, b) = pair(base, base.add(1), is_less);
                let (c, d) = pair(base.add(2), base.add(3), is_less);
                let c_first = is_less(&*c, &*a);
                let b_last = is_less(&*d, &*b);
                let least = select_unpredictable(c_first, c, a);
                let greatest = select_unpredictable(b_last, b, d);
                let left = select_unpredictable(b_last, c, b);
                let left = select_unpredictable(c_first, a, left);
                let right = select_unpredictable(c_first, b, c);
                let right = select_unpredictable(b_last, d, right);
                let (left, right) = pair(left, right, is_less);
                order.cast::<[_; 4]>().write([least, left, right, greatest]);
            }
        }
    }
}

/// Two elements in their order; `a` stands before `b` in the slice.
///
/// # Safety
/// - Both are elements that nobody changes.
#[inline(always)]
unsafe fn pair<T, F: FnMut(&T, &T) -> bool>(
    a: *const T,
    b: *const T,
    is_less: &mut F,
) -> (*const T, *const T) {
    // SAFETY: contract of this function.
    let b_first = unsafe { is_less(&*b, &*a) };
    (
        select_unpredictable(b_first, b, a),
        select_unpredictable(b_first, a, b),
    )
}

/// Merges the pointers of both halves of `halves` into `order`.
///
/// # Safety
/// - Both have room for `length` pointers, and share no byte; there are at least two, each to an element that nobody changes.
#[inline]
unsafe fn merge<T, F: FnMut(&T, &T) -> bool>(
    halves: *const *const T,
    length: usize,
    order: *mut *const T,
    is_less: &mut F,
) {
    let half = length / 2;
    // SAFETY: contract of this function. Each of `half` steps takes one from the front and one from the back, and
    // neither half is shorter: before the last one is taken, `left` and `right` lie in their halves, `left_last` and
    // `right_last` too. One more remains if the length is odd; it is in the second half if not in the first.
    unsafe {
        let (mut left, mut right) = (halves, halves.add(half));
        let (mut left_last, mut right_last) = (right.sub(1), halves.add(length - 1));
        for step in 0..half {
            let right_first = is_less(&**right, &**left);
            order
                .add(step)
                .write(select_unpredictable(right_first, *right, *left));
            right = right.add(usize::from(right_first));
            left = left.add(usize::from(!right_first));

            let left_behind = is_less(&**right_last, &**left_last);
            let last = select_unpredictable(left_behind, *left_last, *right_last);
            order.add(length - 1 - step).write(last);
            left_last = left_last.wrapping_sub(usize::from(left_behind));
            right_last = right_last.sub(usize::from(!left_behind));
        }
        if length % 2 == 1 {
            let is_left = left <= left_last;
            order
                .add(half)
                .write(*select_unpredictable(is_left, left, right));
            left = left.add(usize::from(is_left));
            right = right.add(usize::from(!is_left));
        }
        if left != left_last.wrapping_add(1) || right != right_last.add(1) {
            ptr::copy_nonoverlapping(halves, order, length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Sorts, and says how many comparisons it took.
    fn sorted<T>(values: &mut [T], mut is_less: impl FnMut(&T, &T) -> bool) -> usize {
        let mut buffer = Vec::with_capacity(values.len());
        let mut comparisons = 0;
        let mut counted = |a: &T, b: &T| {
            comparisons += 1;
            is_less(a, b)
        };
        // SAFETY: checked above: the buffer was made for so many values.
        unsafe { sort(values, buffer.as_mut_ptr(), &mut counted) };
        comparisons
    }

    #[test]
    fn every_length_is_sorted_and_equal_elements_keep_their_order() {
        let mut state = 1_u32;
        for length in 1..=LENGTH_MAX {
            for keys in [2, 8, 1000] {
                let mut values: Vec<(u32, usize)> = (0..length)
                    .map(|index| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        ((state >> 16) % keys, index)
                    })
                    .collect();
                let comparisons = sorted(&mut values, |a, b| a.0 < b.0);
                assert!(values.is_sorted(), "{values:?}");
                assert!(comparisons <= length * length.next_power_of_two().ilog2() as usize);
            }
        }
        let comparisons = sorted(&mut [0; LENGTH_MAX], |a, b| a < b);
        assert_eq!(comparisons, LENGTH_MAX / 4 * 21);
    }

    #[test]
    fn each_element_stays_whatever_the_comparisons_say() {
        // All answers that up to eight elements can get.
        for length in 1..=8_usize {
            for answers in 0..1_u32 << 18 {
                let mut values: Vec<usize> = (0..length).collect();
                let mut rest = answers;
                let comparisons = sorted(&mut values, |_, _| {
                    rest = rest.rotate_right(1);
                    rest >> 31 > 0
                });
                values.sort_unstable();
                assert!(values.iter().copied().eq(0..length), "{length} {answers:b}");
                assert!(comparisons <= 18);
                if answers >> comparisons > 0 {
                    break;
                }
            }
        }
    }
}
