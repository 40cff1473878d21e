//! A list of free blocks, the last one filed in front: what most indexes are made of.

use super::block::Block;
use super::width::{Link, Width};
use super::{Around, fault};

/// The front of a list.
///
/// # Invariants
/// - **Lists**: from the front on, each block is free, in no other list, and linked with the next and the
///   previous one.
#[derive(Debug)]
pub(in crate::heap) struct List<W: Width = usize>(Link<W>);

impl<W: Width> List<W> {
    /// The empty list.
    pub(in crate::heap) const fn new() -> List<W> {
        // INVARIANT: **Lists** holds: there is no block.
        List(Link::new())
    }

    #[inline]
    pub(in crate::heap) fn first(&self, around: &Around<W>) -> Block {
        self.0.get(&around.bounds)
    }

    #[inline]
    pub(in crate::heap) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Puts a block in front.
    #[inline]
    pub(in crate::heap) fn push(&self, block: Block, around: &Around<W>) {
        let next = self.first(around);
        block.set_next(next);
        block.set_previous(Block::NONE);
        if !next.is_none() {
            next.set_previous(block);
        }
        // INVARIANT: **Lists** holds again, with the block in front.
        self.0.set(block, &around.bounds);
    }

    /// Takes a block of this list out.
    pub(in crate::heap) fn remove(&self, block: Block, around: &Around<W>) {
        self.unlink(block, around);
    }

    /// The same, in the place of the call.
    #[inline(always)]
    pub(in crate::heap) fn unlink(&self, block: Block, around: &Around<W>) {
        let next = around.bounds.followed(block);
        let previous = around.bounds.linked(block, block.previous());
        if !next.is_none() {
            next.set_previous(previous);
        }
        // INVARIANT: **Lists** holds again without this block.
        if previous.is_none() {
            if self.first(around) != block {
                fault::damaged(block, fault::LINK);
            }
            self.0.set(next, &around.bounds);
        } else {
            if previous.next() != block.address() {
                fault::damaged(block, fault::LINK);
            }
            previous.set_next(next);
        }
    }

    /// Takes the first block out, which is `block`, and returns the one behind it.
    #[inline(always)]
    pub(in crate::heap) fn pop(&self, block: Block, around: &Around<W>) -> Block {
        let next = around.bounds.followed(block);
        if !next.is_none() {
            next.set_previous(Block::NONE);
        }
        // INVARIANT: **Lists** holds again without this block.
        self.0.set(next, &around.bounds);
        next
    }

    /// The size of the largest block, or 0; looks at all.
    pub(in crate::heap) fn largest(&self, around: &Around<W>) -> usize {
        let (mut block, mut largest) = (self.first(around), 0);
        while !block.is_none() {
            largest = largest.max(block.size_of_free());
            block = around.bounds.followed(block);
        }
        largest
    }

    /// Walks the list, asserts **Lists** and that each size `belongs`, and returns the number of blocks.
    pub(in crate::heap) fn verify(
        &self,
        around: &Around<W>,
        mut belongs: impl FnMut(Block, usize) -> bool,
    ) -> usize {
        let (mut block, mut previous, mut blocks) = (self.first(around), Block::NONE, 0);
        while !block.is_none() {
            let tag = block.tag().expect("Lists: a tag is damaged");
            assert!(!tag.is_in_use(), "Lists: a block in use");
            assert!(belongs(block, tag.size()), "Lists: the wrong list");
            assert!(block.previous() == previous.address(), "Lists: a link back");
            let next = block.next();
            let inside = around.bounds.block_at(next);
            assert!(next == 0 || inside.is_some(), "Lists: a link leads out");
            (previous, block) = (block, inside.unwrap_or(Block::NONE));
            blocks += 1;
        }
        blocks
    }
}
