//! The collections under AddressSanitizer: no report over random operations, and each planted fault is found.
//!
//! The heap below them is the sanitizer's malloc, which poisons what is freed and what lies around a block, and
//! then a heap of the library in a region, where all but the live blocks is poisoned whenever the heap is not at
//! work.
//!
//! The build takes long, so it is done where the whole is tested: `NOSTD_ALLOC_WHOLE=1 cargo test --test built sanitizer`.

use super::sanitized::Sanitized;
use super::share::is_left_out;

#[test]
fn the_sanitizer_has_nothing_to_say_and_finds_each_planted_fault() {
    if is_left_out("the sanitizer") {
        return;
    }
    let program = Sanitized::built("sanitizer", "address");
    assert_eq!(program.run(&["malloc"]), (true, String::new()));
    assert_eq!(program.run(&["ours"]), (true, String::new()));
    for (heap, fault, words) in [
        ("malloc", "overflow", "heap-buffer-overflow"),
        ("malloc", "underflow", "heap-buffer-overflow"),
        ("malloc", "use-after-free", "heap-use-after-free"),
        ("malloc", "use-after-growth", "heap-use-after-free"),
        ("malloc", "double-free", "double-free"),
        ("malloc", "double-drop", "heap-use-after-free"),
        ("malloc", "leak", "detected memory leaks"),
        ("ours", "overflow", "use-after-poison"),
        ("ours", "underflow", "use-after-poison"),
        ("ours", "use-after-free", "use-after-poison"),
        ("ours", "use-after-growth", "use-after-poison"),
        ("ours", "double-free", "free of a block that is not live"),
        ("ours", "double-drop", "use-after-poison"),
        ("ours", "leak", "a block is left"),
    ] {
        let (success, said) = program.run(&[heap, fault]);
        assert!(
            !success && said.contains(words),
            "{heap}: {fault} was not found: {said}"
        );
    }
}
