//! Descriptors: open, read, write, wait, close.

use super::Errno;
use core::ffi::CStr;
use sc::syscall;

/// A number under which the kernel knows an open file of this process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Descriptor(pub i32);

impl Descriptor {
    /// Standard input.
    pub const STDIN: Descriptor = Descriptor(0);
    /// Standard output.
    pub const STDOUT: Descriptor = Descriptor(1);
    /// Standard error.
    pub const STDERR: Descriptor = Descriptor(2);

    /// As the kernel wants it: sign-extended to a register.
    pub(super) fn to_register(self) -> usize {
        self.0 as isize as usize
    }
}

/// What a file is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// To read an existing file.
    Read,
    /// To write from its start: made if missing, emptied if not.
    Replace,
    /// To write a file that must not exist yet.
    CreateNew,
    /// To read and write it as it is: made if missing.
    Keep,
    /// To write a new file in this folder that has no name, and is gone when it is closed without one.
    Nameless,
}

/// What [`poll`] waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ready {
    /// Bytes can be read.
    Read = 1,
    /// Bytes can be written.
    Write = 4,
}

/// Relative paths begin at the current directory.
const AT_FDCWD: usize = -100isize as usize;
const O_WRONLY: usize = 0o1;
const O_RDWR: usize = 0o2;
const O_CREAT: usize = 0o100;
const O_EXCL: usize = 0o200;
const O_TRUNC: usize = 0o1000;
const O_CLOEXEC: usize = 0o2000000;
/// `O_TMPFILE`, which holds `O_DIRECTORY`.
const O_TMPFILE: usize = 0o20200000;
/// What everybody may do with a new file, less what the umask takes away.
const READ_AND_WRITE_FOR_ALL: usize = 0o666;

/// Opens a file.
///
/// # Errors
/// Those of open(2), among them `ENOENT`, `EACCES`, `EISDIR`, `EMFILE`.
pub fn openat(path: &CStr, mode: Mode) -> Result<Descriptor, Errno> {
    let flags = O_CLOEXEC
        | match mode {
            Mode::Read => 0,
            Mode::Replace => O_WRONLY | O_CREAT | O_TRUNC,
            Mode::CreateNew => O_WRONLY | O_CREAT | O_EXCL,
            Mode::Keep => O_RDWR | O_CREAT,
            Mode::Nameless => O_WRONLY | O_TMPFILE,
        };
    // SAFETY: the path comes from a `CStr`: readable up to its NUL for as long as the call lasts.
    let answer = unsafe {
        syscall!(
            OPENAT,
            AT_FDCWD,
            path.as_ptr(),
            flags,
            READ_AND_WRITE_FOR_ALL
        )
    };
    Errno::from_answer(answer).map(|number| Descriptor(number as i32))
}

/// Closes a descriptor. It is gone whatever the answer; the answer may tell of an earlier write that failed.
///
/// # Errors
/// Those of close(2), among them `EBADF`, `EIO`.
pub fn close(descriptor: Descriptor) -> Result<(), Errno> {
    // SAFETY: the call touches no memory; origin of the number: whoever holds the descriptor.
    let answer = unsafe { syscall!(CLOSE, descriptor.to_register()) };
    Errno::from_answer(answer).map(drop)
}

/// Reads some bytes, and returns how many: 0 at the end.
///
/// # Errors
/// Those of read(2), among them `EINTR`, `EAGAIN`, `EISDIR`, `EBADF`.
pub fn read(descriptor: Descriptor, buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: pointer and length come from a slice that is lent for writing.
    let answer = unsafe {
        syscall!(
            READ,
            descriptor.to_register(),
            buffer.as_mut_ptr(),
            buffer.len()
        )
    };
    // What the kernel says is never trusted with an index: an injected answer may be longer than asked.
    Errno::from_answer(answer).map(|count| count.min(buffer.len()))
}

/// Writes some bytes, and returns how many.
///
/// # Errors
/// Those of write(2), among them `EINTR`, `EAGAIN`, `ENOSPC`, `EPIPE`, `EBADF`.
pub fn write(descriptor: Descriptor, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: pointer and length come from a slice that is lent for reading.
    let answer = unsafe { syscall!(WRITE, descriptor.to_register(), bytes.as_ptr(), bytes.len()) };
    Errno::from_answer(answer).map(|count| count.min(bytes.len()))
}

/// Sets the place in the file for the next read or write, in bytes from its start.
///
/// # Errors
/// Those of lseek(2); `ESPIPE` tells that the input cannot be read again.
pub fn lseek(descriptor: Descriptor, offset: u64) -> Result<u64, Errno> {
    const SEEK_SET: usize = 0;
    // SAFETY: the call touches no memory; origin of the number: whoever holds the descriptor.
    let answer = unsafe { syscall!(LSEEK, descriptor.to_register(), offset as usize, SEEK_SET) };
    Errno::from_answer(answer).map(|offset| offset as u64)
}

