//! The loop over repetitions, workloads and heaps.
//!
//! Each repetition visits all workloads, and for each of them all heaps in a new random order, so that a
//! machine that is slow for a minute is slow for everybody. A cell that failed once is not tried again.

use crate::cell;
use crate::instructions;
use crate::options::Options;
use crate::peers::{GLIBC, Heap, METER, NOTHING, Way, heaps, is_guest};
use crate::random::Random;
use crate::results::{Results, Sample};
use crate::workloads::{Task, WORKLOADS, pack_recording};
use crate::{machine, programs};
use std::io;
use std::path::{Path, PathBuf};

/// Guests are not run more often: they are here to be seen beside the others, and many.
const GUEST_REPETITIONS: usize = 2;

/// What is measured.
struct Plan {
    heaps: Vec<(Heap, PathBuf)>,
    tasks: Vec<Task>,
}

/// Measures heaps as `options` says, into `results`; `save` is called after each repetition, so that a run
/// that is ended has not been for nothing.
///
/// # Errors
/// If a recording cannot be read or this program cannot start itself.
pub fn run(
    options: &Options,
    results: &mut Results,
    save: impl Fn(&Results) -> io::Result<()>,
) -> io::Result<()> {
    let plan = plan(options, results)?;
    for task in &plan.tasks {
        let name = task.workload.name.to_string();
        let about = format!("{} ({} operations)", task.workload.about, task.operations);
        results.workloads.push((name.clone(), about));
        match cell::run(&programs::this()?, METER, task) {
            Ok(sample) => drop(results.live_kib.insert(name, sample.peak_kib)),
            Err(reason) => eprintln!("{METER} on {name}: {reason}"),
        }
    }
    for (heap, _) in &plan.heaps {
        let version = match heap.package {
            "" if heap.name == GLIBC => machine::glibc_version(),
            #[cfg(musl)]
            "" if heap.name == crate::peers::MUSL => crate::musl::version().to_string(),
            package => machine::version(package),
        };
        results.heaps.push((heap.name.clone(), version));
    }
    let mut random = Random::new(options.seed);
    for repetition in 0..options.repetitions {
        for task in &plan.tasks {
            let mut order: Vec<usize> = (0..plan.heaps.len()).collect();
            random.shuffle(&mut order);
            for index in order {
                let (heap, program) = &plan.heaps[index];
                measure(heap, program, task, repetition, results);
            }
        }
        eprintln!(
            "repetition {} of {} done",
            repetition + 1,
            options.repetitions
        );
        save(results)?;
    }
    if options.instructions {
        instructions::run(&plan.heaps, results)?;
    }
    Ok(())
}

/// The time of a cell and its memory: of a recording, that of another one, in which nothing but memory is read.
fn sample(program: &Path, heap: &str, task: &Task) -> Result<Sample, String> {
    let timed = cell::run(program, heap, task)?;
    if task.file.is_none() {
        return Ok(timed);
    }
    let read = Task {
        operations: 0,
        ..task.clone()
    };
    let Sample {
        peak_kib, left_kib, ..
    } = cell::run(program, heap, &read)?;
    Ok(Sample {
        peak_kib,
        left_kib,
        ..timed
    })
}

/// One cell, unless it cannot be or has failed before.
fn measure(heap: &Heap, program: &Path, task: &Task, repetition: usize, results: &mut Results) {
    let key = (heap.name.clone(), task.workload.name.to_string());
    let enough = is_guest(&heap.name) && repetition >= GUEST_REPETITIONS;
    let cannot = task.workload.threads > 1 && !heap.has_threads();
    if cannot || results.missing.contains_key(&key) || enough {
        return;
    }
    match sample(program, &heap.name, task) {
        Ok(mut sample) => {
            sample.repetition = repetition;
            results.samples.entry(key).or_default().push(sample);
        }
        Err(reason) => {
            eprintln!("{} on {}: {reason}", key.0, key.1);
            results.missing.insert(key, reason);
        }
    }
}

/// The heaps and the workloads that were asked for. A heap that fails the check of its contents is left out.
fn plan(options: &Options, results: &mut Results) -> io::Result<Plan> {
    let mut chosen = Vec::new();
    for heap in heaps() {
        if heap.name == METER || !options.wants_heap(&heap.name) {
            continue;
        }
        let program = match heap.way {
            Way::Missing(reason) => Err(reason.to_string()),
            Way::SecondBuild => programs::second().map_err(|error| error.to_string()),
            _ => programs::this().map_err(|error| error.to_string()),
        };
        let works = program.and_then(|program| {
            if heap.name != NOTHING {
                cell::run(&program, &heap.name, &Task::check())?;
            }
            Ok(program)
        });
        match works {
            Ok(program) => chosen.push((heap, program)),
            Err(reason) => {
                eprintln!("{} is left out: {reason}", heap.name);
                results.missing.insert((heap.name, "all".into()), reason);
            }
        }
    }
    let mut tasks: Vec<Task> = WORKLOADS
        .iter()
        .filter(|workload| options.wants_workload(workload.name))
        .map(|workload| Task {
            operations: options.operations(workload),
            workload: workload.clone(),
            file: None,
        })
        .collect();
    for path in options.recordings()? {
        let recording = pack_recording(&path, &programs::folder()?)?;
        tasks.push(Task {
            operations: options.operations(&recording.workload),
            workload: recording.workload,
            file: Some(recording.file),
        });
    }
    Ok(Plan {
        heaps: chosen,
        tasks,
    })
}
