//! Vectors of zeros: fresh pages of the kernel are zero already, so a large one costs its system call and
//! nothing until it is touched.

use super::Vec;
use crate::collections::error::{OrStop, TryReserveError};
use crate::collections::raw_buffer::RawBuffer;
use crate::heap::Global;
use crate::memory::Allocator;

/// A type of which bytes of zero are a value.
///
/// ```
/// use nostd_alloc::{Vec, vec::Zeroable};
/// #[derive(PartialEq, Debug)]
/// struct Metres(u32);
/// // SAFETY: contract of `Zeroable`: of a number of zero bytes.
/// unsafe impl Zeroable for Metres {}
/// assert_eq!(Vec::<Metres>::zeroed(1), [Metres(0)]);
/// ```
///
/// # Safety
/// An implementer owes: memory whose bytes are all 0 is a valid value of the type, the one that `Default` or
/// the literal 0 gives.
pub unsafe trait Zeroable {}

macro_rules! zeroable {
    ($($type:ty),*) => {$(
        // SAFETY: contract of this trait: the bytes of 0, `false`, `'\0'`, `0.0` or of nothing are 0.
        unsafe impl Zeroable for $type {}
    )*};
}

zeroable! { u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, bool, char, () }

// SAFETY: contract of this trait: the elements lie without a gap.
unsafe impl<T: Zeroable, const N: usize> Zeroable for [T; N] {}

impl<T: Zeroable, A: Allocator> Vec<T, A> {
    /// `n` zeros in memory of `allocator`.
    ///
    /// ```
    /// use nostd_alloc::{collections::Vec, memory::Kernel};
    /// assert_eq!(Vec::<u32, _>::try_zeroed_in(3, Kernel)?, [0, 0, 0]);
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_zeroed_in(n: usize, allocator: A) -> Result<Vec<T, A>, TryReserveError> {
        // INVARIANT: **Length** holds: bytes of zero are values by the contract of `Zeroable`.
        Ok(Vec {
            buffer: RawBuffer::try_zeroed_in(n, allocator)?,
            length: n,
        })
    }
}

impl<T: Zeroable> Vec<T> {
    /// `n` zeros.
    ///
    /// ```
    /// assert_eq!(nostd_alloc::collections::Vec::<u32>::zeroed(3), [0, 0, 0]);
    /// ```
    ///
    /// # Panics
    /// As [`Vec::with_capacity`].
    pub fn zeroed(n: usize) -> Vec<T> {
        Vec::try_zeroed(n).or_stop()
    }

    /// The twin of [`Vec::zeroed`].
    ///
    /// ```
    /// assert!(nostd_alloc::collections::Vec::<u32>::try_zeroed(1 << 60).is_err());
    /// ```
    ///
    /// # Errors
    /// [`TryReserveError`] if there is no memory.
    pub fn try_zeroed(n: usize) -> Result<Vec<T>, TryReserveError> {
        Vec::try_zeroed_in(n, Global)
    }
}

/// `n` zeros: what `vec![0; n]` calls where it sees that the element is a literal zero.
///
/// ```
/// let zeros: nostd_alloc::collections::Vec<u64> = nostd_alloc::collections::vec::vec_zeroed(3);
/// assert_eq!(zeros, [0, 0, 0]);
/// ```
///
/// # Panics
/// As [`Vec::with_capacity`].
pub fn vec_zeroed<T: Zeroable>(n: usize) -> Vec<T> {
    Vec::zeroed(n)
}
