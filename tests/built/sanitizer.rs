//! The collections under AddressSanitizer: no report over random operations, and each planted fault is found.
//!
//! The heap below them is the sanitizer's malloc, which poisons what is freed and what lies around a block, and
//! then a heap of the library in a region, where all but the live blocks is poisoned whenever the heap is not at
//! work. The flag is one of the nightly compiler, so `RUSTC_BOOTSTRAP` lets the pinned one take it, for this
//! package alone.
//!
//! The build takes long, so it is done where the whole is tested: `NOSTD_ALLOC_WHOLE=1 cargo test --test built sanitizer`.

use super::share::is_left_out;
use std::path::PathBuf;
use std::process::Command;

const TRIPLE: &str = "x86_64-unknown-linux-gnu";

#[test]
fn the_sanitizer_has_nothing_to_say_and_finds_each_planted_fault() {
    if is_left_out("the sanitizer") {
        return;
    }
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/built/sanitizer");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sanitizer");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--target", TRIPLE, "--target-dir"])
        .arg(&target)
        .current_dir(package)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zsanitizer=address")
        .status()
        .unwrap();
    assert!(built.success());
    let run = |arguments: &[&str]| {
        let program = target.join(TRIPLE).join("debug/sanitizer");
        let output = Command::new(program).args(arguments).output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    assert_eq!(run(&["malloc"]), (true, String::new()));
    assert_eq!(run(&["ours"]), (true, String::new()));
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
        let (success, said) = run(&[heap, fault]);
        assert!(
            !success && said.contains(words),
            "{heap}: {fault} was not found: {said}"
        );
    }
}
