//! The twins: each method that may need memory once more, with `try_` and a `Result`.

use core::fmt::Display;
use core::ops::RangeBounds;
use core::pin::Pin;
use nostd_alloc::collections::{BytesExt, Concat, ConcatExt, Join, Needle, SliceExt, StrExt};
use nostd_alloc::memory::Allocator;
use nostd_alloc::string::{FromUtf16Error, Integer, Piece};
use nostd_alloc::vec::Drain;
use nostd_alloc::{Box, Cow, PushError, String, TryReserveError, Vec, string, vec};
use std::mem::MaybeUninit;

type Tried<T> = Result<T, TryReserveError>;

/// Methods that never ask for memory although their names are among the growing or making ones.
const WITHOUT: &[&str] = &[
    "Vec::new",
    "Vec::from_raw_parts",
    "Vec::into_raw_parts",
    "String::new",
    "String::from_raw_parts",
    "String::into_raw_parts",
    "String::from_utf8",
    "String::from_utf8_unchecked",
    "String::into_bytes",
    "Box::from_raw",
    "Vec::into_flattened",
];

/// Whether a method of the list may need memory: it makes, grows, shrinks or boxes something.
pub(crate) fn asks_for_memory(type_: &str, name: &str, signature: &str) -> bool {
    let method = format!("{}::{name}", type_.trim_end_matches("(alloc)"));
    let makes = [
        "-> Vec<",
        "-> String",
        "-> Box<",
        "-> Pin<",
        "-> Cow<",
        "-> Result<String",
        "-> Splice",
    ];
    let grows = [
        "push",
        "push_mut",
        "push_str",
        "insert",
        "insert_mut",
        "insert_str",
        "append",
        "reserve",
        "reserve_exact",
        "shrink_to",
        "shrink_to_fit",
        "resize",
        "resize_with",
        "extend_from_slice",
        "extend_from_within",
        "replace_range",
        "sort",
        "sort_by",
        "sort_by_key",
        "sort_by_cached_key",
        "concat",
        "join",
        "connect",
    ];
    let takes_itself = signature.contains("(self") && !name.starts_with("into_boxed");
    let keeps_its_block = [
        "into_pin",
        "assume_init",
        "write",
        "downcast",
        "into_vec",
        "into_string",
    ];
    let never = WITHOUT.contains(&method.as_str())
        || takes_itself
        || keeps_its_block.contains(&name)
        || ["vec::IntoIter", "string::FromUtf8Error"].contains(&type_)
        || method == "str::into_boxed_bytes";
    !never && (grows.contains(&name) || makes.iter().any(|made| signature.contains(made)))
}

macro_rules! twins {
    ($($method:literal $id:ident [$($generics:tt)*] $path:expr, $type:ty;)*) => {
        $(#[expect(dead_code, reason = "compiled and never called")]
        fn $id<$($generics)*>() {
            let _: $type = $path;
        })*
        /// The methods whose twin these functions hold.
        pub(crate) const METHODS_WITH_TWIN: &[&str] = &[$($method),*];
    };
}

