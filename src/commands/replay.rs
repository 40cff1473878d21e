//! `nostd-alloc replay`: a recording through every kind of heap, and which one fits it.

use super::{Command, Said, Word, Words, finish, names, read_error, say, write_error};
use crate::collections::Vec;
use crate::heap::{ROWS, Row};
use crate::io::{Escaped, File, Input, Stdin, Stdout};
use crate::lab::replay::End;
use crate::lab::score::{Budget, STEPS_MAX, Score, score, sort};
use crate::lab::survey::{Survey, survey};
use crate::lab::table::{write_fits, write_recording, write_scores};
use crate::lab::trace::{Error, Failed, Recording};
use crate::memory::Unreserved;
use crate::start::{ExitCode, Failure};
use crate::sys::{Descriptor, is_terminal, memory_bytes};
use core::ffi::CStr;

/// The command.
pub(super) const COMMAND: Command = Command {
    name: "replay",
    summary: "replay a recording through every kind of heap, and compare them",
    usage: USAGE,
    run,
};

const USAGE: &str = "\
usage: nostd-alloc replay [--strategy LIST] [--heap SIZE] [FILE|-]

Replays a recording of a program's allocations through every kind of heap, on
real memory with every payload checked, and shows which one fits.

  --strategy LIST   only these, separated by commas
  --heap SIZE       does it fit? each heap gets at most SIZE bytes (65536, 64K,
                    2M); exit status 1 if one of them does not fit

FILE is text (a ID SIZE ALIGN, z ID SIZE ALIGN, r ID SIZE, f ID), a malloc-lab
trace (.rep), or a log of glibc's mtrace(), of ltrace -e malloc+calloc+realloc+
free+strdup, or of valgrind --trace-malloc=yes; the format is found out. Without a
FILE, or with -, standard input is read: zstd -dc FILE.zst | nostd-alloc replay -

footprint  the most bytes that the heap held from the kernel at once
util       the most bytes live at once, of the footprint
steps/op   free blocks looked at for each operation
";

/// What was typed.
struct Wish {
    file: Option<&'static CStr>,
    /// The strategies, by their rows.
    wanted: [bool; ROWS.len()],
    heap_bytes: Option<usize>,
}

impl Wish {
    /// The rows that are wanted.
    fn rows(&self) -> impl Iterator<Item = &'static Row> {
        let wanted = self.wanted;
        ROWS.iter()
            .zip(wanted)
            .filter_map(|(row, wanted)| wanted.then_some(row))
    }

    /// What the input is called.
    fn name(&self) -> &'static [u8] {
        self.file.map_or(b"-", CStr::to_bytes)
    }
}

fn run(mut words: Words) -> Result<ExitCode, Said> {
    let wish = read_words(&mut words)?;
    match wish.file {
        Some(path) if path.to_bytes() != b"-" => {
            let mut file = File::open(path).map_err(|error| read_error(path.to_bytes(), error))?;
            replay(&wish, &mut file)
        }
        None if is_terminal(Descriptor::STDIN) => {
            Err(words.usage(format_args!("no recording: give a FILE, or - to type one")))
        }
        _ => replay(&wish, &mut Stdin),
    }
}

fn read_words(words: &mut Words) -> Result<Wish, Said> {
    let mut wish = Wish {
        file: None,
        wanted: [true; ROWS.len()],
        heap_bytes: None,
    };
    while let Some(word) = words.next(&["--strategy", "--heap"])? {
        match word {
            Word::Option("--strategy") => wish.wanted = read_strategies(words)?,
            Word::Option(_) => wish.heap_bytes = Some(words.size()?),
            Word::Operand(file) if wish.file.is_none() => wish.file = Some(file),
            Word::Operand(file) => {
                let file = Escaped(file.to_bytes());
                return Err(words.usage(format_args!("one FILE at a time, and not also '{file}'")));
            }
        }
    }
    Ok(wish)
}

/// The value of `--strategy`.
fn read_strategies(words: &mut Words) -> Result<[bool; ROWS.len()], Said> {
    let mut wanted = [false; ROWS.len()];
    for name in words.value()?.to_bytes().split(|&byte| byte == b',') {
        let at = ROWS.iter().position(|row| row.name.as_bytes() == name);
        match at.and_then(|at| wanted.get_mut(at)) {
            Some(wanted) => *wanted = true,
            None => return Err(unknown_strategy(words, name)),
        }
    }
    Ok(wanted)
}

