//! Room without a type: a pointer and a capacity, and how they grow.
//!
//! What a vector of one type and a vector of another do alike is here, so that a program has it once: what
//! depends on the type is the size and the alignment of an element, and they come as one word, [`Element`].
//!
//! # How is this safe?
//! **Block** of [`Room`] says what the pointer and the capacity mean, and every change goes through
//! [`Room::placed`]. Elements of size 0 never have a block.
//!
//! # Costs
//! Growth: at most one allocation and one copy of the elements that are there, amortised constant for each
//! element. A division where an allocator gave more than it was asked for.

use super::error::{Refusal, TryReserveError};
use crate::memory::{AllocError, Allocator, Layout, advise_grown};
use core::num::NonZero;
use core::ptr::NonNull;

/// The first block of a vector of bytes that grows from nothing: most texts that are put together have more, and
/// each step saved is a call of the allocator. Of other elements it has room for four, or for one if they are
/// large.
const FIRST_BLOCK_BYTES: usize = 32;
/// Elements above this size start with room for one.
const LARGE_ELEMENT_BYTES: usize = 1024;

/// Size and alignment of an element in one word: an argument of five bytes of code.
///
/// # Invariants
/// - **Element**: the upper bits are the size of a type, the lower [`Element::ALIGN_BITS`] the logarithm of its
///   alignment.
#[derive(Clone, Copy)]
pub(super) struct Element(usize);

impl Element {
    /// The largest alignment of a type is 2^29.
    const ALIGN_BITS: u32 = 5;

    /// Those of `T`.
    pub(super) const fn of<T>() -> Element {
        assert!(size_of::<T>() <= usize::MAX >> Self::ALIGN_BITS);
        // INVARIANT: **Element** holds: no bit of the size is lost, checked above.
        Element(size_of::<T>() << Self::ALIGN_BITS | align_of::<T>().trailing_zeros() as usize)
    }

    #[inline(always)]
    fn size(self) -> usize {
        self.0 >> Self::ALIGN_BITS
    }

    #[inline(always)]
    fn align(self) -> usize {
        1 << (self.0 & ((1 << Self::ALIGN_BITS) - 1))
    }

    /// The layout of `count` elements, if a block can be that long.
    #[inline(always)]
    fn layout(self, count: usize) -> Option<Layout> {
        let size = count.checked_mul(self.size())?;
        Layout::from_size_align(size, self.align()).ok()
    }

    /// For how many elements a block has room that was asked for `wanted` of them.
    #[inline(always)]
    fn capacity(self, block: Result<NonNull<[u8]>, AllocError>, wanted: usize) -> usize {
        match block {
            Ok(block) if block.len() != wanted * self.size() => block.len() / self.size(),
            _ => wanted,
        }
    }

    /// Where no block is.
    fn nowhere(self) -> NonNull<u8> {
        NonNull::without_provenance(NonZero::new(self.align()).unwrap_or(NonZero::<usize>::MIN))
    }
}

/// A pointer and a capacity; two words, which go and come in registers.
///
/// # Invariants
/// - **Block**: `capacity` is 0 and `ptr` dangles at the alignment of the element; or `ptr` is the start of a
///   live block of the allocator beside it, and the layout of `capacity` elements fits it.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub(super) ptr: NonNull<u8>,
    pub(super) capacity: usize,
}

/// New room, or how much was refused, as two plain words: they come back in registers, a `Result` would not.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    ptr: Option<NonNull<u8>>,
    /// The capacity, or the bytes that were refused.
    word: usize,
}

impl Placed {
    const OVERFLOW: Placed = Placed {
        ptr: None,
        word: usize::MAX,
    };

    #[inline(always)]
    fn new(block: Result<NonNull<[u8]>, AllocError>, capacity: usize, bytes: usize) -> Placed {
        match block {
            Ok(block) => Placed {
                ptr: Some(block.cast()),
                word: capacity,
            },
            Err(AllocError) => Placed {
                ptr: None,
                word: bytes,
            },
        }
    }

    /// Room that is kept as it is.
    #[inline(always)]
    pub(super) fn of(room: Room) -> Placed {
        Placed {
            ptr: Some(room.ptr),
            word: room.capacity,
        }
    }

