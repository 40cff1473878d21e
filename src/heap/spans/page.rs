//! What the heap knows of one page: 32 bytes, far away from the page itself.
//!
//! ```text
//! kind     a span's page   a page of chunks          first page of a block apart
//! born     -               -                         how it was born
//! free     free blocks     -                         -
//! reach    start of span   last chunk, in granules   pages
//! next     list of spans   -                         -
//! prev     list of spans   back to its start, pages  -
//! bits     free blocks     [starts, free ones]       -
//! ```
//!
//! The fields of a span stand in the entry of its first page; the others have its kind and its start. Runs of
//! pages that are offered to the source: see `offers.rs`.

use super::chunk::GRANULE_BYTES;
use super::classes::{FIRST_CLASS, NO_CLASS};
use crate::memory::PAGE_BYTES;
use core::cell::Cell;
use core::hint::assert_unchecked;

/// What a page is used for: a small number, of a class if it is a span of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub(super) struct Kind(u8);

impl Kind {
    /// Not a page of the heap, or its own bookkeeping.
    pub(super) const NONE: Kind = Kind(0);
    /// Cut into chunks.
    pub(super) const CHUNKS: Kind = Kind(1);
    /// The first page of a block that is a block of the source.
    pub(super) const APART: Kind = Kind(2);
    /// The first or the last page of a run that is offered to the source.
    pub(super) const OFFERED: Kind = Kind(3);

    /// A page of a span of `class`.
    #[inline(always)]
    pub(super) const fn span(class: usize) -> Kind {
        Kind(class as u8)
    }

    /// The class of the span, if it is one.
    pub(super) const fn class(self) -> Option<usize> {
        if (self.0 as usize) < FIRST_CLASS {
            return None;
        }
        Some(self.0 as usize)
    }
}

/// No page: the end of a list of spans.
pub(super) const NO_PAGE: u32 = u32::MAX;

/// The entry of a page.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Page {
    pub(super) kind: Cell<Kind>,
    pub(super) born: Cell<u8>,
    pub(super) free: Cell<u16>,
    pub(super) reach: Cell<u32>,
    pub(super) next: Cell<u32>,
    pub(super) prev: Cell<u32>,
    pub(super) bits: [Cell<u64>; 2],
}

const _: () = assert!(size_of::<Page>() == 32);
const _: () = assert!(NO_CLASS == Kind::OFFERED.0 as usize + 1);
const _: () = assert!(PAGE_BYTES / GRANULE_BYTES == u64::BITS as usize);

impl Page {
    /// The entry of a page that nobody has: all zero, as leaves are at first.
    pub(super) const fn nobody() -> Page {
        Page {
            kind: Cell::new(Kind::NONE),
            born: Cell::new(0),
            free: Cell::new(0),
            reach: Cell::new(0),
            next: Cell::new(0),
            prev: Cell::new(0),
            bits: [const { Cell::new(0) }; 2],
        }
    }

    /// Where chunks begin, a bit a granule.
    pub(super) fn starts(&self) -> &Cell<u64> {
        &self.bits[0]
    }

    /// Which of them are free.
    pub(super) fn free_starts(&self) -> &Cell<u64> {
        &self.bits[1]
    }

    /// In the last page of a chunk: how many pages back it begins.
    pub(super) fn back(&self) -> &Cell<u32> {
        &self.prev
    }

    /// In a page of a span: the lower half of the address where the span begins.
    pub(super) fn span_start(&self) -> &Cell<u32> {
        &self.reach
    }

    /// How far an address of this page of a span lies behind the start of the span.
    #[inline(always)]
    pub(super) fn offset(&self, address: usize) -> usize {
        (address as u32).wrapping_sub(self.span_start().get()) as usize
    }

    /// The same, said so that a constant class of a power of two needs no multiplication.
    ///
    /// # Safety
    /// - It is a page of a span.
    #[inline(always)]
    pub(super) unsafe fn offset_in_span(&self, address: usize) -> usize {
        let starts_a_page = (self.span_start().get() as usize).is_multiple_of(PAGE_BYTES);
        // SAFETY: contract of this function: a span begins at a page.
        unsafe { assert_unchecked(starts_a_page) };
        self.offset(address)
    }

    /// Makes it a page in which no chunk begins.
    pub(super) fn clear(&self, kind: Kind) {
        self.kind.set(kind);
        self.born.set(0);
        self.bits[0].set(0);
        self.bits[1].set(0);
    }
}
