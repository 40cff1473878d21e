//! A `main` with arguments that returns an exit code: how many arguments there were.
#![no_std]
#![no_main]

use nostd_alloc::start::{Args, ExitCode};

nostd_alloc::entry!(main);

fn main(args: Args) -> ExitCode {
    ExitCode(args.len() as u8)
}
