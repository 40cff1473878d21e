//! `Box`.

use core::any::Any;
use core::borrow::{Borrow, BorrowMut};
use core::error::Error;
use core::fmt::{Debug, Display, Pointer};
use core::hash::{Hash, Hasher};
use core::iter::FusedIterator;
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::pin::Pin;
use nostd_alloc::Box;
use nostd_alloc::memory::Allocator;

crate::signatures! {
    a0303 [A, T,] [A, T,] [A: Allocator, T: Any] <Box<dyn Any, A>>::downcast, fn(Box<dyn Any, A>) -> Result<Box<T, A>, Box<dyn Any, A>>;
    a0304 [A, T,] [A, T,] [A: Allocator, T: Any] <Box<dyn Any + Send, A>>::downcast, fn(Box<dyn Any + Send, A>) -> Result<Box<T, A>, Box<dyn Any + Send, A>>;
    a0305 [A, T,] [A, T,] [A: Allocator, T: Any] <Box<dyn Any + Sync + Send, A>>::downcast, fn(Box<dyn Any + Sync + Send, A>) -> Result<Box<T, A>, Box<dyn Any + Sync + Send, A>>;
    a0306 [T,] [T,] [] <Box<T>>::new, fn(T) -> Box<T>;
    a0307 [T,] [T,] [] <Box<T>>::new_uninit, fn() -> Box<MaybeUninit<T>>;
    a0308 [T,] [T,] [] <Box<T>>::new_zeroed, fn() -> Box<MaybeUninit<T>>;
    a0309 [T,] [T,] [] <Box<T>>::pin, fn(T) -> Pin<Box<T>>;
    a0310 [T,] [T,] [] <Box<[T]>>::new_uninit_slice, fn(usize) -> Box<[MaybeUninit<T>]>;
    a0311 [T,] [T,] [] <Box<[T]>>::new_zeroed_slice, fn(usize) -> Box<[MaybeUninit<T>]>;
    a0312 [T, A,] [T, A,] [A: Allocator] <Box<MaybeUninit<T>, A>>::assume_init, unsafe fn(Box<MaybeUninit<T>, A>) -> Box<T, A>;
    a0313 [T, A,] [T, A,] [A: Allocator] <Box<MaybeUninit<T>, A>>::write, fn(Box<MaybeUninit<T>, A>, T) -> Box<T, A>;
    a0314 [T, A,] [T, A,] [A: Allocator] <Box<[MaybeUninit<T>], A>>::assume_init, unsafe fn(Box<[MaybeUninit<T>], A>) -> Box<[T], A>;
    a0315 [T,] [T,] [T: ?Sized] <Box<T>>::from_raw, unsafe fn(*mut T) -> Box<T>;
    a0316 [T,] [T,] [T: ?Sized] <Box<T>>::into_raw, fn(Box<T>) -> *mut T;
    a0317 ['a: 'a, T, A,] ['a, T, A,] [T: 'a, A: Allocator, T: ?Sized, A: 'a] <Box<T, A>>::leak, fn(Box<T, A>) -> &'a mut T;
    a0318 [T, A,] [T, A,] [A: Allocator, T: ?Sized, A: 'static] <Box<T, A>>::into_pin, fn(Box<T, A>) -> Pin<Box<T, A>>;
}

crate::implementations! {
    a0320 [T, A,] [T, A,] [A: Allocator, T: ?Sized] Box<T, A> => AsMut<T>;
    a0322 [T, A,] [T, A,] [A: Allocator, T: ?Sized] Box<T, A> => AsRef<T>;
    a0326 [T, A,] [T, A,] [A: Allocator, T: ?Sized] Box<T, A> => Borrow<T>;
    a0327 [T, A,] [T, A,] [A: Allocator, T: ?Sized] Box<T, A> => BorrowMut<T>;
    a0329 [T, A,] [T, A,] [T: Clone, A: Allocator + Clone] Box<[T], A> => Clone;
    a0333 [T, A,] [T, A,] [T: Clone, A: Allocator + Clone] Box<T, A> => Clone;
    a0334 [] [] [] Box<str> => Clone;
    a0335 [T, A,] [T, A,] [T: Debug + ?Sized, A: Allocator] Box<T, A> => Debug;
    a0336 [T,] [T,] [] Box<[T]> => Default;
    a0339 [T,] [T,] [T: Default] Box<T> => Default;
    a0340 [] [] [] Box<str> => Default;
    a0341 [T,] [T,] [Box<T>: Default, T: ?Sized] Pin<Box<T>> => Default;
    a0342 [T, A,] [T, A,] [A: Allocator, T: ?Sized] Box<T, A> => Deref;
    a0343 [T, A,] [T, A,] [A: Allocator, T: ?Sized] Box<T, A> => DerefMut;
    a0344 [T, A,] [T, A,] [T: Display + ?Sized, A: Allocator] Box<T, A> => Display;
    a0345 [I, A,] [I, A,] [I: DoubleEndedIterator + ?Sized, A: Allocator] Box<I, A> => DoubleEndedIterator;
    a0346 [T, A,] [T, A,] [A: Allocator, T: ?Sized] Box<T, A> => Drop;
    a0347 [E,] [E,] [E: Error] Box<E> => Error;
    a0348 [I, A,] [I, A,] [I: ExactSizeIterator + ?Sized, A: Allocator] Box<I, A> => ExactSizeIterator;
    a0352 ['y0: 'y0, T,] ['y0, T,] [T: 'y0, T: Clone] Box<[T]> => From<&'y0 [T]>;
    a0356 ['y0: 'y0, T,] ['y0, T,] [T: 'y0, T: Clone] Box<[T]> => From<&'y0 mut [T]>;
    a0360 ['y0: 'y0,] ['y0,] [] Box<str> => From<&'y0 mut str>;
    a0363 ['y0: 'y0,] ['y0,] [] Box<str> => From<&'y0 str>;
    a0364 [T, const N: usize,] [T, N,] [] Box<[T]> => From<[T; N]>;
    a0369 [T, A,] [T, A,] [A: Allocator + 'static, T: ?Sized] Pin<Box<T, A>> => From<Box<T, A>>;
    a0371 [A,] [A,] [A: Allocator] Box<[u8], A> => From<Box<str, A>>;
    a0380 ['a: 'a, E,] ['a, E,] [E: 'a, E: Error + 'a] Box<dyn Error + 'a> => From<E>;
    a0381 ['a: 'a, E,] ['a, E,] [E: 'a, E: Error + Send + Sync + 'a] Box<dyn Error + Sync + Send + 'a> => From<E>;
    a0384 [T,] [T,] [] Box<T> => From<T>;
    a0385 ['a: 'a,] ['a,] [] Box<str> => FromIterator<&'a char>;
    a0386 ['a: 'a,] ['a,] [] Box<str> => FromIterator<&'a str>;
    a0387 [A,] [A,] [A: Allocator] Box<str> => FromIterator<Box<str, A>>;
    a0389 [I,] [I,] [] Box<[I]> => FromIterator<I>;
    a0390 [] [] [] Box<str> => FromIterator<char>;
    a0391 [F, A,] [F, A,] [F: Future + Unpin + ?Sized, A: Allocator] Box<F, A> => Future;
    a0392 [T, A,] [T, A,] [T: Hash + ?Sized, A: Allocator] Box<T, A> => Hash;
    a0393 [T, A,] [T, A,] [T: Hasher + ?Sized, A: Allocator] Box<T, A> => Hasher;
    a0394 ['a: 'a, I, A,] ['a, I, A,] [I: 'a, A: 'a, A: Allocator] &'a Box<[I], A> => IntoIterator;
    a0397 [I, A,] [I, A,] [I: Iterator + ?Sized, A: Allocator] Box<I, A> => Iterator;
    a0398 [T, A,] [T, A,] [T: Ord + ?Sized, A: Allocator] Box<T, A> => Ord;
    a0399 [T, A,] [T, A,] [T: PartialEq + ?Sized, A: Allocator] Box<T, A> => PartialEq;
    a0400 [T, A,] [T, A,] [T: PartialOrd + ?Sized, A: Allocator] Box<T, A> => PartialOrd;
    a0401 [T, A,] [T, A,] [A: Allocator, T: ?Sized] Box<T, A> => Pointer;
    a0404 [T, const N: usize,] [T, N,] [] Box<[T; N]> => TryFrom<Box<[T]>>;
    a0406 [T, A,] [T, A,] [T: Eq + ?Sized, A: Allocator] Box<T, A> => Eq;
    a0407 [I, A,] [I, A,] [I: FusedIterator + ?Sized, A: Allocator] Box<I, A> => FusedIterator;
    a0411 [T, A,] [T, A,] [A: Allocator, T: ?Sized] Box<T, A> => Unpin;
    a0412 [T, A,] [T, A,] [A: RefUnwindSafe, T: RefUnwindSafe + ?Sized, A: Allocator] Box<T, A> => RefUnwindSafe;
    a0413 [T, A,] [T, A,] [A: Send, T: Send + ?Sized, A: Allocator] Box<T, A> => Send;
    a0414 [T, A,] [T, A,] [A: Sync, T: Sync + ?Sized, A: Allocator] Box<T, A> => Sync;
    a0415 [T, A,] [T, A,] [A: UnwindSafe, T: UnwindSafe + ?Sized, A: Allocator] Box<T, A> => UnwindSafe;
}
