//! musl's malloc inside this program: its own object code, under names of its own (`build.rs`).
//!
//! What it expects of musl's start-up and threads is done here:
//! - *errno* is that of the program's C library.
//! - *Locks*: musl takes them from the first `pthread_create` on, as a flag says. The threads here are glibc's, which
//!   do not set it: it is set where a workload has threads, and else not.
//! - *The vector of the kernel*, from which the heap takes its secret, is handed over.
//! - *The break* is glibc's in this process, and only one can have it: musl is told that there is none, as it finds out
//!   by itself under a kernel that has none. It takes mappings for its metadata then.
//!
//! Both structures are as in musl 1.2.3; `build.rs` compares their lengths.

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Once;

/// The beginning of what musl knows of its process.
#[repr(C)]
struct Libc {
    can_do_threads: u8,
    threaded: u8,
    secure: u8,
    need_locks: i8,
    threads_minus_1: i32,
    auxv: *const [usize; 2],
}

/// What musl's malloc knows.
#[repr(C)]
struct Context {
    secret: u64,
    others: [u64; 114],
    /// The end of its part of the break; all bits set if there is no break.
    end: usize,
}

unsafe extern "C" {
    static mut musl_libc: Libc;
    static mut musl_context: Context;
    static musl_version: c_char;
    fn musl_malloc(size: usize) -> *mut c_void;
    fn musl_calloc(count: usize, size: usize) -> *mut c_void;
    fn musl_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn musl_free(block: *mut c_void);
    fn musl_aligned_alloc(align: usize, size: usize) -> *mut c_void;
}

/// Where musl finds errno.
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
extern "C" fn musl_errno() -> *mut c_int {
    // SAFETY: the pointer comes from the C library, which keeps it for the thread that asks.
    unsafe { libc::__errno_location() }
}

/// The alignment of every block of musl.
const ALIGN: usize = 16;

/// musl's version, as it says it.
pub fn version() -> &'static str {
    // SAFETY: the pointer comes from musl, whose text ends with a NUL and is a constant.
    let text = unsafe { CStr::from_ptr(&raw const musl_version) };
    text.to_str().unwrap_or("unknown")
}

/// musl's malloc.
pub struct Musl(());

impl Musl {
    /// The heap, for one thread or, with its locks, for many. The first use decides, for the whole process.
    pub fn new(has_threads: bool) -> Musl {
        static BEGIN: Once = Once::new();
        BEGIN.call_once(|| {
            // SAFETY: contract of getauxval(3): it reads what the kernel left, which stays as long as the process.
            let random = unsafe { libc::getauxval(libc::AT_RANDOM) } as usize;
            let vector: &[_; 2] = Box::leak(Box::new([[libc::AT_RANDOM as usize, random], [0; 2]]));
            // SAFETY: nobody has called musl yet, by the contract of `Once`: its state is set before it is read.
            unsafe {
                musl_libc.auxv = vector.as_ptr();
                musl_libc.need_locks = i8::from(has_threads);
                musl_context.end = usize::MAX;
            }
        });
        Musl(())
    }
}

// SAFETY: each call goes to musl's malloc, which keeps the contract of C's, and that is all that this trait asks;
// as std's `System`, it is asked for an alignment where that of every block is not enough. From more than one thread
// it is called with its locks on, since the program makes it for the workload that it runs.
unsafe impl GlobalAlloc for Musl {
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: contract of this function.
        let block = unsafe {
            if align <= ALIGN {
                musl_malloc(size)
            } else {
                musl_aligned_alloc(align, size)
            }
        };
        block.cast()
    }

    #[inline(always)]
    unsafe fn dealloc(&self, ptr: *mut u8, _: Layout) {
        // SAFETY: contract of this function: a live block of musl.
        unsafe { musl_free(ptr.cast()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: contract of this function; a block that is there has `size` bytes.
        unsafe {
            if layout.align() <= ALIGN {
                return musl_calloc(1, layout.size()).cast();
            }
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn realloc(&self, ptr: *mut u8, old: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: contract of this function: a live block of `old`; the new one is another, at least as long as what
        // is copied.
        unsafe {
            if old.align() <= ALIGN {
                return musl_realloc(ptr.cast(), new_size).cast();
            }
            let moved = self.alloc(Layout::from_size_align_unchecked(new_size, old.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(ptr, old.size().min(new_size));
                self.dealloc(ptr, old);
            }
            moved
        }
    }
}
