//! `check`: a self-test for a new kernel or machine.

use super::{Command, PROGRAM, Said, Word, Words, finish, say, write_error};
use crate::heap::ROWS;
use crate::io::{Escaped, Stdout, parse_decimal};
use crate::lab::exercise::{self, Fault};
use crate::memory::Kernel;
use crate::start::ExitCode;
use core::fmt::Write;

/// The row of the table of commands.
pub(super) const COMMAND: Command = Command {
    name: "check",
    summary: "test every heap on this machine, with random operations and refusals",
    usage: USAGE,
    run,
};

const USAGE: &str = "\
Test every heap on this kernel and machine: random operations with contents checked
and the heap walked in between, a source that refuses its n-th request, an impossible
request, and an even count after everything was freed. Status 0 if all is well, 1 if not,
4 if there is no memory to test with; a broken invariant is a panic that names it.

usage: nostd-alloc check [--operations N] [--seed N]

  --operations N  random operations a heap (20000)
  --seed N        another sequence (1)
";

const OPERATIONS: u64 = 20_000;

fn run(mut words: Words) -> Result<ExitCode, Said> {
    let (mut operations, mut seed) = (OPERATIONS, 1);
    while let Some(word) = words.next(&["--operations", "--seed"])? {
        match word {
            Word::Option("--operations") => operations = number(&mut words)?,
            Word::Option(_) => seed = number(&mut words)?,
            Word::Operand(word) => {
                let word = Escaped(word.to_bytes());
                return Err(words.usage(format_args!("it takes no file, but has '{word}'")));
            }
        }
    }
    let mut out = Stdout::new();
    let mut failed = 0;
    for row in ROWS {
        let random = exercise::random_operations(row, &Kernel, seed, operations);
        if random == Err(Fault::NoMemory) {
            let (code, name) = (ExitCode::OUT_OF_MEMORY, row.name);
            return Err(say(
                code,
                format_args!("check: out of memory: {name} was granted not one block"),
            ));
        }
        // The writer remembers errors; flushed, so that the line before a panic is seen.
        let _ = writeln!(
            out,
            "{:<13} {operations} random operations, seed {seed}: {}",
            row.name,
            shown(&random)
        );
        out.flush().map_err(write_error)?;
        let refused = exercise::refusals(row, &Kernel, seed, operations);
        let _ = writeln!(
            out,
            "{:<13} its source refuses the n-th request: {}",
            "",
            shown(&refused)
        );
        out.flush().map_err(write_error)?;
        failed += [random, refused]
            .iter()
            .filter(|result| result.is_err())
            .count();
    }
    let heaps = ROWS.len();
    let _ = match failed {
        0 => writeln!(
            out,
            "{PROGRAM} is well on this machine: {heaps} heaps, no fault"
        ),
        _ => writeln!(out, "{failed} of {} checks failed", 2 * heaps),
    };
    finish(
        out,
        if failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        },
    )
}

/// A result in a word or a sentence.
fn shown(result: &Result<(), Fault>) -> &dyn core::fmt::Display {
    match result {
        Ok(()) => &"ok",
        Err(fault) => fault,
    }
}

/// The value of the option as a count.
fn number(words: &mut Words) -> Result<u64, Said> {
    let value = words.value()?.to_bytes();
    parse_decimal(value).ok_or_else(|| {
        let value = Escaped(value);
        words.usage(format_args!(
            "a number from 0 to 2^64 - 1 is needed, and not '{value}'"
        ))
    })
}
