//! A vector taken apart and put together again.

use super::Vec;
use crate::collections::raw_buffer::RawBuffer;
use crate::heap::Global;
use crate::memory::Allocator;
use core::ptr::NonNull;

impl<T> Vec<T> {
    /// A vector of what [`Vec::into_raw_parts`] took apart.
    ///
    /// ```
    /// use nostd_alloc::{collections::Vec, vec};
    /// let (ptr, length, capacity) = vec![1, 2, 3].into_raw_parts();
    /// // SAFETY: origin of the pointer: a vector taken apart just now.
    /// let again = unsafe { Vec::from_raw_parts(ptr, length, capacity) };
    /// assert_eq!(again, [1, 2, 3]);
    /// ```
    ///
    /// # Safety
    /// - As [`Vec::from_raw_parts_in`] with the heap of the program.
    pub unsafe fn from_raw_parts(ptr: *mut T, length: usize, capacity: usize) -> Vec<T> {
        // SAFETY: contract of this function.
        unsafe { Vec::from_raw_parts_in(ptr, length, capacity, Global) }
    }

    /// The pointer, the length and the capacity; elements and block are the caller's.
    ///
    /// ```
    /// let (ptr, length, capacity) = nostd_alloc::vec![1, 2, 3].into_raw_parts();
    /// assert!(!ptr.is_null() && length == 3 && capacity >= 3);
    /// # // SAFETY: origin of the pointer: a vector taken apart just now.
    /// # drop(unsafe { nostd_alloc::collections::Vec::from_raw_parts(ptr, length, capacity) });
    /// ```
    pub fn into_raw_parts(self) -> (*mut T, usize, usize) {
        let (ptr, length, capacity, _) = self.into_raw_parts_with_alloc();
        (ptr, length, capacity)
    }
}

impl<T, A: Allocator> Vec<T, A> {
    /// A vector of what [`Vec::into_raw_parts_with_alloc`] took apart.
    ///
    /// ```
    /// use nostd_alloc::{Vec, memory::Kernel};
    /// let (ptr, length, capacity, kernel) = Vec::try_from_slice_in(&[1], Kernel)?.into_raw_parts_with_alloc();
    /// // SAFETY: origin of the pointer: a vector taken apart just now.
    /// assert_eq!(unsafe { Vec::from_raw_parts_in(ptr, length, capacity, kernel) }, [1]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Safety
    /// - `ptr` is the start of a live block of `allocator` whose layout fits `capacity` elements; or
    ///   `capacity` is 0, or elements have no size, and `ptr` is not null and aligned.
    /// - `length` is at most `capacity`, and the first `length` slots hold values.
    pub const unsafe fn from_raw_parts_in(
        ptr: *mut T,
        length: usize,
        capacity: usize,
        allocator: A,
    ) -> Vec<T, A> {
        // INVARIANT: **Length** holds by the contract of this function.
        Vec {
            // SAFETY: contract of this function; the start of a block is not null.
            buffer: unsafe {
                RawBuffer::from_parts(NonNull::new_unchecked(ptr), capacity, allocator)
            },
            length,
        }
    }

    /// The pointer, the length, the capacity and the allocator; elements and block are the caller's.
    ///
    /// ```
    /// let (ptr, length, ..) = nostd_alloc::vec![1].into_raw_parts_with_alloc();
    /// assert!(!ptr.is_null() && length == 1);
    /// ```
    pub fn into_raw_parts_with_alloc(self) -> (*mut T, usize, usize, A) {
        let (buffer, length) = self.into_buffer();
        let (ptr, capacity, allocator) = buffer.into_parts();
        (ptr.as_ptr(), length, capacity, allocator)
    }
}
