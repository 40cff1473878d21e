//! What the kernel says when it refuses: a number, its name, and a sentence for a person.

use core::fmt;
use core::num::NonZeroU16;

/// An error number of the kernel.
///
/// # Invariants
/// - **Range**: the number is from 1 to [`Errno::NUMBER_MAX`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Errno(NonZeroU16);

/// Number, name and sentence of each error that this package may meet, by number.
macro_rules! errors {
    ($($name:ident $number:literal $sentence:literal)*) => {
        impl Errno {
            $(
                #[doc = concat!("`", stringify!($name), "`: ", $sentence, ".")]
                // INVARIANT: **Range** holds: a literal of the table below, which is not 0.
                pub const $name: Errno = Errno(NonZeroU16::new($number).unwrap());
            )*

            /// The kernel's name of the error, as in `ENOMEM`.
            pub const fn name(self) -> Option<&'static str> {
                match self.0.get() {
                    $($number => Some(stringify!($name)),)*
                    _ => None,
                }
            }

        }

        /// All sentences, one behind the other.
        const SENTENCES: &str = concat!($($sentence),*);

        /// The number and the length of each of them. A `match` would be three times the code.
        static NUMBERS_AND_LENGTHS: &[(u8, u8)] = &[$(($number, $sentence.len() as u8)),*];
    };
}

errors! {
    EPERM 1 "operation not permitted"
    ENOENT 2 "no such file or directory"
    EINTR 4 "interrupted system call"
    EIO 5 "input/output error"
    ENXIO 6 "no such device or address"
    E2BIG 7 "argument list too long"
    EBADF 9 "bad file descriptor"
    EAGAIN 11 "resource temporarily unavailable"
    ENOMEM 12 "cannot allocate memory"
    EACCES 13 "permission denied"
    EFAULT 14 "bad address"
    EBUSY 16 "device or resource busy"
    EEXIST 17 "file exists"
    ENODEV 19 "no such device"
    ENOTDIR 20 "not a directory"
    EISDIR 21 "is a directory"
    EINVAL 22 "invalid argument"
    ENFILE 23 "too many open files in system"
    EMFILE 24 "too many open files"
    ENOTTY 25 "inappropriate ioctl for device"
    ETXTBSY 26 "text file busy"
    EFBIG 27 "file too large"
    ENOSPC 28 "no space left on device"
    ESPIPE 29 "illegal seek"
    EROFS 30 "read-only file system"
    EPIPE 32 "broken pipe"
    ENAMETOOLONG 36 "file name too long"
    ENOSYS 38 "function not implemented"
    ELOOP 40 "too many levels of symbolic links"
    EOVERFLOW 75 "value too large for defined data type"
    ETIMEDOUT 110 "connection timed out"
    EDQUOT 122 "disk quota exceeded"
}

impl Errno {
    /// The largest error number: the kernel answers `-1` to `-4095` for an error.
    pub const NUMBER_MAX: u16 = 4095;

    /// The number, from 1 to [`NUMBER_MAX`](Errno::NUMBER_MAX).
    pub const fn number(self) -> u16 {
        self.0.get()
    }

    /// What has happened, in lower case and without a full stop.
    pub fn sentence(self) -> &'static str {
        let mut begin = 0;
        for &(number, length) in NUMBERS_AND_LENGTHS {
            let end = begin + usize::from(length);
            if u16::from(number) == self.0.get() {
                return SENTENCES.get(begin..end).unwrap_or_default();
            }
            begin = end;
        }
        "error of the kernel"
    }

    /// Reads what a system call left in its register: a value, or an error as a small negative number.
    pub(super) fn from_answer(answer: usize) -> Result<usize, Errno> {
        let negated = answer.wrapping_neg();
        match u16::try_from(negated).ok().and_then(NonZeroU16::new) {
            // INVARIANT: **Range** holds: not 0, and compared with the upper end here.
            Some(number) if number.get() <= Errno::NUMBER_MAX => Err(Errno(number)),
            _ => Ok(answer),
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(_) => f.write_str(self.sentence()),
            None => write!(f, "{} {}", self.sentence(), self.0),
        }
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Errno({})", self.0),
        }
    }
}

impl core::error::Error for Errno {}

#[cfg(test)]
mod tests {
    use super::Errno;
    use std::format;

    #[test]
    fn only_the_last_4095_answers_are_errors() {
        assert_eq!(Errno::from_answer(0), Ok(0));
        assert_eq!(Errno::from_answer(usize::MAX), Err(Errno::EPERM));
        assert_eq!(
            Errno::from_answer(12usize.wrapping_neg()),
            Err(Errno::ENOMEM)
        );
        assert_eq!(
            Errno::from_answer(4095usize.wrapping_neg()).map_err(Errno::number),
            Err(4095)
        );
        assert_eq!(
            Errno::from_answer(4096usize.wrapping_neg()),
            Ok(4096usize.wrapping_neg())
        );
    }

    #[test]
    fn each_number_has_its_sentence() {
        assert_eq!(Errno::EPERM.sentence(), "operation not permitted");
        assert_eq!(Errno::ENOTTY.sentence(), "inappropriate ioctl for device");
        assert_eq!(Errno::EDQUOT.sentence(), "disk quota exceeded");
        for number in 1..=Errno::NUMBER_MAX {
            let error = Errno::from_answer(usize::from(number).wrapping_neg()).unwrap_err();
            assert_eq!(
                error.name().is_none(),
                error.sentence() == "error of the kernel",
                "{number}"
            );
            assert!(error.sentence().is_ascii() && !error.sentence().is_empty());
        }
    }

    #[test]
    fn an_unknown_error_still_shows_its_number() {
        let unknown = Errno::from_answer(4000usize.wrapping_neg()).unwrap_err();
        assert_eq!(format!("{unknown}"), "error of the kernel 4000");
        assert_eq!(
            format!("{unknown:?} {:?}", Errno::ENOSPC),
            "Errno(4000) ENOSPC"
        );
    }
}
