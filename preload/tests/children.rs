//! Threads and children: no line is lost or mixed, and each process has a file of its own.

#[path = "support/known.rs"]
mod known;
mod support;

use known::{EACH, compile, left_out, lines};
use std::fs;
use std::io::Read;
use std::process::Stdio;
use support::{Folder, has_tool, read};

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
        // Every end had its beginning, also where another thread was handed the place at once.
        assert_eq!(left_out(&folder.path("out.trace")), None);
    }
}

#[test]
fn children_forked_amid_threads_have_recordings_of_their_own() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("forks");
    let program = compile(&folder, "threads", &[], "threads");
    for own_heap in ["0", "1"] {
        let mut command = folder.recorded(&program);
        let output = command
            .arg("100")
            .env("NOSTD_ALLOC_HEAP", own_heap)
            .output()
            .unwrap();
        assert!(output.status.success(), "own heap: {own_heap}");
        let traces = folder.traces();
        assert_eq!(traces.len(), 101, "own heap: {own_heap}");
        for trace in traces {
            let reading = read(&trace);
            if trace == folder.path("out.trace") {
                assert!(reading.operations > 50_000 && !reading.sizes.contains_key(&4321));
            } else {
                assert_eq!(lines(&trace), ["a 0 4321 16", "f 0"]);
            }
            fs::remove_file(trace).unwrap();
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
    assert_eq!(
        lines(&traces[0]),
        ["a 0 1001 16", "a 1 1002 16", "r 0 4004"]
    );
    assert_eq!(lines(&traces[1]), ["a 0 2002 16", "r 0 3003"]);
    assert_eq!(left_out(&traces[0]), None);
    let expected = "# left out: 1 ends of blocks made before the recording";
    assert_eq!(left_out(&traces[1]).as_deref(), Some(expected));
}

#[test]
fn a_child_that_outlives_its_parent_holds_none_of_its_files() {
    if !has_tool("gcc") {
        return;
    }
    let folder = Folder::new("orphan");
    let (orphan, each) = (
        compile(&folder, "orphan", &[], "orphan"),
        compile(&folder, "each", &[], "each"),
    );
    let mut parent = folder
        .recorded(&orphan)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = parent.stdout.take().unwrap();
    let mut byte = [0];
    stdout.read_exact(&mut byte).unwrap();
    let stdin = parent.stdin.take();
    assert!(parent.wait().unwrap().success());
    let traces = folder.traces();
    assert_eq!(traces.len(), 2, "{traces:?}");
    assert_eq!(lines(&traces[0]), ["a 0 1001 16", "f 0"]);
    assert_eq!(lines(&traces[1]), ["a 0 2002 16", "f 0"]);
    // The name is free for the next program, although the child still runs.
    assert!(folder.recorded(&each).status().unwrap().success());
    assert_eq!(lines(&traces[0]), EACH);
    drop(stdin);
    assert_eq!(stdout.read(&mut byte).unwrap(), 0);
    assert_eq!(folder.traces(), traces);
}
