//! Tables of the harness: pages straight from the kernel, so that they are in no heap that is measured.
//!
//! A table is touched to its last page before the measuring of memory begins; what a workload adds to the
//! resident bytes is then the heap's alone.

use crate::block::Block;
use std::fs::File;
use std::io;
use std::ops::{Deref, DerefMut};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::ptr::null_mut;

/// Types for which all bits zero is a value.
///
/// # Safety
/// An implementer owes: every byte pattern that a file of the harness or the kernel's zeros may hold is a
/// value of the type.
pub unsafe trait Zeroed: Copy {}

// SAFETY: by the contract of `Zeroed`: every pattern is a number.
unsafe impl Zeroed for u16 {}
// SAFETY: by the contract of `Zeroed`: every pattern is a number.
unsafe impl Zeroed for u32 {}
// SAFETY: by the contract of `Zeroed`: every pattern is a number.
unsafe impl Zeroed for u64 {}
// SAFETY: by the contract of `Zeroed`: a raw pointer and a number, both of which may be zero.
unsafe impl Zeroed for Block {}

/// A table of `length` values, from `mmap`.
///
/// # Invariants
/// - **Mapped**: `start` begins a private mapping of at least `length` values that is in nobody else's
///   hands and lives as long as the table.
#[derive(Debug)]
pub struct Pages<T: Zeroed> {
    start: *mut T,
    length: usize,
}

impl<T: Zeroed> Pages<T> {
    /// `length` zeros, all pages of them resident.
    pub fn new(length: usize) -> Pages<T> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_POPULATE;
        // INVARIANT: **Mapped** holds: the mapping was just made with this length.
        Pages {
            start: map(length.max(1) * size_of::<T>(), flags, -1).cast(),
            length,
        }
    }

    /// `length` values that are not resident, and not counted by the kernel until they are touched.
    pub fn unreserved(length: usize) -> Pages<T> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // INVARIANT: **Mapped** holds: the mapping was just made with this length.
        Pages {
            start: map(length.max(1) * size_of::<T>(), flags, -1).cast(),
            length,
        }
    }

    /// The values of a file that this program wrote.
    pub fn from_file(path: &Path) -> io::Result<Pages<T>> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len() as usize;
        let flags = libc::MAP_PRIVATE | libc::MAP_POPULATE;
        // INVARIANT: **Mapped** holds: the mapping has the length of the file in whole values.
        Ok(Pages {
            start: map(bytes.max(1), flags, file.as_raw_fd()).cast(),
            length: bytes / size_of::<T>(),
        })
    }

    /// Where the table begins.
    pub fn start(&self) -> *mut T {
        self.start
    }
}

impl<T: Zeroed> Deref for Pages<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: by **Mapped** of `Pages`, and by the contract of `Zeroed` whatever is there is a value.
        unsafe { std::slice::from_raw_parts(self.start, self.length) }
    }
}

impl<T: Zeroed> DerefMut for Pages<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: by **Mapped** of `Pages`, and by the contract of `Zeroed` whatever is there is a value.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.length) }
    }
}

// SAFETY: by **Mapped** of `Pages`: the table is alone with its pages, as a `Box<[T]>` is.
unsafe impl<T: Zeroed + Send> Send for Pages<T> {}

/// Maps pages, or ends the process.
fn map(bytes: usize, flags: i32, descriptor: i32) -> *mut u8 {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: without an address the kernel chooses unused pages, by the contract of mmap(2).
    let start = unsafe { libc::mmap(null_mut(), bytes, access, flags, descriptor, 0) };
    assert!(start != libc::MAP_FAILED, "no pages for the harness");
    start.cast()
}
