//! Texts made, with room or without, and room asked for and given back.

use super::String;
use crate::collections::error::{OrStop, TryReserveError};
use crate::collections::vec::Vec;
use crate::memory::Allocator;

impl String {
    /// An empty text without a block.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// static EMPTY: String = String::new();
    /// assert_eq!((EMPTY.as_str(), EMPTY.capacity()), ("", 0));
    /// ```
    #[inline]
    pub const fn new() -> String {
        String::new_in(crate::heap::Global)
    }

    /// An empty text with room for at least `capacity` bytes.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert!(String::with_capacity(10).capacity() >= 10);
    /// ```
    ///
    /// # Panics
    /// If no block can be that long. Without memory the program ends with exit code 4.
    pub fn with_capacity(capacity: usize) -> String {
        String::with_capacity_in(capacity, crate::heap::Global)
    }

    /// The twin of [`String::with_capacity`].
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert!(String::try_with_capacity(1 << 60).is_err());
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_with_capacity(capacity: usize) -> Result<String, TryReserveError> {
        String::try_with_capacity_in(capacity, crate::heap::Global)
    }

    /// A copy of a text: the twin of `String::from`.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(String::try_from_str("text")?, "text");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_from_str(text: &str) -> Result<String, TryReserveError> {
        String::try_from_str_in(text, crate::heap::Global)
    }
}

impl<A: Allocator> String<A> {
    /// An empty text without a block, for bytes from `allocator`.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// use nostd_alloc::memory::Kernel;
    /// let mut text = String::new_in(Kernel);
    /// text.push('a');
    /// assert_eq!(text.capacity(), 4096);
    /// ```
    #[inline]
    pub const fn new_in(allocator: A) -> String<A> {
        // INVARIANT: **Text** holds: there is no byte.
        String {
            bytes: Vec::new_in(allocator),
        }
    }

    /// An empty text with room for at least `capacity` bytes from `allocator`.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// use nostd_alloc::memory::Kernel;
    /// assert!(String::with_capacity_in(5000, Kernel).capacity() >= 5000);
    /// ```
    ///
    /// # Panics
    /// If no block can be that long. Without memory the program ends with exit code 4.
    pub fn with_capacity_in(capacity: usize, allocator: A) -> String<A> {
        String::try_with_capacity_in(capacity, allocator).or_stop()
    }

    /// The twin of [`String::with_capacity_in`].
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// use nostd_alloc::memory::{Kernel, Ration};
    /// assert!(String::try_with_capacity_in(5000, Ration::of_bytes(Kernel, 4096)).is_err());
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_with_capacity_in(
        capacity: usize,
        allocator: A,
    ) -> Result<String<A>, TryReserveError> {
        // INVARIANT: **Text** holds: there is no byte.
        Ok(String {
            bytes: Vec::try_with_capacity_in(capacity, allocator)?,
        })
    }

    /// A copy of a text in memory of `allocator`.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// use nostd_alloc::memory::Kernel;
    /// assert_eq!(String::try_from_str_in("text", Kernel)?, "text");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_from_str_in(text: &str, allocator: A) -> Result<String<A>, TryReserveError> {
        let mut string = String::try_with_capacity_in(text.len(), allocator)?;
        string.try_push_str(text)?;
        Ok(string)
    }

    /// Makes room for at least `additional` bytes more, and for as many again as there are.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("ab");
    /// text.reserve(10);
    /// assert!(text.capacity() >= 12);
    /// ```
    ///
    /// # Panics
    /// If no block can be that long. Without memory the program ends with exit code 4.
    #[inline]
    pub fn reserve(&mut self, additional: usize) {
        self.bytes.reserve(additional);
    }

    /// As [`String::reserve`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("ab");
    /// assert!(text.try_reserve(usize::MAX).is_err());
    /// assert_eq!(text, "ab");
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the text is as before.
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.bytes.try_reserve(additional)
    }

    /// Makes room for at least `additional` bytes more and asks for no more than that.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::new();
    /// text.reserve_exact(10);
    /// assert!(text.capacity() >= 10);
    /// ```
    ///
    /// # Panics
    /// As [`String::reserve`].
    pub fn reserve_exact(&mut self, additional: usize) {
        self.bytes.reserve_exact(additional);
    }

    /// As [`String::reserve_exact`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::new();
    /// assert!(text.try_reserve_exact(1 << 60).is_err());
    /// ```
    ///
    /// # Errors
    /// As [`String::try_reserve`].
    pub fn try_reserve_exact(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.bytes.try_reserve_exact(additional)
    }

    /// Gives back the room behind the text, as far as the allocator takes it.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::with_capacity(1000);
    /// text.push_str("short");
    /// text.shrink_to_fit();
    /// assert!(text.capacity() < 1000);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::shrink_to_fit`].
    pub fn shrink_to_fit(&mut self) {
        self.bytes.shrink_to_fit();
    }

    /// As [`String::shrink_to_fit`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::with_capacity(1000);
    /// text.try_shrink_to_fit()?;
    /// assert_eq!(text.capacity(), 0);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if the allocator can only shrink by a copy and has no memory for that.
    pub fn try_shrink_to_fit(&mut self) -> Result<(), TryReserveError> {
        self.bytes.try_shrink_to_fit()
    }

    /// Gives back the room behind the text down to `min_capacity` bytes.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::with_capacity(1000);
    /// text.shrink_to(100);
    /// assert!((100..1000).contains(&text.capacity()));
    /// ```
    ///
    /// # Panics
    /// As [`Vec::shrink_to_fit`].
    pub fn shrink_to(&mut self, min_capacity: usize) {
        self.bytes.shrink_to(min_capacity);
    }

    /// As [`String::shrink_to`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::with_capacity(1000);
    /// text.try_shrink_to(100)?;
    /// assert!(text.capacity() >= 100);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`String::try_shrink_to_fit`].
    pub fn try_shrink_to(&mut self, min_capacity: usize) -> Result<(), TryReserveError> {
        self.bytes.try_shrink_to(min_capacity)
    }
}
