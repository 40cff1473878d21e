//! Files and standard input, to read and to write.

use super::{read_some, write_all};
use crate::sys::{self, Descriptor, Errno, Mode};
use core::ffi::CStr;

/// Something that gives bytes.
pub trait Input {
    /// Reads what is there into `buffer`, and returns how many bytes: 0 at the end.
    ///
    /// # Errors
    /// Those of read(2), without the ones that another try mends.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Errno>;

    /// Begins again at the start.
    ///
    /// # Errors
    /// `ESPIPE` if what was read is gone, as in a pipe.
    fn rewind(&mut self) -> Result<(), Errno>;
}

/// Standard input.
#[derive(Clone, Copy, Debug)]
pub struct Stdin;

impl Input for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Errno> {
        read_some(Descriptor::STDIN, buffer)
    }

    fn rewind(&mut self) -> Result<(), Errno> {
        sys::lseek(Descriptor::STDIN, 0).map(drop)
    }
}

/// An open file, closed when the value goes.
#[derive(Debug)]
pub struct File {
    descriptor: Descriptor,
}

impl File {
    /// Opens a file to read it.
    ///
    /// # Errors
    /// Those of open(2).
    pub fn open(path: &CStr) -> Result<File, Errno> {
        sys::openat(path, Mode::Read).map(|descriptor| File { descriptor })
    }

    /// Makes a file, or empties the one that is there, to write it.
    ///
    /// # Errors
    /// Those of open(2).
    pub fn create(path: &CStr) -> Result<File, Errno> {
        sys::openat(path, Mode::Replace).map(|descriptor| File { descriptor })
    }

    /// The number under which the kernel knows the file; it stays the file's.
    pub fn descriptor(&self) -> Descriptor {
        self.descriptor
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// Those of write(2), without the ones that another try mends.
    pub fn write_all(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        write_all(self.descriptor, bytes)
    }

    /// Closes the file, and tells what `drop` cannot: an earlier write that failed after all.
    ///
    /// # Errors
    /// Those of close(2).
    pub fn close(self) -> Result<(), Errno> {
        let descriptor = self.descriptor;
        core::mem::forget(self);
        sys::close(descriptor)
    }
}

impl From<Descriptor> for File {
    /// The file of an open descriptor, which nobody else closes.
    fn from(descriptor: Descriptor) -> File {
        File { descriptor }
    }
}

impl Input for File {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Errno> {
        read_some(self.descriptor, buffer)
    }

    fn rewind(&mut self) -> Result<(), Errno> {
        sys::lseek(self.descriptor, 0).map(drop)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // Whoever wrote and wants to hear of an error calls `close`.
        let _ = sys::close(self.descriptor);
    }
}
