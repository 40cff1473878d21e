//! The goals of the global heap, each beside what this run shows: what is reached, and what is not.

use super::heaps::time_ratio;
use super::recordings::{mean, memory_ratio, recordings};
use super::{NONE, Table, two};
use crate::peers::{GLIBC, NOTHING, OURS, is_peer};
use crate::results::{Figure, Results};

/// Time against the best peer of the row, release checks on.
const AGAINST_BEST_PEER: [(&str, f64); 14] = [
    ("a", 0.6),
    ("b", 0.6),
    ("c", 0.6),
    ("d", 0.6),
    ("e10k", 0.8),
    ("e1m", 0.9),
    ("f10k", 0.8),
    ("g", 1.0),
    ("h", 0.9),
    ("j", 0.6),
    ("z", 1.0),
    ("k", 0.8),
    ("i", 1.0),
    ("l", 1.0),
];

/// Instructions for a pair, release checks on.
const INSTRUCTIONS: [(&str, f64); 2] = [("a", 40.0), ("b", 66.0)];

/// One row: what, the goal, who is best, what ours is.
struct Goal {
    what: String,
    goal: f64,
    peer: String,
    ours: f64,
    unit: &'static str,
}

impl Goal {
    fn cells(&self) -> [String; 5] {
        let reached = if self.ours <= self.goal {
            "yes"
        } else {
            "**no**"
        };
        [
            self.what.clone(),
            format!("≤ {} {}", self.goal, self.unit)
                .trim_end()
                .to_string(),
            self.peer.clone(),
            two(self.ours),
            reached.to_string(),
        ]
    }
}

/// The table of goals.
pub(super) fn section(results: &Results) -> String {
    let mut table = Table::new(&["what", "goal", "best peer of the row", "ours", "reached"]);
    let goals = [
        times(results),
        counts(results),
        replays(results),
        memory(results),
    ];
    for goal in goals.into_iter().flatten() {
        table.row(&goal.cells());
    }
    format!(
        "\n## Goals of the global heap (`ours`)\n\nTimes are parts of the best peer's in the same \
         repetitions; the peer is the one with the least median. Differences under 20 % are noise.\n\n{}",
        table.text
    )
}

/// The synthetic workloads.
fn times(results: &Results) -> Vec<Goal> {
    let row = |&(workload, goal): &(&str, f64)| {
        let (peer, ns) = results.best_peer(workload, Figure::Time)?;
        Some(Goal {
            what: format!("time of {workload}"),
            goal,
            peer: format!("{peer}, {ns:.1} ns"),
            ours: time_ratio(results, OURS, peer, workload)?,
            unit: "× the peer",
        })
    };
    AGAINST_BEST_PEER.iter().filter_map(row).collect()
}

/// Instructions for a pair.
fn counts(results: &Results) -> Vec<Goal> {
    let row = |&(workload, goal): &(&str, f64)| {
        let own = results.instructions(NOTHING, workload)?;
        let net = |heap: &str| Some(results.instructions(heap, workload)? - own);
        let peers = results.names(is_peer).into_iter();
        let counted = peers.filter_map(|peer| Some((peer, net(peer)?)));
        let best = counted.min_by(|(_, a), (_, b)| a.total_cmp(b));
        Some(Goal {
            what: format!("instructions of {workload}"),
            goal,
            peer: best.map_or(NONE.to_string(), |(peer, count)| {
                format!("{peer}, {count:.1}")
            }),
            ours: net(OURS)?,
            unit: "",
        })
    };
    INSTRUCTIONS.iter().filter_map(row).collect()
}

/// The recordings.
fn replays(results: &Results) -> Vec<Goal> {
    let means = |figure| {
        let of = |heap: &str| mean(results, |name| results.ratio(heap, GLIBC, name, figure));
        let peers = results.names(is_peer).into_iter();
        let all = peers.filter_map(|peer| Some((peer, of(peer)?)));
        (of(OURS), all.min_by(|(_, a), (_, b)| a.total_cmp(b)))
    };
    let mut goals = Vec::new();
    let rows = [("warm", Figure::Time, 0.45), ("cold", Figure::Cold, 0.55)];
    for (what, figure, goal) in rows {
        if let (Some(ours), Some((peer, value))) = means(figure) {
            goals.push(Goal {
                what: format!("recordings {what}, geometric mean"),
                goal,
                peer: format!("{peer}, {value:.2}"),
                ours,
                unit: "× glibc",
            });
            goals.push(Goal {
                what: format!("recordings {what}, against the best single peer"),
                goal: 1.0,
                peer: format!("{peer}, {value:.2}"),
                ours: ours / value,
                unit: "× the peer",
            });
        }
    }
    goals
}

/// Memory.
fn memory(results: &Results) -> Vec<Goal> {
    let least = |of: &dyn Fn(&str) -> Option<f64>| {
        let peers = results.names(is_peer).into_iter();
        let all = peers.filter_map(|peer| Some((peer, of(peer)?)));
        all.min_by(|(_, a), (_, b)| a.total_cmp(b))
            .map_or(NONE.to_string(), |(peer, value)| {
                format!("{peer}, {value:.2}")
            })
    };
    let names = recordings(results);
    let average = |heap: &str| mean(results, |name| memory_ratio(results, heap, name));
    let worst = |heap: &str| {
        let ratios: Option<Vec<f64>> = names
            .iter()
            .map(|name| memory_ratio(results, heap, name))
            .collect();
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
    type Of<'a> = &'a dyn Fn(&str) -> Option<f64>;
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
        ("growth to 512 MiB (g), peak ÷ final", 1.01, "", &growth),
        ("handover (l), peak ÷ live", 2.0, "", &handover),
    ];
    let rows = rows.into_iter().filter_map(|(what, goal, unit, of)| {
        Some(Goal {
            what: what.to_string(),
            goal,
            peer: least(of),
            ours: of(OURS)?,
            unit,
        })
    });
    rows.collect()
}
