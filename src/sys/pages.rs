//! Pages of memory: map, unmap, give a new size, forget.
//!
//! Any address that cannot begin a page of ours (an error, 0, a number in the middle of a page) is a
//! failure: under a tracer or a filter the kernel's answer may be anything.

use super::Errno;
use core::ptr::NonNull;
use sc::syscall;

/// The smallest page of any machine that Linux runs on.
const PAGE_BYTES_MIN: usize = 4096;
pub(super) const PROT_READ_WRITE: usize = 0x1 | 0x2;
const MAP_PRIVATE: usize = 0x02;
const MAP_ANONYMOUS: usize = 0x20;
const MAP_NORESERVE: usize = 0x4000;
const MREMAP_MAYMOVE: usize = 0x1;
const MREMAP_FIXED: usize = 0x2;
const MADV_DONTNEED: usize = 4;
const MADV_FREE: usize = 8;
const MADV_HUGEPAGE: usize = 14;
const MADV_POPULATE_WRITE: usize = 23;

/// Whether the kernel sets memory aside when pages are mapped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promise {
    /// It counts the pages as used.
    Reserved,
    /// It counts them when they are touched (`MAP_NORESERVE`).
    Unreserved,
}

/// An answer of the kernel as the start of mapped pages.
pub(super) fn address_from_answer(answer: usize) -> Result<NonNull<u8>, Errno> {
    let address = Errno::from_answer(answer)?;
    // Negative as a whole, though not in the range of errors, 0, and what begins no page: no place where a
    // program has pages.
    if (address as isize) <= 0 || !address.is_multiple_of(PAGE_BYTES_MIN) {
        return Err(Errno::ENOMEM);
    }
    NonNull::new(core::ptr::with_exposed_provenance_mut(address)).ok_or(Errno::ENOMEM)
}

/// Maps fresh pages: private, zero, to read and write.
///
/// # Errors
/// Those of mmap(2), among them `ENOMEM`; `length` 0 is `EINVAL`.
pub fn mmap(length: usize, promise: Promise) -> Result<NonNull<u8>, Errno> {
    mmap_near(0, length, promise)
}

/// As [`mmap`], at the address `wish` if those pages are unused; else, and if it is 0, anywhere.
///
/// # Errors
/// As `mmap`.
pub fn mmap_near(wish: usize, length: usize, promise: Promise) -> Result<NonNull<u8>, Errno> {
    const NO_DESCRIPTOR: usize = usize::MAX;
    let flags = match promise {
        Promise::Reserved => MAP_PRIVATE | MAP_ANONYMOUS,
        Promise::Unreserved => MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
    };
    // SAFETY: without MAP_FIXED the kernel chooses unused pages, wished ones or others, as its contract of
    // this call says; no memory of the program changes.
    let answer = unsafe { syscall!(MMAP, wish, length, PROT_READ_WRITE, flags, NO_DESCRIPTOR, 0) };
    address_from_answer(answer)
}

/// Maps pages that nobody may touch yet: addresses alone.
///
/// # Errors
/// As `mmap`.
pub fn mmap_untouchable(length: usize) -> Result<NonNull<u8>, Errno> {
    const PROT_NONE: usize = 0;
    const NO_DESCRIPTOR: usize = usize::MAX;
    const FLAGS: usize = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    // SAFETY: without a wished address and without MAP_FIXED the kernel chooses unused pages, as its
    // contract of this call says; no memory of the program changes.
    let answer = unsafe { syscall!(MMAP, 0, length, PROT_NONE, FLAGS, NO_DESCRIPTOR, 0) };
    address_from_answer(answer)
}

/// Lets mapped pages be read and written.
///
/// # Safety
/// - `start` and `length` name pages that [`mmap_untouchable`] mapped.
///
/// # Errors
/// Those of mprotect(2), `ENOMEM` among them.
pub unsafe fn mprotect_read_write(start: NonNull<u8>, length: usize) -> Result<(), Errno> {
    // SAFETY: contract of this function.
    let answer = unsafe { syscall!(MPROTECT, start.as_ptr(), length, PROT_READ_WRITE) };
    Errno::from_answer(answer).map(drop)
}

/// Gives pages back.
///
/// # Safety
/// - `start` and `length` name pages that [`mmap`] or [`mremap`] mapped, and nobody uses them after this.
///
/// # Errors
/// Those of munmap(2): a hole in the middle may need more kernel memory than there is (`ENOMEM`). The pages
/// are still mapped then.
pub unsafe fn munmap(start: NonNull<u8>, length: usize) -> Result<(), Errno> {
    // SAFETY: contract of this function.
    let answer = unsafe { syscall!(MUNMAP, start.as_ptr(), length) };
    Errno::from_answer(answer).map(drop)
}

/// Gives mapped pages a new length, in place or (`may_move`) at another address, without a copy.
///
/// # Safety
/// - `start` and `old_length` name pages that [`mmap`] or [`mremap`] mapped.
/// - Nobody uses the old address after a move, nor the pages behind a smaller length.
///
/// # Errors
/// Those of mremap(2), `ENOMEM` where there is no room; nothing has changed then.
pub unsafe fn mremap(
    start: NonNull<u8>,
    old_length: usize,
    new_length: usize,
    may_move: bool,
) -> Result<NonNull<u8>, Errno> {
    let flags = if may_move { MREMAP_MAYMOVE } else { 0 };
    // SAFETY: contract of this function.
    let answer = unsafe { syscall!(MREMAP, start.as_ptr(), old_length, new_length, flags) };
    address_from_answer(answer)
}

