//! The machine code of a program with vectors of twenty element types is less over ours than over std's. Both
//! stand on the same runtime and on the same malloc, and the program is the same text; what ours needs beside
//! the vectors (the line of an out of memory, the growing) is counted, what std's needs is in its runtime.
//!
//! `cargo test --test text_size -- --nocapture` prints both figures.

use object::{Object, ObjectSection};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the program does with vectors of `T`; `make` and `Vector` differ between the two. Numbers go through
/// `black_box`, as if they came from outside.
const PROGRAM: &str = r#"
use std::hint::black_box;

#[inline(never)]
fn exercise<T: Clone + PartialEq>(value: T) {
    let mut vec: Vector<T> = make();
    vec.push(value.clone());
    vec.push(value.clone());
    vec.insert(black_box(1), value.clone());
    vec.resize(black_box(9), value.clone());
    let copy = vec.clone();
    vec.extend_from_slice(&copy);
    vec.reserve(black_box(100));
    vec.extend(copy.iter().filter(|one| **black_box(one) != value).cloned());
    vec.truncate(black_box(12));
    vec.retain(|one| *black_box(one) != value);
    drop(vec.drain(black_box(1)..black_box(3)));
    drop(vec.remove(black_box(0)));
    vec.shrink_to_fit();
    drop(black_box(vec).into_boxed_slice());
}

macro_rules! exercise {
    ($($type:ty, $value:expr;)*) => {$(
        exercise::<$type>($value);
    )*};
}

fn main() {
    exercise! {
        u8, 1; u16, 1; u32, 1; u64, 1; u128, 1; i8, 1; i64, 1; f32, 1.0; f64, 1.0; char, 'a';
        bool, true; (u8, u32), (1, 2); (u64, u64), (1, 2); [u8; 3], [1; 3]; [u32; 5], [1; 5];
        [u64; 9], [1; 9]; Option<u32>, Some(1); std::string::String, std::string::String::new();
        Option<Box<u8>>, None; &'static str, "a";
    }
}
"#;

const STD: &str = r#"
type Vector<T> = Vec<T>;
fn make<T>() -> Vector<T> { Vec::new() }
"#;

const OURS: &str = r#"
use nostd_alloc::memory::{AllocError, Allocator, Layout};
use std::alloc::{GlobalAlloc, System};
use std::ptr::NonNull;

#[derive(Clone, Copy)]
struct Malloc;

unsafe impl Allocator for Malloc {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let start = NonNull::new(unsafe { System.alloc(layout) }).ok_or(AllocError)?;
        Ok(NonNull::slice_from_raw_parts(start, layout.size()))
    }
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        unsafe { System.dealloc(ptr.as_ptr(), layout) }
    }
    unsafe fn remap(&self, ptr: NonNull<u8>, old: Layout, size: usize) -> Result<NonNull<[u8]>, AllocError> {
        let start = NonNull::new(unsafe { System.realloc(ptr.as_ptr(), old, size) }).ok_or(AllocError)?;
        Ok(NonNull::slice_from_raw_parts(start, size))
    }
}

type Vector<T> = nostd_alloc::Vec<T, Malloc>;
fn make<T>() -> Vector<T> { Vector::new_in(Malloc) }
"#;

fn text_bytes(program: &Path) -> u64 {
    let bytes = fs::read(program).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    file.section_by_name(".text").unwrap().size()
}

#[test]
fn twenty_element_types_need_less_code_than_with_std() {
    let here = env!("CARGO_MANIFEST_DIR");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("text_size");
    // As in tests/codegen.rs, so that the library is compiled once.
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("without-flags");
    fs::create_dir_all(folder.join("src/bin")).unwrap();
    let manifest = format!(
        "[package]\nname = \"text-size\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nnostd-alloc = {{ path = {here:?}, default-features = false }}\n\
         [profile.release]\nopt-level = 3\nlto = true\ncodegen-units = 1\npanic = \"abort\"\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    for (name, head) in [("with_std", STD), ("with_ours", OURS)] {
        let path = folder.join(format!("src/bin/{name}.rs"));
        fs::write(path, format!("{head}{PROGRAM}")).unwrap();
    }
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--offline"])
        .current_dir(&folder)
        .env("RUSTFLAGS", "")
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .unwrap();
    assert!(built.success());
    let [std, ours] =
        ["with_std", "with_ours"].map(|name| text_bytes(&target.join("release").join(name)));
    println!(".text of the program: std {std} bytes, ours {ours} bytes");
    assert!(ours < std, "ours {ours} bytes, std {std} bytes");
}
