//! `concat` and `join`: the whole length is known before the one allocation.

use super::error::{OrStop, TryReserveError};
use super::slice_ext::{Concat, Join};
use super::vec::Vec;

/// `concat`, `join` and their twins, for slices of slices and of texts.
///
/// ```
/// use nostd_alloc::collections::prelude::ConcatExt;
/// assert_eq!(ConcatExt::join(&["a", "b"][..], "-"), "a-b");
/// ```
pub trait ConcatExt {
    /// All parts, one behind the other. They are gone through twice: for their length, then into the one block.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(ConcatExt::concat(&["a", "b"][..]), "ab");
    /// assert_eq!(ConcatExt::concat(&[[1, 2], [3, 4]][..]), [1, 2, 3, 4]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::with_capacity`], like every plain method here.
    fn concat<Item: ?Sized>(&self) -> <Self as Concat<Item>>::Output
    where
        Self: Concat<Item>,
    {
        <Self as Concat<Item>>::try_concat(self).or_stop()
    }

    /// As [`ConcatExt::concat`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(["a", "b"][..].try_concat()?, "ab");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_concat<Item: ?Sized>(&self) -> Result<<Self as Concat<Item>>::Output, TryReserveError>
    where
        Self: Concat<Item>,
    {
        <Self as Concat<Item>>::try_concat(self)
    }

    /// All parts, one behind the other, with a separator between them. Costs as [`ConcatExt::concat`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(ConcatExt::join(&["a", "b"][..], ", "), "a, b");
    /// assert_eq!(ConcatExt::join(&[[1, 2], [3, 4]][..], &0), [1, 2, 0, 3, 4]);
    /// ```
    fn join<Separator>(&self, separator: Separator) -> <Self as Join<Separator>>::Output
    where
        Self: Join<Separator>,
    {
        <Self as Join<Separator>>::try_join(self, separator).or_stop()
    }

    /// As [`ConcatExt::join`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(["a", "b"][..].try_join("-")?, "a-b");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_join<Separator>(
        &self,
        separator: Separator,
    ) -> Result<<Self as Join<Separator>>::Output, TryReserveError>
    where
        Self: Join<Separator>,
    {
        <Self as Join<Separator>>::try_join(self, separator)
    }

    /// [`ConcatExt::join`] under its old name.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(ConcatExt::connect(&["a", "b"][..], " "), "a b");
    /// ```
    fn connect<Separator>(&self, separator: Separator) -> <Self as Join<Separator>>::Output
    where
        Self: Join<Separator>,
    {
        ConcatExt::join(self, separator)
    }
}

impl<V> ConcatExt for [V] {}

/// ASCII letters of a slice of bytes in one case.
///
/// ```
/// use nostd_alloc::collections::prelude::BytesExt;
/// assert_eq!(BytesExt::to_ascii_lowercase(&b"Aa"[..]), b"aa");
/// ```
pub trait BytesExt {
    /// A copy with ASCII letters in upper case.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(BytesExt::to_ascii_uppercase(&b"aB"[..]), b"AB");
    /// ```
    ///
    /// # Panics
    /// As [`Vec::with_capacity`].
    fn to_ascii_uppercase(&self) -> Vec<u8> {
        self.try_to_ascii_uppercase().or_stop()
    }

    /// As [`BytesExt::to_ascii_uppercase`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(BytesExt::try_to_ascii_uppercase(&b"aB"[..])?, b"AB");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_to_ascii_uppercase(&self) -> Result<Vec<u8>, TryReserveError>;

    /// A copy with ASCII letters in lower case.
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(BytesExt::to_ascii_lowercase(&b"aB"[..]), b"ab");
    /// ```
    ///
    /// # Panics
    /// As [`Vec::with_capacity`].
    fn to_ascii_lowercase(&self) -> Vec<u8> {
        self.try_to_ascii_lowercase().or_stop()
    }

    /// As [`BytesExt::to_ascii_lowercase`].
    ///
    /// ```
    /// # use nostd_alloc::collections::prelude::*;
    /// assert_eq!(BytesExt::try_to_ascii_lowercase(&b"aB"[..])?, b"ab");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_to_ascii_lowercase(&self) -> Result<Vec<u8>, TryReserveError>;
}

impl BytesExt for [u8] {
    fn try_to_ascii_uppercase(&self) -> Result<Vec<u8>, TryReserveError> {
        let mut bytes = Vec::try_from_slice(self)?;
        bytes.make_ascii_uppercase();
        Ok(bytes)
    }

    fn try_to_ascii_lowercase(&self) -> Result<Vec<u8>, TryReserveError> {
        let mut bytes = Vec::try_from_slice(self)?;
        bytes.make_ascii_lowercase();
        Ok(bytes)
    }
}
