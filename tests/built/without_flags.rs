//! Packages over the library that are built without the flags of this checkout: their machine code is what a dependent
//! gets. They share a target folder, so that the library is compiled once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds a package of `files` by the profile `release`, with `library` as what its manifest says of its own library;
/// returns the folder of what was built.
pub(super) fn built(name: &str, library: &str, files: &[(String, &str)]) -> PathBuf {
    let here = env!("CARGO_MANIFEST_DIR");
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (folder, target) = (temporary.join(name), temporary.join("without-flags"));
    fs::create_dir_all(folder.join("src/bin")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{library}\
         [dependencies]\nnostd-alloc = {{ path = {here:?}, default-features = false }}\n\
         [profile.release]\nopt-level = 3\nlto = true\ncodegen-units = 1\npanic = \"abort\"\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--offline"])
        .current_dir(&folder)
        .env("RUSTFLAGS", "")
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .unwrap();
    assert!(built.success());
    target.join("release")
}
