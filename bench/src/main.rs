//! nostd-alloc beside its peers: time, memory and instructions, in one command.
//!
//! ```text
//! options -> measure -> cell (this program again, one process each) -> results -> report, plot
//! ```

#[cfg(feature = "peers")]
mod adapters;
mod block;
mod cell;
mod collections;
mod heaps;
mod instructions;
mod machine;
mod measure;
#[cfg(musl)]
mod musl;
mod options;
mod pages;
mod peers;
mod plot;
mod probe;
mod programs;
mod random;
mod report;
mod results;
mod statistics;
mod whole;
mod workloads;

use options::{Options, USAGE};
use results::Results;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "cell") {
        return cell::main(&words[1..]);
    }
    if words.first().is_some_and(|word| word == "collection") {
        return collections::main(&words[1..]);
    }
    if words.first().is_some_and(|word| word == "whole") {
        return whole::main(&words[1..]);
    }
    if words.iter().any(|word| word == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match Options::from_words(&words) {
        Err(mistake) => {
            eprintln!("{mistake}\n\n{USAGE}");
            ExitCode::from(2)
        }
        Ok(options) => match run(&options, &words) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
    }
}

/// Measures, or reads what was measured, and writes tables and plots.
fn run(options: &Options, words: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let file = |ending: &str| options.out.join(format!("{}{ending}", options.name));
    let results = if options.mode == "report" {
        Results::from_text(&std::fs::read_to_string(file(".tsv"))?)?
    } else {
        let save = |results: &Results| std::fs::write(file(".tsv"), results.to_text());
        std::fs::create_dir_all(&options.out)?;
        let results = measured(options, words, save)?;
        save(&results)?;
        results
    };
    std::fs::write(file(".md"), report::markdown(&results, &options.name))?;
    plot::draw_all(&results, &options.out, &options.name)?;
    println!("written: {}", file(".md").display());
    Ok(())
}

/// A run.
fn measured(
    options: &Options,
    words: &[String],
    save: impl Fn(&Results) -> io::Result<()>,
) -> io::Result<Results> {
    if !options.huge_pages {
        machine::forgo_huge_pages()?;
    }
    let mut results = Results::default();
    let mut about = |what: &str, value: String| results.about.push((what.to_string(), value));
    about("mode", options.mode.clone());
    about(
        "command",
        format!("cargo run --release -- {}", words.join(" ")),
    );
    about("date", machine::date());
    about("repetitions", options.repetitions.to_string());
    results.about.extend(machine::description());
    if options.wants_part("heaps") {
        measure::run(options, &mut results, &save)?;
    }
    if options.wants_part("collections") {
        let pairs = options.repetitions * 3;
        collections::run(pairs, |name| options.wants_workload(name), &mut results)?;
    }
    if options.wants_part("programs") {
        whole::run(options, &mut results, &save)?;
    }
    Ok(results)
}
