//! What a run has found, and its file: one line a measurement, so that tables and plots can be made anew
//! and nothing that was measured is lost.

use crate::peers::is_peer;
use crate::statistics::{median, paired_ratio};
use std::collections::BTreeMap;
use std::fmt::Write;

/// One run of one cell.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Sample {
    /// Which repetition it was.
    pub repetition: usize,
    /// Nanoseconds an operation.
    pub ns: f64,
    /// The same in the first pass over a recording; 0 where there is none.
    pub cold: f64,
    /// Resident at the most, KiB above the harness.
    pub peak_kib: f64,
    /// Resident after everything was freed, KiB above the harness.
    pub left_kib: f64,
}

/// One of the four figures of a sample.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Figure {
    /// Nanoseconds an operation; warm, for a recording.
    Time,
    /// Nanoseconds an operation in a fresh process.
    Cold,
    /// KiB at the most.
    Peak,
    /// KiB after everything was freed.
    Left,
}

impl Sample {
    /// The figure.
    pub fn figure(&self, figure: Figure) -> f64 {
        match figure {
            Figure::Time => self.ns,
            Figure::Cold => self.cold,
            Figure::Peak => self.peak_kib,
            Figure::Left => self.left_kib,
        }
    }
}

/// A heap and a workload.
pub type Cell = (String, String);

/// Everything that one run has found.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Results {
    /// What the run was: mode, date, command, machine; in the order of the report.
    pub about: Vec<(String, String)>,
    /// Heaps in the order of the tables, each with its version.
    pub heaps: Vec<(String, String)>,
    /// Workloads in the order of the tables, each with what an operation is.
    pub workloads: Vec<(String, String)>,
    /// The samples of each cell.
    pub samples: BTreeMap<Cell, Vec<Sample>>,
    /// Peak live bytes of a workload, KiB.
    pub live_kib: BTreeMap<String, f64>,
    /// Instructions an operation, the harness's own included.
    pub instructions: BTreeMap<Cell, f64>,
    /// Cells that have no result, and why.
    pub missing: BTreeMap<Cell, String>,
    /// Rows of the collections: for each the pairs of nanoseconds (std, ours).
    pub collections: Vec<(String, Vec<(f64, f64)>)>,
    /// Whole programs: a malloc and a task, and what each repetition took.
    pub programs: BTreeMap<Cell, Vec<Program>>,
}

/// One run of a whole program.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Program {
    /// Which repetition it was.
    pub repetition: usize,
    /// Seconds of processor time.
    pub seconds: f64,
    /// Resident at the most, KiB.
    pub peak_kib: f64,
}

fn cell(heap: &str, workload: &str) -> Cell {
    (heap.to_string(), workload.to_string())
}

impl Results {
    /// The samples of a cell.
    pub fn of(&self, heap: &str, workload: &str) -> &[Sample] {
        let samples = self.samples.get(&cell(heap, workload));
        samples.map_or(&[], |samples| samples)
    }

    /// One figure of a cell, each with its repetition.
    pub fn column(&self, heap: &str, workload: &str, figure: Figure) -> Vec<(usize, f64)> {
        let samples = self.of(heap, workload).iter();
        samples
            .map(|sample| (sample.repetition, sample.figure(figure)))
            .collect()
    }

    /// The median of one figure of a cell.
    pub fn median(&self, heap: &str, workload: &str, figure: Figure) -> Option<f64> {
        let column = self.column(heap, workload, figure);
        median(
            &column
                .into_iter()
                .map(|(_, value)| value)
                .collect::<Vec<_>>(),
        )
    }

    /// The ratio of two heaps on a workload, by pairs.
    pub fn ratio(&self, heap: &str, other: &str, workload: &str, figure: Figure) -> Option<f64> {
        paired_ratio(
            &self.column(heap, workload, figure),
            &self.column(other, workload, figure),
        )
    }

    /// The names of the heaps that `wanted` takes, in the order of the tables.
    pub fn names(&self, wanted: impl Fn(&str) -> bool) -> Vec<&str> {
        let names = self.heaps.iter().map(|(name, _)| name.as_str());
        names.filter(|name| wanted(name)).collect()
    }

