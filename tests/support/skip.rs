//! Says that a test is skipped, where it is read: the harness keeps what a test prints to itself when it passes.

use std::io::Write;

/// Tells whoever runs the tests, also without `--nocapture`.
pub(crate) fn skipped(why: &str) {
    // Without standard error nobody can be told.
    let _ = std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes());
}
