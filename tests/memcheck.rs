//! The collections in a program without libc under valgrind: no report, and each planted fault is found.

#[path = "support/skip.rs"]
mod skip;

use std::path::PathBuf;
use std::process::Command;

/// The status that valgrind ends with when it has something to say.
const FOUND: i32 = 9;

fn valgrind_is_there() -> bool {
    let there = Command::new("valgrind").arg("--version").output().is_ok();
    if !there {
        assert!(
            std::env::var_os("NOSTD_ALLOC_REQUIRE_TOOLS").is_none(),
            "valgrind is missing"
        );
        skip::skipped("valgrind is missing");
    }
    there
}

#[test]
fn memcheck_has_nothing_to_say_and_finds_each_planted_fault() {
    if !valgrind_is_there() {
        return;
    }
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("memcheck");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--example", "checked", "--target-dir"])
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success());
    let run = |fault: &[&str]| {
        let output = Command::new("valgrind")
            .args(["-q", "--leak-check=full", "--error-exitcode=9"])
            .arg(target.join("debug/examples/checked"))
            .args(fault)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (
            output.status.code(),
            said,
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (code, said, out) = run(&[]);
    assert_eq!(
        (code, said.as_str()),
        (Some(0), ""),
        "memcheck has something to say"
    );
    assert!(out.ends_with(" texts\n"), "{out}");
    for (fault, words) in [
        ("overflow", "Invalid write of size 8"),
        ("use-after-free", "Invalid read of size 8"),
        ("double-free", "Invalid free()"),
        ("leak", "definitely lost"),
        ("uninitialised", "depends on uninitialised value"),
    ] {
        let (code, said, _) = run(&[fault]);
        assert_eq!(code, Some(FOUND), "{fault} was not found: {said}");
        assert!(said.contains(words), "{fault}: {said}");
    }
}
