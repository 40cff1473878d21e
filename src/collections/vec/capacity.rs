//! Vectors made, with room or without, and room asked for and given back without touching the elements.

use super::Vec;
use crate::collections::error::{Refusal, Stops, Tells, TryReserveError};
use crate::collections::raw_buffer::RawBuffer;
use crate::heap::Global;
use crate::memory::Allocator;

impl<T> Vec<T> {
    /// An empty vector without a block.
    ///
    /// ```
    /// use nostd_alloc::collections::Vec;
    /// static EMPTY: Vec<u8> = Vec::new();
    /// assert_eq!((EMPTY.len(), EMPTY.capacity()), (0, 0));
    /// ```
    #[inline]
    pub const fn new() -> Vec<T> {
        Vec::new_in(Global)
    }

    /// An empty vector with room for at least `capacity` elements.
    ///
    /// ```
    /// use nostd_alloc::collections::Vec;
    /// assert!(Vec::<u64>::with_capacity(10).capacity() >= 10);
    /// assert_eq!(Vec::<()>::with_capacity(10).capacity(), usize::MAX);
    /// ```
    ///
    /// # Panics
    /// If no block can be that long. Without memory the program ends with exit code 4.
    #[inline]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Vec<T> {
        Vec::with_capacity_in(capacity, Global)
    }

    /// The twin of [`Vec::with_capacity`].
    ///
    /// ```
    /// use nostd_alloc::collections::Vec;
    /// assert!(Vec::<u64>::try_with_capacity(1 << 55).is_err());
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    #[inline]
    pub fn try_with_capacity(capacity: usize) -> Result<Vec<T>, TryReserveError> {
        Vec::try_with_capacity_in(capacity, Global)
    }
}

impl<T, A: Allocator> Vec<T, A> {
    /// An empty vector without a block, for elements from `allocator`.
    ///
    /// ```
    /// use nostd_alloc::{collections::Vec, memory::Kernel};
    /// let mut vec = Vec::new_in(Kernel);
    /// vec.push(1_u8);
    /// assert_eq!(vec.capacity(), 4096);
    /// ```
    #[inline]
    pub const fn new_in(allocator: A) -> Vec<T, A> {
        // INVARIANT: **Length** holds: there is no value.
        Vec {
            buffer: RawBuffer::new_in(allocator),
            length: 0,
        }
    }

    /// An empty vector with room for at least `capacity` elements from `allocator`.
    ///
    /// ```
    /// use nostd_alloc::{collections::Vec, memory::Kernel};
    /// assert_eq!(Vec::<u64, _>::with_capacity_in(10, Kernel).capacity(), 512);
    /// ```
    ///
    /// # Panics
    /// If no block can be that long. Without memory the program ends with exit code 4.
    #[inline]
    #[track_caller]
    pub fn with_capacity_in(capacity: usize, allocator: A) -> Vec<T, A> {
        let Ok(vec) = Vec::with_capacity_core::<Stops>(capacity, allocator);
        vec
    }

    /// The twin of [`Vec::with_capacity_in`].
    ///
    /// ```
    /// use nostd_alloc::{collections::Vec, memory::{Kernel, Ration}};
    /// let ration = Ration::of_bytes(Kernel, 4096);
    /// assert!(Vec::<u64, _>::try_with_capacity_in(513, &ration).is_err());
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_with_capacity_in(
        capacity: usize,
        allocator: A,
    ) -> Result<Vec<T, A>, TryReserveError> {
        Vec::with_capacity_core::<Tells>(capacity, allocator)
    }

    #[inline]
    pub(in crate::collections) fn with_capacity_core<R: Refusal>(
        capacity: usize,
        allocator: A,
    ) -> Result<Vec<T, A>, R::Error> {
        // INVARIANT: **Length** holds: there is no value.
        Ok(Vec {
            buffer: RawBuffer::with_capacity::<R>(capacity, allocator)?,
            length: 0,
        })
    }

