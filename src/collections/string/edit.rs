//! Changes in the middle and at the end of a text: put in, taken out, cut, replaced.

use super::String;
use crate::collections::error::{OrStop, TryReserveError};
use crate::collections::range::range;
use crate::memory::Allocator;
use core::ops::RangeBounds;
use core::ptr;

impl<A: Allocator> String<A> {
    /// Cuts the text off behind `new_len` bytes; keeps the room.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("hello");
    /// text.truncate(2);
    /// assert_eq!(text, "he");
    /// ```
    ///
    /// # Panics
    /// If that cuts a character.
    #[inline]
    #[track_caller]
    pub fn truncate(&mut self, new_len: usize) {
        if new_len <= self.len() {
            assert!(self.is_char_boundary(new_len));
            self.bytes.truncate(new_len);
        }
    }

    /// Takes all of the text away; keeps the room.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("hello");
    /// text.clear();
    /// assert!(text.is_empty() && text.capacity() >= 5);
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Takes out the last character. Constant time.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("zoë");
    /// assert_eq!((text.pop(), text.as_str()), (Some('ë'), "zo"));
    /// ```
    pub fn pop(&mut self) -> Option<char> {
        let last = self.chars().next_back()?;
        self.bytes.truncate(self.len() - last.len_utf8());
        Some(last)
    }

    /// Takes out the character that begins at byte `idx` and moves all behind it.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("abç");
    /// assert_eq!((text.remove(1), text.as_str()), ('b', "aç"));
    /// ```
    ///
    /// # Panics
    /// If no character begins there.
    #[track_caller]
    pub fn remove(&mut self, idx: usize) -> char {
        let Some(character) = self[idx..].chars().next() else {
            panic!("cannot remove a char from the end of a string");
        };
        self.bytes.drain(idx..idx + character.len_utf8());
        character
    }

    /// Puts a character in at byte `idx` and moves all behind it.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("ac");
    /// text.insert(1, 'b');
    /// assert_eq!(text, "abc");
    /// ```
    ///
    /// # Panics
    /// If `idx` is not the boundary of a character; else as [`String::push_str`].
    #[track_caller]
    pub fn insert(&mut self, idx: usize, ch: char) {
        self.try_insert(idx, ch).or_stop();
    }

    /// As [`String::insert`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("ac");
    /// text.try_insert(1, 'b')?;
    /// assert_eq!(text, "abc");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the text is as before.
    ///
    /// # Panics
    /// If `idx` is not the boundary of a character.
    #[track_caller]
    pub fn try_insert(&mut self, idx: usize, ch: char) -> Result<(), TryReserveError> {
        self.try_insert_str(idx, ch.encode_utf8(&mut [0; 4]))
    }

    /// Puts a text in at byte `idx` and moves all behind it.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("bar");
    /// text.insert_str(0, "foo");
    /// assert_eq!(text, "foobar");
    /// ```
    ///
    /// # Panics
    /// As [`String::insert`].
    #[track_caller]
    pub fn insert_str(&mut self, idx: usize, string: &str) {
        self.try_insert_str(idx, string).or_stop();
    }

    /// As [`String::insert_str`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("bar");
    /// text.try_insert_str(3, "n")?;
    /// assert_eq!(text, "barn");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`String::try_insert`].
    ///
    /// # Panics
    /// As [`String::try_insert`].
    #[track_caller]
    pub fn try_insert_str(&mut self, idx: usize, string: &str) -> Result<(), TryReserveError> {
        assert!(self.is_char_boundary(idx));
        self.replace_bytes(idx, idx, string)
    }

    /// Puts a text in the place of a part. What lies behind moves, unless both are as long.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("I like cats");
    /// text.replace_range(2..6, "love");
    /// assert_eq!(text, "I love cats");
    /// ```
    ///
    /// # Panics
    /// If the range does not lie in the text or cuts a character; else as [`String::push_str`].
    #[track_caller]
    pub fn replace_range<R: RangeBounds<usize>>(&mut self, range: R, replace_with: &str) {
        self.try_replace_range(range, replace_with).or_stop();
    }

    /// As [`String::replace_range`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("abc");
    /// text.try_replace_range(..=1, "xyz")?;
    /// assert_eq!(text, "xyzc");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the text is as before.
    ///
    /// # Panics
    /// If the range does not lie in the text or cuts a character.
    #[track_caller]
    pub fn try_replace_range<R: RangeBounds<usize>>(
        &mut self,
        bounds: R,
        replace_with: &str,
    ) -> Result<(), TryReserveError> {
        let part = range(bounds, self.len());
        assert!(self.is_char_boundary(part.start));
        assert!(self.is_char_boundary(part.end));
        self.replace_bytes(part.start, part.end, replace_with)
    }

