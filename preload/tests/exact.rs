//! Programs whose calls are known one by one: each is in the recording, however the program ends.

#[path = "support/known.rs"]
mod known;
mod support;

use known::{EACH, compile, left_out, lines};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;
use support::{Folder, has_tool, library, read};

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
        assert_eq!(left_out(&trace), None);
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
    for round in 0..300 {
        let mut child = folder.recorded(&program).arg("for ever").spawn().unwrap();
        std::thread::sleep(Duration::from_micros(4000 + round * 10));
        child.kill().unwrap();
        child.wait().unwrap();
        let trace = folder.path("out.trace");
        if trace.exists() {
            operations += read(&trace).operations;
        }
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
