//! Spans: pages cut into blocks of one size, with a bit for each block that is free.
//!
//! A span is a chunk of one to four whole pages. Its bits stand in the entry of its first page, or in a cell
//! of 64 bytes where a page has more than 128 blocks. The spans of a class that have free blocks are on a
//! list, in a ring through their entries.
//!
//! # How is this safe?
//! A bit is set when the block is in the span and in nobody's hands, so a block that comes back twice is found
//! here at the latest: its bit is set already.
//!
//! # Costs
//! A block that goes through the span takes about 30 instructions there and back.

use super::chunk::Chunk;
use super::classes::{BLOCKS_INLINE_MAX, CLASSES, NO_CLASS, SHAPES, block_index};
use super::page::{Kind, NO_PAGE, Page};
use super::{Spans, fault};
use crate::heap::place::Place;
use crate::memory::{AllocError, Allocator, PAGE_BYTES};
use core::cell::Cell;
use core::ptr::{NonNull, with_exposed_provenance};

/// The words of a cell: a bit for each block of 8 bytes of a page.
const CELL_WORDS: usize = 8;
const CELL_BYTES: usize = CELL_WORDS * size_of::<u64>();

/// The lists of spans with free blocks, and the cells that no span uses.
///
/// # Invariants
/// - **Ring**: `heads` names the page of a span or [`NO_PAGE`]; `next` and `prev` of the spans of a class lead
///   through all of them and back.
/// - **Cells**: `cell` is 0 or a cell of bookkeeping that no span uses; its first word is the next one or 0.
#[derive(Debug)]
pub(super) struct SpanLists {
    heads: [Cell<u32>; CLASSES],
    cell: Cell<Place>,
}

impl SpanLists {
    pub(super) const fn new() -> SpanLists {
        // INVARIANT: **Ring** and **Cells** hold: there is no span.
        SpanLists {
            heads: [const { Cell::new(NO_PAGE) }; CLASSES],
            cell: Cell::new(Place::NONE),
        }
    }

    /// The first span of a class that has free blocks, by the number of its page.
    pub(super) fn head(&self, class: usize) -> u32 {
        self.heads[class].get()
    }
}

/// A span at hand: where it begins, the entry of its first page, and its bits.
#[derive(Clone, Copy)]
struct Span<'m> {
    start: usize,
    page: &'m Page,
    bits: &'m [Cell<u64>],
}

