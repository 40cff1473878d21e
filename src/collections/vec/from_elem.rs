//! `n` clones of one value, or `n` zeros: what `vec![value; n]` and its twin call.

use super::{Vec, Zeroable};
use crate::collections::error::PushError;

/// `n` clones of a value.
///
/// ```
/// assert_eq!(nostd_alloc::collections::vec::from_elem('x', 3), ['x'; 3]);
/// ```
///
/// # Panics
/// As [`Vec::with_capacity`].
#[inline]
pub fn from_elem<T: Clone>(element: T, n: usize) -> Vec<T> {
    let mut vec = Vec::with_capacity(n);
    vec.resize(n, element);
    vec
}

/// The twin of [`from_elem`].
///
/// ```
/// use nostd_alloc::collections::vec::try_from_elem;
/// assert_eq!(try_from_elem('x', 1 << 60).unwrap_err().into_value(), 'x');
/// ```
///
/// # Errors
/// [`PushError`] with the value if there is no memory.
#[inline]
pub fn try_from_elem<T: Clone>(element: T, n: usize) -> Result<Vec<T>, PushError<T>> {
    match Vec::try_with_capacity(n) {
        Ok(mut vec) => {
            vec.try_resize(n, element)?;
            Ok(vec)
        }
        Err(_) => Err(PushError::new(element)),
    }
}

/// `n` zeros of the type of a literal zero: what `vec![0; n]` calls.
///
/// ```
/// assert_eq!(nostd_alloc::collections::vec::from_zero(0_u16, 3), [0; 3]);
/// ```
///
/// # Panics
/// As [`Vec::with_capacity`].
#[inline]
pub fn from_zero<T: Zeroable>(_zero: T, n: usize) -> Vec<T> {
    Vec::zeroed(n)
}

/// The twin of [`from_zero`].
///
/// ```
/// use nostd_alloc::collections::vec::try_from_zero;
/// assert_eq!(try_from_zero(0_u16, 3).unwrap(), [0; 3]);
/// ```
///
/// # Errors
/// [`PushError`] with the zero if there is no memory.
#[inline]
pub fn try_from_zero<T: Zeroable>(zero: T, n: usize) -> Result<Vec<T>, PushError<T>> {
    Vec::try_zeroed(n).map_err(|_| PushError::new(zero))
}
