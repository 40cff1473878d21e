//! `vec!`, `format!` and their twins.

/// A [`Vec`](crate::collections::Vec) of the given elements, or of `n` clones of one.
///
/// ```
/// use nostd_alloc::vec;
/// assert_eq!(vec![1, 2, 3].len(), 3);
/// assert_eq!(vec!["a"; 2], ["a", "a"]);
/// assert_eq!(vec![] as nostd_alloc::collections::Vec<u8>, []);
/// ```
///
/// # Panics
/// If no block can be that long. Without memory the program ends with exit code 4.
#[macro_export]
macro_rules! vec {
    () => { $crate::collections::Vec::new() };
    ($element:expr; $n:expr) => { $crate::collections::vec::from_elem($element, $n) };
    ($($element:expr),+ $(,)?) => {
        <$crate::collections::Vec<_> as ::core::convert::From<_>>::from([$($element),+])
    };
}
