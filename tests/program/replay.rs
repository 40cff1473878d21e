//! `nostd-alloc replay` from outside: what it says of real recordings is counted again by other means.

mod counter;
mod mapped;

use crate::given::given;
use crate::run::{Outcome, outcome, run};
use crate::tool::tool;
use counter::{count_mtrace, count_text};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const BINARY: &str = env!("CARGO_BIN_EXE_nostd-alloc");
const FIND: &str = "traces/find.mtrace";

/// What is asked of the general heap: the recording, and the least utilisation in tenths of a percent.
const COMPRESSED: &[(&str, u64)] = &[
    ("sqlite", 970),
    ("lua", 800),
    ("perl", 800),
    ("jq", 800),
    ("python", 800),
];

fn replay(words: &[&str]) -> Outcome {
    run(Command::new(BINARY)
        .arg("replay")
        .args(words)
        .current_dir(ROOT))
}

/// The same with bytes on standard input.
fn replay_bytes(words: &[&str], input: &[u8]) -> Outcome {
    given(Command::new(BINARY).arg("replay").args(words), input)
}

/// The columns of the row of a strategy: footprint, utilisation in tenths of a percent, steps in hundredths.
fn row(outcome: &Outcome, name: &str) -> (u64, u64, u64) {
    let line = outcome
        .stdout
        .lines()
        .find(|line| line.split_whitespace().next() == Some(name))
        .unwrap_or_else(|| panic!("no row {name}: {outcome:?}"));
    let column = |index: usize| {
        let word = line.split_whitespace().nth(index).expect("a column");
        let digits: String = word.chars().filter(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    };
    (column(1), column(2), column(3))
}

/// A recording of `traces/`, decompressed; `None` without the tool for it.
fn decompressed(name: &str) -> Option<Vec<u8>> {
    let zstd = tool("zstd")?;
    let file = format!("{ROOT}/traces/{name}.trace.zst");
    let output = Command::new(zstd).arg("-dc").arg(file).output();
    let output = output.expect("zstd runs");
    assert!(output.status.success());
    Some(output.stdout)
}

/// A file of this test's own.
fn temporary(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).expect("a file can be written");
    path
}

#[test]
fn the_find_recording_shows_what_merging_is_worth() {
    let text = fs::read_to_string(format!("{ROOT}/{FIND}")).expect("the recording is there");
    let shown = replay(&[FIND]);
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    let first = shown.stdout.lines().next();
    assert_eq!(first, Some(count_mtrace(&text).line(FIND).as_str()));
    // Its heap reaches from 0x55725907e000 to the page of 0x5572590cdf30.
    assert_eq!(row(&shown, "recorded").0, 0x5572590ce000 - 0x55725907e000);
    let (footprint, util, steps) = row(&shown, "freelist");
    assert!(util >= 930 && steps <= 100, "{shown:?}");
    let (lifo, _, _) = row(&shown, "lifo");
    assert!(lifo >= 80 * footprint, "{shown:?}");
    let payloads = "13927 payloads checked in every strategy, 0 damaged";
    assert!(shown.stdout.contains(payloads), "{shown:?}");
    assert_eq!(replay(&[FIND]), shown, "the same bytes each run");
}

#[test]
fn the_five_recordings_fit_the_general_heap_and_count_as_they_are() {
    for (name, util_min) in COMPRESSED {
        let Some(bytes) = decompressed(name) else {
            return;
        };
        let counted = count_text(std::str::from_utf8(&bytes).expect("text"));
        let file = temporary(&format!("{name}.trace"), &bytes);
        let path = file.to_str().expect("a plain path");
        let shown = replay(&["--strategy", "freelist,bump", path]);
        assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
        let expected = counted.line(path);
        assert_eq!(shown.stdout.lines().next(), Some(expected.as_str()));
        let (_, util, steps) = row(&shown, "freelist");
        assert!(util >= *util_min && steps <= 200, "{name}: {shown:?}");
        let payloads = format!(
            "{} payloads checked in every strategy, 0 damaged",
            counted.allocations
        );
        assert!(shown.stdout.contains(&payloads), "{shown:?}");
        let piped = replay_bytes(&["--strategy", "freelist,bump"], &bytes);
        assert_eq!(piped.stdout, shown.stdout.replace(path, "-"), "{name}");
        fs::remove_file(file).expect("the file is ours");
    }
}

