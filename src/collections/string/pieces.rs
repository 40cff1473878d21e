//! Texts of many pieces: characters and texts.

use super::String;
use crate::collections::boxed::Box;
use crate::collections::cow::Cow;
use crate::collections::error::{OrStop, TryReserveError};
use crate::memory::Allocator;

/// What a text can be made of: characters and texts, borrowed or owned.
///
/// ```
/// use nostd_alloc::String;
/// assert_eq!(String::try_from_iter(['a', 'b'])?, "ab");
/// assert_eq!(String::try_from_iter(["ab", "c"])?, "abc");
/// # Ok::<(), nostd_alloc::TryReserveError>(())
/// ```
pub trait Piece {
    /// Adds the piece at the end of a text.
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the text is as before.
    fn try_push_to<A: Allocator>(&self, text: &mut String<A>) -> Result<(), TryReserveError>;

    /// How many bytes so many pieces need at least.
    fn bytes_min(count: usize) -> usize;
}

impl Piece for char {
    #[inline]
    fn try_push_to<A: Allocator>(&self, text: &mut String<A>) -> Result<(), TryReserveError> {
        text.try_push(*self)
    }

    fn bytes_min(count: usize) -> usize {
        count
    }
}

impl Piece for str {
    #[inline]
    fn try_push_to<A: Allocator>(&self, text: &mut String<A>) -> Result<(), TryReserveError> {
        text.try_push_str(self)
    }

    fn bytes_min(_: usize) -> usize {
        0
    }
}

macro_rules! pieces {
    ($([$($parameters:tt)*] $type:ty as $inner:ty;)*) => {$(
        impl<$($parameters)*> Piece for $type {
            #[inline]
            fn try_push_to<A: Allocator>(
                &self,
                text: &mut String<A>,
            ) -> Result<(), TryReserveError> {
                <$inner>::try_push_to(self, text)
            }

            fn bytes_min(count: usize) -> usize {
                <$inner>::bytes_min(count)
            }
        }

        impl<$($parameters)* O: Allocator> Extend<$type> for String<O> {
            fn extend<I: IntoIterator<Item = $type>>(&mut self, pieces: I) {
                self.extend_core(pieces.into_iter()).or_stop();
            }
        }

        impl<$($parameters)*> FromIterator<$type> for String {
            fn from_iter<I: IntoIterator<Item = $type>>(pieces: I) -> String {
                String::try_from_iter(pieces).or_stop()
            }
        }

        impl<$($parameters)*> FromIterator<$type> for Box<str> {
            fn from_iter<I: IntoIterator<Item = $type>>(pieces: I) -> Box<str> {
                String::from_iter(pieces).into_boxed_str()
            }
        }
    )*};
}

pieces! {
    ['a,] &'a char as char;
    ['a,] &'a str as str;
    [B: Allocator,] Box<str, B> as str;
    [B: Allocator,] String<B> as str;
    ['a,] Cow<'a, str> as str;
}

impl<O: Allocator> Extend<char> for String<O> {
    fn extend<I: IntoIterator<Item = char>>(&mut self, pieces: I) {
        self.extend_core(pieces.into_iter()).or_stop();
    }
}

impl FromIterator<char> for String {
    fn from_iter<I: IntoIterator<Item = char>>(pieces: I) -> String {
        String::try_from_iter(pieces).or_stop()
    }
}

impl FromIterator<char> for Box<str> {
    fn from_iter<I: IntoIterator<Item = char>>(pieces: I) -> Box<str> {
        String::from_iter(pieces).into_boxed_str()
    }
}

macro_rules! cow_from_pieces {
    ($($type:ty),*) => {$(
        impl<'a> FromIterator<$type> for Cow<'a, str> {
            fn from_iter<I: IntoIterator<Item = $type>>(pieces: I) -> Cow<'a, str> {
                Cow::Owned(String::from_iter(pieces))
            }
        }
    )*};
}

cow_from_pieces! { char, &'a str, String }

impl String {
    /// All pieces of an iterator: the twin of `collect`.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(String::try_from_iter(["a", "b"])?, "ab");
    /// assert_eq!(String::try_from_iter(['c', 'd'])?, "cd");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the pieces that the iterator has given are lost.
    pub fn try_from_iter<P: Piece, I: IntoIterator<Item = P>>(
        pieces: I,
    ) -> Result<String, TryReserveError> {
        let mut text = String::new();
        text.extend_core(pieces.into_iter())?;
        Ok(text)
    }
}

impl<A: Allocator> String<A> {
    /// Adds all pieces of an iterator, as `extend`.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("a");
    /// text.try_extend(["b", "c"])?;
    /// text.try_extend(['d'])?;
    /// assert_eq!(text, "abcd");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory: the text has its old length, and the pieces that the
    /// iterator has given are lost.
    pub fn try_extend<P: Piece, I: IntoIterator<Item = P>>(
        &mut self,
        pieces: I,
    ) -> Result<(), TryReserveError> {
        let length = self.len();
        let result = self.extend_core(pieces.into_iter());
        if result.is_err() {
            self.bytes.truncate(length);
        }
        result
    }

    fn extend_core<P: Piece, I: Iterator<Item = P>>(
        &mut self,
        pieces: I,
    ) -> Result<(), TryReserveError> {
        let mut pieces = pieces;
        self.try_reserve(P::bytes_min(pieces.size_hint().0))?;
        pieces.try_for_each(|piece| piece.try_push_to(self))
    }
}