    /// As a result.
    ///
    /// INVARIANT: **Block** of the room holds by whoever has made this: the block was just handed out, or an old
    /// one has its new size, and the capacity is at most what is usable.
    #[inline(always)]
    pub(super) fn room(self) -> Result<Room, TryReserveError> {
        match self.ptr {
            Some(ptr) => Ok(Room {
                ptr,
                capacity: self.word,
            }),
            None => Err(TryReserveError::refused(self.word)),
        }
    }
}

impl Room {
    /// No room, for elements of type `T`.
    pub(super) const fn none<T>() -> Room {
        // INVARIANT: **Block** holds: no capacity, and the pointer dangles.
        Room {
            ptr: NonNull::<T>::dangling().cast(),
            capacity: 0,
        }
    }

    /// Room for one element more than are there, in a full block, and for as many again. By value: who pushes
    /// in a loop keeps its room in registers, since no reference to it ever goes out.
    #[cold]
    #[inline(never)]
    pub(super) fn grown_by_one<A: Allocator>(self, allocator: &A, element: Element) -> Placed {
        self.grown_amortized(allocator, self.capacity, 1, element)
    }

    /// Room for `capacity` elements where there was none; they have a size, and there is one at least.
    #[inline]
    pub(super) fn first<A: Allocator, R: Refusal>(
        allocator: &A,
        capacity: usize,
        element: Element,
    ) -> R::Answer {
        R::carry(match element.layout(capacity) {
            Some(layout) => {
                let block = allocator.allocate(layout);
                Placed::new(block, element.capacity(block, capacity), layout.size())
            }
            None => Placed::OVERFLOW,
        })
    }

    /// Room for `additional` elements more than `length`, and for as many again as there is room for now.
    #[inline(never)]
    pub(super) fn grown_amortized<A: Allocator>(
        self,
        allocator: &A,
        length: usize,
        additional: usize,
        element: Element,
    ) -> Placed {
        let least = match element.size() {
            0 => return Placed::OVERFLOW,
            1 => FIRST_BLOCK_BYTES,
            2..=LARGE_ELEMENT_BYTES => 4,
            _ => 1,
        };
        let Some(needed) = length.checked_add(additional) else {
            return Placed::OVERFLOW;
        };
        // What is there is at most half of the address space.
        let doubled = self.capacity * 2;
        self.placed(allocator, length, needed.max(doubled).max(least), element)
    }

    /// Room for `additional` elements more than `length`.
    pub(super) fn grown_exact<A: Allocator>(
        self,
        allocator: &A,
        length: usize,
        additional: usize,
        element: Element,
    ) -> Placed {
        match length.checked_add(additional) {
            Some(needed) if element.size() > 0 => self.placed(allocator, length, needed, element),
            _ => Placed::OVERFLOW,
        }
    }

    /// The first `length` elements in a block of `wanted` elements or a little more. On `Err` nothing has
    /// changed; on `Ok` this room is gone.
    ///
    /// `length` is at most `wanted`, and the element has a size; `wanted` is not 0.
    #[inline(never)]
    pub(super) fn placed<A: Allocator>(
        self,
        allocator: &A,
        length: usize,
        wanted: usize,
        element: Element,
    ) -> Placed {
        let Some(layout) = element.layout(wanted) else {
            return Placed::OVERFLOW;
        };
        let block = if self.capacity == 0 {
            allocator.allocate(layout)
        } else {
            let used_bytes = length.min(self.capacity) * element.size();
            self.moved(allocator, layout, used_bytes, element)
        };
        Placed::new(block, element.capacity(block, wanted), layout.size())
    }

    /// The block in its new size: in place, else elsewhere without a copy, else a new one with a copy of the
    /// first `used_bytes`.
    #[inline]
    fn moved<A: Allocator>(
        self,
        allocator: &A,
        new: Layout,
        used_bytes: usize,
        element: Element,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let old = self.layout(element);
        // SAFETY:
        // - by **Block** of `Room`, the pointer is the start of a live block and `old` fits it;
        // - `new` is a layout, checked when it was made, and not empty (contract of `placed`).
        if let Ok(usable) = unsafe { allocator.resize(self.ptr, old, new.size()) } {
            return Ok(NonNull::slice_from_raw_parts(self.ptr, usable));
        }
        // SAFETY: as above by **Block** of `Room`: a refusal has changed nothing.
        if let Ok(moved) = unsafe { allocator.remap(self.ptr, old, new.size()) } {
            advise_grown(allocator, moved, old.size());
            return Ok(moved);
        }
        let block = allocator.allocate(new)?;
        // SAFETY:
        // - by **Block** of `Room`, the old block is live, and `used_bytes` is at most its and the new one's
        //   size (contract of `placed`); the new one comes from the allocator, so they share no byte;
        // - the old block is not used after it is given back.
        unsafe {
            block
                .cast::<u8>()
                .copy_from_nonoverlapping(self.ptr, used_bytes);
            allocator.deallocate(self.ptr, old);
        }
        Ok(block)
    }

