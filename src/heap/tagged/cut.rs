//! Blocks are cut out of free ones, at the end that the heap does not grow at.
//!
//! ```text
//! free block   |      front       |    wanted    |   back   |
//!               whole, or at least 32 bytes each, or part of the wanted block
//! ```
//!
//! A piece of less than 32 bytes could not be found again: it belongs to the block, and the caller is told
//! so by the length of the slice. So no byte is ever lost between blocks.

use super::block::{BLOCK_BYTES_MIN, Block, TAG_BYTES, Tag};
use super::fault;
use super::{Core, Index};
use crate::heap::place::GRANULE_BYTES;
use crate::memory::{AllocError, Allocator, BLOCK_BYTES_MAX};

/// A block inside a free one: how many bytes stay in front, and how many it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::heap) struct Cut {
    front: usize,
    taken: usize,
}

/// What is looked for among the free blocks.
#[derive(Clone, Copy, Debug)]
pub(in crate::heap) struct Wish {
    /// The size of the block, its tag included.
    pub(in crate::heap) size: usize,
    /// A size of which every free block will do.
    pub(in crate::heap) sure: usize,
    align: usize,
    /// Whether the heap grows upwards: blocks are cut at the lower end then.
    pub(in crate::heap) low: bool,
}

impl Wish {
    /// Where a free block could be cut, if it could.
    #[inline]
    pub(in crate::heap) fn cut(&self, block: Block, free: usize) -> Option<Cut> {
        cut_from(block.address(), free, self.size, self.align, self.low)
    }

    /// A block of `size` bytes anywhere, in a heap that grows downwards: what nearly every request is.
    #[inline]
    pub(in crate::heap) const fn plain(size: usize) -> Wish {
        Wish {
            size,
            sure: size,
            align: GRANULE_BYTES,
            low: false,
        }
    }

    /// Whether a free block would do.
    #[inline]
    pub(in crate::heap) fn fits(&self, block: Block, free: usize) -> bool {
        self.cut(block, free).is_some()
    }
}

/// The size of a block for `size` bytes of the program; `None` if there is none.
#[inline]
pub(super) const fn block_size_from_size(size: usize) -> Option<usize> {
    if size == 0 || size > BLOCK_BYTES_MAX - 2 * GRANULE_BYTES {
        return None;
    }
    let rounded = (size + TAG_BYTES + GRANULE_BYTES - 1) & !(GRANULE_BYTES - 1);
    Some(if rounded < BLOCK_BYTES_MIN {
        BLOCK_BYTES_MIN
    } else {
        rounded
    })
}

/// Where in a free block of `free` bytes at `address` a block of `size` bytes can lie at `align`: at its
/// lower or upper end as far as possible.
#[inline]
fn cut_from(address: usize, free: usize, size: usize, align: usize, low: bool) -> Option<Cut> {
    let mut spare = free.checked_sub(size)?;
    if align <= GRANULE_BYTES {
        if spare < BLOCK_BYTES_MIN {
            return Some(Cut {
                front: 0,
                taken: free,
            });
        }
        let front = if low { 0 } else { spare };
        return Some(Cut { front, taken: size });
    }
    let mut front = if low {
        address.checked_next_multiple_of(align)? - address
    } else {
        let highest = (address + spare) & !(align - 1);
        highest.checked_sub(address)?
    };
    if front != 0 && front < BLOCK_BYTES_MIN {
        front = if low { front + align } else { return None };
    }
    spare = spare.checked_sub(front)?;
    let back = if spare < BLOCK_BYTES_MIN { spare } else { 0 };
    Some(Cut {
        front,
        taken: size + back,
    })
}

impl<I: Index + ?Sized> Core<I> {
    /// Takes a block in use of `size` bytes or a little more out of a free one, which is long enough: of one
    /// that was found on a `shelf` of the index, or of the top.
    #[inline(always)]
    pub(super) fn take_plain(
        &self,
        free: Block,
        tag: Tag,
        shelf: Option<u8>,
        size: usize,
    ) -> (Block, Tag) {
        let front = tag.size() - size;
        if front >= BLOCK_BYTES_MIN {
            if let Some(shelf) = shelf {
                self.index
                    .shrink_found(free, tag.size(), front, shelf, &self.around);
            }
            // INVARIANT: **Tiles** and **Merged** hold again: front and block fill the free block.
            free.set_free_tag(tag.with_size(front));
            let block = free.up(front);
            let in_use = Tag::in_use(size).with_previous_free(true);
            block.set_tag(in_use);
            block.up(size).set_previous_free(false);
            return (block, in_use);
        }
        if let Some(shelf) = shelf {
            self.index
                .remove_found(free, tag.size(), shelf, &self.around);
        }
        // INVARIANT: **Tiles** and **Merged** hold again: all of the free block is in use.
        let in_use = tag.used();
        free.set_tag(in_use);
        free.up(tag.size()).set_previous_free(false);
        (free, in_use)
    }

    /// The top of a heap that grows downwards, if it is that long; counts as looked at.
    #[inline(always)]
    pub(super) fn top_of_at_least(&self, size: usize) -> Option<(Block, Tag)> {
        let (top, tag) = self.top()?;
        self.around.step();
        (tag.size() >= size).then_some((top, tag))
    }

