//! Where the memory of a heap goes, and what its searching costs at worst: a second table, for who asks.
//!
//! ```text
//! footprint = live + internal (headers, rounding) + external (free)      when most is live
//! ```

use super::score::Score;
use super::survey::Survey;
use core::fmt::{self, Write};

/// One line a strategy.
///
/// # Errors
/// Those of `out`.
pub fn write_details(out: &mut dyn Write, survey: &Survey, scores: &[Score]) -> fmt::Result {
    writeln!(
        out,
        "\n{:<14} {:>10} {:>10} {:>12} {:>10} {:>10} {:>12}",
        "at the peak",
        "internal",
        "external",
        "largest free",
        "at the end",
        "worst op",
        "kernel calls"
    )?;
    for score in scores {
        write!(out, "{:<14} ", score.name)?;
        if score.has_peak(survey) {
            write!(
                out,
                "{:>10} {:>10} {:>12}",
                score.internal_loss_bytes(survey),
                score.external_loss_bytes(),
                score.outcome.stats_at_peak.largest_free_bytes,
            )?;
        } else {
            write!(out, "{:>10} {:>10} {:>12}", "-", "-", "-")?;
        }
        writeln!(
            out,
            " {:>10} {:>10} {:>12}",
            score.footprint_end_bytes, score.outcome.steps_worst, score.kernel_calls,
        )?;
    }
    Ok(())
}

/// The smallest heap in which each strategy completes the recording: one line each.
///
/// # Errors
/// Those of `out`.
pub fn write_smallest(out: &mut dyn Write, survey: &Survey, scores: &[Score]) -> fmt::Result {
    writeln!(
        out,
        "\n{:<14} {:>13} {:>7}",
        "strategy", "smallest heap", "util"
    )?;
    for score in scores {
        let name = score.name;
        match score.smallest_bytes {
            Some(bytes) => {
                let whole = (bytes as u64).max(1);
                let permille = survey
                    .live_bytes_peak
                    .saturating_mul(1000)
                    .saturating_add(whole / 2)
                    / whole;
                let (percent, tenth) = (permille / 10, permille % 10);
                writeln!(out, "{name:<14} {bytes:>13} {percent:>4}.{tenth}%")?;
            }
            None => writeln!(out, "{name:<14} {:>13} {:>7}", "none", "-")?,
        }
    }
    Ok(())
}
