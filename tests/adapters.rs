//! hashbrown's table over our heap, in a program without libc.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn a_table_of_hashbrown_lives_in_our_heap_without_libc() {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("adapters");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--quiet",
            "--example",
            "table",
            "--features",
            "allocator-api2",
        ])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success());
    let run = Command::new(target.join("release/examples/table"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{:?}", run.status);
    let said = String::from_utf8(run.stdout).unwrap();
    assert_eq!(
        said,
        "505 squares modulo 1009, the most frequent one 199 times\n"
    );
}
