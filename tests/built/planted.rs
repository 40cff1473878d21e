//! Faults planted in the heaps themselves: the random operations of the contract tests find each one.
//!
//! The floors up to the heaps are copied to a folder of this test, and in the copy each fault of the table
//! stands beside the code that it replaces, behind a number that the program is started with. The program runs
//! the same random operations as `tests/heaps/contract`: without a fault every row passes, with it none does.

mod faults;

use super::run::{Outcome, run};
use faults::{FAULTS, Fault};
use nostd_alloc::heap::ROWS;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The floors that a heap stands on, and the heaps.
const FLOORS: [&str; 5] = ["sys", "io", "start", "memory", "heap"];

/// What the program shares with the contract tests.
const SHARED: [&str; 3] = ["live.rs", "model.rs", "random.rs"];

const MANIFEST: &str = "[package]\nname = \"planted\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
    [features]\nrt = []\n\n[dependencies]\nsc = \"0.2.7\"\n\n\
    [profile.dev]\nopt-level = 1\ndebug = false\nincremental = false\n\n[workspace]\n";

/// Copies a folder of source texts.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let path = entry.expect("a folder can be listed").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

/// Puts the fault with this number into the copy, beside what it replaces, wherever that stands in the file.
fn plant(source: &Path, number: usize, fault: &Fault) {
    let path = source.join("heap").join(fault.file);
    let text = fs::read_to_string(&path).expect("the file of a fault");
    assert!(text.contains(fault.code), "{fault:?}: its code has changed");
    let (code, wrong) = (fault.code, fault.wrong);
    let both = format!("(if crate::planted::is({number}) {{ {wrong} }} else {{ {code} }})");
    fs::write(&path, text.replace(code, &both)).expect("the copy can be changed");
}

/// Builds the program with all faults in it.
fn program() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("planted");
    let source = folder.join("src");
    let _ = fs::remove_dir_all(&source);
    let mut main = include_str!("planted/program.rs").to_owned();
    for floor in FLOORS {
        copy(
            &Path::new(ROOT).join("src").join(floor),
            &source.join(floor),
        );
        main += &format!("pub mod {floor};\n");
    }
    for file in SHARED {
        let from = Path::new(ROOT).join("tests/heaps/contract").join(file);
        fs::copy(from, source.join(file)).expect("a file can be copied");
    }
    for (index, fault) in FAULTS.iter().enumerate() {
        plant(&source, index + 1, fault);
    }
    fs::write(source.join("main.rs"), main).expect("a file can be written");
    fs::write(folder.join("Cargo.toml"), MANIFEST).expect("a file can be written");
    fs::copy(format!("{ROOT}/Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file");
    let target = folder.join("target");
    let built = run(Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--target-dir"])
        .arg(&target)
        .env("RUSTFLAGS", "-Awarnings")
        .current_dir(&folder));
    assert_eq!(built.code, 0, "{}", built.stderr);
    target.join("debug/planted")
}

/// Runs a row with a fault, or with none: number 0.
fn with_fault(program: &Path, row: &str, number: usize) -> Outcome {
    run(Command::new(program).arg(row).arg(number.to_string()))
}

#[test]
fn random_operations_find_the_fault_planted_in_each_strategy() {
    let program = program();
    for row in ROWS {
        let sound = with_fault(&program, row.name, 0);
        assert_eq!(
            sound.code, 0,
            "{} without a fault: {}",
            row.name, sound.stderr
        );
        let mut faults = 0;
        for (index, fault) in FAULTS.iter().enumerate() {
            if !fault.rows.contains(&row.name) {
                continue;
            }
            let outcome = with_fault(&program, row.name, index + 1);
            let said = outcome.stderr.lines().filter(|line| !line.is_empty());
            let last = said.take(2).last().unwrap_or("").to_owned();
            println!("{}, {}: {} {last}", row.name, fault.what, outcome.code);
            // A panic, the line of a heap that was misused, or a wild pointer; nothing else.
            let found = [101, 134, 139].contains(&outcome.code);
            assert!(found, "{}, {}: {outcome:?}", row.name, fault.what);
            faults += 1;
        }
        assert!(faults > 0, "{}: no fault is planted", row.name);
    }
}
