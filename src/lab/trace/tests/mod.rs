//! Recordings from memory: each format's meaning, and a table of lines that make no sense.

use super::*;
use crate::io::Input;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

/// Bytes as an input that gives a few at a time.
pub(crate) struct Slice<'b> {
    bytes: &'b [u8],
    at: usize,
    piece_bytes: usize,
    can_rewind: bool,
}

impl<'b> Slice<'b> {
    pub(crate) fn in_pieces(bytes: &'b [u8], piece_bytes: usize) -> Slice<'b> {
        Slice {
            bytes,
            at: 0,
            piece_bytes,
            can_rewind: true,
        }
    }

    pub(crate) fn of(bytes: &'b [u8]) -> Slice<'b> {
        Slice::in_pieces(bytes, usize::MAX)
    }

    /// As a pipe: gone once it is read.
    pub(crate) fn once(bytes: &'b [u8]) -> Slice<'b> {
        Slice {
            can_rewind: false,
            ..Slice::of(bytes)
        }
    }
}

impl Input for Slice<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Errno> {
        let rest = &self.bytes[self.at..];
        let count = rest.len().min(buffer.len()).min(self.piece_bytes);
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }

    fn rewind(&mut self) -> Result<(), Errno> {
        if !self.can_rewind {
            return Err(Errno::ESPIPE);
        }
        self.at = 0;
        Ok(())
    }
}

/// All operations of a pass with their lines, in short: `+0:24/8`, `*` zeroed, `~` resized, `-` freed.
fn pass_of(recording: &mut Recording<'_>) -> Result<Vec<String>, Error> {
    let mut pass = recording.pass()?;
    let mut all = vec![];
    while let Some(operation) = pass.next()? {
        let line = pass.line();
        all.push(match operation {
            Operation::Allocate {
                slot,
                layout,
                zeroed,
            } => {
                let sign = if zeroed { '*' } else { '+' };
                let (size, align) = (layout.size(), layout.align());
                format!("{line}{sign}{slot}:{size}/{align}")
            }
            Operation::Reallocate { slot, size } => format!("{line}~{slot}:{size}"),
            Operation::Free { slot } => format!("{line}-{slot}"),
        });
    }
    Ok(all)
}

fn operations_of(text: &str) -> (String, Notes) {
    let mut input = Slice::of(text.as_bytes());
    let mut recording = Recording::of(&mut input);
    let first = pass_of(&mut recording).unwrap();
    assert_eq!(pass_of(&mut recording).as_ref(), Ok(&first), "second pass");
    let mut input = Slice::once(text.as_bytes());
    let mut piped = Recording::of(&mut input);
    for _ in 0..3 {
        assert_eq!(pass_of(&mut piped).as_ref(), Ok(&first), "from a pipe");
    }
    assert_eq!(piped.notes(), recording.notes());
    (first.join(" "), recording.notes())
}

fn message_of(text: &[u8]) -> String {
    let mut input = Slice::of(text);
    match pass_of(&mut Recording::of(&mut input)) {
        Ok(all) => format!("accepted: {}", all.join(" ")),
        Err(error) => {
            let failed = Failed { input: b"-", error };
            let code = failed.exit_code();
            assert_eq!(code, ExitCode::MALFORMED, "{failed}");
            failed.to_string()
        }
    }
}

#[test]
fn our_own_text_says_what_it_says() {
    let text = "# a comment\n\na 7 24 8\r\nz 9 0 1\nr 7 100\nf 9\na 5 1 1\nf 7";
    let (operations, notes) = operations_of(text);
    assert_eq!(operations, "3+0:24/8 4*1:1/1 5~0:100 6-1 7+1:1/1 8-0");
    assert_eq!(notes, Notes::default());
    assert_eq!(operations_of("").0, "");
    assert_eq!(operations_of("#\n\n").0, "");
}

#[test]
fn a_rep_trace_says_what_it_says() {
    let text = "20000\n2\n5\n1\na 0 512\na 1 12\nr 0\t640 \n\nf 0\nf 1\n";
    assert_eq!(
        operations_of(text).0,
        "5+0:512/16 6+1:12/8 7~0:640 9-0 10-1"
    );
    assert_eq!(operations_of("1 1 2 1\na 0 3\nf 0\n").0, "2+0:3/2 3-0");
}

#[test]
fn an_mtrace_log_says_what_it_says() {
    let text = "= Start\n\
        @ find:[0x249a9] + 0x55725907e2a0 0x18\n\
        @ ./my prog:(main+1f)[0x1180] + 0x55725907e520 0x400\n\
        + 0x55725907e900 0x7\n\
        @ ./my prog:(main+1f)[0x1180] < 0x55725907e520\n\
        @ ./my prog:(main+1f)[0x1180] > 0x557259080310 0x800\n\
        @ x:[0x1] ! 0x557259080310 0x800000000\n\
        @ x:[0x1] + (nil) 0x800000000\n\
        @ x:[0x1] - (nil)\n\
        @ x:[0x1] - 0x557259080310\n\
        - 0x55725907e2a0\n\
        = End\n";
    let (operations, notes) = operations_of(text);
    assert_eq!(
        operations,
        "2+0:24/16 3+1:1024/16 4+2:7/4 6~1:2048 10-1 11-0"
    );
    assert_eq!(notes, Notes::default());
}

#[test]
fn a_log_may_begin_in_mid_life_and_have_gaps() {
    let (operations, notes) = operations_of(
        "= Start\n@ x:[0x1] - 0x1000\n@ x:[0x1] + 0x1000 0x10\n@ x:[0x1] + 0x1000 0x20\n\
         @ x:[0x1] < 0x2000\n@ x:[0x1] > 0x3000 0x30\n@ x:[0x1] < 0x3000\n",
    );
    assert_eq!(operations, "3+0:16/16 4-0 4+0:32/16 6+1:48/16");
    assert_eq!(
        notes,
        Notes {
            early_blocks: 2,
            missing_frees: 1,
            threads: false
        }
    );
}

#[test]
fn halves_of_reallocations_find_each_other_between_threads() {
    let (operations, notes) = operations_of(
        "= Start\n@ a + 0x1000 0x10\n@ b + 0x2000 0x20\n@ a < 0x1000\n@ b < 0x2000\n\
         @ b > 0x1000 0x200\n@ c - 0x1000\n@ a > 0x2000 0x100\n@ c - 0x2000\n",
    );
    assert_eq!(operations, "2+0:16/16 3+1:32/16 6~1:512 7-1 8~0:256 9-0");
    assert!(notes.threads);
}

#[test]
fn an_address_is_freed_once() {
    let log = |lines: &str| message_of(format!("= Start\n{lines}").as_bytes());
    assert_eq!(
        log("- 0x1000\n- 0x1000\n"),
        "-:3: 0x1000 already freed at line 2"
    );
    assert_eq!(
        log("+ 0x1000 0x10\n- 0x1000\n- 0x1000\n"),
        "-:4: 0x1000 already freed at line 3"
    );
    assert_eq!(
        log("+ 0x1000 0x10\n< 0x1000\n> 0x2000 0x20\n< 0x1000\n"),
        "-:5: 0x1000 already freed at line 3"
    );
}

/// Lines of our own format, each behind `a 1 8 8`, and what is said of them.
const BAD_LINES: &[(&str, &str)] = &[
    ("f 7", "unknown id 7"),
    ("r 7 8", "unknown id 7"),
    ("f 1\nf 1", "id 1 already freed at line 2"),
    ("f 1\nr 1 8", "id 1 already freed at line 2"),
    ("a 1 8 8", "id 1 already live since line 1"),
    ("z 1 8 8", "id 1 already live since line 1"),
    (
        "a 2 9223372036854775808 1",
        "bad size `9223372036854775808`",
    ),
    (
        "a 2 18446744073709551616 1",
        "bad size `18446744073709551616`",
    ),
    (
        "a 2 9223372036854775807 16",
        "bad size `9223372036854775807`",
    ),
    ("r 1 9223372036854775808", "bad size `9223372036854775808`"),
    ("a 2 -5 8", "bad size `-5`"),
    ("a 2 1e9 8", "bad size `1e9`"),
    ("a 2 0x10 8", "bad size `0x10`"),
    ("a 2 8\t8", r"bad size `8\t8`"),
    ("r 1 +5", "bad size `+5`"),
    ("a 2 8 0", "alignment `0` is not a power of two"),
    ("a 2 8 3", "alignment `3` is not a power of two"),
    ("a 2 8 4294967296", "alignment `4294967296` is too large"),
    (
        "a 2 8 9223372036854775808",
        "alignment `9223372036854775808` is too large",
    ),
    ("a 2 8 x", "bad alignment `x`"),
    ("f 18446744073709551616", "bad id `18446744073709551616`"),
    ("f -1", "bad id `-1`"),
    ("f one", "bad id `one`"),
    ("f 1\0", r"bad id `1\x00`"),
    ("x 1", "unknown operation `x`"),
    ("free 1", "unknown operation `free`"),
    ("A 2 8 8", "unknown operation `A`"),
    ("\tf 1", r"unknown operation `\tf`"),
    ("é", r"unknown operation `\xc3\xa9`"),
    ("= Start", "unknown operation `=`"),
    (" f 1", "empty field: fields are separated by one space"),
    ("f  1", "empty field: fields are separated by one space"),
    ("f 1 ", "empty field: fields are separated by one space"),
    ("a", "missing id: expected `a ID SIZE ALIGN`"),
    ("z 2", "missing size: expected `z ID SIZE ALIGN`"),
    ("a 2 8", "missing alignment: expected `a ID SIZE ALIGN`"),
    ("r 1", "missing size: expected `r ID SIZE`"),
    ("f", "missing id: expected `f ID`"),
    ("a 2 8 8 8", "extra field `8`: expected `a ID SIZE ALIGN`"),
    ("r 1 8 8", "extra field `8`: expected `r ID SIZE`"),
    ("f 1 # why", "extra field `#`: expected `f ID`"),
];

#[test]
fn a_line_that_makes_no_sense_is_named() {
    for (lines, expected) in BAD_LINES {
        for end in ["", "\n", "\r\n", "\nf 1\n"] {
            let text = format!("a 1 8 8\n{lines}{end}");
            let line = 1 + lines.lines().count();
            let message = message_of(text.as_bytes());
            assert_eq!(message, format!("-:{line}: {expected}"), "{lines:?}");
        }
    }
}

/// Whole inputs, and what is said of them.
const BAD_INPUTS: &[(&str, &str)] = &[
    ("hello", "1: unknown operation `hello`"),
    ("<!DOCTYPE html>", "1: unknown operation `<!DOCTYPE`"),
    (
        "\u{feff}a 1 8 8",
        "1: byte order mark: save the file as plain UTF-8",
    ),
    ("# x\n\x1f\u{8b}", r"2: unknown operation `\x1f\xc2\x8b`"),
    ("10 1 2 1\na 0 8\n", "2: 1 operations: the header says 2"),
    ("10 2 2 1\na 0 8\nf 0\n", "3: 1 ids: the header says 2"),
    (
        "10 1 1 1\na 1 8\n",
        "2: id 1 is too large: the header says 1 ids",
    ),
    (
        "10 1 2\n1 1\n",
        "2: extra field `1`: expected `HEAP IDS OPERATIONS WEIGHT`",
    ),
    ("10 1\nx\n", "2: bad header number `x`"),
    (
        "10 1\n",
        "1: missing header number: expected `HEAP IDS OPERATIONS WEIGHT`",
    ),
    ("1 1 1 1\na 0\n", "2: missing size: expected `a ID SIZE`"),
    ("1 1 1 1\na 0 -1\n", "2: bad size `-1`"),
    ("1 1 1 1\nf -1\n", "2: bad id `-1`"),
    ("1 1 1 1\nf 0\n", "2: unknown id 0"),
    ("1 1 1 1\nz 0 8\n", "2: unknown operation `z`"),
    (
        "1 1 1 1\na 0 8 8\n",
        "2: extra field `8`: expected `a ID SIZE`",
    ),
    (
        "= Start\n@ x + 0x10\n",
        "2: missing size: expected `@ CALLER + ADDRESS SIZE`",
    ),
    ("= Start\n@ x + 0x10 16\n", "2: bad size `16`"),
    (
        "= Start\n@ x + 0x10 0x8000000000000000\n",
        "2: bad size `0x8000000000000000`",
    ),
    ("= Start\n@ x + 16 0x10\n", "2: bad address `16`"),
    ("= Start\n@ x - 0x\n", "2: bad address `0x`"),
    (
        "= Start\n@ x - 0x12345678901234567\n",
        "2: bad address `0x12345678901234567`",
    ),
    ("= Start\n@ x > 0x10 0x10\n", "2: `>` without `<` before it"),
    (
        "= Start\nx - 0x10\n",
        "2: not a line of an mtrace log: `x - 0x10`",
    ),
    (
        "= Start\n@ x * 0x10 0x10\n",
        "2: not a line of an mtrace log: `@ x * 0x10 0x10`",
    ),
    (
        "= Start\n@ find:[0x24",
        "2: not a line of an mtrace log: `@ find:[0x24`",
    ),
];

#[test]
fn an_input_that_makes_no_sense_is_named() {
    for (text, expected) in BAD_INPUTS {
        assert_eq!(
            message_of(text.as_bytes()),
            format!("-:{expected}"),
            "{text:?}"
        );
    }
    assert_eq!(
        message_of(b"\x28\xb5\x2f\xfd\x04"),
        "-:1: compressed: zstd -dc FILE | nostd-alloc replay -"
    );
    assert_eq!(
        message_of(b"a 1 8 8\n\xff\xfe 1\n"),
        r"-:2: unknown operation `\xff\xfe`"
    );
    let many = format!(
        "= Start\n{}",
        "< 0x10\n> 0x20 0x10\n".repeat(0) + &half_moves(65)
    );
    assert_eq!(
        message_of(many.as_bytes()),
        "-:66: too many `<` without `>`"
    );
    for endless in [&[0; 10_000][..], &[b'y'; 10_000]] {
        assert_eq!(message_of(endless), "-:1: longer than 4096 bytes");
    }
}

fn half_moves(count: usize) -> String {
    (1..=count)
        .map(|at| format!("< {:#x}\n", at * 16))
        .collect()
}

#[test]
fn random_bytes_are_refused_and_never_more() {
    let mut state = 0x1234_5678_9abc_def1u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let words = [
        "a ",
        "z ",
        "r ",
        "f ",
        "\n",
        "\n",
        " ",
        "0x",
        "@ ",
        "+ ",
        "- ",
        "< ",
        "> ",
        "= Start\n",
        "\0",
    ];
    for round in 0..3000 {
        let mut bytes = Vec::new();
        for _ in 0..200 {
            let choice = next();
            match (round + choice) % 3 {
                0 => {
                    bytes.extend_from_slice(words[(choice >> 8) as usize % words.len()].as_bytes())
                }
                1 => bytes.extend_from_slice(format!("{} ", choice >> (choice % 64)).as_bytes()),
                _ => bytes.push((choice >> 16) as u8),
            }
        }
        let _ = message_of(&bytes);
    }
}

#[test]
fn an_input_that_shrinks_between_passes_is_told() {
    struct Shrinking(bool);
    impl Input for Shrinking {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Errno> {
            let text: &[u8] = if core::mem::take(&mut self.0) {
                b"a 1 8 8\n"
            } else {
                b""
            };
            buffer[..text.len()].copy_from_slice(text);
            Ok(text.len())
        }
        fn rewind(&mut self) -> Result<(), Errno> {
            Ok(())
        }
    }
    let mut input = Shrinking(true);
    let mut recording = Recording::of(&mut input);
    assert_eq!(pass_of(&mut recording), Ok(vec!["1+0:8/8".to_string()]));
    assert_eq!(pass_of(&mut recording), Err(Error::Changed));
}
