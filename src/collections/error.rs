//! No room: what a twin answers, and how a plain method ends.
//!
//! [`TryReserveError`] is one word (the bytes that were wanted), so that `Result<(), TryReserveError>` comes
//! back in a register. [`PushError`] is nothing but the value that found no room, for the same reason.

use crate::io::{Decimal, Stderr};
use crate::memory::{AllocError, BLOCK_BYTES_MAX};
use crate::start::{ExitCode, Failure, exit};
use core::error::Error;
use core::fmt::{self, Write};
use core::num::NonZero;

/// No memory for so many elements: either the allocator has said no, or no block can be that long.
///
/// # Examples
/// ```
/// use nostd_alloc::collections::{TryReserveError, Vec};
/// use nostd_alloc::memory::Kernel;
///
/// let mut numbers: Vec<u64, Kernel> = Vec::new_in(Kernel);
/// let error: TryReserveError = numbers.try_reserve(usize::MAX).unwrap_err();
/// assert!(error.is_capacity_overflow());
/// assert_eq!(numbers.try_reserve(1 << 50).unwrap_err().wanted_bytes(), Some(8 << 50));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TryReserveError {
    /// At most [`BLOCK_BYTES_MAX`] where an allocator refused; more where no block can be that long.
    wanted_bytes: NonZero<usize>,
}

impl TryReserveError {
    /// More bytes than any block can have.
    pub(crate) const CAPACITY_OVERFLOW: TryReserveError = TryReserveError {
        wanted_bytes: NonZero::<usize>::MAX,
    };

    /// An allocator has refused a block of `wanted_bytes`.
    pub(crate) const fn refused(wanted_bytes: usize) -> TryReserveError {
        match NonZero::new(wanted_bytes) {
            Some(wanted_bytes) => TryReserveError { wanted_bytes },
            None => TryReserveError::CAPACITY_OVERFLOW,
        }
    }

    /// Whether no block can be that long, whatever memory there is.
    ///
    /// ```
    /// let error = nostd_alloc::Vec::<u8>::try_with_capacity(usize::MAX).unwrap_err();
    /// assert!(error.is_capacity_overflow());
    /// ```
    pub const fn is_capacity_overflow(&self) -> bool {
        self.wanted_bytes.get() > BLOCK_BYTES_MAX
    }

    /// How many bytes the allocator refused; `None` where it was not asked.
    ///
    /// ```
    /// let error = nostd_alloc::Vec::<u16>::try_with_capacity(1 << 60).unwrap_err();
    /// assert_eq!(error.wanted_bytes(), Some(1 << 61));
    /// ```
    pub const fn wanted_bytes(&self) -> Option<usize> {
        if self.is_capacity_overflow() {
            None
        } else {
            Some(self.wanted_bytes.get())
        }
    }
}

impl fmt::Debug for TryReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.is_capacity_overflow() {
            true => "TryReserveError { kind: CapacityOverflow }",
            false => "TryReserveError { kind: AllocError }",
        })
    }
}

impl fmt::Display for TryReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wanted_bytes() {
            None => f.write_str("capacity overflow"),
            Some(wanted) => {
                f.write_str("out of memory: ")?;
                fmt::Display::fmt(&Decimal::new(wanted as u64), f)?;
                f.write_str(" bytes wanted")
            }
        }
    }
}

impl Error for TryReserveError {}

impl Failure for TryReserveError {
    fn exit_code(&self) -> ExitCode {
        ExitCode::OUT_OF_MEMORY
    }
}

impl From<TryReserveError> for AllocError {
    fn from(_: TryReserveError) -> AllocError {
        AllocError
    }
}

/// The value that found no room; everything else is as before.
///
/// # Examples
/// ```
/// use core::mem::MaybeUninit;
/// use nostd_alloc::collections::Vec;
/// use nostd_alloc::memory::Region;
///
/// let mut bytes = [MaybeUninit::uninit(); 4];
/// let region = Region::new(&mut bytes);
/// let mut letters = Vec::new_in(&region);
/// assert_eq!(letters.try_push('a').unwrap_err().into_value(), 'a');
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PushError<T> {
    value: T,
}

impl<T> PushError<T> {
    /// An error that carries `value` back to whoever passed it in.
    pub(crate) const fn new(value: T) -> PushError<T> {
        PushError { value }
    }

    /// The value that was passed in.
    ///
    /// ```
    /// let error = nostd_alloc::try_vec!['x'; 1 << 60].unwrap_err();
    /// assert_eq!(error.into_value(), 'x');
    /// ```
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> fmt::Debug for PushError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushError(..)")
    }
}

impl<T> fmt::Display for PushError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of memory")
    }
}

impl<T> Error for PushError<T> {}

impl<T> Failure for PushError<T> {
    fn exit_code(&self) -> ExitCode {
        ExitCode::OUT_OF_MEMORY
    }
}

impl<T> From<PushError<T>> for AllocError {
    fn from(_: PushError<T>) -> AllocError {
        AllocError
    }
}

impl<T> From<PushError<T>> for TryReserveError {
    fn from(_: PushError<T>) -> TryReserveError {
        TryReserveError::refused(size_of::<T>())
    }
}

/// Ends the program where a plain method found no room: std panics at a capacity overflow and calls the
/// handler of allocation errors otherwise, which here is one line and exit code 4.
///
/// # Panics
/// At a capacity overflow.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn stop(error: TryReserveError) -> ! {
    let Some(wanted) = error.wanted_bytes() else {
        panic!("capacity overflow");
    };
    let mut line = Stderr::line();
    let _ = line.write_str("error: out of memory: ");
    let _ = line.write_str(str::from_utf8(Decimal::new(wanted as u64).as_bytes()).unwrap_or("?"));
    let _ = line.write_str(" bytes wanted");
    // The line goes out when it is dropped, and `exit` drops nothing.
    drop(line);
    exit(ExitCode::OUT_OF_MEMORY)
}

/// The plain twin of a fallible core.
pub(crate) trait OrStop {
    /// What is there on success.
    type Value;

    /// The value, or the end of the program.
    fn or_stop(self) -> Self::Value;
}

impl<T> OrStop for Result<T, TryReserveError> {
    type Value = T;

    #[inline]
    #[track_caller]
    fn or_stop(self) -> T {
        match self {
            Ok(value) => value,
            Err(error) => stop(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn both_errors_fit_in_a_register_with_their_result() {
        assert_eq!(size_of::<Result<(), TryReserveError>>(), size_of::<usize>());
        assert_eq!(size_of::<Result<(), PushError<u64>>>(), 16);
    }

    #[test]
    fn errors_say_what_was_wanted() {
        assert_eq!(
            TryReserveError::refused(64).to_string(),
            "out of memory: 64 bytes wanted"
        );
        assert_eq!(
            TryReserveError::CAPACITY_OVERFLOW.to_string(),
            "capacity overflow"
        );
        assert_eq!(AllocError::from(PushError::new(1)), AllocError);
    }
}
