//! How blocks that another thread has freed travel home: as entries of a parcel, or bare.
//!
//! ```text
//! parcel   | link | count, sender | entry | entry | …          a block of the sender's own heap, 512 bytes
//! entry    address and class, 48 and 16 bits; for a large block class 0, and the next word is its size
//! bare     | link and class | size, if large | …              the freed block itself
//! ```
//!
//! A parcel names blocks without touching them: their cache lines stay where they are. It goes back to its sender
//! as a bare letter, and so does a block for which there is no memory for a parcel.

use crate::heap::place::Place;
use crate::heap::spans::Shaped;
use crate::memory::Layout;
use core::cell::Cell;

/// What a parcel is asked for as.
pub(super) const PARCEL: Layout = Layout::new::<[usize; PARCEL_WORDS]>();
const PARCEL_WORDS: usize = 64;

const LINK: usize = 0;
const COUNT_AND_SENDER: usize = 1;
const FIRST_ENTRY: usize = 2;
/// In a bare letter.
const SIZE: usize = 1;

/// Words of entries after which a parcel is posted: one more, of two words, would not fit.
const WORDS_MAX: usize = PARCEL_WORDS - FIRST_ENTRY - 1;
/// Bytes of blocks after which a parcel is posted.
const BYTES_MAX: usize = 16 * 1024;

/// Tells a bare letter from a parcel, in the address.
const BARE: usize = 1;

const ADDRESS_BITS: u32 = 48;
const ADDRESS_MASK: usize = (1 << ADDRESS_BITS) - 1;

/// Writes an address (or a link) and a shape's class into one word.
fn word_from(address: usize, shape: Shaped) -> usize {
    let class = match shape {
        Shaped::Small(class) => class + 1,
        Shaped::Large(_) => 0,
    };
    address | class << ADDRESS_BITS
}

/// The shape in a word; `size` is asked for that of a large block.
fn shape_from(word: usize, size: impl FnOnce() -> usize) -> Shaped {
    match word >> ADDRESS_BITS {
        0 => Shaped::Large(size()),
        class => Shaped::Small(class - 1),
    }
}

/// What a mailbox holds: the address of a parcel, or of a bare block and a bit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter(pub(super) usize);

impl Letter {
    /// A freed block by itself.
    ///
    /// # Safety
    /// - The block was live until now and is the letter's: at least 8 bytes, and 16 if its shape is large.
    pub(super) unsafe fn bare(address: usize, shape: Shaped) -> Letter {
        let place = Place(address);
        // SAFETY: contract of this function.
        unsafe {
            place.set_word(LINK, word_from(0, shape));
            if let Shaped::Large(size) = shape {
                place.set_word(SIZE, size);
            }
        }
        Letter(address | BARE)
    }

    fn place(self) -> Place {
        Place(self.0 & !BARE)
    }

    /// Writes which letter comes next, or 0.
    ///
    /// # Safety
    /// - The letter is not posted yet.
    pub(super) unsafe fn set_link(self, next: usize) {
        // SAFETY: contract of this function: nobody else reads the letter.
        unsafe {
            let class = self.place().word(LINK) & !ADDRESS_MASK;
            self.place().set_word(LINK, class | next);
        }
    }

    /// The letter behind this one, if there is one.
    ///
    /// # Safety
    /// - The letter has been collected.
    pub(super) unsafe fn next(self) -> Option<Letter> {
        // SAFETY: contract of this function: it was written before it was posted.
        let next = unsafe { self.place().word(LINK) } & ADDRESS_MASK;
        (next != 0).then_some(Letter(next))
    }

    /// Calls `visit` with each block in the letter. Returns the parcel and its sender, if it is one.
    ///
    /// # Safety
    /// - The letter has been collected; a bare one is not used after this.
    pub(super) unsafe fn open(self, mut visit: impl FnMut(usize, Shaped)) -> Option<(usize, u16)> {
        let place = self.place();
        // SAFETY: contract of this function: all words were written before the letter was posted.
        unsafe {
            if self.0 & BARE != 0 {
                let shape = shape_from(place.word(LINK), || place.word(SIZE));
                visit(place.0, shape);
                return None;
            }
            let (count, sender) = (
                place.word(COUNT_AND_SENDER) & 0xffff,
                place.word(COUNT_AND_SENDER) >> 16,
            );
            let mut index = FIRST_ENTRY;
            while index < FIRST_ENTRY + count {
                let entry = place.word(index);
                let shape = shape_from(entry, || {
                    index += 1;
                    place.word(index)
                });
                visit(entry & ADDRESS_MASK, shape);
                index += 1;
            }
            Some((place.0, sender as u16))
        }
    }
}

/// A parcel that is being filled.
///
/// # Invariants
/// - **Open**: `parcel` is 0 or a live block for [`PARCEL`] of the heap that has this; `words` of its entries
///   are written.
#[derive(Debug)]
pub(super) struct Tray {
    parcel: Cell<Place>,
    number: Cell<u16>,
    words: Cell<usize>,
    bytes: Cell<usize>,
}

impl Tray {
    pub(super) const fn new() -> Tray {
        // INVARIANT: **Open** holds: there is no parcel.
        Tray {
            parcel: Cell::new(Place::NONE),
            number: Cell::new(0),
            words: Cell::new(0),
            bytes: Cell::new(0),
        }
    }

    /// Whether an entry for `number` fits.
    #[inline]
    pub(super) fn is_for(&self, number: u16) -> bool {
        self.number.get() == number && !self.parcel.get().is_none()
    }

    /// Begins a parcel for `number`.
    ///
    /// # Safety
    /// - `parcel` is a block for [`PARCEL`] of the heap that has this tray, which is empty.
    pub(super) unsafe fn begin(&self, parcel: Place, number: u16) {
        // INVARIANT: **Open** holds by the contract of this function.
        self.parcel.set(parcel);
        self.number.set(number);
        self.words.set(0);
        self.bytes.set(0);
    }

    /// Adds a block to the parcel, which is there; whether it is to be posted now.
    #[inline]
    pub(super) fn add(&self, address: usize, shape: Shaped) -> bool {
        let (parcel, mut words) = (self.parcel.get(), self.words.get());
        // SAFETY: by **Open** of `Tray`: a parcel that is not full has two words more.
        unsafe {
            parcel.set_word(FIRST_ENTRY + words, word_from(address, shape));
            words += 1;
            if let Shaped::Large(size) = shape {
                parcel.set_word(FIRST_ENTRY + words, size);
                words += 1;
            }
        }
        // INVARIANT: **Open** holds with the entry written.
        self.words.set(words);
        self.bytes.set(self.bytes.get() + shape.bytes());
        words >= WORDS_MAX || self.bytes.get() >= BYTES_MAX
    }

    /// Takes the parcel out, closed, with the number that it is for.
    pub(super) fn close(&self, sender: u16) -> Option<(Letter, u16)> {
        // INVARIANT: **Open** holds: there is no parcel.
        let parcel = self.parcel.replace(Place::NONE);
        if parcel.is_none() {
            return None;
        }
        let count_and_sender = self.words.get() | (sender as usize) << 16;
        // SAFETY: by **Open** of `Tray`, as it was until now.
        unsafe {
            parcel.set_word(LINK, 0);
            parcel.set_word(COUNT_AND_SENDER, count_and_sender);
        }
        Some((Letter(parcel.0), self.number.get()))
    }
}
