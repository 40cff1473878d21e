//! The general heap as an [`Allocator`]: which way a block goes, and what is checked when it comes back.
//!
//! Over a source with a grain, size and alignment alone decide whether a block lies in a region or is mapped
//! apart; both come back with the block. So that any size from the requested to the usable one decides the
//! same, the usable size of a block in a region is cut to what a region may hold, and a resize across the
//! border is refused: `reallocate` copies.

use super::apart;
use super::block::{Block, TAG_BYTES, Tag};
use super::cut::block_size_from_size;
use super::fault;
use super::{APART_BYTES_MIN, FreeList};
use crate::heap::place::{GRANULE_BYTES, Place, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout};
use core::ptr::NonNull;

/// A way to ask a source for a block.
type Map<A> = fn(&A, Layout) -> Result<NonNull<[u8]>, AllocError>;

impl<A: Allocator> FreeList<A> {
    /// Whether blocks of this layout are mapped apart.
    #[inline]
    fn is_apart(&self, size: usize, align: usize) -> bool {
        (size >= APART_BYTES_MIN || align >= APART_BYTES_MIN) && self.has_grain()
    }

    /// What a program may use of a block with this tag.
    #[inline]
    fn usable(&self, tag: Tag) -> usize {
        let usable = tag.size() - TAG_BYTES;
        if self.has_grain() {
            usable.min(APART_BYTES_MIN - 1)
        } else {
            usable
        }
    }

    /// The slice that is handed out for a block.
    #[inline]
    fn handed_out(&self, block: Block, tag: Tag) -> NonNull<[u8]> {
        block.place().block(self.usable(tag))
    }

    /// The block that `ptr` names, in use and with a size that fits: else the program ends.
    #[inline]
    fn owned(&self, ptr: NonNull<u8>, layout: Layout) -> (Block, Tag) {
        let address = ptr.addr().get();
        let Some(block) = self.bins.block_at(address) else {
            fault::invalid_free(address);
        };
        let Some(tag) = block.tag() else {
            fault::invalid_free(address);
        };
        if !tag.is_in_use() {
            fault::double_free(address);
        }
        let least = block_size_from_size(layout.size()).unwrap_or(usize::MAX);
        let fits = least <= tag.size() && tag.size() - least <= GRANULE_BYTES;
        if !fits || address & (layout.align() - 1) != 0 {
            fault::layout_mismatch(address, layout.size(), tag.size().saturating_sub(TAG_BYTES));
        }
        (block, tag)
    }

    /// The size of the block mapped apart that `ptr` names.
    fn owned_apart(&self, ptr: NonNull<u8>, layout: Layout) -> usize {
        let address = ptr.addr().get();
        let Some(size) = self.apart.size(address) else {
            fault::invalid_free(address);
        };
        if layout.size().next_multiple_of(self.source.grain()) != size {
            fault::layout_mismatch(address, layout.size(), size);
        }
        size
    }

    /// Maps a block apart by `map`.
    #[cold]
    fn allocate_apart(&self, layout: Layout, map: Map<A>) -> Result<NonNull<[u8]>, AllocError> {
        let table_bytes = self.apart.table_bytes();
        if layout.size() == 0 {
            return Err(AllocError);
        }
        self.apart.reserve(&self.source)?;
        self.counters
            .hold_instead(table_bytes, self.apart.table_bytes());
        let block = map(&self.source, layout)?;
        self.apart
            .insert(place_from_ptr(block.cast()).0, block.len());
        self.counters.hold_instead(0, block.len());
        self.counters.use_instead(0, block.len());
        self.counters.blocks.set(self.counters.blocks.get() + 1);
        Ok(block)
    }

    /// Unmaps a block.
    #[cold]
    fn deallocate_apart(&self, ptr: NonNull<u8>, layout: Layout) {
        let size = self.owned_apart(ptr, layout);
        self.apart.remove(ptr.addr().get());
        self.counters.hold_instead(size, 0);
        self.counters.use_instead(size, 0);
        self.counters.blocks.set(self.counters.blocks.get() - 1);
        apart::return_span(&self.source, Place(ptr.addr().get()), size);
    }

    /// Enters the new place and size of a block mapped apart.
    fn moved_apart(&self, from: NonNull<u8>, old_size: usize, to: NonNull<[u8]>) {
        self.apart.remove(from.addr().get());
        self.apart.insert(place_from_ptr(to.cast()).0, to.len());
        self.counters.hold_instead(old_size, to.len());
        self.counters.use_instead(old_size, to.len());
    }
}

// SAFETY: by **Tiles** of `FreeList` two blocks share no byte, and by **Regions** a region stays until no block
// is left in it, also when the heap is moved; blocks mapped apart are those of the source. Alignment is
// checked by `cut_from`, or by the source.
unsafe impl<A: Allocator> Allocator for FreeList<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.is_apart(layout.size(), layout.align()) {
            return self.allocate_apart(layout, A::allocate);
        }
        let size = block_size_from_size(layout.size()).ok_or(AllocError)?;
        let (block, tag) = self.take(size, layout.align())?;
        // INVARIANT: **Sums** holds again with the new block.
        self.counters.use_instead(0, tag.size());
        self.counters.blocks.set(self.counters.blocks.get() + 1);
        Ok(self.handed_out(block, tag))
    }

    #[inline]
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        if self.is_apart(layout.size(), layout.align()) {
            return self.deallocate_apart(ptr, layout);
        }
        let (block, tag) = self.owned(ptr, layout);
        // INVARIANT: **Sums** holds again without the block.
        self.counters.use_instead(tag.size(), 0);
        self.counters.blocks.set(self.counters.blocks.get() - 1);
        let (free, free_tag) = self.release(block, tag);
        self.give_back(free, free_tag);
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.is_apart(layout.size(), layout.align()) {
            return self.allocate_apart(layout, A::allocate_zeroed);
        }
        let block = self.allocate(layout)?;
        // SAFETY: the block came from this heap just now, with so many bytes.
        unsafe { block.cast::<u8>().write_bytes(0, block.len()) };
        Ok(block)
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let (from, to) = (
            self.is_apart(old.size(), old.align()),
            self.is_apart(new_size, old.align()),
        );
        if from && to {
            let size = self.owned_apart(ptr, old);
            // SAFETY: contract of this function; by **Table** of `Apart` it is a block of the source.
            let usable = unsafe { self.source.resize(ptr, old, new_size)? };
            self.moved_apart(ptr, size, NonNull::slice_from_raw_parts(ptr, usable));
            return Ok(usable);
        }
        let (block, tag) = match (from, to) {
            (false, false) => self.owned(ptr, old),
            _ => return Err(AllocError),
        };
        let size = block_size_from_size(new_size).ok_or(AllocError)?;
        let new_tag = self.resize_block(block, tag, size)?;
        // INVARIANT: **Sums** holds again with the new size.
        self.counters.use_instead(tag.size(), new_tag.size());
        Ok(self.usable(new_tag))
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if !self.is_apart(old.size(), old.align()) || !self.is_apart(new_size, old.align()) {
            return Err(AllocError);
        }
        let size = self.owned_apart(ptr, old);
        // SAFETY: contract of this function; by **Table** of `Apart` it is a block of the source.
        let block = unsafe { self.source.remap(ptr, old, new_size)? };
        self.moved_apart(ptr, size, block);
        Ok(block)
    }
}
