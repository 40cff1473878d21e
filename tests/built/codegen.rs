//! What the compiler makes of the hot paths: a release library with one function for each is disassembled.
//!
//! The flags of `.cargo/config.toml` (frame pointers) do not take part: an empty RUSTFLAGS stands in for
//! them, as a user's program has it.

use super::tool::tool;
use super::without_flags::built;
use object::{Object, ObjectSymbol};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const SOURCE: &str = r#"
use nostd_alloc::{PushError, String, TryReserveError, Vec};

#[unsafe(no_mangle)]
pub fn try_push(vec: &mut Vec<u64>, value: u64) -> Result<(), PushError<u64>> {
    vec.try_push(value)
}

#[unsafe(no_mangle)]
pub fn push(vec: &mut Vec<u64>, value: u64) {
    vec.push(value)
}

#[unsafe(no_mangle)]
pub fn push_str(text: &mut String, piece: &str) {
    text.push_str(piece)
}

#[unsafe(no_mangle)]
pub fn push_char(text: &mut String, character: char) {
    text.push(character)
}

#[unsafe(no_mangle)]
pub fn push_integer(text: &mut String, number: u32) {
    text.push_integer(number)
}

#[unsafe(no_mangle)]
pub fn push_some(a: &mut Vec<u8>, b: &mut Vec<u16>, c: &mut Vec<[u64; 3]>, d: &mut Vec<String>) {
    a.push(1);
    b.insert(0, 1);
    c.extend([[0; 3]; 2]);
    d.reserve(1);
}

#[unsafe(no_mangle)]
pub fn extend_bytes(vec: &mut Vec<u8>, bytes: &[u8]) -> Result<(), TryReserveError> {
    vec.try_extend_from_slice(bytes)
}

#[unsafe(no_mangle)]
pub fn std_push(vec: &mut std::vec::Vec<u64>, value: u64) {
    vec.push(value)
}
"#;

/// The instructions of a function, in order.
struct Function {
    instructions: Vec<String>,
}

impl Function {
    /// The way that is taken when no conditional jump is: what a push with room does, up to `ret`.
    fn hot_path(&self) -> Vec<&str> {
        let mut path = Vec::new();
        for instruction in &self.instructions {
            path.push(instruction.as_str());
            if instruction.starts_with("ret") {
                break;
            }
        }
        path
    }
}

/// The library with the functions that are looked at, built once for all tests.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let library = "[lib]\ncrate-type = [\"cdylib\"]\n";
        let files = [("src/lib.rs".to_owned(), SOURCE)];
        built("codegen", library, &files).join("libcodegen.so")
    })
}

fn disassemble(objdump: &Path, library: &Path, name: &str) -> Function {
    let output = Command::new(objdump)
        .args([
            "-d",
            "--no-show-raw-insn",
            "-Mintel",
            &format!("--disassemble={name}"),
        ])
        .arg(library)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let start = text
        .find(&format!("<{name}>:"))
        .unwrap_or_else(|| panic!("no {name}"));
    let lines = text[start..]
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty());
    let instructions = lines
        .filter_map(|line| line.split_once(":\t"))
        .map(|(_, text)| text.trim().to_string());
    Function {
        instructions: instructions
            .filter(|text| !text.starts_with("int3"))
            .collect(),
    }
}

fn touches_the_stack(instruction: &str) -> bool {
    ["push ", "pop ", "sub    rsp", "add    rsp"]
        .iter()
        .any(|word| instruction.starts_with(word))
}

#[test]
fn the_hot_paths_are_short() {
    let Some(objdump) = tool("objdump") else {
        return;
    };
    let hot = |name: &str| disassemble(&objdump, library(), name);
    let count = |name: &str| hot(name).hot_path().len();
    println!(
        "try_push {}, push {}, std's push {}",
        count("try_push"),
        count("push"),
        count("std_push")
    );

    let try_push = hot("try_push");
    let path = try_push.hot_path();
    assert!(path.len() <= 14, "try_push: {path:#?}");
    assert!(
        !path.iter().any(|line| touches_the_stack(line)),
        "try_push has a frame: {path:#?}"
    );

    let push = hot("push");
    let path = push.hot_path();
    assert!(path.len() <= count("std_push").min(20), "push: {path:#?}");
    assert!(
        !path.iter().any(|line| touches_the_stack(line)),
        "push has a frame: {path:#?}"
    );

    // A slice of plain data is one memcpy.
    let extend = hot("extend_bytes");
    let calls = extend
        .instructions
        .iter()
        .filter(|line| line.contains("memcpy"));
    assert!(
        calls.count() >= 1,
        "extend_from_slice: {:#?}",
        extend.instructions
    );
}

#[test]
fn the_hot_paths_of_texts_are_short() {
    let Some(objdump) = tool("objdump") else {
        return;
    };
    let hot = |name: &str| disassemble(&objdump, library(), name);

    // The calls of `push_str`: memcpy for more than 16 bytes, and the slow way, which is a jump.
    let push_str = hot("push_str");
    let calls = push_str
        .instructions
        .iter()
        .filter(|line| line.starts_with("call"));
    assert_eq!(calls.count(), 1, "push_str: {:#?}", push_str.instructions);
    let guard = push_str
        .instructions
        .iter()
        .position(|line| line.starts_with("cmp") && line.ends_with(",0x10"));
    let call = push_str
        .instructions
        .iter()
        .position(|line| line.starts_with("call"));
    assert!(
        guard.unwrap() < call.unwrap(),
        "memcpy is not only for long pieces"
    );

    // A plain character takes no call, nor does an integer the formatting machinery.
    let push_char = hot("push_char");
    let path = push_char.hot_path();
    assert!(
        !path.iter().any(|line| line.starts_with("call")),
        "push of a character: {path:#?}"
    );
    let push_integer = hot("push_integer").instructions;
    assert!(
        !push_integer.iter().any(|line| line.contains("fmt")),
        "push_integer: {push_integer:#?}"
    );
}

/// Vectors of any type grow by the same code.
#[test]
fn growth_is_in_a_program_once() {
    let bytes = fs::read(library()).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    let names: Vec<&str> = file
        .symbols()
        .filter_map(|symbol| symbol.name().ok())
        .collect();
    for name in ["Room15grown_amortized", "Room6placed"] {
        let count = names.iter().filter(|symbol| symbol.contains(name)).count();
        assert_eq!(count, 1, "{name}");
    }
}
