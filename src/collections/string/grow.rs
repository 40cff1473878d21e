//! What makes a text longer.
//!
//! A piece of at most 16 bytes is written by two overlapping stores instead of a call of memcpy: in a program
//! without libc that call is a `rep movsb`, which starts slowly.

use super::String;
use crate::collections::error::{OrStop, Stops, Tells, TryReserveError, stop};
use crate::collections::range::range;
use crate::memory::Allocator;
use core::fmt;
use core::ops::RangeBounds;

/// Pieces up to this length are written without a call.
const SHORT_BYTES_MAX: usize = 16;

/// Copies up to [`SHORT_BYTES_MAX`] bytes by two stores that may overlap, else by memcpy.
///
/// # Safety
/// - `source` is valid for `length` bytes of reads, and `target` for as many writes.
/// - They do not overlap.
#[inline(always)]
unsafe fn copy_short(source: *const u8, target: *mut u8, length: usize) {
    // SAFETY: contract of this function: each word lies within the `length` bytes, checked by the branch.
    unsafe {
        if length > SHORT_BYTES_MAX {
            source.copy_to_nonoverlapping(target, length);
        } else if length >= 8 {
            copy_ends::<u64>(source, target, length);
        } else if length >= 4 {
            copy_ends::<u32>(source, target, length);
        } else if length >= 2 {
            copy_ends::<u16>(source, target, length);
        } else if length == 1 {
            target.write(source.read());
        }
    }
}

/// Copies the first and the last `W` of `length` bytes, between one and two of them.
///
/// # Safety
/// - As [`copy_short`]; `length` is at least the size of a `W` and at most twice that.
#[inline(always)]
unsafe fn copy_ends<W>(source: *const u8, target: *mut u8, length: usize) {
    let behind = length - size_of::<W>();
    // SAFETY: contract of this function: both words lie within the `length` bytes; both are read before one
    // is written.
    unsafe {
        let first = source.cast::<W>().read_unaligned();
        let last = source.add(behind).cast::<W>().read_unaligned();
        target.cast::<W>().write_unaligned(first);
        target.add(behind).cast::<W>().write_unaligned(last);
    }
}

impl<A: Allocator> String<A> {
    /// Adds a text at the end: in amortised constant time a byte, without a call up to 16 bytes.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("foo");
    /// text.push_str("bar");
    /// assert_eq!(text, "foobar");
    /// ```
    ///
    /// # Panics
    /// If no block can be that long. Without memory the program ends with exit code 4.
    #[inline]
    pub fn push_str(&mut self, string: &str) {
        if string.len() > self.capacity() - self.len() {
            return self.push_str_grown(string);
        }
        // SAFETY: checked above: there is room.
        unsafe { self.push_str_unchecked(string) }
    }

