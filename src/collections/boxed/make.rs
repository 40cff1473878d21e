//! Boxes made, and values taken out of them.

use super::Box;
use crate::collections::error::{OrStop, PushError, Tells, TryReserveError};
use crate::collections::raw_buffer::RawBuffer;
use crate::heap::Global;
use crate::memory::{AllocError, Allocator, Layout};
use core::mem::{ManuallyDrop, MaybeUninit};
use core::pin::Pin;
use core::ptr::{self, NonNull};

impl<T> Box<T> {
    /// Moves a value into a block of its own.
    ///
    /// ```
    /// assert_eq!(*nostd_alloc::collections::Box::new(5), 5);
    /// ```
    ///
    /// # Panics
    /// Never; without memory the program ends with exit code 4.
    #[inline]
    pub fn new(x: T) -> Box<T> {
        Box::new_in(x, Global)
    }

    /// The twin of [`Box::new`].
    ///
    /// ```
    /// assert_eq!(*nostd_alloc::collections::Box::try_new(5).unwrap(), 5);
    /// ```
    ///
    /// # Errors
    /// [`PushError`] with the value if there is no memory.
    #[inline]
    pub fn try_new(x: T) -> Result<Box<T>, PushError<T>> {
        Box::try_new_in(x, Global)
    }

    /// Moves a value into a block of its own, from where it never moves again.
    ///
    /// ```
    /// assert_eq!(*nostd_alloc::collections::Box::pin(5), 5);
    /// ```
    ///
    /// # Panics
    /// As [`Box::new`].
    #[inline]
    pub fn pin(x: T) -> Pin<Box<T>> {
        Box::into_pin(Box::new(x))
    }

    /// The twin of [`Box::pin`].
    ///
    /// ```
    /// assert_eq!(*nostd_alloc::collections::Box::try_pin(5).unwrap(), 5);
    /// ```
    ///
    /// # Errors
    /// As [`Box::try_new`].
    #[inline]
    pub fn try_pin(x: T) -> Result<Pin<Box<T>>, PushError<T>> {
        Box::try_new(x).map(Box::into_pin)
    }

    /// Room for a value.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(*Box::write(Box::new_uninit(), 5), 5);
    /// ```
    ///
    /// # Panics
    /// As [`Box::new`].
    #[inline]
    pub fn new_uninit() -> Box<MaybeUninit<T>> {
        Box::try_new_uninit().or_stop()
    }

    /// The twin of [`Box::new_uninit`].
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(*Box::write(Box::try_new_uninit()?, 5), 5);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    #[inline]
    pub fn try_new_uninit() -> Result<Box<MaybeUninit<T>>, TryReserveError> {
        Box::try_new_uninit_in(Global)
    }

    /// Room for a value, all bytes zero.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// // SAFETY: checked by the type: a number of zero bytes is a number.
    /// assert_eq!(*unsafe { Box::<u64>::new_zeroed().assume_init() }, 0);
    /// ```
    ///
    /// # Panics
    /// As [`Box::new`].
    pub fn new_zeroed() -> Box<MaybeUninit<T>> {
        Box::try_new_zeroed().or_stop()
    }

    /// The twin of [`Box::new_zeroed`].
    ///
    /// ```
    /// assert!(nostd_alloc::collections::Box::<u64>::try_new_zeroed().is_ok());
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_new_zeroed() -> Result<Box<MaybeUninit<T>>, TryReserveError> {
        let buffer = RawBuffer::try_zeroed_in(1, Global)?;
        Ok(boxed_from_buffer(buffer))
    }
}

/// The first slot of a buffer with room for one.
fn boxed_from_buffer<T, A: Allocator>(
    buffer: RawBuffer<MaybeUninit<T>, A>,
) -> Box<MaybeUninit<T>, A> {
    let (ptr, _, allocator) = buffer.into_parts();
    // SAFETY: the pointer comes from a buffer with room for one, whose block fits one element; a
    // `MaybeUninit` needs no value.
    unsafe { Box::from_raw_in(ptr.as_ptr(), allocator) }
}

/// The first `length` slots of a buffer that was made for so many.
fn slice_from_buffer<T, A: Allocator>(
    buffer: RawBuffer<MaybeUninit<T>, A>,
    length: usize,
) -> Box<[MaybeUninit<T>], A> {
    let (ptr, _, allocator) = buffer.into_parts();
    let slice = ptr::slice_from_raw_parts_mut(ptr.as_ptr(), length);
    // SAFETY: the pointer comes from a buffer that was asked for `length` elements, so that their layout
    // fits its block; a `MaybeUninit` needs no value.
    unsafe { Box::from_raw_in(slice, allocator) }
}

impl<T, A: Allocator> Box<T, A> {
    /// Moves a value into a block from `allocator`.
    ///
    /// ```
    /// use nostd_alloc::{collections::Box, memory::Kernel};
    /// assert_eq!(*Box::new_in(5, Kernel), 5);
    /// ```
    ///
    /// # Panics
    /// As [`Box::new`].
    #[inline]
    pub fn new_in(x: T, allocator: A) -> Box<T, A> {
        Box::write(Box::try_new_uninit_in(allocator).or_stop(), x)
    }

    /// The twin of [`Box::new_in`].
    ///
    /// ```
    /// use nostd_alloc::{collections::Box, memory::{Kernel, Ration}};
    /// let ration = Ration::of_bytes(Kernel, 0);
    /// assert_eq!(Box::try_new_in(5, &ration).unwrap_err().into_value(), 5);
    /// ```
    ///
    /// # Errors
    /// [`PushError`] with the value if there is no memory.
    #[inline]
    pub fn try_new_in(x: T, allocator: A) -> Result<Box<T, A>, PushError<T>> {
        match Box::try_new_uninit_in(allocator) {
            Ok(room) => Ok(Box::write(room, x)),
            Err(_) => Err(PushError::new(x)),
        }
    }

