//! hashbrown's table over our heap, in a program without libc.

use super::programs::built;
use super::share::{is_left_out, profiles};
use std::process::Command;

#[test]
fn a_table_of_hashbrown_lives_in_our_heap_without_libc() {
    if is_left_out("the example `table`, whose feature the library is built for again") {
        return;
    }
    for profile in profiles() {
        let what = ["--example", "table", "--features", "allocator-api2"];
        let table = built(profile, &what).join("examples/table");
        let run = Command::new(table).output().unwrap();
        assert!(run.status.success(), "{:?}", run.status);
        let said = String::from_utf8(run.stdout).unwrap();
        assert_eq!(
            said,
            "505 squares modulo 1009, the most frequent one 199 times\n"
        );
    }
}
