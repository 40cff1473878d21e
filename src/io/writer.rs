//! Bytes collected and written together.

use super::{Decimal, write_all};
use crate::sys::{Descriptor, Errno};
use core::fmt;

/// How much standard output collects before it writes.
const STDOUT_BYTES: usize = 8192;

/// A writer that collects bytes in itself. It remembers the first error: after it nothing more is written,
/// and [`finish`](Writer::finish) tells it.
///
/// The buffer is part of the value, so it lives where the value lives; nothing is allocated. What is still
/// collected when the value is dropped is written then, but nobody hears of an error: call `finish`.
///
/// # Examples
/// ```
/// use core::fmt::Write;
/// use nostd_alloc::io::Stdout;
///
/// let mut out = Stdout::new();
/// writeln!(out, "{} bytes", 12).ok();
/// out.finish()?;
/// # Ok::<(), nostd_alloc::sys::Errno>(())
/// ```
#[derive(Debug)]
pub struct Writer<const BYTES: usize> {
    descriptor: Descriptor,
    buffer: [u8; BYTES],
    length: usize,
    error: Option<Errno>,
}

/// Standard output, buffered.
pub type Stdout = Writer<STDOUT_BYTES>;

impl Stdout {
    /// Standard output.
    #[expect(
        clippy::new_without_default,
        reason = "a buffer of 8 KiB is not a default value"
    )]
    pub const fn new() -> Stdout {
        Writer::to(Descriptor::STDOUT)
    }
}

impl<const BYTES: usize> Writer<BYTES> {
    /// A writer to an open descriptor, which it does not close.
    pub const fn to(descriptor: Descriptor) -> Writer<BYTES> {
        Writer {
            descriptor,
            buffer: [0; BYTES],
            length: 0,
            error: None,
        }
    }

    /// Writes `bytes`, now or later.
    ///
    /// # Errors
    /// The error of this call. One of an earlier call is told by [`flush`](Writer::flush) and
    /// [`finish`](Writer::finish), after which nothing more was written.
    pub fn write_all(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        let Some(room) = self.buffer.get_mut(self.length..self.length + bytes.len()) else {
            return self.write_through(bytes);
        };
        room.copy_from_slice(bytes);
        self.length += bytes.len();
        Ok(())
    }

    /// Writes a number in decimal, without the formatting machinery.
    ///
    /// # Errors
    /// As [`write_all`](Writer::write_all).
    pub fn write_decimal(&mut self, number: u64) -> Result<(), Errno> {
        self.write_all(Decimal::new(number).as_bytes())
    }

    /// More than fits: what is collected goes first, then these bytes, past the buffer if they are many.
    #[cold]
    fn write_through(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        self.flush()?;
        match self.buffer.get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.length = bytes.len();
                Ok(())
            }
            None => {
                write_all(self.descriptor, bytes).inspect_err(|&error| self.error = Some(error))
            }
        }
    }

    /// Writes what is collected.
    ///
    /// # Errors
    /// The first error of this writer, now or earlier.
    pub fn flush(&mut self) -> Result<(), Errno> {
        let length = core::mem::take(&mut self.length);
        if let Some(error) = self.error {
            return Err(error);
        }
        let collected = self.buffer.get(..length).unwrap_or_default();
        write_all(self.descriptor, collected).inspect_err(|&error| self.error = Some(error))
    }

    /// Writes what is collected and ends the writer.
    ///
    /// # Errors
    /// The first error of this writer, now or earlier.
    pub fn finish(mut self) -> Result<(), Errno> {
        self.flush()
    }
}

impl<const BYTES: usize> fmt::Write for Writer<BYTES> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // The error itself is remembered, and `finish` tells it.
        self.write_all(text.as_bytes()).map_err(|_| fmt::Error)
    }
}

impl<const BYTES: usize> Drop for Writer<BYTES> {
    fn drop(&mut self) {
        // Who wants to hear of an error calls `finish`.
        let _ = self.flush();
    }
}
