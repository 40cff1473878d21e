//! The tour: what a bare run prints. A heap from its first page to its last, step by step; every line is
//! written after what it tells has happened, with the numbers that were found.

mod picture;

use super::{Command, PROGRAM, Said, Word, Words, finish, say};
use crate::collections::{String, TryReserveError, Vec};
use crate::heap::{Counted, FreeList, Strategy};
use crate::io::{Escaped, Stdout};
use crate::memory::{AllocError, Allocator, Block, Kernel, Layout, Ration};
use crate::start::ExitCode;
use core::fmt::{Arguments, Write};
use picture::{Picture, Shown};

/// The row of the table of commands.
pub(super) const COMMAND: Command = Command {
    name: "tour",
    summary: "what happens in a heap, step by step; also what a bare run prints",
    usage: USAGE,
    run,
};

const USAGE: &str = "\
Show what happens in a heap, step by step.

usage: nostd-alloc [tour]
";

/// What the heap of the tour may hold: a request above it is refused without asking the kernel, whose own
/// answer is not the same everywhere.
const HEAP_BYTES_MAX: usize = 4 << 20;

/// Pages of the kernel, up to that many bytes.
type Source<'k> = Ration<&'k dyn Allocator>;

/// The heap of the tour; over the kind of source that all heaps of the program are over, which then holds
/// the code of the heap once.
type Heap<'s> = FreeList<&'s dyn Allocator>;

fn run(mut words: Words) -> Result<ExitCode, Said> {
    if let Some(Word::Operand(word)) = words.next(&[])? {
        let word = Escaped(word.to_bytes());
        return Err(words.usage(format_args!("it takes no file, but has '{word}'")));
    }
    let kernel = Counted::new(Kernel);
    let source = Source::of_bytes(&kernel, HEAP_BYTES_MAX);
    let mut out = Stdout::new();
    tell(&mut out, &source, &kernel)
        .map_err(|NoMemory| say(ExitCode::OUT_OF_MEMORY, format_args!("tour: out of memory")))?;
    finish(out, ExitCode::SUCCESS)
}

/// The whole tour. Errors of `out` are the writer's to remember.
fn tell(out: &mut Stdout, source: &Source<'_>, kernel: &Counted<Kernel>) -> Result<(), NoMemory> {
    let _ = out.write_str(BEFORE);
    let heap = Heap::new(source);
    let mut tour = Tour {
        out,
        heap: &heap,
        step: 0,
    };
    tour.holes()?;
    tour.vectors()?;
    tour.text()?;
    tour.growth()?;
    tour.refusal()?;
    let stats = heap.stats();
    tour.line(
        "everything is freed",
        format_args!(
            "{} blocks live, {} B used, no leak",
            stats.blocks, stats.used_bytes
        ),
    );
    let step = tour.step + 1;
    drop(heap);
    let calls = kernel.calls();
    let (held, peak) = (source.held_bytes(), kernel.held_bytes_peak());
    let (mapped, remapped, unmapped) = (calls.allocate, calls.remap, calls.deallocate);
    let _ = write!(
        out,
        "{step:2}  {:<30} {held} B held from the kernel, {peak} B at the peak\n\n\
         system calls: sigaltstack 1, rt_sigaction 1, mmap {mapped}, mremap {remapped}, munmap {unmapped}, \
         write 1, exit_group 1\n\
         next: record a program (README), then '{PROGRAM} replay TRACE' shows which heap fits it\n",
        "the heap goes"
    );
    Ok(())
}

const BEFORE: &str = "\
nostd-alloc: a heap from its first page to its last, in a static file without libc

each character is 16 bytes, lower addresses left; - was used and is free, . never used
";

/// Who tells, and where.
struct Tour<'t, 's> {
    out: &'t mut Stdout,
    heap: &'t Heap<'s>,
    step: u32,
}

/// No memory, from wherever.
struct NoMemory;

impl From<AllocError> for NoMemory {
    fn from(_: AllocError) -> NoMemory {
        NoMemory
    }
}

impl From<TryReserveError> for NoMemory {
    fn from(_: TryReserveError) -> NoMemory {
        NoMemory
    }
}

/// A block that is filled with zeros and has a letter in the picture.
type Lettered<'h, 's> = (u8, Block<&'h Heap<'s>>);

impl<'t, 's> Tour<'t, 's> {
    /// One line: what was done, and what is seen now. Errors are the writer's to remember. By itself, as `more`: the
    /// binary is 1.6 KB shorter.
    #[inline(never)]
    fn line(&mut self, what: &str, seen: Arguments<'_>) {
        self.step += 1;
        let _ = writeln!(self.out, "{:2}  {what:<30} {seen}", self.step);
    }

    /// A further line of the same step.
    #[inline(never)]
    fn more(&mut self, what: &str, seen: Arguments<'_>) {
        let _ = writeln!(self.out, "    {what:<30} {seen}");
    }

    fn block(&self, letter: u8, size: usize) -> Result<Lettered<'t, 's>, NoMemory> {
        let layout = Layout::from_size_align(size, 8).map_err(|_| NoMemory)?;
        Ok((letter, Block::zeroed_in(layout, self.heap)?))
    }

