//! The released program, and one small run of each command.

use crate::programs::built;
use crate::run::{Outcome, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The released program.
pub(crate) static PROGRAM: LazyLock<PathBuf> =
    LazyLock::new(|| built("release", &["--bins"]).join("nostd-alloc"));

/// Lines in no order, about 60 KiB.
pub(crate) static LINES: LazyLock<PathBuf> = LazyLock::new(|| {
    let lines = (0..9000u64).map(|number| format!("{:05}\n", number * 7919 % 9001));
    file("lines", lines.collect::<String>().as_bytes())
});

/// A recording: 40 blocks up to 9 KB, all live at once, then all freed.
pub(crate) static TRACE: LazyLock<PathBuf> = LazyLock::new(|| {
    let allocated = (1..=40).map(|id| format!("a {id} {} 8\n", id * 997 % 9000 + 1));
    let freed = (1..=40).map(|id| format!("f {id}\n"));
    file(
        "trace",
        allocated.chain(freed).collect::<String>().as_bytes(),
    )
});

/// A file for the program to read.
pub(crate) fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("system-{name}"));
    fs::write(&path, bytes).expect("the folder is ours");
    path
}

/// The arguments of one small run of each command, its name first.
pub(crate) fn runs() -> Vec<Vec<&'static str>> {
    let path = |file: &'static PathBuf| file.to_str().expect("the target folder has a plain name");
    vec![
        vec!["tour"],
        vec!["sort", path(&LINES)],
        vec!["replay", path(&TRACE)],
        vec!["check", "--operations", "20"],
    ]
}

/// What the program says when all goes well.
pub(crate) fn undisturbed(arguments: &[&str]) -> Outcome {
    let outcome = run(Command::new(&*PROGRAM).args(arguments));
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""), "{arguments:?}");
    outcome
}

/// Asserts that a message is one line of ours.
pub(crate) fn assert_one_line(outcome: &Outcome, part: &str) {
    let line = &outcome.stderr;
    let whole = line.starts_with("nostd-alloc: error: ") && line.ends_with('\n');
    assert!(whole && line.lines().count() == 1, "{line:?}");
    assert!(line.contains(part), "no '{part}' in {line:?}");
}