    /// Makes room for `additional` elements more, as [`Vec::reserve`].
    #[inline(always)]
    pub(in crate::collections) fn make_room<R: Refusal>(
        &mut self,
        additional: usize,
    ) -> Result<(), R::Error> {
        if additional > self.capacity() - self.length {
            let length = self.length;
            let grown = self.buffer.grow::<R>(length, additional);
            // It has not changed; but the compiler must not ask memory for what it knows.
            self.length = length;
            return grown;
        }
        Ok(())
    }

    #[inline]
    fn make_exact_room<R: Refusal>(&mut self, additional: usize) -> Result<(), R::Error> {
        if additional > self.capacity() - self.length {
            return self.buffer.grow_exact::<R>(self.length, additional);
        }
        Ok(())
    }

    /// Makes room for at least `additional` elements more, and for as many again as there are, so that a
    /// row of calls costs amortised constant time an element.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// vec.reserve(10);
    /// assert!(vec.capacity() >= 11);
    /// ```
    ///
    /// # Panics
    /// If no block can be that long. Without memory the program ends with exit code 4.
    #[inline]
    pub fn reserve(&mut self, additional: usize) {
        let Ok(()) = self.make_room::<Stops>(additional);
    }

    /// As [`Vec::reserve`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// assert!(vec.try_reserve(usize::MAX).is_err());
    /// assert_eq!(vec, [1]);
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the vector is as before.
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.make_room::<Tells>(additional)
    }

    /// Makes room for at least `additional` elements more and asks for no more than that.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// vec.reserve_exact(10);
    /// assert!(vec.capacity() >= 11);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::reserve`].
    pub fn reserve_exact(&mut self, additional: usize) {
        let Ok(()) = self.make_exact_room::<Stops>(additional);
    }

    /// As [`Vec::reserve_exact`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1_u64];
    /// assert!(vec.try_reserve_exact(1 << 55).is_err());
    /// ```
    ///
    /// # Errors
    /// As [`Vec::try_reserve`].
    pub fn try_reserve_exact(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.make_exact_room::<Tells>(additional)
    }

    /// Gives back the room behind the elements, as far as the allocator takes it: in place where that can be, else
    /// by a copy.
    ///
    /// ```
    /// let mut vec = nostd_alloc::Vec::with_capacity(1000);
    /// vec.push(1);
    /// vec.shrink_to_fit();
    /// assert!(vec.capacity() < 1000);
    /// ```
    ///
    /// # Panics
    /// Never; where the allocator can only shrink by a copy and has no memory for that, the program ends
    /// with exit code 4.
    pub fn shrink_to_fit(&mut self) {
        let Ok(()) = self.buffer.shrink::<Stops>(self.length, self.length);
    }

    /// As [`Vec::shrink_to_fit`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::Vec::<u8>::with_capacity(1000);
    /// vec.try_shrink_to_fit()?;
    /// assert_eq!(vec.capacity(), 0);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if the allocator can only shrink by a copy and has no memory for that.
    pub fn try_shrink_to_fit(&mut self) -> Result<(), TryReserveError> {
        self.buffer.shrink::<Tells>(self.length, self.length)
    }

    /// Gives back the room behind the elements down to `min_capacity`.
    ///
    /// ```
    /// let mut vec = nostd_alloc::Vec::<u8>::with_capacity(1000);
    /// vec.shrink_to(100);
    /// assert!((100..1000).contains(&vec.capacity()));
    /// ```
    ///
    /// # Panics
    /// As [`Vec::shrink_to_fit`].
    pub fn shrink_to(&mut self, min_capacity: usize) {
        let capacity = self.length.max(min_capacity);
        let Ok(()) = self.buffer.shrink::<Stops>(self.length, capacity);
    }

    /// As [`Vec::shrink_to`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::Vec::<u8>::with_capacity(1000);
    /// vec.try_shrink_to(100)?;
    /// assert!(vec.capacity() >= 100);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Vec::try_shrink_to_fit`].
    pub fn try_shrink_to(&mut self, min_capacity: usize) -> Result<(), TryReserveError> {
        self.buffer
            .shrink::<Tells>(self.length, self.length.max(min_capacity))
    }
}
