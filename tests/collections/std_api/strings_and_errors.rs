//! The iterator and the errors of `string`, and `TryReserveError`.

use core::error::Error;
use core::fmt::{Debug, Display};
use core::iter::FusedIterator;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::str::Utf8Error;
use nostd_alloc::{TryReserveError, Vec, string};

crate::signatures! {
    a0267 ['a: 'a,] ['a,] [] <string::Drain<'a>>::as_str, for<'b> fn(&'b string::Drain<'a>) -> &'b str;
    a0280 [] [] [] <string::FromUtf8Error>::as_bytes, fn(&string::FromUtf8Error) -> &[u8];
    a0281 [] [] [] <string::FromUtf8Error>::into_bytes, fn(string::FromUtf8Error) -> Vec<u8>;
    a0282 [] [] [] <string::FromUtf8Error>::utf8_error, fn(&string::FromUtf8Error) -> Utf8Error;
}

crate::implementations! {
    a0268 ['a: 'a,] ['a,] [] string::Drain<'a> => AsRef<[u8]>;
    a0269 ['a: 'a,] ['a,] [] string::Drain<'a> => AsRef<str>;
    a0270 ['z0: 'z0,] ['z0,] [] string::Drain<'z0> => Debug;
    a0271 ['z0: 'z0,] ['z0,] [] string::Drain<'z0> => DoubleEndedIterator;
    a0272 ['z0: 'z0,] ['z0,] [] string::Drain<'z0> => Drop;
    a0273 ['z0: 'z0,] ['z0,] [] string::Drain<'z0> => Iterator;
    a0274 ['z0: 'z0,] ['z0,] [] string::Drain<'z0> => FusedIterator;
    a0275 ['z0: 'z0,] ['z0,] [] string::Drain<'z0> => Send;
    a0276 ['z0: 'z0,] ['z0,] [] string::Drain<'z0> => Sync;
    a0277 ['a: 'a,] ['a,] [] string::Drain<'a> => RefUnwindSafe;
    a0278 ['a: 'a,] ['a,] [] string::Drain<'a> => Unpin;
    a0279 ['a: 'a,] ['a,] [] string::Drain<'a> => UnwindSafe;
    a0283 [] [] [] string::FromUtf8Error => Clone;
    a0284 [] [] [] string::FromUtf8Error => Debug;
    a0285 [] [] [] string::FromUtf8Error => Display;
    a0286 [] [] [] string::FromUtf8Error => Error;
    a0287 [] [] [] string::FromUtf8Error => PartialEq;
    a0288 [] [] [] string::FromUtf8Error => Eq;
    a0290 [] [] [] string::FromUtf8Error => RefUnwindSafe;
    a0291 [] [] [] string::FromUtf8Error => Send;
    a0292 [] [] [] string::FromUtf8Error => Sync;
    a0293 [] [] [] string::FromUtf8Error => Unpin;
    a0294 [] [] [] string::FromUtf8Error => UnwindSafe;
    a0295 [] [] [] string::FromUtf16Error => Debug;
    a0296 [] [] [] string::FromUtf16Error => Display;
    a0297 [] [] [] string::FromUtf16Error => Error;
    a0298 [] [] [] string::FromUtf16Error => RefUnwindSafe;
    a0299 [] [] [] string::FromUtf16Error => Send;
    a0300 [] [] [] string::FromUtf16Error => Sync;
    a0301 [] [] [] string::FromUtf16Error => Unpin;
    a0302 [] [] [] string::FromUtf16Error => UnwindSafe;
    a0416 [] [] [] TryReserveError => Clone;
    a0417 [] [] [] TryReserveError => Debug;
    a0418 [] [] [] TryReserveError => Display;
    a0419 [] [] [] TryReserveError => Error;
    a0421 [] [] [] TryReserveError => PartialEq;
    a0422 [] [] [] TryReserveError => Eq;
    a0424 [] [] [] TryReserveError => RefUnwindSafe;
    a0425 [] [] [] TryReserveError => Send;
    a0426 [] [] [] TryReserveError => Sync;
    a0427 [] [] [] TryReserveError => Unpin;
    a0428 [] [] [] TryReserveError => UnwindSafe;
}
