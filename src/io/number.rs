//! Numbers as digits and back, without the formatting machinery: 2.5 KiB of code where it is not needed.

use core::fmt;

/// Room for the 20 decimal digits of `u64::MAX`, or 16 hexadecimal ones and `0x`: a power of two, so that any
/// number is an index of it after one `and`.
pub(super) const PLACES: usize = 32;

/// A number in decimal digits.
///
/// ```
/// assert_eq!(nostd_alloc::io::Decimal::new(1870).as_bytes(), b"1870");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    digits: [u8; PLACES],
    begin: usize,
}

impl Decimal {
    /// The digits of `number`.
    pub fn new(number: u64) -> Decimal {
        let mut digits = [0; PLACES];
        let begin = write_digits(&mut digits, number, 10);
        Decimal { digits, begin }
    }

    /// The digits, most significant first.
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.begin..).unwrap_or_default()
    }
}

/// A number in hexadecimal digits, with `0x` in front.
///
/// ```
/// assert_eq!(nostd_alloc::io::Hexadecimal::new(0x20_1468).as_bytes(), b"0x201468");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Hexadecimal {
    digits: [u8; PLACES],
    begin: usize,
}

impl Hexadecimal {
    /// The digits of `number`.
    pub fn new(number: u64) -> Hexadecimal {
        let mut digits = [0; PLACES];
        let begin = write_digits(&mut digits, number, 16);
        if let Some([zero, x]) = digits.get_mut(begin.saturating_sub(2)..begin) {
            (*zero, *x) = (b'0', b'x');
        }
        Hexadecimal {
            digits,
            begin: begin.saturating_sub(2),
        }
    }

    /// `0x` and the digits, most significant first.
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.begin..).unwrap_or_default()
    }
}

/// Writes digits at the end of `places`, at least one, and returns where they begin. A base is 10 or more. The
/// loop looks at no bound, which a `u64` cannot reach: so there is no panic in it, and nothing to unroll.
#[inline(never)]
pub(super) fn write_digits(places: &mut [u8; PLACES], number: u64, base: u8) -> usize {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut rest = number;
    let mut begin = PLACES;
    loop {
        begin -= 1;
        places[begin % PLACES] = DIGITS[(rest % u64::from(base)) as usize % 16];
        rest /= u64::from(base);
        if rest == 0 {
            return begin;
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(core::str::from_utf8(self.as_bytes()).unwrap_or_default())
    }
}

impl fmt::Display for Hexadecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(core::str::from_utf8(self.as_bytes()).unwrap_or_default())
    }
}

/// Reads decimal digits and nothing else: no sign, no space. `None` if there are none, another byte is among
/// them, or the number is more than `u64::MAX`.
pub fn parse_decimal(digits: &[u8]) -> Option<u64> {
    parse(digits, 10)
}

/// Reads hexadecimal digits of either case and nothing else, no `0x`.
pub fn parse_hexadecimal(digits: &[u8]) -> Option<u64> {
    parse(digits, 16)
}

fn parse(digits: &[u8], base: u32) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |number, &byte| {
        let digit = char::from(byte).to_digit(base)?;
        number
            .checked_mul(u64::from(base))?
            .checked_add(u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn digits_are_those_of_core() {
        for number in [0, 1, 9, 10, 15, 16, 255, 4096, u64::MAX - 1, u64::MAX] {
            assert_eq!(Decimal::new(number).to_string(), number.to_string());
            assert_eq!(
                Hexadecimal::new(number).to_string(),
                std::format!("{number:#x}")
            );
            assert_eq!(parse_decimal(Decimal::new(number).as_bytes()), Some(number));
            assert_eq!(
                parse_hexadecimal(&Hexadecimal::new(number).as_bytes()[2..]),
                Some(number)
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in [
            "",
            "-1",
            "+1",
            " 1",
            "1e3",
            "0x10",
            "18446744073709551616",
            "1\0",
        ] {
            assert_eq!(parse_decimal(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(parse_hexadecimal(b"fF"), Some(255));
        assert_eq!(parse_hexadecimal(b"10000000000000000"), None);
        assert_eq!(parse_hexadecimal(b"g"), None);
    }
}
