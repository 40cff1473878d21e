//! The lines of an input, one after another, out of one buffer.
//!
//! The buffer is filled by large reads; a line is lent from it and never copied. Only the unfinished line at
//! the end moves to the front before the next read, so the cost is one look at each byte.

use super::What;
use crate::io::Input;
use crate::memory::{AllocError, Block, Layout, Unreserved};
use crate::sys::Errno;

/// The most bytes of a line, its end not counted: no format needs more, and an endless line must end.
pub const LINE_BYTES_MAX: usize = 4096;

/// What one read asks for.
const BUFFER_BYTES: usize = 128 * 1024;

/// The most lines of a recording: a line number takes four bytes in the tables, and what is in the buffer
/// is counted without a look at the limit.
pub const LINES_MAX: u64 = u32::MAX as u64 - BUFFER_BYTES as u64;

/// Why there is no next line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NoLine {
    /// The input cannot be read.
    Read(Errno),
    /// The input is not lines.
    Malformed(What),
}

/// The lines of an input, counted.
pub(super) struct Lines<'i> {
    input: &'i mut dyn Input,
    buffer: Block<Unreserved>,
    /// The bytes of the buffer that are read and not yet lent.
    begin: usize,
    end: usize,
    /// Whether the input has said that there is no more.
    ended: bool,
    /// The number of the line that was lent last, from 1.
    number: u64,
}

impl<'i> Lines<'i> {
    /// The lines of `input` from where it stands.
    pub(super) fn of(input: &'i mut dyn Input) -> Result<Lines<'i>, AllocError> {
        let layout = Layout::from_size_align(BUFFER_BYTES, 1).map_err(|_| AllocError)?;
        Ok(Lines {
            input,
            buffer: Block::zeroed_in(layout, Unreserved)?,
            begin: 0,
            end: 0,
            ended: false,
            number: 0,
        })
    }

    /// The number of the line that was lent last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// What is read and not yet lent: lines, the last of them perhaps not whole.
    fn unread(&self) -> &[u8] {
        let unread = self.buffer.bytes().get(self.begin..self.end);
        unread.unwrap_or_default()
    }

    /// The next bytes, if so many are read and not yet lent.
    #[inline]
    pub(super) fn window<const BYTES: usize>(&self) -> Option<&[u8; BYTES]> {
        if self.end - self.begin < BYTES {
            return None;
        }
        self.buffer.bytes().get(self.begin..)?.first_chunk()
    }

    /// Counts a line of `length` unread bytes, its end included, as lent.
    #[inline]
    pub(super) fn skip(&mut self, length: usize) {
        self.begin += length;
        self.number += 1;
    }

    /// The next line without its end, which is `\n` or `\r\n` or the end of the input.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, NoLine> {
        let mut searched = 0;
        let length = loop {
            let unread = self.unread();
            if let Some(at) = find_newline(unread, searched) {
                break at;
            }
            searched = unread.len();
            if searched > LINE_BYTES_MAX + 1 {
                self.number += 1;
                return Err(NoLine::Malformed(What::LongLine));
            }
            if self.ended && searched == 0 {
                return Ok(None);
            }
            if self.ended {
                break searched;
            }
            self.fill()?;
        };
        self.lend(length).map(Some)
    }

    /// The first `length` unread bytes as a line.
    fn lend(&mut self, length: usize) -> Result<&[u8], NoLine> {
        let begin = self.begin;
        self.begin = (begin + length + 1).min(self.end);
        self.number += 1;
        let line = self.buffer.bytes().get(begin..begin + length);
        let line = line.unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > LINE_BYTES_MAX {
            return Err(NoLine::Malformed(What::LongLine));
        }
        Ok(line)
    }

    /// Moves what is unread to the front and reads behind it.
    fn fill(&mut self) -> Result<(), NoLine> {
        if self.number > LINES_MAX {
            return Err(NoLine::Malformed(What::ManyLines));
        }
        let buffer = self.buffer.bytes_mut();
        buffer.copy_within(self.begin..self.end, 0);
        self.end -= self.begin;
        self.begin = 0;
        let room = buffer.get_mut(self.end..).unwrap_or_default();
        let count = self.input.read(room).map_err(NoLine::Read)?;
        self.end += count.min(room.len());
        self.ended = count == 0;
        Ok(())
    }
}

/// Where the first newline is, from `searched` on. Eight bytes at a time.
fn find_newline(bytes: &[u8], searched: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    const NEWLINES: u64 = ONES * b'\n' as u64;
    let mut at = searched;
    let mut rest = bytes.get(searched..).unwrap_or_default();
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        // A byte of `zeros` is 0 where the newline is; the lowest bit that survives marks the first one.
        let zeros = u64::from_le_bytes(*word) ^ NEWLINES;
        let marks = zeros.wrapping_sub(ONES) & !zeros & HIGHS;
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize / 8);
        }
        at += 8;
        rest = behind;
    }
    rest.iter()
        .position(|&byte| byte == b'\n')
        .map(|behind| at + behind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::trace::tests::Slice;
    use std::vec;
    use std::vec::Vec;

    fn lines_of(bytes: &[u8], piece_bytes: usize) -> (Vec<Vec<u8>>, Option<NoLine>) {
        let mut input = Slice::in_pieces(bytes, piece_bytes);
        let mut lines = Lines::of(&mut input).unwrap();
        let mut all = Vec::new();
        loop {
            match lines.next() {
                Ok(Some(line)) => all.push(line.to_vec()),
                Ok(None) => return (all, None),
                Err(error) => return (all, Some(error)),
            }
        }
    }

    #[test]
    fn lines_are_those_of_std_however_the_bytes_arrive() {
        let long = [b'x'; LINE_BYTES_MAX];
        let mut text = b"a 1\n\n\r\nf 2\r\nlast line without an end".to_vec();
        text.extend_from_slice(b"\n");
        for _ in 0..100 {
            text.extend_from_slice(&long);
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b"end");
        let expected: Vec<Vec<u8>> = text
            .split(|&byte| byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec())
            .collect();
        for piece_bytes in [1, 7, 4096, 1 << 20] {
            let (all, error) = lines_of(&text, piece_bytes);
            assert!(all == expected && error.is_none(), "{piece_bytes}");
        }
    }

    #[test]
    fn a_line_of_4097_bytes_is_refused_with_or_without_an_end() {
        let refused = Some(NoLine::Malformed(What::LongLine));
        for end in ["", "\n", "\r\n"] {
            let mut text = vec![0; LINE_BYTES_MAX + 1];
            text.extend_from_slice(end.as_bytes());
            let (all, error) = lines_of(&text, 1000);
            assert!(all.is_empty() && (error == refused), "{end:?} {error:?}");
        }
        assert_eq!(lines_of(&vec![0; 1 << 20], 1 << 20).1, refused);
    }

    #[test]
    fn the_first_newline_is_found_behind_any_bytes() {
        for length in 0..40 {
            for other in [0, 1, b'\n' + 1, b'\n' ^ 0x80, 0xff] {
                let mut bytes = vec![other; length];
                assert_eq!(find_newline(&bytes, 0), None);
                bytes.extend_from_slice(b"\n\x0b\n");
                assert_eq!(find_newline(&bytes, 0), Some(length));
                assert_eq!(find_newline(&bytes, length), Some(length));
            }
        }
    }
}
