//! What the commands print, to the byte, as a person sees it: `tests/golden/*.console`, and the README's
//! `console` blocks.
//!
//! A line that begins with `$ ` is run by sh at the root of the tree; behind it stand its output, standard
//! error included, and `? N` for an exit code that is not 0. In the README `cargo run --release --` stands
//! for the program, and other commands are left alone. `SNAPSHOTS=overwrite cargo test --test program golden` writes
//! what is printed now.

use crate::run::run;
use crate::tool::tool;
use snapbox::data::{DataFormat, IntoData as _};
use snapbox::{Assert, Data};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// How a person runs the program from a checkout.
const FROM_CHECKOUT: &str = "cargo run --release -- ";

/// What a shell prints for a command, and its exit code if that is not 0.
fn printed(command: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_nostd-alloc"));
    let folder = binary.parent().expect("a program is in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new(tool("sh").expect("sh is part of every system"));
    shell
        .arg("-c")
        .arg(format!("exec 2>&1\n{command}"))
        .current_dir(ROOT)
        .env_clear()
        .env("PATH", format!("{}:{path}", folder.display()));
    let outcome = run(&mut shell);
    assert_eq!(outcome.stderr, "", "{command}");
    match outcome.code {
        0 => outcome.stdout,
        code => format!("{}? {code}\n", outcome.stdout),
    }
}

/// The text with the output of each command as it is now.
fn replayed(text: &str, is_console: bool) -> String {
    let mut replayed = String::new();
    let mut inside = is_console;
    let mut is_output = false;
    for line in text.lines() {
        if !is_console && line.starts_with("```") {
            inside = line == "```console";
            is_output = false;
        }
        let command = line.strip_prefix("$ ").filter(|_| inside);
        if command.is_none() && is_output {
            continue;
        }
        replayed += line;
        replayed += "\n";
        let Some(command) = command else {
            continue;
        };
        let from_checkout = command.strip_prefix(FROM_CHECKOUT);
        let ours = from_checkout.map(|words| format!("nostd-alloc {words}"));
        is_output = is_console || ours.is_some() || command.starts_with("nostd-alloc");
        if is_output {
            replayed += &printed(ours.as_deref().unwrap_or(command));
        }
    }
    replayed
}

/// Compares a file with what its commands print.
fn check(file: &Path, is_console: bool) {
    let text = fs::read_to_string(file).expect("the file can be read");
    let now = replayed(&text, is_console);
    let then = Data::read_from(file, Some(DataFormat::Text)).raw();
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(now.into_data(), then);
}

#[test]
fn every_command_prints_what_its_golden_file_says() {
    let folder = Path::new(ROOT).join("tests/golden");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("there are golden files")
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "console")
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        check(&file, true);
    }
}

#[test]
fn the_readme_shows_what_the_commands_print() {
    check(&Path::new(ROOT).join("README.md"), false);
}

#[test]
fn output_that_differs_is_seen() {
    let text = "# not run\n$ nostd-alloc --version\nold\nlines\n$ nostd-alloc frobnicate\n";
    let version = env!("CARGO_PKG_VERSION");
    let unknown = printed("nostd-alloc frobnicate");
    assert!(unknown.ends_with("? 2\n"), "{unknown}");
    let now = format!(
        "# not run\n$ nostd-alloc --version\nnostd-alloc {version}\n$ nostd-alloc frobnicate\n{unknown}"
    );
    assert_eq!(replayed(text, true), now);
}

#[test]
fn only_our_commands_in_console_blocks_of_the_readme_are_run() {
    let text = "$ nostd-alloc --version\n```sh\n$ false\n```\n```console\n$ cargo run --release -- --version\nold\n\
                $ false\nkept\n```\nend\n";
    let version = env!("CARGO_PKG_VERSION");
    let now = text.replace("old", &format!("nostd-alloc {version}"));
    assert_eq!(replayed(text, false), now);
}
