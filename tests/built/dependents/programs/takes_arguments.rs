//! A `main` with arguments that returns nothing.
#![no_std]
#![no_main]

nostd_alloc::entry!(main);

fn main(args: nostd_alloc::start::Args) {
    for argument in args.iter().skip(1) {
        nostd_alloc::println!("{:?}", argument);
    }
}
