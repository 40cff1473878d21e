//! Elements without a size, and with an alignment of half a page, under user code that panics: they are counted, and
//! there are never more or fewer of them than the vector has.

use super::misbehaviour::{FUSE, burn, quietly};
use nostd_alloc::collections::Vec;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

std::thread_local! {
    static ALIVE: Cell<isize> = const { Cell::new(0) };
}

/// An element that is counted, around what gives it a shape.
struct Shaped<S>(S);

impl<S: Default> Shaped<S> {
    fn new() -> Shaped<S> {
        ALIVE.set(ALIVE.get() + 1);
        Shaped(S::default())
    }
}

impl<S: Default> Clone for Shaped<S> {
    fn clone(&self) -> Shaped<S> {
        assert!((&raw const *self).is_aligned());
        burn();
        Shaped::new()
    }
}

impl<S> Drop for Shaped<S> {
    fn drop(&mut self) {
        assert!((&raw const *self).is_aligned());
        ALIVE.set(ALIVE.get() - 1);
        burn();
    }
}

#[derive(Default)]
struct Nothing;

#[derive(Default)]
#[repr(align(2048))]
struct Wide {
    _byte: u8,
}

/// Runs `act` on ten elements with the panic at each chance; afterwards there are as many as the vector has.
fn at_each_chance<S: Default>(name: &str, act: impl Fn(&mut Vec<Shaped<S>>)) {
    for chance in 0..10_000 {
        ALIVE.set(0);
        let mut vec: Vec<Shaped<S>> = (0..10).map(|_| Shaped::new()).collect();
        FUSE.set(chance);
        let result = catch_unwind(AssertUnwindSafe(|| act(&mut vec)));
        FUSE.set(-1);
        assert_eq!(
            ALIVE.get(),
            vec.len() as isize,
            "{name}: dropped twice or never (chance {chance})"
        );
        drop(vec);
        assert_eq!(ALIVE.get(), 0, "{name}: dropped once each");
        if result.is_ok() {
            assert!(chance > 0, "{name} has no chance to panic");
            return;
        }
    }
    panic!("{name} never ends");
}

/// Yes and no in turn.
fn in_turn<T>() -> impl FnMut(&mut T) -> bool {
    let mut answer = false;
    move |_| {
        burn();
        answer = !answer;
        answer
    }
}

fn all_methods<S: Default>() {
    at_each_chance::<S>("retain", |vec| {
        let mut keep = in_turn();
        vec.retain_mut(|item| keep(item));
    });
    at_each_chance::<S>("dedup_by", |vec| {
        let mut same = in_turn();
        vec.dedup_by(|item, _| same(item));
    });
    at_each_chance::<S>("drain", |vec| drop(vec.drain(2..8)));
    at_each_chance::<S>("extract_if", |vec| {
        vec.extract_if(1..9, in_turn()).for_each(drop)
    });
    at_each_chance::<S>("splice", |vec| {
        let more = (0..6).map(|_| {
            burn();
            Shaped::new()
        });
        drop(vec.splice(2..5, more));
    });
    at_each_chance::<S>("sort_by", |vec| {
        vec.extend((0..90).map(|_| Shaped::new()));
        let mut less = in_turn();
        vec.try_sort_by(|_, _| match less(&mut ()) {
            true => std::cmp::Ordering::Less,
            false => std::cmp::Ordering::Greater,
        })
        .unwrap();
        vec.truncate(3);
    });
    at_each_chance::<S>("extend", |vec| {
        let mut keep = in_turn();
        vec.extend((0..9).map(|_| Shaped::new()).filter(|_| keep(&mut ())));
    });
    at_each_chance::<S>("resize", |vec| vec.resize(20, Shaped::new()));
    at_each_chance::<S>("resize down", |vec| vec.resize(2, Shaped::new()));
    at_each_chance::<S>("extend_from_within", |vec| vec.extend_from_within(2..7));
    at_each_chance::<S>("clone", |vec| drop(vec.clone()));
    at_each_chance::<S>("insert", |vec| {
        vec.insert(4, Shaped::new());
        drop(vec.swap_remove(2));
    });
    at_each_chance::<S>("split_off", |vec| drop(vec.split_off(3)));
    at_each_chance::<S>("into_iter", |vec| {
        drop(std::mem::take(vec).into_iter().nth(3))
    });
}

#[test]
fn elements_of_every_shape_are_dropped_once() {
    quietly(|| {
        all_methods::<Nothing>();
        all_methods::<Wide>();
        all_methods::<(u8, Wide)>();
    });
}
