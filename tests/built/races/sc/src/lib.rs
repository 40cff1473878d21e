//! System calls by way of libc, where the sanitizer hears of them: what the kernel takes from one thread and gives to
//! another one is new memory, and no race. `mremap`, which it does not know, is refused, as the kernel may.

#![no_std]

use core::ffi::{c_int, c_long, c_void};

unsafe extern "C" {
    fn mmap(
        at: usize,
        length: usize,
        access: c_int,
        flags: c_int,
        file: c_int,
        offset: i64,
    ) -> *mut c_void;
    fn munmap(at: usize, length: usize) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn __errno_location() -> *mut c_int;
}

const ENOSYS: usize = 38;

/// The call `number`, whose answer is as the kernel's.
///
/// # Safety
/// - As the kernel says of the call.
pub unsafe fn call<const COUNT: usize>(number: usize, given: [usize; COUNT]) -> usize {
    let mut all = [0; 6];
    all[..COUNT].copy_from_slice(&given);
    let [a, b, c, d, e, f] = all;
    // SAFETY: contract of this function.
    let answer = unsafe {
        match number {
            nr::MMAP => mmap(a, b, c as c_int, d as c_int, e as c_int, f as i64).addr() as isize,
            nr::MUNMAP => munmap(a, b) as isize,
            nr::MREMAP => return ENOSYS.wrapping_neg(),
            _ => syscall(number as c_long, a, b, c, d, e, f) as isize,
        }
    };
    match answer {
        // SAFETY: contract of `__errno_location`: a word of this thread.
        -1 => unsafe { *__errno_location() as usize }.wrapping_neg(),
        _ => answer as usize,
    }
}

/// A system call by its name.
#[macro_export]
macro_rules! syscall {
    ($name:ident $(, $argument:expr)* $(,)?) => {
        $crate::call($crate::nr::$name, [$($argument as usize),*])
    };
}

/// The numbers of the calls that the library makes (x86-64).
pub mod nr {
    pub const ARCH_PRCTL: usize = 158;
    pub const CLOCK_GETTIME: usize = 228;
    pub const CLONE: usize = 56;
    pub const CLOSE: usize = 3;
    pub const EXIT: usize = 60;
    pub const EXIT_GROUP: usize = 231;
    pub const FCHMOD: usize = 91;
    pub const FCNTL: usize = 72;
    pub const FLOCK: usize = 73;
    pub const FSTAT: usize = 5;
    pub const FTRUNCATE: usize = 77;
    pub const FUTEX: usize = 202;
    pub const GETCWD: usize = 79;
    pub const GETPID: usize = 39;
    pub const GETTID: usize = 186;
    pub const IOCTL: usize = 16;
    pub const LINKAT: usize = 265;
    pub const LSEEK: usize = 8;
    pub const MADVISE: usize = 28;
    pub const MMAP: usize = 9;
    pub const MPROTECT: usize = 10;
    pub const MREMAP: usize = 25;
    pub const MUNMAP: usize = 11;
    pub const NEWFSTATAT: usize = 262;
    pub const OPENAT: usize = 257;
    pub const POLL: usize = 7;
    pub const READ: usize = 0;
    pub const RENAMEAT: usize = 264;
    pub const RT_SIGACTION: usize = 13;
    pub const RT_SIGPROCMASK: usize = 14;
    pub const SET_TID_ADDRESS: usize = 218;
    pub const SIGALTSTACK: usize = 131;
    pub const SYSINFO: usize = 99;
    pub const TGKILL: usize = 234;
    pub const UNLINKAT: usize = 263;
    pub const WRITE: usize = 1;
}
