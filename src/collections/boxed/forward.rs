//! A box that works for its value: iterators, futures, errors, downcasts, calls.

use super::Box;
use crate::memory::Allocator;
use core::any::Any;
use core::error::Error;
use core::iter::FusedIterator;
use core::mem::ManuallyDrop;
use core::pin::Pin;
use core::task::{Context, Poll};

impl<I: Iterator + ?Sized, A: Allocator> Iterator for Box<I, A> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        (**self).next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (**self).size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<I::Item> {
        (**self).nth(n)
    }
}

impl<I: DoubleEndedIterator + ?Sized, A: Allocator> DoubleEndedIterator for Box<I, A> {
    fn next_back(&mut self) -> Option<I::Item> {
        (**self).next_back()
    }

    fn nth_back(&mut self, n: usize) -> Option<I::Item> {
        (**self).nth_back(n)
    }
}

impl<I: ExactSizeIterator + ?Sized, A: Allocator> ExactSizeIterator for Box<I, A> {
    fn len(&self) -> usize {
        (**self).len()
    }
}

impl<I: FusedIterator + ?Sized, A: Allocator> FusedIterator for Box<I, A> {}

impl<F: Future + Unpin + ?Sized, A: Allocator> Future for Box<F, A> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        F::poll(Pin::new(&mut **self), context)
    }
}

impl<E: Error> Error for Box<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}

macro_rules! downcast {
    ($($any:ty),*) => {$(
        impl<A: Allocator> Box<$any, A> {
            /// The box of the type that the value has; itself if it has another one.
            ///
            /// ```
            /// use core::any::Any;
            /// use nostd_alloc::{collections::Box, unsize_box};
            /// let any = unsize_box!(Box::new(5_u8) => dyn Any);
            /// let any = any.downcast::<u16>().unwrap_err();
            /// assert_eq!(*any.downcast::<u8>().unwrap(), 5);
            /// ```
            ///
            /// # Errors
            /// The box as it was, if the value is no `T`.
            pub fn downcast<T: Any>(self) -> Result<Box<T, A>, Self> {
                if (*self).is::<T>() {
                    let (ptr, allocator) = Box::into_raw_with_allocator(self);
                    // SAFETY: checked above: the value is a `T`, and by **Owned** of `Box` the block fits it.
                    Ok(unsafe { Box::from_raw_in(ptr.cast(), allocator) })
                } else {
                    Err(self)
                }
            }
        }
    )*};
}

downcast! { dyn Any, dyn Any + Send, dyn Any + Send + Sync }

/// A closure that can be called once, behind a box: what std does for `Box<dyn FnOnce()>` in the compiler.
///
/// ```
/// use nostd_alloc::{Box, boxed::CallBox, unsize_box};
/// let word = nostd_alloc::String::from("once");
/// let once = unsize_box!(Box::new(move || word.len()) => dyn CallBox<(), Output = usize>);
/// assert_eq!(Box::call(once, ()), 4);
/// ```
///
/// # Safety
/// An implementer owes: `call_raw` does nothing with the value but take it out.
pub unsafe trait CallBox<Arguments> {
    /// What the closure answers.
    type Output;

    /// Calls the closure, which is gone then.
    ///
    /// # Safety
    /// - Nobody uses or drops the value after this.
    unsafe fn call_raw(&mut self, arguments: Arguments) -> Self::Output;
}

macro_rules! call_box {
    ($($argument:ident $type:ident),*) => {
        // SAFETY: contract of this trait: the value is taken out and called.
        unsafe impl<F: FnOnce($($type),*) -> R, R, $($type),*> CallBox<($($type,)*)> for F {
            type Output = R;

            unsafe fn call_raw(&mut self, ($($argument,)*): ($($type,)*)) -> R {
                // SAFETY: contract of this function.
                let closure = unsafe { core::ptr::read(self) };
                closure($($argument),*)
            }
        }
    };
}

call_box! {}
call_box! { first T1 }
call_box! { first T1, second T2 }
call_box! { first T1, second T2, third T3 }

impl<F: ?Sized, A: Allocator> Box<F, A> {
    /// Calls a closure that can be called once. (`Fn` and `FnMut` need no help: `(*b)(x)`.)
    ///
    /// ```
    /// use nostd_alloc::{collections::{Box, String, boxed::CallBox}, unsize_box};
    /// let name = String::from("x");
    /// let once = unsize_box!(Box::new(move |y: &str| name + y) => dyn CallBox<(&str,), Output = String>);
    /// assert_eq!(Box::call(once, ("y",)), "xy");
    /// ```
    pub fn call<Arguments>(b: Box<F, A>, arguments: Arguments) -> F::Output
    where
        F: CallBox<Arguments>,
    {
        let (ptr, allocator) = Box::into_raw_with_allocator(b);
        // SAFETY: by **Owned** of `Box` there is a value, of which nothing but its room is used or dropped
        // after this.
        unsafe {
            let room = ptr as *mut ManuallyDrop<F>;
            let _room = Box::from_raw_in(room, allocator);
            (*ptr).call_raw(arguments)
        }
    }
}

/// Makes a box of a trait object or of a slice: `unsize_box!(boxed => dyn Trait)`. The compiler does this
/// for std's box alone.
///
/// ```
/// use core::fmt::Display;
/// use nostd_alloc::{collections::Box, unsize_box};
///
/// let shown = unsize_box!(Box::new(1870) => dyn Display);
/// assert_eq!(format!("{shown}"), "1870");
/// let slice = unsize_box!(Box::new([1, 2, 3]) => [i32]);
/// assert_eq!(slice.len(), 3);
/// ```
#[macro_export]
macro_rules! unsize_box {
    ($boxed:expr => $target:ty) => {{
        let (ptr, allocator) = $crate::collections::Box::into_raw_with_allocator($boxed);
        let unsized_ptr: *mut $target = ptr;
        // SAFETY: the pointer comes from a box taken apart just now; the compiler has added to it what it
        // knows of the type, and nothing else is a coercion here.
        unsafe { $crate::collections::Box::from_raw_in(unsized_ptr, allocator) }
    }};
}