    /// Room for a value from `allocator`.
    ///
    /// ```
    /// use nostd_alloc::{collections::Box, memory::Kernel};
    /// assert_eq!(*Box::write(Box::try_new_uninit_in(Kernel)?, 5), 5);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    #[inline]
    pub fn try_new_uninit_in(allocator: A) -> Result<Box<MaybeUninit<T>, A>, TryReserveError> {
        // The layout is a constant, so that the class of a heap can be one too.
        let layout = Layout::new::<T>();
        let ptr = match layout.size() {
            0 => NonNull::dangling(),
            size => match allocator.allocate(layout) {
                Ok(block) => block.cast(),
                Err(AllocError) => return Err(TryReserveError::refused(size)),
            },
        };
        // SAFETY: the block comes from the allocator for just this layout; a value without a size needs none, and
        // a `MaybeUninit` needs no value.
        Ok(unsafe { Box::from_raw_in(ptr.as_ptr(), allocator) })
    }

    /// The value; the block goes back.
    ///
    /// ```
    /// use nostd_alloc::collections::{Box, String};
    /// let text: String = Box::into_inner(Box::new(String::from("out")));
    /// assert_eq!(text, "out");
    /// ```
    #[inline]
    pub fn into_inner(boxed: Box<T, A>) -> T {
        let (ptr, allocator) = Box::into_raw_with_allocator(boxed);
        // SAFETY: by **Owned** of `Box` there is a value, which moves out; the room stays a box of its own
        // until it goes right here.
        unsafe {
            let value = ptr.read();
            drop(Box::from_raw_in(ptr.cast::<ManuallyDrop<T>>(), allocator));
            value
        }
    }
}

impl<T> Box<[T]> {
    /// Room for `len` values.
    ///
    /// ```
    /// assert_eq!(nostd_alloc::collections::Box::<[u8]>::new_uninit_slice(3).len(), 3);
    /// ```
    ///
    /// # Panics
    /// If no block can be that long. Without memory the program ends with exit code 4.
    pub fn new_uninit_slice(len: usize) -> Box<[MaybeUninit<T>]> {
        Box::try_new_uninit_slice(len).or_stop()
    }

    /// The twin of [`Box::new_uninit_slice`].
    ///
    /// ```
    /// assert!(nostd_alloc::collections::Box::<[u8]>::try_new_uninit_slice(1 << 60).is_err());
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_new_uninit_slice(len: usize) -> Result<Box<[MaybeUninit<T>]>, TryReserveError> {
        Ok(slice_from_buffer(
            RawBuffer::with_capacity::<Tells>(len, Global)?,
            len,
        ))
    }

    /// Room for `len` values, all bytes zero.
    ///
    /// ```
    /// let zeros = nostd_alloc::collections::Box::<[u8]>::new_zeroed_slice(3);
    /// // SAFETY: checked by the type: bytes of zero are bytes.
    /// assert_eq!(*unsafe { zeros.assume_init() }, [0; 3]);
    /// ```
    ///
    /// # Panics
    /// As [`Box::new_uninit_slice`].
    pub fn new_zeroed_slice(len: usize) -> Box<[MaybeUninit<T>]> {
        Box::try_new_zeroed_slice(len).or_stop()
    }

    /// The twin of [`Box::new_zeroed_slice`].
    ///
    /// ```
    /// assert!(nostd_alloc::collections::Box::<[u8]>::try_new_zeroed_slice(3).is_ok());
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_new_zeroed_slice(len: usize) -> Result<Box<[MaybeUninit<T>]>, TryReserveError> {
        Ok(slice_from_buffer(
            RawBuffer::try_zeroed_in(len, Global)?,
            len,
        ))
    }
}

impl<T, A: Allocator> Box<MaybeUninit<T>, A> {
    /// The box of the value that is there.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// let mut room = Box::<u64>::new_uninit();
    /// room.write(5);
    /// // SAFETY: checked above: the value was just written.
    /// assert_eq!(*unsafe { room.assume_init() }, 5);
    /// ```
    ///
    /// # Safety
    /// - The value has been written.
    #[inline]
    pub unsafe fn assume_init(self) -> Box<T, A> {
        let (ptr, allocator) = Box::into_raw_with_allocator(self);
        // SAFETY: contract of this function, and by **Owned** of `Box`: layouts are the same.
        unsafe { Box::from_raw_in(ptr.cast(), allocator) }
    }

    /// Writes the value.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(*Box::write(Box::new_uninit(), 5), 5);
    /// ```
    #[inline]
    pub fn write(mut boxed: Box<MaybeUninit<T>, A>, value: T) -> Box<T, A> {
        (*boxed).write(value);
        // SAFETY: checked above: the value was just written.
        unsafe { boxed.assume_init() }
    }
}

impl<T, A: Allocator> Box<[MaybeUninit<T>], A> {
    /// The box of the values that are there.
    ///
    /// ```
    /// let mut room = nostd_alloc::collections::Box::<[u8]>::new_uninit_slice(2);
    /// for (index, slot) in room.iter_mut().enumerate() {
    ///     slot.write(index as u8);
    /// }
    /// // SAFETY: checked above: each value was just written.
    /// assert_eq!(*unsafe { room.assume_init() }, [0, 1]);
    /// ```
    ///
    /// # Safety
    /// - Each value has been written.
    #[inline]
    pub unsafe fn assume_init(self) -> Box<[T], A> {
        let (ptr, allocator) = Box::into_raw_with_allocator(self);
        // SAFETY: contract of this function, and by **Owned** of `Box`: layouts are the same.
        unsafe { Box::from_raw_in(ptr as *mut [T], allocator) }
    }
}
