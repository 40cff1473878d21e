//! What the linker has made of the programs: static, fixed, nothing both writable and executable.
//!
//! The facts are asked of the file's own tables, for the binary and each example; in debug too where the whole is
//! tested.

mod facts;

use super::programs::built;
use super::run::run;
use super::share::profiles;
use super::tool::tool;
use facts::Image;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The most bytes of the released binary, with the whole lab in it (it was 131032 when `replay` read three
/// formats into one table, at 63b921b).
const BINARY_BYTES_MAX: usize = 256 * 1024;

const MANIFEST: &str = include_str!("../../Cargo.toml");

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The names of all examples, as Cargo.toml lists them.
fn examples() -> Vec<&'static str> {
    let sections = MANIFEST.split("[[example]]\nname = \"").skip(1);
    let names = sections.map(|section| section.split('"').next());
    names.map(|name| name.expect("a name")).collect()
}

/// Names and files of the binary and of the examples that need no feature beyond the default ones.
fn programs(profile: &str) -> Vec<(&'static str, PathBuf)> {
    let folder = built(profile, &["--bins", "--examples"]);
    let by_default = |name: &&str| {
        let section = format!("name = \"{name}\"\nrequired-features = [\"rt\"]\n");
        MANIFEST.contains(&section)
    };
    let examples = examples().into_iter().filter(by_default);
    let examples = examples.map(|name| (name, folder.join("examples").join(name)));
    let binary = ("nostd-alloc", folder.join("nostd-alloc"));
    std::iter::once(binary).chain(examples).collect()
}

/// The binary, built by a profile.
fn binary(profile: &str) -> PathBuf {
    built(profile, &["--bins"]).join("nostd-alloc")
}

/// The binary built by both profiles, in the order that leaves no core idle: another test builds what is released.
fn symbols_and_released() -> (PathBuf, PathBuf) {
    (binary("symbols"), binary("release"))
}

#[test]
fn every_program_is_static_and_has_no_writable_code() {
    for &profile in profiles() {
        let programs = programs(profile);
        assert!(programs.len() > 5, "{programs:?}");
        for (name, file) in programs {
            let bytes = read(&file);
            let faults = Image::read(&bytes).faults();
            assert!(faults.is_empty(), "{name}, {profile}: {faults:#?}");
        }
    }
}

#[test]
fn the_smallest_program_has_no_writable_memory_in_its_image() {
    // In each run: what the optimiser takes out is there in debug.
    for profile in ["dev", "release"] {
        let bytes = read(&built(profile, &["--example", "tiny"]).join("examples/tiny"));
        assert_eq!(Image::read(&bytes).writable_segments(), 0, "{profile}");
    }
}

#[test]
fn the_released_binary_is_small_and_stripped() {
    let bytes = read(&binary("release"));
    println!("nostd-alloc: {} bytes", bytes.len());
    assert!(bytes.len() <= BINARY_BYTES_MAX, "{} bytes", bytes.len());
    assert_eq!(Image::read(&bytes).symbols(), 0);
}

#[test]
fn the_profile_symbols_changes_no_byte_of_code() {
    let (with_symbols, released) = symbols_and_released();
    let (with_symbols, released) = (read(&with_symbols), read(&released));
    let (released, with_symbols) = (Image::read(&released), Image::read(&with_symbols));
    assert!(released.code().is_some(), "there is no .text");
    assert!(released.code() == with_symbols.code(), ".text differs");
    assert!(with_symbols.symbols() > 0, "there are no symbols");
}

#[test]
fn addr2line_names_an_address_of_the_released_binary() {
    let Some(addr2line) = tool("addr2line") else {
        return;
    };
    let (with_symbols, released) = symbols_and_released();
    let bytes = read(&released);
    let entry = format!("{:#x}", Image::read(&bytes).entry());
    let mut command = Command::new(addr2line);
    command.arg("-fe").arg(with_symbols).arg(entry);
    let answer = run(&mut command).stdout;
    assert!(answer.starts_with("_start\n"), "{answer}");
}

#[test]
fn every_example_file_is_an_example_of_the_package() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let known = examples();
    for entry in fs::read_dir(folder).expect("there are examples") {
        let path = entry.expect("a folder can be listed").path();
        // A folder with a manifest is a package of its own (dependents.rs).
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let own = path.join("Cargo.toml").exists();
        assert!(
            own || known.iter().any(|other| *other == name),
            "{name} is not in Cargo.toml"
        );
    }
}

#[test]
fn each_fact_is_missed_when_it_is_false() {
    let good = read(Path::new(env!("CARGO_BIN_EXE_nostd-alloc")));
    for (what, change) in facts::DAMAGES {
        let mut bytes = good.clone();
        change(&mut bytes);
        let faults = Image::read(&bytes).faults();
        assert!(
            faults.iter().any(|fault| fault.contains(what)),
            "{what}: {faults:#?}"
        );
    }
}
