//! A static program without libc.
#![no_std]
#![no_main]

nostd_alloc::entry!(main);

fn main() {
    nostd_alloc::println!("hello");
}
