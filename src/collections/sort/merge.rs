//! Two neighbouring runs become one.
//!
//! ```text
//! buffer  |       a  a  a |                the shorter run, here the left one
//! slice   | x  x  .  .  . | b  b  b |      `.` the hole, as long as what is still in the buffer
//! ```

use core::hint::select_unpredictable;
use core::ptr;

/// What is still in the buffer, and where the hole for it begins; it goes there when this goes, also while
/// unwinding.
struct Hole<T> {
    start: *mut T,
    end: *mut T,
    target: *mut T,
}

impl<T> Drop for Hole<T> {
    fn drop(&mut self) {
        // SAFETY: the elements come from the slice, whose hole at `target` is as long as they are many.
        unsafe {
            let count = self.end.offset_from_unsigned(self.start);
            ptr::copy_nonoverlapping(self.start, self.target, count);
        }
    }
}

/// Merges the runs `slice[..middle]` and `slice[middle..]`.
///
/// # Safety
/// - `buffer` has room for the shorter of both runs, and shares no byte with the slice.
/// - Elements have a size.
pub(super) unsafe fn merge<T, F: FnMut(&T, &T) -> bool>(
    slice: &mut [T],
    middle: usize,
    buffer: *mut T,
    is_less: &mut F,
) {
    let behind = slice.len() - middle;
    if middle == 0 || behind == 0 {
        return;
    }
    // SAFETY: contract of this function.
    unsafe {
        if middle <= behind {
            merge_upwards(slice, middle, buffer, is_less);
        } else {
            merge_downwards(slice, middle, buffer, is_less);
        }
    }
}

/// The left run waits in the buffer, the smallest element goes first.
///
/// # Safety
/// - As [`merge`], of a left run that is not the longer one.
unsafe fn merge_upwards<T, F: FnMut(&T, &T) -> bool>(
    slice: &mut [T],
    middle: usize,
    buffer: *mut T,
    is_less: &mut F,
) {
    let base = slice.as_mut_ptr();
    // SAFETY: contract of this function; `right` stays below the end, and the hole between `target` and
    // `right` is as long as what is in the buffer, checked by the loop.
    unsafe {
        ptr::copy_nonoverlapping(base, buffer, middle);
        let mut hole = Hole {
            start: buffer,
            end: buffer.add(middle),
            target: base,
        };
        let mut right = base.add(middle);
        let end = base.add(slice.len());
        while hole.start < hole.end && right < end {
            let take_right = is_less(&*right, &*hole.start);
            let source = select_unpredictable(take_right, right, hole.start);
            ptr::copy_nonoverlapping(source, hole.target, 1);
            hole.target = hole.target.add(1);
            right = right.add(usize::from(take_right));
            hole.start = hole.start.add(usize::from(!take_right));
        }
    }
}

/// The right run waits in the buffer, the largest element goes first.
///
/// # Safety
/// - As [`merge`], of a right run that is the shorter one.
unsafe fn merge_downwards<T, F: FnMut(&T, &T) -> bool>(
    slice: &mut [T],
    middle: usize,
    buffer: *mut T,
    is_less: &mut F,
) {
    let base = slice.as_mut_ptr();
    let behind = slice.len() - middle;
    // SAFETY: contract of this function; `hole.target` is the end of the left run, and the hole between it
    // and `end` is as long as what is in the buffer, checked by the loop.
    unsafe {
        ptr::copy_nonoverlapping(base.add(middle), buffer, behind);
        let mut hole = Hole {
            start: buffer,
            end: buffer.add(behind),
            target: base.add(middle),
        };
        let mut end = base.add(slice.len());
        while base < hole.target && hole.start < hole.end {
            let left = hole.target.sub(1);
            let right = hole.end.sub(1);
            let take_left = is_less(&*right, &*left);
            end = end.sub(1);
            let source = select_unpredictable(take_left, left, right);
            ptr::copy_nonoverlapping(source, end, 1);
            hole.target = hole.target.sub(usize::from(take_left));
            hole.end = hole.end.sub(usize::from(!take_left));
        }
    }
}
