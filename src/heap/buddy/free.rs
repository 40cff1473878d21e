//! The free blocks of the buddy heap: filed, struck out, halved and merged.

use super::Buddy;
use super::piece::{BITMAP_BYTES, BITMAP_FREE, NEXT, ORDER_CHUNK, ORDERS, PREVIOUS, Piece};
use crate::heap::place::Place;
use crate::memory::Allocator;

impl<A: Allocator> Buddy<A> {
    /// A block of `order`, out of what is free.
    pub(super) fn take(&self, order: usize) -> Option<Piece> {
        let fitting = self.filled.get() & (u64::MAX << order);
        if fitting == 0 {
            return None;
        }
        self.step();
        let found = fitting.trailing_zeros() as usize;
        if order < ORDER_CHUNK && found >= ORDER_CHUNK {
            self.split_chunk(self.take(ORDER_CHUNK)?);
            return self.take(order);
        }
        let piece = Piece {
            place: self.lists[found].get(),
            order: found,
        };
        self.strike(piece);
        Some(self.halve(piece, order))
    }

    /// Halves a block until it has `order`; the upper halves are free.
    pub(super) fn halve(&self, piece: Piece, order: usize) -> Piece {
        let mut piece = piece;
        while piece.order > order {
            piece.order -= 1;
            self.file(piece.buddy());
        }
        piece
    }

    /// Makes of a free chunk that is filed nowhere a bitmap and small blocks.
    pub(super) fn split_chunk(&self, chunk: Piece) {
        for word in 0..BITMAP_FREE.len() {
            // SAFETY: the chunk is free and in no list (contract of the caller), so its words are the heap's own.
            unsafe { chunk.place.set_word(word, 0) };
        }
        // INVARIANT: **Cover** holds again: the bitmap and its buddies of each order fill the chunk.
        self.split_chunks.set(self.split_chunks.get() + 1);
        for order in BITMAP_BYTES.ilog2() as usize..ORDER_CHUNK {
            let place = chunk.place.up(1 << order);
            self.file(Piece { place, order });
        }
    }

    /// Takes a block back: merges it with its buddies, and files what comes of it.
    pub(super) fn put(&self, piece: Piece) {
        let mut piece = piece;
        while piece.order + 1 < ORDERS && self.is_free(piece.buddy()) {
            self.step();
            self.strike(piece.buddy());
            piece = piece.whole();
        }
        self.file(piece);
        if piece.is_small() && self.is_unused(piece.chunk()) {
            self.join_chunk(piece.chunk());
        }
    }

    /// Whether nothing of a split chunk is in use.
    pub(super) fn is_unused(&self, chunk: Place) -> bool {
        // SAFETY: by **Free** of `Buddy`, a split chunk begins with its bitmap.
        let words = [0, 1, 2, 3].map(|word| unsafe { chunk.word(word) });
        let mut orders = BITMAP_BYTES.ilog2() as usize..ORDER_CHUNK;
        words == BITMAP_FREE
            && orders.all(|order| {
                let place = chunk.up(1 << order);
                self.is_free(Piece { place, order })
            })
    }

    /// Makes of a split chunk in which nothing is in use a chunk again, and merges it with others.
    pub(super) fn join_chunk(&self, chunk: Place) {
        for order in BITMAP_BYTES.ilog2() as usize..ORDER_CHUNK {
            let place = chunk.up(1 << order);
            self.strike(Piece { place, order });
        }
        // INVARIANT: **Cover** holds again: the bitmap is a part of the chunk, which is put back.
        self.split_chunks.set(self.split_chunks.get() - 1);
        self.put(Piece {
            place: chunk,
            order: ORDER_CHUNK,
        });
    }

    /// Whether there is a free block just so.
    pub(super) fn is_free(&self, piece: Piece) -> bool {
        if !piece.is_small() {
            return self.free_chunks.get(piece.place.0) == Some(piece.bytes());
        }
        let (word, bit) = piece.bit();
        // SAFETY: by **Free** of `Buddy`, the chunk of a small block begins with its bitmap, and a block whose bit
        // is set is free and has its order in its first word.
        unsafe { piece.chunk().word(word) & bit != 0 && piece.place.word(NEXT) & 15 == piece.order }
    }

    /// Files a free block.
    pub(super) fn file(&self, piece: Piece) {
        let list = &self.lists[piece.order];
        let next = list.get();
        // SAFETY: the block is free (contract of the callers), so its words are the heap's own; by **Lists** of
        // `Buddy` the next one's are too.
        unsafe {
            piece.place.set_word(NEXT, next.0 | piece.order & 15);
            piece.place.set_word(PREVIOUS, 0);
            if !next.is_none() {
                next.set_word(PREVIOUS, piece.place.0);
            }
        }
        // INVARIANT: **Lists** and **Free** hold again, with the block in front.
        list.set(piece.place);
        self.filled.set(self.filled.get() | 1 << piece.order);
        self.mark(piece, true);
    }

    /// Strikes a filed block out.
    pub(super) fn strike(&self, piece: Piece) {
        let list = &self.lists[piece.order];
        // SAFETY: by **Lists** of `Buddy`: the words of this block and of its neighbours on the list.
        unsafe {
            let next = Place(piece.place.word(NEXT) & !15);
            let previous = Place(piece.place.word(PREVIOUS));
            if !next.is_none() {
                next.set_word(PREVIOUS, previous.0);
            }
            if previous.is_none() {
                list.set(next);
            } else {
                previous.set_word(NEXT, next.0 | piece.order & 15);
            }
        }
        // INVARIANT: **Lists** and **Free** hold again without the block.
        if list.get().is_none() {
            self.filled.set(self.filled.get() & !(1 << piece.order));
        }
        self.mark(piece, false);
    }

    /// Notes that a block is free, or that it is not.
    pub(super) fn mark(&self, piece: Piece, free: bool) {
        if piece.is_small() {
            let (word, bit) = piece.bit();
            // SAFETY: by **Free** of `Buddy`, the chunk of a small block begins with its bitmap.
            unsafe {
                let bits = piece.chunk().word(word) & !bit;
                piece
                    .chunk()
                    .set_word(word, bits | if free { bit } else { 0 });
            }
        } else if free {
            self.free_chunks.insert(piece.place.0, piece.bytes());
        } else {
            self.free_chunks.remove(piece.place.0);
        }
    }

    fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }
}
