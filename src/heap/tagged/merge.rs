//! Blocks that come back merge with their free neighbours at once, and a block may grow into a free one.
//!
//! ```text
//! | before: free | block | next: free |      both neighbours are known: by the footer, and by the size
//! |      one free block               |
//! ```
//!
//! The free block in front keeps its place in the index as long as its new size belongs there too.

use super::block::{BLOCK_BYTES_MIN, Block, Tag};
use super::fault;
use super::{Core, Index};
use crate::memory::{AllocError, Allocator};

impl<I: Index + ?Sized> Core<I> {
    /// Makes a block in use free and merges it with its neighbours; returns what came of it.
    #[inline(never)]
    pub(super) fn release(&self, block: Block, tag: Tag) -> (Block, Tag) {
        self.merge(block, tag)
    }

    /// The same, in the place of the call.
    #[inline(always)]
    pub(super) fn merge(&self, block: Block, tag: Tag) -> (Block, Tag) {
        let next = block.up(tag.size());
        let next_tag = self.tag_of(next);
        let mut size = tag.size();
        // INVARIANT: **Tiles**, **Merged** and **Listed** hold again at the end: one free block stands where up to
        // three blocks stood.
        if next_tag.is_in_use() {
            next.set_previous_free(true);
        } else {
            self.pull(next, next_tag.size());
            size += next_tag.size();
        }
        if !tag.is_previous_free() {
            let free = tag.freed().with_size(size);
            block.set_free_tag(free);
            self.put(block, size);
            return (block, free);
        }
        let (before, before_tag) = self.free_before(block);
        block.mark_swallowed();
        size += before_tag.size();
        let free = before_tag.with_size(size);
        before.set_free_tag(free);
        if !self.is_top(before, size) {
            self.index
                .grow(before, before_tag.size(), size, &self.around);
        } else if self.grows_up() {
            self.index.remove(before, before_tag.size(), &self.around);
        }
        (before, free)
    }

    /// Gives a block in use another size where it is.
    ///
    /// # Errors
    /// [`AllocError`] if the bytes behind it are not free; nothing has changed.
    pub(super) fn resize_block(
        &self,
        source: &dyn Allocator,
        block: Block,
        tag: Tag,
        size: usize,
    ) -> Result<Tag, AllocError> {
        if size > tag.size() {
            return self.grow_block(source, block, tag, size);
        }
        let surplus = tag.size() - size;
        if surplus < BLOCK_BYTES_MIN {
            return Ok(tag);
        }
        // INVARIANT: **Tiles** holds again: the surplus is a block of its own, in use for as long as it takes
        // to free it.
        let tag = tag.with_size(size);
        block.set_tag(tag);
        let rest = block.up(size);
        rest.set_tag(Tag::in_use(surplus));
        let (free, free_tag) = self.release(rest, Tag::in_use(surplus));
        self.give_back(source, free, free_tag);
        Ok(tag)
    }

    /// Lets a block in use grow into the free one behind it.
    fn grow_block(
        &self,
        source: &dyn Allocator,
        block: Block,
        tag: Tag,
        size: usize,
    ) -> Result<Tag, AllocError> {
        let missing = size - tag.size();
        let next = block.up(tag.size());
        if self.grows_up() && self.free_behind(next) < missing && self.is_at_top(next) {
            self.grow(source, missing)?;
        }
        let free = self.free_behind(next);
        let Some(spare) = free.checked_sub(missing) else {
            return Err(AllocError);
        };
        self.pull(next, free);
        // INVARIANT: **Tiles**, **Merged** and **Listed** hold again: what is not needed is a free block between
        // the same neighbours, or part of the block.
        let rest = block.up(size);
        let tag = if spare >= BLOCK_BYTES_MIN {
            rest.set_free_tag(Tag::free(spare));
            self.put(rest, spare);
            tag.with_size(size)
        } else {
            rest.up(spare).set_previous_free(false);
            tag.with_size(size + spare)
        };
        block.set_tag(tag);
        Ok(tag)
    }

    /// Whether `next` is the fence at the edge, or the top in front of it.
    fn is_at_top(&self, next: Block) -> bool {
        let tag = self.tag_of(next);
        next == self.edge.get(&self.around.bounds)
            || !tag.is_in_use() && self.is_top(next, tag.size())
    }

    /// How many bytes are free at `next`, the block behind one in use.
    fn free_behind(&self, next: Block) -> usize {
        let tag = self.tag_of(next);
        if tag.is_in_use() { 0 } else { tag.size() }
    }

    /// The free block in front of `block`, whose tag says that there is one.
    #[inline]
    pub(super) fn free_before(&self, block: Block) -> (Block, Tag) {
        let size = block.footer_before();
        let before = self
            .around
            .bounds
            .block_at(block.address().wrapping_sub(size));
        match before.map(|before| (before, before.tag())) {
            Some((before, Some(tag))) if !tag.is_in_use() && tag.size() == size => (before, tag),
            _ => fault::damaged(block, "the footer in front of a block"),
        }
    }

    /// Puts a free block where it belongs: into the index, unless it is the top.
    #[inline]
    pub(super) fn put(&self, block: Block, size: usize) {
        if !self.is_top(block, size) {
            self.index.insert(block, size, &self.around);
        }
    }

    /// Takes a free block from where it is.
    #[inline]
    pub(super) fn pull(&self, block: Block, size: usize) {
        if !self.is_top(block, size) {
            self.index.remove(block, size, &self.around);
        }
    }
}
