//! What a person types: the table of commands, and what all of them do alike.
//!
//! A command is one file with one constant [`Command`]. It reads its [`Words`], does its work with the floors
//! below, and ends with an [`ExitCode`], or with a [`Said`]: a code whose one line already stands on standard
//! error. Standard output carries results and nothing else.

#![forbid(unsafe_code)]

mod check;
mod input;
mod messages;
mod names;
mod replay;
mod sort;
mod tour;
mod words;

pub use input::Opened;
pub use messages::{Said, finish, read_error, say, write_error};
pub use words::{Word, Words};

use crate::io::{Escaped, Stdout};
use crate::start::{Args, ExitCode};
use core::ffi::CStr;
use core::fmt::Write;

/// What the program is called in its messages.
pub const PROGRAM: &str = "nostd-alloc";

/// One row of the table of commands.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// What is typed.
    pub name: &'static str,
    /// One line of `nostd-alloc --help`.
    pub summary: &'static str,
    /// All of `nostd-alloc NAME --help`.
    pub usage: &'static str,
    /// Does it.
    pub run: fn(Words) -> Result<ExitCode, Said>,
}

/// Every command there is.
pub const COMMANDS: &[Command] = &[
    replay::COMMAND,
    sort::COMMAND,
    check::COMMAND,
    tour::COMMAND,
];

/// Runs the program that was called with `args`.
pub fn run(args: Args) -> ExitCode {
    match dispatch(args) {
        Ok(code) | Err(Said(code)) => code,
    }
}

fn dispatch(args: Args) -> Result<ExitCode, Said> {
    let mut words = Words::new(args);
    let Some(first) = words.first() else {
        return (tour::COMMAND.run)(words);
    };
    match first.to_bytes() {
        b"help" => help_about(words),
        b"-h" | b"--help" => alone(first, words).and_then(|()| help()),
        b"-V" | b"--version" => alone(first, words).and_then(|()| version()),
        name => match COMMANDS
            .iter()
            .find(|command| command.name.as_bytes() == name)
        {
            Some(command) => {
                words.belong_to(command);
                (command.run)(words)
            }
            None => Err(unknown(name)),
        },
    }
}

/// `help`, or `help COMMAND` for `COMMAND --help`.
fn help_about(mut words: Words) -> Result<ExitCode, Said> {
    let Some(word) = words.first() else {
        return help();
    };
    let name = word.to_bytes();
    let mut commands = COMMANDS.iter();
    let command = commands.find(|command| command.name.as_bytes() == name);
    let command = command.ok_or_else(|| unknown(name))?;
    alone(word, words)?;
    print(command.usage)
}

/// Whether `word` is the last one.
fn alone(word: &CStr, mut words: Words) -> Result<(), Said> {
    let Some(next) = words.first() else {
        return Ok(());
    };
    let (word, next) = (Escaped(word.to_bytes()), Escaped(next.to_bytes()));
    Err(say(
        ExitCode::USAGE,
        format_args!("nothing follows '{word}', but here is '{next}'; see '{PROGRAM} --help'"),
    ))
}

/// An unknown first word, with the nearest name that there is.
fn unknown(word: &[u8]) -> Said {
    let what = if word.starts_with(b"-") {
        "option"
    } else {
        "command"
    };
    let known = COMMANDS
        .iter()
        .map(|command| command.name)
        .chain(["--help", "--version"]);
    let word_shown = Escaped(word);
    match names::nearest(word, known) {
        Some(name) => say(
            ExitCode::USAGE,
            format_args!("unknown {what} '{word_shown}'; did you mean '{name}'?"),
        ),
        None => say(
            ExitCode::USAGE,
            format_args!("unknown {what} '{word_shown}'; see '{PROGRAM} --help'"),
        ),
    }
}

fn version() -> Result<ExitCode, Said> {
    let mut out = Stdout::new();
    // Errors are remembered by the writer.
    let _ = writeln!(out, "{PROGRAM} {}", env!("CARGO_PKG_VERSION"));
    finish(out, ExitCode::SUCCESS)
}

/// Prints a text and nothing else.
fn print(text: &str) -> Result<ExitCode, Said> {
    let mut out = Stdout::new();
    // Errors are remembered by the writer.
    let _ = out.write_str(text);
    finish(out, ExitCode::SUCCESS)
}

fn help() -> Result<ExitCode, Said> {
    let mut out = Stdout::new();
    let _ = out.write_str(HELP_BEFORE);
    for command in COMMANDS {
        let _ = writeln!(out, "  {:<8} {}", command.name, command.summary);
    }
    let _ = out.write_str(HELP_AFTER);
    finish(out, ExitCode::SUCCESS)
}

const HELP_BEFORE: &str = "\
Replay a real program's allocations through every kind of heap and see which one fits.

usage: nostd-alloc [COMMAND] [OPTION]... [FILE]

commands (without one: tour):
";

const HELP_AFTER: &str = "
  nostd-alloc COMMAND --help    what a command takes
  nostd-alloc --version

exit status: 0 done, 1 the answer is no or an I/O error, 2 usage, 3 malformed input,
4 out of memory, 101 panic, 134 heap misuse, 139 memory fault, 141 the reader went away
";
