//! A recording through every strategy, and what each of them has shown.
//!
//! The footprint of a heap is the most bytes that it held from the kernel at once. It is counted between the
//! heap and the kernel, in whole pages, so a heap cannot flatter itself.

use super::replay::{End, Limits, Observer, Outcome, replay};
use super::survey::Survey;
use super::trace::{Error, Recording};
use crate::heap::{Counted, Row};
use crate::memory::{Falling, Ration};

/// The most free blocks that a heap may look at in a replay: one to five seconds, by how far apart they lie.
pub const STEPS_MAX: u64 = 300_000_000;

/// What a heap may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// The most bytes that it may hold from the kernel at once.
    pub heap_bytes_max: usize,
    /// The most free blocks that it may look at.
    pub steps_max: u64,
}

/// What a strategy has shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Score {
    /// The name of the strategy.
    pub name: &'static str,
    /// The most bytes that the heap held from the kernel at once.
    pub footprint_bytes: usize,
    /// What it still held when all blocks were given back.
    pub footprint_end_bytes: usize,
    /// How often it called the kernel for memory, or to give some back.
    pub kernel_calls: u64,
    /// How the replay went.
    pub outcome: Outcome,
    /// How long an operation took, in hundredths of a nanosecond, where that was measured.
    pub time: Option<u64>,
    /// The smallest heap in which the strategy completes the recording, where that was tried.
    pub smallest_bytes: Option<usize>,
}

impl Score {
    /// Of the bytes that the heap held when most was live, those in live blocks beyond what was asked for:
    /// headers and rounding.
    pub fn internal_loss_bytes(&self, survey: &Survey) -> u64 {
        let used = self.outcome.stats_at_peak.used_bytes as u64;
        used.saturating_sub(survey.live_bytes_peak)
    }

    /// Of the bytes that the heap held when most was live, those in no live block.
    pub fn external_loss_bytes(&self) -> u64 {
        let stats = self.outcome.stats_at_peak;
        stats.footprint_bytes.saturating_sub(stats.used_bytes) as u64
    }

    /// Whether the replay came as far as where most is live: else it tells nothing of that.
    pub fn has_peak(&self, survey: &Survey) -> bool {
        self.outcome.operations >= survey.peak_operation
    }

    /// Whether the whole recording was replayed.
    pub fn is_finished(&self) -> bool {
        self.outcome.end == End::Finished
    }
}

/// Replays a recording through a new heap of a kind.
///
/// # Errors
/// Those of the recording, and [`Error::OutOfMemory`] for the lab's own tables. That the heap has no memory
/// is no error but an outcome.
pub fn score(
    row: &Row,
    recording: &mut Recording<'_>,
    survey: &Survey,
    budget: &Budget,
    observer: &mut dyn Observer,
) -> Result<Score, Error> {
    let source = Counted::new(Ration::of_bytes(Falling::new(), budget.heap_bytes_max));
    let limits = Limits {
        steps_max: budget.steps_max,
        peak_operation: survey.peak_operation,
    };
    let mut pass = recording.pass()?;
    let mut shown = Err(Error::OutOfMemory);
    (row.run)(&source, &mut |heap| {
        let outcome = replay(&mut pass, heap, &limits, observer);
        shown = outcome.map(|outcome| (outcome, source.held_bytes()));
    });
    let (outcome, footprint_end_bytes) = shown?;
    let calls = source.calls();
    Ok(Score {
        name: row.name,
        footprint_bytes: source.held_bytes_peak(),
        footprint_end_bytes,
        kernel_calls: calls.allocate + calls.deallocate + calls.resize + calls.remap,
        outcome,
        time: None,
        smallest_bytes: None,
    })
}

/// Puts the scores in order: the smallest footprint first, behind them those that did not come to the end,
/// the farthest first. Equal ones stay as they are. (There are few: insertion, not a sort of 8 KiB of code.)
pub fn sort(scores: &mut [Score]) {
    for end in 1..=scores.len() {
        let mut place = end - 1;
        while let Some([before, last]) = scores.get_mut(place.wrapping_sub(1)..=place) {
            if rank(before) <= rank(last) {
                break;
            }
            core::mem::swap(before, last);
            place -= 1;
        }
    }
}

/// What decides the order, the smaller the better.
fn rank(score: &Score) -> (bool, u64) {
    match score.is_finished() {
        true => (false, score.footprint_bytes as u64),
        false => (true, u64::MAX - score.outcome.operations),
    }
}