twins! {
    "Vec::reserve" v01 [T, A: Allocator] Vec::try_reserve, fn(&mut Vec<T, A>, usize) -> Tried<()>;
    "Vec::reserve_exact" v02 [T, A: Allocator] Vec::try_reserve_exact, fn(&mut Vec<T, A>, usize) -> Tried<()>;
    "Vec::with_capacity" v03 [T] Vec::try_with_capacity, fn(usize) -> Tried<Vec<T>>;
    "Vec::with_capacity_in" v04 [T, A: Allocator] Vec::try_with_capacity_in, fn(usize, A) -> Tried<Vec<T, A>>;
    "Vec::push" v05 [T, A: Allocator] Vec::try_push, fn(&mut Vec<T, A>, T) -> Result<(), PushError<T>>;
    "Vec::push_mut" v06 [T, A: Allocator] Vec::try_push_mut, fn(&mut Vec<T, A>, T) -> Result<&mut T, PushError<T>>;
    "Vec::insert" v07 [T, A: Allocator] Vec::try_insert, fn(&mut Vec<T, A>, usize, T) -> Result<(), PushError<T>>;
    "Vec::insert_mut" v08 [T, A: Allocator] Vec::try_insert_mut, fn(&mut Vec<T, A>, usize, T) -> Result<&mut T, PushError<T>>;
    "Vec::extend_from_slice" v09 [T: Clone, A: Allocator] Vec::try_extend_from_slice, fn(&mut Vec<T, A>, &[T]) -> Tried<()>;
    "Vec::extend_from_within" v10 [T: Clone, A: Allocator, R: RangeBounds<usize>] Vec::try_extend_from_within, fn(&mut Vec<T, A>, R) -> Tried<()>;
    "Vec::extend" v11 [T, A: Allocator, I: IntoIterator<Item = T>] Vec::try_extend, fn(&mut Vec<T, A>, I) -> Tried<()>;
    "Vec::append" v12 [T, A: Allocator] Vec::try_append, fn(&mut Vec<T, A>, &mut Vec<T, A>) -> Tried<()>;
    "Vec::resize" v13 [T: Clone, A: Allocator] Vec::try_resize, fn(&mut Vec<T, A>, usize, T) -> Result<(), PushError<T>>;
    "Vec::resize_with" v14 [T, A: Allocator, F: FnMut() -> T] Vec::try_resize_with, fn(&mut Vec<T, A>, usize, F) -> Tried<()>;
    "Vec::split_off" v15 [T, A: Allocator + Clone] Vec::try_split_off, fn(&mut Vec<T, A>, usize) -> Tried<Vec<T, A>>;
    "Vec::clone" v16 [T: Clone, A: Allocator + Clone] Vec::try_clone, fn(&Vec<T, A>) -> Tried<Vec<T, A>>;
    "Vec::clone_from" v17 [T: Clone, A: Allocator] Vec::try_clone_from, fn(&mut Vec<T, A>, &[T]) -> Tried<()>;
    "Vec::from_iter" v18 [T, I: IntoIterator<Item = T>] Vec::try_from_iter, fn(I) -> Tried<Vec<T>>;
    "Vec::from_slice" v19 [T: Clone] Vec::try_from_slice, fn(&[T]) -> Tried<Vec<T>>;
    "Vec::from_array" v20 [T] Vec::try_from_array, fn([T; 3]) -> Result<Vec<T>, PushError<[T; 3]>>;
    "Vec::shrink_to_fit" v21 [T, A: Allocator] Vec::try_shrink_to_fit, fn(&mut Vec<T, A>) -> Tried<()>;
    "Vec::shrink_to" v22 [T, A: Allocator] Vec::try_shrink_to, fn(&mut Vec<T, A>, usize) -> Tried<()>;
    "Vec::into_boxed_slice" v23 [T, A: Allocator] Vec::try_into_boxed_slice, fn(Vec<T, A>) -> Result<Box<[T], A>, PushError<Vec<T, A>>>;
    "Vec::splice" v24 [T, A: Allocator, R: RangeBounds<usize>, I: IntoIterator<Item = T>] Vec::try_splice, fn(&mut Vec<T, A>, R, I) -> Tried<Drain<'_, T, A>>;
    "Vec::zeroed" v25 [T: vec::Zeroable] Vec::try_zeroed, fn(usize) -> Tried<Vec<T>>;
    "vec![x; n]" v26 [T: Clone] vec::try_from_elem, fn(T, usize) -> Result<Vec<T>, PushError<T>>;
    "vec![0; n]" v32 [T: vec::Zeroable] vec::try_from_zero, fn(T, usize) -> Result<Vec<T>, PushError<T>>;
    "IntoIter::clone" v27 [T: Clone, A: Allocator + Clone] vec::IntoIter::try_clone, fn(&vec::IntoIter<T, A>) -> Tried<vec::IntoIter<T, A>>;
    "Vec::sort" v28 [T: Ord, A: Allocator] Vec::try_sort, fn(&mut Vec<T, A>) -> Tried<()>;
    "Vec::sort_by" v29 [T, A: Allocator, F: FnMut(&T, &T) -> core::cmp::Ordering] Vec::try_sort_by, fn(&mut Vec<T, A>, F) -> Tried<()>;
    "Vec::sort_by_key" v30 [T, A: Allocator, K: Ord, F: FnMut(&T) -> K] Vec::try_sort_by_key, fn(&mut Vec<T, A>, F) -> Tried<()>;
    "Vec::sort_by_cached_key" v31 [T, A: Allocator, K: Ord, F: FnMut(&T) -> K] Vec::try_sort_by_cached_key, fn(&mut Vec<T, A>, F) -> Tried<()>;
    "String::reserve" s01 [A: Allocator] String::try_reserve, fn(&mut String<A>, usize) -> Tried<()>;
    "String::reserve_exact" s02 [A: Allocator] String::try_reserve_exact, fn(&mut String<A>, usize) -> Tried<()>;
    "String::with_capacity" s03 [] String::try_with_capacity, fn(usize) -> Tried<String>;
    "String::push" s04 [A: Allocator] String::try_push, fn(&mut String<A>, char) -> Tried<()>;
    "String::push_str" s05 [A: Allocator] String::try_push_str, fn(&mut String<A>, &str) -> Tried<()>;
    "String::insert" s06 [A: Allocator] String::try_insert, fn(&mut String<A>, usize, char) -> Tried<()>;
    "String::insert_str" s07 [A: Allocator] String::try_insert_str, fn(&mut String<A>, usize, &str) -> Tried<()>;
    "String::from_str" s08 [] String::try_from_str, fn(&str) -> Tried<String>;
    "String::clone" s09 [A: Allocator + Clone] String::try_clone, fn(&String<A>) -> Tried<String<A>>;
    "String::clone_from" s10 [A: Allocator] String::try_clone_from, fn(&mut String<A>, &str) -> Tried<()>;
    "String::replace_range" s11 [A: Allocator, R: RangeBounds<usize>] String::try_replace_range, fn(&mut String<A>, R, &str) -> Tried<()>;
    "String::extend" s12 [A: Allocator, P: Piece, I: IntoIterator<Item = P>] String::try_extend, fn(&mut String<A>, I) -> Tried<()>;
    "String::from_iter" s13 [P: Piece, I: IntoIterator<Item = P>] String::try_from_iter, fn(I) -> Tried<String>;
    "String::from_utf8_lossy" s14 [] String::try_from_utf8_lossy, fn(&[u8]) -> Tried<Cow<'_, str>>;
    "String::from_utf16" s15 [] String::try_from_utf16, fn(&[u16]) -> Tried<Result<String, FromUtf16Error>>;
    "String::from_utf16_lossy" s16 [] String::try_from_utf16_lossy, fn(&[u16]) -> Tried<String>;
    "String::shrink_to_fit" s17 [A: Allocator] String::try_shrink_to_fit, fn(&mut String<A>) -> Tried<()>;
    "String::shrink_to" s18 [A: Allocator] String::try_shrink_to, fn(&mut String<A>, usize) -> Tried<()>;
    "String::extend_from_within" s19 [A: Allocator, R: RangeBounds<usize>] String::try_extend_from_within, fn(&mut String<A>, R) -> Tried<()>;
    "String::split_off" s20 [A: Allocator + Clone] String::try_split_off, fn(&mut String<A>, usize) -> Tried<String<A>>;
    "String::into_boxed_str" s21 [A: Allocator] String::try_into_boxed_str, fn(String<A>) -> Result<Box<str, A>, PushError<String<A>>>;
    "String::push_integer" s22 [A: Allocator, N: Integer] String::try_push_integer, fn(&mut String<A>, N) -> Tried<()>;
    "FromUtf8Error::clone" s23 [A: Allocator + Clone] string::FromUtf8Error::try_clone, fn(&string::FromUtf8Error<A>) -> Tried<string::FromUtf8Error<A>>;
    "format!" s24 [] string::try_format, fn(core::fmt::Arguments<'_>) -> Tried<String>;
    "Box::new" b01 [T] Box::try_new, fn(T) -> Result<Box<T>, PushError<T>>;
    "Box::new_in" b02 [T, A: Allocator] Box::try_new_in, fn(T, A) -> Result<Box<T, A>, PushError<T>>;
    "Box::new_uninit" b03 [T] Box::try_new_uninit, fn() -> Tried<Box<MaybeUninit<T>>>;
    "Box::new_uninit_slice" b04 [T] Box::try_new_uninit_slice, fn(usize) -> Tried<Box<[MaybeUninit<T>]>>;
    "Box::new_zeroed" b05 [T] Box::try_new_zeroed, fn() -> Tried<Box<MaybeUninit<T>>>;
    "Box::new_zeroed_slice" b06 [T] Box::try_new_zeroed_slice, fn(usize) -> Tried<Box<[MaybeUninit<T>]>>;
    "Box::pin" b07 [T] Box::try_pin, fn(T) -> Result<Pin<Box<T>>, PushError<T>>;
    "Box::clone" b08 [T: Clone, A: Allocator + Clone] Box::try_clone, fn(&Box<T, A>) -> Tried<Box<T, A>>;
    "Box::from(&[T])" b09 [T: Clone] Box::try_from_slice, fn(&[T]) -> Tried<Box<[T]>>;
    "Box::from(&str)" b10 [] Box::try_from_str, fn(&str) -> Tried<Box<str>>;
    "Box::from([T; N])" b11 [T] Box::try_from_array, fn([T; 3]) -> Result<Box<[T]>, PushError<[T; 3]>>;
    "Box::from_iter" b12 [T, I: IntoIterator<Item = T>] Box::<[T]>::try_from_iter, fn(I) -> Tried<Box<[T]>>;
    "slice::to_vec" x01 [T: Clone] SliceExt::try_to_vec, fn(&[T]) -> Tried<Vec<T>>;
    "slice::repeat" x02 [T: Copy] SliceExt::try_repeat, fn(&[T], usize) -> Tried<Vec<T>>;
    "slice::sort" x03 [T: Ord] SliceExt::try_sort, fn(&mut [T]) -> Tried<()>;
    "slice::sort_by" x04 [T, F: FnMut(&T, &T) -> core::cmp::Ordering] SliceExt::try_sort_by, fn(&mut [T], F) -> Tried<()>;
    "slice::sort_by_key" x05 [T, K: Ord, F: FnMut(&T) -> K] SliceExt::try_sort_by_key, fn(&mut [T], F) -> Tried<()>;
    "slice::sort_by_cached_key" x06 [T, K: Ord, F: FnMut(&T) -> K] SliceExt::try_sort_by_cached_key, fn(&mut [T], F) -> Tried<()>;
    "slice::concat" x07 [T: Clone] ConcatExt::try_concat, fn(&[Vec<T>]) -> Tried<<[Vec<T>] as Concat<T>>::Output>;
    "slice::join" x08 [] ConcatExt::try_join, fn(&[String], &'static str) -> Tried<<[String] as Join<&'static str>>::Output>;
    "slice::connect" x09 [] ConcatExt::try_join, fn(&[String], &'static str) -> Tried<String>;
    "slice::to_ascii_uppercase" x10 [] BytesExt::try_to_ascii_uppercase, fn(&[u8]) -> Tried<Vec<u8>>;
    "slice::to_ascii_lowercase" x11 [] BytesExt::try_to_ascii_lowercase, fn(&[u8]) -> Tried<Vec<u8>>;
    "str::replace" x12 [N: Needle] StrExt::try_replace, fn(&str, N, &str) -> Tried<String>;
    "str::replacen" x13 [N: Needle] StrExt::try_replacen, fn(&str, N, &str, usize) -> Tried<String>;
    "str::to_lowercase" x14 [] StrExt::try_to_lowercase, fn(&str) -> Tried<String>;
    "str::to_uppercase" x15 [] StrExt::try_to_uppercase, fn(&str) -> Tried<String>;
    "str::repeat" x16 [] StrExt::try_repeat, fn(&str, usize) -> Tried<String>;
    "str::to_ascii_uppercase" x17 [] StrExt::try_to_ascii_uppercase, fn(&str) -> Tried<String>;
    "str::to_ascii_lowercase" x18 [] StrExt::try_to_ascii_lowercase, fn(&str) -> Tried<String>;
    "str::to_owned" x19 [] StrExt::try_to_owned, fn(&str) -> Tried<String>;
}

/// `to_string` of anything but a text is `try_format!("{}", ..)`.
#[expect(dead_code, reason = "compiled and never called")]
fn to_string<T: Display>(value: T) -> Tried<String> {
    nostd_alloc::try_format!("{value}")
}
