//! The tables of the recordings: warm, cold, memory.

use super::{Table, shown, two};
use crate::peers::{GLIBC, METER, NOTHING};
use crate::results::{Figure, Results};
use crate::statistics::{geometric_mean, three_figures};
use crate::workloads::Workload;

/// The recordings that this run has.
pub fn recordings(results: &Results) -> Vec<&str> {
    let names = results.workloads.iter().map(|(name, _)| name.as_str());
    names
        .filter(|name| Workload::named(name).is_none())
        .collect()
}

/// Peak resident by peak live bytes.
pub fn memory_ratio(results: &Results, heap: &str, name: &str) -> Option<f64> {
    let peak = results.median(heap, name, Figure::Peak)?;
    Some(peak / results.live_kib.get(name)?)
}

/// The geometric mean of `figure_of` over all recordings; `None` if one is missing.
pub fn mean(results: &Results, figure_of: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let values: Option<Vec<f64>> = recordings(results).into_iter().map(figure_of).collect();
    geometric_mean(&values?)
}

/// One table: a row for each heap, a column for each recording, and the mean.
fn table(
    results: &Results,
    harness: bool,
    figure_of: impl Fn(&str, &str) -> Option<f64>,
    show: impl Fn(f64) -> String,
) -> String {
    let mut headings = vec!["heap"];
    headings.extend(recordings(results));
    headings.push("geometric mean");
    let mut table = Table::new(&headings);
    for heap in results.names(|name| name != METER && (harness || name != NOTHING)) {
        let mut cells = vec![heap.to_string()];
        for name in recordings(results) {
            cells.push(shown(figure_of(heap, name), &show));
        }
        cells.push(shown(mean(results, |name| figure_of(heap, name)), &show));
        table.row(&cells);
    }
    table.text
}

/// All tables of the recordings.
pub(super) fn sections(results: &Results) -> String {
    if recordings(results).is_empty() {
        return String::new();
    }
    let ratio = |figure| move |heap: &str, name: &str| results.ratio(heap, GLIBC, name, figure);
    let mut text = "\n## Recordings, warm: time as a part of glibc's\n\n".to_string();
    text += &table(results, false, ratio(Figure::Time), two);
    text += "\n## Recordings, cold (first pass of a fresh process): time as a part of glibc's\n\n";
    text += &table(results, false, ratio(Figure::Cold), two);
    text += "\n## Recordings, warm: nanoseconds an operation, the harness's own included\n\n";
    let warm = |heap: &str, name: &str| results.median(heap, name, Figure::Time);
    text += &table(results, true, warm, three_figures);
    text += "\n## Recordings: peak resident ÷ peak live requested bytes\n\n";
    let memory = |heap: &str, name: &str| memory_ratio(results, heap, name);
    text += &table(results, false, memory, two);
    text += "\n## Recordings: KiB still resident after everything was freed\n\n";
    let left = |heap: &str, name: &str| results.median(heap, name, Figure::Left);
    text += &table(results, false, left, |kib| format!("{kib:.0}"));
    text
}
