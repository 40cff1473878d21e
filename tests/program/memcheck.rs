//! The collections in a program without libc under valgrind: no report, and each planted fault is found.

use crate::programs::built;
use crate::tool::tool;
use std::process::Command;

/// The status that valgrind ends with when it has something to say.
const FOUND: i32 = 9;

#[test]
fn memcheck_has_nothing_to_say_and_finds_each_planted_fault() {
    let Some(valgrind) = tool("valgrind") else {
        return;
    };
    let folder = built("dev", &["--example", "checked"]);
    let run = |fault: &[&str]| {
        let output = Command::new(&valgrind)
            .args(["-q", "--leak-check=full", "--error-exitcode=9"])
            .arg(folder.join("examples/checked"))
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
