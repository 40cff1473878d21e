//! Random operations against a model that knows what is live: with the seed printed, and shrunk by proptest.

use crate::live::{Live, layout};
use crate::on_heap;
use crate::sources::SOURCES;
use nostd_alloc::heap::{ROWS, Row, Strategy};
use proptest::prelude::any;
use proptest::strategy::Strategy as Generator;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::Cell;
use std::collections::BTreeMap;

/// All rows over all sources together do at least so many operations in one run.
const OPERATIONS_MIN: usize = 1_000_000;

/// The longest sequence.
const SEQUENCE_MAX: usize = 2000;

/// Below so many live blocks the heap is verified after each operation.
const VERIFY_ALWAYS_BELOW: usize = 64;

/// Else after so many.
const VERIFY_EVERY: usize = 1000;

/// More is not held at once, so that every source has enough.
const LIVE_BYTES_MAX: usize = 2 << 20;

/// One operation; an index counts among the live blocks, modulo their number.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Allocate { size: usize, align: usize },
    Zeroed { size: usize, align: usize },
    UseAll { index: usize },
    Reallocate { index: usize, size: usize },
    Resize { index: usize, size: usize },
    Free { index: usize },
}

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

/// What is live, and where.
#[derive(Default)]
struct Model {
    live: Vec<Live>,
    ends: BTreeMap<usize, usize>,
    bytes: usize,
    turn: u8,
}

impl Model {
    /// Takes note of a block, which must share no byte with another.
    fn add(&mut self, block: Live) {
        let (start, end) = (block.address(), block.address() + block.usable);
        if let Some((_, &before)) = self.ends.range(..=start).next_back() {
            assert!(before <= start, "a block begins in another");
        }
        if let Some((&after, _)) = self.ends.range(start..).next() {
            assert!(end <= after, "a block reaches into another");
        }
        self.ends.insert(start, end);
        self.bytes += block.usable;
        self.live.push(block);
    }

    /// Takes a block out.
    fn remove(&mut self, index: usize) -> Option<Live> {
        if self.live.is_empty() {
            return None;
        }
        let block = self.live.swap_remove(index % self.live.len());
        self.ends.remove(&block.address());
        self.bytes -= block.usable;
        Some(block)
    }

    fn has_room(&self, size: usize) -> bool {
        self.bytes + size <= LIVE_BYTES_MAX
    }

    fn run(&mut self, heap: &dyn Strategy, operation: Operation) {
        self.turn = self.turn.wrapping_add(1);
        match operation {
            Operation::Allocate { size, align } if self.has_room(size) => {
                self.add(Live::new(heap, layout(size, align), self.turn).expect("memory"));
            }
            Operation::Zeroed { size, align } if self.has_room(size) => {
                self.add(Live::zeroed(heap, layout(size, align), self.turn).expect("memory"));
            }
            Operation::UseAll { index } => {
                if let Some(mut block) = self.remove(index) {
                    block.use_all();
                    self.add(block);
                }
            }
            Operation::Reallocate { index, size } if self.has_room(size) => {
                if let Some(mut block) = self.remove(index) {
                    block.reallocate(heap, size).expect("memory");
                    self.add(block);
                }
            }
            Operation::Resize { index, size } if self.has_room(size) => {
                if let Some(mut block) = self.remove(index) {
                    let before = block.layout;
                    if block.resize(heap, size).is_err() {
                        assert_eq!(block.layout, before);
                    }
                    self.add(block);
                }
            }
            Operation::Free { index } => {
                if let Some(block) = self.remove(index) {
                    block.free(heap);
                }
            }
            _ => {}
        }
    }
}

fn run_sequence(heap: &dyn Strategy, operations: &[Operation]) {
    let mut model = Model::default();
    for (index, &operation) in operations.iter().enumerate() {
        model.run(heap, operation);
        assert_eq!(heap.stats().blocks, model.live.len());
        if model.live.len() < VERIFY_ALWAYS_BELOW || index % VERIFY_EVERY == 0 {
            heap.verify();
        }
    }
    while let Some(block) = model.remove(0) {
        block.free(heap);
    }
    heap.verify();
    let stats = heap.stats();
    assert_eq!((stats.used_bytes, stats.blocks), (0, 0));
}

/// The seed of this run: `NOSTD_ALLOC_SEED`, else the clock.
fn seed() -> u64 {
    let clock = || {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed();
        now.expect("a clock after 1970").as_nanos() as u64
    };
    let wished = std::env::var("NOSTD_ALLOC_SEED").ok();
    wished.map_or_else(clock, |text| text.parse().expect("a number as seed"))
}

fn rows_over_sources() -> impl Iterator<Item = (&'static Row, &'static crate::Source)> {
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
        let mut bytes = [number as u8; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let config = Config {
            cases: u32::try_from(cases).unwrap(),
            failure_persistence: None,
            ..Config::default()
        };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
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
