//! Inputs that are no recordings, memory that there is not, calls that fail: one line, the right exit code,
//! and never a signal.

use crate::given::given;
use crate::run::{Outcome, run};
use crate::tool::tool;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const BINARY: &str = env!("CARGO_BIN_EXE_nostd-alloc");

/// A small recording that uses every operation.
const SMALL: &str = "a 1 24 8\na 2 100 8\nr 1 5000\nf 1\nz 9 1 4096\na 3 300000 16\n";

/// What a shell line prints; `B` stands for the program.
fn shell(line: &str) -> Outcome {
    let line = line.replace("B replay", &format!("'{BINARY}' replay"));
    run(Command::new("sh").arg("-c").arg(line).current_dir(ROOT))
}

fn replay_bytes(input: &[u8]) -> Outcome {
    given(Command::new(BINARY).args(["replay", "-"]), input)
}

/// A file of this test's own.
fn temporary(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).expect("a file can be written");
    path
}

/// One line of the program on standard error, and nothing on standard output.
fn assert_refused(outcome: &Outcome, code: i32, what: &str) {
    assert_eq!(outcome.code, code, "{outcome:?}");
    assert_eq!(outcome.stdout, "", "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(outcome.stderr.starts_with("nostd-alloc: error: "));
    assert!(outcome.stderr.contains(what), "{outcome:?}");
    assert!(outcome.stderr.len() <= 512);
}

/// Without memory for its tables the program says nothing else; where a heap had none, its row says so too.
fn assert_out_of_memory(outcome: &Outcome) {
    let rows_tell = outcome.stdout.contains("out of memory at line ");
    assert!(outcome.stdout.is_empty() || rows_tell, "{outcome:?}");
    let stdout = String::new();
    let code = outcome.code;
    let stderr = outcome.stderr.clone();
    let said = Outcome {
        code,
        stdout,
        stderr,
    };
    assert_refused(&said, 4, "out of memory");
}

/// Shell lines, their exit codes, and a part of the one line that is said.
const REFUSED: &[(&str, i32, &str)] = &[
    ("B replay - <&-", 1, "-: read error: bad file descriptor"),
    ("B replay - </etc", 1, "-: read error: is a directory"),
    (
        "B replay /no/such",
        1,
        "/no/such: read error: no such file or directory",
    ),
    (
        "yes | tr -d '\\n' | timeout 5 '%' replay -",
        3,
        "-:1: longer than 4096 bytes",
    ),
    ("B replay - </dev/zero", 3, "-:1: longer than 4096 bytes"),
    (
        "printf '\\357\\273\\277a 1 8 8\\n' | B replay -",
        3,
        "-:1: byte order mark",
    ),
    (
        "printf '\\037\\213\\010' | B replay -",
        3,
        "-:1: compressed: gzip -dc",
    ),
    (
        "B replay traces/lua.trace.zst",
        3,
        "traces/lua.trace.zst:1: compressed: zstd -dc",
    ),
    (
        "printf 'a 1 8 8\\nf 1\\nf 1' | B replay -",
        3,
        "-:3: id 1 already freed at line 2",
    ),
    (
        "printf 'a 1 8 8\\na 2 3' | B replay -",
        3,
        "-:2: missing alignment: expected `a ID",
    ),
    ("B replay --heap 0 -", 2, "--heap takes a size"),
    ("B replay --heap", 2, "--heap needs a value"),
    ("B replay --heap 1e3 -", 2, "and not '1e3'"),
    ("B replay --strategy lifo, -", 2, "unknown strategy ''"),
    (
        "B replay --strategy frelist -",
        2,
        "did you mean 'freelist'?",
    ),
    ("B replay a b", 2, "one FILE at a time, and not also 'b'"),
    ("B replay --hep 1", 2, "did you mean '--heap'?"),
];

#[test]
fn what_is_no_recording_is_refused_in_one_line() {
    for (line, code, what) in REFUSED {
        let outcome = shell(&line.replace('%', BINARY));
        assert_refused(&outcome, *code, what);
    }
}

#[test]
fn an_empty_input_is_a_recording_of_nothing() {
    for line in ["B replay - </dev/null", "printf '# x\\n\\n' | B replay"] {
        let outcome = shell(line);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        let first = "-: 0 operations, 0 allocations, 0 B requested, peak live 0 B\n";
        assert!(outcome.stdout.starts_with(first), "{outcome:?}");
    }
}

#[test]
fn ten_gigabytes_of_nothing_are_refused_at_once_and_take_no_memory() {
    let file = temporary("sparse", b"");
    let sparse = fs::File::options().write(true).open(&file).expect("ours");
    sparse.set_len(10 << 30).expect("a sparse file");
    let path = file.display();
    let outcome = shell(&format!("ulimit -v 4096; B replay '{path}'"));
    assert_refused(&outcome, 3, "sparse:1: longer than 4096 bytes");
    fs::remove_file(file).expect("the file is ours");
}

#[test]
fn random_bytes_are_refused_and_never_more() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for seed in 0..100 {
        let bytes: Vec<u8> = (0..5000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 32) as u8
            })
            .collect();
        let outcome = replay_bytes(&bytes);
        assert_refused(&outcome, 3, "error: -:");
        assert!(!outcome.stderr.contains('\x1b'), "seed {seed}: {outcome:?}");
    }
}

