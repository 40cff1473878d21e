//! The kernel: one typed expression for each system call.
//!
//! A call is one expression between two conversions: what Rust lends goes in, what the kernel answered
//! comes out as a value or an [`Errno`]. So the unsafe part has nothing to get wrong, and no other floor
//! speaks to the kernel. Names and arguments are those of the manual pages, section 2.
//!
//! Linux, x86-64. The numbers of the calls and the instruction come from the crate `sc`.

mod errno;
mod files;
#[cfg(any(test, feature = "hosted"))]
mod hosted;
mod lock;
mod once;
mod pages;
mod process;
mod shared;
mod signals;
mod threads;
mod valgrind;
mod word;

pub use errno::Errno;
pub use files::{
    Descriptor, Mode, Ready, close, fchmod, is_terminal, linkat, lseek, openat, poll, read,
    renameat, rights_of_plain_file, terminal_width, unlinkat, write,
};
#[cfg(any(test, feature = "hosted"))]
pub(crate) use hosted::thread_words;
#[cfg(any(test, feature = "hosted"))]
pub use hosted::{AtEnd, call_at_end, set_thread_word, thread_word};
pub use lock::{Lock, RawLock};
pub use once::Once;
pub use pages::{
    Promise, madvise_dontneed, madvise_free, madvise_hugepage, madvise_populate_write, mmap,
    mmap_near, mmap_untouchable, mprotect_read_write, mremap, mremap_onto, munmap,
};
pub use process::{
    abort, clock_monotonic_ns, clock_thread_ns, exit_group, getcwd, getpid, gettid, memory_bytes,
};
pub use shared::{
    FileIdentity, fcntl_dupfd, flock, fstat, ftruncate, madvise_dontfork, madvise_wipeonfork,
    mmap_shared,
};
pub use signals::{
    Action, FaultFrame, is_readable, rt_sigaction_fault, sigaltstack, sigaltstack_bytes,
};
pub use threads::{
    Birth, arch_prctl_get_fs, arch_prctl_set_fs, clone_thread, exit_thread, futex_wait,
    futex_wake_all, munmap_and_exit, own_word,
};
pub use valgrind::{
    VALGRIND_FREELIKE, VALGRIND_LEAK_CHECK, VALGRIND_MALLOCLIKE, VALGRIND_NO_ACCESS,
    valgrind_request,
};
pub use word::Word;
