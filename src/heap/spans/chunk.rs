//! Where chunks begin and end, and who their neighbours are: all of it out of line, in the entries of pages.
//!
//! Pages that are not spans are cut into *chunks* of whole granules, without a gap. A bit in the entry of a
//! page says that a chunk begins at a granule, another that this chunk is free. The last chunk of a page may
//! reach into later pages: then its first page knows how far, and its last page how far back.
//!
//! ```text
//! page       |c....d.......|.............|......e..f...|
//! starts      1    1                            1  1
//! reach            ^ of d, in granules
//! back                                    ^ 2 pages to d
//! ```
//!
//! So the size of a chunk and both neighbours are found in constant time, and no word of a block of the
//! program has to be believed.

use super::map::PageMap;
use super::page::{Kind, Page};
use crate::heap::place::Place;
use crate::memory::PAGE_BYTES;

/// Chunks begin at, and are, multiples of this.
pub(super) const GRANULE_BYTES: usize = 64;

/// The longest chunk: its granules are counted in 32 bits.
pub(super) const CHUNK_BYTES_MAX: usize = (u32::MAX as usize) * GRANULE_BYTES;

/// Bytes between two granules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Chunk {
    pub(super) start: Place,
    pub(super) bytes: usize,
}

impl Chunk {
    /// The first byte behind it.
    pub(super) fn end(self) -> Place {
        self.start.up(self.bytes)
    }

    /// Its size in granules.
    pub(super) fn granules(self) -> usize {
        self.bytes / GRANULE_BYTES
    }

    /// The whole pages in it, as start and length; the length may be 0.
    pub(super) fn pages(self) -> (usize, usize) {
        let start = self.start.0.next_multiple_of(PAGE_BYTES);
        let end = self.end().0 / PAGE_BYTES * PAGE_BYTES;
        (start, end.saturating_sub(start))
    }
}

/// The bit of the granule at `address`.
fn bit(address: usize) -> u64 {
    1 << (address / GRANULE_BYTES % u64::BITS as usize)
}

/// The first byte of the page of `address`.
pub(super) const fn page_start(address: usize) -> usize {
    address / PAGE_BYTES * PAGE_BYTES
}

impl PageMap {
    /// Whether a chunk in use begins at `address`, and whether a free one does.
    pub(super) fn chunk_state(&self, address: usize) -> Option<bool> {
        state_in(self.find(address)?, address)
    }

    /// The chunk that begins at `address`, if one does, and whether it is free.
    pub(super) fn chunk_at(&self, address: usize) -> Option<(Chunk, bool)> {
        let page = self.find(address)?;
        Some((chunk_in(page, Place(address)), state_in(page, address)?))
    }

    /// The chunk that begins at `start`.
    pub(super) fn chunk(&self, start: Place) -> Chunk {
        chunk_in(self.entry(start.0), start)
    }

    /// Makes a chunk of bytes in which none begins but perhaps this one.
    pub(super) fn set_chunk(&self, chunk: Chunk, free: bool) {
        let start = chunk.start.0;
        let page = self.entry(start);
        page.kind.set(Kind::CHUNKS);
        page.starts().set(page.starts().get() | bit(start));
        let others = page.free_starts().get() & !bit(start);
        page.free_starts()
            .set(others | if free { bit(start) } else { 0 });
        let first_page = page_start(start);
        if chunk.end().0 >= first_page + PAGE_BYTES {
            page.reach.set(chunk.granules() as u32);
        }
        let last_page = page_start(chunk.end().0 - 1);
        if last_page != first_page {
            let last = self.entry(last_page);
            last.kind.set(Kind::CHUNKS);
            last.back()
                .set(((last_page - first_page) / PAGE_BYTES) as u32);
        }
    }

    /// Forgets that a chunk begins there.
    pub(super) fn clear_chunk(&self, chunk: Chunk) {
        let page = self.entry(chunk.start.0);
        let own = bit(chunk.start.0);
        page.starts().set(page.starts().get() & !own);
        page.free_starts().set(page.free_starts().get() & !own);
    }

    /// The free chunk that begins at `end`, if there is one.
    pub(super) fn free_after(&self, end: Place) -> Option<Chunk> {
        match self.chunk_at(end.0) {
            Some((chunk, true)) => Some(chunk),
            _ => None,
        }
    }

    /// The free chunk that ends at `start`, if there is one.
    pub(super) fn free_before(&self, start: Place) -> Option<Chunk> {
        let before = start.0 - GRANULE_BYTES;
        let page = self.find(before)?;
        if page.kind.get() != Kind::CHUNKS {
            return None;
        }
        // The bits of granules below `start` in the page of the granule before it.
        let below = page.starts().get() & (bit(before) | (bit(before) - 1));
        let (page, found) = match below {
            0 => {
                let first_page = page_start(before) - page.back().get() as usize * PAGE_BYTES;
                let first = self.entry(first_page);
                (first, last_start(first_page, first.starts().get())?)
            }
            below => (page, last_start(page_start(before), below)?),
        };
        (state_in(page, found) == Some(true)).then(|| Chunk {
            start: Place(found),
            bytes: start.0 - found,
        })
    }

    /// Calls `visit` with the entries of the pages from `start` on that have one.
    pub(super) fn for_each_page(&self, start: usize, length: usize, visit: impl Fn(&Page)) {
        for address in (start..start + length).step_by(PAGE_BYTES) {
            if let Some(page) = self.find(address) {
                visit(page);
            }
        }
    }
}

/// The granules of the chunk in use that begins at `address` of a page, or 0.
#[inline(always)]
pub(super) fn granules_in_use(page: &Page, address: usize) -> usize {
    match state_in(page, address) {
        Some(false) => chunk_in(page, Place(address)).granules(),
        _ => 0,
    }
}

/// Whether a chunk in use begins at `address` of a page, and whether a free one does.
fn state_in(page: &Page, address: usize) -> Option<bool> {
    let starts = page.kind.get() == Kind::CHUNKS && page.starts().get() & bit(address) != 0;
    (starts && address.is_multiple_of(GRANULE_BYTES))
        .then(|| page.free_starts().get() & bit(address) != 0)
}

/// The chunk that begins at `start` of a page.
fn chunk_in(page: &Page, start: Place) -> Chunk {
    let own = bit(start.0);
    let above = page.starts().get() & !(own | (own - 1));
    let granules = match above {
        0 => page.reach.get() as usize,
        above => (above.trailing_zeros() - own.trailing_zeros()) as usize,
    };
    Chunk {
        start,
        bytes: granules * GRANULE_BYTES,
    }
}

/// The address of the highest of the granules `bits` of a page.
fn last_start(page: usize, bits: u64) -> Option<usize> {
    Some(page + bits.checked_ilog2()? as usize * GRANULE_BYTES)
}
