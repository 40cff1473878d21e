//! The general heap as an [`Allocator`]: which way a block goes, and what is checked when it comes back.
//!
//! Over a source with a grain, size and alignment alone decide whether a block lies in a region or is mapped
//! apart; both come back with the block. So that any size from the requested to the usable one decides the
//! same, the usable size of a block in a region is cut to what a region may hold, and a resize across the
//! border is refused: `reallocate` copies.

use super::block::{Block, TAG_BYTES, Tag};
use super::cut::{Wish, block_size_from_size};
use super::fault;
use super::regions::return_span;
use super::width::Width;
use super::{APART_BYTES_MIN, Core, Found, Index, Indexed, Tagged};
use crate::heap::addresses::Addresses;
use crate::heap::place::{GRANULE_BYTES, Place, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout};
use core::ptr::NonNull;

/// Whether blocks of this size and alignment are mapped apart, if the source has a grain.
#[inline]
const fn is_large(size: usize, align: usize) -> bool {
    size >= APART_BYTES_MIN || align >= APART_BYTES_MIN
}

/// Whether blocks of this size and alignment are mapped apart.
#[inline]
fn is_apart<W: Width>(source: &dyn Allocator, size: usize, align: usize) -> bool {
    W::HAS_APART && is_large(size, align) && source.grain() != 0
}

/// Whether these are the size and alignment of nearly every block: nothing to be mapped apart, no padding.
#[inline(always)]
fn is_plain(layout: Layout) -> bool {
    layout.size().wrapping_sub(1) < APART_BYTES_MIN - 1 && layout.align() <= GRANULE_BYTES
}

/// Whether a block with this tag may have been asked for with `size` bytes.
#[inline(always)]
fn fits(tag: Tag, size: usize) -> bool {
    match block_size_from_size(size) {
        Some(least) => tag.size().wrapping_sub(least) <= GRANULE_BYTES,
        None => false,
    }
}

impl<I: Index + ?Sized> Core<I> {
    /// What a program may use of a block with this tag.
    #[inline]
    fn usable(&self, tag: Tag) -> usize {
        let usable = tag.size() - TAG_BYTES;
        if self.grows_up() {
            usable
        } else {
            usable.min(APART_BYTES_MIN - 1)
        }
    }

    /// The block that `ptr` names, in use and with a size that fits: else the program ends.
    #[inline(always)]
    fn owned(&self, ptr: NonNull<u8>, layout: Layout) -> (Block, Tag) {
        let address = ptr.addr().get();
        if let Some(block) = self.around.bounds.block_at(address)
            && let Some(tag) = block.tag()
            && tag.is_in_use()
            && fits(tag, layout.size())
            && (layout.align() <= GRANULE_BYTES || address & (layout.align() - 1) == 0)
        {
            return (block, tag);
        }
        self.blame(address, layout)
    }

    /// The same, once for all that are in no hurry.
    #[inline(never)]
    fn owned_any(&self, ptr: NonNull<u8>, layout: Layout) -> (Block, Tag) {
        self.owned(ptr, layout)
    }

    /// Ends the program that gave back something else than a block of this heap.
    #[cold]
    #[inline(never)]
    fn blame(&self, address: usize, layout: Layout) -> ! {
        let Some(block) = self.around.bounds.block_at(address) else {
            fault::invalid_free(address);
        };
        match block.tag() {
            Some(tag) if tag.is_in_use() => {
                let usable = tag.size().saturating_sub(TAG_BYTES);
                fault::layout_mismatch(address, layout.size(), usable)
            }
            Some(_) => fault::double_free(address),
            None if block.is_swallowed() => fault::double_free(address),
            None => fault::invalid_free(address),
        }
    }

    /// A block. What is asked for every day is done here, and calls nothing that comes back: so the way has
    /// no registers to save.
    #[inline(always)]
    fn allocate(
        &self,
        source: &dyn Allocator,
        layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if !is_plain(layout) || self.grows_up() {
            return self.allocate_any(source, layout, false);
        }
        let Some(size) = block_size_from_size(layout.size()) else {
            return Err(AllocError);
        };
        let (free, free_tag, shelf) = match self.index.search_plain(size, &self.around) {
            Found::Block(free, tag, shelf) => (free, tag, Some(shelf)),
            Found::Nothing => match self.top_of_at_least(size) {
                Some((top, tag)) => (top, tag, None),
                None => return self.allocate_grown(source, size),
            },
            Found::Unknown => return self.allocate_any(source, layout, false),
        };
        let (block, tag) = self.take_plain(free, free_tag, shelf, size);
        self.count_block(tag);
        let usable = (tag.size() - TAG_BYTES).min(APART_BYTES_MIN - 1);
        Ok(block.slice(usable))
    }

