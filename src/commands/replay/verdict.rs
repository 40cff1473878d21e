//! How `replay` ends: the exit code, and the one line where it is not 0.

use super::wish::Wish;
use crate::commands::{Said, read_error, say};
use crate::lab::replay::End;
use crate::lab::score::Score;
use crate::lab::survey::Survey;
use crate::lab::trace::{Error, Failed};
use crate::start::{ExitCode, Failure};
use crate::sys::memory_bytes;

/// Whether each heap had the memory that it asked for: the table says which had not, the exit code that
/// there was one.
pub(super) fn complete(scores: &[Score]) -> Result<(), Said> {
    let is_refused = |score: &&Score| matches!(score.outcome.end, End::Refused(_));
    match scores.iter().filter(is_refused).count() {
        0 => Ok(()),
        refused => Err(say(
            ExitCode::OUT_OF_MEMORY,
            format_args!(
                "replay: out of memory: {refused} of {} strategies did not come to the end",
                scores.len()
            ),
        )),
    }
}

/// No damage, and if that was asked, each of them fits.
pub(super) fn verdict(wish: &Wish, scores: &[Score]) -> ExitCode {
    let is_intact = |score: &Score| score.outcome.damaged == 0;
    let fits = |score: &Score| wish.heap_bytes.is_none() || score.is_finished();
    match scores.iter().all(|score| is_intact(score) && fits(score)) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// How much a heap may hold. Payloads are written, so they take real memory: a recording that needs more
/// than half of what the machine has is not begun, and no heap gets more than that.
pub(super) fn heap_bytes_max(wish: &Wish, survey: &Survey) -> Result<usize, Said> {
    let machine_bytes = memory_bytes() / 2;
    let heap_bytes = wish.heap_bytes.unwrap_or(machine_bytes);
    let needed_bytes = match wish.heap_bytes {
        Some(heap_bytes) => survey.live_bytes_peak.min(heap_bytes as u64),
        None => survey.live_bytes_peak,
    };
    if needed_bytes > machine_bytes as u64 {
        return Err(say(
            ExitCode::OUT_OF_MEMORY,
            format_args!(
                "replay: out of memory: {needed_bytes} B live at once, and half of this machine is \
                 {machine_bytes} B"
            ),
        ));
    }
    Ok(heap_bytes.min(machine_bytes))
}

/// Says why the recording could not be read.
pub(super) fn failed(input: &[u8], error: Error) -> Said {
    match error {
        Error::Read(error) => read_error(input, error),
        Error::OutOfMemory => say(
            ExitCode::OUT_OF_MEMORY,
            format_args!("replay: out of memory for its own tables"),
        ),
        error => {
            let failed = Failed { input, error };
            say(failed.exit_code(), format_args!("{failed}"))
        }
    }
}
