//! A replay that is interrupted: the kernel's own death, and no file is left that is not whole. And what a
//! terminal sees meanwhile. (That a pipe sees nothing of it is asked in `tests/program/replay.rs`.)

use crate::run::{outcome, run};
use crate::tool::tool;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_nostd-alloc");

/// The wanted files, and the options that ask for them.
const FILES: [(&str, &str); 3] = [
    ("--save", "out.trace"),
    ("--svg", "out.svg"),
    ("--plot", "plot.svg"),
];

/// A replay of one row that took so long has shown its progress.
const LONG_ENOUGH: Duration = Duration::from_millis(1500);

/// What a file ends with that is whole.
const ENDS: [&str; 3] = ["f 59999\n", "</svg>\n", "</svg>\n"];

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).expect("a folder can be made");
    folder
}

/// A recording that takes a while: a heap that never merges walks a long list.
fn long() -> String {
    let takes = (0..60_000).map(|id| format!("a {id} {} 8\n", 16 + id % 97 * 16));
    let gives = (0..60_000).map(|id| format!("f {id}\n"));
    takes.chain(gives).collect()
}

/// A recording that takes its time: so many payloads of 64 KiB, filled and looked at.
fn slow(payloads: usize) -> String {
    let lives = (0..payloads).map(|id| format!("a {id} 65536 8\nf {id}\n"));
    lives.collect()
}

/// The binary, which an interrupt reaches: what a shell runs in the background ignores it, and so do its children.
fn interruptible() -> Command {
    let status = fs::read_to_string("/proc/self/status").expect("there is /proc");
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:\t"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask, 16).ok());
    // The bit of SIGINT, which is number 2.
    if ignored.expect("a mask") & 2 == 0 {
        return Command::new(BINARY);
    }
    let mut command = Command::new("env");
    command.args(["--default-signal=INT", BINARY]);
    command
}

#[test]
fn an_interrupted_replay_leaves_no_file_that_is_not_whole() {
    let folder = folder("interrupted");
    fs::write(folder.join("in.trace"), long()).expect("a file can be written");
    let mut interrupted = 0;
    for delay_ms in [2, 5, 10, 20, 40, 60, 80, 120, 200, 400] {
        for (_, file) in FILES {
            fs::write(folder.join(file), "old").expect("a file can be written");
        }
        let mut replay = interruptible();
        replay.args(["replay", "--strategy", "freelist,spans,tlsf"]);
        for (option, file) in FILES {
            replay.args([option, file]);
        }
        let child = replay
            .arg("in.trace")
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is there");
        std::thread::sleep(Duration::from_millis(delay_ms));
        run(Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]));
        let ended = outcome(child, b"");
        assert!([0, 130].contains(&ended.code), "{ended:?}");
        assert_eq!(ended.stderr, "", "{delay_ms} ms");
        interrupted += u32::from(ended.code == 130);
        for ((_, file), end) in FILES.iter().zip(ENDS) {
            let text = fs::read_to_string(folder.join(file)).expect("the file is there");
            assert!(
                text == "old" || text.ends_with(end),
                "{file}, {delay_ms} ms"
            );
        }
        let left = fs::read_dir(&folder).expect("a folder").count();
        assert_eq!(left, 1 + FILES.len(), "a draft is left after {delay_ms} ms");
    }
    assert!(interrupted > 0, "every run came to its end");
    fs::remove_dir_all(folder).expect("the folder is ours");
}

#[test]
fn progress_is_for_a_terminal() {
    let Some(script) = tool("script") else {
        return;
    };
    let folder = folder("progress");
    let words = "replay --strategy first-fit --json slow.trace";
    let line = format!("'{BINARY}' {words} >shown");
    let mut payloads = 16_000;
    // Nothing is shown of a replay that is done within a second, as it may be on a fast machine.
    let seen = loop {
        fs::write(folder.join("slow.trace"), slow(payloads)).expect("a file can be written");
        let begin = Instant::now();
        let seen = run(Command::new(&script)
            .args(["-qec", &line, "/dev/null"])
            .env("TERM", "xterm")
            .current_dir(&folder));
        assert_eq!(seen.code, 0, "{seen:?}");
        if begin.elapsed() > LONG_ENOUGH {
            break seen;
        }
        payloads *= 2;
    };
    assert!(
        seen.stdout.contains("first-fit ") && seen.stdout.contains(" %"),
        "{seen:?}"
    );
    // It takes itself away.
    assert!(seen.stdout.ends_with("\r\u{1b}[K"), "{seen:?}");
    let shown = fs::read_to_string(folder.join("shown")).expect("it was written");
    assert!(shown.contains("\"end\":\"finished\""), "{shown}");
    fs::remove_dir_all(folder).expect("the folder is ours");
}
