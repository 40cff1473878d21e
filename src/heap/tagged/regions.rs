//! The regions of the general heap: how it grows, how regions that touch become one, what goes back.
//!
//! ```text
//! start                 first block                            fence          end
//! |next|previous|size|tag|  ...  |tag|  ...               |tag|               |
//!                         32 bytes from the start              the tag of a block of no bytes
//! ```
//!
//! To join two regions, the fence of the lower one becomes the tag of a block of 32 bytes, which is just the
//! head of the upper one, and that block is freed: merging does the rest.

use super::block::{BLOCK_BYTES_MIN, Block, Tag, block_from_place};
use super::width::Width;
use super::{Core, Index, Indexed, Tagged};
use crate::heap::place::{GRANULE_BYTES, Place, place_from_ptr};
use crate::heap::regions::{FIRST_BYTES, GROWTH_DIVISOR};
use crate::memory::{AllocError, Allocator, Layout};
use core::ptr::NonNull;

/// The head of a region, and the tag of its first block.
const HEAD_BYTES: usize = 32;

/// More than this is not kept in a free top: what is above goes back to the source.
const TOP_BYTES_MAX: usize = 256 * 1024;

/// What is left of such a top, so that the next requests find something.
const TOP_BYTES_KEPT: usize = 128 * 1024;

const NEXT: usize = 0;
const PREVIOUS: usize = 1;
const SIZE: usize = 2;

/// The start of a region.
///
/// # Invariants
/// - **Head**: the region is on the list of its heap; its first three words are the next region, the one
///   before (0 where there is none), and its size in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Region(Place);

impl Region {
    pub(super) fn start(self) -> Place {
        self.0
    }

    pub(super) fn size(self) -> usize {
        // SAFETY: by **Head** of `Region`.
        unsafe { self.0.word(SIZE) }
    }

    pub(super) fn end(self) -> Place {
        self.0.up(self.size())
    }

    pub(super) fn first_block(self) -> Block {
        // SAFETY: by **Head** of `Region`, the word in front lies in it.
        unsafe { block_from_place(self.0.up(HEAD_BYTES)) }
    }

    /// The fence: a block of no bytes, whose tag is the last word of the region.
    pub(super) fn fence(self) -> Block {
        // SAFETY: by **Head** of `Region`, the word in front lies in it; nothing behind is read.
        unsafe { block_from_place(self.end()) }
    }

    /// The region behind this one on the list.
    pub(super) fn next(self) -> Option<Region> {
        // SAFETY: by **Head** of `Region`.
        region_from_place(Place(unsafe { self.0.word(NEXT) }))
    }

    /// The region before this one on the list.
    pub(super) fn previous(self) -> Option<Region> {
        // SAFETY: by **Head** of `Region`.
        region_from_place(Place(unsafe { self.0.word(PREVIOUS) }))
    }

    fn set(self, word: usize, value: usize) {
        // SAFETY: by **Head** of `Region`, the word is the list's own.
        unsafe { self.0.set_word(word, value) };
    }
}

/// A link of the list of regions.
fn region_from_place(place: Place) -> Option<Region> {
    (!place.is_none()).then_some(Region(place))
}

fn place_from_region(region: Option<Region>) -> Place {
    region.map_or(Place::NONE, Region::start)
}

impl<I: Index + ?Sized> Core<I> {
    /// All regions, the last one first.
    pub(super) fn regions(&self) -> impl Iterator<Item = Region> {
        core::iter::successors(self.last_region(), |region| region.next())
    }

    fn last_region(&self) -> Option<Region> {
        let first = self.last_region.get(&self.around.bounds);
        (!first.is_none()).then(|| Region(Place(first.address() - HEAD_BYTES)))
    }

    fn set_last_region(&self, region: Option<Region>) {
        let first = region.map_or(Block::NONE, Region::first_block);
        self.last_region.set(first, &self.around.bounds);
    }

    /// Makes room for a block of `need` bytes, and returns the free block that has it.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no more; nothing has changed.
    #[cold]
    #[inline(never)]
    pub(super) fn grow(
        &self,
        source: &dyn Allocator,
        need: usize,
    ) -> Result<(Block, Tag), AllocError> {
        if I::Width::HAS_APART {
            self.grain.set(source.grain());
        }
        if self.grows_up() {
            self.grow_up(source, need)
        } else {
            self.grow_down(source, need)
        }
    }

    /// What the heap grows by at least.
    fn step(&self) -> usize {
        let grain = self.grain.get().max(GRANULE_BYTES);
        let held = self.counters.held.get();
        if self.last_region.is_none() {
            return FIRST_BYTES;
        }
        ((held / GROWTH_DIVISOR) & !(grain - 1)).max(crate::memory::PAGE_BYTES)
    }

