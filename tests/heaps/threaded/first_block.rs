//! What the first block of a program takes in a heap of many threads, in a program of its own.

use super::Carried;
use super::slot::HEAP;
use nostd_alloc::heap::Strategy;
use std::process::Command;

/// Says to the program of the tests that it is to ask for its first block.
const FIRST: &str = "NOSTD_ALLOC_FIRST_BLOCK";

/// Pages of this program that belong to no file, in KiB: counted one by one, which `/proc/self/status` does not do.
fn anonymous_kib() -> usize {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").expect("a map of this program");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Anonymous:"));
    let number = line
        .and_then(|line| line.split_whitespace().next())
        .expect("a line");
    number.parse().expect("KiB")
}

#[test]
fn it_takes_three_pages() {
    if std::env::var_os(FIRST).is_none() {
        let test = "threaded::first_block::it_takes_three_pages";
        let status = Command::new(std::env::current_exe().expect("the name of this program"))
            .args(["--exact", test, "--nocapture"])
            .env(FIRST, "")
            .status();
        return assert!(status.expect("this program runs again").success());
    }
    // The stack, std's slot and the heap of std have their pages.
    std::hint::black_box([1_u8; 64 << 10]);
    assert_eq!(HEAP.stats().blocks, 0);
    anonymous_kib();
    let before = anonymous_kib();
    let block = Carried::new(64);
    let taken = anonymous_kib() - before;
    // One for the block, one for what is known of its page, one for the home.
    assert!(taken <= 12, "{taken} KiB");
    block.free();
}
