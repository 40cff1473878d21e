//! One block of the general heap: its tag in front, its links and its footer while it is free.
//!
//! ```text
//!            address (a multiple of 16)
//!            v
//!   in use   |tag|  the program's bytes ...                     |tag of the next block
//!   free     |tag|next|previous|    ...    ...    ...    |footer|tag of the next block
//!                 `------------------- size ---------------------'
//! ```
//!
//! A size counts from one tag to the next. The tag is one word:
//!
//! ```text
//!   bit[0..16]    the seal: a sum over the other bits and the address
//!   bit[16]       the block before it is free, and its footer (its size) stands in front of this tag
//!   bit[17]       the block is in use
//!   bit[18]       the block is the first of its region
//!   bit[20..64]   the size in granules of 16 bytes
//! ```
//!
//! The seal costs a multiplication and says at once whether a word is a tag at all, and one that stands
//! where it was written: a foreign pointer, a pointer into the middle of a block, a tag that somebody wrote
//! over is recognised in 65 535 of 65 536 cases, and a changed size or flag likewise. Only bit 16 is not
//! under the seal: it changes whenever the block before is taken or freed. Who believes it looks at the footer,
//! and at the sealed tag that the footer leads to.
//!
//! # How is this safe?
//! Only this file turns numbers into pointers. A [`Block`] is made from memory of the source, by walking from
//! a sealed tag to its neighbours, or by `bounds.rs` from a link that lies between the lowest and the highest
//! address of the heap; no `Block` leaves the heap.

use super::fault;
use crate::heap::place::{GRANULE_BYTES, Place};
use core::ptr::{NonNull, with_exposed_provenance_mut};

/// The bytes of a tag: what a block in use costs.
pub(in crate::heap) const TAG_BYTES: usize = 8;

/// The smallest block: a tag, two links, a footer.
pub(in crate::heap) const BLOCK_BYTES_MIN: usize = 32;

const PREVIOUS_FREE: usize = 1;
const IN_USE: usize = 2;
const FIRST: usize = 4;
const FLAGS: usize = GRANULE_BYTES - 1;
const SEAL_BITS: u32 = u16::BITS;

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
const fn word_from_tag(address: usize, tag: Tag) -> usize {
    tag.0 << SEAL_BITS | seal(address, tag) as usize
}

/// The tag in a word, if its seal fits.
#[inline(always)]
const fn tag_from_word(address: usize, word: usize) -> Option<Tag> {
    let tag = Tag(word >> SEAL_BITS);
    if word as u16 == seal(address, tag) {
        Some(tag)
    } else {
        None
    }
}

/// Where a block begins: its first byte behind the tag.
///
/// # Invariants
/// - **Ours**: the tag in front of the address, and the bytes up to the next tag, lie in a region that the
///   heap holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(transparent)]
pub(in crate::heap) struct Block(usize);

/// The block at a place of a region.
///
/// # Safety
/// - The word in front of `place` and the bytes from there on lie in a region that the heap holds.
pub(in crate::heap) const unsafe fn block_from_place(place: Place) -> Block {
    // INVARIANT: **Ours** holds: contract of this function.
    Block(place.0)
}

impl Block {
    /// No block: the end of a list.
    pub(in crate::heap) const NONE: Block = Block(0);

    pub(in crate::heap) const fn is_none(self) -> bool {
        self.0 == 0
    }

    pub(in crate::heap) const fn address(self) -> usize {
        self.0
    }

    /// The slice of `length` bytes from here, as an allocator hands it out.
    #[inline(always)]
    pub(in crate::heap) fn slice(self, length: usize) -> NonNull<[u8]> {
        let start = with_exposed_provenance_mut(self.0);
        // SAFETY: by **Ours** of `Block` there is a tag in front of the address, so it is not 0.
        NonNull::slice_from_raw_parts(unsafe { NonNull::new_unchecked(start) }, length)
    }

    /// The block that begins `size` bytes further up: the next one, if that is this one's size.
    pub(in crate::heap) const fn up(self, size: usize) -> Block {
        Block(self.0 + size)
    }

    /// What stands in front of the tag: the size of the block before, if that one is free.
    #[inline]
    pub(in crate::heap) fn footer_before(self) -> usize {
        self.word(-2)
    }

    /// The tag, if its seal fits.
    #[inline(always)]
    pub(in crate::heap) fn tag(self) -> Option<Tag> {
        tag_from_word(self.0, self.word(-1))
    }

    /// Writes the tag and seals it.
    #[inline(always)]
    pub(in crate::heap) fn set_tag(self, tag: Tag) {
        self.set_word(-1, word_from_tag(self.0, tag));
    }

