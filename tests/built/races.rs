//! The heaps of threads under ThreadSanitizer: no report over the stress of `tests/heaps`, and planted races are found.
//!
//! Of the tools that look for races this is the one that works here without false alarms: it understands atomic words,
//! and what is ordered by none of them it reports. Two things it has to be told. std is compiled without it, so nothing
//! of std stands between the threads of the program, which are pthreads. And it does not see system calls that are not
//! libc's: memory that one thread gave to the kernel and another one got from it would be a race (one run in sixty);
//! so the program has a crate `sc` of its own, which asks libc.
//!
//! valgrind's helgrind and drd know of no order that an atomic word makes. Over 40 000 operations of that stress, by
//! `NOSTD_ALLOC_OPERATIONS=40000 valgrind --tool=TOOL --error-limit=no HEAPS --exact
//! threaded::four_threads_keep_each_others_blocks_whole`, they report 57 480 290 races at 371 places and 23 273 225 at
//! 708: all that one thread has in a block or a heap after another one.
//!
//! The build takes long, so it is done where the whole is tested: `NOSTD_ALLOC_WHOLE=1 cargo test --test built races`.

use super::sanitized::Sanitized;
use super::share::is_left_out;

#[test]
fn the_sanitizer_sees_no_race_and_finds_each_planted_one() {
    if is_left_out("the sanitizer of threads") {
        return;
    }
    let program = Sanitized::built("races", "thread -Cunsafe-allow-abi-mismatch=sanitizer");
    assert_eq!(program.run(&[]), (true, String::new()));
    for fault in ["counter", "block"] {
        let (success, said) = program.run(&[fault]);
        let found = said.contains("ThreadSanitizer: data race");
        assert!(!success && found, "{fault} was not found: {said}");
    }
}