/// The footprint of three strategies on a recording is what strace sees, and the utilisation its quotient.
fn assert_footprints(strace: &Path, file: &str, live_bytes_peak: u64) {
    for strategy in ["freelist", "lifo", "bump"] {
        let log = temporary(&format!("{strategy}.strace"), b"");
        let shown = run(Command::new(strace)
            .args(["-qq", "-e", "trace=mmap,munmap,mremap", "-o"])
            .arg(&log)
            .args([BINARY, "replay", "--strategy", strategy, file])
            .current_dir(ROOT));
        assert_eq!(shown.code, 0, "{shown:?}");
        let log = fs::read_to_string(log).expect("strace wrote");
        let (footprint, util, _) = row(&shown, strategy);
        assert_eq!(mapped::reserved_bytes_peak(&log), footprint, "{strategy}");
        let permille = (live_bytes_peak * 1000 + footprint / 2) / footprint;
        assert_eq!(util, permille, "{strategy}: {shown:?}");
    }
}

#[test]
fn a_footprint_is_the_most_that_strace_sees_mapped() {
    let Some(strace) = tool("strace") else {
        return;
    };
    let text = fs::read_to_string(format!("{ROOT}/{FIND}")).expect("the recording is there");
    assert_footprints(&strace, FIND, count_mtrace(&text).live_bytes_peak);
    let Some(bytes) = decompressed("lua") else {
        return;
    };
    let counted = count_text(std::str::from_utf8(&bytes).expect("text"));
    let file = temporary("lua-strace.trace", &bytes);
    let path = file.to_str().expect("a plain path");
    assert_footprints(&strace, path, counted.live_bytes_peak);
    fs::remove_file(file).expect("the file is ours");
}