    /// A plain block, after the heap has grown.
    #[cold]
    #[inline(never)]
    fn allocate_grown(
        &self,
        source: &dyn Allocator,
        size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let (block, tag) = self.take_grown(source, Wish::plain(size))?;
        self.count_block(tag);
        Ok(block.slice(self.usable(tag)))
    }

    /// A block, whatever is asked.
    #[inline(never)]
    fn allocate_any(
        &self,
        source: &dyn Allocator,
        layout: Layout,
        zeroed: bool,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if is_apart::<I::Width>(source, layout.size(), layout.align()) {
            return self.allocate_apart(source, layout, zeroed);
        }
        let size = block_size_from_size(layout.size()).ok_or(AllocError)?;
        let (block, tag) = self.take(source, size, layout.align())?;
        self.count_block(tag);
        Ok(block.slice(self.usable(tag)))
    }

    /// Counts a block that was taken.
    #[inline(always)]
    fn count_block(&self, tag: Tag) {
        // INVARIANT: **Sums** holds again with the new block.
        self.counters.use_instead(0, tag.size());
        self.counters.blocks.set(self.counters.blocks.get() + 1);
    }

    /// The same, once for all indexes that are seen as `dyn`.
    #[inline(never)]
    fn allocate_shared(
        &self,
        source: &dyn Allocator,
        layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate(source, layout)
    }

    /// Takes a block back; as short as [`allocate`](Self::allocate).
    #[inline(always)]
    fn deallocate(&self, source: &dyn Allocator, ptr: NonNull<u8>, layout: Layout) {
        if !is_plain(layout) {
            return self.deallocate_any(source, ptr, layout);
        }
        let (block, tag) = self.owned(ptr, layout);
        self.uncount_block(tag);
        let (free, free_tag) = self.merge(block, tag);
        self.give_back(source, free, free_tag);
    }

    /// The same, once for all indexes that are seen as `dyn`.
    #[inline(never)]
    fn deallocate_shared(&self, source: &dyn Allocator, ptr: NonNull<u8>, layout: Layout) {
        self.deallocate(source, ptr, layout);
    }

    /// Takes a block back, whatever it is.
    #[inline(never)]
    fn deallocate_any(&self, source: &dyn Allocator, ptr: NonNull<u8>, layout: Layout) {
        if is_apart::<I::Width>(source, layout.size(), layout.align()) {
            return self.deallocate_apart(source, ptr, layout);
        }
        let (block, tag) = self.owned_any(ptr, layout);
        self.uncount_block(tag);
        let (free, free_tag) = self.release(block, tag);
        self.give_back(source, free, free_tag);
    }

    #[inline(always)]
    fn uncount_block(&self, tag: Tag) {
        // INVARIANT: **Sums** holds again without the block.
        let used = &self.counters.used;
        used.set(used.get() - tag.size());
        self.counters.blocks.set(self.counters.blocks.get() - 1);
    }

    /// Gives a block of a region a new size where it is.
    fn resize(
        &self,
        source: &dyn Allocator,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let (block, tag) = self.owned_any(ptr, old);
        let size = block_size_from_size(new_size).ok_or(AllocError)?;
        let new_tag = self.resize_block(source, block, tag, size)?;
        // INVARIANT: **Sums** holds again with the new size.
        self.counters.use_instead(tag.size(), new_tag.size());
        Ok(self.usable(new_tag))
    }

    /// The table of blocks mapped apart, and the size of the one that `ptr` names.
    fn owned_apart(
        &self,
        source: &dyn Allocator,
        ptr: NonNull<u8>,
        layout: Layout,
    ) -> (&Addresses, usize) {
        let address = ptr.addr().get();
        let found = self
            .apart()
            .and_then(|apart| Some((apart, apart.get(address)?)));
        let Some((apart, size)) = found else {
            fault::invalid_free(address);
        };
        if layout.size().next_multiple_of(source.grain()) != size {
            fault::layout_mismatch(address, layout.size(), size);
        }
        (apart, size)
    }

