//! Texts of many pieces: characters, texts, numbers, what `format!` writes.

use super::String;
use crate::collections::boxed::Box;
use crate::collections::cow::Cow;
use crate::collections::error::{OrStop, TryReserveError};
use crate::io::Decimal;
use crate::memory::Allocator;

/// What a text can be made of: characters and texts, borrowed or owned.
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

    /// Adds a number in decimal digits, without the formatting machinery.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("n = ");
    /// text.push_integer(-1870);
    /// text.push_integer(u128::MAX);
    /// assert_eq!(text, "n = -1870340282366920938463463374607431768211455");
    /// ```
    ///
    /// # Panics
    /// As [`String::push_str`].
    pub fn push_integer<N: Integer>(&mut self, number: N) {
        self.try_push_integer(number).or_stop();
    }

    /// As [`String::push_integer`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::new();
    /// text.try_push_integer(i64::MIN)?;
    /// assert_eq!(text, "-9223372036854775808");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`String::try_push_str`].
    pub fn try_push_integer<N: Integer>(&mut self, number: N) -> Result<(), TryReserveError> {
        let (negative, magnitude) = number.parts();
        if let (false, Ok(small)) = (negative, u64::try_from(magnitude)) {
            return self.push_digits(&Decimal::new(small), 0);
        }
        self.try_reserve(1 + DECIMAL_BYTES_MAX)?;
        if negative {
            self.try_push('-')?;
        }
        self.push_magnitude(magnitude)
    }

    /// The digits of a number, in groups that fit a `u64`.
    fn push_magnitude(&mut self, number: u128) -> Result<(), TryReserveError> {
        if let Ok(small) = u64::try_from(number) {
            return self.push_digits(&Decimal::new(small), 0);
        }
        self.push_magnitude(number / GROUP)?;
        self.push_digits(&Decimal::new((number % GROUP) as u64), GROUP_DIGITS)
    }

    /// Digits with as many zeros before them as make `width`.
    fn push_digits(&mut self, digits: &Decimal, width: usize) -> Result<(), TryReserveError> {
        const ZEROS: &str = "0000000000000000000";
        let digits = digits.as_bytes();
        if digits.len() < width {
            self.try_push_str(&ZEROS[..width - digits.len()])?;
        }
        // SAFETY: checked by `Decimal`: the bytes are ASCII digits.
        self.try_push_str(unsafe { core::str::from_utf8_unchecked(digits) })
    }
}

/// The largest power of ten in a `u64`.
const GROUP: u128 = 10_000_000_000_000_000_000;
const GROUP_DIGITS: usize = 19;
/// The digits of `u128::MAX`.
const DECIMAL_BYTES_MAX: usize = 39;

/// The integers.
pub trait Integer: Copy {
    /// Whether the number is below 0, and its distance from 0.
    fn parts(self) -> (bool, u128);
}

macro_rules! integers {
    ($($unsigned:ident $signed:ident)*) => {$(
        impl Integer for $unsigned {
            #[inline]
            fn parts(self) -> (bool, u128) {
                (false, self as u128)
            }
        }

        impl Integer for $signed {
            #[inline]
            fn parts(self) -> (bool, u128) {
                (self < 0, self.unsigned_abs() as u128)
            }
        }
    )*};
}

integers! { u8 i8 u16 i16 u32 i32 u64 i64 u128 i128 usize isize }
