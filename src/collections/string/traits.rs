//! A text as a `str`: views, comparison, order, hash, output, copies.

use super::String;
use crate::collections::error::{OrStop, TryReserveError};
use crate::memory::Allocator;
use core::borrow::{Borrow, BorrowMut};
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Add, AddAssign, Deref, DerefMut, Index, IndexMut};
use core::slice::SliceIndex;

impl<A: Allocator> Deref for String<A> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<A: Allocator> DerefMut for String<A> {
    #[inline]
    fn deref_mut(&mut self) -> &mut str {
        self.as_mut_str()
    }
}

impl<A: Allocator> AsRef<str> for String<A> {
    #[inline]
    fn as_ref(&self) -> &str {
        self
    }
}

impl<A: Allocator> AsMut<str> for String<A> {
    #[inline]
    fn as_mut(&mut self) -> &mut str {
        self
    }
}

impl<A: Allocator> AsRef<[u8]> for String<A> {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl<A: Allocator> Borrow<str> for String<A> {
    #[inline]
    fn borrow(&self) -> &str {
        self
    }
}

impl<A: Allocator> BorrowMut<str> for String<A> {
    #[inline]
    fn borrow_mut(&mut self) -> &mut str {
        self
    }
}

impl<I: SliceIndex<str>, A: Allocator> Index<I> for String<A> {
    type Output = I::Output;

    #[inline]
    #[track_caller]
    fn index(&self, index: I) -> &I::Output {
        self.as_str().index(index)
    }
}

impl<I: SliceIndex<str>, A: Allocator> IndexMut<I> for String<A> {
    #[inline]
    #[track_caller]
    fn index_mut(&mut self, index: I) -> &mut I::Output {
        self.as_mut_str().index_mut(index)
    }
}

impl<A: Allocator> fmt::Display for String<A> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl<A: Allocator> fmt::Debug for String<A> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<A: Allocator> Hash for String<A> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl<A: Allocator> Eq for String<A> {}

impl<A1: Allocator, A2: Allocator> PartialEq<String<A2>> for String<A1> {
    #[inline]
    fn eq(&self, other: &String<A2>) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<A: Allocator> Ord for String<A> {
    #[inline]
    fn cmp(&self, other: &String<A>) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl<A1: Allocator, A2: Allocator> PartialOrd<String<A2>> for String<A1> {
    #[inline]
    fn partial_cmp(&self, other: &String<A2>) -> Option<Ordering> {
        self.as_str().partial_cmp(other.as_str())
    }
}

/// Equality with everything that is a text in the end, in the directions that std has.
macro_rules! equal_as_texts {
    ($($left:ty, $right:ty;)*) => {$(
        impl<A: Allocator> PartialEq<$right> for $left {
            #[inline]
            fn eq(&self, other: &$right) -> bool {
                self[..] == other[..]
            }
        }
    )*};
}

equal_as_texts! {
    String<A>, str;
    String<A>, &str;
    str, String<A>;
    &str, String<A>;
}

impl Default for String {
    #[inline]
    fn default() -> String {
        String::new()
    }
}

impl<A: Allocator + Clone> Clone for String<A> {
    fn clone(&self) -> String<A> {
        self.try_clone().or_stop()
    }

    fn clone_from(&mut self, source: &String<A>) {
        self.try_clone_from(source).or_stop();
    }
}

impl<A: Allocator> String<A> {
    /// As `clone`.
    ///
    /// ```
    /// use nostd_alloc::collections::String;
    /// assert_eq!(String::from("twin").try_clone()?, "twin");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_clone(&self) -> Result<String<A>, TryReserveError>
    where
        A: Clone,
    {
        String::try_from_str_in(self, self.allocator().clone())
    }

    /// As `clone_from`: makes this text equal to `source` and uses its room again.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("long enough");
    /// text.try_clone_from("short")?;
    /// assert_eq!(text, "short");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory; the text is as before.
    pub fn try_clone_from(&mut self, source: &str) -> Result<(), TryReserveError> {
        self.try_reserve(source.len().saturating_sub(self.len()))?;
        self.clear();
        self.try_push_str(source)
    }
}

impl<A: Allocator> Add<&str> for String<A> {
    type Output = String<A>;

    #[inline]
    fn add(mut self, other: &str) -> String<A> {
        self.push_str(other);
        self
    }
}

impl<A: Allocator> AddAssign<&str> for String<A> {
    #[inline]
    fn add_assign(&mut self, other: &str) {
        self.push_str(other);
    }
}
