//! The program `nostd-alloc`: the table of commands behind `_start`. Everything else is a floor of the
//! library.
#![no_std]
#![no_main]

use nostd_alloc::commands;
use nostd_alloc::start::{Args, ExitCode};

nostd_alloc::entry!(main, faults);

fn main(args: Args) -> ExitCode {
    commands::run(args)
}