/// Moves mapped pages onto others, and gives them a new length, without a copy.
///
/// # Safety
/// - `start` and `old_length` name pages that [`mmap`] or [`mremap`] mapped; nobody uses the old address
///   after the move.
/// - `target` and `new_length` name other such pages; nobody needs what they hold, and after an error nobody
///   uses them any more.
///
/// # Errors
/// Those of mremap(2); the pages are where they were then.
pub unsafe fn mremap_onto(
    start: NonNull<u8>,
    old_length: usize,
    new_length: usize,
    target: NonNull<u8>,
) -> Result<NonNull<u8>, Errno> {
    let flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    // SAFETY: contract of this function.
    let answer = unsafe {
        syscall!(
            MREMAP,
            start.as_ptr(),
            old_length,
            new_length,
            flags,
            target.as_ptr()
        )
    };
    address_from_answer(answer)
}

/// Forgets what stands in pages: they read as zero again, and cost no memory until they are touched.
///
/// # Safety
/// - `start` and `length` name pages that [`mmap`] or [`mremap`] mapped; nobody needs what they hold.
///
/// # Errors
/// Those of madvise(2).
pub unsafe fn madvise_dontneed(start: NonNull<u8>, length: usize) -> Result<(), Errno> {
    // SAFETY: contract of this function.
    let answer = unsafe { syscall!(MADVISE, start.as_ptr(), length, MADV_DONTNEED) };
    Errno::from_answer(answer).map(drop)
}

/// Lets the kernel take the memory under pages whenever it needs some, until they are next written; the addresses
/// stay mapped. What was there may be read again, or zero.
///
/// # Safety
/// - As [`munmap`], but that the pages may be used again.
///
/// # Errors
/// Those of madvise(2): `EINVAL` before Linux 4.5, or if the pages are no private memory.
pub unsafe fn madvise_free(start: NonNull<u8>, length: usize) -> Result<(), Errno> {
    // SAFETY: contract of this function.
    let answer = unsafe { syscall!(MADVISE, start.as_ptr(), length, MADV_FREE) };
    Errno::from_answer(answer).map(drop)
}

/// Makes pages resident now, all at once, as if each had been written to; no byte changes.
///
/// # Errors
/// Those of madvise(2): `EINVAL` before Linux 5.14, `ENOMEM` if pages are not mapped or there is no memory.
pub fn madvise_populate_write(start: NonNull<u8>, length: usize) -> Result<(), Errno> {
    // SAFETY: this advice changes no byte and no mapping: contract of madvise(2).
    let answer = unsafe { syscall!(MADVISE, start.as_ptr(), length, MADV_POPULATE_WRITE) };
    Errno::from_answer(answer).map(drop)
}

/// Lets the kernel put large pages (of 2 MiB) under what is not resident yet; no byte changes.
///
/// Pages with this advice and those beside them without it are two mappings for [`mremap`], which moves one: give it to
/// all that is to be moved together.
///
/// # Errors
/// Those of madvise(2): `EINVAL` if the kernel has no such pages, or if `start` begins none, `ENOMEM` if pages are not
/// mapped.
pub fn madvise_hugepage(start: NonNull<u8>, length: usize) -> Result<(), Errno> {
    // SAFETY: this advice changes no byte and no mapping: contract of madvise(2).
    let answer = unsafe { syscall!(MADVISE, start.as_ptr(), length, MADV_HUGEPAGE) };
    Errno::from_answer(answer).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_that_begins_no_page_is_a_failure() {
        for answer in [
            0,
            0x7f00_0000_0001,
            usize::MAX,
            4095usize.wrapping_neg(),
            1 << 63,
            5000usize.wrapping_neg(),
        ] {
            assert!(address_from_answer(answer).is_err(), "{answer:#x}");
        }
        assert!(address_from_answer(0x7f00_0000_0000).is_ok());
    }

    #[test]
    fn mapped_pages_are_zero_and_can_be_written_and_moved() {
        let start = mmap(8192, Promise::Reserved).unwrap();
        // SAFETY: the pages come from `mmap` just above, and are given back at the end.
        unsafe {
            assert_eq!(start.add(8191).read(), 0);
            start.write(7);
            let moved = mremap(start, 8192, 1 << 20, true).unwrap();
            assert_eq!(moved.read(), 7);
            madvise_dontneed(moved, 4096).unwrap();
            assert_eq!(moved.read(), 0);
            moved.write(8);
            // A kernel may not know it; no byte changes then or otherwise.
            let _ = madvise_populate_write(moved, 8192);
            assert_eq!((moved.read(), moved.add(1).read()), (8, 0));
            munmap(moved, 1 << 20).unwrap();
        }
        assert_eq!(mmap(0, Promise::Reserved), Err(Errno::EINVAL));
        assert_eq!(mmap(1 << 60, Promise::Unreserved), Err(Errno::ENOMEM));
    }
}