/// The number behind a key of the JSON object, the first time it comes.
fn number_of(json: &str, key: &str) -> u64 {
    let (_, rest) = json
        .split_once(&format!("\"{key}\":"))
        .unwrap_or_else(|| panic!("no {key}: {json}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// The counts of replay are those of the independent count to the byte, and the utilisation their quotient.
fn assert_counts(text: &str) {
    let shown = replay_bytes(&["--json", "--strategy", "bump", "-"], text.as_bytes());
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    let counted = count_text(text);
    let number = |key| number_of(&shown.stdout, key);
    for (key, expected) in [
        ("operations", counted.operations),
        ("allocations", counted.allocations),
        ("requested_bytes", counted.requested_bytes),
        ("live_bytes_peak", counted.live_bytes_peak),
        ("live_bytes_end", counted.live_bytes_end),
        ("blocks_peak", counted.blocks_peak),
    ] {
        assert_eq!(number(key), expected, "{key} of:\n{text}");
    }
    let footprint = number("footprint_bytes");
    let permille = (counted.live_bytes_peak * 1000 + footprint / 2) / footprint;
    assert_eq!(number("utilisation_permille"), permille, "{text}");
}

#[test]
fn a_peak_that_is_reached_byte_by_byte_is_told_to_the_byte() {
    // Up by one byte, down by one, up by two: each step is the peak of a recording that ends there.
    let mut text = String::new();
    for id in 0..12 {
        text += &format!("a {id} 1 1\n");
        assert_counts(&text);
        text += &format!("f {id}\na {id} 2 1\n");
        assert_counts(&text);
        text += &format!("r {id} 1\n");
        assert_counts(&text);
    }
}

#[test]
fn random_recordings_count_as_they_are() {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut random = move |limit: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) % limit
    };
    for recording in 0..100 {
        let (mut text, mut live, mut next) = (String::new(), Vec::new(), 0);
        for _ in 0..40 + recording {
            let doublings = random(4) * 3;
            let size = 1 + random(1 << doublings);
            match random(8) {
                0..=2 if !live.is_empty() => {
                    let id = live.swap_remove(random(live.len() as u64) as usize);
                    text += &format!("f {id}\n");
                }
                3 if !live.is_empty() => {
                    let id: u64 = live[random(live.len() as u64) as usize];
                    text += &format!("r {id} {size}\n");
                }
                kind => {
                    let letter = if kind == 4 { "z" } else { "a" };
                    text += &format!("{letter} {next} {size} {}\n", 1 << random(5));
                    live.push(next);
                    next += 1;
                }
            }
        }
        assert_counts(&text);
    }
}

/// So many blocks live at once, with ids far apart: a table has just doubled.
fn many_blocks() -> Vec<u8> {
    let lines =
        (1..=98_305u64).map(|id| format!("a {} 16 8\n", id.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    lines.collect::<String>().into_bytes()
}

#[test]
fn the_tables_of_replay_take_64_bytes_a_live_block() {
    const FIXED_BYTES: u64 = 1 << 20;
    let (Some(time), Some(perl)) = (tool("time"), decompressed("perl")) else {
        return;
    };
    let script = "exec \"$0\" -f %M \"$1\" replay --strategy freelist $3 --json - <\"$2\"";
    let piped = "cat \"$2\" | \"$0\" -f %M \"$1\" replay --strategy freelist $3 --json -";
    for bytes in [perl, many_blocks()] {
        let file = temporary("tables.trace", &bytes);
        for (script, operation_bytes) in [(script, 0), (piped, 8)] {
            // A heap of a page is full at once: no memory of the row hides what the counts before it take.
            for heap in ["", "--heap=4096"] {
                let mut shell = Command::new("sh");
                let shown = run(shell
                    .args(["-c", script])
                    .arg(&time)
                    .arg(BINARY)
                    .arg(&file)
                    .arg(heap));
                let (json, told) = (shown.stdout.as_str(), shown.stderr.lines().last());
                let resident: u64 = told.expect("a line").parse().expect("KiB");
                let most = number_of(json, "footprint_bytes")
                    + 64 * number_of(json, "blocks_peak")
                    + operation_bytes * number_of(json, "operations")
                    + FIXED_BYTES;
                assert!(
                    resident * 1024 <= most,
                    "{resident} KiB, {most} B: {shown:?}"
                );
            }
        }
        fs::remove_file(file).expect("the file is ours");
    }
}

#[test]
fn a_heap_of_the_footprint_fits_and_one_a_page_smaller_fails() {
    let text = fs::read_to_string(format!("{ROOT}/{FIND}")).expect("the recording is there");
    let fit = |strategy: &str, bytes: u64| {
        let heap = bytes.to_string();
        replay(&["--strategy", strategy, "--heap", &heap, FIND])
    };
    for strategy in ["freelist", "lifo", "bump"] {
        let (footprint, _, _) = row(&replay(&["--strategy", strategy, FIND]), strategy);
        let fits = fit(strategy, footprint);
        assert_eq!(fits.code, 0, "{fits:?}");
        let start = format!("{strategy:<14} fits   {footprint} of {footprint} B (100%), ");
        assert!(fits.stdout.starts_with(&start), "{fits:?}");
        // `bump` takes larger steps than it must as long as it gets them: only less than what is live at
        // the peak is too little for every heap.
        let too_little = if strategy == "freelist" {
            footprint - 1
        } else {
            303_383
        };
        let fails = fit(strategy, too_little);
        assert_eq!(fails.code, 1, "{fails:?}");
        // The line that is named asks for what is named.
        let words: Vec<&str> = fails.stdout.split_whitespace().collect();
        let line: usize = words[3].trim_end_matches(':').parse().expect("a line");
        let wanted: u64 = words[4].parse().expect("a size");
        let named = text.lines().nth(line - 1).expect("the line is there");
        assert!(
            named.ends_with(&format!(" {wanted:#x}")),
            "{named}, {fails:?}"
        );
    }
}

#[test]
fn a_pipe_that_gives_a_byte_at_a_time_is_the_same_recording() {
    let text = "a 1 24 8\na 2 100 8\nr 1 5000\nf 1\nz 9 1 4096\n";
    let at_once = replay_bytes(&["-"], text.as_bytes());
    assert_eq!(at_once.code, 0, "{at_once:?}");
    let mut child = Command::new(BINARY)
        .args(["replay", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary is there");
    let mut pipe = child.stdin.take().expect("a pipe");
    for byte in text.bytes() {
        pipe.write_all(&[byte]).expect("it reads");
        pipe.flush().expect("it reads");
    }
    drop(pipe);
    assert_eq!(outcome(child, b""), at_once);
}

#[test]
fn a_recording_that_is_saved_is_the_same_recording() {
    let text = fs::read_to_string(format!("{ROOT}/{FIND}")).expect("the recording is there");
    let counted = count_mtrace(&text);
    let mut file = FIND.to_owned();
    for saved in ["saved.trace", "saved.rep"] {
        let target = temporary(saved, b"");
        let target = target.to_str().expect("a plain path");
        let first = replay(&["--strategy", "freelist", "--save", target, &file]);
        assert_eq!(first.code, 0, "{first:?}");
        let again = replay(&["--strategy", "freelist", target]);
        assert_eq!(
            again.stdout.lines().next(),
            Some(counted.line(target).as_str())
        );
        assert_eq!(row(&again, "freelist"), row(&first, "freelist"), "{saved}");
        file = target.to_owned();
    }
}
