//! The goals of the global heap, each beside what this run shows: what is reached, and what is not.
//!
//! Three heaps of ours are asked: `ours`, which programs get; the engine by its type, alone with one thread
//! and with its checks; the same with the checks compiled out, which has goals of its own.

use super::heaps::time_ratio;
use super::recordings::{mean, memory_ratio, recordings};
use super::{NONE, Table, shown};
use crate::peers::{ALONE, GLIBC, NOTHING, OURS, UNCHECKED, is_peer};
use crate::results::{Figure, Results};

/// Time against the best peer of the row: with the checks, and without them.
const AGAINST_BEST_PEER: [(&str, f64, Option<f64>); 14] = [
    ("a", 0.6, Some(0.25)),
    ("b", 0.6, Some(0.5)),
    ("c", 0.6, Some(0.4)),
    ("d", 0.6, Some(0.4)),
    ("e10k", 0.8, None),
    ("e1m", 0.9, None),
    ("f10k", 0.8, None),
    ("g", 1.0, None),
    ("h", 0.9, None),
    ("j", 0.6, None),
    ("z", 1.0, None),
    ("k", 0.8, None),
    ("i", 1.0, None),
    ("l", 1.0, None),
];

/// Instructions for a pair: with the checks, and without them.
const INSTRUCTIONS: [(&str, f64, Option<f64>); 2] =
    [("a", 40.0, Some(14.0)), ("b", 66.0, Some(42.0))];

/// A figure of a heap.
type Of<'a> = &'a dyn Fn(&str) -> Option<f64>;

/// One row of the table.
struct Goal {
    what: String,
    unit: &'static str,
    checked: f64,
    unchecked: Option<f64>,
    peer: String,
    ours: [Option<f64>; 3],
}

impl Goal {
    /// A row, whose figures `of` gives.
    fn new(what: String, unit: &'static str, checked: f64, peer: String, of: Of) -> Goal {
        Goal {
            what,
            unit,
            checked,
            unchecked: None,
            peer,
            ours: [OURS, ALONE, UNCHECKED].map(of),
        }
    }

    fn cells(&self) -> [String; 7] {
        let said = |goal: f64| format!("≤ {goal} {}", self.unit).trim_end().to_string();
        let goals = [
            self.checked,
            self.checked,
            self.unchecked.unwrap_or(self.checked),
        ];
        let figure = |index: usize| {
            shown(self.ours[index], |value| {
                let mark = if value <= goals[index] { " ✓" } else { "" };
                format!("{value:.2}{mark}")
            })
        };
        [
            self.what.clone(),
            self.peer.clone(),
            said(self.checked),
            figure(0),
            figure(1),
            self.unchecked.map_or(NONE.to_string(), said),
            figure(2),
        ]
    }
}

/// The table of goals.
pub(super) fn section(results: &Results) -> String {
    let headings = [
        "what",
        "best peer of the row",
        "goal",
        OURS,
        ALONE,
        "goal without checks",
        UNCHECKED,
    ];
    let mut table = Table::new(&headings);
    let goals = [
        times(results),
        counts(results),
        replays(results),
        memory(results),
    ];
    let mut goals: Vec<Goal> = goals.into_iter().flatten().collect();
    goals.retain(|goal| goal.ours.iter().any(Option::is_some));
    for goal in &goals {
        table.row(&goal.cells());
    }
    format!(
        "\n## Goals of the global heap\n\nTimes are parts of the best peer's in the same repetitions; the peer \
         is the one with the least median. `{OURS}` is `heap::Global`; `{ALONE}` is the engine by its type, for \
         one thread; `{UNCHECKED}` the same without its release checks. ✓: reached. Differences under 20 % \
         are noise.\n\n{}",
        table.text
    )
}

