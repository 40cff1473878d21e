//! Room for elements: a pointer, a capacity and an allocator, and growth that does not know the type.
//!
//! ```text
//! ptr                                        ptr + capacity * element bytes
//! | slot 0 | slot 1 | ...                   |  < one element more, lost
//! |<-------------- usable size of the block -------------->|
//! ```
//!
//! Element logic lives elsewhere: a buffer never reads, writes or drops an element, it only carries their
//! bytes along when it grows. What depends on the type is the layout of one element, so the growing code
//! takes that as an argument and exists once for all types.
//!
//! # How is this safe?
//! **Block** of [`Room`] says what the pointer and the capacity mean, and every change goes through
//! [`Room::placed`]. Elements of size 0 never have a block: their capacity is `usize::MAX` and the stored
//! one stays 0.
//!
//! # Costs
//! Growth: at most one allocation and one copy of the elements that are there, amortised constant for each
//! element. A division of the usable size by that of the element when the block changes.

use super::error::TryReserveError;
use crate::memory::{AllocError, Allocator, Layout};
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::panic::UnwindSafe;
use core::ptr::NonNull;

/// The first block of a vector has room for so many bytes, but for one element at least and four if they
/// are not large: smaller blocks are not worth their header.
const FIRST_BLOCK_BYTES: usize = 8;
/// Elements above this size start with room for one.
const LARGE_ELEMENT_BYTES: usize = 1024;

/// Room without a type, and by value: who pushes in a loop keeps it in registers, since no reference to it ever
/// goes out.
///
/// # Invariants
/// - **Block**: `capacity` is 0 and `ptr` dangles at the alignment of the element; or `ptr` is the start of a
///   live block of the allocator beside it, and the layout of `capacity` elements fits it.
#[derive(Clone, Copy)]
struct Room {
    ptr: NonNull<u8>,
    capacity: usize,
}

/// New room, or how much was refused; two words, which come back in registers.
type Placed = Result<Room, TryReserveError>;

const _: () = assert!(size_of::<Placed>() == 16);

impl Room {
    /// Room for one element more than are there, in a full block, and for as many again.
    #[cold]
    #[inline(never)]
    fn grown_by_one<A: Allocator>(self, allocator: &A, element: Layout) -> Placed {
        self.grown_amortized(allocator, self.capacity, 1, element)
    }

    /// Room for `additional` elements more than `length`, and for as many again as there is room for now.
    #[cold]
    #[inline(never)]
    fn grown_amortized<A: Allocator>(
        self,
        allocator: &A,
        length: usize,
        additional: usize,
        element: Layout,
    ) -> Placed {
        let needed = length
            .checked_add(additional)
            .ok_or(TryReserveError::CAPACITY_OVERFLOW)?;
        let least = match element.size() {
            0 => return Err(TryReserveError::CAPACITY_OVERFLOW),
            1 => FIRST_BLOCK_BYTES,
            2..=LARGE_ELEMENT_BYTES => 4,
            _ => 1,
        };
        let doubled = self.capacity.saturating_mul(2);
        self.placed(allocator, length, needed.max(doubled).max(least), element)
    }

    /// Room for `additional` elements more than `length`.
    #[cold]
    #[inline(never)]
    fn grown_exact<A: Allocator>(
        self,
        allocator: &A,
        length: usize,
        additional: usize,
        element: Layout,
    ) -> Placed {
        match length.checked_add(additional) {
            Some(needed) if element.size() > 0 => self.placed(allocator, length, needed, element),
            _ => Err(TryReserveError::CAPACITY_OVERFLOW),
        }
    }

