//! Threads: a new one on a stack of its own, the end of one that takes its stack along, and the register
//! through which a thread finds its own data.

use super::Errno;
use core::ptr::NonNull;
use core::sync::atomic::AtomicU32;
use sc::syscall;

const CLONE_VM: usize = 0x100;
const CLONE_FS: usize = 0x200;
const CLONE_FILES: usize = 0x400;
const CLONE_SIGHAND: usize = 0x800;
const CLONE_THREAD: usize = 0x1_0000;
const CLONE_SYSVSEM: usize = 0x4_0000;
const CLONE_SETTLS: usize = 0x8_0000;
const CLONE_PARENT_SETTID: usize = 0x10_0000;
const CLONE_CHILD_CLEARTID: usize = 0x20_0000;

/// Memory, files, signals and number of the process are shared, as POSIX says of threads.
const CLONE_FLAGS: usize = CLONE_VM
    | CLONE_FS
    | CLONE_FILES
    | CLONE_SIGHAND
    | CLONE_THREAD
    | CLONE_SYSVSEM
    | CLONE_SETTLS
    | CLONE_PARENT_SETTID
    | CLONE_CHILD_CLEARTID;

const ARCH_SET_FS: usize = 0x1002;
const ARCH_GET_FS: usize = 0x1003;

/// The kernel's set of all signals.
static ALL_SIGNALS: u64 = u64::MAX;

/// Where a new thread begins and what it finds there.
#[derive(Debug)]
pub struct Birth {
    /// The end of its stack, a multiple of 16.
    pub stack_end: *mut u8,
    /// What its register FS holds: `fs:[0]` is the word there.
    pub own_data: *mut u8,
    /// What it is called with.
    pub argument: *mut u8,
    /// Its first function.
    pub begin: unsafe extern "C" fn(*mut u8) -> !,
    /// Holds its number while it runs; the kernel writes 0 when it has ended, and wakes who waits for that.
    pub alive: *const AtomicU32,
}

