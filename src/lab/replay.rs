//! A recording through one heap: every block is real memory, and every payload is checked.
//!
//! Each block is filled with a pattern of its own when it is made, looked at before and after it gets
//! another size, and when it is freed or the recording ends. A zeroed block must be zero first. A byte that
//! differs is a fault of the heap: two blocks that overlap, a move that lost bytes, a header in a payload.
//!
//! A replay ends early when the heap refuses a block, or when it has looked at more free blocks than the
//! budget allows: a list without bins can take hours for what another heap does in a second.
//!
//! # Costs
//! 32 bytes a live block, beside what the reader of the recording takes.

use super::payload;
use super::trace::{Error, Operation, Pass};
use crate::collections::Vec;
use crate::heap::{Stats, Strategy};
use crate::memory::{Block, Layout, Unreserved};

/// How far a replay goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The most free blocks that a heap may look at in all.
    pub steps_max: u64,
    /// The operation after which the heap is asked how it is, from 1; 0 for never.
    pub peak_operation: u64,
}

/// How a replay ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// All operations were done.
    Finished,
    /// The heap had no memory for a block.
    Refused(Refusal),
    /// The budget of steps was spent.
    GaveUp,
}

/// A block that a heap had no memory for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The line of the recording, from 1.
    pub line: u64,
    /// What was asked for.
    pub wanted_bytes: usize,
    /// The heap at that moment.
    pub stats: Stats,
}

/// What a replay has shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// How many operations were done.
    pub operations: u64,
    /// How many free blocks the heap looked at.
    pub steps: u64,
    /// The most free blocks that it looked at for one operation.
    pub steps_worst: u64,
    /// How many payloads were made, and looked at for the last time.
    pub payloads: u64,
    /// How many of them had a wrong byte.
    pub damaged: u64,
    /// The heap when most was live.
    pub stats_at_peak: Stats,
}

/// Looks at a heap from time to time while a recording goes through it.
pub trait Observer {
    /// Whether to look after operation number `operation`, from 1.
    fn wants(&self, operation: u64) -> bool;

    /// A look.
    fn look(&mut self, moment: &Moment<'_, '_>);
}

/// Nobody looks.
#[derive(Clone, Copy, Debug)]
pub struct Blind;

impl Observer for Blind {
    fn wants(&self, _: u64) -> bool {
        false
    }

    fn look(&mut self, _: &Moment<'_, '_>) {}
}

/// A heap between two operations.
pub struct Moment<'m, 'h> {
    /// How many operations were done.
    pub operation: u64,
    /// The heap itself.
    pub heap: &'h dyn Strategy,
    blocks: &'m [Option<Block<&'h &'h dyn Strategy>>],
}

impl Moment<'_, '_> {
    /// Address and size of each live block, by slot.
    pub fn blocks(&self) -> impl Iterator<Item = (usize, usize)> {
        let live = self.blocks.iter().flatten();
        live.map(|block| (block.address(), block.layout().size()))
    }
}

/// Why an operation was not done.
enum Stop {
    Refused(usize),
    Error(Error),
}

/// A heap with the blocks of a recording in it.
struct Replay<'h> {
    heap: &'h &'h dyn Strategy,
    /// By slot.
    blocks: Vec<Option<Block<&'h &'h dyn Strategy>>, Unreserved>,
    outcome: Outcome,
}

/// Replays what is left of `pass` on `heap`, and gives all blocks back.
///
/// # Errors
/// Those of the recording; [`Error::OutOfMemory`] if there is no memory for the table of blocks.
pub fn replay(
    pass: &mut Pass<'_>,
    heap: &dyn Strategy,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let mut replay = Replay {
        heap: &heap,
        blocks: Vec::new_in(Unreserved),
        outcome: Outcome {
            end: End::Finished,
            operations: 0,
            steps: 0,
            steps_worst: 0,
            payloads: 0,
            damaged: 0,
            stats_at_peak: Stats::default(),
        },
    };
    replay.run(pass, limits, observer)?;
    replay.free_all();
    Ok(replay.outcome)
}

impl<'h> Replay<'h> {
    fn run(
        &mut self,
        pass: &mut Pass<'_>,
        limits: &Limits,
        observer: &mut dyn Observer,
    ) -> Result<(), Error> {
        while let Some(operation) = pass.read()? {
            match self.operation(operation) {
                Ok(()) => {}
                Err(Stop::Error(error)) => return Err(error),
                Err(Stop::Refused(wanted_bytes)) => {
                    self.outcome.end = End::Refused(Refusal {
                        line: pass.line(),
                        wanted_bytes,
                        stats: self.heap.stats(),
                    });
                    return Ok(());
                }
            }
            self.count_steps();
            self.outcome.operations += 1;
            if self.outcome.operations == limits.peak_operation {
                self.outcome.stats_at_peak = self.heap.stats();
            }
            if observer.wants(self.outcome.operations) {
                observer.look(&Moment {
                    operation: self.outcome.operations,
                    heap: *self.heap,
                    blocks: &self.blocks,
                });
            }
            if self.outcome.steps > limits.steps_max {
                self.outcome.end = End::GaveUp;
                return Ok(());
            }
        }
        Ok(())
    }

