//! The programs that cells are run by: this one, and its second build for mimalloc 2.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of this package.
const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// This program.
///
/// # Errors
/// If the kernel does not say where it is.
pub fn this() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// The second build, made if need be.
///
/// # Errors
/// If cargo fails; what it said is on stderr.
pub fn second() -> io::Result<PathBuf> {
    let target = Path::new(PACKAGE).join("target/mimalloc-v2");
    let cargo = std::env::var("CARGO").unwrap_or("cargo".to_string());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--no-default-features"])
        .args(["--features", "mimalloc-v2", "--target-dir"])
        .arg(&target)
        .current_dir(PACKAGE)
        .status()?;
    if !status.success() {
        return Err(io::Error::other("the second build failed"));
    }
    Ok(target.join("release/nostd-alloc-bench"))
}

/// Where packed recordings are kept during a run.
///
/// # Errors
/// If the folder cannot be made.
pub fn folder() -> io::Result<PathBuf> {
    let folder = Path::new(PACKAGE).join("target/recordings");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A path inside this package.
pub fn package_path(part: &str) -> PathBuf {
    Path::new(PACKAGE).join(part)
}
