//! `String<A>`: UTF-8 that grows.
//!
//! ```text
//! bytes: | h | e | l | l | o | c3 | b6 |  spare capacity  |
//!        |<------------ length ------->|
//! ```
//!
//! A vector of bytes and one promise about them. std's names, signatures and behaviour; what may need
//! memory has a twin that begins with `try_`, after whose `Err` the string is as before.
//!
//! # How is this safe?
//! **Text** holds after every step that user code can see: bytes are cut and joined at the boundaries of
//! characters, checked before anything changes, and a guard closes the hole where a closure of the user
//! runs in between.
//!
//! # Costs
//! As a vector of bytes. Pieces of at most 16 bytes and ASCII characters are added without a call.

mod capacity;
mod convert;
mod decode;
mod digits;
mod drain;
mod edit;
mod format;
mod grow;
mod pieces;
mod traits;

pub use decode::{FromUtf8Error, FromUtf16Error};
pub use digits::Integer;
pub use drain::Drain;
pub use format::{format, try_format};
pub use pieces::Piece;

use super::vec::Vec;
use crate::heap::Global;
use crate::memory::Allocator;
use core::mem::ManuallyDrop;
use core::str;

/// A growable text.
///
/// # Invariants
/// - **Text**: the bytes are UTF-8.
///
/// # Examples
/// ```
/// use nostd_alloc::collections::{String, TryReserveError};
/// use nostd_alloc::memory::Kernel;
///
/// let mut greeting = String::new_in(Kernel);
/// greeting.try_push_str("grüß")?;
/// greeting.try_push(' ')?;
/// greeting.try_push_str("dich")?;
/// assert_eq!(greeting, "grüß dich");
/// # Ok::<(), TryReserveError>(())
/// ```
#[repr(transparent)]
pub struct String<A: Allocator = Global> {
    bytes: Vec<u8, A>,
}

impl<A: Allocator> String<A> {
    /// A text of bytes that are UTF-8, without looking.
    ///
    /// ```
    /// // SAFETY: checked by the literal: ASCII is UTF-8.
    /// let text = unsafe { nostd_alloc::String::from_utf8_unchecked(nostd_alloc::vec![b'a']) };
    /// assert_eq!(text, "a");
    /// ```
    ///
    /// # Safety
    /// - `bytes` are UTF-8.
    #[inline]
    pub const unsafe fn from_utf8_unchecked(bytes: Vec<u8, A>) -> String<A> {
        // INVARIANT: **Text** holds by the contract of this function.
        String { bytes }
    }

    /// The bytes of the text, where they are.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(String::from("ab").into_bytes(), [97, 98]);
    /// ```
    #[inline]
    pub const fn into_bytes(self) -> Vec<u8, A> {
        let this = ManuallyDrop::new(self);
        // SAFETY: the bytes come from a text that is neither used nor dropped any more; it is nothing but
        // them (`repr(transparent)`).
        unsafe { (&raw const this).cast::<Vec<u8, A>>().read() }
    }

    /// The text.
    ///
    /// ```
    /// assert_eq!(nostd_alloc::String::from("a").as_str(), "a");
    /// ```
    #[inline]
    pub const fn as_str(&self) -> &str {
        // SAFETY: by **Text** of `String`.
        unsafe { str::from_utf8_unchecked(self.bytes.as_slice()) }
    }

    /// The text, to change.
    ///
    /// ```
    /// let mut text = nostd_alloc::String::from("a");
    /// text.as_mut_str().make_ascii_uppercase();
    /// assert_eq!(text, "A");
    /// ```
    #[inline]
    pub const fn as_mut_str(&mut self) -> &mut str {
        // SAFETY: by **Text** of `String`; a `str` keeps it.
        unsafe { str::from_utf8_unchecked_mut(self.bytes.as_mut_slice()) }
    }

    /// The bytes.
    ///
    /// ```
    /// assert_eq!(nostd_alloc::String::from("a").as_bytes(), [97]);
    /// ```
    #[inline]
    pub const fn as_bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// The bytes as a vector, to change.
    ///
    /// ```
    /// let mut text = nostd_alloc::String::from("a");
    /// // SAFETY: checked by the literal: ASCII is UTF-8.
    /// unsafe { text.as_mut_vec().push(b'b') };
    /// assert_eq!(text, "ab");
    /// ```
    ///
    /// # Safety
    /// - The bytes are UTF-8 when the borrow ends.
    #[inline]
    pub const unsafe fn as_mut_vec(&mut self) -> &mut Vec<u8, A> {
        &mut self.bytes
    }

    /// The allocator that the bytes live in.
    ///
    /// ```
    /// let _: &nostd_alloc::heap::Global = nostd_alloc::String::new().allocator();
    /// ```
    #[inline]
    pub const fn allocator(&self) -> &A {
        self.bytes.allocator()
    }

    /// The length in bytes.
    ///
    /// ```
    /// assert_eq!(nostd_alloc::String::from("ß").len(), 2);
    /// ```
    #[inline]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is no byte.
    ///
    /// ```
    /// assert!(nostd_alloc::String::new().is_empty());
    /// ```
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// For how many bytes there is room without asking for memory.
    ///
    /// ```
    /// assert!(nostd_alloc::String::from("abc").capacity() >= 3);
    /// ```
    #[inline]
    pub const fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// The text for as long as the allocator lives; it is never dropped.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// let text: &'static mut str = String::from("for ever").leak();
    /// text.make_ascii_uppercase();
    /// assert_eq!(text, "FOR EVER");
    /// ```
    pub fn leak<'a>(self) -> &'a mut str
    where
        A: 'a,
    {
        // SAFETY: by **Text** of `String`.
        unsafe { str::from_utf8_unchecked_mut(self.into_bytes().leak()) }
    }
}