    /// The first `length` elements in a block of `wanted` elements or a little more. On `Err` nothing has
    /// changed; on `Ok` this room is gone.
    ///
    /// `length` is at most `wanted`, and the element has a size; `wanted` is not 0.
    fn placed<A: Allocator>(
        self,
        allocator: &A,
        length: usize,
        wanted: usize,
        element: Layout,
    ) -> Placed {
        let size = wanted
            .checked_mul(element.size())
            .ok_or(TryReserveError::CAPACITY_OVERFLOW)?;
        let layout = Layout::from_size_align(size, element.align())
            .map_err(|_| TryReserveError::CAPACITY_OVERFLOW)?;
        let block = if self.capacity == 0 {
            allocator.allocate(layout)
        } else {
            let used_bytes = length.min(self.capacity) * element.size();
            self.moved(allocator, layout, used_bytes, element)
        };
        let block = block.map_err(|AllocError| TryReserveError::refused(size))?;
        // INVARIANT: **Block** holds again: the block was just handed out, or the old one has its new size;
        // so many elements are at least what was asked, and at most what is usable.
        Ok(Room {
            ptr: block.cast(),
            capacity: block.len() / element.size(),
        })
    }

    /// The block in its new size: in place, else elsewhere without a copy, else a new one with a copy of the
    /// first `used_bytes`.
    fn moved<A: Allocator>(
        self,
        allocator: &A,
        new: Layout,
        used_bytes: usize,
        element: Layout,
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
    fn release<A: Allocator>(self, allocator: &A, element: Layout) {
        if self.capacity > 0 {
            // SAFETY: by **Block** of `Room`, the pointer is the start of a live block and the layout fits it.
            unsafe { allocator.deallocate(self.ptr, self.layout(element)) };
        }
    }

    /// The layout of `capacity` elements.
    fn layout(self, element: Layout) -> Layout {
        // SAFETY: by **Block** of `Room`, so many elements fit a block, whose size was checked when it was
        // asked for, or is one that an allocator has handed out.
        unsafe {
            Layout::from_size_align_unchecked(self.capacity * element.size(), element.align())
        }
    }
}

/// Room for elements of type `T`.
pub(crate) struct RawBuffer<T, A: Allocator> {
    room: Room,
    allocator: A,
    marker: PhantomData<T>,
}

// SAFETY: by **Block** of `Room` the buffer is the only one to use its block, so it may go wherever its
// elements and its allocator may.
unsafe impl<T: Send, A: Allocator + Send> Send for RawBuffer<T, A> {}
// SAFETY: by **Block** of `Room`, as above: a shared buffer gives out shared elements.
unsafe impl<T: Sync, A: Allocator + Sync> Sync for RawBuffer<T, A> {}
// The pointer would ask for `RefUnwindSafe`; but the elements are owned.
impl<T: UnwindSafe, A: Allocator + UnwindSafe> UnwindSafe for RawBuffer<T, A> {}

impl<T, A: Allocator> RawBuffer<T, A> {
    const ELEMENT: Layout = Layout::new::<T>();
    // INVARIANT: **Block** holds: no capacity, and the pointer dangles.
    const NO_ROOM: Room = Room {
        ptr: NonNull::<T>::dangling().cast(),
        capacity: 0,
    };

    /// No room and no block.
    pub(crate) const fn new_in(allocator: A) -> RawBuffer<T, A> {
        // INVARIANT: **Block** holds: no capacity, and the pointer dangles.
        RawBuffer {
            room: Self::NO_ROOM,
            allocator,
            marker: PhantomData,
        }
    }

    /// Room for at least `capacity` elements.
    pub(crate) fn try_with_capacity_in(
        capacity: usize,
        allocator: A,
    ) -> Result<RawBuffer<T, A>, TryReserveError> {
        let mut buffer = RawBuffer::new_in(allocator);
        if capacity > buffer.capacity() {
            buffer.room = buffer
                .room
                .placed(&buffer.allocator, 0, capacity, Self::ELEMENT)?;
        }
        Ok(buffer)
    }

    /// Room for at least `capacity` elements, all bytes zero.
    pub(crate) fn try_zeroed_in(
        capacity: usize,
        allocator: A,
    ) -> Result<RawBuffer<T, A>, TryReserveError> {
        let mut buffer = RawBuffer::new_in(allocator);
        if capacity > buffer.capacity() {
            let layout =
                Layout::array::<T>(capacity).map_err(|_| TryReserveError::CAPACITY_OVERFLOW)?;
            let block = buffer
                .allocator
                .allocate_zeroed(layout)
                .map_err(|AllocError| TryReserveError::refused(layout.size()))?;
            // INVARIANT: **Block** holds: the block was just handed out for at least so many elements.
            buffer.room = Room {
                ptr: block.cast(),
                capacity: block.len() / size_of::<T>(),
            };
        }
        Ok(buffer)
    }

