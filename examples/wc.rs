//! Counts lines, words and bytes of files or of standard input, as wc(1) does with LC_ALL=C. No heap: one
//! buffer on the stack.
#![no_std]
#![no_main]

use core::fmt::Write;
use nostd_alloc::eprintln;
use nostd_alloc::io::{Escaped, File, Input, Stdin, Stdout};
use nostd_alloc::start::{Args, ExitCode};
use nostd_alloc::sys::Errno;

nostd_alloc::entry!(main, example);

fn main(args: Args) -> ExitCode {
    let mut out = Stdout::new();
    let mut total = Counts::default();
    let mut failed = false;
    for path in args.iter().skip(1) {
        let counted = File::open(path).and_then(|mut file| Counts::of(&mut file));
        let name = Escaped(path.to_bytes());
        match counted {
            Ok(counts) => {
                total.add(counts);
                // The writer remembers errors for `finish`.
                let _ = writeln!(out, "{} {name}", counts.columns());
            }
            Err(error) => {
                eprintln!("wc: {name}: {error}");
                failed = true;
            }
        }
    }
    match args.len() {
        0 | 1 => match Counts::of(&mut Stdin) {
            Ok(counts) => drop(writeln!(out, "{}", counts.columns())),
            Err(error) => {
                eprintln!("wc: standard input: {error}");
                failed = true;
            }
        },
        2 => (),
        _ => drop(writeln!(out, "{} total", total.columns())),
    }
    match out.finish() {
        Ok(()) if !failed => ExitCode::SUCCESS,
        Err(Errno::EPIPE) => ExitCode::READER_GONE,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("wc: write error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Counts {
    lines: u64,
    words: u64,
    bytes: u64,
}

impl Counts {
    fn of(input: &mut impl Input) -> Result<Counts, Errno> {
        let mut buffer = [0; 16 * 1024];
        let mut counts = Counts::default();
        let mut in_word = false;
        loop {
            let count = input.read(&mut buffer)?;
            if count == 0 {
                return Ok(counts);
            }
            counts.bytes += count as u64;
            for &byte in &buffer[..count] {
                counts.lines += u64::from(byte == b'\n');
                // A word begins at a printable byte and ends at white space (to C, the vertical tab too).
                if byte.is_ascii_whitespace() || byte == 0x0b {
                    in_word = false;
                } else if byte.is_ascii_graphic() {
                    counts.words += u64::from(!in_word);
                    in_word = true;
                }
            }
        }
    }

    fn add(&mut self, other: Counts) {
        self.lines += other.lines;
        self.words += other.words;
        self.bytes += other.bytes;
    }

    fn columns(self) -> impl core::fmt::Display {
        core::fmt::from_fn(move |f| write!(f, "{:7} {:7} {:7}", self.lines, self.words, self.bytes))
    }
}
