//! Borrowed until it must be owned: `Cow`, and the traits `ToOwned` and `ToString` that std puts beside it.
//!
//! std's own are tied to its `Vec` and `String`, so these are ours, with the same shape.

use super::error::OrStop;
use super::string::String;
use super::vec::Vec;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Add, AddAssign, Deref};

/// A borrowed thing that can be made an owned one.
///
/// ```
/// use nostd_alloc::collections::{String, ToOwned};
/// let text: String = ToOwned::to_owned("text");
/// assert_eq!(text, "text");
/// ```
pub trait ToOwned {
    /// The type that owns.
    type Owned: Borrow<Self>;

    /// An owned copy.
    fn to_owned(&self) -> Self::Owned;

    /// Makes `target` an owned copy, and uses its room again if it can.
    fn clone_into(&self, target: &mut Self::Owned) {
        *target = self.to_owned();
    }
}

impl<T: Clone> ToOwned for T {
    type Owned = T;

    fn to_owned(&self) -> T {
        self.clone()
    }

    fn clone_into(&self, target: &mut T) {
        target.clone_from(self);
    }
}

impl<T: Clone> ToOwned for [T] {
    type Owned = Vec<T>;

    fn to_owned(&self) -> Vec<T> {
        Vec::from(self)
    }

    fn clone_into(&self, target: &mut Vec<T>) {
        target.try_clone_from(self).or_stop();
    }
}

impl ToOwned for str {
    type Owned = String;

    fn to_owned(&self) -> String {
        String::from(self)
    }

    fn clone_into(&self, target: &mut String) {
        target.try_clone_from(self).or_stop();
    }
}

/// Everything that can be shown as a text.
///
/// ```
/// use nostd_alloc::collections::ToString;
/// assert_eq!(ToString::to_string(&1870), nostd_alloc::format!("{}", 1870));
/// ```
pub trait ToString {
    /// What `Display` writes, as a text.
    ///
    /// # Panics
    /// If `Display` fails. Without memory the program ends with exit code 4.
    fn to_string(&self) -> String;
}

impl<T: fmt::Display + ?Sized> ToString for T {
    #[inline]
    fn to_string(&self) -> String {
        crate::format!("{self}")
    }
}

/// Something borrowed, or the same thing owned.
///
/// ```
/// use nostd_alloc::collections::{Cow, String};
/// let mut text: Cow<'_, str> = String::from_utf8_lossy(b"all good");
/// assert!(matches!(text, Cow::Borrowed(_)));
/// text.to_mut().push('!');
/// assert!(matches!(text, Cow::Owned(_)));
/// assert_eq!(text, "all good!");
/// ```
pub enum Cow<'a, B: ?Sized + ToOwned + 'a> {
    /// Borrowed.
    Borrowed(&'a B),
    /// Owned.
    Owned(B::Owned),
}

impl<B: ?Sized + ToOwned> Cow<'_, B> {
    /// The owned thing, to change; a borrowed one is copied first.
    ///
    /// ```
    /// use nostd_alloc::{collections::Cow, vec};
    /// let mut numbers: Cow<'_, [i32]> = Cow::Borrowed(&[1, 2]);
    /// numbers.to_mut().push(3);
    /// assert_eq!(numbers.into_owned(), [1, 2, 3]);
    /// ```
    pub fn to_mut(&mut self) -> &mut B::Owned {
        if let Cow::Borrowed(borrowed) = *self {
            *self = Cow::Owned(borrowed.to_owned());
        }
        match self {
            Cow::Owned(owned) => owned,
            Cow::Borrowed(_) => unreachable!("it was made an owned one just now"),
        }
    }

    /// The owned thing; a borrowed one is copied.
    ///
    /// ```
    /// use nostd_alloc::collections::Cow;
    /// assert_eq!(Cow::Borrowed("a").into_owned(), "a");
    /// ```
    pub fn into_owned(self) -> B::Owned {
        match self {
            Cow::Borrowed(borrowed) => borrowed.to_owned(),
            Cow::Owned(owned) => owned,
        }
    }
}

impl<B: ?Sized + ToOwned> Deref for Cow<'_, B> {
    type Target = B;

    fn deref(&self) -> &B {
        match self {
            Cow::Borrowed(borrowed) => borrowed,
            Cow::Owned(owned) => owned.borrow(),
        }
    }
}

