//! Scenarios of what stands on slices and texts, and of `Slots`.

use super::{Counted, hungry, scenario};
use crate::collections::{BytesExt, ConcatExt, SliceExt, Slots, StrExt};
use std::vec::Vec as StdVec;

fn making<R, E>(name: &'static str, make: impl Fn() -> Result<R, E>) {
    scenario(name, || hungry(&make).is_ok());
}

/// A scenario that sorts what is not sorted; on `Err` nothing may have changed.
fn sorting<E>(name: &'static str, sort: impl Fn(&mut [Counted]) -> Result<(), E>) {
    scenario(name, || {
        // They begin with two in descending order.
        let numbers = (0..100_u32).map(|index| (100 - index) * 37 % 101);
        let mut values: StdVec<Counted> = numbers.clone().map(Counted::new).collect();
        let result = hungry(|| sort(&mut values));
        match result {
            Ok(()) => assert!(values.is_sorted(), "{name}"),
            Err(_) => assert!(values.iter().map(|value| value.0).eq(numbers), "{name}"),
        }
        result.is_ok()
    });
}

pub(super) fn run() {
    making("SliceExt::try_to_vec", || [1, 2, 3].try_to_vec());
    making("SliceExt::try_repeat", || [1, 2, 3].try_repeat(3));
    making("ConcatExt::try_concat", || {
        [[1, 2], [3, 4]][..].try_concat()
    });
    making("ConcatExt::try_join", || ["a", "b"][..].try_join(", "));
    making("BytesExt::try_to_ascii_uppercase", || {
        BytesExt::try_to_ascii_uppercase(&b"ab"[..])
    });
    making("BytesExt::try_to_ascii_lowercase", || {
        BytesExt::try_to_ascii_lowercase(&b"ab"[..])
    });
    sorting("SliceExt::try_sort", |values| values.try_sort());
    sorting("SliceExt::try_sort_by", |values| {
        values.try_sort_by(|a, b| a.cmp(b))
    });
    sorting("SliceExt::try_sort_by_key", |values| {
        values.try_sort_by_key(|value| value.0)
    });
    sorting("SliceExt::try_sort_by_cached_key", |values| {
        values.try_sort_by_cached_key(|value| value.0)
    });
    making("StrExt::try_replace", || {
        "aXbXc".try_replace('X', "a longer text")
    });
    making("StrExt::try_replacen", || {
        "aXbXc".try_replacen("X", "a longer text", 1)
    });
    making("StrExt::try_to_lowercase", || {
        "ÄÖÜȺȺȺȺȺȺȺȺ".try_to_lowercase()
    });
    making("StrExt::try_to_uppercase", || {
        "äöüßΐΐΐΐΐΐΐ".try_to_uppercase()
    });
    making("StrExt::try_repeat", || StrExt::try_repeat("ab", 9));
    making("StrExt::try_to_ascii_uppercase", || {
        StrExt::try_to_ascii_uppercase("ab")
    });
    making("StrExt::try_to_ascii_lowercase", || {
        StrExt::try_to_ascii_lowercase("ab")
    });
    making("StrExt::try_to_owned", || "ab".try_to_owned());
    scenario("Slots::try_insert", || {
        let mut slots = Slots::new();
        let result = hungry(|| slots.try_insert(Counted::new(7)));
        assert_eq!(slots.len(), usize::from(result.is_ok()));
        result.map_err(|value| assert_eq!(value.0, 7)).is_ok()
    });
}
