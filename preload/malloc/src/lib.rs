//! The heap of spans as C's malloc, for any dynamically linked program, or linked into one.
//!
//! ```text
//! LD_PRELOAD=.../libnostd_malloc.so COMMAND
//! cc main.c .../libnostd_malloc.a
//!
//! program -> malloc (exports) -> the heap, behind its lock (heap) -> pages of the kernel
//! ```
//!
//! Nothing is written in front of a block: its size is found from its address, in the heap's own tables.
//!
//! # How is this safe?
//! - *No recursion*: the heap asks the kernel by system calls, and nobody else.
//! - *Threads*: one lock around each call.
//! - *Fork*: the lock is taken before a fork and given back in both processes (pthread_atfork), so the child never
//!   finds another thread in the middle of the heap.
//! - *Misuse*: a pointer that is no block, or was freed already, ends the program with one line, as far as the
//!   checks of the heap see it.
//!
//! `cargo test` compiles every library with unwinding, which a library without std cannot have: then this one
//! is empty, and the tests build the real one.
#![cfg_attr(panic = "abort", no_std)]

#[cfg(panic = "abort")]
mod exports;
#[cfg(panic = "abort")]
mod heap;

#[cfg(panic = "abort")]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    nostd_alloc::start::panic_report(info)
}
