//! Programs outside this checkout that use the library: what their authors write, and what they get.
//!
//! Each is built from an empty folder, offline, by plain cargo in a clean environment.

mod package;

use super::run::{Outcome, outcome, run};
use super::share::{is_left_out, is_whole, profiles};
use super::tool::tool;
use package::Package;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

const HELLO: &str = include_str!("../../examples/hello/src/main.rs");
const TINY: &str = include_str!("../../examples/tiny.rs");
const PANICS: &str = include_str!("dependents/programs/panics.rs");

/// One package with all the small programs, built once; the folder of the released ones.
static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    let with_faults = HELLO.replace("entry!(main)", "entry!(main, faults)");
    let silent = TINY.replace("silent, example", "silent");
    assert!(with_faults != HELLO && silent != TINY);
    let package = Package::with_programs(
        "programs",
        &[
            ("with_faults", &with_faults),
            ("silent", &silent),
            ("panics", PANICS),
            (
                "panics_again",
                include_str!("dependents/programs/panics_again.rs"),
            ),
            ("counts", include_str!("dependents/programs/counts.rs")),
            ("faulty", include_str!("dependents/programs/faulty.rs")),
            (
                "takes_arguments",
                include_str!("dependents/programs/takes_arguments.rs"),
            ),
            (
                "gives_code",
                include_str!("dependents/programs/gives_code.rs"),
            ),
            ("fails", include_str!("dependents/programs/fails.rs")),
            (
                "fails_its_way",
                include_str!("dependents/programs/fails_its_way.rs"),
            ),
        ],
    );
    if is_whole() {
        package.built("symbols");
    }
    package.built("release")
});

/// A released program.
fn program(name: &str) -> PathBuf {
    PROGRAMS.join(name)
}

fn ran(name: &str, arguments: &[&str]) -> Outcome {
    run(Command::new(program(name)).args(arguments))
}

fn bytes(file: &Path) -> u64 {
    let bytes = fs::metadata(file).expect("the program was built").len();
    println!("{}: {bytes} bytes", file.display());
    bytes
}

/// The names of the system calls that a program makes.
fn calls(file: &Path) -> Option<Vec<String>> {
    let mut command = Command::new(tool("strace")?);
    let traced = run(command.arg("-qq").arg(file));
    assert_eq!(traced.code, 0, "{}", traced.stderr);
    let names = traced
        .stderr
        .lines()
        .filter_map(|line| line.split_once('('));
    Some(names.map(|(name, _)| name.to_owned()).collect())
}

/// A program's outcome with standard error on a full disk.
fn with_full_stderr(name: &str) -> Outcome {
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("there is a full disk");
    let child = Command::new(program(name))
        .stdin(Stdio::null())
        .stderr(full)
        .spawn();
    outcome(child.expect("the program starts"), b"")
}

#[test]
fn a_copy_of_hello_builds_runs_and_is_small() {
    let package = Package::hello();
    for profile in profiles() {
        let hello = package.built(profile).join("hello");
        let said = run(&mut Command::new(&hello));
        assert_eq!(
            (said.code, &*said.stdout, &*said.stderr),
            (0, "hello\n", ""),
            "{profile}"
        );
    }
    let hello = package.built("release").join("hello");
    assert!(bytes(&hello) <= 6 * 1024);
    if let Some(calls) = calls(&hello) {
        assert_eq!(calls, ["execve", "write", "exit_group"]);
    }
}

#[test]
fn reports_of_memory_faults_cost_two_calls() {
    let hello = program("with_faults");
    assert_eq!(run(&mut Command::new(&hello)).stdout, "hello\n");
    assert!(bytes(&hello) <= 8 * 1024);
    if let Some(calls) = calls(&hello) {
        assert_eq!(
            calls,
            [
                "execve",
                "sigaltstack",
                "rt_sigaction",
                "write",
                "exit_group"
            ]
        );
    }
}

#[test]
fn a_memory_fault_is_told_in_one_line_before_the_signal() {
    let cases = [
        ("stack", "fatal: stack overflow at 0x"),
        ("null", "fatal: segmentation fault at 0x8, instruction 0x"),
    ];
    for (argument, line) in cases {
        let said = ran("faulty", &[argument]);
        assert_eq!((said.code, &*said.stdout), (139, ""), "{said:?}");
        assert!(said.stderr.starts_with(line), "{said:?}");
        assert_eq!(said.stderr.lines().count(), 1, "{said:?}");
    }
    assert_eq!(ran("faulty", &[]).stdout, "no fault\n");
}

#[test]
fn a_panic_is_told_with_place_message_and_calls() {
    assert!(bytes(&program("panics")) <= 6 * 1024);
    let said = ran("panics", &[]);
    assert_eq!((said.code, &*said.stdout), (101, ""), "{said:?}");
    let mut lines = said.stderr.lines();
    let place = PANICS
        .lines()
        .position(|line| line.contains("assert!"))
        .expect("it asserts")
        + 1;
    assert_eq!(
        lines.next(),
        Some(&*format!("panicked at src/panics.rs:{place}:5:"))
    );
    assert_eq!(lines.next(), Some("one is not nothing"));
    let addresses: Vec<&str> = lines
        .map(|line| line.split_once(": ").expect("N: ADDRESS").1)
        .collect();
    if !is_whole() {
        return;
    }
    let Some(addr2line) = tool("addr2line") else {
        return;
    };
    let with_symbols = PROGRAMS.with_file_name("symbols").join("panics");
    let mut command = Command::new(addr2line);
    let names = run(command
        .args(["-f", "-i", "-e"])
        .arg(with_symbols)
        .args(addresses))
    .stdout;
    for name in ["inner", "outer", "_start"] {
        assert!(
            names.lines().any(|line| line.contains(name)),
            "no {name} in\n{names}"
        );
    }
    let inner = format!("src/panics.rs:{place}");
    assert!(names.contains(&inner), "no {inner} in\n{names}");
}

