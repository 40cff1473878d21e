//! The scores as a person reads them: columns, and one closing sentence.
//!
//! ```text
//! strategy        footprint    util  steps/op  verdict
//! recorded           327680   92.6%         -  (the program's own malloc)
//! freelist           327680   92.6%      0.16  ok
//! lifo             29868032    1.0%    190.39  ok   91x freelist
//! ```
//!
//! All of it is whole numbers, without a clock and without an address: the same bytes for the same recording.

use super::replay::{End, Refusal};
use super::score::Score;
use super::survey::Survey;
use crate::io::Escaped;
use core::fmt::{self, Write};

/// From this factor on a strategy is told to be avoided, in tenths.
const AVOID_TENTHS: u64 = 15;

/// A ratio as `12.3`, rounded; `base` may be 0.
struct Tenths(u64, u64);

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = rounded(self.0.saturating_mul(10), self.1);
        write!(f, "{}.{}", tenths / 10, tenths % 10)
    }
}

/// How many times as much: `91` from ten on, `1.7` below.
struct Times(u64, u64);

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if rounded(self.0, self.1) >= 10 {
            return write!(f, "{}", rounded(self.0, self.1));
        }
        Tenths(self.0, self.1).fmt(f)
    }
}

/// A number of things: `1 block`, `2 blocks`.
struct Count(u64, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.0, self.1)
    }
}

/// A quotient, rounded to the nearest.
fn rounded(part: u64, whole: u64) -> u64 {
    let whole = whole.max(1);
    part.saturating_add(whole / 2) / whole
}

/// What the recording is: one line, and one for each thing that the log could not say.
///
/// # Errors
/// Those of `out`.
pub fn write_recording(out: &mut dyn Write, name: &[u8], survey: &Survey) -> fmt::Result {
    writeln!(
        out,
        "{}: {}, {}, {} B requested, peak live {} B",
        Escaped(name),
        Count(survey.operations, "operation"),
        Count(survey.allocations, "allocation"),
        survey.requested_bytes,
        survey.live_bytes_peak,
    )?;
    let notes = survey.notes;
    if notes.threads {
        writeln!(out, "several threads wrote it: replayed as one")?;
    }
    if notes.early_blocks > 0 {
        let blocks = Count(notes.early_blocks, "block");
        writeln!(out, "{blocks} older than the log: left out")?;
    }
    if notes.missing_frees > 0 {
        let frees = Count(notes.missing_frees, "free");
        writeln!(out, "{frees} missing in the log: put in")?;
    }
    Ok(())
}

/// One line a strategy, in the order of `scores`, and the closing lines.
///
/// # Errors
/// Those of `out`.
pub fn write_scores(out: &mut dyn Write, survey: &Survey, scores: &[Score]) -> fmt::Result {
    let has_times = scores.iter().any(|score| score.time.is_some());
    let time = if has_times { "    ns/op" } else { "" };
    writeln!(
        out,
        "{:<14} {:>10} {:>7} {:>9}{time}  verdict",
        "strategy", "footprint", "util", "steps/op"
    )?;
    if let Some(bytes) = survey.recorded_bytes {
        write_columns(out, "recorded", bytes, Some(survey.live_bytes_peak))?;
        let time = if has_times { "        -" } else { "" };
        writeln!(out, " {:>9}{time}  (the program's own malloc)", "-")?;
    }
    for score in scores {
        write_score(out, survey, score, scores.first())?;
    }
    write_payloads(out, scores)?;
    write_advice(out, survey, scores)
}

/// Name, footprint, and how much of it was live at the peak, if that was reached.
fn write_columns(out: &mut dyn Write, name: &str, bytes: u64, peak: Option<u64>) -> fmt::Result {
    write!(out, "{name:<14} {bytes:>10} ")?;
    match peak {
        Some(peak) if bytes > 0 => {
            write_padded(out, 6, Tenths(peak.saturating_mul(100), bytes), "%")
        }
        _ => write!(out, "{:>7}", "-"),
    }
}

/// A number right-aligned, which a `Display` of several pieces does not do by itself.
fn write_padded(
    out: &mut dyn Write,
    width: usize,
    number: impl fmt::Display,
    unit: &str,
) -> fmt::Result {
    struct Length(usize);
    impl Write for Length {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }
    let mut length = Length(0);
    write!(length, "{number}")?;
    write!(
        out,
        "{:1$}{number}{unit}",
        "",
        width.saturating_sub(length.0)
    )
}

