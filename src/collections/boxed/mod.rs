//! `Box<T, A>`: one value, or a slice of fixed length, in a block of its own.
//!
//! std's names, signatures and behaviour, as far as a type outside the compiler can have them. What the
//! compiler does for std's box alone has a way round: `Box::into_inner(b)` moves the value out,
//! [`unsize_box!`](crate::unsize_box) makes a `Box<dyn Trait>`, `(*b)(x)` calls a closure, and
//! [`CallBox`] calls one that can be called once.
//!
//! # How is this safe?
//! **Owned** carries the file. A guard gives the block back when the drop of the value panics.
//!
//! # Costs
//! One or two words and the allocator. A value of size 0 has no block.

mod clone;
mod convert;
mod forward;
mod make;
mod traits;

pub use clone::CloneBoxed;
pub(super) use convert::boxed_str;
pub use forward::CallBox;

use crate::heap::Global;
use crate::memory::{Allocator, Layout};
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::panic::UnwindSafe;
use core::pin::Pin;
use core::ptr::NonNull;

/// A value in a block of its own.
///
/// # Invariants
/// - **Owned**: `ptr` is the start of a live block of `allocator` that fits the layout of the value, or
///   dangles if the value has no size; it points to a value, and nobody else uses either.
///
/// # Examples
/// ```
/// use nostd_alloc::collections::Box;
/// use nostd_alloc::memory::Kernel;
///
/// let page = Box::try_new_in([7_u8; 4096], Kernel).map_err(|error| error.into_value()[0]);
/// assert_eq!(page.unwrap()[4095], 7);
/// ```
pub struct Box<T: ?Sized, A: Allocator = Global> {
    ptr: NonNull<T>,
    allocator: A,
    marker: PhantomData<T>,
}

// SAFETY: by **Owned** of `Box` it is the only one to use its value, so it may go wherever that and the
// allocator may.
unsafe impl<T: ?Sized + Send, A: Allocator + Send> Send for Box<T, A> {}
// SAFETY: by **Owned** of `Box`, as above: a shared box gives out a shared value.
unsafe impl<T: ?Sized + Sync, A: Allocator + Sync> Sync for Box<T, A> {}
// The pointer would ask for `RefUnwindSafe`; but the value is owned.
impl<T: ?Sized + UnwindSafe, A: Allocator + UnwindSafe> UnwindSafe for Box<T, A> {}
// Moving a box does not move its value.
impl<T: ?Sized, A: Allocator> Unpin for Box<T, A> {}

impl<T: ?Sized> Box<T> {
    /// A box of what [`Box::into_raw`] gave.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// let ptr = Box::into_raw(Box::new(5));
    /// // SAFETY: origin of the pointer: a box taken apart just now.
    /// assert_eq!(*unsafe { Box::from_raw(ptr) }, 5);
    /// ```
    ///
    /// # Safety
    /// - As [`Box::from_raw_in`] with the heap of the program.
    #[inline]
    pub unsafe fn from_raw(raw: *mut T) -> Box<T> {
        // SAFETY: contract of this function.
        unsafe { Box::from_raw_in(raw, Global) }
    }

    /// The value and its block, which are the caller's.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// let ptr = Box::into_raw(Box::new(5));
    /// # // SAFETY: origin of the pointer: a box taken apart just now.
    /// # drop(unsafe { Box::from_raw(ptr) });
    /// ```
    #[inline]
    pub fn into_raw(b: Box<T>) -> *mut T {
        Box::into_raw_with_allocator(b).0
    }
}

