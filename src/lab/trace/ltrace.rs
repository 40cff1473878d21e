//! What `ltrace -e malloc+calloc+realloc+free+strdup` prints.
//!
//! ```text
//! wc->malloc(24)                       = 0x5575be7c4340
//! wc->realloc(0, 7)                    = 0x5575be7c4380      a null pointer is 0
//! wc->strdup("qafhdx")                 = 0x5575be7c4360      as long as the string, and its end
//! wc->free(0x5575be7c32a0)             = <void>
//! +++ exited (status 0) +++
//! ```
//!
//! On programs whose calls go through jump tables of another kind (`-z now`, or with `endbr64` in them: the
//! stock programs of most distributions) ltrace 0.7.3 prints wrong names and arguments. Such a log is known
//! by sizes that nobody asks for. A string is shown up to 32 characters; a longer one counts as that long.

use super::calls::{Call, is_of_family};
use super::parser::State;
use super::{Operation, Place, What};

const FORMAT: &str = "an ltrace log";

pub(super) fn detect(line: &[u8]) -> bool {
    parse_call(line).is_some_and(|call| !line.starts_with(call.name) || is_of_family(call.name))
        || line.starts_with(b"+++ exited")
}

pub(super) fn parse(state: &mut State, line: &[u8]) -> Result<Option<Operation>, What> {
    if line.is_empty() || line.starts_with(b"+++ ") || line.starts_with(b"--- ") {
        return Ok(None);
    }
    if line.starts_with(b"[pid ") || line.ends_with(b"<unfinished ...>") {
        return Err(What::Useless(
            "calls of several threads or processes: ltrace without -f shows one",
        ));
    }
    match parse_call(line) {
        Some(call) => call.apply(state),
        None => Err(What::NotOf(FORMAT, Place::of(line, line))),
    }
}

/// `[CALLER->]NAME(ARGUMENTS) = ANSWER`
fn parse_call(line: &[u8]) -> Option<Call<'_>> {
    let open = line.iter().position(|&byte| byte == b'(')?;
    let called = line.get(..open)?;
    let arrow = called.windows(2).rposition(|pair| pair == b"->");
    let name = called.get(arrow.map_or(0, |at| at + 2)..)?;
    // The library may stand behind it: `malloc@libc.so.6`.
    let name = name.split(|&byte| byte == b'@').next()?;
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if name.is_empty() || !name.iter().all(is_word) {
        return None;
    }
    let equals = line.windows(2).rposition(|pair| pair == b"= ")?;
    let arguments = line.get(open + 1..equals)?.trim_ascii_end();
    Some(Call {
        line,
        name,
        arguments: arguments.strip_suffix(b")")?,
        answer: line.get(equals + 2..),
    })
}
