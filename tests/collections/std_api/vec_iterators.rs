//! The iterators of `vec`.

use core::fmt::Debug;
use core::iter::FusedIterator;
use core::panic::{RefUnwindSafe, UnwindSafe};
use nostd_alloc::memory::Allocator;
use nostd_alloc::vec;

crate::signatures! {
    a0111 ['a: 'a, T, A,] ['a, T, A,] [T: 'a, A: 'a, A: Allocator] <vec::Drain<'a, T, A>>::as_slice, for<'b> fn(&'b vec::Drain<'a, T, A>) -> &'b [T];
    a0124 [T, A,] [T, A,] [A: Allocator] <vec::IntoIter<T, A>>::as_slice, fn(&vec::IntoIter<T, A>) -> &[T];
    a0125 [T, A,] [T, A,] [A: Allocator] <vec::IntoIter<T, A>>::as_mut_slice, fn(&mut vec::IntoIter<T, A>) -> &mut [T];
}

crate::implementations! {
    a0112 ['a: 'a, T, A,] ['a, T, A,] [T: 'a, A: 'a, A: Allocator] vec::Drain<'a, T, A> => AsRef<[T]>;
    a0113 ['z0: 'z0, T, A,] ['z0, T, A,] [T: 'z0, A: 'z0, T: Debug, A: Allocator] vec::Drain<'z0, T, A> => Debug;
    a0114 ['z0: 'z0, T, A,] ['z0, T, A,] [T: 'z0, A: 'z0, A: Allocator] vec::Drain<'z0, T, A> => DoubleEndedIterator;
    a0115 ['z0: 'z0, T, A,] ['z0, T, A,] [T: 'z0, A: 'z0, A: Allocator] vec::Drain<'z0, T, A> => Drop;
    a0116 ['z0: 'z0, T, A,] ['z0, T, A,] [T: 'z0, A: 'z0, A: Allocator] vec::Drain<'z0, T, A> => ExactSizeIterator;
    a0117 ['z0: 'z0, T, A,] ['z0, T, A,] [T: 'z0, A: 'z0, A: Allocator] vec::Drain<'z0, T, A> => Iterator;
    a0118 ['z0: 'z0, T, A,] ['z0, T, A,] [T: 'z0, A: 'z0, A: Allocator] vec::Drain<'z0, T, A> => FusedIterator;
    a0119 ['z0: 'z0, T, A,] ['z0, T, A,] [T: 'z0, A: 'z0, T: Send, A: Send + Allocator] vec::Drain<'z0, T, A> => Send;
    a0120 ['z0: 'z0, T, A,] ['z0, T, A,] [T: 'z0, A: 'z0, T: Sync, A: Sync + Allocator] vec::Drain<'z0, T, A> => Sync;
    a0121 ['a: 'a, T, A,] ['a, T, A,] [T: 'a, A: 'a, T: RefUnwindSafe, A: RefUnwindSafe, A: Allocator] vec::Drain<'a, T, A> => RefUnwindSafe;
    a0122 ['a: 'a, T, A,] ['a, T, A,] [T: 'a, A: 'a, A: Allocator] vec::Drain<'a, T, A> => Unpin;
    a0123 ['a: 'a, T, A,] ['a, T, A,] [T: 'a, A: 'a, T: RefUnwindSafe, A: RefUnwindSafe, A: Allocator] vec::Drain<'a, T, A> => UnwindSafe;
    a0126 [T, A,] [T, A,] [A: Allocator] vec::IntoIter<T, A> => AsRef<[T]>;
    a0127 [T, A,] [T, A,] [T: Clone, A: Allocator + Clone] vec::IntoIter<T, A> => Clone;
    a0128 [T, A,] [T, A,] [T: Debug, A: Allocator] vec::IntoIter<T, A> => Debug;
    a0129 [T, A,] [T, A,] [A: Allocator + Default] vec::IntoIter<T, A> => Default;
    a0130 [T, A,] [T, A,] [A: Allocator] vec::IntoIter<T, A> => DoubleEndedIterator;
    a0131 [T, A,] [T, A,] [A: Allocator] vec::IntoIter<T, A> => Drop;
    a0132 [T, A,] [T, A,] [A: Allocator] vec::IntoIter<T, A> => ExactSizeIterator;
    a0133 [T, A,] [T, A,] [A: Allocator] vec::IntoIter<T, A> => Iterator;
    a0134 [T, A,] [T, A,] [A: Allocator] vec::IntoIter<T, A> => FusedIterator;
    a0135 [T, A,] [T, A,] [T: Send, A: Allocator + Send] vec::IntoIter<T, A> => Send;
    a0136 [T, A,] [T, A,] [T: Sync, A: Allocator + Sync] vec::IntoIter<T, A> => Sync;
    a0137 [T, A,] [T, A,] [T: UnwindSafe, A: Allocator + UnwindSafe] vec::IntoIter<T, A> => UnwindSafe;
    a0138 [T, A,] [T, A,] [T: RefUnwindSafe, A: RefUnwindSafe, A: Allocator] vec::IntoIter<T, A> => RefUnwindSafe;
    a0139 [T, A,] [T, A,] [T: Unpin, A: Unpin, A: Allocator] vec::IntoIter<T, A> => Unpin;
    a0140 ['a: 'a, I, A,] ['a, I, A,] [I: 'a, A: 'a, I::Item: 'a, I: Debug + Iterator + 'a, A: Debug + Allocator + 'a, <I as Iterator>::Item: Debug] vec::Splice<'a, I, A> => Debug;
    a0141 ['z0: 'z0, I, A,] ['z0, I, A,] [I: 'z0, A: 'z0, I::Item: 'z0, I: Iterator, A: Allocator] vec::Splice<'z0, I, A> => DoubleEndedIterator;
    a0142 ['z0: 'z0, I, A,] ['z0, I, A,] [I: 'z0, A: 'z0, I::Item: 'z0, I: Iterator, A: Allocator] vec::Splice<'z0, I, A> => Drop;
    a0143 ['z0: 'z0, I, A,] ['z0, I, A,] [I: 'z0, A: 'z0, I::Item: 'z0, I: Iterator, A: Allocator] vec::Splice<'z0, I, A> => ExactSizeIterator;
    a0144 ['z0: 'z0, I, A,] ['z0, I, A,] [I: 'z0, A: 'z0, I::Item: 'z0, I: Iterator, A: Allocator] vec::Splice<'z0, I, A> => Iterator;
    a0145 ['a: 'a, I, A,] ['a, I, A,] [I: 'a, A: 'a, I::Item: 'a, I: RefUnwindSafe, <I as Iterator>::Item: RefUnwindSafe, A: RefUnwindSafe, A: Allocator, I: Iterator] vec::Splice<'a, I, A> => RefUnwindSafe;
    a0146 ['a: 'a, I, A,] ['a, I, A,] [I: 'a, A: 'a, I::Item: 'a, I: Send, <I as Iterator>::Item: Send, A: Send, A: Allocator, I: Iterator] vec::Splice<'a, I, A> => Send;
    a0147 ['a: 'a, I, A,] ['a, I, A,] [I: 'a, A: 'a, I::Item: 'a, I: Sync, <I as Iterator>::Item: Sync, A: Sync, A: Allocator, I: Iterator] vec::Splice<'a, I, A> => Sync;
    a0148 ['a: 'a, I, A,] ['a, I, A,] [I: 'a, A: 'a, I::Item: 'a, I: Unpin, A: Allocator, I: Iterator] vec::Splice<'a, I, A> => Unpin;
    a0149 ['a: 'a, I, A,] ['a, I, A,] [I: 'a, A: 'a, I::Item: 'a, I: UnwindSafe, <I as Iterator>::Item: RefUnwindSafe, A: RefUnwindSafe, A: Allocator, I: Iterator] vec::Splice<'a, I, A> => UnwindSafe;
    a0150 ['z0: 'z0, T, F, A,] ['z0, T, F, A,] [T: 'z0, F: 'z0, A: 'z0, T: Debug, A: Allocator] vec::ExtractIf<'z0, T, F, A> => Debug;
    a0151 ['z0: 'z0, T, F, A,] ['z0, T, F, A,] [T: 'z0, F: 'z0, A: 'z0, A: Allocator] vec::ExtractIf<'z0, T, F, A> => Drop;
    a0152 ['z0: 'z0, T, F, A,] ['z0, T, F, A,] [T: 'z0, F: 'z0, A: 'z0, A: Allocator, F: FnMut(&mut T) -> bool] vec::ExtractIf<'z0, T, F, A> => Iterator;
    a0153 ['a: 'a, T, F, A,] ['a, T, F, A,] [T: 'a, F: 'a, A: 'a, F: RefUnwindSafe, A: RefUnwindSafe, T: RefUnwindSafe, A: Allocator] vec::ExtractIf<'a, T, F, A> => RefUnwindSafe;
    a0154 ['a: 'a, T, F, A,] ['a, T, F, A,] [T: 'a, F: 'a, A: 'a, F: Send, A: Send, T: Send, A: Allocator] vec::ExtractIf<'a, T, F, A> => Send;
    a0155 ['a: 'a, T, F, A,] ['a, T, F, A,] [T: 'a, F: 'a, A: 'a, F: Sync, A: Sync, T: Sync, A: Allocator] vec::ExtractIf<'a, T, F, A> => Sync;
    a0156 ['a: 'a, T, F, A,] ['a, T, F, A,] [T: 'a, F: 'a, A: 'a, F: Unpin, A: Allocator] vec::ExtractIf<'a, T, F, A> => Unpin;
}
