//! Copies of boxes.

use super::{Box, boxed_str};
use crate::collections::error::{OrStop, TryReserveError};
use crate::collections::vec::Vec;
use crate::memory::Allocator;
use core::ffi::CStr;

/// A value, sized or not, that can be copied into a box: what [`Box::try_clone`] needs.
///
/// ```
/// use nostd_alloc::boxed::CloneBoxed;
/// use nostd_alloc::heap::Global;
/// assert_eq!(&*str::try_clone_boxed("abc", Global)?, "abc");
/// assert_eq!(&*[1, 2][..].try_clone_boxed(Global)?, &[1, 2]);
/// # Ok::<(), nostd_alloc::TryReserveError>(())
/// ```
pub trait CloneBoxed {
    /// A copy in a block from `allocator`.
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    fn try_clone_boxed<A: Allocator>(&self, allocator: A) -> Result<Box<Self, A>, TryReserveError>;
}

impl<T: Clone> CloneBoxed for T {
    #[inline]
    fn try_clone_boxed<A: Allocator>(&self, allocator: A) -> Result<Box<T, A>, TryReserveError> {
        // The room first, so that nothing was cloned if there is none.
        Ok(Box::write(Box::try_new_uninit_in(allocator)?, self.clone()))
    }
}

impl<T: Clone> CloneBoxed for [T] {
    fn try_clone_boxed<A: Allocator>(&self, allocator: A) -> Result<Box<[T], A>, TryReserveError> {
        let vec = Vec::try_from_slice_in(self, allocator)?;
        vec.into_boxed_core().map_err(|(_, error)| error)
    }
}

impl CloneBoxed for str {
    fn try_clone_boxed<A: Allocator>(&self, allocator: A) -> Result<Box<str, A>, TryReserveError> {
        // SAFETY: the bytes come from a `str`.
        Ok(unsafe { boxed_str(self.as_bytes().try_clone_boxed(allocator)?) })
    }
}

impl CloneBoxed for CStr {
    fn try_clone_boxed<A: Allocator>(&self, allocator: A) -> Result<Box<CStr, A>, TryReserveError> {
        let bytes = self.to_bytes_with_nul().try_clone_boxed(allocator)?;
        let (ptr, allocator) = Box::into_raw_with_allocator(bytes);
        // SAFETY: the pointer comes from a box, and the bytes come from a `CStr`, which has their layout.
        Ok(unsafe { Box::from_raw_in(ptr as *mut CStr, allocator) })
    }
}

impl<T: ?Sized + CloneBoxed, A: Allocator + Clone> Box<T, A> {
    /// As `clone`; the room is made first.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(*Box::try_clone(&Box::new(5))?, 5);
    /// assert_eq!(*Box::try_clone(&Box::<str>::from("ab"))?, *"ab");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_clone(b: &Box<T, A>) -> Result<Box<T, A>, TryReserveError> {
        (**b).try_clone_boxed(Box::allocator(b).clone())
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for Box<T, A> {
    #[inline]
    fn clone(&self) -> Box<T, A> {
        Box::try_clone(self).or_stop()
    }

    #[inline]
    fn clone_from(&mut self, source: &Box<T, A>) {
        (**self).clone_from(&**source);
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for Box<[T], A> {
    fn clone(&self) -> Box<[T], A> {
        Box::try_clone(self).or_stop()
    }

    fn clone_from(&mut self, source: &Box<[T], A>) {
        if self.len() == source.len() {
            self.clone_from_slice(source);
        } else {
            *self = source.clone();
        }
    }
}

impl<A: Allocator + Clone> Clone for Box<str, A> {
    fn clone(&self) -> Box<str, A> {
        Box::try_clone(self).or_stop()
    }
}

impl<A: Allocator + Clone> Clone for Box<CStr, A> {
    fn clone(&self) -> Box<CStr, A> {
        Box::try_clone(self).or_stop()
    }
}