#[test]
fn numbers_in_a_message_leave_the_program_small() {
    assert!(bytes(&program("counts")) <= 6 * 1024);
    let cases: &[(&[&str], &str)] = &[
        (
            &["x"],
            "index out of bounds: the len is 2 but the index is 2",
        ),
        (&["x", "y"], "3 arguments"),
    ];
    for &(arguments, message) in cases {
        let said = ran("counts", arguments);
        assert_eq!(
            (said.code, said.stderr.lines().nth(1)),
            (101, Some(message))
        );
    }
    assert_eq!(ran("counts", &[]).stdout, "hello\n");
}

#[test]
fn a_panic_ends_even_where_nobody_can_be_told() {
    for name in ["panics", "panics_again"] {
        assert_eq!(with_full_stderr(name).code, 101, "{name}");
    }
}

#[test]
fn a_message_that_panics_itself_ends_the_report() {
    let said = ran("panics_again", &[]);
    assert_eq!(
        (said.code, said.stderr.lines().count()),
        (101, 3),
        "{said:?}"
    );
    assert!(said.stderr.ends_with("\npanicked again\n"), "{said:?}");
}

#[test]
fn without_words_a_program_fits_a_kibibyte() {
    assert!(bytes(&program("silent")) <= 1024);
    assert_eq!(ran("silent", &[]).stdout, "hello\n");
}

#[test]
fn main_may_take_arguments_and_return_what_rust_programs_return() {
    let cases: &[(&str, &[&str], i32, &str, &str)] = &[
        (
            "takes_arguments",
            &["a b", "\n"],
            0,
            "\"a b\"\n\"\\n\"\n",
            "",
        ),
        ("takes_arguments", &[], 0, "", ""),
        ("gives_code", &["x", "y"], 3, "", ""),
        ("fails", &[], 1, "", "error: no such file or directory\n"),
        ("fails_its_way", &[], 2, "", "error: 1 word is not enough\n"),
        ("fails_its_way", &["x"], 7, "", ""),
    ];
    for &(name, arguments, code, stdout, stderr) in cases {
        let said = ran(name, arguments);
        assert_eq!(
            (said.code, &*said.stdout, &*said.stderr),
            (code, stdout, stderr),
            "{name}"
        );
    }
}

#[test]
fn what_is_missing_or_misspelt_is_a_clear_error_at_compile_time() {
    let unwinding = Package::with_programs("unwinding", &[("unwinding", HELLO)]);
    let manifest = unwinding.read("Cargo.toml");
    unwinding.write("Cargo.toml", &manifest.replace("panic = \"abort\"", ""));
    let misspelt = HELLO.replace("entry!(main)", "entry!(main, fault)");
    let misspelt = Package::with_programs("misspelt", &[("misspelt", &misspelt)]);
    let cases = [
        (
            unwinding,
            "check",
            "a program without libc cannot unwind: set `panic = \"abort\"` in [profile.dev]",
        ),
        (
            misspelt,
            // The library is there for this.
            "build",
            "unknown option `fault`; there are `faults`, `silent`, `example`",
        ),
    ];
    for (package, command, message) in cases {
        let said = package.cargo(&[command, "--release"]);
        assert_eq!(said.code, 101, "{said:?}");
        assert!(said.stderr.contains(message), "{}", said.stderr);
    }
}

#[test]
fn the_library_may_lie_in_a_folder_of_any_name() {
    if is_left_out("the library in a folder of another name") {
        return;
    }
    let package = Package::with_programs("odd_place", &[("from_odd_place", HELLO)])
        .with_library_at("a folder, with a comma");
    let program = package.built("dev").join("from_odd_place");
    assert_eq!(run(&mut Command::new(program)).stdout, "hello\n");
}

#[test]
fn programs_with_std_keep_their_own_memcpy_and_have_a_heap_for_each_thread() {
    let package = Package::hosted(&[
        ("hosted", include_str!("dependents/programs/hosted.rs")),
        (
            "hosted_threads",
            include_str!("dependents/programs/hosted_threads.rs"),
        ),
    ]);
    let tested = package.cargo(&["test"]);
    assert_eq!(tested.code, 0, "{}", tested.stderr);
    assert!(tested.stdout.contains("1 passed"), "{}", tested.stdout);
    let debug = package.built("dev");
    let hosted = debug.join("hosted");
    assert_eq!(run(&mut Command::new(&hosted)).stdout, "[0, 1, 4, 9, 16]\n");
    has_a_heap_for_each_thread(&debug);
    if is_whole() {
        has_a_heap_for_each_thread(&package.built("release"));
    }
    let Some(nm) = tool("nm") else {
        return;
    };
    let symbols = run(Command::new(nm).arg(&hosted)).stdout;
    let memcpy: Vec<&str> = symbols
        .lines()
        .filter(|line| {
            line.split_whitespace()
                .last()
                .is_some_and(|name| name.starts_with("memcpy"))
        })
        .collect();
    assert!(!memcpy.is_empty(), "the program copies memory");
    assert!(memcpy.iter().all(|line| line.contains(" U ")), "{memcpy:?}");
}

/// Asserts what a program says whose threads give blocks to each other, among what was built.
fn has_a_heap_for_each_thread(built: &Path) {
    let said = run(&mut Command::new(built.join("hosted_threads")));
    let expected = "words: 1600000 of 400000\nchild: 0\nat rest: verified\n";
    assert_eq!(
        (said.code, &*said.stdout, &*said.stderr),
        (0, expected, ""),
        "{}",
        built.display()
    );
}
