//! What is asked of vectors. This file is compiled twice, over std's names and over ours.
//!
//! Each function measures one thing and returns a number that depends on the outcome: both sides must
//! return the same.

use super::{Text, Vector, collect, sort, sort_by_key, text_from, try_push, vector};
use crate::probe::Probe;
use crate::random::Random;
use std::hint::black_box;

/// Elements of most vectors.
const ELEMENTS: u64 = 100_000;
/// How often a short task is done in one measurement.
const ROUNDS: u64 = 20;

/// Random numbers below `limit`.
fn numbers(count: u64, limit: usize) -> Vector<u64> {
    let mut random = Random::new(count);
    collect((0..count).map(|_| random.below(limit) as u64))
}

/// Random words.
fn words(count: u64) -> Vector<Text> {
    let mut random = Random::new(count);
    collect((0..count).map(|_| text_from(&format!("word {}", random.below(1 << 30)))))
}

/// A number that depends on all elements.
fn sum(values: &[u64]) -> u64 {
    let fold = |sum: u64, value: &u64| sum.rotate_left(1) ^ value;
    values.iter().fold(values.len() as u64, fold)
}

/// Times `make` in rounds, and checks what it made out of time.
#[inline(always)]
fn rounds(probe: &mut Probe, each: u64, mut make: impl FnMut(u64) -> Vector<u64>) -> u64 {
    let mut checked = 0;
    for round in 0..ROUNDS {
        probe.start();
        let values = black_box(make(round));
        probe.stop(each);
        checked ^= sum(&values).rotate_left(round as u32);
        // The drop is a part of what a vector costs.
        probe.start();
        drop(values);
        probe.stop(0);
    }
    checked
}

/// Times `change` on a fresh copy of `source` in rounds.
#[inline(always)]
fn changes(
    probe: &mut Probe,
    source: &Vector<u64>,
    mut change: impl FnMut(&mut Vector<u64>) -> u64,
) -> u64 {
    let mut checked = 0u64;
    for _ in 0..ROUNDS {
        let mut values = source.clone();
        probe.start();
        let told = change(black_box(&mut values));
        probe.stop(source.len() as u64);
        checked = checked.rotate_left(1) ^ told ^ sum(&values);
    }
    checked
}

/// Pushes to an empty vector.
pub fn push(probe: &mut Probe) -> u64 {
    rounds(probe, ELEMENTS, |round| {
        let mut values = vector();
        for value in 0..ELEMENTS {
            values.push(black_box(value ^ round));
        }
        values
    })
}

/// Pushes 64 M numbers to one vector.
pub fn push_far(probe: &mut Probe) -> u64 {
    const FAR: u64 = 64 << 20;
    let mut values = vector();
    probe.start();
    for value in 0..FAR {
        values.push(black_box(value));
    }
    probe.stop(FAR);
    values[values.len() / 3] ^ values.len() as u64
}

/// Pushes that can be refused.
pub fn try_push_all(probe: &mut Probe) -> u64 {
    rounds(probe, ELEMENTS, |round| {
        let mut values = vector();
        for value in 0..ELEMENTS {
            try_push(&mut values, black_box(value ^ round)).expect("there is memory");
        }
        values
    })
}

/// Extends by an iterator that knows its length.
pub fn extend(probe: &mut Probe) -> u64 {
    let source = numbers(1000, 1 << 40);
    rounds(probe, ELEMENTS, |round| {
        let mut values = vector();
        for _ in 0..ELEMENTS / 1000 {
            values.extend(source.iter().map(|value| value ^ round));
        }
        values
    })
}

/// Extends by slices of ten.
pub fn extend_from_slice(probe: &mut Probe) -> u64 {
    let source = numbers(10, 1 << 40);
    rounds(probe, ELEMENTS, |_| {
        let mut values = vector();
        for _ in 0..ELEMENTS / 10 {
            values.extend_from_slice(black_box(&source));
        }
        values
    })
}

/// Collects an iterator that knows its length.
pub fn collect_known(probe: &mut Probe) -> u64 {
    rounds(probe, ELEMENTS, |round| {
        collect((0..black_box(ELEMENTS)).map(|value| (value * 3) ^ round))
    })
}

