//! Where the heap's memory comes from.
//!
//! Growing in small steps is what a small program saves memory by: the first block gets what it needs; then a step
//! is a 32nd of what is held, at least 32 KiB, at most 1 MiB. What the source hands out next to what is held merges with it.
//!
//! Before the source is asked, what the stacks hold back goes to its spans, and recent chunks merge: some of it
//! often serves as well.
//!
//! Over a source with a grain of one page any free pages may go back, after a free: see `kept.rs`. Over any other
//! source memory comes and goes in whole *extents*, on a list through their first granule, and goes back when the
//! heap does.

use super::Spans;
use super::chunk::{Chunk, GRANULE_BYTES};
use super::page::Kind;
use crate::heap::place::{Place, place_from_ptr};
use crate::memory::{AllocError, Allocator, BLOCK_BYTES_MAX, Layout, PAGE_BYTES};
use core::cell::Cell;

/// Growth: at least, at most, and as a part of what is held.
const STEP_BYTES_MIN: usize = 32 * 1024;
const STEP_BYTES_MAX: usize = 1024 * 1024;
const STEP_DIVISOR: usize = 32;

/// The words of an extent's head.
const PREVIOUS: usize = 0;
const SIZE: usize = 1;

/// What is held from the source for blocks.
///
/// # Invariants
/// - **Extents**: `extent` is 0 or the start of a block of a source without a grain; its first word is the one
///   before it or 0, its second its size in bytes. Its first granule is a chunk in use.
#[derive(Debug)]
pub(super) struct Supply {
    held: Cell<usize>,
    held_peak: Cell<usize>,
    pub(super) use_mark: Cell<usize>,
    /// Whether the stacks were emptied since the heap last grew.
    pub(super) emptied: Cell<bool>,
    extent: Cell<Place>,
}

impl Supply {
    pub(super) const fn new() -> Supply {
        // INVARIANT: **Extents** holds: there is none.
        Supply {
            held: Cell::new(0),
            held_peak: Cell::new(0),
            use_mark: Cell::new(0),
            emptied: Cell::new(false),
            extent: Cell::new(Place::NONE),
        }
    }

    /// Counts bytes that came from the source.
    pub(super) fn hold(&self, bytes: usize) {
        self.held.set(self.held.get() + bytes);
        self.held_peak
            .set(self.held_peak.get().max(self.held.get()));
    }

    /// Counts bytes that went back to it.
    pub(super) fn release(&self, bytes: usize) {
        self.held.set(self.held.get() - bytes);
    }

    /// Bytes held from the source for blocks.
    pub(super) fn held_bytes(&self) -> usize {
        self.held.get()
    }

    /// The most that were held at once.
    pub(super) fn held_bytes_peak(&self) -> usize {
        self.held_peak.get()
    }
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// Whether the source's memory may be given back page by page.
    pub(super) fn cuts_pages(&self) -> bool {
        self.source.grain() == PAGE_BYTES
    }

    /// Bytes in spans, chunks in use but for the recent ones, and blocks apart.
    pub(super) fn in_use(&self) -> usize {
        self.supply.held_bytes() - self.bins.bytes() - self.recent.bytes()
    }

    /// Remembers the most in use since the stacks were last emptied.
    #[inline(never)]
    pub(super) fn note_use(&self) {
        let mark = &self.supply.use_mark;
        mark.set(mark.get().max(self.in_use()));
    }

    /// Remembers the most bytes in blocks.
    pub(super) fn note_peak(&self) {
        let peak = &self.tally.bytes_peak;
        peak.set(peak.get().max(self.tally.bytes.get()));
    }

    /// By how much the heap grows.
    pub(super) fn step(&self) -> usize {
        match self.supply.held_bytes() {
            // A heap of a single block: the links of a rest would touch a page of their own.
            0 => PAGE_BYTES,
            held => (held / STEP_DIVISOR).clamp(STEP_BYTES_MIN, STEP_BYTES_MAX),
        }
    }

    /// Adds memory in which a chunk of `bytes` at `align` fits.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no more.
    pub(super) fn grow(&self, bytes: usize, align: usize) -> Result<(), AllocError> {
        let (head, align) = match self.cuts_pages() {
            true => (0, align.max(PAGE_BYTES)),
            // Behind the head of an extent the alignment begins anew.
            false => (align.max(GRANULE_BYTES), PAGE_BYTES),
        };
        let need = bytes.checked_add(head).ok_or(AllocError)?;
        let step = self.step();
        for wished in [need.max(step), need] {
            if wished > BLOCK_BYTES_MAX - PAGE_BYTES {
                return Err(AllocError);
            }
            let layout = Layout::from_size_align(wished.next_multiple_of(PAGE_BYTES), align);
            if let Ok(layout) = layout
                && self.add(layout).is_ok()
            {
                self.note_use();
                return Ok(());
            }
        }
        Err(AllocError)
    }