    /// As [`String::push_str`].
    ///
    /// ```
    /// use nostd_alloc::{collections::String, memory::{Kernel, Ration}};
    /// let mut text = String::new_in(Ration::of_bytes(Kernel, 4096));
    /// text.try_push_str("fits")?;
    /// assert!(text.try_push_str(&"long".repeat(1024)).is_err());
    /// assert_eq!(text, "fits");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the text is as before.
    #[inline]
    pub fn try_push_str(&mut self, string: &str) -> Result<(), TryReserveError> {
        if string.len() > self.capacity() - self.len() {
            return self.try_push_str_grown(string);
        }
        // SAFETY: checked above: there is room.
        unsafe { self.push_str_unchecked(string) };
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn push_str_grown(&mut self, string: &str) {
        if let Err(error) = self.try_push_str_grown(string) {
            stop(error);
        }
    }

    #[cold]
    #[inline(never)]
    fn try_push_str_grown(&mut self, string: &str) -> Result<(), TryReserveError> {
        self.bytes.try_reserve(string.len())?;
        // SAFETY: reserved above, checked by `?`.
        unsafe { self.push_str_unchecked(string) };
        Ok(())
    }

    /// # Safety
    /// - There is room for so many bytes.
    #[inline]
    pub(super) unsafe fn push_str_unchecked(&mut self, string: &str) {
        let length = self.len();
        // SAFETY: contract of this function; a text that is borrowed alone shares no byte with another.
        // **Text** of `String` holds again: both parts are UTF-8.
        unsafe {
            let end = self.bytes.as_mut_ptr().add(length);
            copy_short(string.as_ptr(), end, string.len());
            self.bytes.set_len(length + string.len());
        }
    }

    /// Adds a character at the end: in amortised constant time.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("gr");
    /// text.push('ü');
    /// assert_eq!((text.as_str(), text.len()), ("grü", 4));
    /// ```
    ///
    /// # Panics
    /// As [`String::push_str`].
    #[inline]
    pub fn push(&mut self, ch: char) {
        if ch.is_ascii() {
            self.bytes.push(ch as u8);
        } else {
            // **Text** of `String` holds again: a character is UTF-8.
            let Ok(()) = self.bytes.push_wide::<Stops>(ch);
        }
    }

    /// As [`String::push`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::new();
    /// text.try_push('a')?;
    /// assert_eq!(text, "a");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`String::try_push_str`].
    #[inline]
    pub fn try_push(&mut self, ch: char) -> Result<(), TryReserveError> {
        if ch.is_ascii() {
            Ok(self.bytes.try_push(ch as u8)?)
        } else {
            self.bytes.push_wide::<Tells>(ch)
        }
    }

    /// Adds a part of the text once more at its end.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("abc");
    /// text.extend_from_within(..2);
    /// assert_eq!(text, "abcab");
    /// ```
    ///
    /// # Panics
    /// If the range does not lie in the text or cuts a character; else as [`String::push_str`].
    #[track_caller]
    pub fn extend_from_within<R: RangeBounds<usize>>(&mut self, src: R) {
        self.try_extend_from_within(src).or_stop();
    }

    /// As [`String::extend_from_within`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("abc");
    /// text.try_extend_from_within(1..)?;
    /// assert_eq!(text, "abcbc");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the text is as before.
    ///
    /// # Panics
    /// If the range does not lie in the text or cuts a character.
    #[track_caller]
    pub fn try_extend_from_within<R: RangeBounds<usize>>(
        &mut self,
        src: R,
    ) -> Result<(), TryReserveError> {
        let source = range(src, self.len());
        assert!(self.is_char_boundary(source.start));
        assert!(self.is_char_boundary(source.end));
        self.bytes.try_extend_from_within(source)
    }
}

impl<A: Allocator> fmt::Write for String<A> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.try_push_str(text).map_err(|_| fmt::Error)
    }

    #[inline]
    fn write_char(&mut self, character: char) -> fmt::Result {
        self.try_push(character).map_err(|_| fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Kernel, Ration};

    #[test]
    fn a_wide_character_fits_where_its_bytes_do() {
        for ch in ['ü', '€', '🦀'] {
            for free in 0..6 {
                let ration = Ration::of_bytes(Kernel, 4096);
                let mut text = String::new_in(&ration);
                text.try_reserve_exact(4096).unwrap();
                while text.len() + free < text.capacity() {
                    text.push('.');
                }
                let fits = free >= ch.len_utf8();
                assert_eq!(text.try_push(ch).is_ok(), fits, "{ch} {free}");
                assert_eq!(text.capacity(), 4096);
                let (dots, rest) = text.split_at(4096 - free);
                assert!(dots.bytes().all(|byte| byte == b'.'));
                assert!(rest.chars().eq(fits.then_some(ch)));
            }
            let mut text = String::new_in(Kernel);
            (0..5000).for_each(|_| text.push(ch));
            assert!(text.len() == 5000 * ch.len_utf8() && text.chars().all(|other| other == ch));
        }
    }
}
