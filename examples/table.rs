//! A table of somebody else over our heap: counts the arguments that it is given, without libc.
//!
//! hashbrown asks for its memory through the traits of `allocator-api2`; [`Api2`] makes our heap one of
//! those. The `alloc` crate, which hashbrown links, gets the same heap as the global one.

#![no_std]
#![no_main]

use hashbrown::{DefaultHashBuilder, HashMap};
use nostd_alloc::collections::Api2;
use nostd_alloc::heap::Global;
use nostd_alloc::println;

#[global_allocator]
static GLOBAL: Global = Global;

nostd_alloc::entry!(main, example);

fn main() {
    let mut counts: HashMap<u64, u64, DefaultHashBuilder, Api2<Global>> =
        HashMap::new_in(Api2(Global));
    for number in 0..100_000_u64 {
        *counts.entry(number * number % 1009).or_default() += 1;
    }
    let most = counts.values().max().copied().unwrap_or(0);
    println!(
        "{} squares modulo 1009, the most frequent one {} times",
        counts.len(),
        most
    );
}
