//! Stands in front of a program's malloc and writes down what it is asked, in the format of `nostd-alloc`.
//!
//! ```text
//! LD_PRELOAD=.../libnostd_preload.so NOSTD_ALLOC_TRACE=out.trace COMMAND
//!
//! program -> malloc (exports) -> malloc of the next library in the process (next)
//!                |                 or our own heap, where there is none     (serve)
//!                +-> recording -> Recorder -> pages of out.trace            (window)
//! ```
//!
//! Nothing here needs a library: the kernel is asked by system calls, `memcpy` and `dlsym` come from the libc
//! that the program has anyway, and the tables of the recording live in pages of their own.
//!
//! # How is this safe?
//! - *No recursion*: what records calls no malloc. Only `dlsym` may, once; it is served from [`early`].
//! - *Threads*: one lock around the recording; the malloc behind is called without it. The end of a block is
//!   written before it happens and its beginning after, so an address is never live twice.
//! - *Fork*: lock and recording live in pages that the kernel wipes in the child (`MADV_WIPEONFORK`), however
//!   it was forked and whatever other threads were doing: the child finds an open lock and no recording, and
//!   begins one of its own.
//! - *The end*: lines are stores into pages of the file. They are there, whoever kills the process.
//!
//! `cargo test` compiles every library with unwinding, which a library without std cannot have: then this one
//! is empty, and the tests build the real one.
#![cfg_attr(panic = "abort", no_std)]

#[cfg(panic = "abort")]
mod early;
#[cfg(panic = "abort")]
mod exports;
#[cfg(panic = "abort")]
mod next;
#[cfg(panic = "abort")]
mod recording;
#[cfg(panic = "abort")]
mod serve;
#[cfg(panic = "abort")]
mod settings;
#[cfg(panic = "abort")]
mod window;

#[cfg(panic = "abort")]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    nostd_alloc::start::panic_report(info)
}