    /// A buffer of what [`RawBuffer::into_parts`] took apart.
    ///
    /// # Safety
    /// - `ptr` and `capacity` come from a buffer of `T`s, or are a block of `allocator` that fits so many
    ///   elements; a `capacity` of 0, or elements of size 0, need no block.
    pub(crate) const unsafe fn from_parts(
        ptr: NonNull<T>,
        capacity: usize,
        allocator: A,
    ) -> RawBuffer<T, A> {
        // INVARIANT: **Block** holds by the contract of this function.
        RawBuffer {
            room: Room {
                ptr: ptr.cast(),
                capacity: if size_of::<T>() == 0 { 0 } else { capacity },
            },
            allocator,
            marker: PhantomData,
        }
    }

    /// The pointer, the capacity and the allocator; the block is the caller's.
    pub(crate) fn into_parts(self) -> (NonNull<T>, usize, A) {
        let this = ManuallyDrop::new(self);
        // SAFETY: the allocator comes from a buffer that is neither used nor dropped any more.
        let allocator = unsafe { (&raw const this.allocator).read() };
        (this.ptr(), this.capacity(), allocator)
    }

    /// The first slot, or a dangling pointer where there is none.
    #[inline]
    pub(crate) const fn ptr(&self) -> NonNull<T> {
        self.room.ptr.cast()
    }

    /// For how many elements there is room.
    #[inline]
    pub(crate) const fn capacity(&self) -> usize {
        if size_of::<T>() == 0 {
            usize::MAX
        } else {
            self.room.capacity
        }
    }

    /// The allocator behind.
    #[inline]
    pub(crate) const fn allocator(&self) -> &A {
        &self.allocator
    }

    /// Makes room for one element more in a full buffer, and for more to come.
    #[inline(always)]
    pub(crate) fn grow_by_one(&mut self) -> Result<(), TryReserveError> {
        let room = self.room.grown_by_one(&self.allocator, Self::ELEMENT);
        self.take(room)
    }

    /// Makes room for `additional` elements more than the first `length`, which come along, and for more to
    /// come. The caller has seen that there is no room.
    #[inline(always)]
    pub(crate) fn grow_amortized(
        &mut self,
        length: usize,
        additional: usize,
    ) -> Result<(), TryReserveError> {
        let room = self
            .room
            .grown_amortized(&self.allocator, length, additional, Self::ELEMENT);
        self.take(room)
    }

    /// As [`RawBuffer::grow_amortized`], for no more than that.
    pub(crate) fn grow_exact(
        &mut self,
        length: usize,
        additional: usize,
    ) -> Result<(), TryReserveError> {
        let room = self
            .room
            .grown_exact(&self.allocator, length, additional, Self::ELEMENT);
        self.take(room)
    }

    /// The new room in place of the old one.
    #[inline(always)]
    fn take(&mut self, room: Placed) -> Result<(), TryReserveError> {
        // INVARIANT: **Block** holds by that of the new room.
        self.room = room?;
        Ok(())
    }

    /// Gives room back down to `capacity` elements, which is at least `length`.
    pub(crate) fn shrink(&mut self, length: usize, capacity: usize) -> Result<(), TryReserveError> {
        if capacity >= self.room.capacity {
            return Ok(());
        }
        if capacity == 0 {
            self.room.release(&self.allocator, Self::ELEMENT);
            // INVARIANT: **Block** holds again.
            self.room = Self::NO_ROOM;
            return Ok(());
        }
        let room = self
            .room
            .placed(&self.allocator, length, capacity, Self::ELEMENT);
        self.take(room)
    }
}

impl<T, A: Allocator> Drop for RawBuffer<T, A> {
    fn drop(&mut self) {
        self.room.release(&self.allocator, Self::ELEMENT);
    }
}
