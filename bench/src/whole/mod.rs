//! Whole programs on each malloc that Debian has, and on ours: the whole time, and the most memory.
//!
//! The programs know nothing of it: the malloc is put in front of the C library's by the loader
//! (`LD_PRELOAD`). What a program prints must be what it prints on glibc's.

mod mallocs;
mod run;
mod tasks;

pub use mallocs::{GLIBC, MALLOCS, OURS};
pub use run::main;
pub use tasks::TASKS;

use crate::options::Options;
use crate::programs;
use crate::random::Random;
use crate::results::{Program, Results};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// Measures whole programs as `options` says, into `results`; `save` is called after each repetition.
///
/// # Errors
/// If our malloc cannot be built or this program cannot start itself.
pub fn run(
    options: &Options,
    results: &mut Results,
    save: impl Fn(&Results) -> io::Result<()>,
) -> io::Result<()> {
    let chosen = chosen_mallocs(options, results)?;
    let mut random = Random::new(options.seed);
    let mut printed: BTreeMap<&str, String> = BTreeMap::new();
    for repetition in 0..options.repetitions {
        for task in TASKS
            .iter()
            .filter(|task| options.wants_workload(task.name))
        {
            let mut order: Vec<usize> = (0..chosen.len()).collect();
            // At first glibc, the head of the table: the others have to print what it prints.
            if repetition > 0 {
                random.shuffle(&mut order);
            }
            for index in order {
                let (name, library) = &chosen[index];
                let key = (name.to_string(), task.name.to_string());
                if results.missing.contains_key(&key) {
                    continue;
                }
                let outcome = run::apart(task, library).and_then(|whole| {
                    let first = printed.entry(task.name).or_insert(whole.printed.clone());
                    match !task.same_each_time || *first == whole.printed {
                        true => Ok(whole),
                        false => Err("prints something else".to_string()),
                    }
                });
                match outcome {
                    Ok(whole) => results.programs.entry(key).or_default().push(Program {
                        repetition,
                        seconds: whole.seconds,
                        peak_kib: whole.peak_kib,
                    }),
                    Err(reason) => {
                        eprintln!("{name} on {}: {reason}", task.name);
                        results.missing.insert(key, reason);
                    }
                }
            }
        }
        eprintln!(
            "programs: repetition {} of {} done",
            repetition + 1,
            options.repetitions
        );
        save(results)?;
    }
    Ok(())
}

/// The mallocs that were asked for and are here, each with its library.
fn chosen_mallocs(
    options: &Options,
    results: &mut Results,
) -> io::Result<Vec<(&'static str, PathBuf)>> {
    let mut chosen = Vec::new();
    for malloc in MALLOCS.iter().filter(|m| options.wants_heap(m.name)) {
        let library = match malloc.name {
            OURS => programs::malloc()?,
            _ => PathBuf::from(malloc.library),
        };
        if library.is_file() {
            chosen.push((malloc.name, library));
        } else {
            let reason = format!("{} is not here: package {}", malloc.library, malloc.package);
            eprintln!("{}: {reason}", malloc.name);
            results
                .missing
                .insert((malloc.name.into(), "programs".into()), reason);
        }
    }
    Ok(chosen)
}