    fn operation(&mut self, operation: Operation) -> Result<(), Stop> {
        match operation {
            Operation::Allocate {
                slot,
                layout,
                zeroed,
            } => self.allocate(slot, layout, zeroed),
            Operation::Reallocate { slot, size } => self.reallocate(slot, size),
            Operation::Free { slot } => {
                self.free(slot);
                Ok(())
            }
        }
    }

    fn allocate(&mut self, slot: u32, layout: Layout, zeroed: bool) -> Result<(), Stop> {
        let block = match zeroed {
            true => Block::zeroed_in(layout, self.heap),
            false => Block::filled_in(layout, 0, self.heap),
        };
        let mut block = block.map_err(|_| Stop::Refused(layout.size()))?;
        if zeroed && !payload::is_zero(block.bytes()) {
            self.outcome.damaged += 1;
        }
        payload::fill(block.bytes_mut(), slot, 0);
        let slot = slot as usize;
        if slot == self.blocks.len() {
            let pushed = self.blocks.try_push(Some(block));
            return pushed.map_err(|_| Stop::Error(Error::OutOfMemory));
        }
        match self.blocks.get_mut(slot) {
            Some(place) => *place = Some(block),
            None => return Err(Stop::Error(Error::Changed)),
        }
        Ok(())
    }

    fn reallocate(&mut self, slot: u32, size: usize) -> Result<(), Stop> {
        let place = self.blocks.get_mut(slot as usize);
        let Some(block) = place.and_then(Option::as_mut) else {
            return Err(Stop::Error(Error::Changed));
        };
        let kept = size.min(block.layout().size());
        let ends_well = payload::is_intact(block.bytes(), slot, kept);
        block.resize(size).map_err(|_| Stop::Refused(size))?;
        let bytes = block.bytes_mut();
        let arrived = bytes.get(..kept).unwrap_or_default();
        if !(ends_well && payload::is_intact(arrived, slot, 0)) {
            self.outcome.damaged += 1;
            payload::fill(bytes, slot, 0);
        }
        payload::fill(bytes, slot, kept);
        Ok(())
    }

    fn free(&mut self, slot: u32) {
        let place = self.blocks.get_mut(slot as usize);
        if let Some(block) = place.and_then(Option::take) {
            self.outcome.payloads += 1;
            if !payload::is_intact(block.bytes(), slot, 0) {
                self.outcome.damaged += 1;
            }
        }
    }

    /// What the heap looked at for the last operation.
    fn count_steps(&mut self) {
        let steps = self.heap.steps();
        let outcome = &mut self.outcome;
        outcome.steps_worst = outcome.steps_worst.max(steps - outcome.steps);
        outcome.steps = steps;
    }

    /// The blocks that the program never freed.
    fn free_all(&mut self) {
        for slot in 0..self.blocks.len() {
            self.free(slot as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::{Counted, FreeList, Lifo};
    use crate::lab::trace::Recording;
    use crate::lab::trace::tests::Slice;
    use crate::memory::{Kernel, Ration};

    const NO_LIMITS: Limits = Limits {
        steps_max: u64::MAX,
        peak_operation: 0,
    };

    const TEXT: &[u8] =
        b"a 0 100 8\nz 1 5000 64\nr 0 300\nr 1 50\na 2 1 1\nf 0\nr 2 70000\nz 0 9 8\n";

    fn replay_on(text: &[u8], heap: &dyn Strategy, limits: &Limits) -> Outcome {
        let mut input = Slice::of(text);
        let mut recording = Recording::of(&mut input);
        let mut pass = recording.pass().unwrap();
        replay(&mut pass, heap, limits, &mut Blind).unwrap()
    }

    #[test]
    fn every_payload_is_checked_and_every_block_given_back() {
        let heap = Counted::new(FreeList::new(Kernel));
        let outcome = replay_on(TEXT, &heap, &NO_LIMITS);
        assert_eq!((outcome.end, outcome.operations), (End::Finished, 8));
        assert_eq!((outcome.payloads, outcome.damaged), (4, 0));
        assert_eq!(heap.held_bytes(), 0);
    }

    #[test]
    fn a_refused_block_ends_the_replay_with_its_line() {
        let heap = FreeList::new(Ration::of_bytes(Kernel, 65536));
        let outcome = replay_on(TEXT, &heap, &NO_LIMITS);
        let End::Refused(refusal) = outcome.end else {
            panic!("{:?}", outcome.end);
        };
        assert_eq!((refusal.line, refusal.wanted_bytes), (7, 70000));
        assert_eq!((outcome.operations, outcome.damaged), (6, 0));
        assert_eq!(refusal.stats.footprint_bytes, 65536);
        assert_eq!(heap.stats().blocks, 0);
    }

    #[test]
    fn a_spent_budget_ends_the_replay() {
        let mut text = std::string::String::new();
        for id in 0..50 {
            text += &std::format!("a {id} 16 8\n");
        }
        for id in 0..49 {
            text += &std::format!("f {id}\n");
        }
        text += "a 0 32 8\na 1 32 8\na 2 32 8\n";
        let heap = Lifo::new(Kernel);
        let limits = Limits {
            steps_max: 99,
            peak_operation: 50,
        };
        let outcome = replay_on(text.as_bytes(), &heap, &limits);
        assert_eq!((outcome.end, outcome.operations), (End::GaveUp, 100));
        assert_eq!((outcome.steps, outcome.steps_worst), (100, 50));
        assert_eq!(outcome.stats_at_peak.blocks, 50);
    }
}
