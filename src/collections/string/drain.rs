//! A part of a text taken out character by character.

use super::String;
use crate::collections::range::range;
use crate::heap::Global;
use crate::memory::Allocator;
use core::fmt;
use core::iter::FusedIterator;
use core::ops::{Range, RangeBounds};
use core::ptr::NonNull;
use core::slice;
use core::str::{self, Chars};

/// An iterator that takes a part out of a text when it goes, whatever it has given by then. Made by
/// [`String::drain`].
///
/// ```
/// let mut text = nostd_alloc::String::from("abc");
/// assert!(text.drain(..2).rev().eq(['b', 'a']));
/// assert_eq!(text, "c");
/// ```
///
/// # Invariants
/// - **Part**: `part` lies in the text, its ends are boundaries of characters, and `characters` are those of
///   it that are still to come; the text is borrowed alone.
pub struct Drain<'a, A: Allocator = Global> {
    text: NonNull<String<A>>,
    part: Range<usize>,
    characters: Chars<'a>,
}

// SAFETY: by **Part** of `Drain` it is as `&mut String`.
unsafe impl<A: Allocator + Send> Send for Drain<'_, A> {}
// SAFETY: by **Part** of `Drain`: a shared one gives out parts of a `str`.
unsafe impl<A: Allocator + Sync> Sync for Drain<'_, A> {}

impl<A: Allocator> String<A> {
    /// Takes a part out of the text: an iterator over its characters, which closes the hole when it goes. What
    /// lies behind then moves, once.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("α is alpha");
    /// assert!(text.drain(..3).eq(['α', ' ']));
    /// assert_eq!(text, "is alpha");
    /// ```
    ///
    /// # Panics
    /// If the range does not lie in the text or cuts a character.
    #[track_caller]
    pub fn drain<R: RangeBounds<usize>>(&mut self, bounds: R) -> Drain<'_, A> {
        let part = range(bounds, self.len());
        assert!(self.is_char_boundary(part.start));
        assert!(self.is_char_boundary(part.end));
        // SAFETY: the part was checked to lie in the text and to cut no character; the pointer is the
        // vector's own, so that nothing else is borrowed.
        let characters = unsafe {
            let start = self.bytes.as_ptr().add(part.start);
            str::from_utf8_unchecked(slice::from_raw_parts(start, part.len())).chars()
        };
        // INVARIANT: **Part** holds: checked above.
        Drain {
            text: NonNull::from(self),
            part,
            characters,
        }
    }
}

impl<A: Allocator> Drain<'_, A> {
    /// What is still to come.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("abc");
    /// let mut drain = text.drain(..);
    /// drain.next();
    /// assert_eq!(drain.as_str(), "bc");
    /// ```
    pub fn as_str(&self) -> &str {
        self.characters.as_str()
    }
}

impl<A: Allocator> Drop for Drain<'_, A> {
    fn drop(&mut self) {
        // SAFETY: by **Part** of `Drain` the text is borrowed alone. **Text** of `String` holds again: whole
        // characters go.
        unsafe { self.text.as_mut().bytes.drain(self.part.clone()) };
    }
}

impl<A: Allocator> Iterator for Drain<'_, A> {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        self.characters.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.characters.size_hint()
    }
}

impl<A: Allocator> DoubleEndedIterator for Drain<'_, A> {
    #[inline]
    fn next_back(&mut self) -> Option<char> {
        self.characters.next_back()
    }
}

impl<A: Allocator> FusedIterator for Drain<'_, A> {}

impl<A: Allocator> AsRef<str> for Drain<'_, A> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<A: Allocator> AsRef<[u8]> for Drain<'_, A> {
    fn as_ref(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

impl<A: Allocator> fmt::Debug for Drain<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Drain").field(&self.as_str()).finish()
    }
}
