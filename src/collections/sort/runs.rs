//! Runs found, made long enough, and merged in the order of powersort.
//!
//! The *power* of the border between two runs is the depth at which a perfectly balanced tree over the
//! whole slice would have it; a run waits on a stack until a border of lower power comes.

use super::SMALL_LENGTH;
use super::insertion;
use super::merge::merge;
use core::ptr::NonNull;

/// Powers grow from the bottom of the stack to its top, and a power is at most 64.
const RUNS_MAX: usize = 66;

#[derive(Clone, Copy)]
struct Run {
    start: usize,
    /// The power of the border in front of the run.
    power: u8,
}

/// The length of the run that a slice of at least two begins with, in ascending order when this returns.
pub(super) fn first_run<T, F: FnMut(&T, &T) -> bool>(slice: &mut [T], is_less: &mut F) -> usize {
    let mut end = 2;
    if is_less(&slice[1], &slice[0]) {
        while end < slice.len() && is_less(&slice[end], &slice[end - 1]) {
            end += 1;
        }
        slice[..end].reverse();
    } else {
        while end < slice.len() && !is_less(&slice[end], &slice[end - 1]) {
            end += 1;
        }
    }
    end
}

/// The length of the run that begins at `start`, made long enough.
fn next_run<T, F: FnMut(&T, &T) -> bool>(
    slice: &mut [T],
    start: usize,
    found: Option<usize>,
    is_less: &mut F,
) -> usize {
    let rest = &mut slice[start..];
    if rest.len() < 2 {
        return rest.len();
    }
    let length = found.unwrap_or_else(|| first_run(rest, is_less));
    let least = rest.len().min(SMALL_LENGTH);
    if length < least {
        insertion::sort(&mut rest[..least], length, is_less);
    }
    length.max(least)
}

/// The power of the border at `middle` between the runs from `start` and to `end`, in a slice of `length`.
fn power(start: usize, middle: usize, end: usize, length: usize) -> u8 {
    // Twice the middles of both runs as fractions of the slice, in 62 bits: the first that differs.
    let scale = (1_u64 << 62).div_ceil(length as u64);
    let left = (start + middle) as u64;
    let right = (middle + end) as u64;
    (left.wrapping_mul(scale) ^ right.wrapping_mul(scale)).leading_zeros() as u8
}

/// Sorts a slice that begins with a run of `first`; elements have a size.
///
/// `buffer` has room for half of the slice.
pub(super) fn sort<T, F: FnMut(&T, &T) -> bool>(
    slice: &mut [T],
    first: usize,
    buffer: NonNull<T>,
    is_less: &mut F,
) {
    let length = slice.len();
    let mut runs = [Run { start: 0, power: 0 }; RUNS_MAX];
    let mut count = 1;
    let mut end = next_run(slice, 0, Some(first), is_less);
    while end < length {
        let start = runs[count - 1].start;
        let next_end = end + next_run(slice, end, None, is_less);
        let border = power(start, end, next_end, length);
        while count > 1 && runs[count - 1].power >= border {
            count -= 1;
            merge_last(
                slice,
                runs[count - 1].start,
                runs[count].start,
                end,
                buffer,
                is_less,
            );
        }
        runs[count] = Run {
            start: end,
            power: border,
        };
        count += 1;
        end = next_end;
    }
    while count > 1 {
        count -= 1;
        merge_last(
            slice,
            runs[count - 1].start,
            runs[count].start,
            length,
            buffer,
            is_less,
        );
    }
}

/// Merges the runs from `start` to `middle` and from there to `end`.
fn merge_last<T, F: FnMut(&T, &T) -> bool>(
    slice: &mut [T],
    start: usize,
    middle: usize,
    end: usize,
    buffer: NonNull<T>,
    is_less: &mut F,
) {
    // SAFETY: checked by `sort`: the buffer has room for half of the slice, which the shorter of two runs
    // does not exceed, and elements have a size.
    unsafe {
        merge(
            &mut slice[start..end],
            middle - start,
            buffer.as_ptr(),
            is_less,
        )
    };
}
