//! What std puts on `str` and needs memory for, as an extension trait.

use super::case;
use super::error::{OrStop, TryReserveError};
use super::string::String;

/// What can be looked for in a text: a character, a text, some characters, or a closure that says which.
/// (std's `Pattern` cannot be named outside std.)
///
/// ```
/// use nostd_alloc::collections::prelude::StrExt;
/// assert_eq!(StrExt::replace("a-b", '-', ""), "ab");
/// assert_eq!(StrExt::replace("a1b2", |c: char| c.is_ascii_digit(), "."), "a.b.");
/// ```
pub trait Needle {
    /// Calls `each` for every place where it is found, from the front on: the index, and what is there; until
    /// `each` answers `false`.
    fn find_each(self, text: &str, each: impl FnMut(usize, &str) -> bool);
}

macro_rules! needles {
    ($([$($parameters:tt)*] $type:ty;)*) => {$(
        impl<$($parameters)*> Needle for $type {
            fn find_each(self, text: &str, mut each: impl FnMut(usize, &str) -> bool) {
                for (index, found) in text.match_indices(self) {
                    if !each(index, found) {
                        return;
                    }
                }
            }
        }
    )*};
}

needles! {
    [] char;
    ['n] &'n str;
    ['n] &'n [char];
    ['n, const N: usize] &'n [char; N];
    [const N: usize] [char; N];
    [F: FnMut(char) -> bool] F;
}

impl Needle for &String {
    fn find_each(self, text: &str, each: impl FnMut(usize, &str) -> bool) {
        self.as_str().find_each(text, each);
    }
}

/// What texts can do with memory: copies in another case, repeated, with parts replaced.
///
/// ```
/// use nostd_alloc::collections::prelude::*;
/// assert_eq!(StrExt::replace("this is old", "old", "new"), "this is new");
/// ```
pub trait StrExt {
    /// A copy in which every place of `from` is `to`. It has room for as much as the text, and grows if it becomes
    /// longer.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(StrExt::replace("a-b-c", '-', "+"), "a+b+c");
    /// ```
    ///
    /// # Panics
    /// As [`String::push_str`], like every plain method here.
    fn replace<N: Needle>(&self, from: N, to: &str) -> String {
        self.try_replace(from, to).or_stop()
    }

    /// As [`StrExt::replace`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!("aXbX".try_replace(char::is_uppercase, "")?, "ab");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory, like every twin here.
    fn try_replace<N: Needle>(&self, from: N, to: &str) -> Result<String, TryReserveError> {
        self.try_replacen(from, to, usize::MAX)
    }

    /// A copy in which the first `count` places of `pat` are `to`.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(StrExt::replacen("foo foo", "foo", "new", 1), "new foo");
    /// ```
    fn replacen<N: Needle>(&self, pat: N, to: &str, count: usize) -> String {
        self.try_replacen(pat, to, count).or_stop()
    }

    /// As [`StrExt::replacen`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!("aaa".try_replacen('a', "b", 2)?, "bba");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_replacen<N: Needle>(
        &self,
        pat: N,
        to: &str,
        count: usize,
    ) -> Result<String, TryReserveError>;

    /// A copy in lower case, after the rules of Unicode.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(StrExt::to_lowercase("ὈΔΥΣΣΕΎΣ"), "ὀδυσσεύς");
    /// ```
    fn to_lowercase(&self) -> String {
        self.try_to_lowercase().or_stop()
    }

    /// As [`StrExt::to_lowercase`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!("ÄB".try_to_lowercase()?, "äb");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_to_lowercase(&self) -> Result<String, TryReserveError>;

    /// A copy in upper case, after the rules of Unicode.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(StrExt::to_uppercase("tschüß"), "TSCHÜSS");
    /// ```
    fn to_uppercase(&self) -> String {
        self.try_to_uppercase().or_stop()
    }

    /// As [`StrExt::to_uppercase`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!("äb".try_to_uppercase()?, "ÄB");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_to_uppercase(&self) -> Result<String, TryReserveError>;

    /// The text, `n` times, in one block.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(StrExt::repeat("ab", 3), "ababab");
    /// ```
    ///
    /// # Panics
    /// If no block can be that long.
    fn repeat(&self, n: usize) -> String {
        self.try_repeat(n).or_stop()
    }

    /// As [`StrExt::repeat`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert!(StrExt::try_repeat("ab", 1 << 63).is_err());
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_repeat(&self, n: usize) -> Result<String, TryReserveError>;

    /// A copy with ASCII letters in upper case.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(StrExt::to_ascii_uppercase("grüße"), "GRüßE");
    /// ```
    fn to_ascii_uppercase(&self) -> String {
        self.try_to_ascii_uppercase().or_stop()
    }

    /// As [`StrExt::to_ascii_uppercase`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(StrExt::try_to_ascii_uppercase("a")?, "A");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_to_ascii_uppercase(&self) -> Result<String, TryReserveError>;

    /// A copy with ASCII letters in lower case.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(StrExt::to_ascii_lowercase("GRÜßE"), "grÜße");
    /// ```
    fn to_ascii_lowercase(&self) -> String {
        self.try_to_ascii_lowercase().or_stop()
    }

    /// As [`StrExt::to_ascii_lowercase`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(StrExt::try_to_ascii_lowercase("A")?, "a");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_to_ascii_lowercase(&self) -> Result<String, TryReserveError>;

    /// The twin of `to_owned` and of `to_string`.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!("a".try_to_owned()?, "a");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_to_owned(&self) -> Result<String, TryReserveError>;
}

impl StrExt for str {
    fn try_replacen<N: Needle>(
        &self,
        pat: N,
        to: &str,
        count: usize,
    ) -> Result<String, TryReserveError> {
        let mut text = String::try_with_capacity(if count > 0 { self.len() } else { 0 })?;
        let mut result = Ok(());
        let (mut end, mut found) = (0, 0);
        if count > 0 {
            pat.find_each(self, |index, part| {
                result = text
                    .try_push_str(&self[end..index])
                    .and_then(|()| text.try_push_str(to));
                end = index + part.len();
                found += 1;
                result.is_ok() && found < count
            });
        }
        result?;
        text.try_push_str(&self[end..])?;
        Ok(text)
    }

    fn try_to_lowercase(&self) -> Result<String, TryReserveError> {
        case::try_to_lowercase(self)
    }

    fn try_to_uppercase(&self) -> Result<String, TryReserveError> {
        case::try_to_uppercase(self)
    }

    fn try_repeat(&self, n: usize) -> Result<String, TryReserveError> {
        let length = self
            .len()
            .checked_mul(n)
            .ok_or(TryReserveError::CAPACITY_OVERFLOW)?;
        let mut text = String::try_with_capacity(length)?;
        for _ in 0..n {
            text.try_push_str(self)?;
        }
        Ok(text)
    }

    fn try_to_ascii_uppercase(&self) -> Result<String, TryReserveError> {
        let mut text = String::try_from_str(self)?;
        text.make_ascii_uppercase();
        Ok(text)
    }

    fn try_to_ascii_lowercase(&self) -> Result<String, TryReserveError> {
        let mut text = String::try_from_str(self)?;
        text.make_ascii_lowercase();
        Ok(text)
    }

    fn try_to_owned(&self) -> Result<String, TryReserveError> {
        String::try_from_str(self)
    }
}
