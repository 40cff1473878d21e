//! What a test needs of the machine: without it the test says so and is skipped, or fails where
//! `NOSTD_ALLOC_REQUIRE_TOOLS=1` says that all must be there.

use std::io::Write;
use std::path::PathBuf;

/// Where a tool is.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    if found.is_none() {
        skip(&format!("{name} is not installed"));
    }
    found
}

/// Says why a test, or a part of it, is skipped.
pub(crate) fn skip(why: &str) {
    let required = std::env::var_os("NOSTD_ALLOC_REQUIRE_TOOLS").is_some_and(|set| set == "1");
    assert!(!required, "{why}, and NOSTD_ALLOC_REQUIRE_TOOLS=1");
    // Past the harness, which keeps what a test prints when it passes. Without standard error nobody can be told.
    let _ = std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes());
}
