//! Our collections beside std's, both on glibc's malloc: the same source is compiled over both.
//!
//! Each row runs in a process of its own, first one side, then the other, in changing order; a measurement
//! is a pair of times. Both sides return a number that depends on what they made, and the numbers must agree.
//!
//! To add a row: a function in `vectors.rs` or `texts.rs`, and its line in [`ROWS`].

mod glibc;
mod our_side;
mod std_side;

use crate::probe::{Clock, Probe};
use crate::programs;
use crate::results::Results;
use std::io;
use std::process::{Command, ExitCode};

/// Measures one side and returns what the other side must return too.
type Side = fn(&mut Probe) -> u64;

/// One row.
pub struct Row {
    /// What the table calls it.
    pub name: &'static str,
    /// What is done.
    pub about: &'static str,
    std: Side,
    ours: Side,
}

macro_rules! rows {
    ($($name:literal $file:ident::$function:ident, $about:literal;)*) => {
        &[$(Row {
            name: $name,
            about: $about,
            std: std_side::$file::$function,
            ours: our_side::$file::$function,
        }),*]
    };
}

/// All rows, in the order of the table.
pub const ROWS: &[Row] = rows![
    "push" vectors::push, "100 000 numbers, from empty";
    "push-far" vectors::push_far, "64 M numbers; ours tells the allocator that the block is being filled";
    "push-far-floor" floor::push_far, "64 M numbers; ours: no vector and no advice, the bare stores and glibc's realloc";
    "try_push" vectors::try_push_all, "100 000 numbers; std: try_reserve(1) and push";
    "extend" vectors::extend, "by iterators of 1000";
    "extend_from_slice" vectors::extend_from_slice, "by slices of 10";
    "collect" vectors::collect_known, "100 000, length known";
    "collect-filtered" vectors::collect_unknown, "50 000 of 100 000";
    "clone" vectors::clone, "100 000 numbers";
    "clone-texts" vectors::clone_texts, "100 000 texts";
    "insert" vectors::insert, "in the middle, up to 1000";
    "remove" vectors::remove, "in the middle, from 5000";
    "retain" vectors::retain, "half of 100 000";
    "dedup" vectors::dedup, "half of 100 000";
    "drain" vectors::drain, "1000 at a time, near the end";
    "sort" vectors::sort_numbers, "100 000 numbers, random; stable";
    "sort-nearly-sorted" vectors::sort_nearly, "100 000 numbers, nine in ten in order; stable";
    "sort-few-keys" vectors::sort_few_keys, "100 000 pairs by a key of 16 values; stable";
    "sort-texts" vectors::sort_texts, "50 000 texts, random; stable";
    "push_str" texts::push_str, "short pieces";
    "push-char" texts::push_char, "mostly ASCII";
    "build" texts::build, "lines of words, signs and numbers; std: write! for numbers, ours: push_integer";
    "build-small" texts::build_small, "texts of 2 to 7 pieces";
    "format!" texts::format, "a word and two numbers; ours on its own Global";
    "write!" texts::write, "a word and two numbers";
    "lines" texts::lines, "25 000 lines of a text";
];

/// How much faster than std a row must be; nothing is asked of a floor, which shows what can be asked.
pub fn goal(name: &str) -> Option<f64> {
    match name {
        "push-far" | "try_push" | "build" | "build-small" => Some(1.3),
        "push-far-floor" => None,
        _ => Some(0.95),
    }
}

/// Nanoseconds an operation of one side, and its check.
fn measured(side: Side) -> (f64, u64) {
    let mut probe = Probe::new(Clock::Thread);
    let checked = side(&mut probe);
    let ns = probe.nanoseconds as f64 / probe.operations.max(1) as f64;
    (ns, checked)
}

/// A process of one row: `collection NAME PAIRS` prints a line for each pair.
pub fn main(words: &[String]) -> ExitCode {
    let [name, pairs] = words else {
        eprintln!("collection: NAME PAIRS");
        return ExitCode::from(2);
    };
    let row = ROWS.iter().find(|row| row.name == *name);
    let (Some(row), Ok(pairs)) = (row, pairs.parse::<u32>()) else {
        eprintln!("collection: no such row, or no number");
        return ExitCode::from(2);
    };
    // The first pair finds cold caches and a heap that has never been used.
    for turn in 0..=pairs {
        let ((std, std_check), (ours, our_check)) = if turn % 2 == 0 {
            let std = measured(row.std);
            (std, measured(row.ours))
        } else {
            let ours = measured(row.ours);
            (measured(row.std), ours)
        };
        assert!(std_check == our_check, "{name}: the sides disagree");
        if turn > 0 {
            println!("pair {std} {ours}");
        }
    }
    ExitCode::SUCCESS
}

/// Measures the rows that `wanted` takes, each in a process of its own.
///
/// # Errors
/// If this program cannot start itself.
pub fn run(pairs: usize, wanted: impl Fn(&str) -> bool, results: &mut Results) -> io::Result<()> {
    for row in ROWS.iter().filter(|row| wanted(row.name)) {
        // Half a gigabyte a side takes its time.
        let pairs = if row.name.starts_with("push-far") {
            pairs.min(7)
        } else {
            pairs
        };
        let mut command = Command::new(programs::this()?);
        let command = command.args(["collection", row.name, &pairs.to_string()]);
        let output = command.output()?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr).into_owned();
            eprintln!("{}: {}", row.name, reason.trim());
            continue;
        }
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            if let ["pair", std, ours] = fields[..] {
                let pair = std.parse().ok().zip(ours.parse().ok());
                results.pair(row.name, pair.expect("numbers, as `main` printed them"));
            }
        }
        eprintln!("{} done", row.name);
    }
    Ok(())
}
