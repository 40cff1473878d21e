//! The Markdown of a run: what was measured, in tables, with the command and the machine on top.

mod collections;
mod goals;
mod heaps;
pub mod programs;
mod recordings;

pub use recordings::{mean, memory_ratio, recordings};

use crate::results::Results;
use std::fmt::Write;

/// A cell without a result.
const NONE: &str = "–";

/// A table in Markdown.
struct Table {
    text: String,
    columns: usize,
}

impl Table {
    /// A table with these headings.
    fn new(headings: &[&str]) -> Table {
        let mut table = Table {
            text: String::new(),
            columns: headings.len(),
        };
        table.row(headings);
        table.text += &format!("|{}\n", "---|".repeat(headings.len()));
        table
    }

    /// One row more.
    fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        assert!(cells.len() == self.columns, "a row as long as the headings");
        let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
        self.text += &format!("| {} |\n", cells.join(" | "));
    }
}

/// A number, or a dash.
fn shown(value: Option<f64>, show: impl Fn(f64) -> String) -> String {
    value.map_or(NONE.to_string(), show)
}

/// A ratio with two decimals.
fn two(value: f64) -> String {
    format!("{value:.2}")
}

/// The report of `results`; `name` is that of its files.
pub fn markdown(results: &Results, name: &str) -> String {
    let mut text = format!("# Results: {name}\n\n");
    let mut about = Table::new(&["what", "value"]);
    for (what, value) in &results.about {
        about.row(&[what, value]);
    }
    text += &about.text;
    text += "\nHow to read this, and what is noise: `bench/README.md`. ";
    text += &format!("Every sample: `{name}.tsv`.\n");
    if !results.samples.is_empty() {
        text += &goals::section(results);
        text += &heaps::sections(results);
        text += &self::recordings::sections(results);
        text += &missing(results);
    }
    if !results.collections.is_empty() {
        text += &collections::section(results);
    }
    if !results.programs.is_empty() {
        text += &programs::section(results);
    }
    for picture in crate::plot::PICTURES {
        let file = format!("{name}-{}.svg", picture.name);
        if (picture.has_data)(results) {
            writeln!(text, "\n![{}]({file})", picture.title).expect("a string takes everything");
        }
    }
    text
}

/// The cells without a result.
fn missing(results: &Results) -> String {
    if results.missing.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["heap", "workload", "why there is no result"]);
    for ((heap, workload), reason) in &results.missing {
        table.row(&[heap, workload, reason]);
    }
    format!("\n## Cells without a result\n\n{}", table.text)
}