fn unknown_strategy(words: &Words, name: &[u8]) -> Said {
    let shown = Escaped(name);
    match names::nearest(name, ROWS.iter().map(|row| row.name)) {
        Some(near) => words.usage(format_args!(
            "unknown strategy '{shown}'; did you mean '{near}'?"
        )),
        None => words.usage(format_args!("unknown strategy '{shown}'")),
    }
}

/// The whole of it, once the input is open.
fn replay(wish: &Wish, input: &mut dyn Input) -> Result<ExitCode, Said> {
    let mut recording = Recording::of(input);
    let survey = survey(&mut recording).map_err(|error| failed(wish, error))?;
    let heap_bytes_max = heap_bytes_max(wish, &survey)?;
    let budget = Budget {
        heap_bytes_max,
        steps_max: STEPS_MAX,
    };
    let mut scores: Vec<Score, Unreserved> = Vec::new_in(Unreserved);
    for row in wish.rows() {
        let shown = score(row, &mut recording, &survey, &budget);
        let shown = shown.map_err(|error| failed(wish, error))?;
        let pushed = scores.try_push(shown);
        pushed.map_err(|_| failed(wish, Error::OutOfMemory))?;
    }
    let mut out = Stdout::new();
    // An error is remembered by the writer.
    let written = match wish.heap_bytes {
        Some(heap_bytes) => write_fits(&mut out, heap_bytes, &scores),
        None => {
            sort(&mut scores);
            write_recording(&mut out, wish.name(), &survey)
                .and_then(|()| write_scores(&mut out, &survey, &scores))
        }
    };
    let code = verdict(wish, &scores);
    let code = match written {
        Ok(()) => finish(out, code),
        Err(_) => out.finish().map(|()| code).map_err(write_error),
    }?;
    match wish.heap_bytes {
        Some(_) => Ok(code),
        None => complete(&scores).map(|()| code),
    }
}

/// Whether each heap had the memory that it asked for: the table says which had not, the exit code that
/// there was one.
fn complete(scores: &[Score]) -> Result<(), Said> {
    let is_refused = |score: &&Score| matches!(score.outcome.end, End::Refused(_));
    match scores.iter().filter(is_refused).count() {
        0 => Ok(()),
        refused => Err(say(
            ExitCode::OUT_OF_MEMORY,
            format_args!(
                "replay: out of memory: {refused} of {} strategies did not come to the end",
                scores.len()
            ),
        )),
    }
}

/// No damage, and if that was asked, each of them fits.
fn verdict(wish: &Wish, scores: &[Score]) -> ExitCode {
    let is_intact = |score: &Score| score.outcome.damaged == 0;
    let fits = |score: &Score| wish.heap_bytes.is_none() || score.is_finished();
    match scores.iter().all(|score| is_intact(score) && fits(score)) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// How much a heap may hold. Payloads are written, so they take real memory: a recording that needs more
/// than half of what the machine has is not begun, and no heap gets more than that.
fn heap_bytes_max(wish: &Wish, survey: &Survey) -> Result<usize, Said> {
    let machine_bytes = memory_bytes() / 2;
    let heap_bytes = wish.heap_bytes.unwrap_or(machine_bytes);
    let needed_bytes = match wish.heap_bytes {
        Some(heap_bytes) => survey.live_bytes_peak.min(heap_bytes as u128),
        None => survey.live_bytes_peak,
    };
    if needed_bytes > machine_bytes as u128 {
        return Err(say(
            ExitCode::OUT_OF_MEMORY,
            format_args!(
                "replay: out of memory: {needed_bytes} B live at once, and half of this machine is \
                 {machine_bytes} B"
            ),
        ));
    }
    Ok(heap_bytes.min(machine_bytes))
}

/// Says why the recording could not be read.
fn failed(wish: &Wish, error: Error) -> Said {
    let input = wish.name();
    match error {
        Error::Read(error) => read_error(input, error),
        Error::OutOfMemory => say(
            ExitCode::OUT_OF_MEMORY,
            format_args!("replay: out of memory for its own tables"),
        ),
        error => {
            let failed = Failed { input, error };
            say(failed.exit_code(), format_args!("{failed}"))
        }
    }
}
