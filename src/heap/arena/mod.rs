//! Blocks that live and die together: marks, rewinds, a reset that keeps its memory, and a hard limit.
//!
//! ```text
//! first chunk               current chunk                      kept for later
//! |head| blocks ... full |->|head| blocks | free         |->|head| free       |-> 0
//!                                         ^ next
//! ```
//!
//! A block is cut where `next` stands; nothing is freed one by one. [`mark`](Arena::mark) notes the place,
//! [`rewind`](Arena::rewind) goes back to it, [`reset`](Arena::reset) to the start; the chunks stay for the
//! next round, until [`release`](Arena::release) gives them back. Going back needs the arena alone
//! (`&mut`), and everything made from it borrows it: so the borrow checker proves that nothing outlives it.
//!
//! ```compile_fail,E0502
//! # use nostd_alloc::{heap::Arena, memory::Kernel};
//! let mut arena = Arena::new(Kernel);
//! let number = arena.make(7).unwrap();
//! arena.reset();
//! assert_eq!(*number, 7);
//! ```
//!
//! # How is this safe?
//! `next` only goes down while nobody can hold a block above it.
//!
//! # Costs
//! A few instructions a block, no bytes but alignment; 24 bytes a chunk. Values are not dropped: what owns
//! memory elsewhere would leak it.
//!
//! # Source
//! David Hanson, *Fast allocation and deallocation of memory based on object lifetimes* (1990); what users
//! ask of bumpalo (its issues 26, 61, 66, 135, 305): marks, a reset that keeps all chunks, a limit.

mod chunks;
mod face;

use super::place::Place;
use crate::memory::{AllocError, Allocator, Layout};
use chunks::{HEAD_BYTES, chunk_layout};
use core::cell::Cell;
use core::ptr::NonNull;

/// An arena over the source `A`.
///
/// # Invariants
/// - **Chunks**: `first` begins the list of chunks, each a block of the source with its three words: the next
///   chunk, its size, its number from 1 on. `current` is one of them, or 0 if there is none.
/// - **Next**: `next` lies in the current chunk, and every block lies in a chunk before it or below `next`.
/// - **Limit**: `held` is the sum of the sizes of the chunks, and at most `limit`.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::Arena;
/// use nostd_alloc::memory::Kernel;
///
/// let mut arena = Arena::with_limit(Kernel, 8192);
/// let start = arena.mark();
/// let words = arena.copy_str("as long as the arena").unwrap();
/// let length = arena.make(words.len()).unwrap();
/// assert_eq!(*length, 20);
/// arena.rewind(start);
/// assert_eq!((arena.used_bytes(), arena.held_bytes()), (0, 4096));
/// assert!(arena.make([0u8; 9000]).is_err(), "above the limit");
/// ```
#[derive(Debug)]
pub struct Arena<A: Allocator> {
    source: A,
    limit: usize,
    first: Cell<Place>,
    current: Cell<Place>,
    next: Cell<usize>,
    held: Cell<usize>,
}

/// A place in an arena to go back to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    chunk: Place,
    number: usize,
    next: usize,
}

impl<A: Allocator> Arena<A> {
    /// An empty arena without a limit; it asks `source` for memory when it is first asked.
    pub const fn new(source: A) -> Arena<A> {
        Arena::with_limit(source, usize::MAX)
    }

    /// An empty arena that never holds more than `limit` bytes of its source.
    pub const fn with_limit(source: A, limit: usize) -> Arena<A> {
        // INVARIANT: **Chunks**, **Next** and **Limit** hold: there is no chunk.
        Arena {
            source,
            limit,
            first: Cell::new(Place::NONE),
            current: Cell::new(Place::NONE),
            next: Cell::new(0),
            held: Cell::new(0),
        }
    }

    /// A value that lives as long as the arena is borrowed, and is never dropped.
    ///
    /// # Errors
    /// The value, if there is no memory.
    #[expect(clippy::mut_from_ref, reason = "each block is handed out once")]
    pub fn make<T>(&self, value: T) -> Result<&mut T, T> {
        let layout = Layout::new::<T>();
        if layout.size() == 0 {
            // SAFETY: a value without a size is anywhere that its alignment allows (contract of `dangling`).
            return Ok(unsafe {
                let mut place = NonNull::<T>::dangling();
                place.write(value);
                place.as_mut()
            });
        }
        let Ok(block) = self.allocate(layout) else {
            return Err(value);
        };
        let mut place = block.cast::<T>();
        // SAFETY: the block came from the arena just now, for this layout, and is written before it is lent; by
        // **Next** of `Arena` nobody else gets it while the arena is borrowed.
        unsafe {
            place.write(value);
            Ok(place.as_mut())
        }
    }