    /// Maps what is missing, in the hope that it touches the top; else maps all that is needed.
    fn grow_down(&self, source: &dyn Allocator, need: usize) -> Result<(Block, Tag), AllocError> {
        let whole = need.checked_add(HEAD_BYTES).ok_or(AllocError)?;
        if let Some((top, tag)) = self.top() {
            let missing = need - tag.size().min(need);
            let start = Place(top.address() - HEAD_BYTES);
            let pages = request(source, missing.max(self.step()), missing)?;
            if place_from_ptr(pages.cast()).up(pages.len()) == start || pages.len() >= whole {
                return Ok(self.adopt(pages));
            }
            return_span(source, place_from_ptr(pages.cast()), pages.len());
        }
        let pages = request(source, whole.max(self.step()), whole)?;
        Ok(self.adopt(pages))
    }

    /// Lets the last region grow where it is; else takes a new one.
    fn grow_up(&self, source: &dyn Allocator, need: usize) -> Result<(Block, Tag), AllocError> {
        if let Some(region) = self.last_region() {
            let missing = need - self.top().map_or(0, |(_, tag)| tag.size()).min(need);
            for wished in [missing.max(self.step()), missing] {
                if let Ok(grown) = self.extend(source, region, wished) {
                    return Ok(grown);
                }
            }
        }
        let whole = need.checked_add(HEAD_BYTES).ok_or(AllocError)?;
        let pages = request(source, whole.max(self.step()), whole)?;
        let start = place_from_ptr(pages.cast());
        match self.around.bounds.reach(start, pages.len()) {
            size if size >= whole => Ok(self.adopt(start.block(size))),
            _ => {
                return_span(source, start, pages.len());
                Err(AllocError)
            }
        }
    }

    /// Makes memory of the source a region, joins it with those that it touches, frees it, and
    /// returns what came of it.
    fn adopt(&self, pages: NonNull<[u8]>) -> (Block, Tag) {
        let start = place_from_ptr(pages.cast());
        let size = pages.len() & !(GRANULE_BYTES - 1);
        let (mut lower, mut upper) = (None, None);
        if !self.grows_up() {
            lower = self.regions().find(|region| region.end() == start);
            upper = self
                .regions()
                .find(|region| region.start() == start.up(size));
        }
        self.around.bounds.widen(start.0, start.up(size).0);
        let region = self.list(start, size);
        let block = region.first_block();
        self.counters.hold_instead(0, size);
        region.fence().set_tag(Tag::in_use(0));
        // INVARIANT: **Tiles** holds: one block, in use until all is joined, between head and fence.
        block.set_tag(Tag::in_use(size - HEAD_BYTES).with_first(true));
        self.set_edge(match lower {
            _ if self.grows_up() => region.fence(),
            Some(lower) => lower.first_block(),
            None => block,
        });
        if let Some(upper) = upper {
            self.join(region, upper);
        }
        if let Some(lower) = lower {
            self.join(lower, region);
        }
        self.release(block, self.tag_of(block))
    }

    /// Joins two regions that touch.
    fn join(&self, lower: Region, upper: Region) {
        let seam = lower.fence();
        let previous_free = self.tag_of(seam).is_previous_free();
        let first = upper.first_block();
        first.set_tag(self.tag_of(first).with_first(false));
        // INVARIANT: **Regions** and **Tiles** hold again: the head of the upper region is a block of the lower.
        let size = lower.size() + upper.size();
        self.unlist(upper);
        lower.set(SIZE, size);
        let tag = Tag::in_use(HEAD_BYTES).with_previous_free(previous_free);
        seam.set_tag(tag);
        self.release(seam, tag);
    }

    /// Lets a region grow by at least `additional` bytes where it is.
    fn extend(
        &self,
        source: &dyn Allocator,
        region: Region,
        additional: usize,
    ) -> Result<(Block, Tag), AllocError> {
        let old_size = region.size();
        let size = old_size.checked_add(additional).ok_or(AllocError)?;
        let size = size
            .checked_next_multiple_of(GRANULE_BYTES)
            .ok_or(AllocError)?;
        Layout::from_size_align(size, GRANULE_BYTES).map_err(|_| AllocError)?;
        if self.around.bounds.reach(region.start(), size) < size {
            return Err(AllocError);
        }
        let old = Layout::from_size_align(old_size, GRANULE_BYTES).map_err(|_| AllocError)?;
        // SAFETY: by **Head** of `Region` it is a live block of the source with this size; that the new one makes
        // a layout was checked above.
        let usable = unsafe { source.resize(region.start().ptr(), old, size)? };
        let fence = region.fence();
        let tag = self.tag_of(fence);
        region.set(SIZE, self.around.bounds.reach(region.start(), usable));
        let added = region.size() - old_size;
        self.around.bounds.widen(region.start().0, region.end().0);
        self.counters.hold_instead(old_size, region.size());
        region.fence().set_tag(Tag::in_use(0));
        // INVARIANT: **Tiles** and **Edge** hold again: the old fence is the tag of a block over what is new.
        self.set_edge(region.fence());
        let tag = tag.with_size(added);
        fence.set_tag(tag);
        Ok(self.release(fence, tag))
    }

