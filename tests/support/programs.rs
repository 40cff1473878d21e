//! The package's own programs, built by a nested cargo into a target folder of their own: what `cargo test`
//! makes of examples is compiled with unwinding, and is not what a user runs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What cargo is told of this package.
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// The names of all examples, as Cargo.toml lists them.
pub(crate) fn examples() -> Vec<String> {
    let sections = MANIFEST.split("[[example]]").skip(1);
    sections
        .map(|section| {
            let name = section
                .split("name = \"")
                .nth(1)
                .expect("an example has a name");
            name.split('"').next().unwrap_or_default().to_owned()
        })
        .collect()
}

/// Whether cargo builds an example without being asked for more features; `tests/adapters.rs` builds others.
fn is_built_by_default(name: &String) -> bool {
    MANIFEST.contains(&format!(
        "name = \"{name}\"\nrequired-features = [\"rt\"]\n"
    ))
}

/// Builds by a profile, and returns the names and files of the binary and of all examples; of the profile
/// `symbols` the binary alone, without the dev-dependencies that cargo builds for any example.
pub(crate) fn programs(profile: &str) -> Vec<(String, PathBuf)> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
    let examples = if profile == "symbols" {
        vec![]
    } else {
        examples().into_iter().filter(is_built_by_default).collect()
    };
    let mut build = Command::new(env!("CARGO"));
    build
        .args([
            "build",
            "--quiet",
            "--offline",
            "--profile",
            profile,
            "--bins",
        ])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if !examples.is_empty() {
        build.arg("--examples");
    }
    let built = build.status().expect("cargo runs");
    assert!(built.success(), "cargo build --profile {profile}: {built}");
    let folder = target.join(if profile == "dev" { "debug" } else { profile });
    let binary = ("nostd-alloc".to_owned(), folder.join("nostd-alloc"));
    let examples = examples.into_iter().map(|name| {
        let file = folder.join("examples").join(&name);
        (name, file)
    });
    std::iter::once(binary).chain(examples).collect()
}