    /// The peer with the least of a figure on a workload.
    pub fn best_peer(&self, workload: &str, figure: Figure) -> Option<(&str, f64)> {
        let peers = self.names(is_peer).into_iter();
        let medians = peers.filter_map(|name| Some((name, self.median(name, workload, figure)?)));
        medians.min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// Instructions an operation of a cell.
    pub fn instructions(&self, heap: &str, workload: &str) -> Option<f64> {
        self.instructions.get(&cell(heap, workload)).copied()
    }

    /// The file.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut line = |fields: &[&str]| {
            writeln!(text, "{}", fields.join("\t")).expect("a string takes everything");
        };
        for (what, value) in &self.about {
            line(&["about", what, value]);
        }
        for (name, version) in &self.heaps {
            line(&["heap", name, version]);
        }
        for (name, about) in &self.workloads {
            line(&["workload", name, about]);
        }
        for (name, kib) in &self.live_kib {
            line(&["live", name, &kib.to_string()]);
        }
        for ((heap, workload), samples) in &self.samples {
            for sample in samples {
                let numbers = [sample.ns, sample.cold, sample.peak_kib, sample.left_kib];
                let [ns, cold, peak, left] = numbers.map(|number| number.to_string());
                let turn = sample.repetition.to_string();
                line(&["sample", heap, workload, &turn, &ns, &cold, &peak, &left]);
            }
        }
        for ((heap, workload), count) in &self.instructions {
            line(&["instructions", heap, workload, &count.to_string()]);
        }
        for ((heap, workload), reason) in &self.missing {
            line(&["missing", heap, workload, reason]);
        }
        for (name, pairs) in &self.collections {
            for (std, ours) in pairs {
                line(&["collection", name, &std.to_string(), &ours.to_string()]);
            }
        }
        for ((malloc, task), runs) in &self.programs {
            for run in runs {
                let turn = run.repetition.to_string();
                let [seconds, peak] = [run.seconds, run.peak_kib].map(|number| number.to_string());
                line(&["program", malloc, task, &turn, &seconds, &peak]);
            }
        }
        text
    }

    /// Reads the file.
    ///
    /// # Errors
    /// The line that says nothing known.
    pub fn from_text(text: &str) -> Result<Results, String> {
        let mut results = Results::default();
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            results
                .take(&fields)
                .ok_or_else(|| format!("not a result: {line}"))?;
        }
        Ok(results)
    }

    /// One line of the file.
    fn take(&mut self, fields: &[&str]) -> Option<()> {
        let number = |text: &str| text.parse::<f64>().ok();
        let two = |a: &str, b: &str| (a.to_string(), b.to_string());
        match *fields {
            ["about", what, value] => self.about.push(two(what, value)),
            ["heap", name, version] => self.heaps.push(two(name, version)),
            ["workload", name, about] => self.workloads.push(two(name, about)),
            ["live", name, kib] => {
                self.live_kib.insert(name.to_string(), number(kib)?);
            }
            ["sample", heap, workload, turn, ns, cold, peak, left] => {
                let sample = Sample {
                    repetition: turn.parse().ok()?,
                    ns: number(ns)?,
                    cold: number(cold)?,
                    peak_kib: number(peak)?,
                    left_kib: number(left)?,
                };
                let samples = self.samples.entry(cell(heap, workload));
                samples.or_default().push(sample);
            }
            ["instructions", heap, workload, count] => {
                self.instructions
                    .insert(cell(heap, workload), number(count)?);
            }
            ["missing", heap, workload, reason] => {
                self.missing
                    .insert(cell(heap, workload), reason.to_string());
            }
            ["collection", name, std, ours] => {
                self.pair(name, (number(std)?, number(ours)?));
            }
            ["program", malloc, task, turn, seconds, peak] => {
                let run = Program {
                    repetition: turn.parse().ok()?,
                    seconds: number(seconds)?,
                    peak_kib: number(peak)?,
                };
                let runs = self.programs.entry(cell(malloc, task));
                runs.or_default().push(run);
            }
            _ => return None,
        }
        Some(())
    }

    /// One pair of times of a row of the collections.
    pub fn pair(&mut self, name: &str, pair: (f64, f64)) {
        match self.collections.iter_mut().find(|(row, _)| row == name) {
            Some((_, pairs)) => pairs.push(pair),
            None => self.collections.push((name.to_string(), vec![pair])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut results = Results::default();
        results.about.push(("mode".into(), "quick".into()));
        results.heaps.push(("glibc".into(), "2.36".into()));
        results.workloads.push(("a".into(), "a pair".into()));
        results.live_kib.insert("a".into(), 1.0);
        let sample = Sample {
            repetition: 2,
            ns: 1.5,
            peak_kib: 12.0,
            ..Sample::default()
        };
        results.samples.insert(cell("glibc", "a"), vec![sample]);
        results.instructions.insert(cell("glibc", "a"), 133.0);
        results.missing.insert(cell("x", "a"), "too slow".into());
        results.pair("push", (1.0, 0.5));
        results.pair("push", (1.0, 0.6));
        let run = Program {
            repetition: 1,
            seconds: 0.25,
            peak_kib: 9000.0,
        };
        results.programs.insert(cell("ours", "git"), vec![run]);
        assert_eq!(Results::from_text(&results.to_text()), Ok(results));
        assert!(Results::from_text("sample\tx").is_err());
    }
}
