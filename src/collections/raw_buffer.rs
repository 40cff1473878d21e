//! Room for elements: a pointer, a capacity and an allocator, and growth that does not know the type.
//!
//! ```text
//! ptr                                        ptr + capacity * element bytes
//! | slot 0 | slot 1 | ...                   |  < one element more, lost
//! |<-------------- usable size of the block -------------->|
//! ```
//!
//! Element logic lives elsewhere: a buffer never reads, writes or drops an element, it only carries their
//! bytes along when it grows. What does not depend on the type at all is in `room.rs`.
//!
//! # How is this safe?
//! By **Block** of [`Room`]. Elements of size 0 never have a block: their capacity is `usize::MAX` and the
//! stored one stays 0.

use super::error::{Refusal, Stops, TryReserveError};
use super::room::{Element, Lodging, Placed, Room};
use crate::memory::{AllocError, Allocator, Layout};
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::panic::UnwindSafe;
use core::ptr::NonNull;

/// What comes of a push that must grow. Room and length are there also after a refusal: the caller writes them
/// back without a branch, on a way that needs no frame before it is taken.
struct Pushed<T> {
    room: Room,
    length: usize,
    result: Result<(), T>,
}

/// Room for elements of type `T`.
pub(crate) struct RawBuffer<T, A: Allocator> {
    lodging: Lodging<A>,
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
    const ELEMENT: Element = Element::of::<T>();

    /// No room and no block.
    pub(crate) const fn new_in(allocator: A) -> RawBuffer<T, A> {
        RawBuffer::from_room(Room::none::<T>(), allocator)
    }

    const fn from_room(room: Room, allocator: A) -> RawBuffer<T, A> {
        // INVARIANT: **Block** holds by that of the room.
        RawBuffer {
            lodging: Lodging { room, allocator },
            marker: PhantomData,
        }
    }

    /// Room for at least `capacity` elements.
    #[inline]
    pub(super) fn with_capacity<R: Refusal>(
        capacity: usize,
        allocator: A,
    ) -> Result<RawBuffer<T, A>, R::Error> {
        if size_of::<T>() == 0 || capacity == 0 {
            return Ok(RawBuffer::new_in(allocator));
        }
        let answer = Room::first::<A, R>(&allocator, capacity, Self::ELEMENT);
        let room = R::open(answer)?;
        Ok(RawBuffer::from_room(room, allocator))
    }

    /// Room for at least `capacity` elements, all bytes zero.
    pub(crate) fn try_zeroed_in(
        capacity: usize,
        allocator: A,
    ) -> Result<RawBuffer<T, A>, TryReserveError> {
        if size_of::<T>() == 0 || capacity == 0 {
            return Ok(RawBuffer::new_in(allocator));
        }
        let layout =
            Layout::array::<T>(capacity).map_err(|_| TryReserveError::CAPACITY_OVERFLOW)?;
        let block = allocator
            .allocate_zeroed(layout)
            .map_err(|AllocError| TryReserveError::refused(layout.size()))?;
        // INVARIANT: **Block** holds: the block was just handed out for at least so many elements.
        let room = Room {
            ptr: block.cast(),
            capacity: block.len() / size_of::<T>(),
        };
        Ok(RawBuffer::from_room(room, allocator))
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
        let room = Room {
            ptr: ptr.cast(),
            capacity: if size_of::<T>() == 0 { 0 } else { capacity },
        };
        RawBuffer::from_room(room, allocator)
    }

    /// The pointer, the capacity and the allocator; the block is the caller's.
    pub(crate) fn into_parts(self) -> (NonNull<T>, usize, A) {
        let this = ManuallyDrop::new(self);
        // SAFETY: the allocator comes from a buffer that is neither used nor dropped any more.
        let allocator = unsafe { (&raw const this.lodging.allocator).read() };
        (this.ptr(), this.capacity(), allocator)
    }

    /// The first slot, or a dangling pointer where there is none.
    #[inline]
    pub(crate) const fn ptr(&self) -> NonNull<T> {
        self.lodging.room.ptr.cast()
    }

    /// For how many elements there is room.
    #[inline]
    pub(crate) const fn capacity(&self) -> usize {
        if size_of::<T>() == 0 {
            usize::MAX
        } else {
            self.lodging.room.capacity
        }
    }

    /// The allocator behind.
    #[inline]
    pub(crate) const fn allocator(&self) -> &A {
        &self.lodging.allocator
    }

    /// Writes a value behind the last one of a full buffer, which grows.
    #[inline(always)]
    pub(crate) fn push_grown(&mut self, value: T) {
        // INVARIANT: **Block** holds by that of the new room.
        self.lodging.room = Self::grown_with(value, self.lodging.room, self.lodging.lent());
    }

