//! A package of `tests/built` as a program with one of the compiler's sanitizers in it.
//!
//! The flag is one of the nightly compiler, so `RUSTC_BOOTSTRAP` lets the pinned one take it, for this package alone.

use std::path::PathBuf;
use std::process::Command;

const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// The program.
pub(super) struct Sanitized(PathBuf);

impl Sanitized {
    /// Builds the package of that name with `-Zsanitizer=` and `flags`.
    pub(super) fn built(package: &str, flags: &str) -> Sanitized {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/built");
        let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(package);
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--target", TRIPLE, "--target-dir"])
            .arg(&target)
            .current_dir(folder.join(package))
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", format!("-Zsanitizer={flags}"))
            .status()
            .unwrap();
        assert!(built.success());
        Sanitized(target.join(TRIPLE).join("debug").join(package))
    }

    /// Whether a run succeeds, and what it says on stderr.
    pub(super) fn run(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(&self.0).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    }
}
