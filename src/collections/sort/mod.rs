//! A stable sort with a buffer that may be refused.
//!
//! `core` sorts in place only where equal elements may change their order; std's stable sort is out of
//! reach without `alloc`. This one has the buffer made before anything moves, so that a refusal leaves the
//! slice as it was.
//!
//! 1. Integers, characters and the like: equal values cannot be told apart, so `core`'s unstable sort does,
//!    without a buffer.
//! 2. Up to [`SMALL_LENGTH`] elements: insertion, without a buffer.
//! 3. Else the slice is cut into runs that are sorted already (descending ones are turned round) and the
//!    stretches between them; neighbours are merged in the order of powersort, which is close to the best
//!    there is for the given runs, and a stretch is sorted by a stable quicksort when its turn comes; its short
//!    parts by pointers.
//!
//! # How is this safe?
//! A comparison of the user may panic, lie, or change an element through a shared reference. Each element is
//! therefore in one place at a time: in the slice, or, while a hole is open for it, in the buffer or a local
//! variable, and a guard puts it back when the hole goes. An element is compared where it is and nowhere
//! else.
//!
//! # Costs
//! `O(n log n)` comparisons always, `n - 1` for a sorted slice; room for `n` elements.
//!
//! # Source
//! J. Ian Munro, Sebastian Wild, *Nearly-Optimal Mergesorts* (2018): powersort. Orson Peters, Lukas
//! Bergdoll, *driftsort* (2024): stretches that wait unsorted, a quicksort that is stable.

mod insertion;
mod merge;
mod quick;
mod runs;
mod small;

use super::error::{Tells, TryReserveError};
use super::raw_buffer::RawBuffer;
use super::vec::Vec;
use crate::memory::Allocator;
use core::any::type_name;
use core::mem::needs_drop;

/// Up to so many elements are sorted by insertion.
const SMALL_LENGTH: usize = 20;

/// Sorts by `is_less`, which must be a strict weak order to give a sorted slice; any answer is memory safe. The
/// buffer comes from `allocator`.
///
/// # Errors
/// [`TryReserveError`] if there is no memory for the buffer; the slice is as before.
pub(super) fn try_sort<T, A: Allocator, F: FnMut(&T, &T) -> bool>(
    slice: &mut [T],
    allocator: A,
    mut is_less: F,
) -> Result<(), TryReserveError> {
    if size_of::<T>() == 0 || slice.len() < 2 {
        // Values without a size are all the same, but a comparison may want to be asked.
        return Ok(());
    }
    if slice.len() <= SMALL_LENGTH {
        insertion::sort(slice, 1, &mut is_less);
        return Ok(());
    }
    let (first, descends) = runs::find_run(slice, &mut is_less);
    let rest = slice.len() - first;
    let room = if rest > 0 { slice.len() } else { 0 };
    let buffer = RawBuffer::<T, A>::with_capacity::<Tells>(room, allocator)?;
    // Nothing has moved up to here.
    if descends {
        slice[..first].reverse();
    }
    if rest > 0 {
        runs::sort(slice, first, buffer.ptr(), &mut is_less);
    }
    Ok(())
}

/// Sorts by the order of the type.
///
/// # Errors
/// As [`try_sort`].
pub(super) fn try_sort_whole<T: Ord, A: Allocator>(
    slice: &mut [T],
    allocator: A,
) -> Result<(), TryReserveError> {
    if equal_is_same::<T>() {
        slice.sort_unstable();
        return Ok(());
    }
    try_sort(slice, allocator, T::lt)
}

/// Sorts by a key that is asked for once an element; the keys lie in `allocator`.
///
/// # Errors
/// As [`try_sort`].
pub(super) fn try_sort_by_cached_key<T, K: Ord, A: Allocator>(
    slice: &mut [T],
    allocator: A,
    mut f: impl FnMut(&T) -> K,
) -> Result<(), TryReserveError> {
    let mut keys = Vec::try_with_capacity_in(slice.len(), allocator)?;
    let keyed = slice.iter().enumerate();
    keys.extend_core::<Tells, _>(keyed.map(|(index, value)| (f(value), index)))?;
    // No two are equal, since indices differ.
    keys.sort_unstable();
    for place in 0..keys.len() {
        // The element for this place may have changed places with one before.
        let mut source = keys[place].1;
        while source < place {
            source = keys[source].1;
        }
        keys[place].1 = source;
        slice.swap(place, source);
    }
    Ok(())
}

/// Whether equal values of a type are the same in every respect, so that a stable sort of them cannot be told
/// from another. The name of a type need not be unique in theory: a wrong answer costs stability and nothing
/// else.
fn equal_is_same<T>() -> bool {
    const NAMES: [&str; 15] = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
        "char", "bool", "()",
    ];
    !needs_drop::<T>() && NAMES.contains(&type_name::<T>())
}