    /// Adds one block of the source as a free chunk.
    fn add(&self, layout: Layout) -> Result<(), AllocError> {
        let (map, source) = (&self.map, &self.source);
        if !self.cuts_pages() && self.supply.held_bytes() == 0 {
            // First what is known of it: a region takes back only what came last.
            map.reserve(&self.meta, source)?;
        }
        let block = source.allocate(layout)?;
        let (start, bytes) = (place_from_ptr(block.cast()), layout.size());
        if map
            .cover(&self.meta, source, start.0, start.0 + bytes)
            .is_err()
        {
            // SAFETY: the block came from the source just now.
            unsafe { source.deallocate(block.cast(), layout) };
            return Err(AllocError);
        }
        self.note_again(bytes);
        let mut chunk = Chunk { start, bytes };
        self.hold_pages(chunk);
        self.note_fresh(chunk);
        self.withdraw_excess();
        if !self.cuts_pages() {
            let head = Chunk {
                start,
                bytes: GRANULE_BYTES,
            };
            // SAFETY: the block came from the source just now, longer than its head.
            unsafe {
                start.set_word(PREVIOUS, self.supply.extent.get().0);
                start.set_word(SIZE, bytes);
            }
            // INVARIANT: **Extents** holds again with this one as the last.
            self.supply.extent.set(start);
            map.set_chunk(head, false);
            chunk = Chunk {
                start: head.end(),
                bytes: bytes - GRANULE_BYTES,
            };
        }
        self.put_chunk(chunk);
        Ok(())
    }

    /// Holds whole pages that have entries; no chunk begins in them yet.
    pub(super) fn hold_pages(&self, pages: Chunk) {
        self.supply.hold(pages.bytes);
        self.map
            .for_each_page(pages.start.0, pages.bytes, |page| page.clear(Kind::CHUNKS));
    }

    /// Calls `visit` with the start of each extent, the last one first.
    pub(super) fn for_each_extent(&self, mut visit: impl FnMut(Place)) {
        let mut extent = self.supply.extent.get();
        while !extent.is_none() {
            visit(extent);
            // SAFETY: by **Extents** of `Supply`.
            extent = Place(unsafe { extent.word(PREVIOUS) });
        }
    }

    /// Gives the extents of a source without a grain back, the last one first.
    ///
    /// # Safety
    /// - Nobody uses a block of the heap after this.
    pub(super) unsafe fn give_extents_back(&self) {
        while !self.supply.extent.get().is_none() {
            let extent = self.supply.extent.get();
            // SAFETY: by **Extents** of `Supply`; nobody uses a byte of it (contract of this function).
            unsafe {
                let (previous, size) = (extent.word(PREVIOUS), extent.word(SIZE));
                // INVARIANT: **Extents** holds for the one before it.
                self.supply.extent.set(Place(previous));
                if let Ok(layout) = Layout::from_size_align(size, PAGE_BYTES) {
                    self.source.deallocate(extent.ptr(), layout);
                }
            }
        }
    }

    /// Gives every page back that the map calls the heap's own.
    ///
    /// # Safety
    /// - Nobody uses a block of the heap after this.
    pub(super) unsafe fn give_all_pages_back(&self) {
        let (mut start, mut end) = (0, 0);
        self.for_each_held(&mut |address, length| {
            if address != end {
                // SAFETY: the pages from `start` to `end` came from the source, as below.
                unsafe { self.give_run_back(start, end - start) };
                start = address;
            }
            end = address + length;
        });
        // SAFETY: by **Tiles** of `Spans`, held pages came from the source; nobody uses them (contract of this
        // function).
        unsafe { self.give_run_back(start, end - start) };
    }

    /// Gives pages to the source, and leaves the map alone.
    ///
    /// # Safety
    /// - The pages came from the source, and nobody uses them.
    #[inline(never)]
    pub(super) unsafe fn give_run_back(&self, start: usize, length: usize) {
        if let Ok(layout) = Layout::from_size_align(length, PAGE_BYTES)
            && length > 0
        {
            // SAFETY: contract of this function; a source with a grain takes parts back.
            unsafe { self.source.deallocate(Place(start).ptr(), layout) };
        }
    }
}