fn write_score(
    out: &mut dyn Write,
    survey: &Survey,
    score: &Score,
    best: Option<&Score>,
) -> fmt::Result {
    let outcome = &score.outcome;
    let peak = score.has_peak(survey).then_some(survey.live_bytes_peak);
    write_columns(out, score.name, score.footprint_bytes as u64, peak)?;
    write!(out, " ")?;
    let hundredths = rounded(outcome.steps.saturating_mul(100), outcome.operations);
    let steps = format_args!("{}.{:02}", hundredths / 100, hundredths % 100);
    write_padded(out, 9, steps, "")?;
    if let Some(time) = score.time {
        let time = format_args!("{}.{:02}", time / 100, time % 100);
        write_padded(out, 9, time, "")?;
    }
    write!(out, "  ")?;
    match outcome.end {
        End::Finished if outcome.damaged > 0 => {
            write!(out, "DAMAGED {}", Count(outcome.damaged, "payload"))?;
        }
        End::Finished => {
            write!(out, "ok")?;
            if let Some(best) = best.filter(|best| is_to_avoid(score, best)) {
                let times = Times(score.footprint_bytes as u64, best.footprint_bytes as u64);
                write!(out, "   {times}x {}", best.name)?;
            }
        }
        End::GaveUp => {
            let done = Count(outcome.operations, "operation");
            write!(out, "gave up after {done}")?;
        }
        End::Refused(refusal) => {
            write!(out, "out of memory at line {}", refusal.line)?;
        }
    }
    writeln!(out)
}

/// Whether a heap needs so much more than the best that it is to be avoided.
fn is_to_avoid(score: &Score, best: &Score) -> bool {
    score.footprint_bytes as u64 * 10 >= best.footprint_bytes as u64 * AVOID_TENTHS
        && score.footprint_bytes > best.footprint_bytes
}

fn write_payloads(out: &mut dyn Write, scores: &[Score]) -> fmt::Result {
    let damaged = scores
        .iter()
        .map(|score| score.outcome.damaged)
        .sum::<u64>();
    let finished = scores.iter().find(|score| score.is_finished());
    match finished {
        Some(score) => writeln!(
            out,
            "{} checked in every strategy{}, {damaged} damaged",
            Count(score.outcome.payloads, "payload"),
            match scores.iter().all(Score::is_finished) {
                true => "",
                false => " that came to the end",
            }
        ),
        None => writeln!(
            out,
            "no strategy came to the end, {} damaged",
            Count(damaged, "payload")
        ),
    }
}

/// Which fits best, and which to avoid.
fn write_advice(out: &mut dyn Write, survey: &Survey, scores: &[Score]) -> fmt::Result {
    let [best, others @ ..] = scores else {
        return Ok(());
    };
    if !best.is_finished() || survey.live_bytes_peak == 0 || others.is_empty() {
        return Ok(());
    }
    write!(
        out,
        "{} fits best: {} B for {} B live at the peak",
        best.name, best.footprint_bytes, survey.live_bytes_peak
    )?;
    let finished = |score: &&Score| score.is_finished();
    let worst = others.iter().rfind(finished);
    match worst {
        Some(worst) if is_to_avoid(worst, best) => {
            let times = Times(worst.footprint_bytes as u64, best.footprint_bytes as u64);
            write!(out, "; avoid {}: {times} times as much", worst.name)?;
        }
        Some(worst) if worst.footprint_bytes == best.footprint_bytes => {
            write!(out, ", and so do the others")?;
        }
        Some(worst) => {
            let more = worst.footprint_bytes - best.footprint_bytes;
            let percent = Tenths(
                (more as u64).saturating_mul(100),
                best.footprint_bytes as u64,
            );
            write!(out, "; the others need at most {percent}% more")?;
        }
        None => {}
    }
    for score in others.iter().filter(|score| !score.is_finished()) {
        write!(out, "; {} did not come to the end", score.name)?;
    }
    writeln!(out)
}

/// Whether each strategy completes the recording in a heap of `heap_bytes`: one line each.
///
/// # Errors
/// Those of `out`.
pub fn write_fits(out: &mut dyn Write, heap_bytes: usize, scores: &[Score]) -> fmt::Result {
    for score in scores {
        write!(out, "{:<14} ", score.name)?;
        match score.outcome.end {
            End::Finished => {
                let percent = rounded(score.footprint_bytes as u64 * 100, heap_bytes as u64);
                writeln!(
                    out,
                    "fits   {} of {heap_bytes} B ({percent}%), largest free block at the peak {} B",
                    score.footprint_bytes, score.outcome.stats_at_peak.largest_free_bytes,
                )?;
            }
            End::GaveUp => {
                let done = Count(score.outcome.operations, "operation");
                writeln!(out, "FAILS  gave up after {done}")?;
            }
            End::Refused(refusal) => write_refusal(out, &refusal)?,
        }
    }
    Ok(())
}

fn write_refusal(out: &mut dyn Write, refusal: &Refusal) -> fmt::Result {
    writeln!(
        out,
        "FAILS  line {}: {} B wanted, {} B free, largest block {} B",
        refusal.line,
        refusal.wanted_bytes,
        refusal.stats.free_bytes,
        refusal.stats.largest_free_bytes,
    )
}
