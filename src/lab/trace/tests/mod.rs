//! Recordings from memory, and what each format means.

mod malformed;

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
    while let Some(operation) = pass.read()? {
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

#[test]
fn an_ltrace_log_says_what_it_says() {
    let text = "wc->calloc(16, 8)                                = 0x5575be7c32a0\n\
        wc->strdup(\"a\\n\\\"(b)\\003\\0012\")       = 0x5575be7c4360\n\
        wc->realloc(0, 7)    = 0x5575be7c4380\n\
        wc->strlen(\"x\") = 1\n\
        wc->realloc(0x5575be7c4380, 10)                  = 0x5575be7c4380\n\
        wc->realloc(0x5575be7c4380, 0)  = 0\n\
        wc->realloc(0x5575be7c4360, 99) = nil\n\
        malloc@libc.so.6(99) = 0\n\
        wc->memalign(64, 100) = 0x5575be7c5000\n\
        --- SIGCHLD (Child exited) ---\n\
        wc->free(0x5575be7c32a0)                         = <void>\n\
        wc->free(0) = <void>\n\
        +++ exited (status 0) +++\n";
    let (operations, notes) = operations_of(text);
    // The string is a, newline, quote, (, b, ), \003, \001, 2.
    assert_eq!(
        operations,
        "1*0:128/16 2+1:10/8 3+2:7/4 5~2:10 6-2 9+2:100/64 11-0"
    );
    assert_eq!(notes, Notes::default());
    assert_eq!(operations_of("malloc(24) = 0x10\n").0, "1+0:24/16");
}

#[test]
fn a_valgrind_log_says_what_it_says() {
    let text = "==9346== Memcheck, a memory error detector\n\
        ==9346== \n\
        --9346-- REDIR: 0x401ee60 (ld-linux.so.2:strlen) redirected to 0x580bcec2\n\
        --9346-- realloc(0x0,8)malloc(8) = 0x4D2B040\n\
        --9346-- malloc(48) = 0x4D2B090\n\
        --9346-- calloc(3,5) = 0x4D2C000\n\
        --9346-- realloc(0x4D2B090,40) = 0x4D2B160\n\
        --9346-- memalign(al 4096, size 100) = 0x4D2D000\n\
        --9346-- _Znwm(24) = 0x4D2E000\n\
        --9346-- free(0x0)\n\
        --9346-- _ZdlPvm(0x4D2E000)\n\
        --9346-- free(0x4D2B160)\n";
    let (operations, notes) = operations_of(text);
    assert_eq!(
        operations,
        "4+0:8/8 5+1:48/16 6*2:15/8 7~1:40 8+3:100/4096 9+4:24/16 11-4 12-1"
    );
    assert_eq!(notes, Notes::default());
}