/// The bits of a span, from the entry of its first page.
pub(super) fn bits(class: usize, page: &Page) -> &[Cell<u64>] {
    if SHAPES[class].blocks() <= BLOCKS_INLINE_MAX {
        return &page.bits;
    }
    let cell = with_exposed_provenance(page.bits[0].get() as usize);
    // SAFETY: by **Spans** of `Spans`: a span with more blocks has a cell, which comes from `take_cell`.
    unsafe { core::slice::from_raw_parts(cell, CELL_WORDS) }
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// Fills the empty stack of a class with the lowest free blocks of one span, the very lowest on top, and
    /// takes that one.
    ///
    /// # Errors
    /// [`AllocError`] if no span has a free block and there is no memory for a new one, nor for the block alone; always
    /// for what has no size.
    #[cold]
    #[inline(never)]
    pub(super) fn refill(&self, class: usize) -> Result<NonNull<u8>, AllocError> {
        if class == NO_CLASS {
            return Err(AllocError);
        }
        let mut number = self.lists.head(class);
        if number == NO_PAGE {
            number = match self.make_span(class) {
                Ok(number) => number,
                Err(AllocError) => return self.lend_chunk(class),
            };
        }
        let start = self.map.address(number);
        let page = self.map.entry(start);
        let slots = self.stacks.widen(&self.meta, &self.source, class);
        // Without slots a block goes straight to whoever asked.
        let alone = [const { Cell::new(0) }; 1];
        let slots = if slots.is_empty() { &alone } else { slots };
        let count = slots.len().min(page.free.get() as usize);
        self.take_blocks(class, start, page, &slots[..count]);
        self.note_peak();
        self.tally.add(count, count * SHAPES[class].block_bytes());
        self.tally.refills.set(self.tally.refills.get() + 1);
        self.stacks.filled(class, count - 1);
        Ok(Place(slots[count - 1].get()).ptr())
    }

    /// Writes the lowest free blocks of a span to `slots`, the very lowest last.
    fn take_blocks(&self, class: usize, start: usize, page: &Page, slots: &[Cell<usize>]) {
        let mut left = slots.len();
        for (index, word) in bits(class, page).iter().enumerate() {
            let mut set = word.get();
            while set != 0 && left > 0 {
                left -= 1;
                let block = index * u64::BITS as usize + set.trailing_zeros() as usize;
                slots[left].set(start + block * SHAPES[class].block_bytes());
                set &= set - 1;
            }
            word.set(set);
        }
        // INVARIANT: **Spans** holds again: the blocks are in the slots, their bits are clear.
        page.free.set(page.free.get() - slots.len() as u16);
        if page.free.get() == 0 {
            self.unlist(class, start, page);
        }
    }

    /// Makes room on a full stack, and puts a block on it.
    #[cold]
    #[inline(never)]
    pub(in crate::heap) fn overflow(&self, class: usize, address: usize) {
        let count = self.stacks.narrow(class);
        self.flush(class, count);
        if !self.stacks.push(class, address) {
            // A stack without slots.
            self.return_blocks(class, &[Cell::new(address)]);
        }
        self.settle(count * SHAPES[class].block_bytes());
    }

    /// Gives the lowest `count` blocks of a stack back to their spans.
    fn flush(&self, class: usize, count: usize) {
        self.return_blocks(class, &self.stacks.blocks(class)[..count]);
        self.stacks.drop_lowest(class, count);
    }

    /// Sets the bits of blocks. Blocks of one span often follow each other: then the span is looked for, and its
    /// number of free blocks written, once.
    fn return_blocks(&self, class: usize, blocks: &[Cell<usize>]) {
        let shape = &SHAPES[class];
        let mut rest = blocks.iter().peekable();
        while let Some(first) = rest.peek() {
            let span = self.span_of(class, first.get());
            let mut came = 0;
            while let Some(block) = rest.peek() {
                let address = block.get();
                let offset = address.wrapping_sub(span.start);
                if offset >= shape.pages() * PAGE_BYTES {
                    break;
                }
                let block = block_index(class, offset);
                let word = &span.bits[block / u64::BITS as usize];
                let bit = 1 << (block % u64::BITS as usize);
                if word.get() & bit != 0 {
                    fault::double_free(address);
                }
                word.set(word.get() | bit);
                came += 1;
                rest.next();
            }
            self.count_free(class, &span, came);
        }
        self.tally
            .subtract(blocks.len(), blocks.len() * shape.block_bytes());
    }

    /// Counts bits that were set, and gives the span up if no block of it is out any more.
    fn count_free(&self, class: usize, span: &Span, came: usize) {
        let before = span.page.free.get();
        let free = before + came as u16;
        // INVARIANT: **Spans** holds again: as many bits as free blocks.
        span.page.free.set(free);
        if before == 0 {
            self.list(class, span.start, span.page);
        }
        if free as usize == SHAPES[class].blocks() {
            self.drop_span(class, span.start, span.page);
        }
    }

    /// Gives all blocks of all stacks back to their spans, and makes the recent chunks free. Stacks that are `tight`
    /// keep a single block until they are refilled.
    pub(super) fn flush_all(&self, tight: bool) {
        for class in 0..CLASSES {
            self.flush(class, self.stacks.count(class));
            self.stacks.shorten(class, tight);
        }
        self.cool_all();
    }

    /// The span that a block of a class lies in. A block of a span that is no more was freed twice.
    fn span_of(&self, class: usize, address: usize) -> Span<'_> {
        let mut page = self.map.entry(address);
        if page.kind.get() != Kind::span(class) {
            fault::double_free(address);
        }
        let start = address - page.offset(address);
        if start < address / PAGE_BYTES * PAGE_BYTES {
            page = self.map.entry(start);
        }
        let bits = bits(class, page);
        Span { start, page, bits }
    }

    /// A span all of whose blocks are free, first on its list.
    fn make_span(&self, class: usize) -> Result<u32, AllocError> {
        let shape = &SHAPES[class];
        let cell = match shape.blocks() > BLOCKS_INLINE_MAX {
            true => Some(self.take_cell()?),
            false => None,
        };
        let bytes = shape.pages() * PAGE_BYTES;
        let chunk = match self.new_chunk(bytes, PAGE_BYTES) {
            Ok(chunk) => chunk,
            Err(AllocError) => {
                if let Some(cell) = cell {
                    self.keep_cell(cell);
                }
                return Err(AllocError);
            }
        };
        let start = chunk.start.0;
        for index in 0..shape.pages() {
            let page = self.map.entry(start + index * PAGE_BYTES);
            page.clear(Kind::span(class));
            page.span_start().set(start as u32);
        }
        let page = self.map.entry(start);
        if let Some(cell) = cell {
            page.bits[0].set(cell.0 as u64);
        }
        for (index, word) in bits(class, page).iter().enumerate() {
            let blocks = shape.blocks().saturating_sub(index * u64::BITS as usize);
            word.set(match blocks {
                0..64 => (1 << blocks) - 1,
                _ => u64::MAX,
            });
        }
        page.free.set(shape.blocks() as u16);
        self.list(class, start, page);
        Ok(self.map.number(start))
    }

    /// Makes a span without live blocks a free chunk again.
    fn drop_span(&self, class: usize, start: usize, page: &Page) {
        self.unlist(class, start, page);
        if SHAPES[class].blocks() > BLOCKS_INLINE_MAX {
            self.keep_cell(Place(page.bits[0].get() as usize));
        }
        let bytes = SHAPES[class].pages() * PAGE_BYTES;
        self.map
            .for_each_page(start, bytes, |page| page.clear(Kind::CHUNKS));
        self.put_chunk(Chunk {
            start: Place(start),
            bytes,
        });
    }

    /// Puts a span at the end of the list of its class.
    fn list(&self, class: usize, start: usize, page: &Page) {
        let number = self.map.number(start);
        // INVARIANT: **Ring** holds again with the span before the head.
        self.map.link(&self.lists.heads[class], number, page);
    }

    /// Takes a span off the list of its class.
    fn unlist(&self, class: usize, start: usize, page: &Page) {
        let number = self.map.number(start);
        // INVARIANT: **Ring** holds again without the span.
        self.map.unlink(&self.lists.heads[class], number, page);
    }

    fn take_cell(&self) -> Result<Place, AllocError> {
        let cell = self.lists.cell.get();
        if cell.is_none() {
            return self.meta.take(&self.source, CELL_BYTES);
        }
        // INVARIANT: **Cells** holds again without this one.
        // SAFETY: by **Cells** of `SpanLists`.
        self.lists.cell.set(Place(unsafe { cell.word(0) }));
        Ok(cell)
    }

    fn keep_cell(&self, cell: Place) {
        // SAFETY: the cell comes from `take_cell`, and its span is no more.
        unsafe { cell.set_word(0, self.lists.cell.get().0) };
        // INVARIANT: **Cells** holds again with this one.
        self.lists.cell.set(cell);
    }
}
