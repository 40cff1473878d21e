//! `sort`: one real load for the heap, a vector and a sort: lines in, lines out, as `LC_ALL=C sort`.
//!
//! All bytes stand in one vector, and beside it an entry a line:
//!
//! ```text
//! text   apple\nbanana\ncherry …
//! lines  | first 8 bytes as a number | start | length |  …
//! ```
//!
//! Most comparisons end at the number. Both vectors grow while the input is read, so that when the heap is
//! full the line at which it was is known.
//!
//! # Costs
//! The bytes of the input and 24 bytes a line, each in a vector that grows by half or more of itself;
//! O(n log n) comparisons.

use super::{Command, Opened, Said, Word, Words, finish, messages, say, write_error};
use crate::collections::Vec;
use crate::heap::FreeList;
use crate::io::{Draft, Escaped, Input, Writer};
use crate::lab::trace::Recorded;
use crate::memory::{Allocator, Kernel, Ration};
use crate::start::{ExitCode, Failure as _};
use crate::sys::{Descriptor, Errno};
use core::cmp::Ordering;
use core::ffi::CStr;

/// The row of the table of commands.
pub(super) const COMMAND: Command = Command {
    name: "sort",
    summary: "sort lines by their bytes, on a heap of any size",
    usage: USAGE,
    run,
};

const USAGE: &str = "\
Sort the lines of FILE (or of standard input) by their bytes, as LC_ALL=C sort does.

usage: nostd-alloc sort [-r] [-u] [--heap SIZE] [--record TRACE] [FILE|-]

  -r              largest first
  -u              of equal lines print one
  --heap SIZE     hold no more than SIZE bytes (64K, 2M); if that is not enough, say
                  at which line it was full, and end with status 4
  --record TRACE  write what the heap is asked into TRACE, for replay
";

/// How much is read at once, in bytes: little at first, for the sake of a small heap.
const READ_BYTES_MIN: usize = 2048;
const READ_BYTES_MAX: usize = 64 * 1024;
/// How much is collected before it is written. It lies on the stack, of which a thread may have 128 KiB.
const WRITE_BYTES: usize = 32 * 1024;

/// What the command line asks for.
#[derive(Default)]
struct Options {
    reverse: bool,
    unique: bool,
    heap_bytes: Option<usize>,
    record: Option<&'static CStr>,
}

fn run(mut words: Words) -> Result<ExitCode, Said> {
    let mut options = Options::default();
    let mut file = None;
    while let Some(word) = words.next(&["-r", "-u", "--heap", "--record"])? {
        match word {
            Word::Option("-r") => options.reverse = true,
            Word::Option("-u") => options.unique = true,
            Word::Option("--record") => options.record = Some(words.value()?),
            Word::Option(_) => options.heap_bytes = Some(words.size()?),
            Word::Operand(path) if file.is_none() => file = Some(path),
            Word::Operand(path) => {
                let path = Escaped(path.to_bytes());
                return Err(words.usage(format_args!("one file at a time, and not '{path}' too")));
            }
        }
    }
    let mut input = Opened::open(file, &words)?;
    let ration =
        Ration::<&dyn Allocator>::of_bytes(&Kernel, options.heap_bytes.unwrap_or(usize::MAX));
    // One kind of source for all heaps of the program: it holds the code of the heap once.
    let heap = FreeList::<&dyn Allocator>::new(&ration);
    match options.record {
        None => sort(&mut input, &heap, &options),
        Some(path) => record(path, &heap, |heap| sort(&mut input, heap, &options)),
    }
}

/// The job itself. The heap is named by its trait only: with a recording or without, the code is the same.
fn sort(input: &mut Opened, heap: &dyn Allocator, options: &Options) -> Result<ExitCode, Said> {
    let mut lines = Lines::new_in(heap);
    lines
        .read(input)
        .map_err(|failure| failure.say(input.name, options))?;
    lines.sort();
    lines.print(options)
}

/// Does `job` on a heap that writes down what it is asked; also a job that fails, for want of memory above all.
fn record(
    path: &CStr,
    heap: &dyn Allocator,
    job: impl FnOnce(&dyn Allocator) -> Result<ExitCode, Said>,
) -> Result<ExitCode, Said> {
    let failed = |error: Errno| {
        let path = Escaped(path.to_bytes());
        say(
            error.exit_code(),
            format_args!("{path}: write error: {error}"),
        )
    };
    let draft = Draft::of(path).map_err(failed)?;
    let recorded = Recorded::to(heap, draft.descriptor());
    let recorded = recorded.map_err(|_| failed(Errno::ENOMEM))?;
    let result = job(&recorded);
    let written = recorded.finish().and_then(|()| draft.keep());
    let code = result?;
    written.map_err(failed)?;
    Ok(code)
}

