//! Memory for the heap's own bookkeeping, in blocks of the source that hold nothing else.
//!
//! A wild write into a block of the program cannot reach what is here: it is mapped apart. Pieces are cut one
//! behind the other and stay until the heap goes.
//!
//! # Costs
//! 16 bytes a block of the source; blocks grow from one page to 16.

use crate::heap::place::{Place, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout, PAGE_BYTES};
use core::cell::Cell;
use core::ptr::NonNull;

const FIRST_PAGES: usize = 1;
const PAGES_MAX: usize = 16;

/// Pieces begin at a multiple of this.
const ALIGN_BYTES: usize = 16;

const PREVIOUS: usize = 0;
const SIZE: usize = 1;
const HEAD_BYTES: usize = 16;

/// The blocks and where the next piece begins.
///
/// # Invariants
/// - **Blocks**: `last` is 0 or a block of the source that this list has alone; its first word is the block
///   before it or 0, its second its size in bytes. `held` is the sum of the sizes.
/// - **Rest**: `next` to `end` are bytes of the last block, or lent ones, that nobody has, all zero.
#[derive(Debug)]
pub(super) struct Meta {
    last: Cell<Place>,
    next: Cell<usize>,
    end: Cell<usize>,
    held: Cell<usize>,
}

impl Meta {
    pub(super) const fn new() -> Meta {
        // INVARIANT: **Blocks** and **Rest** hold: there is no block.
        Meta {
            last: Cell::new(Place::NONE),
            next: Cell::new(0),
            end: Cell::new(0),
            held: Cell::new(0),
        }
    }

    /// Lends it bytes for the first pieces.
    ///
    /// # Safety
    /// - They begin at a multiple of [`ALIGN_BYTES`], are zero, and nobody else's until all is given back.
    pub(super) unsafe fn lend(&self, bytes: NonNull<[u8]>) {
        let start = place_from_ptr(bytes.cast()).0;
        // INVARIANT: **Rest** holds by the contract of this function.
        self.next.set(start);
        self.end.set(start + bytes.len());
    }

    /// Bytes held from the source.
    pub(super) fn held_bytes(&self) -> usize {
        self.held.get()
    }

    /// Sees to it that the next pieces, `bytes` together, can be had.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no more.
    pub(super) fn reserve<A: Allocator>(&self, source: &A, bytes: usize) -> Result<(), AllocError> {
        if self.end.get() - self.next.get() >= bytes {
            return Ok(());
        }
        let pages = (self.held.get() / PAGE_BYTES).clamp(FIRST_PAGES, PAGES_MAX);
        let need = (HEAD_BYTES + bytes).next_multiple_of(PAGE_BYTES);
        let size = need.max(pages * PAGE_BYTES);
        self.add(source, size)
            .or_else(|AllocError| self.add(source, need))
    }

    /// `bytes` zero bytes, at a multiple of 16, that stay as long as the heap.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no more; never after [`reserve`](Meta::reserve) of as much.
    pub(super) fn take<A: Allocator>(&self, source: &A, bytes: usize) -> Result<Place, AllocError> {
        let bytes = bytes.next_multiple_of(ALIGN_BYTES);
        self.reserve(source, bytes)?;
        let piece = Place(self.next.get());
        // INVARIANT: **Rest** holds again for what is behind the piece.
        self.next.set(piece.0 + bytes);
        Ok(piece)
    }

    fn add<A: Allocator>(&self, source: &A, size: usize) -> Result<(), AllocError> {
        let layout = block_layout(size).ok_or(AllocError)?;
        let block = place_from_ptr(source.allocate_zeroed(layout)?.cast());
        // SAFETY: the block came from the source just now, aligned to its words and longer than both.
        unsafe {
            block.set_word(PREVIOUS, self.last.get().0);
            block.set_word(SIZE, size);
        }
        // INVARIANT: **Blocks** and **Rest** hold with the new block as the last.
        self.last.set(block);
        self.next.set(block.0 + HEAD_BYTES);
        self.end.set(block.0 + size);
        self.held.set(self.held.get() + size);
        Ok(())
    }

    /// Gives all of it back; every piece ends here.
    ///
    /// # Safety
    /// - Nobody uses a piece after this.
    pub(super) unsafe fn give_back<A: Allocator>(&self, source: &A) {
        while !self.last.get().is_none() {
            let block = self.last.get();
            // SAFETY: by **Blocks** of `Meta`; nobody uses a piece of it any more (contract of this function).
            unsafe {
                let (previous, size) = (block.word(PREVIOUS), block.word(SIZE));
                // INVARIANT: **Blocks** holds for the block before it.
                self.last.set(Place(previous));
                if let Some(layout) = block_layout(size) {
                    source.deallocate(block.ptr(), layout);
                }
            }
        }
        // INVARIANT: **Rest** holds: there is no block.
        self.next.set(0);
        self.end.set(0);
        self.held.set(0);
    }
}

fn block_layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size, ALIGN_BYTES).ok()
}
