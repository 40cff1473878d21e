//! Programs whose calls are known one by one: each is in the recording, however the program ends.

mod support;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{Folder, has_tool, library, read};

/// Compiles a program of `tests/programs`, without the compiler's own ideas of malloc.
fn compile(folder: &Folder, name: &str, options: &[&str], result: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/programs/{name}.c"));
    let result = folder.path(result);
    let compiled = Command::new("gcc")
        .args(["-O1", "-fno-builtin", "-pthread", "-D_GNU_SOURCE"])
        .args(options)
        .arg("-o")
        .args([&result, &source])
        .status();
    assert!(compiled.expect("gcc runs").success(), "{name}.c compiles");
    result
}

/// The lines of a recording without comments and empty lines.
fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("the recording is there");
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// What `each.c` asks; glibc's realloc never has a reason to say more.
const EACH: &[&str] = &[
    "a 0 100 16",
    "z 1 21 16",
    "a 2 5 4",
    "r 0 100000",
    "f 1",
    "a 1 10 64",
    "a 3 64 32",
    "a 4 1 4096",
    "a 5 3 4096",
    "a 6 8192 4096",
    "a 7 24 16",
    "r 7 48",
    "a 8 1 1",
    "f 8",
    "f 0",
    "f 2",
    "f 1",
    "f 3",
    "f 4",
    "f 5",
    "f 6",
    "f 7",
];

#[test]
fn every_function_is_written_with_size_and_alignment() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("each");
    let program = compile(&folder, "each", &[], "each");
    for own_heap in ["0", "1"] {
        let ended = folder
            .recorded(&program)
            .env("NOSTD_ALLOC_HEAP", own_heap)
            .status()
            .unwrap();
        assert_eq!(ended.code(), Some(0), "own heap: {own_heap}");
        let trace = folder.path("out.trace");
        assert_eq!(lines(&trace), EACH, "own heap: {own_heap}");
        assert!(read(&trace).left.is_empty());
        let heading = fs::read_to_string(&trace).unwrap();
        let heading = heading.lines().next().unwrap().to_owned();
        assert!(heading.starts_with("# process "), "{heading}");
        assert!(heading.ends_with("/each"), "{heading}");
    }
}

#[test]
fn nothing_is_lost_however_the_program_ends() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("ends");
    let program = compile(&folder, "ends", &[], "ends");
    let cases = [
        ("return", None),
        ("exit", None),
        ("late", None),
        ("_exit", None),
        ("quick_exit", None),
        ("abort", Some(6)),
        ("kill", Some(9)),
        ("fault", Some(11)),
    ];
    for (way, signal) in cases {
        let ended = folder.recorded(&program).arg(way).status().unwrap();
        assert_eq!(ended.signal(), signal, "{way}");
        let reading = read(&folder.path("out.trace"));
        for size in 1001..1011 {
            assert_eq!(reading.sizes.get(&size), Some(&1), "{way}: {size}");
        }
        let left: Vec<usize> = reading
            .left
            .into_iter()
            .filter(|size| size / 100 == 10)
            .collect();
        assert_eq!(left, [1006, 1007, 1008, 1009, 1010], "{way}");
        let late = u64::from(way == "late");
        assert_eq!(
            reading.sizes.get(&77777).copied().unwrap_or(0),
            late,
            "{way}"
        );
        // An orderly end leaves no empty lines.
        let text = fs::read_to_string(folder.path("out.trace")).unwrap();
        let orderly = ["return", "exit", "late"].contains(&way);
        assert_eq!(text.ends_with("\n\n"), !orderly, "{way}");
    }
}

#[test]
fn a_program_killed_at_any_moment_leaves_whole_lines() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("killed");
    let program = compile(&folder, "ends", &[], "ends");
    let mut operations = 0;
    for round in 0..20 {
        let mut child = folder.recorded(&program).arg("for ever").spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + round * 3));
        child.kill().unwrap();
        child.wait().unwrap();
        operations += read(&folder.path("out.trace")).operations;
    }
    assert!(
        operations > 10_000,
        "{operations}: killed before they began"
    );
}

#[test]
fn the_program_that_takes_over_a_process_takes_the_file() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("exec");
    let program = compile(&folder, "ends", &[], "ends");
    assert!(
        folder
            .recorded(&program)
            .arg("exec")
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(folder.traces(), [folder.path("out.trace")]);
    let text = fs::read_to_string(folder.path("out.trace")).unwrap();
    assert!(text.lines().next().unwrap().ends_with(": true"), "{text}");
    assert!(!text.contains("1001"), "{text}");
}

#[test]
fn threads_do_not_mix_their_lines() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("threads");
    let program = compile(&folder, "threads", &[], "threads");
    for own_heap in ["0", "1"] {
        let mut command = folder.recorded(&program);
        let output = command.env("NOSTD_ALLOC_HEAP", own_heap).output().unwrap();
        assert!(output.status.success(), "own heap: {own_heap}");
        let counts = String::from_utf8(output.stdout).unwrap();
        let (made, moved) = counts.trim().split_once(' ').unwrap();
        let expected: u64 = made.parse::<u64>().unwrap() + moved.parse::<u64>().unwrap();
        let reading = read(&folder.path("out.trace"));
        let ours = reading.sizes.iter().filter(|(size, _)| *size % 10 == 7);
        assert_eq!(ours.map(|(_, count)| count).sum::<u64>(), expected);
        let left = reading.left.iter().filter(|&size| size % 10 == 7);
        assert_eq!(left.count(), 0, "own heap: {own_heap}");
    }
}

