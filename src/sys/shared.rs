//! Files that are also memory, and that more than one process may want: what a recorder of a living program
//! needs of the kernel.

use super::files::Descriptor;
use super::pages::address_from_answer;
use super::{Errno, pages};
use core::ptr::NonNull;
use sc::syscall;

/// Which file a descriptor means, whatever its name is by now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileIdentity {
    /// The device that holds it.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
}

/// Maps pages of a file, shared with it: what is written stands in the file at once, and stays there however
/// the program ends. A page that begins behind the end of the file must not be touched.
///
/// # Errors
/// Those of mmap(2), among them `ENODEV` where the descriptor is no file; `EINVAL` where `offset` is not the
/// start of a page or `length` is 0.
pub fn mmap_shared(
    descriptor: Descriptor,
    offset: u64,
    length: usize,
) -> Result<NonNull<u8>, Errno> {
    const MAP_SHARED: usize = 0x01;
    // SAFETY: without a wished address and without MAP_FIXED the kernel chooses unused pages, as its
    // contract of this call says; no memory of the program changes.
    let answer = unsafe {
        syscall!(
            MMAP,
            0,
            length,
            pages::PROT_READ_WRITE,
            MAP_SHARED,
            descriptor.to_register(),
            offset as usize
        )
    };
    address_from_answer(answer)
}

/// Has a fork find zeros in pages: what is true of one process only does not go over to its child.
///
/// # Safety
/// - `start` and `length` name pages that [`mmap`](super::mmap) mapped, and zeros in all of them mean something.
///
/// # Errors
/// Those of madvise(2); `EINVAL` before Linux 4.14.
pub unsafe fn madvise_wipeonfork(start: NonNull<u8>, length: usize) -> Result<(), Errno> {
    const MADV_WIPEONFORK: usize = 18;
    // SAFETY: contract of this function.
    let answer = unsafe { syscall!(MADVISE, start.as_ptr(), length, MADV_WIPEONFORK) };
    Errno::from_answer(answer).map(drop)
}

/// Has a fork leave pages out: the child has no mapping there.
///
/// # Safety
/// - `start` and `length` name pages that [`mmap`](super::mmap) or [`mmap_shared`] mapped, and no child uses them.
///
/// # Errors
/// Those of madvise(2).
pub unsafe fn madvise_dontfork(start: NonNull<u8>, length: usize) -> Result<(), Errno> {
    const MADV_DONTFORK: usize = 10;
    // SAFETY: contract of this function.
    let answer = unsafe { syscall!(MADVISE, start.as_ptr(), length, MADV_DONTFORK) };
    Errno::from_answer(answer).map(drop)
}

/// Gives a file a new length; what is new reads as zeros.
///
/// # Errors
/// Those of ftruncate(2), `EINVAL` where the descriptor is no file.
pub fn ftruncate(descriptor: Descriptor, length: u64) -> Result<(), Errno> {
    // SAFETY: the call touches no memory; origin of the number: whoever holds the descriptor.
    let answer = unsafe { syscall!(FTRUNCATE, descriptor.to_register(), length as usize) };
    Errno::from_answer(answer).map(drop)
}

/// Takes the lock of an open file for this opening of it, without waiting. It goes when the last descriptor
/// of the opening is closed and its last page is unmapped, those of forked children included.
///
/// # Errors
/// Those of flock(2): `EAGAIN` where another opening has it.
pub fn flock(descriptor: Descriptor) -> Result<(), Errno> {
    const LOCK_EX: usize = 2;
    const LOCK_NB: usize = 4;
    // SAFETY: the call touches no memory; origin of the number: whoever holds the descriptor.
    let answer = unsafe { syscall!(FLOCK, descriptor.to_register(), LOCK_EX | LOCK_NB) };
    Errno::from_answer(answer).map(drop)
}

/// Which file a descriptor means.
///
/// # Errors
/// Those of fstat(2), `EBADF` where it means none.
pub fn fstat(descriptor: Descriptor) -> Result<FileIdentity, Errno> {
    // The kernel's `struct stat` has 144 bytes; the first two words are these.
    let mut words = [0u64; 18];
    // SAFETY: the pointer comes from a local array as long as what the kernel writes.
    let answer = unsafe { syscall!(FSTAT, descriptor.to_register(), words.as_mut_ptr()) };
    Errno::from_answer(answer).map(|_| FileIdentity {
        device: words[0],
        inode: words[1],
    })
}

/// A second descriptor of the same opening, the first free number from `least` on, closed by exec.
///
/// # Errors
/// Those of fcntl(2): `EINVAL` where `least` is more than the process may have, `EMFILE`.
pub fn fcntl_dupfd(descriptor: Descriptor, least: i32) -> Result<Descriptor, Errno> {
    const F_DUPFD_CLOEXEC: usize = 1030;
    // SAFETY: the call touches no memory; origin of the number: whoever holds the descriptor.
    let answer = unsafe {
        syscall!(
            FCNTL,
            descriptor.to_register(),
            F_DUPFD_CLOEXEC,
            least as isize as usize
        )
    };
    Errno::from_answer(answer).map(|number| Descriptor(number as i32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::{Mode, close, munmap, openat, unlinkat, write};
    use std::ffi::CString;

    #[test]
    fn what_is_written_to_shared_pages_stands_in_the_file() {
        let path = std::format!("/tmp/nostd-alloc-shared-{}", std::process::id());
        let name = CString::new(path.as_bytes()).unwrap();
        let file = openat(&name, Mode::Keep).unwrap();
        assert_eq!(write(file, &[b'\n'; 8192]), Ok(8192));
        let pages = mmap_shared(file, 4096, 4096).unwrap();
        // SAFETY: the page comes from `mmap_shared` just above, and the file is 8192 bytes long.
        unsafe {
            pages.add(1).write(b'x');
            munmap(pages, 4096).unwrap();
        }
        ftruncate(file, 4099).unwrap();
        assert_eq!(std::fs::read(&path).unwrap()[4095..], *b"\n\nx\n");
        assert_eq!(mmap_shared(file, 1, 4096), Err(Errno::EINVAL));

        // Another opening of the same file: known by its identity, and kept out by the lock.
        let other = openat(&name, Mode::Keep).unwrap();
        let high = fcntl_dupfd(other, 200).unwrap();
        assert!(high.0 >= 200);
        assert_eq!(fstat(high), fstat(file));
        assert_eq!(flock(file), Ok(()));
        assert_eq!(flock(high), Err(Errno::EAGAIN));
        close(file).unwrap();
        assert_eq!(flock(other), Ok(()));
        assert_eq!(fstat(file), Err(Errno::EBADF));
        unlinkat(&name).unwrap();
        close(other).unwrap();
        close(high).unwrap();
    }
}