    /// Maps a block apart.
    #[cold]
    fn allocate_apart(
        &self,
        source: &dyn Allocator,
        layout: Layout,
        zeroed: bool,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Err(AllocError);
        }
        let apart = self.apart().ok_or(AllocError)?;
        let table_bytes = apart.table_bytes();
        apart.reserve(source, apart.count() + 1)?;
        self.counters.hold_instead(table_bytes, apart.table_bytes());
        let block = if zeroed {
            source.allocate_zeroed(layout)?
        } else {
            source.allocate(layout)?
        };
        let address = place_from_ptr(block.cast()).0;
        apart.insert(address, block.len());
        // INVARIANT: **Sums** holds again with the new block.
        self.counters.hold_instead(0, block.len());
        self.counters.use_instead(0, block.len());
        self.counters.blocks.set(self.counters.blocks.get() + 1);
        Ok(block)
    }

    /// Unmaps a block.
    #[cold]
    fn deallocate_apart(&self, source: &dyn Allocator, ptr: NonNull<u8>, layout: Layout) {
        let (apart, size) = self.owned_apart(source, ptr, layout);
        apart.remove(ptr.addr().get());
        // INVARIANT: **Sums** holds again without the block.
        self.counters.hold_instead(size, 0);
        self.counters.use_instead(size, 0);
        self.counters.blocks.set(self.counters.blocks.get() - 1);
        return_span(source, Place(ptr.addr().get()), size);
    }

    /// Gives a block mapped apart a new size, and a new place if it may move.
    #[cold]
    fn remap_apart(
        &self,
        source: &dyn Allocator,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
        may_move: bool,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let (apart, size) = self.owned_apart(source, ptr, old);
        // SAFETY: contract of the callers; by **Table** of `Addresses` it is a block of the source.
        let block = unsafe {
            if may_move {
                source.remap(ptr, old, new_size)?
            } else {
                let usable = source.resize(ptr, old, new_size)?;
                NonNull::slice_from_raw_parts(ptr, usable)
            }
        };
        apart.remove(ptr.addr().get());
        apart.insert(place_from_ptr(block.cast()).0, block.len());
        // INVARIANT: **Sums** holds again with the new size.
        self.counters.hold_instead(size, block.len());
        self.counters.use_instead(size, block.len());
        Ok(block)
    }
}

#[expect(
    private_bounds,
    reason = "an index is trusted with memory, so it is the heap's own"
)]
impl<A: Allocator, I: Indexed> Tagged<A, I> {
    /// The part that is the same for every source, seen as it is compiled.
    #[inline]
    fn seen(&self) -> &Core<I::Seen> {
        I::seen(&self.core)
    }
}

// SAFETY: by **Tiles** of `Tagged` two blocks share no byte, and by **Regions** a region stays until no block
// is left in it, also when the heap is moved; blocks mapped apart are those of the source. Alignment is
// checked by `cut_from`, or by the source.
unsafe impl<A: Allocator, I: Indexed> Allocator for Tagged<A, I> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match I::IS_SHARED {
            true => self.seen().allocate_shared(&self.source, layout),
            false => self.seen().allocate(&self.source, layout),
        }
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        match I::IS_SHARED {
            true => self.seen().deallocate_shared(&self.source, ptr, layout),
            false => self.seen().deallocate(&self.source, ptr, layout),
        }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if is_apart::<I::Width>(&self.source, layout.size(), layout.align()) {
            return self.seen().allocate_any(&self.source, layout, true);
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
        let from = is_apart::<I::Width>(&self.source, old.size(), old.align());
        let to = is_apart::<I::Width>(&self.source, new_size, old.align());
        match (from, to) {
            (false, false) => self.seen().resize(&self.source, ptr, old, new_size),
            (true, true) => {
                let answer = self
                    .seen()
                    .remap_apart(&self.source, ptr, old, new_size, false);
                answer.map(|block| block.len())
            }
            _ => Err(AllocError),
        }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let from = is_apart::<I::Width>(&self.source, old.size(), old.align());
        if from && is_apart::<I::Width>(&self.source, new_size, old.align()) {
            return self
                .seen()
                .remap_apart(&self.source, ptr, old, new_size, true);
        }
        Err(AllocError)
    }
}
