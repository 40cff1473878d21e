//! What a libc gives to each thread of a program that has one: two words, and a call when the thread ends.
//!
//! The words are a thread-local variable declared in assembly, which stable Rust has no other way to do without std.
//! In a program the linker knows their place and two instructions read one; in a shared object the place is loaded
//! first, so that it is right for each thread there too.

use super::Once;
use core::ffi::c_void;
use core::sync::atomic::AtomicUsize;

/// Declares the words of each thread, once in a program: the first one begins with the address of a static, the
/// second one with 0.
macro_rules! thread_words {
    ($first:path) => {
        core::arch::global_asm!(
            ".pushsection .tdata.nostd_alloc_thread_words, \"awT\", @progbits",
            ".globl nostd_alloc_thread_words",
            ".hidden nostd_alloc_thread_words",
            ".type nostd_alloc_thread_words, @object",
            ".size nostd_alloc_thread_words, 16",
            ".p2align 4",
            "nostd_alloc_thread_words:",
            ".quad {first}",
            ".quad 0",
            ".popsection",
            first = sym $first,
        );
    };
}

pub(crate) use thread_words;

/// The first or the second word of this thread.
#[inline(always)]
pub fn thread_word<const NTH: usize>() -> usize {
    const { assert!(NTH < 2) }
    let word;
    // SAFETY: origin of the address: the variable above, which each thread has; libc has set FS to its own data.
    unsafe {
        core::arch::asm!(
            "mov {word}, qword ptr [rip + nostd_alloc_thread_words@GOTTPOFF]", // how far from FS
            "mov {word}, fs:[{word} + {offset}]",
            word = out(reg) word,
            offset = const NTH * size_of::<usize>(),
            options(pure, readonly, nostack, preserves_flags),
        );
    }
    word
}

/// Sets the first or the second word of this thread.
pub fn set_thread_word<const NTH: usize>(value: usize) {
    const { assert!(NTH < 2) }
    // SAFETY: as `thread_word`: origin of the address: the variable above.
    unsafe {
        core::arch::asm!(
            "mov {place}, qword ptr [rip + nostd_alloc_thread_words@GOTTPOFF]",
            "mov fs:[{place} + {offset}], {value}",
            place = out(reg) _,
            value = in(reg) value,
            offset = const NTH * size_of::<usize>(),
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

/// Has libc call `at_end` with `value` when this thread ends. Answers whether it will. The number is libc's key and 1,
/// made for the same `at_end` each time.
///
/// # Safety
/// - `at_end` may be called with `value` by this thread, when it ends.
pub unsafe fn call_at_end(number: &Once<AtomicUsize>, value: *mut c_void, at_end: AtEnd) -> bool {
    // Once: what libc has written for the key is seen by every thread that uses it.
    let number = number.get_or_make(
        || {
            let mut key = 0;
            // SAFETY: the pointer comes from a local variable.
            match unsafe { pthread_key_create(&raw mut key, Some(at_end)) } {
                0 => Ok(key as usize + 1),
                error => Err(error),
            }
        },
        |number| {
            // SAFETY: the key came from libc just now, and nobody has used it.
            unsafe { pthread_key_delete((number - 1) as u32) };
        },
    );
    // SAFETY: the key came from libc and stays; the rest is the contract of this function.
    number.is_ok_and(|number| unsafe { pthread_setspecific((number - 1) as u32, value) == 0 })
}

#[cfg(test)]
mod tests {
    use super::{set_thread_word, thread_word};

    #[test]
    fn each_thread_has_words_of_its_own() {
        let first = thread_word::<0>();
        set_thread_word::<1>(7);
        let other = std::thread::spawn(|| {
            let second = thread_word::<1>();
            set_thread_word::<1>(8);
            (second, thread_word::<1>())
        });
        assert_eq!(other.join().unwrap(), (0, 8));
        assert_eq!((thread_word::<0>(), thread_word::<1>()), (first, 7));
        set_thread_word::<1>(0);
    }
}
