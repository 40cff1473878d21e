//! Random operations without end, fast: for millions of them, and for heaps that are broken on purpose.
//!
//! A sequence is made of rounds. Each round has a character of its own: how many blocks it keeps, how large
//! they are, and in which order they go. At the end of a round everything goes back to the heap, which is
//! then as new, and is kept for the next round.

use super::model::{LIVE_BYTES_MAX, Model, Operation};
use nostd_alloc::heap::Strategy;

/// A generator of random numbers: xorshift64* (Vigna 2016).
pub(crate) struct Random(u64);

impl Random {
    /// The numbers that follow from `seed`.
    pub(crate) fn new(seed: u64) -> Random {
        Random((seed ^ 0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number from 0 to `limit - 1`.
    fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.number()) * limit as u128) >> 64) as usize
    }
}

/// In which order blocks go.
#[derive(Clone, Copy)]
enum Order {
    Any,
    LastFirst,
    FirstFirst,
}

/// The character of a round.
struct Round {
    /// The number of live blocks wanders around this.
    blocks: usize,
    /// Most sizes are below `2^doublings`.
    doublings: usize,
    /// One size in so many is large.
    large_one_in: usize,
    order: Order,
}

impl Round {
    fn new(random: &mut Random) -> Round {
        Round {
            blocks: [3, 12, 30, 50, 120, 400][random.below(6)],
            doublings: [5, 8, 10, 11][random.below(4)],
            large_one_in: [40, 400, 10_000][random.below(3)],
            order: [Order::Any, Order::Any, Order::LastFirst, Order::FirstFirst][random.below(4)],
        }
    }

    /// Each doubling of a size is about as frequent as the next.
    fn size(&self, random: &mut Random) -> usize {
        let doubling = match random.below(self.large_one_in) {
            0 => 12 + random.below(6),
            _ => random.below(self.doublings),
        };
        (1 << doubling) + random.below(1 << doubling)
    }

    /// What the next operation is.
    fn operation(&self, live: usize, random: &mut Random) -> Operation {
        let index = match self.order {
            Order::Any => random.below(live.max(1)),
            Order::LastFirst => live.saturating_sub(1),
            Order::FirstFirst => 0,
        };
        let kind = random.below(100);
        // Three of four towards the number of blocks, one of four away from it.
        let grows = random.below(4) > 0;
        match kind {
            0..=2 => Operation::UseAll { index },
            3..=9 => Operation::Reallocate {
                index,
                size: self.size(random),
            },
            10..=14 => Operation::Resize {
                index,
                size: self.size(random),
            },
            _ if grows != (live < self.blocks) => Operation::Free { index },
            15..=19 => Operation::Zeroed {
                size: self.size(random),
                align: align(random),
            },
            _ => Operation::Allocate {
                size: self.size(random),
                align: align(random),
            },
        }
    }
}

/// Natural alignments most, seldom up to a page and more.
fn align(random: &mut Random) -> usize {
    match random.below(100) {
        0..=94 => 1 << random.below(5),
        _ => 32 << random.below(9),
    }
}

/// Runs `rounds` rounds of so many operations, each of a character of its own, on one heap.
pub(crate) fn run_rounds(heap: &dyn Strategy, random: &mut Random, rounds: u64, operations: u64) {
    run_rounds_within(LIVE_BYTES_MAX, heap, random, rounds, operations);
}

/// The same with no more than `bytes_max` live at once.
pub(crate) fn run_rounds_within(
    bytes_max: usize,
    heap: &dyn Strategy,
    random: &mut Random,
    rounds: u64,
    operations: u64,
) {
    let mut model = Model::of(bytes_max);
    for _ in 0..rounds {
        let round = Round::new(random);
        for _ in 0..operations {
            model.run(heap, round.operation(model.blocks(), random));
        }
        model.finish(heap);
    }
}
