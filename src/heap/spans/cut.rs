//! Chunks cut out of free ones, and put back, merged with what is free on both sides.
//!
//! A request takes the tightest free chunk that was found, from its lower end, and whole pages from its upper end: so
//! spans lie side by side, with no rest of a page before each of them. What is left stays free. Blocks above the small
//! ones are chunks of their own, and grow into a free neighbour.
//!
//! # Costs
//! Constant time but for the few looks into a bin; about a hundred instructions to cut or to merge.

use super::chunk::{CHUNK_BYTES_MAX, Chunk, GRANULE_BYTES};
use super::classes::class_from_layout;
use super::{Spans, fault};
use crate::heap::place::Place;
use crate::memory::{AllocError, Allocator, BLOCK_BYTES_MAX, Layout, PAGE_BYTES};
use core::ptr::NonNull;

/// A size in whole granules; `None` for 0 and for what no chunk can be.
pub(super) fn chunk_bytes_from_size(size: usize) -> Option<usize> {
    if size == 0 || size > BLOCK_BYTES_MAX {
        return None;
    }
    Some(size.next_multiple_of(GRANULE_BYTES)).filter(|&bytes| bytes <= CHUNK_BYTES_MAX)
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// A chunk from the free ones, if one fits.
    pub(super) fn take_chunk(&self, bytes: usize, align: usize) -> Option<Chunk> {
        let (free, start) = self.bins.find(&self.map, bytes, align)?;
        self.bins.remove(&self.map, free);
        let block = Chunk { start, bytes };
        self.keep_free(Chunk {
            start: free.start,
            bytes: start.0 - free.start.0,
        });
        // INVARIANT: **Tiles** and **Merged** hold again: the rests on both sides are free chunks of their own,
        // and what touched the whole was in use.
        self.map.set_chunk(block, false);
        self.touch(block);
        self.keep_free(Chunk {
            start: block.end(),
            bytes: free.end().0 - block.end().0,
        });
        Some(block)
    }

    /// A chunk from the free ones, or from what was offered or held back, or from new memory.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory; no block has changed.
    pub(super) fn new_chunk(&self, bytes: usize, align: usize) -> Result<Chunk, AllocError> {
        if let Some(chunk) = self.take_chunk(bytes, align) {
            return Ok(chunk);
        }
        let regained = self.regain(bytes, align);
        // Once between two growths: a program whose blocks are all on the stacks would empty them again and again.
        if !regained && !self.supply.emptied.replace(true) {
            self.flush_all(false);
        } else if !regained {
            self.cool_all();
        }
        if let Some(chunk) = self.take_chunk(bytes, align) {
            return Ok(chunk);
        }
        match self.grow(bytes, align) {
            Ok(()) => self.supply.emptied.set(false),
            Err(AllocError) => self.grow_at_the_limit(bytes, align),
        }
        self.take_chunk(bytes, align).ok_or(AllocError)
    }

    /// Makes a chunk free that was in use or is new, merged with its free neighbours.
    pub(super) fn put_chunk(&self, chunk: Chunk) {
        let mut merged = chunk;
        let after = self.map.free_after(chunk.end());
        if let Some(after) = after.filter(|after| merged.bytes + after.bytes <= CHUNK_BYTES_MAX) {
            self.bins.remove(&self.map, after);
            self.map.clear_chunk(after);
            merged.bytes += after.bytes;
        }
        let before = self.map.free_before(chunk.start);
        if let Some(before) = before.filter(|before| merged.bytes + before.bytes <= CHUNK_BYTES_MAX)
        {
            self.bins.remove(&self.map, before);
            self.map.clear_chunk(chunk);
            merged.start = before.start;
            merged.bytes += before.bytes;
        }
        // INVARIANT: **Tiles** and **Merged** hold again with the merged chunk.
        self.map.set_chunk(merged, true);
        self.bins.insert(merged);
    }

    /// Makes a rest free whose neighbours are in use; there may be no rest.
    #[inline(never)]
    fn keep_free(&self, rest: Chunk) {
        if rest.bytes > 0 {
            self.map.set_chunk(rest, true);
            self.bins.insert(rest);
        }
    }

    /// A block that is no small one.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory or no such size.
    #[cold]
    #[inline(never)]
    pub(super) fn allocate_large(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match self.allocate_recent(layout) {
            Some(block) => Ok(block),
            None => self.cut_block(layout),
        }
    }

    /// The same, from free chunks or new memory.
    #[inline(never)]
    fn cut_block(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let bytes = chunk_bytes_from_size(layout.size()).ok_or(AllocError)?;
        let align = layout.align().max(GRANULE_BYTES);
        let chunk = match self.take_chunk(bytes, align) {
            Some(chunk) => chunk,
            None if self.is_apart(bytes)
                && !self.regain(bytes, align)
                && let Ok(block) = self.allocate_apart(layout) =>
            {
                return Ok(block);
            }
            None => self.new_chunk(bytes, align)?,
        };
        Ok(self.hand_out(chunk))
    }

    /// A free chunk as a block, if one fits.
    pub(super) fn take_block(&self, bytes: usize, align: usize) -> Option<NonNull<[u8]>> {
        Some(self.hand_out(self.take_chunk(bytes, align)?))
    }

    /// Counts a chunk as a block.
    pub(super) fn hand_out(&self, chunk: Chunk) -> NonNull<[u8]> {
        self.tally.add(1, chunk.bytes);
        self.note_peak();
        chunk.start.block(chunk.bytes)
    }

    /// Takes back a block that is no small one.
    ///
    /// # Safety
    /// - As [`Allocator::deallocate`].
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn deallocate_large(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function.
        unsafe {
            if !self.deallocate_recent(ptr.addr().get(), layout.size()) {
                self.deallocate_further(ptr, layout);
            }
        }
    }

    /// The same, of what cannot be kept at once.
    ///
    /// # Safety
    /// - As [`Allocator::deallocate`].
    #[inline(never)]
    unsafe fn deallocate_further(&self, ptr: NonNull<u8>, layout: Layout) {
        let start = Place(ptr.addr().get());
        match self.large_chunk(start, layout) {
            Some(chunk) => self.take_back_and_settle(chunk),
            // SAFETY: contract of this function; `large_chunk` has checked that it is a block apart.
            None => unsafe {
                self.deallocate_apart(start);
                self.settle(layout.size());
            },
        }
    }

    /// The same, if one look tells that it is a chunk in use of this heap; whether it is.
    ///
    /// # Safety
    /// - As [`Allocator::deallocate`].
    #[inline(never)]
    pub(in crate::heap) unsafe fn deallocate_chunk(
        &self,
        ptr: NonNull<u8>,
        layout: Layout,
    ) -> bool {
        let Some((chunk, false)) = self.map.chunk_at(ptr.addr().get()) else {
            return false;
        };
        self.check_chunk(chunk, layout);
        self.take_back_and_settle(chunk);
        true
    }

    /// Takes back a chunk in use, and gives back what is too much.
    #[inline(never)]
    pub(super) fn take_back_and_settle(&self, chunk: Chunk) {
        self.take_back(chunk);
        self.settle(chunk.bytes);
    }

    /// Keeps a chunk in use that has come back, or makes it free.
    fn take_back(&self, chunk: Chunk) {
        if !self.keep_recent(chunk) {
            self.tally.subtract(1, chunk.bytes);
            self.put_chunk(chunk);
        }
    }

    /// The chunk in use at `start`, or `None` for a block apart; ends the program if it is neither, or has
    /// another size.
    fn large_chunk(&self, start: Place, layout: Layout) -> Option<Chunk> {
        if let Some((chunk, false)) = self.map.chunk_at(start.0) {
            self.check_chunk(chunk, layout);
            return Some(chunk);
        }
        match self.apart_bytes(start.0) {
            Some(usable) => check_size(start, layout, usable, PAGE_BYTES),
            None => self.misused(start.0, layout),
        }
        None
    }

    /// Ends the program if a chunk in use is in nobody's hands, or has another size than its layout.
    fn check_chunk(&self, chunk: Chunk, layout: Layout) {
        if self.recent.keeps(chunk) {
            fault::double_free(chunk.start.0);
        }
        check_size(chunk.start, layout, chunk.bytes, GRANULE_BYTES);
    }

    /// Gives a block that is no small one a new size where it is.
    ///
    /// # Safety
    /// - As [`Allocator::resize`].
    ///
    /// # Errors
    /// [`AllocError`] if what follows it is not free, or if the new size makes a small block.
    pub(super) unsafe fn resize_large(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let new = Layout::from_size_align(new_size, old.align()).map_err(|_| AllocError)?;
        let bytes = chunk_bytes_from_size(new_size).ok_or(AllocError)?;
        if class_from_layout(new).is_some() {
            return Err(AllocError);
        }
        let start = Place(ptr.addr().get());
        let usable = match self.large_chunk(start, old) {
            Some(chunk) => self.resize_chunk(chunk, bytes)?,
            // SAFETY: contract of this function; `large_chunk` has checked that it is a block apart.
            None => unsafe { self.resize_apart(start, new_size)? },
        };
        if usable < old.size() {
            self.settle(old.size() - usable);
        }
        Ok(usable)
    }

    /// Gives a chunk in use a new size where it is, which is the answer.
    fn resize_chunk(&self, chunk: Chunk, bytes: usize) -> Result<usize, AllocError> {
        let start = chunk.start;
        if bytes > chunk.bytes {
            self.grow_chunk(chunk, bytes)?;
        } else if bytes < chunk.bytes {
            self.map.set_chunk(Chunk { start, bytes }, false);
            self.put_chunk(Chunk {
                start: start.up(bytes),
                bytes: chunk.bytes - bytes,
            });
        }
        self.tally.subtract(1, chunk.bytes);
        self.tally.add(1, bytes);
        self.note_peak();
        Ok(bytes)
    }

    /// Lets a chunk grow into the free one behind it.
    fn grow_chunk(&self, chunk: Chunk, bytes: usize) -> Result<(), AllocError> {
        let after = self.map.free_after(chunk.end()).ok_or(AllocError)?;
        let missing = bytes - chunk.bytes;
        if after.bytes < missing {
            return Err(AllocError);
        }
        self.bins.remove(&self.map, after);
        self.map.clear_chunk(after);
        let start = chunk.start;
        // INVARIANT: **Tiles** and **Merged** hold again: what follows the rest was in use.
        self.map.set_chunk(Chunk { start, bytes }, false);
        self.keep_free(Chunk {
            start: start.up(bytes),
            bytes: after.bytes - missing,
        });
        Ok(())
    }
}