    /// Gives the block back; the caller makes **Block** hold again.
    #[inline]
    pub(super) fn release<A: Allocator>(self, allocator: &A, element: Element) {
        if self.capacity > 0 {
            // SAFETY: by **Block** of `Room`, the pointer is the start of a live block and the layout fits it.
            unsafe { allocator.deallocate(self.ptr, self.layout(element)) };
        }
    }

    /// The layout of `capacity` elements.
    #[inline]
    fn layout(self, element: Element) -> Layout {
        // SAFETY: by **Block** of `Room`, so many elements fit a block, whose size was checked when it was
        // asked for, or is one that an allocator has handed out; by **Element** the alignment is that of a type.
        unsafe {
            Layout::from_size_align_unchecked(self.capacity * element.size(), element.align())
        }
    }
}

/// Room with the allocator that it comes from.
///
/// # Invariants
/// - **Block** of the room, with this allocator.
pub(super) struct Lodging<A: Allocator> {
    pub(super) room: Room,
    pub(super) allocator: A,
}

impl<A: Allocator> Lodging<A> {
    /// The allocator for a call, without the address of this value if it has no state: a value whose address
    /// never goes out can stay in registers.
    #[inline(always)]
    pub(super) fn lent(&self) -> &A {
        if size_of::<A>() == 0 {
            // SAFETY: the pointer comes from the type: it is aligned, an `A` of size 0 lies wherever one
            // is looked for, and there is one in `self` as long as the reference lives.
            unsafe { NonNull::<A>::dangling().as_ref() }
        } else {
            &self.allocator
        }
    }

    /// Makes room for one element more in a full block, and for more to come.
    #[cold]
    #[inline(never)]
    pub(super) fn grow_by_one<R: Refusal>(&mut self, element: Element) -> Result<(), R::Error> {
        self.grow::<R>(self.room.capacity, 1, element)
    }

    /// Makes room for `additional` elements more than the first `length`, which come along, and for more to
    /// come. The caller has seen that there is no room.
    #[cold]
    #[inline(never)]
    pub(super) fn grow<R: Refusal>(
        &mut self,
        length: usize,
        additional: usize,
        element: Element,
    ) -> Result<(), R::Error> {
        let room = self
            .room
            .grown_amortized(&self.allocator, length, additional, element);
        // INVARIANT: **Block** holds by that of the new room.
        self.room = R::answer(room.room())?;
        Ok(())
    }

    /// As [`Lodging::grow`], for no more than that.
    #[cold]
    #[inline(never)]
    pub(super) fn grow_exact<R: Refusal>(
        &mut self,
        length: usize,
        additional: usize,
        element: Element,
    ) -> Result<(), R::Error> {
        let room = self
            .room
            .grown_exact(&self.allocator, length, additional, element);
        // INVARIANT: **Block** holds by that of the new room.
        self.room = R::answer(room.room())?;
        Ok(())
    }

    /// Gives room back down to `capacity` elements, which is at least `length` and less than there are.
    #[inline(never)]
    pub(super) fn shrink<R: Refusal>(
        &mut self,
        length: usize,
        capacity: usize,
        element: Element,
    ) -> Result<(), R::Error> {
        let room = if capacity == 0 {
            self.room.release(&self.allocator, element);
            // INVARIANT: **Block** holds again: no capacity, and the pointer dangles.
            Room {
                ptr: element.nowhere(),
                capacity: 0,
            }
        } else {
            let room = self.room.placed(&self.allocator, length, capacity, element);
            R::answer(room.room())?
        };
        // INVARIANT: **Block** holds by that of the new room.
        self.room = room;
        Ok(())
    }
}
