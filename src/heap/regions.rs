//! The regions that a simple heap holds from its source: a list through their first bytes.
//!
//! ```text
//! |previous|size| bytes for the heap ...        |     one region
//!  ^ last
//! ```
//!
//! A heap asks for as little as it needs: growing in big steps is what a small program pays for in
//! memory. After a first region of 64 KiB the step is the request, a 64th of what is held, or a page,
//! whichever is most. A source that hands out its memory in order (a fixed region) lets the last region
//! grow in place, so that nothing is lost between two.
//!
//! # How is this safe?
//! A region belongs to the list from the moment the source hands it out until it goes back; its two words
//! are written then and read by nobody else.
//!
//! # Costs
//! 16 bytes a region, one request to the source for each.

use super::place::{GRANULE_BYTES, Place, WORD_BYTES, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout, PAGE_BYTES};
use core::cell::Cell;

/// The first region of a heap.
pub(super) const FIRST_BYTES: usize = 64 * 1024;

/// A heap grows by at least this part of what it holds.
pub(super) const GROWTH_DIVISOR: usize = 64;

/// What the list keeps at the start of each region.
const HEAD_BYTES: usize = 2 * WORD_BYTES;

const PREVIOUS: usize = 0;
const SIZE: usize = 1;

/// Bytes from `start` to `end`, free for the heap to use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) start: Place,
    pub(super) end: Place,
}

impl Span {
    /// No bytes.
    pub(super) const EMPTY: Span = Span {
        start: Place::NONE,
        end: Place::NONE,
    };

    /// Its length in bytes.
    pub(super) const fn bytes(self) -> usize {
        self.end.0 - self.start.0
    }

    /// Whether `size` bytes from `place` lie in it.
    pub(super) const fn holds(self, place: Place, size: usize) -> bool {
        self.start.0 <= place.0 && place.0 <= self.end.0 && size <= self.end.0 - place.0
    }
}

/// All regions of a heap, the last one first.
///
/// # Invariants
/// - **Listed**: `last` is 0 or a region that the source handed out and has not got back; its first word
///   is the region before it, or 0, and its second word is its size in bytes.
/// - **Sum**: `held` is the sum of the sizes of the listed regions.
#[derive(Debug)]
pub(super) struct Regions<A: Allocator> {
    source: A,
    last: Cell<Place>,
    held: Cell<usize>,
    held_peak: Cell<usize>,
    count: Cell<usize>,
}

impl<A: Allocator> Regions<A> {
    pub(super) const fn new(source: A) -> Regions<A> {
        // INVARIANT: **Listed** and **Sum** hold: there is no region.
        Regions {
            source,
            last: Cell::new(Place::NONE),
            held: Cell::new(0),
            held_peak: Cell::new(0),
            count: Cell::new(0),
        }
    }

    /// Where the regions come from.
    pub(super) fn source(&self) -> &A {
        &self.source
    }

    /// Bytes held from the source.
    pub(super) fn held_bytes(&self) -> usize {
        self.held.get()
    }

    /// The most that were held at once.
    pub(super) fn held_bytes_peak(&self) -> usize {
        self.held_peak.get()
    }

    /// How many regions there are.
    pub(super) fn count(&self) -> usize {
        self.count.get()
    }

    /// The bytes of the last region behind its head; empty if there is none.
    pub(super) fn last(&self) -> Span {
        match self.last.get() {
            Place::NONE => Span::EMPTY,
            region => span_from_region(region, self.size(region)),
        }
    }

    /// Calls `visit` with the bytes of each region, the last one first.
    pub(super) fn for_each(&self, mut visit: impl FnMut(Span)) {
        let mut region = self.last.get();
        while !region.is_none() {
            visit(span_from_region(region, self.size(region)));
            // SAFETY: by **Listed** of `Regions`.
            region = Place(unsafe { region.word(PREVIOUS) });
        }
    }