    /// Blocks are cut, a hole is reused, three holes become one.
    fn holes(&mut self) -> Result<(), NoMemory> {
        let a = self.block(b'a', 40)?;
        let stats = self.heap.stats();
        self.line(
            "the first block maps a region",
            format_args!("{} B from the kernel", stats.footprint_bytes),
        );
        let b = self.block(b'b', 104)?;
        let c = self.block(b'c', 56)?;
        let e = self.block(b'e', 24)?;
        let picture = Picture::between(shown(&e), shown(&a));
        let draw = |live: &[&Lettered<'_, '_>]| {
            let mut blocks = [(0, 0, 0); 4];
            let blocks = &mut blocks[..live.len()];
            blocks
                .iter_mut()
                .zip(live)
                .for_each(|(block, live)| *block = shown(live));
            picture.show(blocks)
        };
        self.line(
            "cut a=40 b=104 c=56 e=24 B",
            format_args!("{}", draw(&[&a, &b, &c, &e])),
        );
        drop(b);
        self.line("free b: a hole", format_args!("{}", draw(&[&a, &c, &e])));
        let d = self.block(b'd', 56)?;
        self.line(
            "d=56 B goes into the hole",
            format_args!("{}", draw(&[&a, &c, &d, &e])),
        );
        drop((a, c));
        self.line(
            "free a and c: three holes",
            format_args!("{}", draw(&[&d, &e])),
        );
        drop(d);
        self.line(
            "free d: they merge into one",
            format_args!("{}", draw(&[&e])),
        );
        self.heap.verify();
        Ok(())
    }

    /// A vector that grows where it is, and one that has to move.
    fn vectors(&mut self) -> Result<(), NoMemory> {
        let above = self.block(b'x', 4000)?;
        let mut numbers: Vec<u32, &Heap<'s>> = Vec::new_in(self.heap);
        numbers.try_reserve_exact(100)?;
        drop(above);
        let first = numbers.as_ptr().addr();
        let before = numbers.capacity();
        numbers.try_reserve_exact(500)?;
        let place = if numbers.as_ptr().addr() == first {
            "in place"
        } else {
            "moved"
        };
        self.line(
            "a Vec<u32> grows into a hole",
            format_args!("capacity {before} -> {}, {place}", numbers.capacity()),
        );
        numbers.try_extend(0..numbers.capacity() as u32)?;
        let (first, before) = (numbers.as_ptr().addr(), numbers.capacity());
        numbers.try_reserve_exact(before + 1000)?;
        let place = if numbers.as_ptr().addr() == first {
            "in place"
        } else {
            "moved"
        };
        self.more(
            "and past its neighbour",
            format_args!(
                "capacity {before} -> {}, {place}, sum still {}",
                numbers.capacity(),
                sum(&numbers)
            ),
        );
        Ok(())
    }

    fn text(&mut self) -> Result<(), NoMemory> {
        let mut text = String::new_in(self.heap);
        for word in ["no", "std", "alloc"] {
            if !text.is_empty() {
                text.try_push('-')?;
            }
            text.try_push_str(word)?;
        }
        self.line(
            "a String of three words",
            format_args!("\"{text}\", {} of {} B", text.len(), text.capacity()),
        );
        Ok(())
    }

    /// More than a region holds, and a block that is a mapping of its own.
    fn growth(&mut self) -> Result<(), NoMemory> {
        let first = self.block(b'k', 40_000)?;
        let before = self.heap.stats();
        let second = self.block(b'l', 40_000)?;
        let after = self.heap.stats();
        self.line(
            "two of 40000 B: it has to grow",
            format_args!(
                "{} -> {} B, regions: {}",
                before.footprint_bytes, after.footprint_bytes, after.regions
            ),
        );
        drop((first, second));
        let (_, mut apart) = self.block(b'm', 1 << 20)?;
        self.line(
            "1 MiB is mapped by itself",
            format_args!("blocks live: {}", self.heap.stats().blocks),
        );
        apart.bytes_mut()[0] = 7;
        apart.resize(2 << 20)?;
        self.more(
            "and grows without a copy",
            format_args!("2 MiB, first byte still {}", apart.bytes()[0]),
        );
        Ok(())
    }

    /// More than there is.
    fn refusal(&mut self) -> Result<(), NoMemory> {
        let mut bytes: Vec<u8, &Heap<'s>> = Vec::new_in(self.heap);
        let answer = match bytes.try_reserve(1 << 40) {
            Ok(()) => "granted",
            Err(_) => "out of memory, and the program goes on",
        };
        self.heap.verify();
        self.line("ask for 1 TiB", format_args!("{answer}"));
        Ok(())
    }
}

/// A block as the picture shows it.
fn shown(block: &Lettered<'_, '_>) -> Shown {
    (block.0, block.1.address(), block.1.layout().size())
}

fn sum(numbers: &[u32]) -> u64 {
    numbers.iter().map(|&number| u64::from(number)).sum()
}
