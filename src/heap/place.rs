//! An address of the heap's own memory, as a number that means something.
//!
//! A heap does arithmetic on addresses all day: a plain number would forget what it is, and a reference
//! would promise too much. A [`Place`] is a multiple of 16 in memory that came from the source; its words
//! are read and written here and nowhere else.
//!
//! # How is this safe?
//! The provenance of each piece of memory is exposed when it comes from the source ([`place_from_ptr`]), so
//! that a number can become a pointer into it again, also over the seam of two regions that touch.

use core::ptr::{NonNull, with_exposed_provenance_mut};

/// Every place, and every size of a piece of a heap, is a multiple of this.
pub(super) const GRANULE_BYTES: usize = 16;

/// The bytes of a word in memory.
pub(super) const WORD_BYTES: usize = size_of::<usize>();

/// The address of memory that a heap has from its source; 0 is no place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(transparent)]
pub(super) struct Place(pub(super) usize);

/// The place of memory that the source has handed out.
pub(super) fn place_from_ptr(ptr: NonNull<u8>) -> Place {
    Place(ptr.as_ptr().expose_provenance())
}

impl Place {
    /// No place at all: the end of a list.
    pub(super) const NONE: Place = Place(0);

    /// Whether this is the end of a list.
    pub(super) const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The place `bytes` further up.
    pub(super) const fn up(self, bytes: usize) -> Place {
        Place(self.0 + bytes)
    }

    /// The first place from here on at a multiple of `align`, a power of two, if there is one. (No division: a search
    /// asks this of every block it looks at.)
    pub(super) const fn aligned(self, align: usize) -> Option<Place> {
        match self.0.checked_add(align - 1) {
            Some(above) => Some(Place(above & !(align - 1))),
            None => None,
        }
    }

    /// The pointer to this place.
    pub(super) fn ptr(self) -> NonNull<u8> {
        assert!(!self.is_none(), "no place");
        // SAFETY: that it is not 0 was checked above.
        unsafe { NonNull::new_unchecked(with_exposed_provenance_mut(self.0)) }
    }

    /// The slice of `length` bytes from here, as an allocator hands it out.
    pub(super) fn block(self, length: usize) -> NonNull<[u8]> {
        NonNull::slice_from_raw_parts(self.ptr(), length)
    }

    /// The word at `index` words from here.
    ///
    /// # Safety
    /// - The word lies in memory that came from the source, and has been written.
    #[inline]
    pub(super) unsafe fn word(self, index: usize) -> usize {
        // SAFETY: contract of this function; a place is aligned to 16.
        unsafe { self.ptr().cast::<usize>().add(index).read() }
    }

    /// Writes the word at `index` words from here.
    ///
    /// # Safety
    /// - The word lies in memory that came from the source and in no live block.
    #[inline]
    pub(super) unsafe fn set_word(self, index: usize, value: usize) {
        // SAFETY: contract of this function; a place is aligned to 16.
        unsafe { self.ptr().cast::<usize>().add(index).write(value) }
    }
}

/// A size rounded up to whole granules, at least one; `None` if there is no such size.
pub(super) const fn granules_from_size(size: usize) -> Option<usize> {
    match size {
        0 => None,
        size if size > crate::memory::BLOCK_BYTES_MAX => None,
        size => size.checked_next_multiple_of(GRANULE_BYTES),
    }
}
