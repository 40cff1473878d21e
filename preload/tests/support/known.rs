//! The programs of `tests/programs`, whose calls are known one by one, and the text of their recordings.

use crate::support::Folder;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `each.c` asks; glibc's realloc never has a reason to say more.
pub(crate) const EACH: &[&str] = &[
    "a 0 100 16",
    "z 1 21 16",
    "a 2 5 4",
    "r 0 100000",
    "f 1",
    "a 1 10 64",
    "a 3 64 32",
    "a 4 1 4096",
    "a 5 3 4096",
    "a 6 8192 4096",
    "a 7 24 16",
    "r 7 48",
    "a 8 1 1",
    "f 8",
    "f 0",
    "f 2",
    "f 1",
    "f 3",
    "f 4",
    "f 5",
    "f 6",
    "f 7",
];

/// Compiles a program of `tests/programs`, without the compiler's own ideas of malloc.
pub(crate) fn compile(folder: &Folder, name: &str, options: &[&str], result: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/programs/{name}.c"));
    let result = folder.path(result);
    let compiled = Command::new("gcc")
        .args(["-O1", "-fno-builtin", "-pthread", "-D_GNU_SOURCE"])
        .args(options)
        .arg("-o")
        .args([&result, &source])
        .status();
    assert!(compiled.expect("gcc runs").success(), "{name}.c compiles");
    result
}

/// What the recording says at its end that it could not write.
pub(crate) fn left_out(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).expect("the recording is there");
    let comment = |line: &&str| line.starts_with("# left out: ");
    text.lines().find(comment).map(str::to_owned)
}

/// The lines of a recording without comments and empty lines.
pub(crate) fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("the recording is there");
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}
