//! Scenarios of `Vec`.

use super::{Counted, hungry, scenario};
use crate::collections::Vec;
use crate::collections::vec::{try_from_elem, try_from_zero};
use crate::heap::Global;

/// A full vector of five: the next one needs memory.
fn five() -> Vec<Counted> {
    let mut vec = Vec::with_capacity(5);
    while vec.len() < vec.capacity() {
        vec.push(Counted::new(vec.len() as u32));
    }
    vec
}

/// A vector, and whether it is as [`five`] made it.
fn is_five(vec: &Vec<Counted>) -> bool {
    vec.verify();
    vec.len() >= 5
        && vec
            .iter()
            .enumerate()
            .all(|(index, value)| value.0 == index as u32)
}

/// A scenario that calls `change` on a full vector; on `Err` nothing may have changed.
fn on_five<E>(name: &'static str, change: impl Fn(&mut Vec<Counted>) -> Result<(), E>) {
    scenario(name, || {
        let mut vec = five();
        let (length, capacity) = (vec.len(), vec.capacity());
        let result = hungry(|| change(&mut vec));
        if result.is_err() {
            assert!(is_five(&vec), "{name}: the elements have changed");
            assert_eq!(vec.len(), length, "{name}");
            // Room that was made before the refusal may stay.
            let more_room = name.ends_with("extend") || name.ends_with("splice");
            assert!(vec.capacity() == capacity || more_room, "{name}");
        }
        result.is_ok()
    });
}

/// A scenario that makes something of nothing.
fn making<R, E>(name: &'static str, make: impl Fn() -> Result<R, E>) {
    scenario(name, || hungry(&make).is_ok());
}

fn splicing() {
    on_five("Vec::try_splice", |vec| {
        vec.try_splice(1..3, (0..100).map(Counted::new))
            .map(|removed| {
                assert!(removed.map(|value| value.0).eq([1, 2]));
            })
    });
    on_five("Vec::try_splice", |vec| {
        // An estimate of nothing: refused with some of the new ones there.
        vec.try_splice(
            1..3,
            (0..100).map(Counted::new).filter(|value| value.0 != 7),
        )
        .map(|removed| {
            assert!(removed.map(|value| value.0).eq([1, 2]));
        })
    });
}

fn growing() {
    on_five("Vec::try_reserve", |vec| vec.try_reserve(100));
    on_five("Vec::try_reserve_exact", |vec| vec.try_reserve_exact(100));
    on_five("Vec::try_push", |vec| {
        vec.try_push(Counted::new(99))
            .map_err(|error| assert_eq!(error.into_value().0, 99))
    });
    on_five("Vec::try_push_mut", |vec| {
        vec.try_push_mut(Counted::new(99))
            .map(|_| ())
            .map_err(|error| assert_eq!(error.into_value().0, 99))
    });
    on_five("Vec::try_insert", |vec| {
        vec.try_insert(2, Counted::new(99))
            .map_err(|error| assert_eq!(error.into_value().0, 99))
    });
    on_five("Vec::try_insert_mut", |vec| {
        vec.try_insert_mut(0, Counted::new(99))
            .map(|_| ())
            .map_err(|error| assert_eq!(error.into_value().0, 99))
    });
    let more = five();
    on_five("Vec::try_extend_from_slice", |vec| {
        vec.try_extend_from_slice(&more)
    });
    on_five("Vec::try_extend_from_within", |vec| {
        vec.try_extend_from_within(1..4)
    });
    on_five("Vec::try_extend", |vec| {
        vec.try_extend((0..100).map(Counted::new))
    });
    on_five("Vec::try_extend", |vec| {
        // An estimate of nothing: grows several times.
        vec.try_extend((0..100).map(Counted::new).filter(|value| value.0 != 7))
    });
    on_five("Vec::try_resize", |vec| {
        vec.try_resize(50, Counted::new(99))
            .map_err(|error| assert_eq!(error.into_value().0, 99))
    });
    on_five("Vec::try_resize_with", |vec| {
        vec.try_resize_with(50, || Counted::new(99))
    });
    scenario("Vec::try_append", || {
        let (mut vec, mut other) = (five(), five());
        let result = hungry(|| vec.try_append(&mut other));
        if result.is_err() {
            assert!(is_five(&vec) && is_five(&other) && vec.len() == other.len());
        } else {
            assert!(other.is_empty());
        }
        result.is_ok()
    });
    let source: Vec<Counted> = (0..50).map(Counted::new).collect();
    on_five("Vec::try_clone_from", |vec| vec.try_clone_from(&source));
    on_five("Vec::try_split_off", |vec| vec.try_split_off(2).map(|_| ()));
    on_five("Vec::try_clone", |vec| vec.try_clone().map(|_| ()));
}