/// Why the input is not in memory.
enum Failure {
    Read(Errno),
    /// The line that there was no memory for, counted from 1.
    Full(usize),
}

impl Failure {
    fn say(self, file: &[u8], options: &Options) -> Said {
        match (self, options.heap_bytes) {
            (Failure::Read(error), _) => messages::read_error(file, error),
            (Failure::Full(line), Some(size)) => say(
                ExitCode::OUT_OF_MEMORY,
                format_args!("sort: out of memory: {size}-byte heap full at line {line}"),
            ),
            (Failure::Full(line), None) => say(
                ExitCode::OUT_OF_MEMORY,
                format_args!("sort: out of memory at line {line}"),
            ),
        }
    }
}

/// One line of the text.
#[derive(Clone, Copy)]
struct Line {
    /// The first eight bytes as a number that compares as they do; missing ones count as 0.
    key: u64,
    start: usize,
    length: usize,
}

impl Line {
    fn new(text: &[u8], start: usize, end: usize) -> Line {
        let mut first = [0; 8];
        for (target, byte) in first.iter_mut().zip(&text[start..end]) {
            *target = *byte;
        }
        Line {
            key: u64::from_be_bytes(first),
            start,
            length: end - start,
        }
    }

    fn bytes<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start..self.start + self.length]
    }

    fn compare(&self, other: &Line, text: &[u8]) -> Ordering {
        let by_key = self.key.cmp(&other.key);
        by_key.then_with(|| self.bytes(text).cmp(other.bytes(text)))
    }
}

/// The text and its lines.
struct Lines<A: Allocator> {
    text: Vec<u8, A>,
    lines: Vec<Line, A>,
}

impl<A: Allocator + Copy> Lines<A> {
    fn new_in(allocator: A) -> Lines<A> {
        Lines {
            text: Vec::new_in(allocator),
            lines: Vec::new_in(allocator),
        }
    }

    /// Reads everything, and notes each line as soon as it is complete.
    fn read(&mut self, input: &mut impl Input) -> Result<(), Failure> {
        let mut line_start = 0;
        loop {
            let length = self.text.len();
            let room = (length / 4).clamp(READ_BYTES_MIN, READ_BYTES_MAX);
            self.make_room(room)?;
            self.text.resize(length + room, 0);
            let count = input
                .read(&mut self.text[length..])
                .map_err(Failure::Read)?;
            self.text.truncate(length + count);
            if count == 0 {
                break;
            }
            let mut searched = length;
            while let Some(gap) = self.text[searched..].iter().position(|&byte| byte == b'\n') {
                self.push_line(line_start, searched + gap)?;
                searched += gap + 1;
                line_start = searched;
            }
        }
        // The last line may have no newline.
        if line_start < self.text.len() {
            self.push_line(line_start, self.text.len())?;
        }
        Ok(())
    }

    /// Room for `bytes` more of text: with some to spare if the heap has it, else just that.
    fn make_room(&mut self, bytes: usize) -> Result<(), Failure> {
        let spare = self
            .text
            .try_reserve(bytes)
            .or_else(|_| self.text.try_reserve_exact(bytes));
        spare.map_err(|_| Failure::Full(self.lines.len() + 1))
    }

    fn push_line(&mut self, start: usize, end: usize) -> Result<(), Failure> {
        let spare = self
            .lines
            .try_reserve(1)
            .or_else(|_| self.lines.try_reserve_exact(1));
        spare.map_err(|_| Failure::Full(self.lines.len() + 1))?;
        self.lines.push(Line::new(&self.text, start, end));
        Ok(())
    }

    /// Equal lines are equal to the byte, so that their order is nothing to keep.
    fn sort(&mut self) {
        let text = &self.text;
        self.lines
            .sort_unstable_by(|line, other| line.compare(other, text));
    }

    fn print(&self, options: &Options) -> Result<ExitCode, Said> {
        let mut out = Writer::<WRITE_BYTES>::to(Descriptor::STDOUT);
        let mut last = None;
        for index in 0..self.lines.len() {
            let index = if options.reverse {
                self.lines.len() - 1 - index
            } else {
                index
            };
            let bytes = self.lines[index].bytes(&self.text);
            if options.unique && last.replace(bytes) == Some(bytes) {
                continue;
            }
            out.write_all(bytes)
                .and_then(|()| out.write_all(b"\n"))
                .map_err(write_error)?;
        }
        finish(out, ExitCode::SUCCESS)
    }
}
