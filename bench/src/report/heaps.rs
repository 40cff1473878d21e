//! The tables of the synthetic workloads: time, ratio, spread, memory, instructions.

use super::{Table, shown, two};
use crate::instructions::COUNTED;
use crate::peers::{GLIBC, METER, NOTHING};
use crate::results::{Figure, Results};
use crate::statistics::{spread, three_figures};
use crate::workloads::WORKLOADS;

/// The workloads whose time is a few nanoseconds: there the harness's own cost is taken off before ratios
/// are formed.
const HARNESS_COUNTS: [&str; 4] = ["a", "b", "c", "d"];
/// The workloads whose memory is shown by the bytes that are live.
const MEMORY: [&str; 6] = ["e10k", "e1m", "f10k", "g", "h", "k"];
/// The workloads after which the resident memory is shown.
const LEFT: [&str; 6] = ["e10k", "e1m", "f10k", "h", "k", "l"];

/// What the harness costs on a workload, where it counts.
pub(super) fn harness(results: &Results, workload: &str) -> f64 {
    if !HARNESS_COUNTS.contains(&workload) {
        return 0.0;
    }
    let cost = results.median(NOTHING, workload, Figure::Time);
    cost.unwrap_or(0.0)
}

/// The ratio of two heaps in time, the harness's cost taken off where it counts.
pub(super) fn time_ratio(
    results: &Results,
    heap: &str,
    other: &str,
    workload: &str,
) -> Option<f64> {
    let cost = harness(results, workload);
    let net = |heap| {
        let column = results.column(heap, workload, Figure::Time).into_iter();
        column
            .map(|(turn, ns)| (turn, (ns - cost).max(0.01)))
            .collect::<Vec<_>>()
    };
    crate::statistics::paired_ratio(&net(heap), &net(other))
}

/// The synthetic workloads that this run has, but for the single block.
fn measured(results: &Results) -> Vec<&str> {
    let names = results.workloads.iter().map(|(name, _)| name.as_str());
    let synthetic = |name: &&str| {
        WORKLOADS
            .iter()
            .any(|row| row.name == *name && row.name != "one")
    };
    names.filter(synthetic).collect()
}

/// A table with a row for each heap and a column for each workload.
fn grid(
    results: &Results,
    workloads: &[&str],
    wanted: impl Fn(&str) -> bool,
    show: impl Fn(&str, &str) -> String,
) -> String {
    let mut headings = vec!["heap"];
    headings.extend(workloads);
    let mut table = Table::new(&headings);
    for heap in results.names(wanted) {
        let mut cells = vec![heap.to_string()];
        cells.extend(workloads.iter().map(|workload| show(heap, workload)));
        table.row(&cells);
    }
    table.text
}

/// All tables of the synthetic workloads.
pub(super) fn sections(results: &Results) -> String {
    let workloads = measured(results);
    let present = |names: &[&'static str]| -> Vec<&'static str> {
        let names = names.iter().copied();
        names.filter(|name| workloads.contains(name)).collect()
    };
    let everybody = |_: &str| true;
    let mut text = versions(results);
    text += "\n## Nanoseconds an operation (medians)\n\n";
    text += "`nothing` is a heap that does nothing: the harness's own cost.\n\n";
    text += &grid(results, &workloads, everybody, |heap, workload| {
        shown(results.median(heap, workload, Figure::Time), three_figures)
    });
    text += "\n## Time as a part of glibc's\n\n";
    text += "Medians of the quotients within each repetition; on a–d the harness's cost is taken off.\n\n";
    let no_harness = |heap: &str| heap != NOTHING && heap != METER;
    text += &grid(results, &workloads, no_harness, |heap, workload| {
        shown(time_ratio(results, heap, GLIBC, workload), two)
    });
    text += "\n## Spread: slowest repetition ÷ fastest\n\n";
    text += &grid(results, &workloads, everybody, |heap, workload| {
        let column = results.column(heap, workload, Figure::Time);
        let values: Vec<f64> = column.into_iter().map(|(_, ns)| ns).collect();
        shown(spread(&values), two)
    });
    text += "\n## Peak resident ÷ peak live requested bytes\n\n";
    text += &grid(results, &present(&MEMORY), no_harness, |heap, workload| {
        let peak = results.median(heap, workload, Figure::Peak);
        let live = results.live_kib.get(workload);
        shown(peak.zip(live).map(|(peak, live)| peak / live), two)
    });
    text += "\n## KiB still resident after everything was freed; KiB for a single block of 64 bytes\n\n";
    let mut left = present(&LEFT);
    left.push("one");
    text += &grid(results, &left, everybody, |heap, workload| {
        let figure = if workload == "one" {
            Figure::Peak
        } else {
            Figure::Left
        };
        shown(results.median(heap, workload, figure), |kib| {
            format!("{kib:.0}")
        })
    });
    text + &instructions(results)
}

/// Instructions an operation, the harness's taken off.
fn instructions(results: &Results) -> String {
    if results.instructions.is_empty() {
        return String::new();
    }
    let names = COUNTED.map(|(name, _)| name);
    let net = |heap: &str, workload: &str| {
        let own = results.instructions(NOTHING, workload)?;
        Some(results.instructions(heap, workload)? - own)
    };
    let counted = |heap: &str| {
        heap != NOTHING
            && names
                .iter()
                .any(|name| results.instructions(heap, name).is_some())
    };
    let table = grid(results, &names, counted, |heap, workload| {
        shown(net(heap, workload), |count| format!("{count:.1}"))
    });
    format!("\n## Instructions an operation (cachegrind, the harness's own taken off)\n\n{table}")
}

/// Which version of each heap was measured.
fn versions(results: &Results) -> String {
    let known = results
        .heaps
        .iter()
        .filter(|(_, version)| !version.is_empty());
    let known = known.filter(|(name, _)| !name.starts_with(crate::peers::ROW));
    let list: Vec<String> = known
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    let mut text = format!("\n## Heaps and workloads\n\n{}.\n\n", list.join(", "));
    let mut table = Table::new(&["workload", "an operation is"]);
    for (name, about) in &results.workloads {
        table.row(&[name, about]);
    }
    text += &table.text;
    text
}
