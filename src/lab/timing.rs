//! How long an operation takes: a recording through a heap without a look at the payloads.
//!
//! Operations are read in advance, a batch at a time, and only the loop over a batch is timed: what remains
//! is the heap and a table of blocks, as in a program. Each pass begins with an empty heap, so the pages that
//! the kernel puts under it are part of what is timed. Time is what this thread had of a processor, and the
//! fastest of three passes counts, since whatever disturbs only makes slower. `tests/speed` has the same loop in C, over malloc.

use super::score::Budget;
use super::survey::Survey;
use super::trace::{Error, Operation, Pass, Recording};
use crate::collections::Vec;
use crate::heap::{Row, Strategy};
use crate::memory::{Falling, Layout, Loan, Loans, Packed, Ration, Unreserved};
use crate::sys::clock_thread_ns;

/// How many operations are read in advance: between two batches the reader has the caches.
const BATCH: usize = 32 * 1024;

/// How often a recording is gone through.
const PASSES: usize = 3;

/// What is to be done with a block.
#[derive(Clone, Copy)]
enum Kind {
    Allocate,
    AllocateZeroed,
    Reallocate,
    Free,
}

/// An operation as the timed loop reads it: 16 bytes, as in C.
#[derive(Clone, Copy)]
struct Step {
    /// Of a block that gets another size, that size.
    layout: Packed,
    slot: u32,
    kind: Kind,
}

impl Step {
    /// `None` of a block that no heap has memory for.
    fn of(operation: Operation) -> Option<Step> {
        let (kind, slot, layout) = match operation {
            Operation::Allocate {
                slot,
                layout,
                zeroed: false,
            } => (Kind::Allocate, slot, layout),
            Operation::Allocate { slot, layout, .. } => (Kind::AllocateZeroed, slot, layout),
            Operation::Reallocate { slot, size } => {
                let layout = Layout::from_size_align(size, 1).ok()?;
                (Kind::Reallocate, slot, layout)
            }
            Operation::Free { slot } => (Kind::Free, slot, Layout::new::<u8>()),
        };
        let layout = Packed::new(layout)?;
        Some(Step { layout, slot, kind })
    }
}

/// How long an operation takes, in hundredths of a nanosecond; `None` of a recording without operations.
///
/// # Errors
/// Those of the recording, and [`Error::OutOfMemory`] for the lab's own tables. A block that the heap has no
/// memory for is left out.
pub fn time(
    row: &Row,
    recording: &mut Recording<'_>,
    survey: &Survey,
    budget: &Budget,
) -> Result<Option<u64>, Error> {
    let mut batch: Vec<Step, Unreserved> = Vec::new_in(Unreserved);
    let reserved = batch.try_reserve(BATCH);
    reserved.map_err(|_| Error::OutOfMemory)?;
    let mut table: Vec<Loan, Unreserved> = Vec::new_in(Unreserved);
    // There are as many slots as blocks were ever live at once.
    let made = table.try_resize_with(survey.blocks_peak as usize, || Loan::NONE);
    made.map_err(|_| Error::OutOfMemory)?;
    let mut fastest = None;
    for _ in 0..PASSES {
        let source = Ration::of_bytes(Falling::new(), budget.heap_bytes_max);
        let mut pass = recording.pass()?;
        let mut taken = Err(Error::OutOfMemory);
        (row.run)(&source, &mut |heap| {
            let mut loans = Loans::new(&mut table, &heap);
            taken = time_pass(&mut pass, &mut batch, &mut loans, budget.steps_max);
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
fn time_pass(
    pass: &mut Pass<'_>,
    batch: &mut Vec<Step, Unreserved>,
    loans: &mut Loans<'_, &&dyn Strategy>,
    steps_max: u64,
) -> Result<u64, Error> {
    let mut taken_ns = 0;
    loop {
        batch.clear();
        while batch.len() < BATCH
            && let Some(operation) = pass.read()?
        {
            if let Some(step) = Step::of(operation) {
                let pushed = batch.try_push(step);
                pushed.map_err(|_| Error::OutOfMemory)?;
            }
        }
        if batch.is_empty() || loans.allocator().steps() > steps_max {
            return Ok(taken_ns);
        }
        let begin_ns = clock_thread_ns();
        run(batch, loans);
        taken_ns += clock_thread_ns().saturating_sub(begin_ns);
    }
}

/// What is timed.
#[inline(never)]
fn run(batch: &[Step], loans: &mut Loans<'_, &&dyn Strategy>) {
    for step in batch {
        let slot = step.slot as usize;
        // A heap without memory leaves a block out, or keeps it as it is.
        let _ = match step.kind {
            Kind::Allocate => loans.allocate(slot, step.layout, false),
            Kind::AllocateZeroed => loans.allocate(slot, step.layout, true),
            Kind::Reallocate => loans.resize(slot, step.layout.layout().size()),
            Kind::Free => {
                loans.free(slot);
                Ok(())
            }
        };
    }
}