#[test]
fn a_recording_beyond_the_machine_is_refused_before_memory_is_touched() {
    let mut many = String::new();
    for id in 0..100_000 {
        many += &format!("a {id} 1099511627776 8\n");
    }
    assert_refused(
        &replay_bytes(many.as_bytes()),
        4,
        "replay: out of memory: 109951162777600000 B live at once",
    );
}

#[test]
fn little_address_space_ends_in_one_line_or_a_verdict() {
    let file = temporary("small.trace", SMALL.as_bytes());
    let path = file.display();
    let mut refused = 0;
    for kib in (256..3000).step_by(64) {
        let begins = shell(&format!("ulimit -v {kib}; '{BINARY}' --version"));
        if begins.code != 0 {
            // The kernel cannot even start it.
            continue;
        }
        let outcome = shell(&format!("ulimit -v {kib}; B replay '{path}'"));
        match outcome.code {
            0 => assert!(outcome.stdout.contains("payloads"), "{outcome:?}"),
            _ => {
                assert_out_of_memory(&outcome);
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
}

/// Runs the program under strace with a fault, and returns what it did and whether the fault happened.
fn injected(strace: &Path, call: &str, fault: &str, file: &Path) -> (Outcome, bool) {
    let log = temporary(&format!("{call}.inject"), b"");
    let outcome = run(Command::new(strace)
        .args(["-qq", "-e", &format!("trace={call}"), "-o"])
        .arg(&log)
        .args(["-e", &format!("inject={call}:{fault}")])
        .args([BINARY, "replay"])
        .arg(file));
    let log = fs::read_to_string(log).expect("strace wrote");
    (outcome, log.contains("(INJECTED)"))
}

#[test]
fn every_refused_mapping_ends_in_one_line_or_a_verdict() {
    let Some(strace) = tool("strace") else {
        return;
    };
    let file = temporary("mappings.trace", SMALL.as_bytes());
    for call in ["mmap", "mremap"] {
        for forever in ["", "+"] {
            let mut happened = 0;
            for count in 1..200 {
                let fault = format!("error=ENOMEM:when={count}{forever}");
                let (outcome, was_injected) = injected(&strace, call, &fault, &file);
                if !was_injected {
                    break;
                }
                happened += 1;
                match outcome.code {
                    0 => assert!(outcome.stdout.contains(", 0 damaged"), "{outcome:?}"),
                    _ => assert_out_of_memory(&outcome),
                }
            }
            // The small recording grows no table beyond its first page.
            assert!(happened > 5 || call == "mremap", "{call}: {happened}");
        }
    }
}

#[test]
fn reads_that_are_interrupted_are_made_again_and_others_are_told() {
    let Some(strace) = tool("strace") else {
        return;
    };
    let file = temporary("reads.trace", SMALL.as_bytes());
    let good = run(Command::new(BINARY).arg("replay").arg(&file));
    let (again, was_injected) = injected(&strace, "read", "error=EINTR:when=1+2", &file);
    assert!(was_injected);
    assert_eq!(again, good);
    for count in 1..=4 {
        let fault = format!("error=EIO:when={count}");
        let (outcome, was_injected) = injected(&strace, "read", &fault, &file);
        assert!(was_injected);
        assert_refused(&outcome, 1, "reads.trace: read error: ");
    }
}
