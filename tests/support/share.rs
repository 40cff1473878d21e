//! How much is tested: `cargo test` does a share of what takes long, `.ci/run` the whole.

/// Whether this run does the whole, as `NOSTD_ALLOC_WHOLE=1` asks.
pub(crate) fn is_whole() -> bool {
    std::env::var("NOSTD_ALLOC_WHOLE").as_deref() == Ok("1")
}

/// The profiles that this run looks at; the last one is `release`.
pub(crate) fn profiles() -> &'static [&'static str] {
    if is_whole() {
        &["dev", "release"]
    } else {
        &["release"]
    }
}
