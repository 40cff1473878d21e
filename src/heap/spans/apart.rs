//! Large blocks that are blocks of the source: over the kernel, mappings of their own.
//!
//! They grow by `mremap` without a copy, and long zeroed ones are never written. Any other block
//! that fits into what the heap may keep becomes a free chunk when it is freed: its pages have been touched, and a
//! page fault costs more than anything else here.
//!
//! Only over a source with a grain of one page, whose memory may be cut and joined.
//!
//! # Costs
//! One system call to get it, and one to give it back unless it is kept.

use super::Spans;
use super::chunk::{Chunk, GRANULE_BYTES};
use super::cut::chunk_bytes_from_size;
use super::page::Kind;
use crate::heap::place::{Place, place_from_ptr};
use crate::memory::{AllocError, Allocator, Layout, PAGE_BYTES};
use core::ptr::NonNull;

/// Requests from this size on are blocks apart, if no free chunk fits.
const APART_BYTES_MIN: usize = 256 * 1024;

/// Zeroed requests from this size on are blocks apart.
pub(super) const APART_ZEROED_BYTES_MIN: usize = 64 * 1024;

/// Up to this size a zeroed request is served by a free chunk, if one fits, and its blocks are kept when they are
/// freed: to write so many zeros costs less than two system calls and the fault of a page.
const KEPT_ZEROED_BYTES_MAX: usize = 512 * 1024;

/// How a block apart was born: what its page's `born` says.
const BORN_ZEROED: u8 = 1;

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// Whether a block of so many bytes is to be one of the source.
    pub(super) fn is_apart(&self, bytes: usize) -> bool {
        bytes >= APART_BYTES_MIN && self.cuts_pages()
    }

    /// The size of the block apart that begins at `address`, if there is one.
    pub(super) fn apart_bytes(&self, address: usize) -> Option<usize> {
        let page = self.map.find(address)?;
        let is_apart = page.kind.get() == Kind::APART && address.is_multiple_of(PAGE_BYTES);
        is_apart.then(|| page.reach.get() as usize * PAGE_BYTES)
    }

    /// A block of the source.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no more.
    pub(super) fn allocate_apart(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.adopt_apart(layout, self.source.allocate(source_layout(layout)?)?, 0)
    }

    /// A block of at least [`APART_ZEROED_BYTES_MIN`] bytes, all zero.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory or no such size.
    pub(super) fn allocate_large_zeroed(
        &self,
        layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let bytes = chunk_bytes_from_size(layout.size()).ok_or(AllocError)?;
        let kept = match bytes <= KEPT_ZEROED_BYTES_MAX {
            true => self.take_block(bytes, layout.align().max(GRANULE_BYTES)),
            false => None,
        };
        let block = match kept {
            Some(block) => block,
            None => match self.allocate_apart_zeroed(layout) {
                Ok(block) => return Ok(block),
                // What the heap has free or has offered may serve.
                Err(AllocError) => self.allocate_large(layout)?,
            },
        };
        // SAFETY: the block came from this heap just now, and is `len` bytes long.
        unsafe { block.cast::<u8>().write_bytes(0, block.len()) };
        Ok(block)
    }

    /// A block of the source, all zero.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no more.
    fn allocate_apart_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.source.allocate_zeroed(source_layout(layout)?)?;
        self.adopt_apart(layout, block, BORN_ZEROED)
    }

    fn adopt_apart(
        &self,
        layout: Layout,
        block: NonNull<[u8]>,
        born: u8,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let (start, bytes) = (place_from_ptr(block.cast()), source_layout(layout)?.size());
        let (map, source) = (&self.map, &self.source);
        if map
            .cover(&self.meta, source, start.0, start.0 + PAGE_BYTES)
            .is_err()
        {
            // SAFETY: the block came from the source just now.
            unsafe { source.deallocate(block.cast(), source_layout(layout)?) };
            return Err(AllocError);
        }
        self.set_apart(start.0, bytes, born);
        self.note_again(bytes);
        self.supply.hold(bytes);
        self.withdraw_excess();
        self.tally.add(1, bytes);
        self.note_peak();
        self.note_use();
        Ok(start.block(bytes))
    }

    /// Writes the entry of a block apart.
    fn set_apart(&self, start: usize, bytes: usize, born: u8) {
        let page = self.map.entry(start);
        // INVARIANT: **Tiles** holds with the block.
        page.clear(Kind::APART);
        page.born.set(born);
        page.reach.set((bytes / PAGE_BYTES) as u32);
    }

    /// Takes back a block apart: it becomes a free chunk if the heap may keep it, else it goes back.
    ///
    /// # Safety
    /// - `start` is the start of a live block apart.
    pub(super) unsafe fn deallocate_apart(&self, start: Place) {
        let page = self.map.entry(start.0);
        let bytes = page.reach.get() as usize * PAGE_BYTES;
        let born = page.born.get();
        // INVARIANT: **Tiles** holds again: the pages belong to a free chunk, or to the heap no more.
        page.clear(Kind::NONE);
        self.tally.subtract(1, bytes);
        let kept = (born != BORN_ZEROED || bytes <= KEPT_ZEROED_BYTES_MAX)
            && self.makes_room(bytes)
            && self
                .map
                .cover(&self.meta, &self.source, start.0, start.0 + bytes)
                .is_ok();
        if kept {
            self.map
                .for_each_page(start.0, bytes, |page| page.clear(Kind::CHUNKS));
            self.put_chunk(Chunk { start, bytes });
        } else {
            self.supply.release(bytes);
            // SAFETY: contract of this function: the block came from the source with this size.
            unsafe {
                match born {
                    // Few of its pages were touched, and fresh ones are zero.
                    BORN_ZEROED => self.give_run_back(start.0, bytes),
                    _ => self.part_with(start.0, bytes),
                }
            }
        }
    }

    /// Whether so many bytes more may be free, after shorter chunks have gone if need be: a longer one serves more.
    fn makes_room(&self, bytes: usize) -> bool {
        let most = self.allowance();
        let has_room = || self.bins.bytes() + bytes <= most;
        if !has_room() && bytes <= most && self.bins.largest(&self.map, bytes).is_none() {
            self.give_back_down_to(most - bytes, APART_BYTES_MIN);
        }
        has_room()
    }

    /// Gives a block apart a new size where it is.
    ///
    /// # Safety
    /// - `start` is the start of a live block apart; `new_size` is not 0 and makes no small block.
    ///
    /// # Errors
    /// [`AllocError`] if the source cannot.
    pub(super) unsafe fn resize_apart(
        &self,
        start: Place,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let (old, new) = self.apart_layouts(start, new_size)?;
        if new.size() == old.size() {
            return Ok(old.size());
        }
        // SAFETY: contract of this function: the block came from the source with the old size.
        unsafe { self.source.resize(start.ptr(), old, new.size())? };
        self.resized_apart(start, start, old.size(), new.size());
        Ok(new.size())
    }

    /// Gives a block a new size and perhaps a new place, if the source can do that without a copy.
    ///
    /// # Safety
    /// - As [`Allocator::remap`].
    ///
    /// # Errors
    /// [`AllocError`] if it is no block apart, or if the source cannot.
    pub(super) unsafe fn remap_apart(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let start = Place(ptr.addr().get());
        self.apart_bytes(start.0).ok_or(AllocError)?;
        if old.align() > PAGE_BYTES || new_size < APART_ZEROED_BYTES_MIN {
            return Err(AllocError);
        }
        let (old, new) = self.apart_layouts(start, new_size)?;
        self.map.reserve(&self.meta, &self.source)?;
        // SAFETY: contract of this function: the block came from the source with the old size.
        let remap = || unsafe { self.source.remap(start.ptr(), old, new.size()) };
        let moved = match remap() {
            Err(AllocError) if self.withdraws_all() => remap()?,
            moved => moved?,
        };
        let moved = place_from_ptr(moved.cast());
        let covered = self
            .map
            .cover(&self.meta, &self.source, moved.0, moved.0 + PAGE_BYTES);
        assert!(
            covered.is_ok(),
            "Tiles: the source moved a block 8 TiB away"
        );
        self.resized_apart(start, moved, old.size(), new.size());
        Ok(moved.block(new.size()))
    }

    /// The layouts of a block apart for the source, as it is and as it is to be.
    fn apart_layouts(&self, start: Place, new_size: usize) -> Result<(Layout, Layout), AllocError> {
        let old_bytes = self.apart_bytes(start.0).ok_or(AllocError)?;
        let old = Layout::from_size_align(old_bytes, PAGE_BYTES).map_err(|_| AllocError)?;
        let new = Layout::from_size_align(new_size, PAGE_BYTES).map_err(|_| AllocError)?;
        Ok((old, source_layout(new)?))
    }

    /// Takes note of a block apart that has a new place or size.
    fn resized_apart(&self, old: Place, new: Place, old_bytes: usize, new_bytes: usize) {
        let page = self.map.entry(old.0);
        let born = page.born.get();
        page.clear(Kind::NONE);
        self.set_apart(new.0, new_bytes, born);
        self.supply.release(old_bytes);
        self.supply.hold(new_bytes);
        self.withdraw_excess();
        self.tally.subtract(1, old_bytes);
        self.tally.add(1, new_bytes);
        self.note_peak();
        self.note_use();
    }
}

