//! Runs the random operations of the contract tests on a row, with one fault planted: `planted ROW FAULT`.

extern crate self as nostd_alloc;

mod live;
mod model;
mod random;

use heap::{Strategy, find};
use memory::{Allocator, Kernel, Region};
use random::{Random, run_rounds};

/// Which fault is there.
pub mod planted {
    use std::sync::atomic::{AtomicUsize, Ordering};

    pub static FAULT: AtomicUsize = AtomicUsize::new(0);

    pub fn is(number: usize) -> bool {
        FAULT.load(Ordering::Relaxed) == number
    }
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let row = find(&words[1]).expect("a row");
    let fault = words[2].parse().expect("a number");
    planted::FAULT.store(fault, std::sync::atomic::Ordering::Relaxed);
    let mut bytes = Box::new_uninit_slice(24 << 20);
    for seed in 0..6 {
        let run = &mut |heap: &dyn Strategy| run_rounds(heap, &mut Random::new(seed), 10, 2000);
        let region = Region::new(&mut bytes);
        let source: &dyn Allocator = if seed % 2 == 0 { &Kernel } else { &region };
        (row.run)(source, run);
    }
}

