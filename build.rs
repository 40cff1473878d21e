//! Passes the linker arguments of a freestanding program to the binary and the examples of this
//! package, and offers the same arguments to the build scripts of dependents, one by one, as
//! `DEP_NOSTD_ALLOC_START_LINK_ARGS` (separated by the ASCII unit separator, which no path holds).

use std::env::var;

/// Between two arguments: a space would break on a path that has one.
const SEPARATOR: &str = "\u{1f}";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=linker.ld");
    let directory = var("CARGO_MANIFEST_DIR").expect("cargo names the folder of the manifest");
    let arguments = [
        // No start-up files and no libraries: `_start` and memcpy & co come from `entry!`.
        "-nostartfiles".to_string(),
        "-nostdlib".to_string(),
        // Fixed addresses: nothing to relocate at start, so vtables can be read-only from the first
        // instruction on. (`-static` would say the same, but then the examples that `cargo test`
        // compiles with unwinding, which drag in libgcc_s, would not link.)
        "-no-pie".to_string(),
        "-Wl,--no-dynamic-linker,--build-id=none".to_string(),
        // Not behind `-Wl,`, which would cut the path at a comma.
        format!("-T{directory}/linker.ld"),
    ];
    if var("CARGO_FEATURE_RT").is_ok() {
        for argument in &arguments {
            println!("cargo::rustc-link-arg-bins={argument}");
            println!("cargo::rustc-link-arg-examples={argument}");
        }
    }
    println!("cargo::metadata=LINK_ARGS={}", arguments.join(SEPARATOR));
}
