//! A `main` without arguments that returns an error of the kernel.
#![no_std]
#![no_main]

use nostd_alloc::sys::{Errno, Mode, openat};

nostd_alloc::entry!(main);

fn main() -> Result<(), Errno> {
    openat(c"/no/such/file", Mode::Read).map(drop)
}
