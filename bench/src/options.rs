//! The command line.

use crate::programs::package_path;
use crate::workloads::Workload;
use std::io;
use std::path::PathBuf;

/// What is printed for `--help` and after a mistake.
pub const USAGE: &str = "\
usage: cargo run --release -- [quick|full|report] [OPTIONS]

quick    a few minutes: few operations, 3 repetitions, no instruction counts of peers (default)
full     all operations, 5 repetitions, instruction counts
report   makes tables and plots anew from results/MODE.tsv; needs --mode

  --heaps A,B         only these heaps (see the tables for the names; `ours` is the library's Global)
  --workloads A,B     only these workloads (a b c d e10k e1m f10k g h i j k l z one, recordings by name), rows
                      of the collections, or programs
  --parts A,B         heaps, collections, programs: only these parts (quick: no programs)
  --repetitions N     how often each cell is run
  --seed N            order of the heaps
  --traces FOLDER     recordings, *.trace.zst (default: ../traces)
  --instructions      count instructions also in the quick mode
  --no-instructions   do not count them in the full mode
  --no-huge-pages     the kernel gives nobody pages of 2 MiB, not even who asks
  --out FOLDER        where the results go (default: results)
  --mode NAME         the name of the result files (default: the mode)
";

/// What the command line asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// `quick`, `full` or `report`.
    pub mode: String,
    /// The name of the result files.
    pub name: String,
    /// Names of heaps; empty for all.
    pub heaps: Vec<String>,
    /// Names of workloads; empty for all.
    pub workloads: Vec<String>,
    /// Parts; empty for all.
    pub parts: Vec<String>,
    /// How often each cell is run.
    pub repetitions: usize,
    /// Order of the heaps.
    pub seed: u64,
    /// Whether instructions are counted.
    pub instructions: bool,
    /// Whether a heap that asks for pages of 2 MiB may have them.
    pub huge_pages: bool,
    /// Where recordings are.
    pub traces: PathBuf,
    /// Where results go.
    pub out: PathBuf,
}

impl Options {
    /// Reads the words of the command line.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn from_words(words: &[String]) -> Result<Options, String> {
        let mut words = words.iter().map(String::as_str).peekable();
        let mode = words
            .next_if(|word| !word.starts_with("--"))
            .unwrap_or("quick");
        if !matches!(mode, "quick" | "full" | "report") {
            return Err(format!("no such mode: {mode}"));
        }
        let full = mode == "full";
        let mut options = Options {
            mode: mode.to_string(),
            name: mode.to_string(),
            heaps: Vec::new(),
            workloads: Vec::new(),
            parts: Vec::new(),
            repetitions: if full { 5 } else { 3 },
            seed: 1,
            instructions: full,
            huge_pages: true,
            traces: package_path("../traces"),
            out: package_path("results"),
        };
        while let Some(word) = words.next() {
            match word {
                "--instructions" => options.instructions = true,
                "--no-instructions" => options.instructions = false,
                "--no-huge-pages" => options.huge_pages = false,
                _ => {
                    let value = words.next().ok_or(format!("{word} needs a value"))?;
                    options.set(word, value)?;
                }
            }
        }
        if options.repetitions == 0 {
            return Err("at least one repetition".to_string());
        }
        Ok(options)
    }

    /// Takes an option with its value.
    fn set(&mut self, word: &str, value: &str) -> Result<(), String> {
        let list = || value.split(',').map(str::to_string).collect();
        let number = || value.parse().map_err(|_| format!("not a number: {value}"));
        match word {
            "--heaps" => self.heaps = list(),
            "--workloads" => self.workloads = list(),
            "--parts" => self.parts = list(),
            "--repetitions" => self.repetitions = number()? as usize,
            "--seed" => self.seed = number()?,
            "--traces" => self.traces = PathBuf::from(value),
            "--out" => self.out = PathBuf::from(value),
            "--mode" => self.name = value.to_string(),
            _ => return Err(format!("no such option: {word}")),
        }
        Ok(())
    }

    /// Whether a heap takes part.
    pub fn wants_heap(&self, name: &str) -> bool {
        self.heaps.is_empty() || self.heaps.iter().any(|heap| heap == name)
    }

    /// Whether a workload takes part.
    pub fn wants_workload(&self, name: &str) -> bool {
        self.workloads.is_empty() || self.workloads.iter().any(|workload| workload == name)
    }

    /// Whether a part takes part: the programs, which take ten minutes, not in the quick mode by itself.
    pub fn wants_part(&self, name: &str) -> bool {
        let unasked = name != "programs" || self.mode == "full";
        (self.parts.is_empty() && unasked) || self.parts.iter().any(|part| part == name)
    }

    /// Operations of a workload in this mode.
    pub fn operations(&self, workload: &Workload) -> u64 {
        if self.mode == "full" {
            workload.full
        } else {
            workload.quick
        }
    }

    /// The recordings that take part, by name.
    ///
    /// # Errors
    /// If the folder is there and cannot be read.
    pub fn recordings(&self) -> io::Result<Vec<PathBuf>> {
        let Ok(entries) = std::fs::read_dir(&self.traces) else {
            eprintln!("no recordings: {} is no folder", self.traces.display());
            return Ok(Vec::new());
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let file = path.file_name().and_then(|name| name.to_str());
            let Some((name, rest)) = file.and_then(|file| file.split_once('.')) else {
                continue;
            };
            if matches!(rest, "trace" | "trace.zst") && self.wants_workload(name) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_options_and_mistakes_are_named() {
        let words = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        let options = Options::from_words(&words("full --heaps glibc,ours --no-instructions"));
        let options = options.unwrap();
        assert!(options.wants_heap("ours") && !options.wants_heap("talc"));
        assert!(!options.instructions && options.huge_pages && options.repetitions == 5);
        assert!(options.wants_part("programs"));
        let options = Options::from_words(&words("quick --no-huge-pages --seed 2")).unwrap();
        assert!(!options.huge_pages && options.seed == 2);
        assert!(options.wants_part("heaps") && !options.wants_part("programs"));
        for wrong in [
            "swift",
            "quick --heaps",
            "quick --seed x",
            "quick --nothing 1",
        ] {
            assert!(Options::from_words(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
