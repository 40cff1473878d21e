//! The words of a command line: options, their values, and operands.
//!
//! As every tool does it: `-r`, `-ru` for `-r -u`, `--heap 64K` or `--heap=64K`, `--` before operands that
//! begin with a dash, `-` alone is an operand. Options and operands may be mixed.

use super::{Command, PROGRAM, Said, names, print, say};
use crate::io::{Escaped, parse_decimal};
use crate::start::{Args, ExitCode, Strings};
use core::ffi::CStr;
use core::fmt::Arguments;

/// One word with its meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    /// An option, with its dashes and without a value.
    Option(&'static str),
    /// Anything else: a file.
    Operand(&'static CStr),
}

/// The words behind the name of a command, one after the other.
#[derive(Clone, Debug)]
pub struct Words {
    args: Args,
    rest: Strings,
    command: Option<&'static Command>,
    /// The option that was handed out last, for messages.
    option: &'static str,
    /// The value that was written behind its `=`.
    value: Option<&'static CStr>,
    /// Letters that still follow in a word like `-ru`.
    letters: &'static [u8],
    only_operands: bool,
}

impl Words {
    /// The words of a program; the first one is the name of the program itself.
    pub(super) fn new(args: Args) -> Words {
        let mut rest = args.iter();
        rest.next();
        Words {
            args,
            rest,
            command: None,
            option: "",
            value: None,
            letters: &[],
            only_operands: false,
        }
    }

    /// The first word, which may be the name of a command.
    pub(super) fn first(&mut self) -> Option<&'static CStr> {
        self.rest.next()
    }

    /// From here on the words are those of `command`.
    pub(super) fn belong_to(&mut self, command: &'static Command) {
        self.command = Some(command);
    }

    /// Arguments and environment of the program.
    pub fn args(&self) -> Args {
        self.args
    }

    /// The next option or operand. `options` are all that the command takes, with their dashes; `--help` and
    /// `-h` are understood everywhere: they print the usage and end the program.
    ///
    /// # Errors
    /// A usage error, said: an unknown option (with the nearest that there is), or a value for an option
    /// that was not asked for by [`value`](Words::value).
    pub fn next(&mut self, options: &[&'static str]) -> Result<Option<Word>, Said> {
        if let Some(value) = self.value.take() {
            let (option, value) = (self.option, Escaped(value.to_bytes()));
            return Err(self.usage(format_args!("{option} takes no value, but has '{value}'")));
        }
        if let Some((&letter, rest)) = self.letters.split_first() {
            self.letters = rest;
            return self.known(&[b'-', letter], options).map(Some);
        }
        let Some(word) = self.rest.next() else {
            return Ok(None);
        };
        let bytes = word.to_bytes();
        if self.only_operands || bytes == b"-" || !bytes.starts_with(b"-") {
            return Ok(Some(Word::Operand(word)));
        }
        if bytes == b"--" {
            self.only_operands = true;
            return self.next(options);
        }
        if bytes.starts_with(b"--") {
            let end = bytes
                .iter()
                .position(|&byte| byte == b'=')
                .unwrap_or(bytes.len());
            let value = word.to_bytes_with_nul().get(end + 1..).unwrap_or_default();
            self.value = CStr::from_bytes_with_nul(value).ok();
            return self.known(&bytes[..end], options).map(Some);
        }
        self.letters = &bytes[1..];
        self.next(options)
    }

    /// The option that is written as `word`.
    fn known(&mut self, word: &[u8], options: &[&'static str]) -> Result<Word, Said> {
        if matches!(word, b"-h" | b"--help") {
            return Err(self.help());
        }
        if let Some(option) = options.iter().find(|option| option.as_bytes() == word) {
            self.option = option;
            return Ok(Word::Option(option));
        }
        let near = names::nearest(word, options.iter().copied().chain(["--help"]));
        let word = Escaped(word);
        Err(match near {
            Some(name) => self.usage(format_args!(
                "unknown option '{word}'; did you mean '{name}'?"
            )),
            None => self.usage(format_args!("unknown option '{word}'")),
        })
    }

    /// The value of the option that was handed out last: behind its `=`, or the next word.
    ///
    /// # Errors
    /// A usage error, said, if there is none.
    pub fn value(&mut self) -> Result<&'static CStr, Said> {
        let value = self.value.take().or_else(|| {
            if self.letters.is_empty() {
                self.rest.next()
            } else {
                None
            }
        });
        let option = self.option;
        value.ok_or_else(|| self.usage(format_args!("{option} needs a value")))
    }

    /// The value of the option as a size in bytes: digits, and K, M, G or T for powers of 1024.
    ///
    /// # Errors
    /// A usage error, said, if there is none or it is no size from 1 to 2^63 - 1.
    pub fn size(&mut self) -> Result<usize, Said> {
        let value = self.value()?.to_bytes();
        let option = self.option;
        size_from_text(value).ok_or_else(|| {
            let value = Escaped(value);
            self.usage(format_args!(
                "{option} takes a size from 1 to 2^63 - 1 bytes, as in 65536, 64K or 2M, and not '{value}'"
            ))
        })
    }

    /// Says what is wrong with the command line.
    pub fn usage(&self, what: Arguments<'_>) -> Said {
        match self.command {
            Some(command) => {
                let name = command.name;
                say(
                    ExitCode::USAGE,
                    format_args!("{name}: {what}; see '{PROGRAM} {name} --help'"),
                )
            }
            None => say(ExitCode::USAGE, what),
        }
    }

    /// Prints the usage of the command; the "error" is how the command ends.
    fn help(&self) -> Said {
        match print(self.command.map_or("", |command| command.usage)) {
            Ok(code) => Said(code),
            Err(said) => said,
        }
    }
}

/// A size as a person writes it.
fn size_from_text(text: &[u8]) -> Option<usize> {
    let (digits, unit) = match text.split_last()? {
        (b'k' | b'K', digits) => (digits, 1 << 10),
        (b'm' | b'M', digits) => (digits, 1 << 20),
        (b'g' | b'G', digits) => (digits, 1 << 30),
        (b't' | b'T', digits) => (digits, 1 << 40),
        _ => (text, 1),
    };
    let size = parse_decimal(digits)?.checked_mul(unit)?;
    (1..=i64::MAX as u64)
        .contains(&size)
        .then_some(size as usize)
}

#[cfg(test)]
mod tests {
    use super::size_from_text;

    #[test]
    fn sizes_have_units_and_a_range() {
        assert_eq!(size_from_text(b"65536"), Some(65536));
        assert_eq!(
            (size_from_text(b"64K"), size_from_text(b"2m")),
            (Some(65536), Some(2 << 20))
        );
        assert_eq!(size_from_text(b"1T"), Some(1 << 40));
        for bad in [
            "",
            "K",
            "0",
            "-1",
            "+1",
            "0x10",
            "1e3",
            "1KK",
            "18446744073709551616",
            "8388608T",
        ] {
            assert_eq!(size_from_text(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
