//! Panics with a value in the message, three calls deep.
#![no_std]
#![no_main]

nostd_alloc::entry!(main);

fn main(args: nostd_alloc::start::Args) {
    outer(args.len());
}

#[inline(never)]
fn outer(count: usize) {
    inner(if count > 0 { "one" } else { "zero" });
    nostd_alloc::println!("not reached");
}

#[inline(never)]
fn inner(word: &str) {
    assert!(word.is_empty(), "{word} is not nothing");
}
