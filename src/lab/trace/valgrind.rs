//! What `valgrind --trace-malloc=yes` prints.
//!
//! ```text
//! ==9346== Memcheck, a memory error detector              a message
//! --9346-- malloc(48) = 0x4D2B090
//! --9346-- realloc(0x4D2B090,40) = 0x4D2B160
//! --9346-- realloc(0x0,8)malloc(8) = 0x4D2B040            both calls, one block
//! --9346-- memalign(al 64, size 100) = 0x4D2B180
//! --9346-- free(0x4D2B100)
//! ```
//!
//! Threads are not told apart, so they are replayed as one.

use super::calls::Call;
use super::parser::State;
use super::{Operation, Place, What};

const FORMAT: &str = "a valgrind log";

pub(super) fn detect(line: &[u8]) -> bool {
    text_of(line).is_some()
}

pub(super) fn parse(state: &mut State, line: &[u8]) -> Result<Option<Operation>, What> {
    if line.is_empty() || line.starts_with(b"==") {
        return Ok(None);
    }
    let not_ours = What::NotOf(FORMAT, Place::of(line, line));
    let text = text_of(line).ok_or(not_ours)?;
    match parse_call(line, text) {
        Some(call) => call.apply(state),
        // Other things are said in the same way when valgrind is told to say more.
        None => Ok(None),
    }
}

/// What stands behind `--PID-- ` or `==PID==`.
fn text_of(line: &[u8]) -> Option<&[u8]> {
    let signs: [&[u8]; 2] = [b"--", b"=="];
    let sign = line.get(..2).filter(|sign| signs.contains(sign))?;
    let rest = line.get(2..)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let behind = rest.get(digits..)?.strip_prefix(sign)?;
    (digits > 0).then(|| behind.trim_ascii_start())
}

/// `NAME(ARGUMENTS)[...][ = ANSWER]`
fn parse_call<'l>(line: &'l [u8], text: &'l [u8]) -> Option<Call<'l>> {
    let open = text.iter().position(|&byte| byte == b'(')?;
    let name = text.get(..open)?;
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if name.is_empty() || !name.iter().all(is_word) {
        return None;
    }
    let rest = text.get(open + 1..)?;
    let close = rest.iter().position(|&byte| byte == b')')?;
    let equals = rest.windows(3).rposition(|three| three == b" = ");
    Some(Call {
        line,
        name,
        arguments: rest.get(..close)?,
        answer: equals.and_then(|at| rest.get(at + 3..)),
    })
}