/// Collects an iterator that does not know its length.
pub fn collect_unknown(probe: &mut Probe) -> u64 {
    let source = numbers(ELEMENTS, 1 << 20);
    rounds(probe, ELEMENTS, |_| {
        collect(source.iter().copied().filter(|value| value % 2 == 1))
    })
}

/// Clones numbers.
pub fn clone(probe: &mut Probe) -> u64 {
    let source = numbers(ELEMENTS, 1 << 40);
    rounds(probe, ELEMENTS, |_| black_box(&source).clone())
}

/// Clones texts.
pub fn clone_texts(probe: &mut Probe) -> u64 {
    let source = words(ELEMENTS);
    probe.start();
    let copies = black_box(&source).clone();
    probe.stop(ELEMENTS);
    copies.iter().map(|word| word.len() as u64).sum()
}

/// Inserts in the middle of a vector that grows to a thousand elements.
pub fn insert(probe: &mut Probe) -> u64 {
    rounds(probe, 10_000, |_| {
        let mut values = vector();
        for _ in 0..10 {
            values = vector();
            for value in 0..1000u64 {
                values.insert(values.len() / 2, black_box(value));
            }
        }
        values
    })
}

/// Removes from the middle until nothing is left.
pub fn remove(probe: &mut Probe) -> u64 {
    let source = numbers(5000, 1 << 40);
    changes(probe, &source, |values| {
        let mut checked = 0u64;
        while !values.is_empty() {
            let middle = values.len() / 2;
            checked = checked.rotate_left(1) ^ values.remove(middle);
        }
        checked
    })
}

/// Keeps half of the elements.
pub fn retain(probe: &mut Probe) -> u64 {
    let source = numbers(ELEMENTS, 1 << 20);
    changes(probe, &source, |values| {
        values.retain(|value| value % 2 == 0);
        0
    })
}

/// Drops repeated elements.
pub fn dedup(probe: &mut Probe) -> u64 {
    let source = numbers(ELEMENTS, 2);
    changes(probe, &source, |values| {
        values.dedup();
        0
    })
}

/// Takes parts out of the middle.
pub fn drain(probe: &mut Probe) -> u64 {
    let source = numbers(ELEMENTS, 1 << 40);
    changes(probe, &source, |values| {
        let mut checked = 0u64;
        while values.len() > 2000 {
            let begin = values.len() - 2000;
            let fold = |sum: u64, value| sum.rotate_left(1) ^ value;
            checked = values.drain(begin..begin + 1000).fold(checked, fold);
        }
        checked
    })
}

/// Sorts random numbers.
pub fn sort_numbers(probe: &mut Probe) -> u64 {
    let mut values = numbers(ELEMENTS, 1 << 40);
    probe.start();
    sort(&mut values);
    probe.stop(ELEMENTS);
    sum(&values)
}

/// Sorts numbers of which nine in ten stand in order.
pub fn sort_nearly(probe: &mut Probe) -> u64 {
    let mut random = Random::new(9);
    let mut values: Vector<u64> = vector();
    for value in 0..ELEMENTS {
        let stray = random.below(10) == 0;
        values.push(if stray {
            random.next() % ELEMENTS
        } else {
            value
        });
    }
    probe.start();
    sort(&mut values);
    probe.stop(ELEMENTS);
    sum(&values)
}

/// Sorts pairs by the first of them, which has sixteen values.
pub fn sort_few_keys(probe: &mut Probe) -> u64 {
    let mut random = Random::new(16);
    let mut values: Vector<(u64, u64)> = vector();
    for value in 0..ELEMENTS {
        values.push((random.below(16) as u64, value));
    }
    probe.start();
    sort_by_key(&mut values, |pair| pair.0);
    probe.stop(ELEMENTS);
    let fold = |sum: u64, pair: &(u64, u64)| sum.rotate_left(1) ^ pair.0 ^ pair.1;
    values.iter().fold(0, fold)
}

/// Sorts random texts.
pub fn sort_texts(probe: &mut Probe) -> u64 {
    let mut values = words(ELEMENTS / 2);
    probe.start();
    sort(&mut values);
    probe.stop(ELEMENTS / 2);
    let bytes = values.iter().flat_map(|word| word.as_bytes());
    bytes.fold(0u64, |sum, &byte| sum.rotate_left(1) ^ u64::from(byte))
}
