//! Random operations of each row over each source: the pairs share the processors.
//!
//! `cargo test` runs a fifth of a million for each pair over the three kinds of memory. A million each over every
//! source is run by `NOSTD_ALLOC_WHOLE=1 cargo test --test heaps each_row`, as in `.ci/run`.

use super::on_heap;
use super::random::{Random, run_rounds};
use super::shrunk::seed;
use super::sources::{SOURCES, Source};
use crate::share::is_whole;
use nostd_alloc::heap::{ROWS, Row};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Operations of a round, at whose end the heap is empty.
const OPERATIONS_PER_ROUND: u64 = 2000;
/// Rounds that a heap lives.
const ROUNDS_PER_HEAP: u64 = 10;
/// Heaps of each row over each source: all, and those of an ordinary run.
const HEAPS: u64 = 50;
const HEAPS_OF_SHARE: u64 = 10;

const _: () = assert!(HEAPS * ROUNDS_PER_HEAP * OPERATIONS_PER_ROUND >= 1_000_000);

/// The three kinds of memory that there are. The other sources are made of these.
const KINDS: [&str; 3] = ["kernel pages", "a region", "another heap"];

/// Every row over the sources of this run.
fn pairs() -> Vec<(&'static Row, &'static Source)> {
    let all = is_whole();
    let sources = || {
        SOURCES
            .iter()
            .filter(|source| all || KINDS.contains(&source.name))
    };
    ROWS.iter()
        .flat_map(|row| sources().map(move |source| (row, source)))
        .collect()
}

/// The operations of one row over one source.
fn run_pair(row: &Row, source: &Source, seed: u64) {
    let heaps = if is_whole() { HEAPS } else { HEAPS_OF_SHARE };
    for heap in 0..heaps {
        let run = || {
            on_heap(row, source, &mut |strategy, _| {
                let mut random = Random::new(seed.wrapping_add(heap));
                run_rounds(strategy, &mut random, ROUNDS_PER_HEAP, OPERATIONS_PER_ROUND);
            })
        };
        assert!(
            catch_unwind(AssertUnwindSafe(run)).is_ok(),
            "NOSTD_ALLOC_SEED={seed}: {} over {}, heap {heap}",
            row.name,
            source.name
        );
    }
}

pub(crate) fn every_pair_has_its_turn() {
    let seed = seed();
    println!("NOSTD_ALLOC_SEED={seed} repeats this run");
    let pairs = pairs();
    assert!(pairs.len() >= ROWS.len() * KINDS.len());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((row, source)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
            run_pair(row, source, seed);
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    println!("{} pairs", pairs.len());
}
