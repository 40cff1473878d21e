//! What glibc's `mtrace()` writes.
//!
//! ```text
//! = Start
//! @ /usr/bin/find:[0x249a9] + 0x55725907e2a0 0x10       malloc, calloc, memalign
//! @ /usr/bin/find:[0x249b1] - 0x55725907e2a0            free
//! @ ./a.out:(main+1f)[0x1180] < 0x55725907e520          realloc, its first half: the old address
//! @ ./a.out:(main+1f)[0x1180] > 0x557259080310 0x800    and its second
//! @ ./a.out:(main+1f)[0x1180] ! 0x55725907e520 0x800    a realloc that was refused: nothing has happened
//! = End                                                 only after muntrace()
//! ```
//!
//! The caller may hold spaces, so a line is read from its end; it is missing where glibc does not know it.
//! A size of 0 is printed as `0`, a null pointer as `(nil)`. Alignments are not told: they are taken to be
//! what C11 asks of malloc.

use super::addresses::parse_pointer;
use super::parser::{State, layout_from_size};
use super::{Operation, Place, Shape, What};
use crate::memory::Layout;

const FORMAT: &str = "an mtrace log";
const SHAPE: Shape = "@ CALLER + ADDRESS SIZE";

pub(super) fn detect(line: &[u8]) -> bool {
    line.starts_with(b"= Start") || line.starts_with(b"@ ")
}

pub(super) fn parse(state: &mut State, line: &[u8]) -> Result<Option<Operation>, What> {
    if line.is_empty() || line == b"= Start" || line == b"= End" {
        return Ok(None);
    }
    let (before, last) = split_last(line);
    let (caller, sign) = split_last(before);
    match sign {
        b"-" => {
            check_caller(caller, line)?;
            state.free_at(address(last, line)?)
        }
        b"<" => {
            check_caller(caller, line)?;
            state.begin_move(address(last, line)?, hash(caller))?;
            Ok(None)
        }
        b"+" | b">" | b"!" => Err(What::Missing("size", SHAPE)),
        middle => {
            let (caller, sign) = split_last(caller);
            parse_sized(state, line, caller, sign, middle, last)
        }
    }
}

/// A line that ends with an address and a size.
fn parse_sized(
    state: &mut State,
    line: &[u8],
    caller: &[u8],
    sign: &[u8],
    address_text: &[u8],
    size_text: &[u8],
) -> Result<Option<Operation>, What> {
    if !matches!(sign, b"+" | b">" | b"!") {
        return Err(What::NotOf(FORMAT, Place::of(line, line)));
    }
    check_caller(caller, line)?;
    let address = address(address_text, line)?;
    let layout = layout(size_text, line)?;
    match sign {
        b"+" => state.allocate_at(address, layout, false),
        b">" => state.end_move(address, layout, hash(caller)),
        _ => Ok(None),
    }
}

/// What stands in front of the last space, and what behind it.
fn split_last(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().rposition(|&byte| byte == b' ') {
        Some(at) => {
            let (before, behind) = text.split_at(at);
            (before, behind.get(1..).unwrap_or_default())
        }
        None => (b"", text),
    }
}

/// A caller is not there, or begins with `@`.
fn check_caller(caller: &[u8], line: &[u8]) -> Result<(), What> {
    match caller {
        b"" | [b'@', ..] => Ok(()),
        _ => Err(What::NotOf(FORMAT, Place::of(line, line))),
    }
}

fn address(text: &[u8], line: &[u8]) -> Result<u64, What> {
    parse_pointer(text).ok_or(What::Bad("address", Place::of(text, line)))
}

fn layout(text: &[u8], line: &[u8]) -> Result<Layout, What> {
    parse_pointer(text)
        .and_then(layout_from_size)
        .ok_or(What::Bad("size", Place::of(text, line)))
}

/// Tells callers apart (FNV-1a).
fn hash(text: &[u8]) -> u64 {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x100_0000_01b3;
    let stir = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
    text.iter().fold(START, stir)
}
