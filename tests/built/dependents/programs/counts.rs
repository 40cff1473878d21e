//! Panics with numbers in the message: those of an assertion, and those of core.
#![no_std]
#![no_main]

nostd_alloc::entry!(main);

fn main(args: nostd_alloc::start::Args) {
    let count = args.len();
    assert!(count < 3, "{count} arguments");
    let bytes = [1, 2];
    assert!(bytes[count] > 0);
    nostd_alloc::println!("hello");
}
