//! Recordings of real programs, replayed: every allocation, reallocation and free in the order in which the
//! program made them.
//!
//! A recording is text, compressed; a cell reads it packed, one word an operation, so that the replay itself
//! costs little and allocates nothing:
//!
//! ```text
//! bits  0..2   kind: allocate, zeroed, resize, free
//! bits  2..5   the alignment's exponent
//! bits  5..32  the block's number
//! bits 32..64  the size
//! ```
//!
//! The first pass of a process is the *cold* time, page faults and all; passes after it are the *warm* time. Memory is
//! read in one more process, every few operations: the kernel's own mark may be wrong by 128 KiB for each core, which
//! is a twelfth of the smallest recording. What the program left is freed at the end of a pass.

use super::{Task, Workload};
use crate::block::{Block, LINE_BYTES, alignment_from_size};
use crate::pages::Pages;
use crate::probe::Probe;
use std::alloc::GlobalAlloc;
use std::io;
use std::path::{Path, PathBuf};

const ALLOCATE: u64 = 0;
const ZEROED: u64 = 1;
const RESIZE: u64 = 2;
const FREE: u64 = 3;
/// Bits of a block's number.
const NUMBER_BITS: u32 = 27;

/// A packed recording: the workload that replays it, and where its words are.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The row of the tables.
    pub workload: Workload,
    /// The packed words.
    pub file: PathBuf,
}

/// One operation as a word.
fn word(kind: u64, align: usize, number: u64, size: u64) -> Option<u64> {
    let exponent = u64::from(align.trailing_zeros());
    let fits = exponent < 8 && number < 1 << NUMBER_BITS && size < 1 << 32;
    fits.then_some(kind | exponent << 2 | number << 5 | size << 32)
}

/// A line of the text as a word; `None` for a line that says nothing.
fn word_from_line(line: &str) -> Result<Option<u64>, String> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let bad = || format!("not an operation: {line}");
    let mut fields = line.split(' ');
    let kind = fields.next().ok_or_else(bad)?;
    let mut number = || -> Result<u64, String> {
        let field = fields.next().ok_or_else(bad)?;
        field.parse().map_err(|_| bad())
    };
    let packed = match kind {
        "a" | "z" => {
            let (id, size, align) = (number()?, number()?.max(1), number()? as usize);
            // The same alignment as C's malloc asks: more is another function of glibc.
            let align = align.min(alignment_from_size(size as usize));
            word(if kind == "a" { ALLOCATE } else { ZEROED }, align, id, size)
        }
        "r" => word(RESIZE, 1, number()?, number()?.max(1)),
        "f" => word(FREE, 1, number()?, 0),
        _ => return Err(bad()),
    };
    packed.map(Some).ok_or_else(bad)
}

/// Reads a recording, adds the frees that the program did not make, and writes it packed into `folder`.
pub fn pack_recording(path: &Path, folder: &Path) -> io::Result<Recording> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.and_then(|name| name.split('.').next()).unwrap_or("?");
    let text = read(path)?;
    let bad = |what| io::Error::new(io::ErrorKind::InvalidData, format!("{name}: {what}"));
    let (mut words, mut live) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let Some(packed) = word_from_line(line).map_err(bad)? else {
            continue;
        };
        let (kind, number) = (packed & 3, (packed >> 5) as usize % (1 << NUMBER_BITS));
        if live.len() <= number {
            live.resize(number + 1, false);
        }
        if live[number] != matches!(kind, RESIZE | FREE) {
            return Err(bad(format!("a block is not as expected: {line}")));
        }
        live[number] = kind != FREE;
        words.push(packed);
    }
    let left = (0..live.len()).filter(|&number| live[number]);
    words.extend(left.filter_map(|number| word(FREE, 1, number as u64, 0)));
    let file = folder.join(format!("{name}.packed"));
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    std::fs::write(&file, bytes)?;
    let workload = Workload::recording(name);
    Ok(Recording { workload, file })
}

/// The text of a recording, compressed or not.
fn read(path: &Path) -> io::Result<String> {
    if path.extension().is_none_or(|extension| extension != "zst") {
        return std::fs::read_to_string(path);
    }
    let file = std::fs::File::open(path)?;
    let decoder = ruzstd::decoding::StreamingDecoder::new(io::BufReader::new(file));
    io::read_to_string(decoder.map_err(io::Error::other)?)
}

/// One pass over the recording.
#[inline(never)]
fn replay<H: GlobalAlloc>(heap: &H, words: &[u64], blocks: &mut [Block], aligns: &mut [u32]) {
    for &word in words {
        let number = (word >> 5) as usize % (1 << NUMBER_BITS);
        let size = (word >> 32) as usize;
        let align = 1 << (word >> 2 & 7);
        // SAFETY: the recording was checked when it was packed: a block is resized and freed while it is
        // live, and it came from `heap`, at the alignment in the table. It is touched while it is live.
        unsafe {
            match word & 3 {
                ALLOCATE => {
                    blocks[number] = Block::aligned(heap, size, align);
                    aligns[number] = align as u32;
                    blocks[number].touch(0, LINE_BYTES);
                }
                ZEROED => {
                    blocks[number] = Block::zeroed(heap, size, align);
                    aligns[number] = align as u32;
                    blocks[number].touch(0, LINE_BYTES);
                }
                RESIZE => {
                    let old = blocks[number];
                    blocks[number] = old.resize(heap, size, aligns[number] as usize);
                    blocks[number].touch(old.size, LINE_BYTES);
                }
                _ => blocks[number].free(heap, aligns[number] as usize),
            }
        }
    }
}

/// Operations between two readings of memory.
const BETWEEN_READINGS: usize = 256;

/// The first pass cold, then passes until `task.operations` operations were made; if that is none, one pass in which
/// memory is read.
pub fn run<H: GlobalAlloc>(heap: &H, task: &Task, probe: &mut Probe) {
    let path = task.file.as_deref().expect("a recording has a file");
    let words = Pages::<u64>::from_file(path).expect("the recording was packed");
    let number = |word: &u64| (word >> 5) as usize % (1 << NUMBER_BITS);
    let count = words.iter().map(number).max().map_or(0, |most| most + 1);
    let mut blocks = Pages::<Block>::new(count);
    let mut aligns = Pages::<u32>::new(count);
    probe.memory_begins();
    if task.operations == 0 {
        for words in words.chunks(BETWEEN_READINGS) {
            replay(heap, words, &mut blocks, &mut aligns);
            probe.memory_stands();
        }
        return probe.memory_is_left();
    }
    probe.start();
    replay(heap, &words, &mut blocks, &mut aligns);
    let cold = probe.stop(0);
    probe.nanoseconds = 0;
    probe.cold = Some((cold, words.len() as u64));
    let passes = task.operations.div_ceil(words.len() as u64);
    probe.start();
    for _ in 0..passes {
        replay(heap, &words, &mut blocks, &mut aligns);
    }
    probe.stop(passes * words.len() as u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_a_word_and_keeps_its_parts() {
        let word = word_from_line("a 363580 1048576 16").unwrap().unwrap();
        assert_eq!(word & 3, ALLOCATE);
        assert_eq!(1 << (word >> 2 & 7), 16);
        assert_eq!((word >> 5) % (1 << NUMBER_BITS), 363_580);
        assert_eq!(word >> 32, 1 << 20);
        assert_eq!(word_from_line("# a comment"), Ok(None));
        assert!(word_from_line("x 1").is_err());
        assert!(word_from_line("a 1 2").is_err());
    }
}
