//! `vec!`, `format!` and their twins.

/// A [`Vec`](crate::collections::Vec) of the given elements, or of `n` clones of one. Where the one is a
/// literal zero, fresh pages need not be written.
///
/// ```
/// use nostd_alloc::{collections::Vec, vec};
/// assert_eq!(vec![1, 2, 3].len(), 3);
/// assert_eq!(vec!["a"; 2], ["a", "a"]);
/// assert_eq!(vec![0_u8; 2], [0, 0]);
/// assert_eq!(vec![] as Vec<u8>, []);
/// ```
///
/// # Panics
/// If no block can be that long. Without memory the program ends with exit code 4.
#[macro_export]
macro_rules! vec {
    () => { $crate::collections::Vec::new() };
    ($element:tt; $n:expr) => { $crate::__repeated!(from_zero, from_elem, $element; $n) };
    ($element:expr; $n:expr) => { $crate::collections::vec::from_elem($element, $n) };
    ($($element:expr),+ $(,)?) => {
        <$crate::collections::Vec<_> as ::core::convert::From<_>>::from([$($element),+])
    };
}

/// `n` times the same: a call of the first function where it is a literal zero, else of the second.
#[doc(hidden)]
#[macro_export]
macro_rules! __repeated {
    ($zero:ident, $other:ident, 0; $n:expr) => {
        $crate::collections::vec::$zero(0, $n)
    };
    ($zero:ident, $other:ident, 0.0; $n:expr) => {
        $crate::collections::vec::$zero(0.0, $n)
    };
    ($zero:ident, $other:ident, false; $n:expr) => {
        $crate::collections::vec::$zero(false, $n)
    };
    ($zero:ident, $other:ident, 0_u8; $n:expr) => {
        $crate::collections::vec::$zero(0_u8, $n)
    };
    ($zero:ident, $other:ident, 0u8; $n:expr) => {
        $crate::collections::vec::$zero(0_u8, $n)
    };
    ($zero:ident, $other:ident, 0_u32; $n:expr) => {
        $crate::collections::vec::$zero(0_u32, $n)
    };
    ($zero:ident, $other:ident, 0u32; $n:expr) => {
        $crate::collections::vec::$zero(0_u32, $n)
    };
    ($zero:ident, $other:ident, 0_u64; $n:expr) => {
        $crate::collections::vec::$zero(0_u64, $n)
    };
    ($zero:ident, $other:ident, 0u64; $n:expr) => {
        $crate::collections::vec::$zero(0_u64, $n)
    };
    ($zero:ident, $other:ident, 0_usize; $n:expr) => {
        $crate::collections::vec::$zero(0_usize, $n)
    };
    ($zero:ident, $other:ident, 0usize; $n:expr) => {
        $crate::collections::vec::$zero(0_usize, $n)
    };
    ($zero:ident, $other:ident, $element:tt; $n:expr) => {
        $crate::collections::vec::$other($element, $n)
    };
}

/// The twin of [`vec!`](macro@crate::vec): a `Result`, whose error carries the elements back.
///
/// ```
/// use nostd_alloc::try_vec;
/// assert_eq!(try_vec![1, 2].unwrap(), [1, 2]);
/// assert_eq!(try_vec!['x'; 1 << 60].unwrap_err().into_value(), 'x');
/// assert!(try_vec![0_u8; 1 << 60].is_err());
/// ```
///
/// # Errors
/// [`PushError`](crate::collections::PushError) with the element or the array of them if there is no
/// memory.
#[macro_export]
macro_rules! try_vec {
    () => {
        ::core::result::Result::<_, $crate::collections::TryReserveError>::Ok(
            $crate::collections::Vec::new(),
        )
    };
    ($element:tt; $n:expr) => { $crate::__repeated!(try_from_zero, try_from_elem, $element; $n) };
    ($element:expr; $n:expr) => { $crate::collections::vec::try_from_elem($element, $n) };
    ($($element:expr),+ $(,)?) => { $crate::collections::Vec::try_from_array([$($element),+]) };
}

/// A [`String`](crate::collections::String) of formatting arguments; one allocation up to 256 bytes.
///
/// ```
/// assert_eq!(nostd_alloc::format!("{} and {:>3}", 1, "a"), "1 and   a");
/// ```
///
/// # Panics
/// If an argument's `Display` (or the like) fails. Without memory the program ends with exit code 4.
#[macro_export]
macro_rules! format {
    ($($arguments:tt)*) => {
        $crate::collections::string::format(::core::format_args!($($arguments)*))
    };
}

/// The twin of [`format!`](crate::format).
///
/// ```
/// assert_eq!(nostd_alloc::try_format!("{}", 1)?, "1");
/// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
/// ```
///
/// # Errors
/// [`TryReserveError`](crate::collections::TryReserveError) if there is no memory.
#[macro_export]
macro_rules! try_format {
    ($($arguments:tt)*) => {
        $crate::collections::string::try_format(::core::format_args!($($arguments)*))
    };
}
