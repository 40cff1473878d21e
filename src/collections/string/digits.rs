//! Numbers in decimal digits, without the formatting machinery.
//!
//! The digits are counted first, room is made for just so many, and they are written where they will stay, from
//! the last to the first, two at a time: a division for each pair, by a constant, and no copy.

use super::String;
use crate::collections::error::{OrStop, TryReserveError};
use crate::memory::Allocator;
use core::mem::MaybeUninit;

/// The largest power of ten in a `u64`.
const GROUP: u128 = 10_000_000_000_000_000_000;
const GROUP_DIGITS: usize = 19;
/// The digits of `u128::MAX`.
const DIGITS_MAX: usize = 39;

/// `00`, `01` .. `99`.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + number as u8 / 10, b'0' + number as u8 % 10];
        number += 1;
    }
    pairs
};

impl<A: Allocator> String<A> {
    /// Adds a number in decimal digits, without the formatting machinery.
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::from("n = ");
    /// text.push_integer(-1870);
    /// text.push_integer(u128::MAX);
    /// assert_eq!(text, "n = -1870340282366920938463463374607431768211455");
    /// ```
    ///
    /// # Panics
    /// As [`String::push_str`].
    pub fn push_integer<N: Integer>(&mut self, number: N) {
        self.try_push_integer(number).or_stop();
    }

    /// As [`String::push_integer`].
    ///
    /// ```
    /// let mut text = nostd_alloc::collections::String::new();
    /// text.try_push_integer(i64::MIN)?;
    /// assert_eq!(text, "-9223372036854775808");
    /// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    /// As [`String::try_push_str`].
    #[inline]
    pub fn try_push_integer<N: Integer>(&mut self, number: N) -> Result<(), TryReserveError> {
        let (negative, magnitude) = number.parts();
        match (negative, u64::try_from(magnitude)) {
            (false, Ok(number)) => self.push_digits(number, count(number)),
            _ => self.push_large(negative, magnitude),
        }
    }

    /// A number with a sign, or one that a `u64` cannot hold.
    #[inline(never)]
    fn push_large(&mut self, negative: bool, number: u128) -> Result<(), TryReserveError> {
        self.try_reserve(1 + DIGITS_MAX)?;
        if negative {
            self.try_push('-')?;
        }
        self.push_groups(number)
    }

    /// The digits of a number, in groups that fit a `u64`.
    fn push_groups(&mut self, number: u128) -> Result<(), TryReserveError> {
        if let Ok(small) = u64::try_from(number) {
            return self.push_digits(small, count(small));
        }
        self.push_groups(number / GROUP)?;
        self.push_digits((number % GROUP) as u64, GROUP_DIGITS)
    }

    /// The last `count` digits of a number, with zeros in front if it has fewer.
    fn push_digits(&mut self, number: u64, count: usize) -> Result<(), TryReserveError> {
        self.bytes.try_reserve(count)?;
        let length = self.len() + count;
        if let Some(places) = self.bytes.spare_capacity_mut().get_mut(..count) {
            write(places, number);
            // SAFETY: checked above: `write` has filled that many places, with ASCII digits, so that **Text** of
            // `String` holds again.
            unsafe { self.bytes.set_len(length) };
        }
        Ok(())
    }
}

/// How many digits a number has.
#[inline]
fn count(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Fills the places with the last digits of a number.
fn write(places: &mut [MaybeUninit<u8>], number: u64) {
    let mut rest = number;
    let mut pairs = places.rchunks_exact_mut(2);
    for pair in pairs.by_ref() {
        let digits = PAIRS[(rest % 100) as usize];
        rest /= 100;
        pair.write_copy_of_slice(&digits);
    }
    if let [first] = pairs.into_remainder() {
        first.write(b'0' + (rest % 10) as u8);
    }
}

/// The integers.
///
/// ```
/// use nostd_alloc::string::Integer;
/// assert_eq!((-5_i8).parts(), (true, 5));
/// ```
pub trait Integer: Copy {
    /// Whether the number is below 0, and its distance from 0.
    fn parts(self) -> (bool, u128);
}

macro_rules! integers {
    ($($unsigned:ident $signed:ident)*) => {$(
        impl Integer for $unsigned {
            #[inline]
            fn parts(self) -> (bool, u128) {
                (false, self as u128)
            }
        }

        impl Integer for $signed {
            #[inline]
            fn parts(self) -> (bool, u128) {
                (self < 0, self.unsigned_abs() as u128)
            }
        }
    )*};
}

integers! { u8 i8 u16 i16 u32 i32 u64 i64 u128 i128 usize isize }

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn digits_are_those_of_core() {
        let mut number = 0_u128;
        for step in 0..380_u128 {
            for number in [number, number - number % 7, u128::MAX - number] {
                let mut text = String::new();
                text.push_integer(number);
                assert_eq!(text.as_str(), number.to_string());
                text.clear();
                text.push_integer(number as u64);
                assert_eq!(text.as_str(), (number as u64).to_string());
                text.clear();
                text.push_integer((number as i128).wrapping_neg());
                assert_eq!(text.as_str(), (number as i128).wrapping_neg().to_string());
            }
            number = number / 4 * 5 + number % 4 + step % 2 + 1;
        }
        for number in (0..=20).map(|log| 10_u128.pow(log)) {
            for number in [number - 1, number, number + 1] {
                let mut text = String::new();
                text.push_integer(number);
                assert_eq!(text.as_str(), number.to_string());
            }
        }
    }
}
