//! The tag in front of each block: its size, what is known of it, and a seal over both.
//!
//! A tag is one word:
//!
//! ```text
//!   bit[0..16]    the seal: a sum over the other bits and the address
//!   bit[16]       the block before it is free, and its footer (its size) stands in front of this tag
//!   bit[17]       the block is in use
//!   bit[18]       the block is the first of its region
//!   bit[19]       the block rests: it was freed, and is still in use to its neighbours
//!   bit[20..64]   the size in granules of 16 bytes
//! ```
//!
//! The seal costs a multiplication and says at once whether a word is a tag at all, and one that stands
//! where it was written: a foreign pointer, a pointer into the middle of a block, a tag that somebody wrote
//! over is recognised in 65 535 of 65 536 cases, and a changed size or flag likewise. Only bit 16 is not
//! under the seal: it changes whenever the block before is taken or freed. Who believes it looks at the footer,
//! and at the sealed tag that the footer leads to.

use crate::heap::place::GRANULE_BYTES;

pub(super) const PREVIOUS_FREE: usize = 1;
const IN_USE: usize = 2;
const FIRST: usize = 4;
const RESTING: usize = 8;
const FLAGS: usize = GRANULE_BYTES - 1;
pub(super) const SEAL_BITS: u32 = u16::BITS;

/// A tag without its seal: the size, and the flags in place of its lowest bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::heap) struct Tag(usize);

impl Tag {
    /// A free block of `size` bytes, behind a block in use.
    pub(in crate::heap) const fn free(size: usize) -> Tag {
        Tag(size)
    }

    /// A block in use of `size` bytes, behind a block in use.
    pub(in crate::heap) const fn in_use(size: usize) -> Tag {
        Tag(size | IN_USE)
    }

    /// The same with another size.
    pub(in crate::heap) const fn with_size(self, size: usize) -> Tag {
        Tag(self.0 & FLAGS | size)
    }

    /// The same, in use.
    pub(in crate::heap) const fn used(self) -> Tag {
        Tag(self.0 | IN_USE)
    }

    /// The same, free.
    pub(in crate::heap) const fn freed(self) -> Tag {
        Tag(self.0 & !IN_USE)
    }

    /// The same of a block in use, at rest.
    pub(in crate::heap) const fn resting(self) -> Tag {
        Tag(self.0 | RESTING)
    }

    /// The same, no longer at rest.
    pub(in crate::heap) const fn woken(self) -> Tag {
        Tag(self.0 & !RESTING)
    }

    /// The same, with what is known of the block before it.
    pub(in crate::heap) const fn with_previous_free(self, free: bool) -> Tag {
        Tag(self.0 & !PREVIOUS_FREE | if free { PREVIOUS_FREE } else { 0 })
    }

    /// The same, first of its region or not.
    pub(in crate::heap) const fn with_first(self, first: bool) -> Tag {
        Tag(self.0 & !FIRST | if first { FIRST } else { 0 })
    }

    pub(in crate::heap) const fn size(self) -> usize {
        self.0 & !FLAGS
    }

    pub(in crate::heap) const fn is_in_use(self) -> bool {
        self.0 & IN_USE != 0
    }

    pub(in crate::heap) const fn is_resting(self) -> bool {
        self.0 & RESTING != 0
    }

    /// Whether the program has the block: it is in use and does not rest.
    pub(in crate::heap) const fn is_lent(self) -> bool {
        self.0 & (IN_USE | RESTING) == IN_USE
    }

    pub(in crate::heap) const fn is_previous_free(self) -> bool {
        self.0 & PREVIOUS_FREE != 0
    }

    pub(in crate::heap) const fn is_first(self) -> bool {
        self.0 & FIRST != 0
    }

    /// A tag without a size is the fence at the end of a region.
    pub(in crate::heap) const fn is_fence(self) -> bool {
        self.size() == 0
    }
}

/// The sum over a tag and the address of its block.
#[inline(always)]
const fn seal(address: usize, tag: Tag) -> u16 {
    // Without `PREVIOUS_FREE`, the lowest bit.
    let sealed = (tag.0 >> 1) ^ address;
    // The golden ratio: every bit below moves the sixteen highest.
    let product = sealed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (product >> (usize::BITS - SEAL_BITS)) as u16
}

/// A tag in memory.
#[inline(always)]
pub(super) const fn word_from_tag(address: usize, tag: Tag) -> usize {
    tag.0 << SEAL_BITS | seal(address, tag) as usize
}

/// The tag in a word, if its seal fits.
#[inline(always)]
pub(super) const fn tag_from_word(address: usize, word: usize) -> Option<Tag> {
    let tag = Tag(word >> SEAL_BITS);
    if word as u16 == seal(address, tag) {
        Some(tag)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_size_do_not_touch_each_other() {
        let tag = Tag::in_use(64).with_size(4096).with_first(true);
        assert!(tag.is_in_use() && tag.is_first() && !tag.is_previous_free());
        assert_eq!(tag.freed().with_first(false), Tag::free(4096));
        assert!(Tag::in_use(0).is_fence());
    }
}
