//! The programs that cells are run by: this one, and its second build for mimalloc 2; and our malloc.

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
    let status = cargo()
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

/// Our malloc for whole programs, built if need be.
///
/// # Errors
/// If cargo fails; what it said is on stderr.
pub fn malloc() -> io::Result<PathBuf> {
    let target = package_path("target/malloc");
    let status = cargo()
        .args(["build", "--release", "--quiet", "--target-dir"])
        .arg(&target)
        .current_dir(package_path("../preload/malloc"))
        .status()?;
    if !status.success() {
        return Err(io::Error::other("our malloc was not built"));
    }
    Ok(target.join("release/libnostd_malloc.so"))
}

/// The folder with the sources of a package that this one is built of.
///
/// # Errors
/// If cargo does not know it.
pub fn sources(package: &str) -> io::Result<PathBuf> {
    let output = cargo()
        .args(["metadata", "--offline", "--format-version", "1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(PACKAGE)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let named = format!("/{package}-");
    let paths = text.split("\"manifest_path\":\"").skip(1);
    let mut paths = paths.filter_map(|rest| rest.split('"').next());
    let manifest = paths.find(|path| path.contains(&named));
    let folder = manifest.and_then(|path| Path::new(path).parent());
    folder
        .map(Path::to_path_buf)
        .ok_or_else(|| io::Error::other(format!("cargo does not know {package}")))
}

/// The cargo that built this program.
fn cargo() -> Command {
    Command::new(std::env::var("CARGO").unwrap_or("cargo".to_string()))
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
