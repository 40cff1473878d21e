//! The process itself: its end, its number, its place among the folders, and its clock.

use super::Errno;
use sc::syscall;

/// Ends the process, all its threads, with the low eight bits of `status`.
pub fn exit_group(status: i32) -> ! {
    loop {
        // SAFETY: the call touches no memory and does not return: checked by the loop around it.
        unsafe { syscall!(EXIT_GROUP, status as isize as usize) };
    }
}

/// Ends the process as abort(3) does: SIGABRT, which a shell shows as 134.
pub fn abort() -> ! {
    const SIGABRT: usize = 6;
    // To this thread, which is gone when the call returns; a signal to the process could go to another
    // thread, and this one would be faster with its own end.
    // SAFETY: no call touches memory of the program; the contract of tgkill(2) has no other debts.
    unsafe {
        let process = syscall!(GETPID);
        syscall!(TGKILL, process, gettid() as usize, SIGABRT);
    }
    // The signal is blocked or ignored: the same status without it.
    exit_group(128 + SIGABRT as i32)
}

/// The number of the process.
pub fn getpid() -> u32 {
    // SAFETY: the call touches no memory, by the contract of getpid(2), and cannot fail.
    unsafe { syscall!(GETPID) as u32 }
}

/// The number of this thread: that of the process in its first one.
pub fn gettid() -> u32 {
    // SAFETY: the call touches no memory, by the contract of gettid(2), and cannot fail.
    unsafe { syscall!(GETTID) as u32 }
}

/// Writes the path of the current directory into `buffer`, and returns how many bytes.
///
/// # Errors
/// Those of getcwd(2): `ENOENT` where it has been removed; the kernel's `ERANGE` where it does not fit.
pub fn getcwd(buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: pointer and length come from a slice that is lent for writing.
    let answer = unsafe { syscall!(GETCWD, buffer.as_mut_ptr(), buffer.len()) };
    // The kernel counts the NUL too.
    Errno::from_answer(answer).map(|count| count.saturating_sub(1).min(buffer.len()))
}

/// Nanoseconds of a clock that only goes forward; 0 where the kernel has none.
pub fn clock_monotonic_ns() -> u64 {
    const CLOCK_MONOTONIC: usize = 1;
    clock_ns(CLOCK_MONOTONIC)
}

/// Nanoseconds that this thread has had of a processor, its own and the kernel's for it; 0 where the kernel
/// does not count them.
pub fn clock_thread_ns() -> u64 {
    const CLOCK_THREAD_CPUTIME_ID: usize = 3;
    clock_ns(CLOCK_THREAD_CPUTIME_ID)
}

fn clock_ns(clock: usize) -> u64 {
    let mut seconds_and_ns = [0u64; 2];
    // SAFETY: the pointer comes from a local array, as long as the two numbers that the kernel writes.
    let answer = unsafe { syscall!(CLOCK_GETTIME, clock, seconds_and_ns.as_mut_ptr()) };
    match Errno::from_answer(answer) {
        Ok(_) => seconds_and_ns[0]
            .wrapping_mul(1_000_000_000)
            .wrapping_add(seconds_and_ns[1]),
        Err(_) => 0,
    }
}

/// How many bytes of memory the machine has; `usize::MAX` where the kernel does not say (a filter may refuse
/// the call): then nothing is too much before it is asked for.
pub fn memory_bytes() -> usize {
    /// `struct sysinfo` of x86-64 has 112 bytes: 13 words and the size of a unit.
    const WORDS: usize = 14;
    const TOTAL_RAM: usize = 4;
    const UNIT_BYTES: usize = 13;
    let mut words = [0u64; WORDS];
    // SAFETY: the pointer comes from a local array, as long as what the kernel writes.
    let answer = unsafe { syscall!(SYSINFO, words.as_mut_ptr()) };
    match Errno::from_answer(answer) {
        Ok(_) => words[TOTAL_RAM].saturating_mul(u64::from(words[UNIT_BYTES] as u32)) as usize,
        Err(_) => usize::MAX,
    }
}
