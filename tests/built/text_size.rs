//! The machine code of a program with vectors of twenty element types is less over ours than over std's. Both
//! stand on the same runtime and on the same malloc, and the program is the same text; what ours needs beside
//! the vectors (the line of an out of memory, the growing) is counted, what std's needs is in its runtime. The
//! runtime alone is a program of its own, and counts for neither.
//!
//! Where all arguments are constants and all code is in one function, std's is less by 2048 bytes: it knows which
//! types are `Copy` and calls memcpy for nine elements, where our loop over nine clones is unrolled; 750 bytes are for
//! `push`, which keeps its vector in memory over the slow call (without that its hot path has 14 instructions, not 8);
//! 591 for the line of an out of memory, which std has in its runtime. That form is measured to keep the distance.
//!
//! `NOSTD_ALLOC_WHOLE=1 cargo test --test built text_size -- --nocapture` prints all figures.

use super::share::is_left_out;
use super::without_flags::built;
use object::{Object, ObjectSection};
use std::fs;

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

/// A program whose numbers are constants, all of it in one function.
fn of_constants(program: &str) -> String {
    let program = program.replace("#[inline(never)]", "#[inline(always)]");
    let mut parts = program.split("black_box(");
    let mut text = parts.next().unwrap_or_default().to_string();
    for part in parts {
        match part.split_once(')') {
            Some((number, rest)) if number.parse::<u32>().is_ok() => {
                text += &(number.to_string() + rest)
            }
            _ => text += &("black_box(".to_string() + part),
        }
    }
    text
}

/// Builds the programs and says how much `.text` each has.
fn text_bytes(programs: &[(&str, String)]) -> Vec<u64> {
    let mut files = Vec::new();
    for (name, text) in programs {
        files.push((format!("src/bin/{name}.rs"), text.as_str()));
    }
    let folder = built("text-size", "", &files);
    let text = |name: &str| {
        let bytes = fs::read(folder.join(name)).unwrap();
        let file = object::File::parse(&*bytes).unwrap();
        file.section_by_name(".text").unwrap().size()
    };
    programs.iter().map(|(name, _)| text(name)).collect()
}

#[test]
fn twenty_element_types_need_less_code_than_with_std() {
    if is_left_out("the code of twenty element types beside std's") {
        return;
    }
    let both = |form: &str| [STD, OURS].map(|head| format!("{head}{form}"));
    let [std, ours] = both(PROGRAM);
    let [std_constants, our_constants] = both(&of_constants(PROGRAM));
    let sizes = text_bytes(&[
        ("runtime", "fn main() {}".to_string()),
        ("with_std", std),
        ("with_ours", ours),
        ("with_std_constants", std_constants),
        ("with_ours_constants", our_constants),
    ]);
    let [runtime, sizes @ ..] = &sizes[..] else {
        unreachable!("five programs")
    };
    let net: Vec<u64> = sizes.iter().map(|size| size - runtime).collect();
    println!("bytes of .text beside the runtime's {runtime}: std, ours {net:?}, of {sizes:?}");
    let [std, ours, std_constants, our_constants] = net[..] else {
        unreachable!("four programs")
    };
    assert!(100 * ours < 95 * std, "ours {ours} bytes, std {std} bytes");
    assert!(
        100 * our_constants < 110 * std_constants,
        "of constants: ours {our_constants} bytes, std {std_constants} bytes"
    );
}
