//! The smallest program: a string and an exit, no writable memory at all.
#![no_std]
#![no_main]

use nostd_alloc::io;
use nostd_alloc::start::ExitCode;
use nostd_alloc::sys::Descriptor;

nostd_alloc::entry!(main, silent, example);

fn main() -> ExitCode {
    match io::write_all(Descriptor::STDOUT, b"hello\n") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
