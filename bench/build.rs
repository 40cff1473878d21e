//! Tells the program with which compiler flags it was built: the report prints them, since frame pointers
//! alone change the figures of the collections.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let flags = flags.replace('\u{1f}', " ");
    println!("cargo::rustc-env=BENCH_FLAGS={flags}");
}
