//! The chunks of an arena: a list in the order in which they are filled.

use super::Arena;
use crate::heap::place::{GRANULE_BYTES, Place, WORD_BYTES, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout, PAGE_BYTES};

/// What the arena keeps at the start of each chunk, rounded to granules.
pub(super) const HEAD_BYTES: usize = 2 * GRANULE_BYTES;

const NEXT: usize = 0;
const SIZE: usize = 1;
const NUMBER: usize = 2;

impl<A: Allocator> Arena<A> {
    /// A place for a block in the current chunk.
    pub(super) fn fit(&self, layout: Layout) -> Option<usize> {
        let current = self.current.get();
        if current.is_none() {
            return None;
        }
        let start = self.next.get().checked_next_multiple_of(layout.align())?;
        let end = start.checked_add(layout.size())?;
        (end <= current.0 + self.size(current)).then_some(start)
    }

    /// Goes on to a chunk that has room: a kept one, or a new one behind the current.
    pub(super) fn grow(&self, layout: Layout) -> Result<(), AllocError> {
        let need = layout.size().checked_add(HEAD_BYTES).ok_or(AllocError)?;
        let need = need.checked_add(layout.align()).ok_or(AllocError)?;
        let current = self.current.get();
        let kept = match current.is_none() {
            true => self.first.get(),
            false => self.after(current),
        };
        if !kept.is_none() && self.size(kept) >= need {
            self.enter(kept);
            return Ok(());
        }
        let room = self.limit - self.held.get();
        for wished in [need.max(self.held.get()).max(PAGE_BYTES), need] {
            let wished = wished.next_multiple_of(GRANULE_BYTES);
            if wished > room || Layout::from_size_align(wished, GRANULE_BYTES).is_err() {
                continue;
            }
            if let Ok(block) = self.source.allocate(chunk_layout(wished)) {
                self.list(place_from_ptr(block.cast()), wished, kept);
                return Ok(());
            }
        }
        Err(AllocError)
    }

    /// Lists a new chunk between the current one and `after`, and goes on to it.
    pub(super) fn list(&self, chunk: Place, size: usize, after: Place) {
        let current = self.current.get();
        // SAFETY: the chunk came from the source just now; by **Chunks** of `Arena`, the words of the current one
        // are the arena's own.
        unsafe {
            chunk.set_word(NEXT, after.0);
            chunk.set_word(SIZE, size);
            if !current.is_none() {
                current.set_word(NEXT, chunk.0);
            }
        }
        if current.is_none() {
            self.first.set(chunk);
        }
        // INVARIANT: **Chunks**, **Next** and **Limit** hold again when the chunks behind have their numbers.
        let mut number = self.number(current);
        let mut later = chunk;
        while !later.is_none() {
            number += 1;
            // SAFETY: by **Chunks** of `Arena`.
            unsafe { later.set_word(NUMBER, number) };
            later = self.after(later);
        }
        self.held.set(self.held.get() + size);
        self.enter(chunk);
    }

    /// Makes a chunk the current one, empty.
    pub(super) fn enter(&self, chunk: Place) {
        self.current.set(chunk);
        self.next.set(match chunk.is_none() {
            true => 0,
            false => chunk.up(HEAD_BYTES).0,
        });
    }

    pub(super) fn chunks(&self) -> impl Iterator<Item = Place> {
        let some = |chunk: Place| (!chunk.is_none()).then_some(chunk);
        core::iter::successors(some(self.first.get()), move |&chunk| {
            some(self.after(chunk))
        })
    }

    pub(super) fn after(&self, chunk: Place) -> Place {
        // SAFETY: by **Chunks** of `Arena`.
        Place(unsafe { chunk.word(NEXT) })
    }

    pub(super) fn size(&self, chunk: Place) -> usize {
        // SAFETY: by **Chunks** of `Arena`.
        unsafe { chunk.word(SIZE) }
    }

    /// Which chunk it is, counted from 1; 0 for none.
    pub(super) fn number(&self, chunk: Place) -> usize {
        match chunk.is_none() {
            true => 0,
            // SAFETY: by **Chunks** of `Arena`.
            false => unsafe { chunk.word(NUMBER) },
        }
    }
}

/// The layout of a chunk that exists.
pub(super) fn chunk_layout(size: usize) -> Layout {
    Layout::from_size_align(size, GRANULE_BYTES).unwrap_or(Layout::new::<u128>())
}

const _: () = assert!(HEAD_BYTES >= 3 * WORD_BYTES, "the head has three words");
