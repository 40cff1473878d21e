//! A `main` with arguments that returns an exit code or an error of its own.
#![no_std]
#![no_main]

use core::fmt;
use nostd_alloc::start::{Args, ExitCode, Failure};

nostd_alloc::entry!(main);

struct Lonely(usize);

impl fmt::Display for Lonely {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} word is not enough", self.0)
    }
}

impl Failure for Lonely {
    fn exit_code(&self) -> ExitCode {
        ExitCode::USAGE
    }
}

fn main(args: Args) -> Result<ExitCode, Lonely> {
    match args.len() {
        1 => Err(Lonely(1)),
        _ => Ok(ExitCode(7)),
    }
}
