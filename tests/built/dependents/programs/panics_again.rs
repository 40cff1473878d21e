//! Panics with a message that panics itself while it is shown.
#![no_std]
#![no_main]

nostd_alloc::entry!(main);

struct Broken;

impl core::fmt::Display for Broken {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        panic!("{}", Broken)
    }
}

fn main() {
    panic!("{}", Broken)
}