/// Starts a thread.
///
/// # Safety
/// - The stack below `stack_end`, `own_data` and `alive` stay, for this thread alone, until `alive` is 0 again or
///   the thread ends by [`munmap_and_exit`]; `begin` may be called with `argument` there.
///
/// # Errors
/// Those of clone(2), `EAGAIN` where there are too many threads.
pub unsafe fn clone_thread(birth: &Birth) -> Result<u32, Errno> {
    const CLONE: usize = sc::nr::CLONE;
    let answer: usize;
    // SAFETY: contract of this function: the new thread runs on a stack of its own and never comes out of the
    // assembly; for the one that called, it is an ordinary system call.
    unsafe {
        core::arch::asm!(
            "syscall",
            "test rax, rax", // 0 in the new thread; its number, or an error, in the old one
            "jnz 2f",
            "xor ebp, ebp", // the chain of frame pointers ends here
            "mov rdi, r12", // the argument of
            "call r13",     // the first function, which never returns
            "ud2",
            "2:",
            inlateout("rax") CLONE => answer,
            in("rdi") CLONE_FLAGS,
            in("rsi") birth.stack_end,
            in("rdx") birth.alive,  // CLONE_PARENT_SETTID
            in("r10") birth.alive,  // CLONE_CHILD_CLEARTID
            in("r8") birth.own_data, // CLONE_SETTLS
            in("r12") birth.argument,
            in("r13") birth.begin,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    Errno::from_answer(answer).map(|number| number as u32)
}

/// Ends this thread; the process goes on.
pub fn exit_thread() -> ! {
    loop {
        // SAFETY: the call touches no memory and does not return: checked by the loop around it.
        unsafe { syscall!(EXIT, 0) };
    }
}

/// Ends this thread and gives back the pages that it stands on. Nobody is told: the kernel forgets the word
/// `alive` first, since others may have those pages by then. No signal comes any more, whose handler would find no
/// stack: one for the process goes to another thread.
///
/// # Safety
/// - `start` and `length` name mapped pages with the stack of this thread, which nobody else uses any more.
pub unsafe fn munmap_and_exit(start: NonNull<u8>, length: usize) -> ! {
    // SAFETY: contract of this function; behind the third call nothing is on a stack. Where the kernel
    // cannot take the pages (ENOMEM), it is asked to take what stands in them.
    unsafe {
        core::arch::asm!(
            "mov eax, {rt_sigprocmask}",
            "xor edi, edi", // SIG_BLOCK
            "lea rsi, [rip + {signals}]",
            "xor edx, edx", // and no old set
            "mov r10d, 8",  // bytes of a set
            "syscall",
            "mov eax, {set_tid_address}", // with rdi = 0: no word
            "xor edi, edi",
            "syscall",
            "mov eax, {munmap}",
            "mov rdi, r12",
            "mov rsi, r13",
            "syscall",
            "test eax, eax",
            "jz 2f",
            "mov eax, {madvise}",
            "mov rdi, r12",
            "mov rsi, r13",
            "mov edx, 4", // MADV_DONTNEED
            "syscall",
            "2:",
            "mov eax, {exit}",
            "xor edi, edi",
            "syscall",
            "ud2",
            rt_sigprocmask = const sc::nr::RT_SIGPROCMASK,
            signals = sym ALL_SIGNALS,
            set_tid_address = const sc::nr::SET_TID_ADDRESS,
            munmap = const sc::nr::MUNMAP,
            madvise = const sc::nr::MADVISE,
            exit = const sc::nr::EXIT,
            in("r12") start.as_ptr(),
            in("r13") length,
            options(noreturn, nostack),
        )
    }
}

/// What the register FS of this thread holds; 0 in a program without libc, until somebody sets it.
///
/// # Errors
/// Those of arch_prctl(2), where a filter refuses it.
pub fn arch_prctl_get_fs() -> Result<usize, Errno> {
    let mut base = 0usize;
    // SAFETY: the pointer comes from the local word that the kernel writes.
    let answer = unsafe { syscall!(ARCH_PRCTL, ARCH_GET_FS, &raw mut base) };
    Errno::from_answer(answer).map(|_| base)
}

/// Sets the register FS of this thread.
///
/// # Safety
/// - Nobody relies on what it held, and `base` is readable for as long as the thread lives.
///
/// # Errors
/// Those of arch_prctl(2).
pub unsafe fn arch_prctl_set_fs(base: *mut u8) -> Result<(), Errno> {
    // SAFETY: contract of this function.
    let answer = unsafe { syscall!(ARCH_PRCTL, ARCH_SET_FS, base) };
    Errno::from_answer(answer).map(drop)
}

/// The word at `fs:[0]`.
///
/// # Safety
/// - FS of this thread was set, by [`arch_prctl_set_fs`] or [`clone_thread`], and the word there never changes.
#[inline(always)]
pub unsafe fn own_word() -> usize {
    let word;
    // SAFETY: contract of this function: the word is readable, and the same whenever it is asked.
    unsafe {
        core::arch::asm!(
            "mov {}, fs:[0]",
            out(reg) word,
            options(pure, readonly, nostack, preserves_flags),
        );
    }
    word
}

/// Sleeps until the word is no longer `value` and somebody says so, or for no reason: whoever calls asks the
/// word again. The kernel's own word of a thread's end is shared, not private.
pub fn futex_wait(word: &AtomicU32, value: u32) {
    const FUTEX_WAIT: usize = 0;
    // SAFETY: the word comes from a reference that lasts as long as the call; without a timeout the kernel
    // reads nothing else.
    unsafe { syscall!(FUTEX, word.as_ptr(), FUTEX_WAIT, value as usize, 0) };
}

/// Wakes all who sleep on the word at an address, if it is one; what stands there is not read.
pub fn futex_wake_all(word: *const AtomicU32) {
    const FUTEX_WAKE: usize = 1;
    // SAFETY: the kernel takes the address as a name, by the contract of futex(2), and checks it itself.
    unsafe { syscall!(FUTEX, word, FUTEX_WAKE, i32::MAX as usize) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_libc_has_its_register_set() {
        assert!(arch_prctl_get_fs().unwrap() != 0);
        // glibc's first word there is its own address.
        // SAFETY: checked above: FS was set, by libc, which keeps the word as it is.
        assert_eq!(unsafe { own_word() }, arch_prctl_get_fs().unwrap());
    }

    #[test]
    fn who_waits_for_another_value_does_not_sleep() {
        let word = AtomicU32::new(1);
        futex_wait(&word, 2);
        futex_wake_all(&word);
    }
}
