//! Texts from bytes and from UTF-16, and what is wrong with those that are none.

use super::String;
use crate::collections::cow::Cow;
use crate::collections::error::{OrStop, TryReserveError};
use crate::collections::vec::Vec;
use crate::heap::Global;
use crate::memory::Allocator;
use core::error::Error;
use core::fmt;
use core::str::{self, Utf8Error};

/// Bytes that are no text, given back with the place where they stop being one.
///
/// ```
/// use nostd_alloc::{collections::String, vec};
/// let error = String::from_utf8(vec![b'a', 0xff]).unwrap_err();
/// assert_eq!(error.utf8_error().valid_up_to(), 1);
/// assert_eq!(error.into_bytes(), [b'a', 0xff]);
/// ```
pub struct FromUtf8Error<A: Allocator = Global> {
    bytes: Vec<u8, A>,
    error: Utf8Error,
}

impl<A: Allocator> FromUtf8Error<A> {
    /// The bytes.
    ///
    /// ```
    /// # use nostd_alloc::{collections::String, vec};
    /// assert_eq!(String::from_utf8(vec![0xff]).unwrap_err().as_bytes(), [0xff]);
    /// ```
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes as they were passed in.
    ///
    /// ```
    /// # use nostd_alloc::{collections::String, vec};
    /// assert_eq!(String::from_utf8(vec![0xff]).unwrap_err().into_bytes(), [0xff]);
    /// ```
    pub fn into_bytes(self) -> Vec<u8, A> {
        self.bytes
    }

    /// Where and why they are no text.
    ///
    /// ```
    /// # use nostd_alloc::{collections::String, vec};
    /// assert_eq!(String::from_utf8(vec![0xff]).unwrap_err().utf8_error().error_len(), Some(1));
    /// ```
    pub fn utf8_error(&self) -> Utf8Error {
        self.error
    }

    /// As `clone`.
    ///
    /// ```
    /// # use nostd_alloc::{collections::String, vec};
    /// let error = String::from_utf8(vec![0xff]).unwrap_err();
    /// assert_eq!(error.try_clone().unwrap(), error);
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_clone(&self) -> Result<FromUtf8Error<A>, TryReserveError>
    where
        A: Clone,
    {
        Ok(FromUtf8Error {
            bytes: self.bytes.try_clone()?,
            error: self.error,
        })
    }
}

impl<A: Allocator + Clone> Clone for FromUtf8Error<A> {
    fn clone(&self) -> FromUtf8Error<A> {
        self.try_clone().or_stop()
    }
}

impl<A: Allocator> PartialEq for FromUtf8Error<A> {
    fn eq(&self, other: &FromUtf8Error<A>) -> bool {
        self.bytes == other.bytes && self.error == other.error
    }
}

impl<A: Allocator> Eq for FromUtf8Error<A> {}

impl<A: Allocator> fmt::Debug for FromUtf8Error<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FromUtf8Error")
            .field("bytes", &self.bytes)
            .field("error", &self.error)
            .finish()
    }
}

impl<A: Allocator> fmt::Display for FromUtf8Error<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl<A: Allocator> Error for FromUtf8Error<A> {}

/// UTF-16 that is none: a half of a surrogate pair stands alone.
///
/// ```
/// assert!(nostd_alloc::collections::String::from_utf16(&[0xd800]).is_err());
/// ```
#[derive(Debug)]
pub struct FromUtf16Error(());

impl fmt::Display for FromUtf16Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid utf-16: lone surrogate found")
    }
}

impl Error for FromUtf16Error {}

impl<A: Allocator> String<A> {
    /// A text of bytes, if they are one; nothing moves.
    ///
    /// ```
    /// use nostd_alloc::{collections::String, vec};
    /// assert_eq!(String::from_utf8(vec![0xc3, 0xbc]).unwrap(), "ü");
    /// ```
    ///
    /// # Errors
    /// [`FromUtf8Error`] with the bytes, if they are no UTF-8.
    pub fn from_utf8(vec: Vec<u8, A>) -> Result<String<A>, FromUtf8Error<A>> {
        match str::from_utf8(&vec) {
            // INVARIANT: **Text** holds: checked just now.
            Ok(_) => Ok(String { bytes: vec }),
            Err(error) => Err(FromUtf8Error { bytes: vec, error }),
        }
    }
}

impl String {
    /// The text that bytes are, with U+FFFD in place of what is none; borrowed, without a block, if all is well.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(String::from_utf8_lossy(b"Hello \xF0\x90\x80World"), "Hello \u{fffd}World");
    /// ```
    ///
    /// # Panics
    /// As [`String::push_str`].
    pub fn from_utf8_lossy(v: &[u8]) -> Cow<'_, str> {
        String::try_from_utf8_lossy(v).or_stop()
    }

    /// As [`String::from_utf8_lossy`].
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(String::try_from_utf8_lossy(b"\xff")?, "\u{fffd}");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_from_utf8_lossy(v: &[u8]) -> Result<Cow<'_, str>, TryReserveError> {
        let mut chunks = v.utf8_chunks();
        let Some(first) = chunks.next() else {
            return Ok(Cow::Borrowed(""));
        };
        if first.invalid().is_empty() {
            return Ok(Cow::Borrowed(first.valid()));
        }
        let mut text = String::try_with_capacity(v.len())?;
        text.try_push_str(first.valid())?;
        text.try_push(char::REPLACEMENT_CHARACTER)?;
        for chunk in chunks {
            text.try_push_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                text.try_push(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(Cow::Owned(text))
    }

    /// A text of UTF-16, if it is one.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(String::from_utf16(&[0xd834, 0xdd1e]).unwrap(), "𝄞");
    /// ```
    ///
    /// # Errors
    /// [`FromUtf16Error`] if a half of a surrogate pair stands alone.
    ///
    /// # Panics
    /// As [`String::push_str`].
    pub fn from_utf16(v: &[u16]) -> Result<String, FromUtf16Error> {
        String::try_from_utf16(v).or_stop()
    }

    /// As [`String::from_utf16`]; the outer result is about memory.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(String::try_from_utf16(&[97])?.unwrap(), "a");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_from_utf16(v: &[u16]) -> Result<Result<String, FromUtf16Error>, TryReserveError> {
        let mut text = String::try_with_capacity(v.len())?;
        for character in char::decode_utf16(v.iter().copied()) {
            match character {
                Ok(character) => text.try_push(character)?,
                Err(_) => return Ok(Err(FromUtf16Error(()))),
            }
        }
        Ok(Ok(text))
    }

    /// The text that UTF-16 is, with U+FFFD in place of what is none.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(String::from_utf16_lossy(&[97, 0xd800]), "a\u{fffd}");
    /// ```
    ///
    /// # Panics
    /// As [`String::push_str`].
    pub fn from_utf16_lossy(v: &[u16]) -> String {
        String::try_from_utf16_lossy(v).or_stop()
    }

    /// As [`String::from_utf16_lossy`].
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(String::try_from_utf16_lossy(&[97])?, "a");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_from_utf16_lossy(v: &[u16]) -> Result<String, TryReserveError> {
        let mut text = String::try_with_capacity(v.len())?;
        for character in char::decode_utf16(v.iter().copied()) {
            text.try_push(character.unwrap_or(char::REPLACEMENT_CHARACTER))?;
        }
        Ok(text)
    }
}
