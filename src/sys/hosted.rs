//! What a libc gives to each thread of a program that has one: a word, and a call when the thread ends.
//!
//! The word is a thread-local variable declared in assembly, which stable Rust has no other way to do without std.
//! In a program the linker knows its place and two instructions read it; in a shared object its place is loaded
//! first, so that it is right for each thread there too.

use core::ffi::c_void;
use core::sync::atomic::{AtomicUsize, Ordering};

core::arch::global_asm!(
    ".pushsection .tbss.nostd_alloc_thread_word, \"awT\", @nobits",
    ".globl nostd_alloc_thread_word",
    ".hidden nostd_alloc_thread_word",
    ".type nostd_alloc_thread_word, @object",
    ".size nostd_alloc_thread_word, 8",
    ".p2align 3",
    "nostd_alloc_thread_word:",
    ".zero 8", // 0 in each new thread
    ".popsection",
);

/// The word of this thread; 0 at first.
#[inline(always)]
pub fn thread_word() -> usize {
    let word;
    // SAFETY: origin of the address: the variable above, which each thread has; libc has set FS to its own data.
    unsafe {
        core::arch::asm!(
            "mov {word}, qword ptr [rip + nostd_alloc_thread_word@GOTTPOFF]", // how far from FS
            "mov {word}, fs:[{word}]",
            word = out(reg) word,
            options(pure, readonly, nostack, preserves_flags),
        );
    }
    word
}

/// Sets the word of this thread.
pub fn set_thread_word(value: usize) {
    // SAFETY: as `thread_word`: origin of the address: the variable above.
    unsafe {
        core::arch::asm!(
            "mov {place}, qword ptr [rip + nostd_alloc_thread_word@GOTTPOFF]",
            "mov fs:[{place}], {value}",
            place = out(reg) _,
            value = in(reg) value,
            options(nostack, preserves_flags),
        );
    }
}

// POSIX; a key is an `unsigned int` in every libc of Linux.
unsafe extern "C" {
    fn pthread_key_create(
        key: *mut u32,
        destructor: Option<unsafe extern "C" fn(*mut c_void)>,
    ) -> i32;
    fn pthread_key_delete(key: u32) -> i32;
    fn pthread_setspecific(key: u32, value: *const c_void) -> i32;
}

/// What is called when a thread ends.
pub type AtEnd = unsafe extern "C" fn(*mut c_void);

/// The key of libc, and 1; 0 while there is none.
static KEY: AtomicUsize = AtomicUsize::new(0);

/// Has libc call `at_end` with `value` when this thread ends; `at_end` is the same one each time. Answers whether it
/// will.
///
/// # Safety
/// - `at_end` may be called with `value` by this thread, when it ends.
pub unsafe fn call_at_end(value: *mut c_void, at_end: AtEnd) -> bool {
    let mut key = KEY.load(Ordering::Relaxed);
    if key == 0 {
        let mut made = 0;
        // SAFETY: the pointer comes from a local variable.
        if unsafe { pthread_key_create(&raw mut made, Some(at_end)) } != 0 {
            return false;
        }
        let put = KEY.compare_exchange(0, made as usize + 1, Ordering::Relaxed, Ordering::Relaxed);
        key = put.map_or_else(
            |other| {
                // Another thread was faster.
                // SAFETY: the key came from libc just now, and nobody has used it.
                unsafe { pthread_key_delete(made) };
                other
            },
            |_| made as usize + 1,
        );
    }
    // SAFETY: the key came from libc and stays; the rest is the contract of this function.
    unsafe { pthread_setspecific((key - 1) as u32, value) == 0 }
}

#[cfg(test)]
mod tests {
    use super::{set_thread_word, thread_word};

    #[test]
    fn each_thread_has_a_word_of_its_own() {
        set_thread_word(7);
        let other = std::thread::spawn(|| {
            let first = thread_word();
            set_thread_word(8);
            (first, thread_word())
        });
        assert_eq!(other.join().unwrap(), (0, 8));
        assert_eq!(thread_word(), 7);
        set_thread_word(0);
    }
}