#[test]
fn children_forked_amid_threads_have_recordings_of_their_own() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("forks");
    let program = compile(&folder, "threads", &[], "threads");
    let output = folder.recorded(&program).arg("100").output().unwrap();
    assert!(output.status.success());
    let traces = folder.traces();
    assert_eq!(traces.len(), 101);
    for trace in traces {
        let reading = read(&trace);
        if trace == folder.path("out.trace") {
            assert!(reading.operations > 50_000 && !reading.sizes.contains_key(&4321));
        } else {
            assert_eq!(lines(&trace), ["a 0 4321 16", "f 0"]);
        }
    }
}

#[test]
fn a_child_leaves_the_file_of_its_parent_alone() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("children");
    let program = compile(&folder, "children", &[], "children");
    // A name from where the program begins, though the child goes elsewhere.
    let mut command = folder.recorded(&program);
    let ended = command
        .env("NOSTD_ALLOC_TRACE", "out.trace")
        .status()
        .unwrap();
    assert!(ended.success());
    let traces = folder.traces();
    assert_eq!(traces.len(), 2, "{traces:?}");
    assert_eq!(lines(&traces[0]), ["a 0 1001 16", "r 0 4004"]);
    assert_eq!(lines(&traces[1]), ["a 0 2002 16", "r 0 3003"]);
}

#[test]
fn a_program_that_takes_our_descriptor_keeps_its_file() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("closes");
    let program = compile(&folder, "closes", &[], "closes");
    let own = folder.path("own");
    fs::write(&own, "what the program wrote").unwrap();
    assert!(
        folder
            .recorded(&program)
            .arg(&own)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(fs::read(&own).unwrap(), b"what the program wrote");
    let reading = read(&folder.path("out.trace"));
    assert_eq!(reading.sizes.get(&1234), Some(&100_000));
    assert!(reading.operations >= 200_000);
}

#[test]
fn what_cannot_be_recorded_is_told_and_the_program_runs() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("refused");
    let program = compile(&folder, "each", &[], "each");
    let long = "x".repeat(2000);
    let cases = [
        ("/dev/full", "ends: no space left on device"),
        (
            "/no/such/folder/t",
            "(no such file or directory): /no/such/folder/t",
        ),
        ("/", "nothing is recorded (is a directory): /"),
        (&long, "nothing is recorded (file name too long): "),
    ];
    for (path, message) in cases {
        let mut command = folder.recorded(&program);
        let output = command.env("NOSTD_ALLOC_TRACE", path).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{path}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains(message) && said.lines().count() == 1,
            "{path}: {said}"
        );
    }
    assert!(folder.traces().is_empty());
}

#[test]
fn a_pipe_gets_the_lines_at_once_and_p_is_the_process() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("pipe");
    let program = compile(&folder, "each", &[], "each");
    let mut command = folder.recorded(&program);
    command.env("NOSTD_ALLOC_TRACE", "/dev/stderr");
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), EACH);

    let mut command = folder.recorded(&program);
    command.env("NOSTD_ALLOC_TRACE", "out.trace-%p-%q");
    let mut child = command.spawn().unwrap();
    let path = folder.path(&format!("out.trace-{}-%q", child.id()));
    assert!(child.wait().unwrap().success());
    assert_eq!(lines(&path), EACH);
}

#[test]
fn a_program_without_the_variable_is_left_in_peace() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("quiet");
    let program = compile(&folder, "each", &[], "each");
    let mut command = folder.recorded(&program);
    let output = command.env_remove("NOSTD_ALLOC_TRACE").output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(folder.traces().is_empty());
}

#[test]
fn a_process_without_another_malloc_has_our_heap() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("alone");
    let program = compile(&folder, "each", &[], "each");
    let none = compile(
        &folder,
        "lookup",
        &["-shared", "-fPIC", "-DNONE"],
        "none.so",
    );
    let both = format!("{}:{}", library().display(), none.display());
    let ended = folder
        .recorded(&program)
        .env("LD_PRELOAD", both)
        .status()
        .unwrap();
    assert_eq!(ended.code(), Some(0));
    assert_eq!(lines(&folder.path("out.trace")), EACH);
}

#[test]
fn calls_that_come_while_malloc_is_looked_up_are_served() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("lookup");
    let program = compile(&folder, "each", &[], "each");
    let shim = compile(&folder, "lookup", &["-shared", "-fPIC"], "lookup.so");
    let both = format!("{}:{}", library().display(), shim.display());
    let ended = folder
        .recorded(&program)
        .env("LD_PRELOAD", both)
        .status()
        .unwrap();
    assert_eq!(ended.code(), Some(0));
    // The shim's own block comes to the next malloc at the very end, when our file is cut already.
    let mut expected = EACH.to_vec();
    expected.extend(["a 7 5000 16", "f 7"]);
    assert_eq!(lines(&folder.path("out.trace")), expected);
}
