//! What knows its length beforehand asks for memory once.

use crate::collections::{Box, ConcatExt, SliceExt, StrExt, String, Vec};
use crate::heap::starve::{Plan, starved};
use crate::{format, vec};

/// Runs a task that may ask once and no more.
fn once<R>(name: &str, task: impl FnOnce() -> R) {
    let plan = Plan {
        first: 2,
        last: u64::MAX,
        never_in_place: false,
    };
    let (_, refused) = starved(plan, task);
    assert_eq!(refused, 0, "{name} asks more than once");
}

#[test]
fn a_length_that_is_known_is_asked_for_once() {
    let words = [
        "a word",
        "another word",
        "a word that is longer than the others",
    ];
    let owned = words.map(String::from);
    let numbers: Vec<u64> = (0..100).collect();
    once("concat of texts", || words[..].try_concat());
    once("join of texts", || owned[..].try_join(", "));
    once("concat of slices", || {
        [&numbers[..], &numbers[..]][..].try_concat()
    });
    once("join of slices", || {
        [&numbers[..], &numbers[..]][..].try_join(&7)
    });
    once("repeat", || numbers[..].try_repeat(9));
    once("repeat of a text", || StrExt::try_repeat("abc", 99));
    once("format!", || {
        format!("{} and {}, {:>9}", words[0], words[1], 77)
    });
    once("format! of a text alone", || format!("a text"));
    once("vec![x; n]", || vec![words[0]; 99]);
    once("vec![..]", || vec![1, 2, 3]);
    once("to_vec", || numbers[..].try_to_vec());
    once("clone", || numbers.clone());
    once("collect", || (0..1000).collect::<Vec<u64>>());
    once("collect into a box", || {
        numbers.iter().copied().collect::<Box<[u64]>>()
    });
    once("extend", || {
        let mut vec = Vec::<u64>::new();
        vec.extend(numbers.iter().chain([&1, &2]));
        vec
    });
    once("resize", || {
        let mut vec = Vec::new();
        vec.resize(1000, 1_u8);
        vec
    });
    once("to_uppercase", || {
        "a text of plain letters".try_to_uppercase()
    });
}
