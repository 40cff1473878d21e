//! Boxes from other things and other things from boxes.

use super::{Box, CloneBoxed};
use crate::collections::error::{OrStop, PushError, TryReserveError};
use crate::collections::string::String;
use crate::collections::vec::Vec;
use crate::heap::Global;
use crate::memory::Allocator;
use crate::unsize_box;
use core::error::Error;
use core::ffi::CStr;
use core::fmt;
use core::pin::Pin;
use core::slice;

impl<T, A: Allocator> Box<[T], A> {
    /// The elements as a vector; nothing moves.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// let mut vec = Box::<[i32]>::from([1, 2]).into_vec();
    /// vec.push(3);
    /// assert_eq!(vec, [1, 2, 3]);
    /// ```
    #[inline]
    pub fn into_vec(self) -> Vec<T, A> {
        let (ptr, allocator) = Box::into_raw_with_allocator(self);
        let length = ptr.len();
        // SAFETY: the parts come from a box: by **Owned** of `Box` there are so many values, and their
        // layout fits the block.
        unsafe { Vec::from_raw_parts_in(ptr.cast(), length, length, allocator) }
    }
}

impl<T: Clone> Box<[T]> {
    /// Clones of all elements of a slice: the twin of `Box::from(slice)`.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(*Box::try_from_slice(&[1, 2])?, [1, 2]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_from_slice(slice: &[T]) -> Result<Box<[T]>, TryReserveError> {
        slice.try_clone_boxed(Global)
    }
}

impl<A: Allocator> Box<str, A> {
    /// The text, which can grow again; nothing moves.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(Box::<str>::from("ab").into_string() + "c", "abc");
    /// ```
    #[inline]
    pub fn into_string(self) -> String<A> {
        // SAFETY: the bytes come from a `str`.
        unsafe { String::from_utf8_unchecked(self.into_boxed_bytes().into_vec()) }
    }

    /// The bytes of the text; nothing moves.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(*Box::<str>::from("ab").into_boxed_bytes(), [97, 98]);
    /// ```
    #[inline]
    pub fn into_boxed_bytes(self) -> Box<[u8], A> {
        let (ptr, allocator) = Box::into_raw_with_allocator(self);
        // SAFETY: the pointer comes from a box, and a `str` has the layout of its bytes.
        unsafe { Box::from_raw_in(ptr as *mut [u8], allocator) }
    }
}

impl Box<str> {
    /// A copy of a text: the twin of `Box::<str>::from`.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(*Box::try_from_str("ab")?, *"ab");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_from_str(text: &str) -> Result<Box<str>, TryReserveError> {
        text.try_clone_boxed(Global)
    }
}

/// # Safety
/// - `bytes` are UTF-8.
pub(in crate::collections) unsafe fn boxed_str<A: Allocator>(bytes: Box<[u8], A>) -> Box<str, A> {
    let (ptr, allocator) = Box::into_raw_with_allocator(bytes);
    // SAFETY: the pointer comes from a box; a `str` has the layout of its bytes, which are UTF-8 by the
    // contract of this function.
    unsafe { Box::from_raw_in(ptr as *mut str, allocator) }
}

impl<T> From<T> for Box<T> {
    fn from(value: T) -> Box<T> {
        Box::new(value)
    }
}

impl<T: Clone> From<&[T]> for Box<[T]> {
    fn from(slice: &[T]) -> Box<[T]> {
        Box::try_from_slice(slice).or_stop()
    }
}

impl<T: Clone> From<&mut [T]> for Box<[T]> {
    fn from(slice: &mut [T]) -> Box<[T]> {
        Box::try_from_slice(slice).or_stop()
    }
}

impl<T, const N: usize> From<[T; N]> for Box<[T]> {
    fn from(array: [T; N]) -> Box<[T]> {
        unsize_box!(Box::new(array) => [T])
    }
}

impl<T> Box<[T]> {
    /// Moves an array into a block of its own: the twin of `Box::<[T]>::from([..])`.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(*Box::try_from_array([1, 2]).unwrap(), [1, 2]);
    /// ```
    ///
    /// # Errors
    /// [`PushError`] with the array if there is no memory.
    pub fn try_from_array<const N: usize>(array: [T; N]) -> Result<Box<[T]>, PushError<[T; N]>> {
        Ok(unsize_box!(Box::try_new(array)? => [T]))
    }
}

