//! What a recording asks for, whatever heap serves it: one pass that only counts.

use super::recorded::Recorded;
use super::trace::{Error, Notes, Operation, Recording};
use crate::collections::Vec;
use crate::memory::Unreserved;

/// Counts over a whole recording. Sizes are those that were asked for, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Survey {
    /// All operations.
    pub operations: u64,
    /// Blocks that were made.
    pub allocations: u64,
    /// Blocks that got another size.
    pub reallocations: u64,
    /// Blocks that were freed.
    pub frees: u64,
    /// The sum of all sizes asked for.
    pub requested_bytes: u64,
    /// The most bytes in live blocks at once.
    pub live_bytes_peak: u64,
    /// How many operations were done when that was first reached.
    pub peak_operation: u64,
    /// The most live blocks at once.
    pub blocks_peak: u64,
    /// Bytes in blocks that were never freed.
    pub live_bytes_end: u64,
    /// The most bytes that the program's own malloc held, if the log tells its addresses.
    pub recorded_bytes: Option<u64>,
    /// What the log could not say.
    pub notes: Notes,
}

/// What the survey knows of a block.
#[derive(Clone, Copy, Default)]
struct Known {
    size: u64,
    address: u64,
}

/// The counts while they are made.
struct Count {
    survey: Survey,
    blocks: Vec<Known, Unreserved>,
    /// Exact, whatever a recording asks for; what is told of it ends at 2^64.
    live_bytes: u128,
    live_bytes_peak: u128,
    recorded: Recorded,
}

/// Goes through a recording once.
///
/// # Errors
/// Those of the recording; [`Error::OutOfMemory`] if there is no memory for 16 bytes a live block.
pub fn survey(recording: &mut Recording<'_>) -> Result<Survey, Error> {
    let mut count = Count {
        survey: Survey::default(),
        blocks: Vec::new_in(Unreserved),
        live_bytes: 0,
        live_bytes_peak: 0,
        recorded: Recorded::new(),
    };
    let mut pass = recording.pass()?;
    while let Some(operation) = pass.read()? {
        count.operation(operation, pass.address())?;
        if count.live_bytes > count.live_bytes_peak {
            count.live_bytes_peak = count.live_bytes;
            count.survey.peak_operation = pass.done();
        }
    }
    let operations = pass.done();
    drop(pass);
    let mut survey = count.survey;
    survey.operations = operations;
    survey.allocations = operations - survey.reallocations - survey.frees;
    survey.blocks_peak = count.blocks.len() as u64;
    survey.live_bytes_peak = told(count.live_bytes_peak);
    survey.live_bytes_end = told(count.live_bytes);
    survey.notes = recording.notes();
    survey.recorded_bytes = recording
        .format()
        .filter(|format| format.has_addresses)
        .map(|_| count.recorded.peak_bytes());
    Ok(survey)
}

/// A sum as it is told.
fn told(bytes: u128) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

impl Count {
    fn operation(&mut self, operation: Operation, address: u64) -> Result<(), Error> {
        let (slot, size) = match operation {
            Operation::Allocate { slot, layout, .. } => (slot, layout.size()),
            Operation::Reallocate { slot, size } => {
                self.survey.reallocations += 1;
                self.end(slot);
                (slot, size)
            }
            Operation::Free { slot } => {
                self.survey.frees += 1;
                self.end(slot);
                return Ok(());
            }
        };
        let size = size as u64;
        self.begin(slot, Known { size, address })
    }

    fn begin(&mut self, slot: u32, known: Known) -> Result<(), Error> {
        let slot = slot as usize;
        if slot == self.blocks.len() {
            let pushed = self.blocks.try_push(known);
            pushed.map_err(|_| Error::OutOfMemory)?;
        } else if let Some(block) = self.blocks.get_mut(slot) {
            *block = known;
        }
        if known.address != 0 {
            self.recorded.allocate(known.address, known.size);
        }
        let survey = &mut self.survey;
        survey.requested_bytes = survey.requested_bytes.saturating_add(known.size);
        self.live_bytes += u128::from(known.size);
        Ok(())
    }

    fn end(&mut self, slot: u32) {
        let known = self.blocks.get(slot as usize).copied().unwrap_or_default();
        self.live_bytes -= u128::from(known.size);
        if known.address != 0 {
            self.recorded.free(known.address, known.size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::trace::tests::Slice;

    fn survey_of(text: &[u8]) -> Survey {
        let mut input = Slice::of(text);
        survey(&mut Recording::of(&mut input)).unwrap()
    }

    #[test]
    fn counts_and_peaks_are_those_of_the_operations() {
        let survey = survey_of(b"a 5 100 8\nz 6 50 8\nf 5\na 5 20 8\nr 6 200\nr 6 10\na 9 30 1\n");
        let expected = Survey {
            operations: 7,
            allocations: 4,
            reallocations: 2,
            frees: 1,
            requested_bytes: 410,
            live_bytes_peak: 220,
            peak_operation: 5,
            blocks_peak: 3,
            live_bytes_end: 60,
            recorded_bytes: None,
            notes: Notes::default(),
        };
        assert_eq!(survey, expected);
        assert_eq!(survey_of(b""), Survey::default());
    }

    #[test]
    fn a_log_with_addresses_tells_the_memory_of_its_malloc() {
        let survey = survey_of(
            b"= Start\n+ 0x5000010 0x10\n+ 0x5004010 0x10\n- 0x5004010\n\
              + 0x70000000010 0x30000\n- 0x70000000010\n+ 0x70000000010 0x30000\n",
        );
        assert_eq!(survey.recorded_bytes, Some(5 * 4096 + 49 * 4096));
        assert_eq!(survey.live_bytes_peak, 0x30010);
    }
}