    /// A block in use of `size` bytes or a little more, at `align`: out of the index, out of the top, or
    /// after the heap has grown.
    pub(super) fn take(
        &self,
        source: &dyn Allocator,
        size: usize,
        align: usize,
    ) -> Result<(Block, Tag), AllocError> {
        let padding = if align > GRANULE_BYTES {
            align.checked_add(BLOCK_BYTES_MIN).ok_or(AllocError)?
        } else {
            0
        };
        let wish = Wish {
            size,
            sure: size.checked_add(padding).ok_or(AllocError)?,
            align,
            low: self.grows_up(),
        };
        if let Some((block, tag)) = self.index.search(&wish, &self.around) {
            let cut = wish.cut(block, tag.size()).ok_or(AllocError)?;
            return Ok(self.take_filed(block, tag, cut));
        }
        if let Some((top, tag)) = self.top() {
            self.around.step();
            if let Some(cut) = wish.cut(top, tag.size()) {
                return Ok(self.take_top(top, tag, cut));
            }
        }
        self.take_grown(source, wish)
    }

    /// A block out of what the heap has grown by: an index may not find it, if it rounds up.
    #[cold]
    #[inline(never)]
    pub(super) fn take_grown(
        &self,
        source: &dyn Allocator,
        wish: Wish,
    ) -> Result<(Block, Tag), AllocError> {
        let (block, tag) = self.grow(source, wish.sure)?;
        // Only now is it known which way the heap grows.
        let low = self.grows_up();
        let cut = Wish { low, ..wish }.cut(block, tag.size());
        let cut = cut.ok_or(AllocError)?;
        Ok(if self.is_top(block, tag.size()) {
            self.take_top(block, tag, cut)
        } else {
            self.take_filed(block, tag, cut)
        })
    }

    /// Cuts a block out of a filed one.
    #[inline]
    fn take_filed(&self, block: Block, tag: Tag, cut: Cut) -> (Block, Tag) {
        // INVARIANT: **Listed** holds again for the front, or the block is free no more.
        if cut.front > 0 {
            self.index
                .shrink(block, tag.size(), cut.front, &self.around);
        } else {
            self.index.remove(block, tag.size(), &self.around);
        }
        self.cut(block, tag, cut)
    }

    /// Cuts a block out of the top.
    #[inline]
    fn take_top(&self, top: Block, tag: Tag, cut: Cut) -> (Block, Tag) {
        let taken = self.cut(top, tag, cut);
        if self.grows_up() && cut.front > 0 {
            // INVARIANT: **Listed** holds again: what lies in front of the block is the top no more.
            self.index.insert(top, cut.front, &self.around);
        }
        taken
    }

    /// Cuts a block out of a free one that is in no bin, or whose front stays in its bin.
    #[inline]
    fn cut(&self, free: Block, tag: Tag, cut: Cut) -> (Block, Tag) {
        let block = free.up(cut.front);
        let back = tag.size() - cut.front - cut.taken;
        if cut.front > 0 {
            free.set_free_tag(tag.with_size(cut.front));
        }
        // INVARIANT: **Tiles** and **Merged** hold again: front, block and back fill the free block, and the
        // next block is told what lies before it.
        let in_use = Tag::in_use(cut.taken)
            .with_previous_free(cut.front > 0)
            .with_first(tag.is_first() && cut.front == 0);
        block.set_tag(in_use);
        let rest = block.up(cut.taken);
        if back > 0 {
            rest.set_free_tag(Tag::free(back));
            self.put(rest, back);
        } else {
            rest.set_tag(self.tag_of(rest).with_previous_free(false));
        }
        (block, in_use)
    }

    /// The tag of a block that the heap knows of.
    #[inline]
    pub(super) fn tag_of(&self, block: Block) -> Tag {
        match block.tag() {
            Some(tag) => tag,
            None => fault::damaged(block, "the tag of a block"),
        }
    }

    /// The top: the free block at the edge where the heap grows.
    #[inline]
    pub(super) fn top(&self) -> Option<(Block, Tag)> {
        let edge = self.edge.get(&self.around.bounds);
        if edge.is_none() {
            return None;
        }
        let tag = self.tag_of(edge);
        if self.grows_up() {
            tag.is_previous_free().then(|| self.free_before(edge))
        } else {
            (!tag.is_in_use()).then_some((edge, tag))
        }
    }

    /// Whether a free block is the top.
    #[inline]
    pub(super) fn is_top(&self, block: Block, size: usize) -> bool {
        if self.grows_up() {
            block.up(size) == self.edge.get(&self.around.bounds)
        } else {
            block == self.edge.get(&self.around.bounds)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_loses_no_byte_and_keeps_the_alignment() {
        for low in [false, true] {
            for align in [1, 16, 32, 64, 4096] {
                for address in (4096..4096 + 256).step_by(16) {
                    for free in (32..400).step_by(16) {
                        let Some(cut) = cut_from(address, free, 48, align, low) else {
                            continue;
                        };
                        let back = free - cut.front - cut.taken;
                        assert!((address + cut.front).is_multiple_of(align));
                        assert!(cut.taken == 48 || cut.taken == 64);
                        for piece in [cut.front, back] {
                            assert!(piece == 0 || piece >= BLOCK_BYTES_MIN);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn block_sizes_hold_the_tag_and_are_at_least_the_minimum() {
        let sizes = [1, 24, 25, 40, 41].map(|size| block_size_from_size(size).unwrap());
        assert_eq!(sizes, [32, 32, 48, 48, 64]);
        assert_eq!(block_size_from_size(0), None);
        assert_eq!(block_size_from_size(usize::MAX), None);
    }
}