    /// Adds at least `need` bytes behind the end of the last region, if the source can do that, and returns
    /// them.
    ///
    /// # Errors
    /// [`AllocError`] if it cannot; nothing has changed.
    pub(super) fn extend(&self, need: usize) -> Result<Span, AllocError> {
        let region = self.last.get();
        if region.is_none() || self.source.grain() != 0 {
            return Err(AllocError);
        }
        let old = self.last();
        let size = self.size(region);
        let wished = [self.step(need), need];
        for additional in wished {
            let Some(layout) = size.checked_add(additional).and_then(region_layout) else {
                continue;
            };
            // SAFETY: by **Listed** of `Regions` the region is live with this size; the new one makes a
            // layout, checked above.
            let resized = unsafe {
                self.source
                    .resize(region.ptr(), region_layout_of(size), layout.size())
            };
            if let Ok(usable) = resized {
                self.set_size(region, usable & !(GRANULE_BYTES - 1));
                return Ok(Span {
                    start: old.end,
                    end: self.last().end,
                });
            }
        }
        Err(AllocError)
    }

    /// A new region with at least `need` bytes behind its head.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no more; nothing has changed.
    pub(super) fn add(&self, need: usize) -> Result<Span, AllocError> {
        let need = need.checked_add(HEAD_BYTES).ok_or(AllocError)?;
        let first = if self.count.get() == 0 {
            FIRST_BYTES
        } else {
            0
        };
        for wished in [self.step(need).max(first), need] {
            let Some(layout) = region_layout(wished) else {
                continue;
            };
            if let Ok(block) = self.source.allocate(layout) {
                return Ok(self.adopt(place_from_ptr(block.cast()), block.len()));
            }
        }
        Err(AllocError)
    }

    /// Gives every region back but the one that was listed first, and returns its bytes.
    pub(super) fn keep_first(&self) -> Span {
        while self.count.get() > 1 {
            self.remove_last();
        }
        self.last()
    }

    /// How much to ask the source for when `need` bytes are missing.
    fn step(&self, need: usize) -> usize {
        need.max(self.held.get() / GROWTH_DIVISOR).max(PAGE_BYTES)
    }

    /// Puts a block of the source on the list.
    fn adopt(&self, region: Place, size: usize) -> Span {
        let size = size & !(GRANULE_BYTES - 1);
        // SAFETY: the block came from the source just now and is longer than its head.
        unsafe {
            region.set_word(PREVIOUS, self.last.get().0);
            region.set_word(SIZE, 0);
        }
        // INVARIANT: **Listed** and **Sum** hold again with the size that `set_size` writes and adds.
        self.last.set(region);
        self.count.set(self.count.get() + 1);
        self.set_size(region, size);
        span_from_region(region, size)
    }

    /// Takes the last region off the list and gives it back.
    fn remove_last(&self) {
        let region = self.last.get();
        let size = self.size(region);
        // INVARIANT: **Listed** and **Sum** hold for the regions before it.
        // SAFETY: by **Listed** of `Regions`; the heap uses no byte of it any more (contract of
        // `keep_first` and of drop).
        unsafe {
            self.last.set(Place(region.word(PREVIOUS)));
            self.held.set(self.held.get() - size);
            self.count.set(self.count.get() - 1);
            self.source.deallocate(region.ptr(), region_layout_of(size));
        }
    }

    fn size(&self, region: Place) -> usize {
        // SAFETY: by **Listed** of `Regions`.
        unsafe { region.word(SIZE) }
    }

    fn set_size(&self, region: Place, size: usize) {
        let before = self.size(region);
        // SAFETY: by **Listed** of `Regions`, the word belongs to the list.
        unsafe { region.set_word(SIZE, size) };
        // INVARIANT: **Sum** holds again with the new size.
        let held = self.held.get() - before + size;
        self.held.set(held);
        self.held_peak.set(self.held_peak.get().max(held));
    }
}

impl<A: Allocator> Drop for Regions<A> {
    fn drop(&mut self) {
        while self.count.get() > 0 {
            self.remove_last();
        }
    }
}

fn span_from_region(region: Place, size: usize) -> Span {
    Span {
        start: region.up(HEAD_BYTES),
        end: region.up(size),
    }
}

/// The layout of a region of at least `size` bytes; `None` if there is no such size.
fn region_layout(size: usize) -> Option<Layout> {
    let size = super::place::granules_from_size(size)?;
    Layout::from_size_align(size, GRANULE_BYTES).ok()
}

/// The layout of a region that exists.
fn region_layout_of(size: usize) -> Layout {
    region_layout(size).unwrap_or(Layout::new::<u128>())
}