/// The peer with the least of a figure.
fn least<'r>(results: &'r Results, of: Of) -> Option<(&'r str, f64)> {
    let peers = results.names(is_peer).into_iter();
    let all = peers.filter_map(|peer| Some((peer, of(peer)?)));
    all.min_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// A peer and its figure, in words.
fn named(peer: Option<(&str, f64)>) -> String {
    peer.map_or(NONE.to_string(), |(peer, value)| {
        format!("{peer}, {value:.2}")
    })
}

/// The synthetic workloads.
fn times(results: &Results) -> Vec<Goal> {
    let row = |&(workload, checked, unchecked): &(&str, f64, Option<f64>)| {
        let (peer, ns) = results.best_peer(workload, Figure::Time)?;
        let of = |heap: &str| time_ratio(results, heap, peer, workload);
        let what = format!("time of {workload}");
        let mut goal = Goal::new(what, "×", checked, format!("{peer}, {ns:.1} ns"), &of);
        goal.unchecked = unchecked;
        Some(goal)
    };
    AGAINST_BEST_PEER.iter().filter_map(row).collect()
}

/// Instructions for a pair.
fn counts(results: &Results) -> Vec<Goal> {
    let row = |&(workload, checked, unchecked): &(&str, f64, Option<f64>)| {
        let own = results.instructions(NOTHING, workload)?;
        let of = |heap: &str| Some(results.instructions(heap, workload)? - own);
        let what = format!("instructions of {workload}");
        let mut goal = Goal::new(what, "", checked, named(least(results, &of)), &of);
        goal.unchecked = unchecked;
        Some(goal)
    };
    INSTRUCTIONS.iter().filter_map(row).collect()
}

/// The recordings.
fn replays(results: &Results) -> Vec<Goal> {
    let mut goals = Vec::new();
    let rows = [("warm", Figure::Time, 0.45), ("cold", Figure::Cold, 0.55)];
    for (what, figure, goal) in rows {
        let of = |heap: &str| mean(results, |name| results.ratio(heap, GLIBC, name, figure));
        let Some((peer, value)) = least(results, &of) else {
            continue;
        };
        let whose = named(Some((peer, value)));
        let title = format!("recordings {what}, geometric mean");
        goals.push(Goal::new(title, "× glibc", goal, whose.clone(), &of));
        let beside = |heap: &str| Some(of(heap)? / value);
        let title = format!("recordings {what}, against the best single peer");
        goals.push(Goal::new(title, "×", 1.0, whose, &beside));
    }
    goals
}

/// Memory.
fn memory(results: &Results) -> Vec<Goal> {
    let names = recordings(results);
    let average = |heap: &str| mean(results, |name| memory_ratio(results, heap, name));
    let worst = |heap: &str| {
        let ratios = names.iter().map(|name| memory_ratio(results, heap, name));
        let ratios: Option<Vec<f64>> = ratios.collect();
        ratios?.into_iter().reduce(f64::max)
    };
    let left = |heap: &str| {
        results
            .median(heap, "e1m", Figure::Left)
            .map(|kib| kib / 1024.0)
    };
    let one = |heap: &str| results.median(heap, "one", Figure::Peak);
    let growth = |heap: &str| memory_ratio(results, heap, "g");
    let handover = |heap: &str| memory_ratio(results, heap, "l");
    let rows: [(&str, f64, &'static str, Of); 6] = [
        (
            "recordings, peak ÷ live, geometric mean",
            1.12,
            "",
            &average,
        ),
        ("recordings, peak ÷ live, worst", 1.25, "", &worst),
        ("resident after e1m was freed", 1.0, "MiB", &left),
        ("resident for one 64-byte block", 12.0, "KiB", &one),
        ("growth (g), peak ÷ final", 1.01, "", &growth),
        ("handover (l), peak ÷ live", 2.0, "", &handover),
    ];
    let rows = rows.into_iter().map(|(what, goal, unit, of)| {
        Goal::new(what.to_string(), unit, goal, named(least(results, of)), of)
    });
    rows.collect()
}
