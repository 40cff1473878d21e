//! The collections under AddressSanitizer: no report over random operations, and each planted fault is found.
//!
//! The heap below them is the sanitizer's malloc, which poisons what is freed and what lies around a block.
//! (It cannot watch our own heap, which keeps its links in freed blocks and is compiled with it.) The flag is
//! one of the nightly compiler, so `RUSTC_BOOTSTRAP` lets the pinned one take it, for this package alone.
//!
//! The build takes as long as everything else here together, so it is done where tools are required:
//! `NOSTD_ALLOC_REQUIRE_TOOLS=1 cargo test --test sanitizer`.

use std::path::PathBuf;
use std::process::Command;

const TRIPLE: &str = "x86_64-unknown-linux-gnu";

#[test]
fn the_sanitizer_has_nothing_to_say_and_finds_each_planted_fault() {
    if std::env::var_os("NOSTD_ALLOC_REQUIRE_TOOLS").is_none() {
        println!("skipped: NOSTD_ALLOC_REQUIRE_TOOLS is not set");
        return;
    }
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sanitizer");
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
    assert_eq!(run(&[]), (true, String::new()));
    for fault in [
        "heap-buffer-overflow",
        "heap-use-after-free",
        "double-free",
        "detected memory leaks",
    ] {
        let (success, said) = run(&[fault]);
        assert!(
            !success && said.contains(fault),
            "{fault} was not found: {said}"
        );
    }
}