    /// Puts a text in the place of the bytes from `start` to `end`, which are boundaries of characters.
    fn replace_bytes(
        &mut self,
        start: usize,
        end: usize,
        text: &str,
    ) -> Result<(), TryReserveError> {
        let (length, count) = (self.len(), text.len());
        self.bytes.try_reserve(count.saturating_sub(end - start))?;
        // SAFETY: both ends were checked by the caller to lie in the text, and room for what comes in addition
        // was reserved above; a text that is borrowed alone shares no byte with another. **Text** of `String`
        // holds again: three parts that are UTF-8.
        unsafe {
            let slot = self.bytes.as_mut_ptr().add(start);
            ptr::copy(slot.add(end - start), slot.add(count), length - end);
            ptr::copy_nonoverlapping(text.as_ptr(), slot, count);
            self.bytes.set_len(length - (end - start) + count);
        }
        Ok(())
    }

    /// Cuts the text in two: `self` keeps the first `at` bytes and its room, the others move to a new block.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("Hello, World!");
    /// let world = text.split_off(7);
    /// assert_eq!((text.as_str(), world.as_str()), ("Hello, ", "World!"));
    /// ```
    ///
    /// # Panics
    /// If `at` is not the boundary of a character; else as [`String::push_str`].
    #[track_caller]
    pub fn split_off(&mut self, at: usize) -> String<A>
    where
        A: Clone,
    {
        self.try_split_off(at).or_stop()
    }

    /// As [`String::split_off`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("ab");
    /// assert_eq!(text.try_split_off(1)?, "b");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the text is as before.
    ///
    /// # Panics
    /// If `at` is not the boundary of a character.
    #[track_caller]
    pub fn try_split_off(&mut self, at: usize) -> Result<String<A>, TryReserveError>
    where
        A: Clone,
    {
        assert!(self.is_char_boundary(at));
        // INVARIANT: **Text** holds for both: the cut was checked just now.
        Ok(String {
            bytes: self.bytes.try_split_off(at)?,
        })
    }

    /// Keeps the characters for which `f` says so, each asked once, in order. Each moves once at most.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("f_o_ob_ar");
    /// text.retain(|c| c != '_');
    /// assert_eq!(text, "foobar");
    /// ```
    pub fn retain<F: FnMut(char) -> bool>(&mut self, mut f: F) {
        let mut closing = Closing {
            length: self.len(),
            read: 0,
            written: 0,
            text: self,
        };
        // INVARIANT: **Text** holds: no byte counts until the guard goes.
        // SAFETY: contract of `set_len`: 0 is at most any capacity, and no slot needs a value.
        unsafe { closing.text.bytes.set_len(0) };
        while let Some(character) = closing.next() {
            if f(character) {
                closing.keep(character.len_utf8());
            } else {
                closing.read += character.len_utf8();
            }
        }
    }
}

/// A text being sieved: what was kept, a hole, what was not looked at; closed when it goes, also if the
/// user's closure panics.
struct Closing<'s, A: Allocator> {
    text: &'s mut String<A>,
    length: usize,
    read: usize,
    written: usize,
}

impl<A: Allocator> Closing<'_, A> {
    /// The character at `read`.
    fn next(&self) -> Option<char> {
        // SAFETY: the bytes from `read`, which is a boundary, to the old length are the rest of a text by
        // **Text** of `String`; nothing has been written there.
        let rest = unsafe {
            let start = self.text.bytes.as_ptr().add(self.read);
            let bytes = core::slice::from_raw_parts(start, self.length - self.read);
            core::str::from_utf8_unchecked(bytes)
        };
        rest.chars().next()
    }

    /// Moves `count` bytes from `read` to `written`.
    fn keep(&mut self, count: usize) {
        let base = self.text.bytes.as_mut_ptr();
        // SAFETY: by **Text** of `String` the bytes at `read` are there, and `written` is at most `read`.
        unsafe { ptr::copy(base.add(self.read), base.add(self.written), count) };
        self.read += count;
        self.written += count;
    }
}

impl<A: Allocator> Drop for Closing<'_, A> {
    fn drop(&mut self) {
        self.keep(self.length - self.read);
        // INVARIANT: **Text** holds again: whole characters were kept, and what was not looked at.
        // SAFETY: so many bytes were written, or had been there: the checked old length is an upper bound.
        unsafe { self.text.bytes.set_len(self.written) };
    }
}