    /// A copy of a text that lives as long as the arena is borrowed.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory.
    pub fn copy_str(&self, text: &str) -> Result<&str, AllocError> {
        if text.is_empty() {
            return Ok("");
        }
        let block = self.allocate(Layout::for_value(text))?.cast::<u8>();
        // SAFETY: the block came from the arena just now with so many bytes, and they are copied from a text,
        // checked by its type.
        unsafe {
            block.copy_from_nonoverlapping(NonNull::from_ref(text).cast(), text.len());
            let bytes = NonNull::slice_from_raw_parts(block, text.len());
            Ok(core::str::from_utf8_unchecked(bytes.as_ref()))
        }
    }

    /// Where the arena stands now.
    pub fn mark(&self) -> Mark {
        Mark {
            chunk: self.current.get(),
            number: self.number(self.current.get()),
            next: self.next.get(),
        }
    }

    /// Goes back to a mark; what was made since is gone, its memory is kept.
    ///
    /// # Panics
    /// If the mark does not lie behind where the arena stands: it is from another arena, or from before a
    /// rewind to an earlier mark.
    pub fn rewind(&mut self, mark: Mark) {
        if mark.chunk.is_none() {
            return self.reset();
        }
        let known = self.chunks().any(|chunk| chunk == mark.chunk);
        let now = (self.number(self.current.get()), self.next.get());
        assert!(
            known && (mark.number, mark.next) <= now,
            "a mark that the arena is not behind"
        );
        // INVARIANT: **Next** holds again: the arena is borrowed alone, so no block is left.
        self.current.set(mark.chunk);
        self.next.set(mark.next);
    }

    /// Goes back to the start and keeps all memory.
    pub fn reset(&mut self) {
        // INVARIANT: **Next** holds again: the arena is borrowed alone, so no block is left.
        self.enter(self.first.get());
    }

    /// Goes back to the start and gives all memory back to the source.
    pub fn release(&mut self) {
        let mut chunk = self.first.get();
        while !chunk.is_none() {
            let (next, size) = (self.after(chunk), self.size(chunk));
            // SAFETY: by **Chunks** of `Arena` it is a block of the source with this size; the arena is borrowed
            // alone, so no block is left in it: checked by the signature.
            unsafe { self.source.deallocate(chunk.ptr(), chunk_layout(size)) };
            chunk = next;
        }
        // INVARIANT: **Chunks**, **Next** and **Limit** hold: there is no chunk.
        self.first.set(Place::NONE);
        self.enter(Place::NONE);
        self.held.set(0);
    }

    /// Bytes held from the source.
    pub fn held_bytes(&self) -> usize {
        self.held.get()
    }

    /// Bytes from the start to where the arena stands: blocks, and what was skipped between them.
    pub fn used_bytes(&self) -> usize {
        let current = self.current.get();
        let before = self.chunks().take_while(|&chunk| chunk != current);
        let full: usize = before.map(|chunk| self.size(chunk) - HEAD_BYTES).sum();
        match current.is_none() {
            true => 0,
            false => full + self.next.get() - current.up(HEAD_BYTES).0,
        }
    }

    /// Where the memory comes from.
    pub fn source(&self) -> &A {
        &self.source
    }

    /// Walks the chunks and asserts every invariant by name.
    ///
    /// # Panics
    /// If the arena is damaged.
    pub fn verify(&self) {
        let (mut held, mut seen) = (0, self.current.get().is_none());
        for (index, chunk) in self.chunks().enumerate() {
            assert!(self.number(chunk) == index + 1, "Chunks: out of order");
            held += self.size(chunk);
            if chunk == self.current.get() {
                let inside = chunk.0 + HEAD_BYTES..=chunk.0 + self.size(chunk);
                assert!(inside.contains(&self.next.get()), "Next: outside");
                seen = true;
            }
        }
        assert!(seen, "Chunks: the current one is not listed");
        assert!(held == self.held.get(), "Limit: bytes held");
        assert!(held <= self.limit, "Limit: more than allowed");
    }
}

impl<A: Allocator> Drop for Arena<A> {
    fn drop(&mut self) {
        self.release();
    }
}