    /// Tells this block that the one before it is free, or is not.
    #[inline(always)]
    pub(in crate::heap) fn set_previous_free(self, free: bool) {
        let word = self.word(-1);
        let flag = PREVIOUS_FREE << SEAL_BITS;
        let word = if free { word | flag } else { word & !flag };
        let place = with_exposed_provenance_mut::<usize>(self.0);
        // SAFETY: by **Ours** of `Block`, as for each word. It is volatile so that the whole word is written:
        // of a single byte the compiler would make it, and the next look at the word would wait for it.
        unsafe { place.sub(1).write_volatile(word) };
    }

    /// Marks the tag of a block in use that is freed and swallowed by the block before it, so that a second free
    /// is told from a foreign pointer.
    #[inline(always)]
    pub(in crate::heap) fn mark_swallowed(self) {
        self.set_word(-1, !self.word(-1));
    }

    /// Whether here was a block that was freed and swallowed, and nothing has been written over it since.
    pub(in crate::heap) fn is_swallowed(self) -> bool {
        tag_from_word(self.0, !self.word(-1)).is_some()
    }

    /// The tag of this free block.
    #[inline]
    pub(in crate::heap) fn free_tag(self) -> Tag {
        match self.tag() {
            Some(tag) if !tag.is_in_use() => tag,
            _ => fault::damaged(self, "the tag of a free block"),
        }
    }

    /// The size of this free block.
    #[inline]
    pub(in crate::heap) fn size_of_free(self) -> usize {
        self.free_tag().size()
    }

    /// Writes the tag and the footer of a free block.
    #[inline]
    pub(in crate::heap) fn set_free_tag(self, tag: Tag) {
        self.set_tag(tag);
        self.set_footer(tag.size());
    }

    /// Writes the footer of a free block of `size` bytes.
    #[inline]
    fn set_footer(self, size: usize) {
        Block(self.0 + size).set_word(-2, size);
    }

    /// The link to the next free block, as it stands there.
    #[inline]
    pub(in crate::heap) fn next(self) -> usize {
        self.word(0)
    }

    /// The link to the previous free block, as it stands there.
    #[inline]
    pub(in crate::heap) fn previous(self) -> usize {
        self.word(1)
    }

    #[inline]
    pub(in crate::heap) fn set_next(self, next: Block) {
        self.set_word(0, next.0);
    }

    #[inline]
    pub(in crate::heap) fn set_previous(self, previous: Block) {
        self.set_word(1, previous.0);
    }

    /// Writes into the middle of things, as a program with a fault does.
    #[cfg(test)]
    pub(in crate::heap) fn damage(self, index: isize, value: usize) {
        self.set_word(index, value);
    }

    #[inline]
    fn word(self, index: isize) -> usize {
        let start = with_exposed_provenance_mut::<usize>(self.0);
        // SAFETY: by **Ours** of `Block`, the word lies in a region, or in a free block of it; a block begins
        // at a multiple of 16.
        unsafe { start.offset(index).read() }
    }

    #[inline]
    fn set_word(self, index: isize, value: usize) {
        let start = with_exposed_provenance_mut::<usize>(self.0);
        // SAFETY: by **Ours** of `Block`, as for reading; the heap writes tags, and into free blocks, which
        // are the heap's own.
        unsafe { start.offset(index).write(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_moved_or_changed_is_none() {
        let mut words = [0usize; 8];
        let start = words.as_mut_ptr().expose_provenance().next_multiple_of(16) + 16;
        // SAFETY: the words come from the array above: one in front of the block, three behind.
        let block = unsafe { block_from_place(Place(start)) };
        let tag = Tag::in_use(48).with_previous_free(true).with_first(true);
        block.set_tag(tag);
        assert_eq!(block.tag(), Some(tag));
        let word = block.word(-1);
        for bit in (0..64).filter(|&bit| 1 << bit != PREVIOUS_FREE << SEAL_BITS) {
            block.set_word(-1, word ^ (1 << bit));
            assert_eq!(block.tag(), None, "bit {bit}");
        }
        block.set_word(1, word);
        assert_eq!(block.up(16).tag(), None, "moved");
    }

    #[test]
    fn flags_and_size_do_not_touch_each_other() {
        let tag = Tag::in_use(64).with_size(4096).with_first(true);
        assert!(tag.is_in_use() && tag.is_first() && !tag.is_previous_free());
        assert_eq!(tag.freed().with_first(false), Tag::free(4096));
        assert!(Tag::in_use(0).is_fence());
    }
}
