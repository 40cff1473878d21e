//! How long an operation takes: a recording through a heap without a look at the payloads.
//!
//! Operations are read in advance, a batch at a time, and only the loop over a batch is timed: what remains
//! is the heap and a table of blocks, as in a program. The fastest of three passes counts, since whatever
//! disturbs only makes slower.

use super::score::Budget;
use super::trace::{Error, Operation, Pass, Recording};
use crate::collections::Vec;
use crate::heap::{Row, Strategy};
use crate::memory::{Falling, Layout, Loan, Ration, Unreserved};
use crate::sys::clock_monotonic_ns;

/// How many operations are read in advance.
const BATCH: usize = 16 * 1024;

/// How often a recording is gone through.
const PASSES: usize = 3;

/// A block where one is live.
type Place<'h> = Option<Loan<&'h &'h dyn Strategy>>;

/// How long an operation takes, in hundredths of a nanosecond; `None` of a recording without operations.
///
/// # Errors
/// Those of the recording, and [`Error::OutOfMemory`] for the lab's own tables. A block that the heap has no
/// memory for is left out.
pub fn time(
    row: &Row,
    recording: &mut Recording<'_>,
    budget: &Budget,
) -> Result<Option<u64>, Error> {
    let mut fastest = None;
    for _ in 0..PASSES {
        let source = Ration::of_bytes(Falling::new(), budget.heap_bytes_max);
        let mut pass = recording.pass()?;
        let mut taken = Err(Error::OutOfMemory);
        (row.run)(&source, &mut |heap| {
            taken = time_pass(&mut pass, heap, budget.steps_max);
        });
        let hundredths = (taken? * 100).checked_div(pass.done());
        fastest = match (fastest, hundredths) {
            (Some(before), Some(now)) => Some(u64::min(before, now)),
            (before, now) => before.or(now),
        };
    }
    Ok(fastest)
}

/// Nanoseconds for all operations of a pass, or for those until the budget of steps is spent.
fn time_pass(pass: &mut Pass<'_>, heap: &dyn Strategy, steps_max: u64) -> Result<u64, Error> {
    let mut batch: Vec<Operation, Unreserved> = Vec::new_in(Unreserved);
    let mut blocks: Vec<Place<'_>, Unreserved> = Vec::new_in(Unreserved);
    let reserved = batch.try_reserve(BATCH);
    reserved.map_err(|_| Error::OutOfMemory)?;
    let mut taken_ns = 0;
    loop {
        batch.clear();
        while batch.len() < BATCH
            && let Some(operation) = pass.read()?
        {
            let places = places_needed(operation);
            if places > blocks.len() {
                let made = blocks.try_resize_with(places, || None);
                made.map_err(|_| Error::OutOfMemory)?;
            }
            let pushed = batch.try_push(operation);
            pushed.map_err(|_| Error::OutOfMemory)?;
        }
        if batch.is_empty() || heap.steps() > steps_max {
            return Ok(taken_ns);
        }
        let begin_ns = clock_monotonic_ns();
        for &operation in batch.iter() {
            run(operation, &heap, &mut blocks);
        }
        taken_ns += clock_monotonic_ns().saturating_sub(begin_ns);
    }
}

/// How long the table must be.
fn places_needed(operation: Operation) -> usize {
    match operation {
        Operation::Allocate { slot, .. } => slot as usize + 1,
        _ => 0,
    }
}

#[inline]
fn run<'h>(operation: Operation, heap: &'h &'h dyn Strategy, blocks: &mut [Place<'h>]) {
    match operation {
        Operation::Allocate {
            slot,
            layout,
            zeroed,
        } => {
            if let Some(place) = blocks.get_mut(slot as usize) {
                *place = allocate(layout, zeroed, heap);
            }
        }
        Operation::Reallocate { slot, size } => {
            if let Some(Some(block)) = blocks.get_mut(slot as usize) {
                // A heap without memory keeps the block as it is.
                let _ = block.resize(size);
            }
        }
        Operation::Free { slot } => {
            if let Some(place) = blocks.get_mut(slot as usize) {
                *place = None;
            }
        }
    }
}

#[inline]
fn allocate<'h>(layout: Layout, zeroed: bool, heap: &'h &'h dyn Strategy) -> Place<'h> {
    match zeroed {
        true => Loan::zeroed_in(layout, heap).ok(),
        false => Loan::new_in(layout, heap).ok(),
    }
}
