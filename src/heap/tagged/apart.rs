//! Blocks that are mapped apart: each a whole mapping of its own, known to a table, without a tag.
//!
//! Only a source with a grain has them. They grow by `mremap` and go back at once.

use super::regions::return_span;
use super::{APART_BYTES_MIN, Books, fault};
use crate::heap::place::{Place, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout};
use core::ptr::NonNull;

/// Whether blocks of this size and alignment are mapped apart, if the source has a grain.
#[inline]
const fn is_large(size: usize, align: usize) -> bool {
    size >= APART_BYTES_MIN || align >= APART_BYTES_MIN
}

/// Whether blocks of this size and alignment are mapped apart.
#[inline]
pub(super) fn is_apart(source: &dyn Allocator, size: usize, align: usize) -> bool {
    is_large(size, align) && source.grain() != 0
}

impl Books {
    /// The size of the block mapped apart that `ptr` names.
    fn owned_apart(&self, source: &dyn Allocator, ptr: NonNull<u8>, layout: Layout) -> usize {
        let address = ptr.addr().get();
        let Some(size) = self.apart.get(address) else {
            fault::invalid_free(address);
        };
        if layout.size().next_multiple_of(source.grain()) != size {
            fault::layout_mismatch(address, layout.size(), size);
        }
        size
    }

    /// Maps a block apart.
    #[cold]
    pub(super) fn allocate_apart(
        &self,
        source: &dyn Allocator,
        layout: Layout,
        zeroed: bool,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Err(AllocError);
        }
        let table_bytes = self.apart.table_bytes();
        self.apart.reserve(source, self.apart.count() + 1)?;
        self.counters
            .hold_instead(table_bytes, self.apart.table_bytes());
        let block = if zeroed {
            source.allocate_zeroed(layout)?
        } else {
            source.allocate(layout)?
        };
        let address = place_from_ptr(block.cast()).0;
        self.apart.insert(address, block.len());
        // INVARIANT: **Sums** holds again with the new block.
        self.counters.hold_instead(0, block.len());
        self.counters.use_instead(0, block.len());
        self.counters.blocks.set(self.counters.blocks.get() + 1);
        Ok(block)
    }

    /// Unmaps a block.
    #[cold]
    pub(super) fn deallocate_apart(
        &self,
        source: &dyn Allocator,
        ptr: NonNull<u8>,
        layout: Layout,
    ) {
        let size = self.owned_apart(source, ptr, layout);
        self.apart.remove(ptr.addr().get());
        // INVARIANT: **Sums** holds again without the block.
        self.counters.hold_instead(size, 0);
        self.counters.use_instead(size, 0);
        self.counters.blocks.set(self.counters.blocks.get() - 1);
        return_span(source, Place(ptr.addr().get()), size);
    }

    /// Gives a block mapped apart a new size, and a new place if it may move.
    #[cold]
    pub(super) fn remap_apart(
        &self,
        source: &dyn Allocator,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
        may_move: bool,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let size = self.owned_apart(source, ptr, old);
        // SAFETY: contract of the callers; by **Table** of `Addresses` it is a block of the source.
        let block = unsafe {
            if may_move {
                source.remap(ptr, old, new_size)?
            } else {
                let usable = source.resize(ptr, old, new_size)?;
                NonNull::slice_from_raw_parts(ptr, usable)
            }
        };
        self.apart.remove(ptr.addr().get());
        self.apart
            .insert(place_from_ptr(block.cast()).0, block.len());
        // INVARIANT: **Sums** holds again with the new size.
        self.counters.hold_instead(size, block.len());
        self.counters.use_instead(size, block.len());
        Ok(block)
    }
}
