//! Standard error: at once, and a message as one line by one write.

use super::number::{PLACES, write_digits};
use super::write_all;
use crate::sys::Descriptor;
use core::fmt;

/// The most bytes of a message on standard error, the newline included: one write, whole in any pipe.
pub const LINE_BYTES_MAX: usize = 512;

/// What a message that was cut ends with.
const CUT: &[u8] = b"...\n";

/// Standard error, unbuffered: each piece is written at once.
#[derive(Clone, Copy, Debug)]
pub struct Stderr;

impl Stderr {
    /// A line that is collected and goes out whole when it is dropped.
    pub const fn line() -> Line {
        Line {
            buffer: [0; LINE_BYTES_MAX],
            length: 0,
            cut: false,
        }
    }
}

impl fmt::Write for Stderr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write_all(Descriptor::STDERR, text.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// A message of at most [`LINE_BYTES_MAX`] bytes; a longer one is cut and says so. Writing to it cannot fail,
/// and an error of standard error itself is nobody's to hear.
#[derive(Debug)]
pub struct Line {
    buffer: [u8; LINE_BYTES_MAX],
    length: usize,
    cut: bool,
}

impl Line {
    /// Adds text as it is; without the formatting machinery, as the next two.
    pub fn push_text(&mut self, text: &str) {
        self.push(text.as_bytes());
    }

    /// Adds a number in decimal.
    pub fn push_decimal(&mut self, number: u64) {
        self.push_digits(number, 10);
    }

    /// Adds a number in hexadecimal, `0x` in front.
    pub fn push_hexadecimal(&mut self, number: u64) {
        self.push_text("0x");
        self.push_digits(number, 16);
    }

    /// Adds the digits of a number. Not inlined: the panic report has three of them, and is to be small.
    #[inline(never)]
    fn push_digits(&mut self, number: u64, base: u8) {
        let mut places = [0; PLACES];
        let begin = write_digits(&mut places, number, base);
        self.push(places.get(begin..).unwrap_or_default());
    }

    /// Adds bytes as far as they fit in front of the mark of a cut.
    #[inline(never)]
    fn push(&mut self, bytes: &[u8]) {
        if self.cut {
            return;
        }
        let mut room = (LINE_BYTES_MAX - CUT.len()).saturating_sub(self.length);
        // Not in the middle of a character: behind its first byte, UTF-8 has bytes that begin with 10.
        while bytes.get(room).is_some_and(|byte| byte & 0xc0 == 0x80) && room > 0 {
            room -= 1;
        }
        let fitting = bytes.get(..room).unwrap_or(bytes);
        self.cut = fitting.len() < bytes.len();
        self.append(fitting);
    }

    /// Adds bytes for which there is room.
    #[inline(never)]
    fn append(&mut self, bytes: &[u8]) {
        if let Some(target) = self.buffer.get_mut(self.length..self.length + bytes.len()) {
            target.copy_from_slice(bytes);
            self.length += bytes.len();
        }
    }

    /// What was collected.
    fn text(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.cut {
            self.append(CUT);
        } else if !self.text().ends_with(b"\n") {
            self.append(b"\n");
        }
        let _ = write_all(Descriptor::STDERR, self.text());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_between_characters_and_ends_there() {
        let mut line = Stderr::line();
        line.push_text("a");
        (0..300).for_each(|_| line.push_text("é"));
        line.push_text("!");
        let text = core::str::from_utf8(&line.buffer[..line.length]).expect("whole characters");
        assert!(line.cut && text.ends_with('é'));
        assert_eq!(text.len(), LINE_BYTES_MAX - CUT.len() - 1);
        // Nothing is to be printed.
        core::mem::forget(line);
    }
}
