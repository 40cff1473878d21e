//! The buddy heap as an [`Allocator`], and how it grows.

use super::Buddy;
use super::piece::{CHUNK_BYTES, ORDER_CHUNK, ORDER_MIN, Piece, order_from_layout};
use crate::heap::place::{Place, place_from_ptr};
use crate::heap::regions::{FIRST_BYTES, GROWTH_DIVISOR};
use crate::memory::{AllocError, Allocator, Layout};
use core::ptr::NonNull;

impl<A: Allocator> Buddy<A> {
    /// Bytes held from the source.
    pub(in crate::heap) fn held(&self) -> usize {
        self.regions.bytes() + self.regions.table_bytes() + self.free_chunks.table_bytes()
    }

    /// Adds a free block of at least `order`, and at least a 64th of what is held.
    fn grow(&self, order: usize) -> Result<(), AllocError> {
        let least = order.max(ORDER_CHUNK);
        let step = match self.regions.count() {
            0 => FIRST_BYTES,
            _ => (self.regions.bytes() / GROWTH_DIVISOR).max(CHUNK_BYTES),
        };
        for order in [least.max(step.ilog2() as usize), least] {
            let size = 1 << order;
            let layout = Layout::from_size_align(size, size).map_err(|_| AllocError)?;
            let Ok(block) = self.source.allocate(layout) else {
                continue;
            };
            let place = place_from_ptr(block.cast());
            if self.make_room(size).is_err() {
                return_region(&self.source, place, size);
                continue;
            }
            // INVARIANT: **Cover** holds again: the new region is one free block.
            self.regions.insert(place.0, size);
            self.put(Piece { place, order });
            self.held_peak.set(self.held_peak.get().max(self.held()));
            return Ok(());
        }
        Err(AllocError)
    }

    /// Makes sure that the tables have room for a region of `size` more.
    fn make_room(&self, size: usize) -> Result<(), AllocError> {
        // No more than every second chunk can be free on its own.
        let chunks = (self.regions.bytes() + size) / CHUNK_BYTES;
        self.free_chunks.reserve(&self.source, chunks / 2 + 1)?;
        self.regions.reserve(&self.source, self.regions.count() + 1)
    }

    /// Gives everything back; no block is live.
    fn give_back(&self) {
        // INVARIANT: all hold: there is no region.
        for list in &self.lists {
            list.set(Place::NONE);
        }
        self.filled.set(0);
        self.split_chunks.set(0);
        self.free_chunks.clear(&self.source);
        self.regions.for_each(|address, size| {
            return_region(&self.source, Place(address), size);
        });
        self.regions.clear(&self.source);
    }

    /// Counts a block of `before` bytes as one of `after`.
    fn count(&self, before: usize, after: usize) {
        let used = self.used.get() - before + after;
        self.used.set(used);
        self.used_peak.set(self.used_peak.get().max(used));
    }
}

/// Gives a region back to the source.
fn return_region(source: &dyn Allocator, start: Place, size: usize) {
    let layout = Layout::from_size_align(size, size).unwrap_or(Layout::new::<u128>());
    // SAFETY: the region came from the source with this layout, and no block lies in it: checked by the callers.
    unsafe { source.deallocate(start.ptr(), layout) };
}

// SAFETY: by **Cover** of `Buddy` blocks share no byte; regions stay where they are when the heap is moved. A
// block begins at a multiple of its size, which is at least the alignment: checked by `order_from_layout`.
unsafe impl<A: Allocator> Allocator for Buddy<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let order = order_from_layout(layout.size(), layout.align()).ok_or(AllocError)?;
        let piece = match self.take(order) {
            Some(piece) => piece,
            None => {
                self.grow(order)?;
                self.take(order).ok_or(AllocError)?
            }
        };
        self.blocks.set(self.blocks.get() + 1);
        self.count(0, piece.bytes());
        Ok(piece.place.block(piece.bytes()))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        let place = place_from_ptr(ptr);
        let order = order_from_layout(layout.size(), layout.align()).unwrap_or(ORDER_MIN);
        let piece = Piece { place, order };
        self.put(piece);
        self.blocks.set(self.blocks.get() - 1);
        self.count(piece.bytes(), 0);
        // A pair at the border of the first region costs the source nothing.
        if self.blocks.get() == 0 && self.regions.count() > 1 && self.source.grain() != 0 {
            self.give_back();
        }
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let place = place_from_ptr(ptr);
        let old_order = order_from_layout(old.size(), old.align()).ok_or(AllocError)?;
        let order = order_from_layout(new_size, old.align()).ok_or(AllocError)?;
        // A whole chunk cannot become a small block: there is no bitmap in front of it.
        if order > old_order || order < ORDER_CHUNK && old_order >= ORDER_CHUNK {
            return Err(AllocError);
        }
        let old_piece = Piece {
            place,
            order: old_order,
        };
        let piece = self.halve(old_piece, order);
        self.count(old_piece.bytes(), piece.bytes());
        Ok(piece.bytes())
    }
}

impl<A: Allocator> Drop for Buddy<A> {
    fn drop(&mut self) {
        self.give_back();
    }
}