impl From<&str> for Box<str> {
    fn from(text: &str) -> Box<str> {
        Box::try_from_str(text).or_stop()
    }
}

impl From<&mut str> for Box<str> {
    fn from(text: &mut str) -> Box<str> {
        Box::try_from_str(text).or_stop()
    }
}

impl From<&CStr> for Box<CStr> {
    fn from(text: &CStr) -> Box<CStr> {
        text.try_clone_boxed(Global).or_stop()
    }
}

impl From<&mut CStr> for Box<CStr> {
    fn from(text: &mut CStr) -> Box<CStr> {
        text.try_clone_boxed(Global).or_stop()
    }
}

impl Default for Box<CStr> {
    fn default() -> Box<CStr> {
        Box::from(c"")
    }
}

impl<A: Allocator> From<Box<str, A>> for Box<[u8], A> {
    fn from(boxed: Box<str, A>) -> Box<[u8], A> {
        boxed.into_boxed_bytes()
    }
}

impl<T: ?Sized, A: Allocator + 'static> From<Box<T, A>> for Pin<Box<T, A>> {
    fn from(boxed: Box<T, A>) -> Pin<Box<T, A>> {
        Box::into_pin(boxed)
    }
}

impl<T, const N: usize> TryFrom<Box<[T]>> for Box<[T; N]> {
    type Error = Box<[T]>;

    fn try_from(boxed: Box<[T]>) -> Result<Box<[T; N]>, Box<[T]>> {
        if boxed.len() != N {
            return Err(boxed);
        }
        // SAFETY: checked above: there are `N` elements; by **Owned** of `Box` the block fits them.
        Ok(unsafe { Box::from_raw(Box::into_raw(boxed).cast()) })
    }
}

impl<T: Default> Default for Box<T> {
    fn default() -> Box<T> {
        Box::write(Box::new_uninit(), T::default())
    }
}

impl<T> Default for Box<[T]> {
    fn default() -> Box<[T]> {
        Vec::new().into_boxed_slice()
    }
}

impl Default for Box<str> {
    fn default() -> Box<str> {
        // SAFETY: no bytes are UTF-8, checked by their type.
        unsafe { boxed_str(Box::default()) }
    }
}

impl<T: ?Sized> Default for Pin<Box<T>>
where
    Box<T>: Default,
{
    fn default() -> Pin<Box<T>> {
        Box::into_pin(Box::default())
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a Box<[T], A> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> slice::Iter<'a, T> {
        self.iter()
    }
}

/// A message as an error.
struct Message(String);

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Error for Message {}

macro_rules! errors {
    ($($error:ty, $($bound:ident)*;)*) => {$(
        impl<'a, E: Error $(+ $bound)* + 'a> From<E> for Box<$error> {
            fn from(error: E) -> Box<$error> {
                unsize_box!(Box::new(error) => $error)
            }
        }

        impl<'a> From<String> for Box<$error> {
            fn from(message: String) -> Box<$error> {
                unsize_box!(Box::new(Message(message)) => $error)
            }
        }

        impl<'a> Box<$error> {
            /// A message as an error: the way round for std's `Box::from("message")`, which needs a
            /// promise that the compiler makes to std alone.
            ///
            /// ```
            /// use core::error::Error;
            /// use nostd_alloc::collections::Box;
            /// assert_eq!(Box::<dyn Error>::msg("no").to_string(), "no");
            /// ```
            ///
            /// # Panics
            /// As [`Box::new`].
            pub fn msg(message: &str) -> Box<$error> {
                Box::from(String::from(message))
            }

            /// The twin of `Box::from(error)`.
            ///
            /// ```
            /// use core::error::Error;
            /// use nostd_alloc::{collections::Box, memory::AllocError};
            /// assert!(Box::<dyn Error>::try_from_error(AllocError).is_ok());
            /// ```
            ///
            /// # Errors
            /// [`PushError`] with the error if there is no memory.
            pub fn try_from_error<E: Error $(+ $bound)* + 'a>(
                error: E,
            ) -> Result<Box<$error>, PushError<E>> {
                Ok(unsize_box!(Box::try_new(error)? => $error))
            }
        }
    )*};
}

errors! {
    dyn Error + 'a,;
    dyn Error + Send + Sync + 'a, Send Sync;
}