    #[cold]
    #[inline(never)]
    fn grown_with(value: T, room: Room, allocator: &A) -> Room {
        let length = room.capacity;
        let Ok(room) = Stops::answer(room.grown_by_one(allocator, Self::ELEMENT).room());
        // SAFETY: by **Block** of `Room` there is a slot behind those that were there before.
        unsafe { room.ptr.cast::<T>().add(length).write(value) };
        room
    }

    /// As [`RawBuffer::push_grown`], with the number in `length`. On `Err` all is as before, and the value comes
    /// back.
    #[inline(always)]
    pub(crate) fn try_push_grown(&mut self, value: T, length: &mut usize) -> Result<(), T> {
        let pushed = Self::try_grown_with(value, self.lodging.room, self.lodging.lent());
        // INVARIANT: **Block** holds by that of the new room, or it is the old one.
        self.lodging.room = pushed.room;
        *length = pushed.length;
        pushed.result
    }

    #[cold]
    #[inline(never)]
    fn try_grown_with(value: T, room: Room, allocator: &A) -> Pushed<T> {
        let length = room.capacity;
        match room.grown_by_one(allocator, Self::ELEMENT).room() {
            Ok(room) => {
                // SAFETY: by **Block** of `Room` there is a slot behind those that were there before.
                unsafe { room.ptr.cast::<T>().add(length).write(value) };
                Pushed {
                    room,
                    length: length + 1,
                    result: Ok(()),
                }
            }
            Err(_) => Pushed {
                room,
                length,
                result: Err(value),
            },
        }
    }

    /// Makes room for one element more in a full buffer, and for more to come.
    #[inline(always)]
    pub(super) fn grow_by_one<R: Refusal>(&mut self) -> Result<(), R::Error> {
        self.lodging.grow_by_one::<R>(Self::ELEMENT)
    }

    /// Makes room for `additional` elements more than the first `length`, which come along, and for more to
    /// come. The caller has seen that there is no room.
    #[inline(always)]
    pub(super) fn grow<R: Refusal>(
        &mut self,
        length: usize,
        additional: usize,
    ) -> Result<(), R::Error> {
        self.lodging.grow::<R>(length, additional, Self::ELEMENT)
    }

    /// As [`RawBuffer::grow`], for no more than that.
    #[inline(always)]
    pub(super) fn grow_exact<R: Refusal>(
        &mut self,
        length: usize,
        additional: usize,
    ) -> Result<(), R::Error> {
        self.lodging
            .grow_exact::<R>(length, additional, Self::ELEMENT)
    }

    /// Gives room back down to `capacity` elements, which is at least `length`.
    #[inline]
    pub(super) fn shrink<R: Refusal>(
        &mut self,
        length: usize,
        capacity: usize,
    ) -> Result<(), R::Error> {
        if capacity < self.lodging.room.capacity {
            return self.lodging.shrink::<R>(length, capacity, Self::ELEMENT);
        }
        Ok(())
    }
}

impl<A: Allocator> RawBuffer<u8, A> {
    /// Writes a character of several bytes behind the first `length`, and counts them.
    ///
    /// # Safety
    /// - `length` is at most the capacity.
    #[inline(always)]
    pub(crate) unsafe fn push_wide<R: Refusal>(
        &mut self,
        ch: char,
        length: &mut usize,
    ) -> Result<(), R::Error> {
        let Lodging { room, .. } = self.lodging;
        // SAFETY: contract of this function.
        let (answer, longer) =
            unsafe { Self::pushed_wide::<R>(ch, room, *length, self.lodging.lent()) };
        // INVARIANT: **Block** holds by that of the room.
        self.lodging.room = R::open(answer)?;
        *length = longer;
        Ok(())
    }

    /// By value, as [`RawBuffer::push_grown`]: a loop that pushes keeps its text in registers.
    ///
    /// # Safety
    /// - `length` is at most the capacity of the room.
    #[inline(never)]
    unsafe fn pushed_wide<R: Refusal>(
        ch: char,
        room: Room,
        length: usize,
        allocator: &A,
    ) -> (R::Answer, usize) {
        let mut bytes = [0; 4];
        let count = ch.encode_utf8(&mut bytes).len();
        let placed = if room.capacity - length < count {
            room.grown_amortized(allocator, length, count, Self::ELEMENT)
        } else {
            Placed::of(room)
        };
        if let Ok(room) = placed.room() {
            // SAFETY: by **Block** of `Room` there is room for `count` bytes behind the first `length` (contract of
            // this function), and for all four, checked by the branch.
            unsafe {
                let end = room.ptr.add(length);
                if room.capacity - length < bytes.len() {
                    end.copy_from_nonoverlapping(NonNull::from(&bytes).cast(), count);
                } else {
                    end.cast::<[u8; 4]>().write(bytes);
                }
            }
        }
        (R::carry(placed), length + count)
    }
}

impl<T, A: Allocator> Drop for RawBuffer<T, A> {
    #[inline]
    fn drop(&mut self) {
        self.lodging
            .room
            .release(&self.lodging.allocator, Self::ELEMENT);
    }
}
