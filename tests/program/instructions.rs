//! What an operation of the general heap costs, in instructions: counted by callgrind in the released program,
//! on recordings of real programs. Times say more and repeat less; `tests/speed` measures those.

use crate::programs::built;
use crate::run::run;
use crate::tool::tool;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `replay --time` times: the heap and a table of blocks. As often as a recording is gone through.
const TIMED: &str = "nostd_alloc::lab::timing::run";
const PASSES: u64 = 3;

/// Recordings, and the most instructions an operation of the loop and the heap together: what was measured when
/// this was written (152 and 171), and a tenth.
const INSTRUCTIONS_MAX: &[(&str, u64)] = &[("sqlite", 167), ("lua", 188)];

/// A recording as text, in a file of this test's own.
fn decompressed(zstd: &Path, name: &str) -> PathBuf {
    let packed = format!("{}/traces/{name}.trace.zst", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(zstd).arg("-dc").arg(packed).output();
    let output = output.expect("zstd runs");
    assert!(output.status.success());
    let file = format!("instructions-{name}.trace");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    fs::write(&file, output.stdout).expect("a file can be written");
    file
}

#[test]
fn an_operation_of_the_general_heap_takes_few_instructions() {
    let (Some(valgrind), Some(zstd)) = (tool("valgrind"), tool("zstd")) else {
        return;
    };
    let binary = built("symbols", &["--bins"]).join("nostd-alloc");
    for (name, instructions_max) in INSTRUCTIONS_MAX {
        let file = decompressed(&zstd, name);
        let text = fs::read_to_string(&file).expect("text");
        let shown = run(Command::new(&valgrind)
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .args(["--collect-atstart=no", &format!("--toggle-collect={TIMED}")])
            .arg(&binary)
            .args(["replay", "--time", "--strategy", "freelist"])
            .arg(&file));
        assert_eq!(shown.code, 0, "{shown:?}");
        let collected = shown.stderr.lines().find_map(|line| {
            let (_, count) = line.split_once("Collected : ")?;
            count.trim().parse::<u64>().ok()
        });
        let operations = text.lines().count() as u64 * PASSES;
        let instructions = collected.expect("callgrind tells") / operations;
        println!("{name}: {instructions} instructions an operation");
        assert!(instructions > 20, "{TIMED} was not found: {shown:?}");
        assert!(
            instructions <= *instructions_max,
            "{name}: {instructions} instructions an operation, at most {instructions_max}"
        );
        fs::remove_file(file).expect("the file is ours");
    }
}