/// The layout of a block apart as the source is asked for it: whole pages.
fn source_layout(layout: Layout) -> Result<Layout, AllocError> {
    chunk_bytes_from_size(layout.size()).ok_or(AllocError)?;
    let size = layout.size().next_multiple_of(PAGE_BYTES);
    Layout::from_size_align(size, layout.align().max(PAGE_BYTES)).map_err(|_| AllocError)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Strategy;
    use crate::memory::Kernel;

    fn layout(kib: usize) -> Layout {
        Layout::from_size_align(kib << 10, 8).unwrap()
    }

    /// Asks for zeros, looks at all of them, overwrites them, and gives the block back.
    fn zeroed_once(heap: &Spans<Kernel>, kib: usize) -> NonNull<u8> {
        let block = heap.allocate_zeroed(layout(kib)).unwrap();
        // SAFETY: the block came from the heap just now, with this layout.
        unsafe {
            assert!(block.as_ref().iter().all(|&byte| byte == 0));
            block.cast::<u8>().write_bytes(0xa5, block.len());
            heap.deallocate(block.cast(), layout(kib));
        }
        heap.verify();
        block.cast()
    }

    #[test]
    fn zeroed_blocks_are_kept_as_others_are_and_are_zero_again() {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        let first = zeroed_once(&heap, 300);
        assert_eq!(heap.bins.bytes(), 300 << 10, "it is kept");
        for kib in [300, 64, 250] {
            assert_eq!(zeroed_once(&heap, kib), first);
        }
        zeroed_once(&heap, 600);
        assert_eq!(heap.bins.bytes(), 300 << 10, "a long one goes");
    }

    #[test]
    fn the_longer_of_two_blocks_stays() {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        for (kib, kept) in [(300, 300), (400, 400), (310, 400)] {
            zeroed_once(&heap, kib);
            assert_eq!(heap.bins.bytes(), kept << 10);
        }
        assert_eq!(heap.supply.held_bytes(), 400 << 10);
    }
}
