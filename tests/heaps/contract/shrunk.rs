//! Random operations against the model: with the seed printed, and shrunk by proptest.

use super::model::{LIVE_BYTES_MAX, Model, Operation};
use super::on_heap;
use super::sources::SOURCES;
use nostd_alloc::heap::{ROWS, Row, Strategy};
use proptest::prelude::any;
use proptest::strategy::Strategy as Generator;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::Cell;

/// All rows over all sources together do at least so many operations in one run.
const OPERATIONS_MIN: usize = 1_000_000;

/// The longest sequence.
const SEQUENCE_MAX: usize = 2000;

/// Sizes of programs: small ones most, each doubling about as often as the next.
fn sizes() -> impl Generator<Value = usize> {
    (0..400u32, 0..1usize << 20).prop_map(|(rank, low)| {
        let doubling = match rank {
            0..=1 => 17,
            2..=9 => 14,
            rank => rank % 11,
        };
        let base = 1usize << doubling;
        base + low % base
    })
}

fn aligns() -> impl Generator<Value = usize> {
    (0..100u32).prop_map(|rank| 1 << if rank < 95 { rank % 5 } else { rank - 90 + 1 })
}

fn operations() -> impl Generator<Value = Vec<Operation>> {
    // Sequences that grow and such that shrink: one number decides how often a block goes.
    (1..=9u32).prop_flat_map(|frees| {
        let operation = (0..20u32, any::<usize>(), sizes(), aligns()).prop_map(
            move |(kind, index, size, align)| match kind {
                0 => Operation::Zeroed { size, align },
                1 => Operation::UseAll { index },
                2..=3 => Operation::Reallocate { index, size },
                4 => Operation::Resize { index, size },
                kind if kind < 5 + frees => Operation::Free { index },
                _ => Operation::Allocate { size, align },
            },
        );
        proptest::collection::vec(operation, SEQUENCE_MAX / 2..=SEQUENCE_MAX)
    })
}

fn run_sequence(heap: &dyn Strategy, operations: &[Operation]) {
    let mut model = Model::of(LIVE_BYTES_MAX);
    for &operation in operations {
        model.run(heap, operation);
    }
    model.finish(heap);
}

/// The seed of this run: `NOSTD_ALLOC_SEED`, else the clock.
pub(crate) fn seed() -> u64 {
    let clock = || {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed();
        now.expect("a clock after 1970").as_nanos() as u64
    };
    let wished = std::env::var("NOSTD_ALLOC_SEED").ok();
    wished.map_or_else(clock, |text| text.parse().expect("a number as seed"))
}

fn rows_over_sources() -> impl Iterator<Item = (&'static Row, &'static super::Source)> {
    ROWS.iter()
        .flat_map(|row| SOURCES.iter().map(move |source| (row, source)))
}

pub(crate) fn all_rows_agree_with_the_model() {
    let seed = seed();
    println!("NOSTD_ALLOC_SEED={seed} repeats this run");
    let pairs = ROWS.len() * SOURCES.len();
    let cases = OPERATIONS_MIN.div_ceil(pairs * SEQUENCE_MAX / 2);
    let done = Cell::new(0);
    for (number, (row, source)) in rows_over_sources().enumerate() {
        let mut bytes = [number as u8; 16];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let config = Config {
            cases: u32::try_from(cases).unwrap(),
            failure_persistence: None,
            ..Config::default()
        };
        // Half of the time would go to ChaCha.
        let rng = TestRng::from_seed(RngAlgorithm::XorShift, &bytes);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let result = runner.run(&operations(), |operations| {
            done.set(done.get() + operations.len());
            on_heap(row, source, &mut |heap, _| run_sequence(heap, &operations));
            Ok(())
        });
        if let Err(error) = result {
            panic!(
                "NOSTD_ALLOC_SEED={seed}: {} over {}: {error}",
                row.name, source.name
            );
        }
    }
    let done = done.get();
    println!("{done} operations");
    assert!(done >= OPERATIONS_MIN);
}
