//! `n` clones of one value: what `vec![value; n]` calls.

use super::Vec;

/// `n` clones of a value.
///
/// ```
/// assert_eq!(nostd_alloc::collections::vec::from_elem('x', 3), ['x'; 3]);
/// ```
///
/// # Panics
/// As [`Vec::with_capacity`].
pub fn from_elem<T: Clone>(element: T, n: usize) -> Vec<T> {
    let mut vec = Vec::with_capacity(n);
    vec.resize(n, element);
    vec
}
