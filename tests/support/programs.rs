//! The package's own programs, built by a nested cargo into a target folder of their own: what `cargo test`
//! makes of examples is compiled with unwinding, and is not what a user runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// What cargo is told of this package.
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// What else makes up the package.
const PARTS: [&str; 5] = [".cargo", "build.rs", "examples", "linker.ld", "src"];

/// The only dev-dependency that an example uses.
const OF_EXAMPLES: &str = "hashbrown = ";

/// The package once more, its parts as links, without the dev-dependencies that only tests use: cargo would build
/// all of them for any example.
static PACKAGE: LazyLock<PathBuf> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
    fs::create_dir_all(&folder).expect("the folder is ours");
    for part in PARTS {
        let (link, there) = (folder.join(part), root.join(part));
        if fs::read_link(&link).ok().as_ref() != Some(&there) {
            // There may be one to where the checkout was before.
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(there, link).expect("the folder is ours");
        }
    }
    let (before, dependencies) = MANIFEST
        .split_once("[dev-dependencies]\n")
        .expect("there are dev-dependencies");
    let (dependencies, after) = dependencies.split_once("\n\n").expect("they end");
    let mut kept = dependencies
        .lines()
        .filter(|line| line.starts_with(OF_EXAMPLES));
    let kept = kept.next().expect("the example `table` uses it");
    let manifest = format!("{before}[dev-dependencies]\n{kept}\n\n{after}");
    fs::write(folder.join("Cargo.toml"), manifest).expect("the folder is ours");
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the folder is ours");
    folder
});

/// Builds by a profile what the arguments say, and returns the folder of what was built; examples are in `examples`
/// there.
pub(crate) fn built(profile: &str, what: &[&str]) -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--profile", profile])
        .args(["--target-dir", "target"])
        .args(what)
        .current_dir(&*PACKAGE)
        // Nothing here is built again.
        .env("CARGO_INCREMENTAL", "0")
        .status()
        .expect("cargo runs");
    assert!(built.success(), "cargo build --profile {profile}: {built}");
    let folder = if profile == "dev" { "debug" } else { profile };
    PACKAGE.join("target").join(folder)
}
