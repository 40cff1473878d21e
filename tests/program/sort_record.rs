//! `sort --record`: the recording of a static program, which no tool can make from outside.

use crate::given::given;
use crate::run::run;
use nostd_alloc::io::File;
use nostd_alloc::lab::trace::{Operation, Recording};
use std::collections::HashMap;
use std::ffi::CString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// A folder for one test, gone at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let name = format!("nostd-alloc-record-{test}-{}", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).expect("a folder can be made");
        Folder(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn sort() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nostd-alloc"));
    command.arg("sort");
    command
}

/// Lines in no order, about 2 MB of them.
fn input() -> String {
    let mut state = 1u64;
    let mut text = String::new();
    for _ in 0..100_000 {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
        text += &format!("{}\n", state >> (state % 50));
    }
    text
}

/// Operations, the most bytes live at once, and the bytes live at the end, by our own reader.
fn survey(trace: &Path) -> (u64, usize, usize) {
    let name = CString::new(trace.to_str().expect("a path of ours")).expect("without NUL");
    let mut file = File::open(&name).expect("the recording is there");
    let mut recording = Recording::of(&mut file);
    let mut pass = recording.pass().expect("memory for the tables");
    let mut sizes = HashMap::new();
    let (mut live, mut peak) = (0, 0);
    while let Some(operation) = pass.read().expect("a recording") {
        let (slot, size) = match operation {
            Operation::Allocate { slot, layout, .. } => (slot, layout.size()),
            Operation::Reallocate { slot, size } => (slot, size),
            Operation::Free { slot } => (slot, 0),
        };
        live = live + size - sizes.insert(slot, size).unwrap_or(0);
        peak = peak.max(live);
    }
    (pass.done(), peak, live)
}

#[test]
fn the_recording_holds_what_the_job_needs_and_changes_nothing_of_it() {
    let folder = Folder::new("whole");
    let (text, trace) = (input(), folder.path("trace"));
    fs::write(folder.path("text"), &text).expect("a file can be written");
    let plain = run(sort().arg(folder.path("text")));
    let recorded = run(sort().arg("--record").arg(&trace).arg(folder.path("text")));
    assert_eq!(recorded, plain);
    let (operations, peak, live) = survey(&trace);
    // All bytes, and 24 for each line, each in a vector that may be twice as long.
    let need = text.len() + 24 * 100_000;
    assert!((need..3 * need).contains(&peak), "{peak} for {need}");
    assert!(operations > 20 && live == 0, "{operations} {live}");
    // The same program over a heap that is just large enough for it asks the same.
    let again = folder.path("again");
    let limited = run(sort()
        .args(["--heap", "64M", "--record"])
        .args([&again, &folder.path("text")]));
    assert_eq!(limited, plain);
    assert!(fs::read(&again).unwrap() == fs::read(&trace).unwrap());
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 3);
}

#[test]
fn a_job_that_runs_out_of_memory_has_its_recording_up_to_there() {
    let folder = Folder::new("full");
    let trace = folder.path("trace");
    let mut command = sort();
    command.args(["--heap", "256K", "--record"]).arg(&trace);
    let ended = given(&mut command, input().as_bytes());
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    let (operations, peak, live) = survey(&trace);
    assert!(operations > 20 && live == 0, "{operations} {live}");
    assert!((100_000..256 * 1024).contains(&peak), "{peak}");
}

#[test]
fn a_job_that_is_killed_leaves_what_stood_there_before() {
    let folder = Folder::new("killed");
    let trace = folder.path("trace");
    fs::write(&trace, "an older recording").expect("a file can be written");
    let mut child = sort()
        .arg("--record")
        .arg(&trace)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs");
    // More than a pipe holds: when this has been written, the program is in the middle of it.
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input().as_bytes()).expect("it is read");
    child.kill().expect("a child can be ended");
    child.wait().expect("a child can be waited for");
    assert_eq!(fs::read(&trace).unwrap(), b"an older recording");
}