impl<T: ?Sized, A: Allocator> Box<T, A> {
    /// A box of what [`Box::into_raw_with_allocator`] gave.
    ///
    /// ```
    /// use nostd_alloc::{collections::Box, memory::Kernel};
    /// let (ptr, kernel) = Box::into_raw_with_allocator(Box::new_in(5, Kernel));
    /// // SAFETY: origin of the pointer: a box taken apart just now.
    /// assert_eq!(*unsafe { Box::from_raw_in(ptr, kernel) }, 5);
    /// ```
    ///
    /// # Safety
    /// - `raw` points to a value in a live block of `allocator` that fits its layout, and begins there; or
    ///   the value has no size, and `raw` is not null and aligned.
    /// - Nobody else uses either.
    #[inline]
    pub const unsafe fn from_raw_in(raw: *mut T, allocator: A) -> Box<T, A> {
        // INVARIANT: **Owned** holds by the contract of this function.
        Box {
            // SAFETY: contract of this function.
            ptr: unsafe { NonNull::new_unchecked(raw) },
            allocator,
            marker: PhantomData,
        }
    }

    /// The value, its block and the allocator, which are the caller's.
    ///
    /// ```
    /// use nostd_alloc::{collections::Box, memory::Kernel};
    /// let (ptr, kernel) = Box::into_raw_with_allocator(Box::new_in(5, Kernel));
    /// # // SAFETY: origin of the pointer: a box taken apart just now.
    /// # drop(unsafe { Box::from_raw_in(ptr, kernel) });
    /// ```
    #[inline]
    pub fn into_raw_with_allocator(b: Box<T, A>) -> (*mut T, A) {
        let this = ManuallyDrop::new(b);
        // SAFETY: the allocator comes from a box that is neither used nor dropped any more.
        let allocator = unsafe { (&raw const this.allocator).read() };
        (this.ptr.as_ptr(), allocator)
    }

    /// The allocator that the value lives in.
    ///
    /// ```
    /// use nostd_alloc::{collections::Box, memory::Kernel};
    /// let _: &Kernel = Box::allocator(&Box::new_in(5, Kernel));
    /// ```
    #[inline]
    pub const fn allocator(b: &Box<T, A>) -> &A {
        &b.allocator
    }

    /// The value for as long as the allocator lives; it is never dropped.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// let number: &'static mut u32 = Box::leak(Box::new(1870));
    /// *number += 1;
    /// assert_eq!(*number, 1871);
    /// ```
    #[inline]
    pub fn leak<'a>(b: Box<T, A>) -> &'a mut T
    where
        A: 'a,
    {
        let (ptr, allocator) = Box::into_raw_with_allocator(b);
        core::mem::forget(allocator);
        // SAFETY: by **Owned** of `Box` there is a value, and nobody else can reach it any more.
        unsafe { &mut *ptr }
    }

    /// A box whose value never moves again.
    ///
    /// ```
    /// use nostd_alloc::collections::Box;
    /// assert_eq!(*Box::into_pin(Box::new(5)), 5);
    /// ```
    #[inline]
    pub fn into_pin(boxed: Box<T, A>) -> Pin<Box<T, A>>
    where
        A: 'static,
    {
        // SAFETY: by **Owned** of `Box` the value lives in a block that stays where it is until the box drops
        // it, whatever becomes of the box.
        unsafe { Pin::new_unchecked(boxed) }
    }
}

/// Gives the block back when it goes, also while unwinding.
struct Release<'b, A: Allocator> {
    ptr: NonNull<u8>,
    layout: Layout,
    allocator: &'b A,
}

impl<A: Allocator> Drop for Release<'_, A> {
    #[inline]
    fn drop(&mut self) {
        if self.layout.size() > 0 {
            // SAFETY: by **Owned** of `Box` the pointer is the start of a live block that fits the layout.
            unsafe { self.allocator.deallocate(self.ptr, self.layout) };
        }
    }
}

impl<T: ?Sized, A: Allocator> Drop for Box<T, A> {
    #[inline]
    fn drop(&mut self) {
        let _release = Release {
            ptr: self.ptr.cast(),
            // SAFETY: by **Owned** of `Box` there is a value.
            layout: Layout::for_value(unsafe { self.ptr.as_ref() }),
            allocator: &self.allocator,
        };
        // SAFETY: by **Owned** of `Box` there is a value, and nobody uses it after this.
        unsafe { self.ptr.drop_in_place() }
    }
}
