//! Things that grow: one vector to half a gigabyte, and a million small strings.

use crate::block::Block;
use crate::pages::{Pages, Zeroed};
use crate::probe::Probe;
use crate::random::Random;
use std::alloc::GlobalAlloc;

/// Pushes `operations` numbers to a vector that doubles by `realloc`, from 4 elements on.
#[inline(never)]
pub fn vector<H: GlobalAlloc>(heap: &H, operations: u64, probe: &mut Probe) {
    const ELEMENT_BYTES: usize = size_of::<u64>();
    probe.memory_begins();
    probe.start();
    let mut block = Block::new(heap, 4 * ELEMENT_BYTES);
    let mut capacity = 4;
    for index in 0..operations as usize {
        if index == capacity {
            capacity *= 2;
            // SAFETY: the block is live and came from `heap`, at 8.
            block = unsafe { block.resize(heap, capacity * ELEMENT_BYTES, 8) };
        }
        // SAFETY: `index < capacity` was checked above, and the block has that many elements.
        unsafe { block.ptr.cast::<u64>().add(index).write(index as u64) };
    }
    // SAFETY: the block is live and came from `heap`, at 8.
    unsafe { block.free(heap, 8) };
    probe.stop(operations);
    probe.memory_ends();
}

/// A string in the making: as std's, capacity 8 first, then twice as much.
#[derive(Clone, Copy)]
struct Text {
    block: Block,
    length: usize,
}

// SAFETY: by the contract of `Zeroed`: no block, and the length 0.
unsafe impl Zeroed for Text {}

impl Text {
    const EMPTY: Text = Text {
        block: Block::NONE,
        length: 0,
    };

    /// Puts `piece` at the end.
    #[inline(always)]
    fn push<H: GlobalAlloc>(&mut self, heap: &H, piece: &[u8]) {
        let needed = self.length + piece.len();
        if needed > self.block.size {
            let capacity = needed.max(self.block.size * 2).max(8);
            self.block = if self.block.size == 0 {
                Block::aligned(heap, capacity, 1)
            } else {
                // SAFETY: the block is live and came from `heap`, at 1.
                unsafe { self.block.resize(heap, capacity, 1) }
            };
        }
        // SAFETY: the room was checked above; the piece is in no block of the heap.
        unsafe {
            let end = self.block.ptr.add(self.length);
            end.copy_from_nonoverlapping(piece.as_ptr(), piece.len());
        }
        self.length = needed;
    }

    /// What it holds.
    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        // SAFETY: the pointer comes from the block, of which `push` has written that many bytes; nobody
        // writes while texts are compared.
        unsafe { std::slice::from_raw_parts(self.block.ptr, self.length) }
    }
}

/// The next string: a word, digits, and up to four pieces more.
#[inline(always)]
fn text<H: GlobalAlloc>(heap: &H, random: &mut Random) -> Text {
    const PIECES: [&[u8]; 8] = [
        b"a",
        b"of ",
        b"memory",
        b"-",
        b"allocate",
        b"; ",
        b"0123456789",
        b"the heap ",
    ];
    let mut text = Text::EMPTY;
    let mut number = random.next();
    text.push(heap, b"key ");
    for _ in 0..6 {
        text.push(heap, &[b'0' + (number % 10) as u8]);
        number /= 10;
    }
    for _ in 0..number % 5 {
        number /= 5;
        text.push(heap, PIECES[(number % 8) as usize]);
    }
    text
}

/// Builds `operations` strings, sorts them, drops them.
#[inline(never)]
pub fn strings<H: GlobalAlloc>(heap: &H, operations: u64, probe: &mut Probe) {
    let mut texts = Pages::<Text>::new(operations as usize);
    let mut random = Random::new(11);
    probe.memory_begins();
    probe.start();
    for place in texts.iter_mut() {
        *place = text(heap, &mut random);
    }
    texts.sort_unstable_by(|a, b| a.bytes().cmp(b.bytes()));
    for text in texts.iter() {
        // SAFETY: the block is live and came from `heap`, at 1.
        unsafe { text.block.free(heap, 1) };
    }
    probe.stop(operations);
    probe.memory_ends();
}
