//! The heap of spans as C's malloc, for any dynamically linked program, or linked into one.
//!
//! ```text
//! LD_PRELOAD=.../libnostd_malloc.so COMMAND
//! cc main.c .../libnostd_malloc.a
//!
//! program -> malloc (exports) -> the heap of the thread (heap) -> pages of the kernel
//! ```
//!
//! Nothing is written in front of a block: its size is found from its address, in the heap's own tables.
//!
//! # How is this safe?
//! - *No recursion*: the heap asks the kernel by system calls, and nobody else.
//! - *Threads*: each has a heap; what it frees of another's goes there by letters, and how long that is stands in the
//!   other's tables, which stand still while they are read.
//! - *Fork*: all heaps stand still over a fork (pthread_atfork), so the child never waits for a thread that it does
//!   not have.
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
