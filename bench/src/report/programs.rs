//! The tables of whole programs: time and memory as parts of glibc's, and what was to be reached.

use super::{NONE, Table, shown, two};
use crate::results::{Program, Results};
use crate::statistics::{geometric_mean, median, paired_ratio, three_figures};
use crate::whole::{GLIBC, MALLOCS, OURS, TASKS};

/// One figure of a run.
type Figure = fn(&Program) -> f64;

/// The two figures, each with its name.
pub const FIGURES: [(&str, Figure); 2] =
    [("time", |run| run.seconds), ("memory", |run| run.peak_kib)];

/// Our memory may be so much of glibc's.
const MEMORY_MOST: f64 = 1.1;

/// The mallocs that a run has, in the order of the tables.
pub fn mallocs(results: &Results) -> Vec<&'static str> {
    let has = |name: &str| results.programs.keys().any(|(malloc, _)| malloc == name);
    MALLOCS.iter().map(|m| m.name).filter(|m| has(m)).collect()
}

/// The tasks that a run has.
fn tasks(results: &Results) -> Vec<&'static str> {
    let has = |name: &str| results.programs.keys().any(|(_, task)| task == name);
    TASKS.iter().map(|t| t.name).filter(|t| has(t)).collect()
}

/// One figure of a malloc on a task, each with its repetition.
fn column(results: &Results, malloc: &str, task: &str, figure: Figure) -> Vec<(usize, f64)> {
    let runs = results
        .programs
        .get(&(malloc.to_string(), task.to_string()));
    let runs = runs.map_or(&[][..], |runs| runs);
    runs.iter()
        .map(|run| (run.repetition, figure(run)))
        .collect()
}

/// A figure as a part of glibc's, by pairs.
fn ratio(results: &Results, malloc: &str, task: &str, figure: Figure) -> Option<f64> {
    let side = |malloc| column(results, malloc, task, figure);
    paired_ratio(&side(malloc), &side(GLIBC))
}

/// The geometric mean of a figure over the tasks that this malloc ran.
pub fn mean(results: &Results, malloc: &str, figure: Figure) -> Option<f64> {
    let ratios = tasks(results).into_iter();
    let ratios: Vec<f64> = ratios
        .filter_map(|task| ratio(results, malloc, task, figure))
        .collect();
    geometric_mean(&ratios)
}

/// One table of parts of glibc's.
fn table(results: &Results, figure: Figure) -> String {
    let mut headings = vec!["malloc"];
    headings.extend(tasks(results));
    headings.push("geometric mean");
    let mut table = Table::new(&headings);
    for malloc in mallocs(results) {
        let mut cells = vec![malloc.to_string()];
        for task in tasks(results) {
            cells.push(shown(ratio(results, malloc, task, figure), two));
        }
        cells.push(shown(mean(results, malloc, figure), two));
        table.row(&cells);
    }
    table.text
}

/// glibc's own figures, and how they vary.
fn absolute(results: &Results) -> String {
    let headings = [
        "program",
        "what it does",
        "glibc, s",
        "slowest ÷ fastest",
        "glibc, KiB",
    ];
    let mut table = Table::new(&headings);
    for task in TASKS {
        let values = |figure| {
            let column = column(results, GLIBC, task.name, figure);
            column
                .into_iter()
                .map(|(_, value)| value)
                .collect::<Vec<f64>>()
        };
        let [seconds, kib] = FIGURES.map(|(_, figure)| values(figure));
        if seconds.is_empty() {
            continue;
        }
        table.row(&[
            task.name.to_string(),
            task.about.to_string(),
            shown(median(&seconds), two),
            shown(crate::statistics::spread(&seconds), two),
            shown(median(&kib), three_figures),
        ]);
    }
    table.text
}

/// What was to be reached: our time against each malloc's, our memory against glibc's.
fn goals(results: &Results) -> String {
    let mut table = Table::new(&["ours", "goal", "is", "reached"]);
    let [time, memory] = FIGURES.map(|(_, figure)| figure);
    let mut row = |what: String, most: f64, value: Option<f64>| {
        let reached = if value.is_some_and(|value| value <= most) {
            "yes"
        } else {
            "**no**"
        };
        let value = value.map_or(NONE.to_string(), two);
        table.row(&[what, format!("≤ {most}"), value, reached.to_string()]);
    };
    for peer in mallocs(results) {
        if peer != OURS {
            let both = mean(results, OURS, time).zip(mean(results, peer, time));
            row(
                format!("time, in times of {peer}'s"),
                1.0,
                both.map(|(ours, peer)| ours / peer),
            );
        }
    }
    let value = mean(results, OURS, memory);
    row(
        "memory, in times of glibc's".to_string(),
        MEMORY_MOST,
        value,
    );
    table.text
}

/// All tables of the programs.
pub(super) fn section(results: &Results) -> String {
    let [time, memory] = FIGURES.map(|(_, figure)| table(results, figure));
    format!(
        "\n## Whole programs on each malloc\n\nThe malloc is put in front by the loader (`LD_PRELOAD`); Debian's \
         packages of the peers. Time is that of the processor, in the program and in the kernel, children included; \
         memory is the most that was resident, code included, of the largest process. Geometric means.\n\n{}\n\
         ### Processor time as a part of glibc's\n\n{time}\n### Most memory as a part of glibc's\n\n{memory}\n\
         ### glibc's own figures\n\n{}",
        goals(results),
        absolute(results)
    )
}