/// Waits until a descriptor can be used, or for `timeout_ms`; a negative time is for ever. Says whether it
/// can be used (or has an error to tell).
///
/// # Errors
/// Those of poll(2), among them `EINTR`.
pub fn poll(descriptor: Descriptor, ready: Ready, timeout_ms: i32) -> Result<bool, Errno> {
    #[repr(C)]
    struct PollFd {
        descriptor: i32,
        events: i16,
        returned: i16,
    }
    let mut entry = PollFd {
        descriptor: descriptor.0,
        events: ready as i16,
        returned: 0,
    };
    // SAFETY: the pointer comes from one local entry, and one is the count that the kernel is told.
    let answer = unsafe { syscall!(POLL, &raw mut entry, 1, timeout_ms as isize as usize) };
    Errno::from_answer(answer).map(|count| count != 0)
}

/// Gives a file a new name in one step: whoever opens the new name sees the old file or the whole new one.
///
/// # Errors
/// Those of rename(2).
pub fn renameat(from: &CStr, to: &CStr) -> Result<(), Errno> {
    // SAFETY: both paths come from a `CStr`: readable up to their NUL for as long as the call lasts.
    let answer = unsafe { syscall!(RENAMEAT, AT_FDCWD, from.as_ptr(), AT_FDCWD, to.as_ptr()) };
    Errno::from_answer(answer).map(drop)
}

/// Gives a file one more name; `from` may be a link to it, as those in `/proc/self/fd` are.
///
/// # Errors
/// Those of link(2), among them `EEXIST`, `EXDEV`, and `ENOENT` for a file whose last name is gone.
pub fn linkat(from: &CStr, to: &CStr) -> Result<(), Errno> {
    const AT_SYMLINK_FOLLOW: usize = 0x400;
    // SAFETY: both paths come from a `CStr`: readable up to their NUL for as long as the call lasts.
    let answer = unsafe {
        syscall!(
            LINKAT,
            AT_FDCWD,
            from.as_ptr(),
            AT_FDCWD,
            to.as_ptr(),
            AT_SYMLINK_FOLLOW
        )
    };
    Errno::from_answer(answer).map(drop)
}

/// What everybody may do with a plain file, as bits of `rwxrwxrwx`; `None` for what is none: a folder, a device,
/// a pipe, or a link to anything.
///
/// # Errors
/// Those of stat(2), among them `ENOENT`.
pub fn rights_of_plain_file(path: &CStr) -> Result<Option<u16>, Errno> {
    const AT_SYMLINK_NOFOLLOW: usize = 0x100;
    // The kernel's `struct stat` has 144 bytes; the type is in the low half of the fourth word.
    const MODE_INDEX: usize = 3;
    const TYPE_BITS: u64 = 0o170000;
    const TYPE_PLAIN: u64 = 0o100000;
    const RIGHT_BITS: u64 = 0o777;
    let mut words = [0u64; 18];
    // SAFETY: the path comes from a `CStr`, the pointer from a local array as long as what the kernel writes.
    let answer = unsafe {
        syscall!(
            NEWFSTATAT,
            AT_FDCWD,
            path.as_ptr(),
            words.as_mut_ptr(),
            AT_SYMLINK_NOFOLLOW
        )
    };
    Errno::from_answer(answer).map(|_| {
        let mode = words[MODE_INDEX];
        (mode & TYPE_BITS == TYPE_PLAIN).then_some((mode & RIGHT_BITS) as u16)
    })
}

/// Sets what everybody may do with an open file, as bits of `rwxrwxrwx`, whatever the umask.
///
/// # Errors
/// Those of fchmod(2).
pub fn fchmod(descriptor: Descriptor, rights: u16) -> Result<(), Errno> {
    // SAFETY: the call touches no memory; origin of the number: whoever holds the descriptor.
    let answer = unsafe { syscall!(FCHMOD, descriptor.to_register(), usize::from(rights)) };
    Errno::from_answer(answer).map(drop)
}

/// Takes a name away from a file.
///
/// # Errors
/// Those of unlink(2).
pub fn unlinkat(path: &CStr) -> Result<(), Errno> {
    // SAFETY: the path comes from a `CStr`: readable up to its NUL for as long as the call lasts.
    let answer = unsafe { syscall!(UNLINKAT, AT_FDCWD, path.as_ptr(), 0) };
    Errno::from_answer(answer).map(drop)
}

/// Whether a descriptor is a terminal.
pub fn is_terminal(descriptor: Descriptor) -> bool {
    const TCGETS: usize = 0x5401;
    // The kernel's `struct termios` has 36 bytes.
    let mut settings = [0u8; 64];
    // SAFETY: the pointer comes from a local array that is longer than what the kernel writes.
    let answer = unsafe {
        syscall!(
            IOCTL,
            descriptor.to_register(),
            TCGETS,
            settings.as_mut_ptr()
        )
    };
    Errno::from_answer(answer).is_ok()
}

/// The width of a terminal in columns; `None` if it is none, or if it does not know.
pub fn terminal_width(descriptor: Descriptor) -> Option<u16> {
    const TIOCGWINSZ: usize = 0x5413;
    // Rows, columns, and two sizes in pixels.
    let mut size = [0u16; 4];
    // SAFETY: the pointer comes from a local array of the four numbers that the kernel writes.
    let answer = unsafe {
        syscall!(
            IOCTL,
            descriptor.to_register(),
            TIOCGWINSZ,
            size.as_mut_ptr()
        )
    };
    Errno::from_answer(answer)
        .ok()
        .map(|_| size[1])
        .filter(|&columns| columns > 0)
}
