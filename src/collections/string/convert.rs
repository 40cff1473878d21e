//! Texts from other things and other things from texts.

use super::{FromUtf8Error, String};
use crate::collections::boxed::{Box, boxed_str};
use crate::collections::cow::Cow;
use crate::collections::error::{OrStop, PushError};
use crate::collections::vec::Vec;
use crate::heap::Global;
use crate::memory::Allocator;
use core::convert::Infallible;
use core::error::Error;
use core::str::FromStr;

impl String {
    /// A text of what [`String::into_raw_parts`] took apart.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// let (ptr, length, capacity) = String::from("text").into_raw_parts();
    /// // SAFETY: origin of the pointer: a text taken apart just now.
    /// assert_eq!(unsafe { String::from_raw_parts(ptr, length, capacity) }, "text");
    /// ```
    ///
    /// # Safety
    /// - As [`Vec::from_raw_parts`].
    /// - The first `length` bytes are UTF-8.
    #[inline]
    pub unsafe fn from_raw_parts(buf: *mut u8, length: usize, capacity: usize) -> String {
        // INVARIANT: **Text** holds by the contract of this function.
        String {
            // SAFETY: contract of this function.
            bytes: unsafe { Vec::from_raw_parts_in(buf, length, capacity, Global) },
        }
    }

    /// The pointer, the length and the capacity; the block is the caller's.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// let (ptr, length, capacity) = String::from("text").into_raw_parts();
    /// assert!(length == 4 && capacity >= 4);
    /// # // SAFETY: origin of the pointer: a text taken apart just now.
    /// # drop(unsafe { String::from_raw_parts(ptr, length, capacity) });
    /// ```
    #[inline]
    pub fn into_raw_parts(self) -> (*mut u8, usize, usize) {
        self.into_bytes().into_raw_parts()
    }
}

impl<A: Allocator> String<A> {
    /// The text in a block of its own; the room behind it goes back.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(*String::from("text").into_boxed_str(), *"text");
    /// ```
    ///
    /// # Panics
    /// As [`Vec::into_boxed_slice`].
    pub fn into_boxed_str(self) -> Box<str, A> {
        // SAFETY: by **Text** of `String`.
        unsafe { boxed_str(self.into_bytes().into_boxed_slice()) }
    }

    /// As [`String::into_boxed_str`].
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(*String::from("text").try_into_boxed_str().unwrap(), *"text");
    /// ```
    ///
    /// # Errors
    /// [`PushError`] with the text if the allocator can only shrink by a copy and has no memory for that.
    pub fn try_into_boxed_str(self) -> Result<Box<str, A>, PushError<String<A>>> {
        match self.into_bytes().into_boxed_core() {
            // SAFETY: by **Text** of `String`.
            Ok(bytes) => Ok(unsafe { boxed_str(bytes) }),
            // INVARIANT: **Text** holds: these are the bytes of before.
            Err((bytes, _)) => Err(PushError::new(String { bytes })),
        }
    }
}

impl From<&str> for String {
    #[inline]
    fn from(text: &str) -> String {
        String::try_from_str(text).or_stop()
    }
}

impl From<&mut str> for String {
    #[inline]
    fn from(text: &mut str) -> String {
        String::try_from_str(text).or_stop()
    }
}

impl From<&String> for String {
    #[inline]
    fn from(text: &String) -> String {
        text.clone()
    }
}

impl From<char> for String {
    #[inline]
    fn from(character: char) -> String {
        let mut text = String::new();
        text.push(character);
        text
    }
}

impl<A: Allocator> From<Box<str, A>> for String<A> {
    fn from(text: Box<str, A>) -> String<A> {
        text.into_string()
    }
}

impl<'a> From<Cow<'a, str>> for String {
    fn from(text: Cow<'a, str>) -> String {
        text.into_owned()
    }
}

impl<T: Clone> From<Cow<'_, [T]>> for Vec<T> {
    fn from(slice: Cow<'_, [T]>) -> Vec<T> {
        slice.into_owned()
    }
}

impl<A: Allocator> From<String<A>> for Box<str, A> {
    fn from(text: String<A>) -> Box<str, A> {
        text.into_boxed_str()
    }
}

impl<A: Allocator> From<String<A>> for Vec<u8, A> {
    fn from(text: String<A>) -> Vec<u8, A> {
        text.into_bytes()
    }
}

impl<A: Allocator> TryFrom<Vec<u8, A>> for String<A> {
    type Error = FromUtf8Error<A>;

    fn try_from(bytes: Vec<u8, A>) -> Result<String<A>, FromUtf8Error<A>> {
        String::from_utf8(bytes)
    }
}

impl FromStr for String {
    type Err = Infallible;

    #[inline]
    fn from_str(text: &str) -> Result<String, Infallible> {
        Ok(String::from(text))
    }
}

impl<T: Clone> From<Cow<'_, [T]>> for Box<[T]> {
    fn from(slice: Cow<'_, [T]>) -> Box<[T]> {
        slice.into_owned().into_boxed_slice()
    }
}

impl From<Cow<'_, str>> for Box<str> {
    fn from(text: Cow<'_, str>) -> Box<str> {
        text.into_owned().into_boxed_str()
    }
}

impl<'a> From<Cow<'_, str>> for Box<dyn Error + 'a> {
    fn from(message: Cow<'_, str>) -> Box<dyn Error + 'a> {
        Box::from(message.into_owned())
    }
}

impl<'a> From<Cow<'_, str>> for Box<dyn Error + Send + Sync + 'a> {
    fn from(message: Cow<'_, str>) -> Box<dyn Error + Send + Sync + 'a> {
        Box::from(message.into_owned())
    }
}
