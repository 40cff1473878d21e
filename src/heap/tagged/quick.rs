//! Small blocks that rest: freed, but for a while not merged, so that the next request of their size finds them
//! whole, and neither cuts nor looks at a neighbour.
//!
//! ```text
//! size         32   48   64  ...  1008
//! list          |    |    |         |       the last one freed in front, linked by its first word
//! length, <= 7  2    0    7         1       what is freed beyond that merges at once
//! ```
//!
//! To its neighbours a resting block is one in use. All rest ends before the heap grows or gives up, and when its
//! last block is freed: so nothing is mapped that merging would have saved.
//!
//! # Source
//! Charles Weinstock and William Wulf, *Quick Fit: an efficient algorithm for heap storage allocation* (1988); that
//! the lists are short is from the `tcache` of glibc 2.26.

use super::block::{Block, Bounds, Tag};
use super::fault;
use crate::heap::place::GRANULE_BYTES;
use core::cell::Cell;

/// Blocks below so many granules may rest.
const SIZES: usize = 64;

/// The most blocks of one size that rest.
const LENGTH_MAX: u8 = 7;

/// The blocks that rest, by size.
///
/// # Invariants
/// - **Resting**: list `i` holds the blocks of `i` granules whose tags say that they rest, and `lengths[i]` is
///   how many.
#[derive(Debug)]
pub(in crate::heap) struct Quick {
    lists: [Cell<Block>; SIZES],
    lengths: [Cell<u8>; SIZES],
}

impl Quick {
    pub(in crate::heap) const fn new() -> Quick {
        // INVARIANT: **Resting** holds: there is no block.
        Quick {
            lists: [const { Cell::new(Block::NONE) }; SIZES],
            lengths: [const { Cell::new(0) }; SIZES],
        }
    }

    /// Lays a block in use to rest, if it is small and not too many of its size do.
    #[inline(always)]
    pub(super) fn put(&self, block: Block, tag: Tag) -> bool {
        let granules = tag.size() / GRANULE_BYTES;
        let (Some(list), Some(length)) = (self.lists.get(granules), self.lengths.get(granules))
        else {
            return false;
        };
        if length.get() >= LENGTH_MAX {
            return false;
        }
        block.set_next(list.get());
        // INVARIANT: **Resting** holds again with the block in front.
        block.set_tag(tag.resting());
        list.set(block);
        length.set(length.get() + 1);
        true
    }

    /// Wakes the block of `size` bytes that was laid to rest last: it is in use again.
    #[inline(always)]
    pub(super) fn take(&self, size: usize, bounds: &Bounds) -> Option<(Block, Tag)> {
        let granules = size / GRANULE_BYTES;
        let (list, length) = (self.lists.get(granules)?, self.lengths.get(granules)?);
        let block = list.get();
        if block.is_none() {
            return None;
        }
        let tag = tag_of_resting(block, size);
        // INVARIANT: **Resting** holds again without the block in front.
        list.set(bounds.linked(block, block.next()));
        length.set(length.get() - 1);
        block.set_tag(tag);
        Some((block, tag))
    }

    /// Asserts **Resting** but for the tags that no list leads to, and returns the number of blocks.
    pub(super) fn verify(&self, bounds: &Bounds) -> usize {
        let mut blocks = 0;
        for (size, (list, length)) in sizes().zip(self.lists.iter().zip(&self.lengths)) {
            let mut block = list.get();
            for _ in 0..length.get() {
                let rests = |tag: Tag| tag.is_resting() && tag.size() == size;
                let found = !block.is_none() && block.tag().is_some_and(rests);
                assert!(found, "Resting: a block");
                block = bounds.block_at(block.next()).unwrap_or(Block::NONE);
                blocks += 1;
            }
            assert!(block.is_none(), "Resting: a length");
        }
        blocks
    }
}

#[cfg(test)]
impl Quick {
    /// Miscounts the blocks of a size.
    pub(super) fn forget_one(&self, size: usize) {
        let length = &self.lengths[size / GRANULE_BYTES];
        length.set(length.get() - 1);
    }
}

/// The sizes of which blocks may rest.
pub(super) fn sizes() -> impl Iterator<Item = usize> {
    (0..SIZES).map(|granules| granules * GRANULE_BYTES)
}

/// The tag of a block of `size` bytes that rests, without saying so.
#[inline(always)]
fn tag_of_resting(block: Block, size: usize) -> Tag {
    match block.tag() {
        Some(tag) if tag.is_resting() && tag.size() == size => tag.woken(),
        _ => fault::damaged(block, "the tag of a free block"),
    }
}
