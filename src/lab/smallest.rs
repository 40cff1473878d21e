//! The smallest heap in which a strategy completes a recording, found by halving.
//!
//! A heap with less than it likes asks for smaller pieces, gives back sooner, or fails: so the least it can
//! do with is not its footprint, and only trying tells. No heap can do with less than what is live at the
//! peak, and each can with its footprint; between both the interval is halved until it is one page.
//!
//! # Costs
//! A replay for each halving, about 12 for a heap that needs 16 MiB more than what is live.
//!
//! # Source
//! malloc benchmarks of Johnstone and Wilson (1998) measure the footprint; what a heap needs at least is what
//! an embedded system must set aside.

use super::replay::Blind;
use super::score::{Budget, Score, score};
use super::survey::Survey;
use super::trace::{Error, Recording};
use crate::heap::Row;
use crate::memory::PAGE_BYTES;

/// The smallest heap, in whole pages, in which `row` completes the recording; one page less does not do.
/// `known` is its score with all the memory that it wants. `None` if it did not complete it even then.
///
/// # Errors
/// As [`score`].
pub fn smallest(
    row: &Row,
    recording: &mut Recording<'_>,
    survey: &Survey,
    budget: &Budget,
    known: &Score,
) -> Result<Option<usize>, Error> {
    if !known.is_finished() {
        return Ok(None);
    }
    let mut fails = (survey.live_bytes_peak as usize).saturating_sub(1) / PAGE_BYTES;
    let mut fits = known.footprint_bytes.div_ceil(PAGE_BYTES);
    while fits - fails > 1 {
        let middle = fails + (fits - fails) / 2;
        let budget = Budget {
            heap_bytes_max: middle * PAGE_BYTES,
            ..*budget
        };
        let tried = score(row, recording, survey, &budget, &mut Blind)?;
        match tried.is_finished() {
            true => fits = middle,
            false => fails = middle,
        }
    }
    Ok(Some(fits * PAGE_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::find;
    use crate::lab::survey::survey;
    use crate::lab::trace::tests::Slice;

    #[test]
    fn one_page_less_than_the_smallest_heap_fails() {
        let mut text = std::string::String::new();
        for id in 0..2000 {
            text += &std::format!("a {id} {} 8\n", 50 + id * 7 % 500);
        }
        let mut input = Slice::of(text.as_bytes());
        let mut recording = Recording::of(&mut input);
        let survey = survey(&mut recording).unwrap();
        let budget = Budget {
            heap_bytes_max: 1 << 30,
            steps_max: u64::MAX,
        };
        for name in ["freelist", "bump"] {
            let row = find(name).unwrap();
            let mut tried = |bytes| {
                let budget = Budget {
                    heap_bytes_max: bytes,
                    ..budget
                };
                score(row, &mut recording, &survey, &budget, &mut Blind).unwrap()
            };
            let known = tried(1 << 30);
            let bytes = smallest(row, &mut recording, &survey, &budget, &known);
            let bytes = bytes.unwrap().unwrap();
            assert!(bytes <= known.footprint_bytes);
            let mut tried = |bytes| {
                let budget = Budget {
                    heap_bytes_max: bytes,
                    ..budget
                };
                score(row, &mut recording, &survey, &budget, &mut Blind).unwrap()
            };
            assert!(tried(bytes).is_finished() && !tried(bytes - 4096).is_finished());
        }
    }
}
