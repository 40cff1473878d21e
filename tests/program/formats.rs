//! Every format from outside: the logs of the tools as they print them, and each malformed input of the
//! library's own tests, this time through the program.

#[path = "../../src/lab/trace/tests/malformed.rs"]
mod malformed;

use crate::given::given;
use crate::run::Outcome;
use crate::tool::tool;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What `replay` does with an input; the bump heap says least.
fn replay(input: &[u8]) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nostd-alloc"));
    given(command.args(["replay", "--strategy", "bump", "-"]), input)
}

/// What the program says of an input that it refuses, with exit code 3, one line and nothing else; an input that
/// it accepts is told. The tables of `malformed` ask for it by this name.
fn message_of(input: &[u8]) -> String {
    let said = replay(input);
    if [0, 4].contains(&said.code) {
        return format!("accepted: {}", said.stdout);
    }
    assert_eq!((said.code, said.stdout.as_str()), (3, ""), "{said:?}");
    assert_eq!(said.stderr.lines().count(), 1, "{said:?}");
    let line = said.stderr.trim_end();
    let message = line.strip_prefix("nostd-alloc: error: ");
    message.unwrap_or_else(|| panic!("{said:?}")).to_owned()
}

/// The logs of `traces/raw`, and what a script of another language counts in them: operations, allocations,
/// requested and peak live bytes.
const RAW: &[(&str, u64, u64, u64, u64)] = &[
    ("ltrace-wc.log", 11_215, 4108, 33_802_168, 87_521),
    ("mtrace-jq.log", 36_961, 28_810, 2_969_370, 1_833_214),
    (
        "valgrind-trace-malloc-sqlite.log",
        2405,
        1195,
        340_911,
        148_175,
    ),
];

#[test]
fn the_logs_of_the_tools_are_read_as_they_print_them() {
    let Some(zstd) = tool("zstd") else {
        return;
    };
    for (name, operations, allocations, requested, peak) in RAW {
        let file = format!("{ROOT}/traces/raw/{name}.zst");
        let log = Command::new(&zstd).arg("-dc").arg(file).output();
        let said = replay(&log.expect("zstd runs").stdout);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{name}");
        let first = format!(
            "-: {operations} operations, {allocations} allocations, {requested} B requested, peak live {peak} B"
        );
        assert_eq!(said.stdout.lines().next(), Some(&*first), "{name}");
        assert!(said.stdout.contains(", 0 damaged"), "{name}: {said:?}");
    }
}
