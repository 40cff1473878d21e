//! What was typed behind `replay`.

use crate::commands::{Said, Word, Words, names};
use crate::heap::{ROWS, Row};
use crate::io::Escaped;
use crate::lab::picture::{Look, Shots};
use crate::sys::{Descriptor, is_terminal};
use core::ffi::CStr;
use core::fmt;

const OPTIONS: &[&str] = &[
    "--strategy",
    "--heap",
    "--min",
    "--details",
    "--time",
    "--map",
    "--svg",
    "--plot",
    "--json",
    "--save",
];

/// What is wanted of a recording.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) file: Option<&'static CStr>,
    /// The strategies, by their rows.
    strategies: [bool; ROWS.len()],
    pub(super) heap_bytes: Option<usize>,
    pub(super) min: bool,
    pub(super) details: bool,
    pub(super) time: bool,
    pub(super) map: bool,
    pub(super) svg: Option<&'static CStr>,
    pub(super) plot: Option<&'static CStr>,
    pub(super) json: bool,
    pub(super) save: Option<&'static CStr>,
    pub(super) look: Look,
}

impl Wish {
    /// Reads the words of the command line.
    pub(super) fn read(words: &mut Words) -> Result<Wish, Said> {
        let mut wish = Wish {
            file: None,
            strategies: [true; ROWS.len()],
            heap_bytes: None,
            min: false,
            details: false,
            time: false,
            map: false,
            svg: None,
            plot: None,
            json: false,
            save: None,
            look: look(words),
        };
        while let Some(word) = words.next(OPTIONS)? {
            match word {
                Word::Option("--strategy") => wish.strategies = read_strategies(words)?,
                Word::Option("--heap") => wish.heap_bytes = Some(words.size()?),
                Word::Option("--min") => wish.min = true,
                Word::Option("--details") => wish.details = true,
                Word::Option("--time") => wish.time = true,
                Word::Option("--map") => wish.map = true,
                Word::Option("--svg") => wish.svg = Some(words.value()?),
                Word::Option("--plot") => wish.plot = Some(words.value()?),
                Word::Option("--json") => wish.json = true,
                Word::Option(_) => wish.save = Some(words.value()?),
                Word::Operand(file) if wish.file.is_none() => wish.file = Some(file),
                Word::Operand(file) => {
                    let file = Escaped(file.to_bytes());
                    return Err(
                        words.usage(format_args!("one FILE at a time, and not also '{file}'"))
                    );
                }
            }
        }
        Ok(wish)
    }

    /// The rows that are wanted.
    pub(super) fn rows(&self) -> impl Iterator<Item = &'static Row> {
        let strategies = self.strategies;
        ROWS.iter()
            .zip(strategies)
            .filter_map(|(row, wanted)| wanted.then_some(row))
    }

    /// What a camera must look at.
    pub(super) fn shots(&self) -> Shots {
        Shots {
            film: self.svg.is_some(),
            map: self.map,
            curve: self.plot.is_some(),
        }
    }
}

/// What the terminal can show: block characters where the locale is UTF-8, colours where standard output is
/// a terminal that has them and nobody minds.
fn look(words: &Words) -> Look {
    let variable = |name| {
        let value = words.args().variable(name).map(CStr::to_bytes);
        value.filter(|value| !value.is_empty())
    };
    let locale = variable("LC_ALL")
        .or_else(|| variable("LC_CTYPE"))
        .or_else(|| variable("LANG"));
    let is_utf8 = |locale: &[u8]| {
        let ends = [&b"UTF-8"[..], b"utf8", b"utf-8", b"UTF8"];
        ends.iter().any(|end| locale.ends_with(end))
    };
    Look {
        has_blocks: locale.is_some_and(is_utf8),
        has_colours: is_terminal(Descriptor::STDOUT)
            && variable("NO_COLOR").is_none()
            && variable("TERM").is_some_and(|term| term != b"dumb"),
    }
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
        None => words.usage(format_args!("unknown strategy '{shown}': there are{Known}")),
    }
}

/// The names of all strategies.
struct Known;

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ROWS.iter().enumerate().try_for_each(|(index, row)| {
            f.write_str(if index == 0 { " " } else { ", " })?;
            f.write_str(row.name)
        })
    }
}
