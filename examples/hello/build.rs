//! Links as the library says: no start-up files, no libc, its linker script.

fn main() {
    let arguments = std::env::var("DEP_NOSTD_ALLOC_START_LINK_ARGS").expect("the library is a dependency");
    for argument in arguments.split('\u{1f}') {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
