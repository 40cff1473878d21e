//! Runs found, and merged in the order of powersort; what is no run is not sorted before it must be.
//!
//! The *power* of the border between two runs is the depth at which a perfectly balanced tree over the
//! whole slice would have it; a run waits on a stack until a border of lower power comes. A stretch without a
//! long run waits unsorted: two of them become one without a comparison, and the quicksort takes it as a
//! whole when it meets a sorted neighbour or the end.

use super::SMALL_LENGTH;
use super::merge::merge;
use super::quick;
use super::small;
use core::ptr::NonNull;

/// Powers grow from the bottom of the stack to its top, and a power is at most 64.
const RUNS_MAX: usize = 66;
/// Up to so many elements, a run of a quarter of them is worth a merge; above that, of their square root.
const SHORT_SLICE: usize = 4096;

#[derive(Clone, Copy)]
struct Run {
    start: usize,
    sorted: bool,
    /// The power of the border in front of the run.
    power: u8,
}

/// A slice being sorted.
struct Sorting<'s, T, F> {
    slice: &'s mut [T],
    buffer: NonNull<T>,
    is_less: &'s mut F,
}

/// The run that a slice of at least two begins with: its length, and whether it descends.
pub(super) fn find_run<T, F: FnMut(&T, &T) -> bool>(slice: &[T], is_less: &mut F) -> (usize, bool) {
    let mut end = 2;
    let descends = is_less(&slice[1], &slice[0]);
    if descends {
        while end < slice.len() && is_less(&slice[end], &slice[end - 1]) {
            end += 1;
        }
    } else {
        while end < slice.len() && !is_less(&slice[end], &slice[end - 1]) {
            end += 1;
        }
    }
    (end, descends)
}

/// The length of the run that a slice of at least two begins with, in ascending order when this returns.
fn first_run<T, F: FnMut(&T, &T) -> bool>(slice: &mut [T], is_less: &mut F) -> usize {
    let (length, descends) = find_run(slice, is_less);
    if descends {
        slice[..length].reverse();
    }
    length
}

/// The power of the border at `middle` between the runs from `start` and to `end`, in a slice of `length`.
fn power(start: usize, middle: usize, end: usize, length: usize) -> u8 {
    // Twice the middles of both runs as fractions of the slice, in 62 bits: the first that differs.
    let scale = (1_u64 << 62).div_ceil(length as u64);
    let left = (start + middle) as u64;
    let right = (middle + end) as u64;
    (left.wrapping_mul(scale) ^ right.wrapping_mul(scale)).leading_zeros() as u8
}

/// How long a run must be to be worth keeping.
fn run_length_min(length: usize) -> usize {
    if length <= SHORT_SLICE {
        (length / 4).max(SMALL_LENGTH)
    } else {
        length.isqrt()
    }
}

/// Sorts a slice that begins with a run of `first`; elements have a size.
///
/// `buffer` has room for the slice.
pub(super) fn sort<T, F: FnMut(&T, &T) -> bool>(
    slice: &mut [T],
    first: usize,
    buffer: NonNull<T>,
    is_less: &mut F,
) {
    let length = slice.len();
    let least = run_length_min(length);
    let mut sorting = Sorting {
        slice,
        buffer,
        is_less,
    };
    let mut runs = [Run {
        start: 0,
        sorted: false,
        power: 0,
    }; RUNS_MAX];
    let (mut end, sorted) = sorting.next_run(0, Some(first), least);
    runs[0].sorted = sorted;
    let mut count = 1;
    while end < length {
        let (next_end, sorted) = sorting.next_run(end, None, least);
        let border = power(runs[count - 1].start, end, next_end, length);
        while count > 1 && runs[count - 1].power >= border {
            count -= 1;
            runs[count - 1].sorted = sorting.join(runs[count - 1], runs[count], end);
        }
        runs[count] = Run {
            start: end,
            sorted,
            power: border,
        };
        count += 1;
        end = next_end;
    }
    while count > 1 {
        count -= 1;
        runs[count - 1].sorted = sorting.join(runs[count - 1], runs[count], length);
    }
    if !runs[0].sorted {
        sorting.sort_part(0, length);
    }
}

impl<T, F: FnMut(&T, &T) -> bool> Sorting<'_, T, F> {
    /// The end of the run that begins at `start`, and whether it is one.
    fn next_run(&mut self, start: usize, found: Option<usize>, least: usize) -> (usize, bool) {
        let rest = &mut self.slice[start..];
        if rest.len() < 2 {
            return (start + rest.len(), true);
        }
        let found = found.unwrap_or_else(|| first_run(rest, self.is_less));
        if found >= least.min(rest.len()) {
            (start + found, true)
        } else {
            (start + least.min(rest.len()), false)
        }
    }

    /// Makes one of two neighbours, the second of which ends at `end`; whether it is sorted.
    fn join(&mut self, left: Run, right: Run, end: usize) -> bool {
        if !left.sorted && !right.sorted {
            return false;
        }
        if !left.sorted {
            self.sort_part(left.start, right.start);
        }
        if !right.sorted {
            self.sort_part(right.start, end);
        }
        let part = &mut self.slice[left.start..end];
        let middle = right.start - left.start;
        // SAFETY: checked by `sort`: the buffer has room for the slice, and elements have a size.
        unsafe { merge(part, middle, self.buffer.as_ptr(), self.is_less) };
        true
    }

    /// Sorts what is no run.
    fn sort_part(&mut self, start: usize, end: usize) {
        let part = &mut self.slice[start..end];
        let limit = 2 * (part.len() | 1).ilog2();
        // SAFETY: checked by `sort`: the buffer has room for the slice, and elements have a size.
        let done = unsafe { quick::sort(part, self.buffer.as_ptr(), limit, None, self.is_less) };
        if !done {
            self.merge_up(start, end);
        }
    }

    /// Sorts by merging short parts that are sorted, twice as long each time: never more than `n log2 n`
    /// comparisons.
    fn merge_up(&mut self, start: usize, end: usize) {
        let part = &mut self.slice[start..end];
        let mut length = small::LENGTH_MAX;
        for short in part.chunks_mut(length) {
            // SAFETY: checked by `sort`: the buffer has room for the slice; the length is that of a short part.
            unsafe { small::sort(short, self.buffer.as_ptr(), self.is_less) };
        }
        while length < part.len() {
            for pair in part.chunks_mut(2 * length) {
                if pair.len() > length {
                    // SAFETY: checked by `sort`: the buffer has room for the slice, and elements have a size.
                    unsafe { merge(pair, length, self.buffer.as_ptr(), self.is_less) };
                }
            }
            length *= 2;
        }
    }
}
