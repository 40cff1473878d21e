//! The ten most frequent words of standard input, with vectors of the library on its global heap. Running out
//! of memory is an answer (one line, status 4), not a crash: try it under `prlimit --data=262144`.
#![no_std]
#![no_main]

use core::cmp::Reverse;
use core::fmt::{self, Write};
use nostd_alloc::collections::{TryReserveError, Vec};
use nostd_alloc::io::{Escaped, Input, Stdin, Stdout};
use nostd_alloc::start::{ExitCode, Failure};
use nostd_alloc::sys::Errno;

nostd_alloc::entry!(main, example);

fn main() -> Result<(), Trouble> {
    let text = read_all()?;
    let mut words = Vec::new();
    for word in text
        .split(|byte| !byte.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        words.try_reserve(1)?;
        words.push(word);
    }
    words.sort_unstable();
    let mut counted: Vec<(usize, &[u8])> = Vec::new();
    for same in words.chunk_by(|word, next| word == next) {
        counted.try_reserve(1)?;
        counted.push((same.len(), same[0]));
    }
    counted.sort_unstable_by_key(|&(count, word)| (Reverse(count), word));
    let mut out = Stdout::new();
    for &(count, word) in counted.iter().take(10) {
        // The writer remembers errors for `finish`.
        let _ = writeln!(out, "{count:7} {}", Escaped(word));
    }
    Ok(out.finish()?)
}

fn read_all() -> Result<Vec<u8>, Trouble> {
    let mut text = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = Stdin.read(&mut buffer)?;
        if count == 0 {
            return Ok(text);
        }
        text.try_extend_from_slice(&buffer[..count])?;
    }
}

/// What may go wrong, and the exit code that says so.
enum Trouble {
    Memory(TryReserveError),
    Bytes(Errno),
}

impl From<TryReserveError> for Trouble {
    fn from(error: TryReserveError) -> Trouble {
        Trouble::Memory(error)
    }
}

impl From<Errno> for Trouble {
    fn from(error: Errno) -> Trouble {
        Trouble::Bytes(error)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Memory(error) => error.fmt(f),
            Trouble::Bytes(error) => error.fmt(f),
        }
    }
}

impl Failure for Trouble {
    fn exit_code(&self) -> ExitCode {
        match self {
            Trouble::Memory(error) => error.exit_code(),
            Trouble::Bytes(error) => error.exit_code(),
        }
    }
}
