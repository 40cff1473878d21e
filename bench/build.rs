//! Tells the program with which compiler flags it was built: the report prints them, since frame pointers alone
//! change the figures of the collections. And makes musl's malloc out of its C library, where that is installed.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let flags = flags.replace('\u{1f}', " ");
    println!("cargo::rustc-env=BENCH_FLAGS={flags}");

    println!("cargo::rustc-check-cfg=cfg(musl)");
    if std::env::var_os("CARGO_FEATURE_PEERS").is_none() {
        return;
    }
    match musl() {
        Ok(object) => {
            println!("cargo::rustc-link-arg-bins={}", object.display());
            println!("cargo::rustc-cfg=musl");
        }
        Err(reason) => println!("cargo::rustc-env=BENCH_WITHOUT_MUSL={reason}"),
    }
}

/// Where Debian's package musl-dev has musl's C library.
const MUSL: &str = "/usr/lib/x86_64-linux-musl/libc.a";

/// What of it the program calls or sets, and by which name; all other names stay inside.
const NAMES: [(&str, &str); 8] = [
    ("malloc", "musl_malloc"),
    ("calloc", "musl_calloc"),
    ("realloc", "musl_realloc"),
    ("free", "musl_free"),
    ("aligned_alloc", "musl_aligned_alloc"),
    ("__libc", "musl_libc"),
    ("__libc_version", "musl_version"),
    ("__malloc_context", "musl_context"),
];

/// The lengths of the two structures that the program writes into, as `src/musl.rs` knows them.
const LENGTHS: [(&str, u64); 2] = [("musl_libc", 104), ("musl_context", 928)];

/// One object of the members of musl's library that its malloc needs.
///
/// Where its errno is, the program says: musl's own would lie in the middle of the other library's thread block.
fn musl() -> Result<PathBuf, String> {
    println!("cargo::rerun-if-env-changed=BENCH_MUSL");
    let archive = std::env::var("BENCH_MUSL").unwrap_or(MUSL.to_string());
    // A file that is not there counts as changed each time.
    if Path::new(&archive).exists() {
        println!("cargo::rerun-if-changed={archive}");
    }
    let folder = PathBuf::from(std::env::var("OUT_DIR").map_err(|error| error.to_string())?);
    let [parts, joined, object] = ["musl.a", "joined.o", "musl.o"].map(|name| folder.join(name));
    std::fs::copy(&archive, &parts)
        .map_err(|_| format!("no {archive} (Debian: musl-dev, or BENCH_MUSL)"))?;
    run(Command::new("ar")
        .arg("d")
        .arg(&parts)
        .arg("__errno_location.lo"))?;
    let mut join = Command::new("ld");
    join.arg("-r").arg("-o").arg(&joined);
    // The second is what only the real malloc has: there is a little one too, for programs that free nothing.
    let roots = NAMES.map(|(name, _)| name);
    for name in roots.iter().chain(&["__malloc_alloc_meta"]) {
        join.args(["-u", name]);
    }
    run(join.arg(&parts))?;
    let mut rename = Command::new("objcopy");
    rename.args(["--redefine-sym", "___errno_location=musl_errno"]);
    for (name, ours) in NAMES {
        rename.arg(format!("--redefine-sym={name}={ours}"));
        rename.arg(format!("--keep-global-symbol={ours}"));
    }
    run(rename.arg(&joined).arg(&object))?;
    check(&run(Command::new("nm").arg("--format=posix").arg(&object))?)?;
    Ok(object)
}

/// Whether an object needs nothing more, and its structures are those that are known; `symbols` are lines of name,
/// kind, value and length.
fn check(symbols: &str) -> Result<(), String> {
    let known = ["musl_errno", "_GLOBAL_OFFSET_TABLE_"];
    let mut lengths = LENGTHS.to_vec();
    for line in symbols.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let name = words.first().copied().unwrap_or_default();
        if words.get(1) == Some(&"U") && !known.contains(&name) {
            return Err(format!("musl's malloc also needs {name}"));
        }
        let length = words
            .get(3)
            .and_then(|word| u64::from_str_radix(word, 16).ok());
        lengths.retain(|&(known, least)| known != name || length != Some(least));
    }
    match lengths.first() {
        Some((name, _)) => Err(format!("{name} is not as in musl 1.2.3")),
        None => Ok(()),
    }
}

/// What a tool prints.
fn run(command: &mut Command) -> Result<String, String> {
    let program = Path::new(command.get_program()).display().to_string();
    let output = command
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let line = said.lines().next().unwrap_or("no success");
        return Err(format!("{program}: {line}"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
