//! No room: what a twin answers, and how a plain method ends.
//!
//! [`TryReserveError`] is one word (the bytes that were wanted), so that `Result<(), TryReserveError>` comes
//! back in a register. [`PushError`] is nothing but the value that found no room, for the same reason.

use super::room::{Placed, Room};
use crate::io::{Decimal, write_all};
use crate::memory::{AllocError, BLOCK_BYTES_MAX};
use crate::start::{ExitCode, Failure, exit};
use crate::sys::Descriptor;
use core::convert::Infallible;
use core::error::Error;
use core::fmt;
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

/// Where the number in the line of [`stop`] ends: behind the longest number and what stands before it.
const NUMBER_END: usize = 45;

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
    // One line by one write. No `Line`, which is made for longer ones: this is in every program with a vector.
    // The number ends where the last part begins, and the first part ends where the number begins.
    const BEFORE: &[u8; 22] = b"error: out of memory: ";
    let mut line = *b"                                          --- bytes wanted\n";
    let number = Decimal::new(wanted as u64);
    let digits = number.as_bytes();
    let begin = NUMBER_END.saturating_sub(digits.len());
    if let Some(place) = line.get_mut(begin..NUMBER_END) {
        place.copy_from_slice(digits);
    }
    let start = begin.saturating_sub(BEFORE.len());
    if let Some(place) = line.get_mut(start..start + BEFORE.len()) {
        place.copy_from_slice(BEFORE);
    }
    let _ = write_all(Descriptor::STDERR, line.get(start..).unwrap_or_default());
    exit(ExitCode::OUT_OF_MEMORY)
}

/// What becomes of a refusal: the parameter of an algorithm that serves both twins. The plain one has no code
/// for what it never sees.
pub(super) trait Refusal {
    /// What the algorithm hands on.
    type Error;
    /// A value that found no room.
    type Kept<T>;

    /// The result as the twin has it.
    fn answer<T>(result: Result<T, TryReserveError>) -> Result<T, Self::Error>;

    /// What a call that finds room returns, in registers.
    type Answer: Copy;

    /// The end of such a call.
    fn carry(placed: Placed) -> Self::Answer;

    /// What is in it.
    fn open(answer: Self::Answer) -> Result<Room, Self::Error>;

    /// The value, where there is an error.
    fn keep<T>(value: T, error: Self::Error) -> Self::Kept<T>;
}

/// The plain method: a refusal ends the program.
pub(super) enum Stops {}

impl Refusal for Stops {
    type Error = Infallible;
    type Kept<T> = Infallible;

    #[inline(always)]
    fn answer<T>(result: Result<T, TryReserveError>) -> Result<T, Infallible> {
        match result {
            Ok(value) => Ok(value),
            Err(error) => stop(error),
        }
    }

    type Answer = Room;

    #[inline(always)]
    fn carry(placed: Placed) -> Room {
        let Ok(room) = Stops::answer(placed.room());
        room
    }

    #[inline(always)]
    fn open(room: Room) -> Result<Room, Infallible> {
        Ok(room)
    }

    #[inline(always)]
    fn keep<T>(_value: T, error: Infallible) -> Infallible {
        error
    }
}

/// The twin: a refusal is handed on.
pub(super) enum Tells {}

impl Refusal for Tells {
    type Error = TryReserveError;
    type Kept<T> = T;

    #[inline(always)]
    fn answer<T>(result: Result<T, TryReserveError>) -> Result<T, TryReserveError> {
        result
    }

    type Answer = Placed;

    #[inline(always)]
    fn carry(placed: Placed) -> Placed {
        placed
    }

    #[inline(always)]
    fn open(placed: Placed) -> Result<Room, TryReserveError> {
        placed.room()
    }

    #[inline(always)]
    fn keep<T>(value: T, _error: TryReserveError) -> T {
        value
    }
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
