//! The heaps of threads where addresses are low: valgrind maps memory below 4 GiB, the kernel far above. What is said of
//! a page by its number may then be more than the address itself.

use crate::tool::tool;
use std::process::Command;

#[test]
fn four_threads_use_low_addresses() {
    let Some(valgrind) = tool("valgrind") else {
        return;
    };
    let test = "threaded::four_threads_keep_each_others_blocks_whole";
    let output = Command::new(valgrind)
        .args(["--tool=none", "-q", "--fair-sched=yes"])
        .arg(std::env::current_exe().expect("the name of this program"))
        .args(["--exact", test, "--nocapture"])
        .env("NOSTD_ALLOC_OPERATIONS", "40000")
        .output()
        .expect("valgrind runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
