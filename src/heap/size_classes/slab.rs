//! A page of slots of one size, and the table of sizes.

use crate::heap::place::{GRANULE_BYTES, Place};
use crate::memory::{Layout, PAGE_BYTES};

/// Blocks above this come from the general heap.
pub(super) const SMALL_BYTES_MAX: usize = 1008;

/// The head of a page.
pub(super) const HEAD_BYTES: usize = 32;

pub(super) const NEXT: usize = 0;
pub(super) const PREVIOUS: usize = 1;
pub(super) const FREE: usize = 2;
pub(super) const COUNTS: usize = 3;

/// The sizes of the classes, each a multiple of 16: from 288 on, a page less its head in 14, 13 … 4 parts.
pub(super) const SIZES: [usize; 27] = [
    16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 304, 336, 368,
    400, 448, 496, 576, 672, 800, 1008,
];

/// The class for each number of granules.
pub(super) const CLASSES: [u8; SMALL_BYTES_MAX / GRANULE_BYTES + 1] = {
    let mut classes = [0; SMALL_BYTES_MAX / GRANULE_BYTES + 1];
    let (mut granules, mut class) = (1, 0);
    while granules < classes.len() {
        if granules * GRANULE_BYTES > SIZES[class] {
            class += 1;
        }
        classes[granules] = class as u8;
        granules += 1;
    }
    classes
};

pub(super) const PAGE: Layout = match Layout::from_size_align(PAGE_BYTES, PAGE_BYTES) {
    Ok(layout) => layout,
    Err(_) => panic!("a page has a layout"),
};

/// The class of a layout; `None` if the general heap serves it.
#[inline]
pub(super) fn class_from_layout(size: usize, align: usize) -> Option<usize> {
    if size > SMALL_BYTES_MAX || align > GRANULE_BYTES {
        return None;
    }
    Some(usize::from(CLASSES[size.div_ceil(GRANULE_BYTES)]))
}

/// How many slots a page of this class has.
pub(super) const fn slots_from_class(class: usize) -> usize {
    (PAGE_BYTES - HEAD_BYTES) / SIZES[class]
}

/// A page of one class.
///
/// # Invariants
/// - **Head**: the first four words of the page are the next and the previous page with a free slot of the class,
///   the first free slot, and the counts: slots in use, and slots that were ever used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Slab(pub(super) Place);

impl Slab {
    pub(super) fn word(self, index: usize) -> usize {
        // SAFETY: by **Head** of `Slab`.
        unsafe { self.0.word(index) }
    }

    pub(super) fn set(self, index: usize, value: usize) {
        // SAFETY: by **Head** of `Slab`, the word is the heap's own.
        unsafe { self.0.set_word(index, value) };
    }

    pub(super) fn first_free(self) -> Place {
        Place(self.word(FREE))
    }

    /// Slots in use, and slots that were ever used.
    pub(super) fn counts(self) -> (usize, usize) {
        let counts = self.word(COUNTS);
        (counts & 0xffff, counts >> 16)
    }

    pub(super) fn set_counts(self, in_use: usize, ever: usize) {
        self.set(COUNTS, ever << 16 | in_use);
    }

    /// A slot out of a page that has one.
    pub(super) fn take(self, class: usize) -> Place {
        let (in_use, ever) = self.counts();
        let free = self.first_free();
        // INVARIANT: **Head** holds again with one slot more in use.
        if free.is_none() {
            self.set_counts(in_use + 1, ever + 1);
            return self.0.up(HEAD_BYTES + ever * SIZES[class]);
        }
        // SAFETY: by **Head** of `Slab` it is a free slot, whose first word is the next one.
        self.set(FREE, unsafe { free.word(0) });
        self.set_counts(in_use + 1, ever);
        free
    }

    /// Takes a slot back.
    pub(super) fn put(self, slot: Place) {
        let (in_use, ever) = self.counts();
        // SAFETY: the slot comes from this page and is in use no more (contract of the caller).
        unsafe { slot.set_word(0, self.word(FREE)) };
        // INVARIANT: **Head** holds again with one slot less in use.
        self.set(FREE, slot.0);
        self.set_counts(in_use - 1, ever);
    }
}
