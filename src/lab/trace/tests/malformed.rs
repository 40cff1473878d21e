//! Lines and inputs that make no sense, each with the sentence that is said of it.

use super::message_of;
use std::format;
use std::string::String;
use std::vec::Vec;

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
    ("é", "unknown operation `é`"),
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
        "libc.so.6->calloc(361974528, 2048) = 0x7f1234567010",
        "1: such a call is not answered: the tool has shown wrong arguments",
    ),
    ("wc->malloc(24) = 1x", "1: bad address `1x`"),
    ("wc->malloc(x) = 0x10", "1: bad size `x`"),
    ("wc->calloc(2) = 0x10", "1: bad size ``"),
    ("wc->strdup(0x20) = 0x10", "1: bad string `0x20`"),
    (
        "wc->memalign(3, 10) = 0x10",
        "1: alignment `3` is not a power of two",
    ),
    (
        "wc->posix_memalign(0x7ffe, 16, 10) = 0",
        "1: posix_memalign: the log does not tell the address of the block",
    ),
    (
        "wc->malloc(2) = 0x10\n[pid 7] wc->malloc(2) = 0x20",
        "2: calls of several threads or processes: ltrace without -f shows one",
    ),
    (
        "wc->malloc(2) = 0x10\nwc->malloc(2 <unfinished ...>",
        "2: calls of several threads or processes: ltrace without -f shows one",
    ),
    (
        "wc->malloc(2) = 0x10\nhello",
        "2: not a line of an ltrace log: `hello`",
    ),
    (
        "wc->malloc(2) = 0x10\nwc->free(0x10) = <void>\nwc->free(0x10) = <void>",
        "3: 0x10 already freed at line 2",
    ),
    (
        "--1-- malloc(48)",
        "1: missing answer: expected `NAME(ARGUMENTS) = ADDRESS`",
    ),
    ("--1-- malloc() = 0x10", "1: bad size ``"),
    ("--1-- free(17)", "1: bad address `17`"),
    (
        "==1== x\n-1- free(0x10)",
        "2: not a line of a valgrind log: `-1- free(0x10)`",
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
