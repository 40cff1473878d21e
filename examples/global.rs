//! The `alloc` crate in a program without libc: one line makes our heap the one it asks.
//!
//! `alloc`'s own `Vec`, `String`, `BTreeMap`, `format!` work as ever. What it cannot do is say no: where our
//! collections return an error, `alloc` ends the program.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use nostd_alloc::heap::{Global, Strategy};
use nostd_alloc::println;

#[global_allocator]
static HEAP: Global = Global;

nostd_alloc::entry!(main, example);

fn main() {
    let text = "the heap that frees the most is the heap that holds the least";
    let mut counts = BTreeMap::<String, u32>::new();
    for word in text.split(' ') {
        *counts.entry(word.into()).or_default() += 1;
    }
    for (word, count) in &counts {
        let line = format!("{word:>6} {count}");
        println!("{line}");
    }
    let full = HEAP.stats();
    drop(counts);
    HEAP.verify();
    let empty = HEAP.stats();
    println!("{} blocks, then {}", full.blocks, empty.blocks);
    println!(
        "{} bytes in use, then {}",
        full.used_bytes, empty.used_bytes
    );
}
