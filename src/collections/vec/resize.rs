//! A vector of a given length: cut off, or filled up with copies of a value or with what a closure makes.

use super::Vec;
use crate::collections::error::{PushError, Refusal, Stops, Tells, TryReserveError};
use crate::memory::Allocator;
use core::mem::{MaybeUninit, needs_drop};
use core::slice;

impl<T, A: Allocator> Vec<T, A> {
    /// Makes the vector `new_len` elements long: drops what is behind, or adds what `f` gives.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// vec.resize_with(3, Default::default);
    /// assert_eq!(vec, [1, 0, 0]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::push`].
    pub fn resize_with<F: FnMut() -> T>(&mut self, new_len: usize, f: F) {
        let Ok(()) = self.resize_with_core::<Stops>(new_len, f);
    }

    /// As [`Vec::resize_with`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// vec.try_resize_with(2, || 5)?;
    /// assert_eq!(vec, [1, 5]);
    /// # Ok::<(), nostd_alloc::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the vector is as before and `f` was not called.
    pub fn try_resize_with<F: FnMut() -> T>(
        &mut self,
        new_len: usize,
        f: F,
    ) -> Result<(), TryReserveError> {
        self.resize_with_core::<Tells>(new_len, f)
    }

    fn resize_with_core<R: Refusal>(
        &mut self,
        new_len: usize,
        mut f: impl FnMut() -> T,
    ) -> Result<(), R::Error> {
        let Some(additional) = new_len.checked_sub(self.length) else {
            self.truncate(new_len);
            return Ok(());
        };
        self.make_room::<R>(additional)?;
        // SAFETY: reserved above, checked by `?`.
        unsafe { self.fill_with(additional, |_| f()) };
        Ok(())
    }
}

impl<T: Clone, A: Allocator> Vec<T, A> {
    /// Makes the vector `new_len` elements long: drops what is behind, or adds clones of `value`.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec!['a'];
    /// vec.resize(3, 'b');
    /// assert_eq!(vec, ['a', 'b', 'b']);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::push`].
    pub fn resize(&mut self, new_len: usize, value: T) {
        let Ok(()) = self.resize_core::<Stops>(new_len, value);
    }

    /// As [`Vec::resize`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec!['a'];
    /// assert_eq!(vec.try_resize(1 << 60, 'b').unwrap_err().into_value(), 'b');
    /// ```
    ///
    /// # Errors
    /// [`PushError`] with the value if there is no memory; the vector is as before.
    pub fn try_resize(&mut self, new_len: usize, value: T) -> Result<(), PushError<T>> {
        self.resize_core::<Tells>(new_len, value)
            .map_err(PushError::new)
    }

    fn resize_core<R: Refusal>(&mut self, new_len: usize, value: T) -> Result<(), R::Kept<T>> {
        if new_len <= self.length {
            self.truncate(new_len);
            return Ok(());
        }
        let additional = new_len - self.length;
        if let Err(error) = self.make_room::<R>(additional) {
            return Err(R::keep(value, error));
        }
        if needs_drop::<T>() {
            // SAFETY: checked above: reserved is room for the clones.
            unsafe { self.push_owning_clones(slice::from_ref(&value), 0, additional - 1) };
        } else {
            // SAFETY: checked above: reserved is room for the clones; a `MaybeUninit` needs no value.
            let room = unsafe {
                let end = self.end().cast::<MaybeUninit<T>>();
                slice::from_raw_parts_mut(end, additional - 1)
            };
            // Nothing is lost if a clone panics.
            room.iter_mut().for_each(|slot| {
                slot.write(value.clone());
            });
            // INVARIANT: **Length** holds again: so many slots were just written.
            self.length = new_len - 1;
        }
        // SAFETY: checked above: reserved is room for the value itself behind them.
        unsafe { self.push_unchecked(value) };
        Ok(())
    }
}