fn shrinking() {
    for (name, exact) in [
        ("Vec::try_shrink_to_fit", true),
        ("Vec::try_shrink_to", false),
    ] {
        scenario(name, || {
            let mut vec = five();
            vec.reserve(1000);
            let capacity = vec.capacity();
            let result = hungry(|| match exact {
                true => vec.try_shrink_to_fit(),
                false => vec.try_shrink_to(10),
            });
            assert!(is_five(&vec));
            assert_eq!(vec.capacity() == capacity, result.is_err());
            result.is_ok()
        });
    }
    scenario("Vec::try_into_boxed_slice", || {
        let mut vec = five();
        vec.reserve(1000);
        match hungry(|| vec.try_into_boxed_slice()) {
            Ok(boxed) => is_five(&boxed.into_vec()),
            Err(error) => {
                assert!(is_five(&error.into_value()));
                false
            }
        }
    });
}

fn made() {
    making("Vec::try_with_capacity", || {
        Vec::<u64>::try_with_capacity(100)
    });
    making("Vec::try_with_capacity_in", || {
        Vec::<u64, Global>::try_with_capacity_in(100, Global)
    });
    making("Vec::try_zeroed", || Vec::<u64>::try_zeroed(100));
    making("Vec::try_zeroed_in", || {
        Vec::<u64, Global>::try_zeroed_in(100, Global)
    });
    making("Vec::try_from_iter", || {
        Vec::try_from_iter((0..100).map(Counted::new))
    });
    making("Vec::try_from_iter_in", || {
        Vec::try_from_iter_in(
            (0..100).map(Counted::new).filter(|value| value.0 != 7),
            Global,
        )
    });
    making("Vec::try_from_slice", || Vec::try_from_slice(&[1, 2, 3]));
    making("Vec::try_from_slice_in", || {
        Vec::try_from_slice_in(&[1, 2, 3], Global)
    });
    making("Vec::try_from_array", || {
        Vec::try_from_array([Counted::new(1), Counted::new(2)])
            .map_err(|error| assert_eq!(error.into_value()[1].0, 2))
    });
    making("vec::try_from_elem", || {
        try_from_elem(Counted::new(1), 9).map_err(|error| assert_eq!(error.into_value().0, 1))
    });
    making("vec::try_from_zero", || {
        try_from_zero(0_u64, 9).map_err(|error| assert_eq!(error.into_value(), 0))
    });
    scenario("IntoIter::try_clone", || {
        let mut values = five().into_iter();
        values.next();
        let result = hungry(|| {
            values
                .try_clone()
                .map(|copy| copy.map(|value| value.0).sum::<u32>())
        });
        assert_eq!(values.next().map(|value| value.0), Some(1));
        result.is_ok()
    });
}

/// A scenario that sorts a hundred elements; on `Err` they stand as before.
fn sorting<E>(name: &'static str, sort: impl Fn(&mut Vec<Counted>) -> Result<(), E>) {
    scenario(name, || {
        // They begin with two in descending order.
        let numbers = (0..100_u32).map(|index| (100 - index) * 37 % 101);
        let mut vec: Vec<Counted> = numbers.clone().map(Counted::new).collect();
        let result = hungry(|| sort(&mut vec));
        vec.verify();
        match result {
            Ok(()) => assert!(vec.is_sorted(), "{name}"),
            Err(_) => assert!(vec.iter().map(|value| value.0).eq(numbers), "{name}"),
        }
        result.is_ok()
    });
}

fn sorted() {
    sorting("Vec::try_sort", |vec| vec.try_sort());
    sorting("Vec::try_sort_by", |vec| vec.try_sort_by(Ord::cmp));
    sorting("Vec::try_sort_by_key", |vec| {
        vec.try_sort_by_key(|value| value.0)
    });
    sorting("Vec::try_sort_by_cached_key", |vec| {
        vec.try_sort_by_cached_key(|value| value.0)
    });
}

pub(super) fn run() {
    growing();
    splicing();
    sorted();
    shrinking();
    made();
}
