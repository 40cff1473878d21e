//! How much is tested: `cargo test` does a share of what takes long, `.ci/run` the whole.

use std::io::Write;

/// Whether this run does the whole, as `NOSTD_ALLOC_WHOLE=1` asks.
pub(crate) fn is_whole() -> bool {
    std::env::var("NOSTD_ALLOC_WHOLE").as_deref() == Ok("1")
}

/// Whether `what` is left out of this run; then it says so.
pub(crate) fn is_left_out(what: &str) -> bool {
    if !is_whole() {
        // Past the harness, which keeps what a test prints when it passes. Without standard error nobody can be told.
        let line = format!("left out: {what}, for want of NOSTD_ALLOC_WHOLE=1\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
    !is_whole()
}

/// The profiles that this run looks at; the last one is `release`.
pub(crate) fn profiles() -> &'static [&'static str] {
    if is_whole() {
        &["dev", "release"]
    } else {
        &["release"]
    }
}
