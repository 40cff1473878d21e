//! A model that knows what is live, and what must hold after each operation.

use super::live::{Live, layout};
use nostd_alloc::heap::Strategy;
use std::collections::BTreeMap;

/// Below so many live blocks the heap is verified after each operation.
const VERIFY_ALWAYS_BELOW: usize = 64;

/// Else after so many.
const VERIFY_EVERY: u64 = 1000;

/// After so many operations the heap is asked how many blocks are live.
const STATS_EVERY: u64 = 32;

/// More is not held at once, so that every source has enough.
pub(crate) const LIVE_BYTES_MAX: usize = 2 << 20;

/// One operation; an index counts among the live blocks, modulo their number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    Allocate { size: usize, align: usize },
    Zeroed { size: usize, align: usize },
    UseAll { index: usize },
    Reallocate { index: usize, size: usize },
    Resize { index: usize, size: usize },
    Free { index: usize },
}

/// What is live, and where.
pub(crate) struct Model {
    bytes_max: usize,
    live: Vec<Live>,
    ends: BTreeMap<usize, usize>,
    bytes: usize,
    done: u64,
    turn: u8,
}

impl Model {
    /// Nothing is live, and no more than `bytes_max` will be.
    pub(crate) fn of(bytes_max: usize) -> Model {
        Model {
            bytes_max,
            live: Vec::new(),
            ends: BTreeMap::new(),
            bytes: 0,
            done: 0,
            turn: 0,
        }
    }

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
        self.bytes + size <= self.bytes_max
    }

    /// How many blocks are live.
    pub(crate) fn blocks(&self) -> usize {
        self.live.len()
    }

    /// Does an operation, and then verifies the heap: always while few blocks are live, else now and then.
    pub(crate) fn run(&mut self, heap: &dyn Strategy, operation: Operation) {
        self.turn = self.turn.wrapping_add(1);
        self.operate(heap, operation);
        self.done += 1;
        if self.live.len() < VERIFY_ALWAYS_BELOW || self.done.is_multiple_of(VERIFY_EVERY) {
            heap.verify();
        }
        if self.done.is_multiple_of(STATS_EVERY) {
            assert_eq!(heap.stats().blocks, self.live.len());
        }
    }

    /// Gives everything back; then nothing is in use.
    pub(crate) fn finish(&mut self, heap: &dyn Strategy) {
        while let Some(block) = self.remove(self.turn.into()) {
            block.free(heap);
        }
        heap.verify();
        let stats = heap.stats();
        assert_eq!((stats.used_bytes, stats.blocks), (0, 0));
    }

    fn operate(&mut self, heap: &dyn Strategy, operation: Operation) {
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