impl<T: ?Sized + ToOwned> AsRef<T> for Cow<'_, T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<'a, B: ?Sized + ToOwned> Borrow<B> for Cow<'a, B> {
    fn borrow(&self) -> &B {
        self
    }
}

impl<B: ?Sized + ToOwned> Clone for Cow<'_, B> {
    fn clone(&self) -> Self {
        match self {
            Cow::Borrowed(borrowed) => Cow::Borrowed(borrowed),
            Cow::Owned(owned) => Cow::Owned(owned.borrow().to_owned()),
        }
    }
}

impl<B: ?Sized + ToOwned<Owned: Default>> Default for Cow<'_, B> {
    fn default() -> Self {
        Cow::Owned(B::Owned::default())
    }
}

impl<B: ?Sized + ToOwned + fmt::Debug> fmt::Debug for Cow<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<B: ?Sized + ToOwned + fmt::Display> fmt::Display for Cow<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl<B: ?Sized + ToOwned + Hash> Hash for Cow<'_, B> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Hash::hash(&**self, state);
    }
}

impl<'b, B, C> PartialEq<Cow<'b, C>> for Cow<'_, B>
where
    B: ?Sized + ToOwned + PartialEq<C>,
    C: ?Sized + ToOwned,
{
    fn eq(&self, other: &Cow<'b, C>) -> bool {
        **self == **other
    }
}

impl<B: ?Sized + ToOwned + Eq> Eq for Cow<'_, B> {}

impl<B: ?Sized + ToOwned + PartialOrd> PartialOrd for Cow<'_, B> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<B: ?Sized + ToOwned + Ord> Ord for Cow<'_, B> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

macro_rules! equal {
    ($([$($parameters:tt)*] $left:ty, $right:ty;)*) => {$(
        impl<$($parameters)*> PartialEq<$right> for $left {
            fn eq(&self, other: &$right) -> bool {
                self[..] == other[..]
            }
        }
    )*};
}

equal! {
    [] Cow<'_, str>, str;
    ['b] Cow<'_, str>, &'b str;
    [] Cow<'_, str>, String;
    [] str, Cow<'_, str>;
    [] &str, Cow<'_, str>;
    [] String, Cow<'_, str>;
    [T: PartialEq<U> + Clone, U] Cow<'_, [T]>, Vec<U>;
    ['b, T: PartialEq<U> + Clone, U] Cow<'_, [T]>, &'b [U];
    ['b, T: PartialEq<U> + Clone, U] Cow<'_, [T]>, &'b mut [U];
}

impl<'a> From<&'a str> for Cow<'a, str> {
    fn from(text: &'a str) -> Self {
        Cow::Borrowed(text)
    }
}

impl From<String> for Cow<'_, str> {
    fn from(text: String) -> Self {
        Cow::Owned(text)
    }
}

impl<'a> From<&'a String> for Cow<'a, str> {
    fn from(text: &'a String) -> Self {
        Cow::Borrowed(text)
    }
}

impl<'a, T: Clone> From<&'a [T]> for Cow<'a, [T]> {
    fn from(slice: &'a [T]) -> Self {
        Cow::Borrowed(slice)
    }
}

impl<T: Clone> From<Vec<T>> for Cow<'_, [T]> {
    fn from(vec: Vec<T>) -> Self {
        Cow::Owned(vec)
    }
}

impl<'a, T: Clone> From<&'a Vec<T>> for Cow<'a, [T]> {
    fn from(vec: &'a Vec<T>) -> Self {
        Cow::Borrowed(vec)
    }
}

impl<T: Clone> FromIterator<T> for Cow<'_, [T]> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Cow::Owned(Vec::from_iter(values))
    }
}

impl<'a> AddAssign<&'a str> for Cow<'a, str> {
    fn add_assign(&mut self, other: &'a str) {
        if self.is_empty() {
            *self = Cow::Borrowed(other);
        } else if !other.is_empty() {
            self.to_mut().push_str(other);
        }
    }
}

impl<'a> Add<&'a str> for Cow<'a, str> {
    type Output = Cow<'a, str>;

    fn add(mut self, other: &'a str) -> Cow<'a, str> {
        self += other;
        self
    }
}
