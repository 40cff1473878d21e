//! Programs that everybody has: their recordings make sense, and the most bytes live at once are what valgrind
//! counts on its own.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::{Folder, has_tool, library, read};

/// How far the two counts may differ, of 1000: a process number or a time in a text has a digit more or less.
const DIFFERENCE_PER_MILLE: usize = 10;

/// A program is recorded until both counts agree. One time is enough for most; cc1 takes a block of 32 KiB more
/// in every second run, as its addresses fall (glibc's mtrace shows it too), and massif sees one of two peaks.
const RUNS_MAX: usize = 10;

/// Has valgrind's massif run a command, and returns what each of its processes had live at most, by its command
/// line.
fn counted(folder: &Folder, words: &[&str]) -> Vec<(String, usize)> {
    let output = Command::new("valgrind")
        .args([
            "--tool=massif",
            "--trace-children=yes",
            "--peak-inaccuracy=0",
        ])
        .arg(format!(
            "--massif-out-file={}",
            folder.path("massif.%p").display()
        ))
        .args(words)
        .current_dir(&folder.0)
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::null())
        .output()
        .expect("valgrind runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "valgrind {words:?}: {said}");
    let mut counts = Vec::new();
    for file in fs::read_dir(&folder.0).expect("the folder is there") {
        let path = file.expect("a file").path();
        if path.extension().is_none() || path.file_stem() != Some("massif".as_ref()) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("massif's file is text");
        let field = |line: &str, name: &str| line.strip_prefix(name).map(str::to_owned);
        let command = text.lines().find_map(|line| field(line, "cmd: "));
        let sizes = text.lines().filter_map(|line| field(line, "mem_heap_B="));
        let peak = sizes.map(|size| size.parse().expect("a number")).max();
        counts.push((command.expect("a command"), peak.expect("a snapshot")));
    }
    counts
}

/// The recordings of a command, each with its command line.
fn recorded(folder: &Folder, words: &[&str]) -> Vec<(String, PathBuf)> {
    let output = folder
        .recorded(words[0])
        .args(&words[1..])
        .env("PYTHONHASHSEED", "0")
        .output()
        .expect("the command runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.is_empty(),
        "{words:?}: {said}"
    );
    let plain = Command::new(words[0])
        .args(&words[1..])
        .current_dir(&folder.0)
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    assert!(
        plain.stdout == output.stdout,
        "{words:?} prints something else"
    );
    let heading = |trace: PathBuf| {
        let text = fs::read(&trace).expect("the recording is there");
        let line = String::from_utf8_lossy(text.split(|&byte| byte == b'\n').next().unwrap());
        let command = line.split_once(": ").expect("a heading").1.to_owned();
        (command, trace)
    };
    folder.traces().into_iter().map(heading).collect()
}

/// Records a command and has it counted. `program` is the one of its processes that is compared.
fn agrees(test: &str, words: &[&str], program: &str, operations_min: u64) {
    if !has_tool(words[0]) || !has_tool("valgrind") {
        return;
    }
    let folder = Folder::new(test);
    fs::write(
        folder.path("x.c"),
        "#include <stdio.h>\nint main(void) { return puts(\"x\"); }\n",
    )
    .expect("a file can be written");
    let is_program = |command: &str| {
        let name = command.split(' ').next().unwrap_or_default();
        Path::new(name).file_name() == Some(program.as_ref())
    };
    let counts = counted(&folder, words);
    let (_, peak) = counts
        .iter()
        .find(|(command, _)| is_program(command))
        .expect(program);
    let mut peaks = Vec::new();
    for _ in 0..RUNS_MAX {
        let traces = recorded(&folder, words);
        // All that come of it have to make sense.
        let readings = traces.iter().map(|(command, trace)| (command, read(trace)));
        let (_, reading) = readings
            .collect::<Vec<_>>()
            .into_iter()
            .find(|(command, _)| is_program(command))
            .expect(program);
        let operations = reading.operations;
        assert!(operations >= operations_min, "{operations} operations");
        peaks.push(reading.live_bytes_peak);
        for (_, trace) in traces {
            fs::remove_file(trace).expect("the recording is there");
        }
        let difference = reading.live_bytes_peak.abs_diff(*peak);
        if difference * 1000 <= peak * DIFFERENCE_PER_MILLE {
            println!("{program}: {peaks:?} bytes live at most, massif says {peak}");
            return;
        }
    }
    panic!("{program}: {peaks:?} bytes live at most, massif says {peak}");
}

#[test]
fn ls_has_the_peak_that_massif_counts() {
    agrees("ls", &["ls", "-lR", "/etc"], "ls", 1000);
}

#[test]
fn git_log_has_the_peak_that_massif_counts() {
    let here = env!("CARGO_MANIFEST_DIR");
    if !has_tool("git")
        || !Command::new("git")
            .args(["-C", here, "log", "-1"])
            .output()
            .unwrap()
            .status
            .success()
    {
        println!("skipped: no history here");
        return;
    }
    agrees(
        "git",
        &["git", "-C", here, "log", "--stat", "-n", "5"],
        "git",
        1000,
    );
}

#[test]
fn sqlite3_has_the_peak_that_massif_counts() {
    let script = "create table t(a,b); \
        with recursive c(x) as (select 1 union all select x+1 from c where x<2000) \
        insert into t select x, x*x from c; create index i on t(b); \
        select sum(b) from t where a like '%7%';";
    agrees("sqlite3", &["sqlite3", ":memory:", script], "sqlite3", 3000);
}

#[test]
fn python3_has_the_peak_that_massif_counts() {
    // `python3` may be a script that looks for the real one; massif and the recorder meet only in that.
    let Ok(found) = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
    else {
        has_tool("python3");
        return;
    };
    let python = String::from_utf8(found.stdout).unwrap();
    let program = Path::new(python.trim())
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let words = [
        python.trim(),
        "-c",
        "print(sorted(str(i) for i in range(3000))[-1])",
    ];
    agrees("python3", &words, &program, 3000);
}

#[test]
fn gcc_and_its_compiler_have_the_peaks_that_massif_counts() {
    agrees("gcc", &["gcc", "-c", "x.c"], "gcc", 100);
    agrees("cc1", &["gcc", "-c", "x.c"], "cc1", 3000);
}

#[test]
fn our_own_heap_serves_them_all() {
    let folder = Folder::new("served");
    fs::write(folder.path("x.c"), "int main(void) { return 0; }\n").expect("a file can be written");
    for words in [
        &["ls", "-l", "/etc"][..],
        &["python3", "-c", "print(len(str(list(range(10000)))))"],
        &["sqlite3", ":memory:", "select 6*7;"],
        &["gcc", "x.c", "-o", "x"],
        &["sort", "-R", "--parallel=4", "/etc/services"],
    ] {
        if !has_tool(words[0]) {
            continue;
        }
        let output = Command::new(words[0])
            .args(&words[1..])
            .env("LD_PRELOAD", library())
            .env("NOSTD_ALLOC_HEAP", "1")
            .current_dir(&folder.0)
            .output()
            .expect("the command runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.is_empty(),
            "{words:?}: {said}"
        );
    }
}