    /// Moves the edge: the old top goes to the index, a free block at the new one leaves it.
    fn set_edge(&self, edge: Block) {
        if edge == self.edge.get(&self.around.bounds) {
            return;
        }
        if let Some((top, tag)) = self.top() {
            self.index.insert(top, tag.size(), &self.around);
        }
        // INVARIANT: **Edge** and **Listed** hold again with the new edge.
        self.edge.set(edge, &self.around.bounds);
        if let Some((top, tag)) = self.top() {
            self.index.remove(top, tag.size(), &self.around);
        }
    }

    /// Gives back what a free block makes superfluous: its region, if that is all free and not the one that
    /// grows; of a top that has become large, the greater part.
    #[inline]
    pub(super) fn give_back(&self, source: &dyn Allocator, block: Block, tag: Tag) {
        if tag.is_first() {
            self.give_back_first(source, block, tag);
        }
    }

    #[cold]
    #[inline(never)]
    fn give_back_first(&self, source: &dyn Allocator, block: Block, tag: Tag) {
        let region = Region(Place(block.address() - HEAD_BYTES));
        if self.is_top(block, tag.size()) {
            if !self.grows_up() && tag.size() > TOP_BYTES_MAX {
                self.trim(source, region, tag);
            }
        } else if self.tag_of(block.up(tag.size())).is_fence() {
            self.index.remove(block, tag.size(), &self.around);
            let (start, size) = (region.start(), region.size());
            self.unlist(region);
            self.counters.hold_instead(size, 0);
            return_span(source, start, size);
        }
    }

    /// Moves the start of a region up to what is kept of its first block, the top.
    fn trim(&self, source: &dyn Allocator, region: Region, tag: Tag) {
        let grain = self.grain.get();
        let size = (tag.size() - TOP_BYTES_KEPT) & !(grain - 1);
        let (start, old_size) = (region.start(), region.size());
        self.unlist(region);
        let kept = self.list(start.up(size), old_size - size);
        // INVARIANT: **Tiles** and **Edge** hold again: the first block begins where the region now does.
        let top = kept.first_block();
        top.set_free_tag(tag.with_size(tag.size() - size));
        self.edge.set(top, &self.around.bounds);
        self.counters.hold_instead(size, 0);
        return_span(source, start, size);
    }

    /// Gives everything back.
    #[cold]
    fn return_all(&self, source: &dyn Allocator) {
        while let Some(region) = self.last_region() {
            let (start, size) = (region.start(), region.size());
            self.unlist(region);
            return_span(source, start, size);
        }
        if let Some(apart) = self.apart() {
            apart.for_each(|address, size| return_span(source, Place(address), size));
            apart.clear(source);
        }
    }

    /// Puts a region on the list.
    fn list(&self, start: Place, size: usize) -> Region {
        // INVARIANT: **Head** and **Regions** hold: the words are written here.
        let region = Region(start);
        let before = self.last_region();
        region.set(NEXT, place_from_region(before).0);
        region.set(PREVIOUS, 0);
        region.set(SIZE, size);
        if let Some(before) = before {
            before.set(PREVIOUS, start.0);
        }
        self.set_last_region(Some(region));
        region
    }

    /// Takes a region off the list.
    fn unlist(&self, region: Region) {
        let (next, previous) = (region.next(), region.previous());
        // INVARIANT: **Regions** holds again without this one.
        match previous {
            Some(previous) => previous.set(NEXT, place_from_region(next).0),
            None => self.set_last_region(next),
        }
        if let Some(next) = next {
            next.set(PREVIOUS, place_from_region(previous).0);
        }
    }
}

/// At least `wished` bytes from the source, or, if it has not as much, at least `least`.
fn request(
    source: &dyn Allocator,
    wished: usize,
    least: usize,
) -> Result<NonNull<[u8]>, AllocError> {
    let grain = source.grain().max(GRANULE_BYTES);
    for size in [wished, least] {
        let size = size.checked_next_multiple_of(grain).ok_or(AllocError)?;
        let layout = Layout::from_size_align(size, GRANULE_BYTES).map_err(|_| AllocError)?;
        if let Ok(pages) = source.allocate(layout) {
            return Ok(pages);
        }
    }
    Err(AllocError)
}

/// Gives memory back to the source.
pub(super) fn return_span(source: &dyn Allocator, start: Place, size: usize) {
    let layout = Layout::from_size_align(size, GRANULE_BYTES);
    // SAFETY: the memory came from the source, with this size or in whole grains of it, and no block lies in
    // it any more: checked by the callers.
    unsafe {
        source.deallocate(start.ptr(), layout.unwrap_or(Layout::new::<u128>()));
    }
}

impl<A: Allocator, I: Indexed> Drop for Tagged<A, I> {
    fn drop(&mut self) {
        I::seen(&self.core).return_all(&self.source);
    }
}

const _: () = assert!(HEAD_BYTES >= BLOCK_BYTES_MIN, "the seam is a block");