/// Ends the program unless a block is as long as its layout says, rounded up to less than `rounding` more: no block is
/// shorter than that, so none has a size of 0.
fn check_size(start: Place, layout: Layout, usable: usize, rounding: usize) {
    let size = layout.size();
    if size > usable || usable - size >= rounding {
        fault::layout_mismatch(start.0, size, usable);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Strategy;
    use crate::memory::Kernel;

    #[test]
    fn what_stacks_hold_back_serves_before_the_source_is_asked() {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        let layout = Layout::new::<[u8; 640]>();
        let blocks = [(); 300].map(|()| heap.allocate(layout).unwrap().cast());
        for block in blocks {
            // SAFETY: the block comes from the heap, with this layout.
            unsafe { heap.deallocate(block, layout) };
        }
        let held = heap.supply.held_bytes();
        // The source need not have handed out one long run: each step of growth takes one of these.
        let other = Layout::new::<[u8; 20 << 10]>();
        for _ in 0..held >> 15 {
            heap.allocate(other).unwrap();
        }
        assert_eq!(heap.supply.held_bytes(), held);
        heap.verify();
    }

    #[test]
    fn blocks_that_come_and_go_stay_on_their_stacks() {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        let rounds = |count: usize| {
            for size in (0..count).flat_map(|_| (1..=256).map(|steps| steps * 8)) {
                let layout = Layout::from_size_align(size, 8).unwrap();
                let block = heap.allocate(layout).unwrap().cast();
                // SAFETY: the block comes from the heap, with this layout.
                unsafe { heap.deallocate(block, layout) };
            }
            heap.steps()
        };
        assert_eq!(rounds(20), rounds(20), "no span is asked any more");
    }
}
