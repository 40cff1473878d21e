//! Runs a program under strace: which calls it makes, and what becomes of it when the kernel refuses one.
//!
//! strace injects only into calls that it also traces, and says nothing where it does not: so whoever injects
//! asks the log whether it happened. `timeout strace …`, not `strace timeout …`, which would trace timeout.

use crate::run::{Outcome, outcome};
use crate::tool::tool;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// strace with a program, ready to run.
pub(crate) struct Strace {
    /// Its standard streams are those of the program; the log goes elsewhere.
    pub(crate) command: Command,
    log: PathBuf,
}

/// What a traced program did and said.
#[derive(Debug)]
pub(crate) struct Traced {
    pub(crate) outcome: Outcome,
    /// The system calls, as strace writes them; `execve` is the first one.
    pub(crate) calls: Vec<String>,
}

impl Strace {
    /// `None` where there is no strace: the test has said that it skips.
    pub(crate) fn new(options: &[&str], program: &Path, arguments: &[&str]) -> Option<Strace> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let log = format!("strace-{}-{count}.log", std::process::id());
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(log);
        let mut command = Command::new(tool("strace")?);
        command
            .arg("-qq")
            .arg("-o")
            .arg(&log)
            .args(options)
            .arg(program)
            .args(arguments);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Some(Strace { command, log })
    }

    /// Runs it; `input` goes to standard input if that is a pipe.
    pub(crate) fn run(mut self, input: &[u8]) -> Traced {
        let child = self.command.spawn().expect("strace starts");
        let outcome = outcome(child, input);
        let log = fs::read_to_string(&self.log).expect("strace wrote its log");
        // A log that stays behind does no harm.
        let _ = fs::remove_file(&self.log);
        let calls = log
            .lines()
            .filter(|line| line.contains('('))
            .map(str::to_owned)
            .collect();
        Traced { outcome, calls }
    }
}

impl Traced {
    /// How many calls the kernel never saw.
    pub(crate) fn injected(&self) -> usize {
        self.calls
            .iter()
            .filter(|call| call.contains("(INJECTED)"))
            .count()
    }

    /// The names of the calls, in order, without the `execve` that started the program. Of a program with
    /// threads (`-f`) a line begins with the number of one, and one that ends a call which was interrupted goes on
    /// with `<...`.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.calls.iter().filter_map(|line| {
            let call = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
            Some(call.trim_start().split_once('(')?.0)
        });
        names.filter(|name| *name != "execve" && !name.starts_with('<'))
    }
}
