//! The scores for a program to read: one JSON object, integers and stable keys.
//!
//! A key keeps its name and its meaning once it is there; new ones may come. Sizes are in bytes. What does
//! not apply is `null`. Numbers above 2^53, which some readers round, come up only in recordings that no
//! machine could have made.

use super::replay::End;
use super::score::Score;
use super::survey::Survey;
use core::fmt::{self, Write};

/// Writes the object, with a newline behind it.
///
/// # Errors
/// Those of `out`.
pub fn write_json(
    out: &mut dyn Write,
    name: &[u8],
    survey: &Survey,
    scores: &[Score],
) -> fmt::Result {
    write!(out, "{{\"input\":")?;
    write_string(out, name)?;
    write!(
        out,
        ",\"operations\":{},\"allocations\":{},\"reallocations\":{},\"frees\":{},\
         \"requested_bytes\":{},\"live_bytes_peak\":{},\"live_bytes_end\":{},\"blocks_peak\":{}",
        survey.operations,
        survey.allocations,
        survey.reallocations,
        survey.frees,
        survey.requested_bytes,
        survey.live_bytes_peak,
        survey.live_bytes_end,
        survey.blocks_peak,
    )?;
    write_option(out, "recorded_footprint_bytes", survey.recorded_bytes)?;
    write!(
        out,
        ",\"early_blocks\":{},\"missing_frees\":{},\"several_threads\":{},\"strategies\":[",
        survey.notes.early_blocks,
        survey.notes.missing_frees,
        u8::from(survey.notes.threads),
    )?;
    for (index, score) in scores.iter().enumerate() {
        out.write_str(if index == 0 { "\n" } else { ",\n" })?;
        write_score(out, survey, score)?;
    }
    writeln!(out, "]}}")
}

fn write_score(out: &mut dyn Write, survey: &Survey, score: &Score) -> fmt::Result {
    let outcome = &score.outcome;
    let (end, refusal) = match outcome.end {
        End::Finished => ("finished", None),
        End::GaveUp => ("gave up", None),
        End::Refused(refusal) => ("out of memory", Some(refusal)),
    };
    write!(
        out,
        "{{\"name\":\"{}\",\"end\":\"{end}\",\"operations\":{},\"footprint_bytes\":{},\
         \"footprint_end_bytes\":{}",
        score.name, outcome.operations, score.footprint_bytes, score.footprint_end_bytes,
    )?;
    let footprint = (score.footprint_bytes as u64).max(1);
    let utilisation = survey
        .live_bytes_peak
        .saturating_mul(1000)
        .saturating_add(footprint / 2)
        / footprint;
    let at_peak = |number: u64| score.has_peak(survey).then_some(number);
    let internal = score.internal_loss_bytes(survey);
    let largest = outcome.stats_at_peak.largest_free_bytes as u64;
    write_option(out, "utilisation_permille", at_peak(utilisation))?;
    write_option(out, "internal_loss_bytes", at_peak(internal))?;
    write_option(
        out,
        "external_loss_bytes",
        at_peak(score.external_loss_bytes()),
    )?;
    write_option(out, "largest_free_bytes", at_peak(largest))?;
    write!(
        out,
        ",\"steps\":{},\"steps_worst\":{},\"kernel_calls\":{},\"payloads\":{},\"damaged\":{}",
        outcome.steps, outcome.steps_worst, score.kernel_calls, outcome.payloads, outcome.damaged,
    )?;
    write_option(out, "refused_line", refusal.map(|refusal| refusal.line))?;
    let wanted = refusal.map(|refusal| refusal.wanted_bytes as u64);
    write_option(out, "refused_bytes", wanted)?;
    write_option(out, "time_ps", score.time.map(|time| time * 10))?;
    let smallest = score.smallest_bytes.map(|bytes| bytes as u64);
    write_option(out, "smallest_heap_bytes", smallest)?;
    out.write_str("}")
}

#[inline(never)]
fn write_option(out: &mut dyn Write, key: &str, value: Option<u64>) -> fmt::Result {
    match value {
        Some(value) => write!(out, ",\"{key}\":{value}"),
        None => write!(out, ",\"{key}\":null"),
    }
}

/// A string of JSON; bytes that are no UTF-8 become U+FFFD.
fn write_string(out: &mut dyn Write, bytes: &[u8]) -> fmt::Result {
    out.write_char('"')?;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' | '\\' => write!(out, "\\{character}")?,
                '\0'..='\x1f' | '\x7f' => write!(out, "\\u{:04x}", u32::from(character))?,
                _ => out.write_char(character)?,
            }
        }
        if !chunk.invalid().is_empty() {
            out.write_char('\u{fffd}')?;
        }
    }
    out.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn a_name_from_outside_is_a_string_of_json() {
        let mut out = String::new();
        write_string(&mut out, b"a\"b\\c\n\x1b\xffd\xc3\xa9").unwrap();
        assert_eq!(out, "\"a\\\"b\\\\c\\u000a\\u001b\u{fffd}d\u{e9}\"");
    }
}
