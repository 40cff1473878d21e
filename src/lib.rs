//! The parts of a program without libc, std or the `alloc` crate: system calls, start-up, heaps of every
//! kind behind one trait, collections that survive running out of memory, and a lab that judges heaps by the
//! recorded allocations of real programs. The binary `nostd-alloc` is made of them and proves them.
//!
//! # Floors
//! A floor uses only the floors below it; `tests/tidy.rs` reads their order from the `pub mod` lines of this
//! file, lowest first. Start reading at [`memory`] (the one trait), then [`heap`].
//!
//! # Promises
//! - Running out of memory is an ordinary event: every method that may need memory has a `try_` twin, after
//!   whose `Err` nothing has changed.
//! - A broken invariant stops the program with one line that names it; the way there allocates nothing.
//! - No symbol of a final binary (`_start`, the panic handler, memcpy) is in this library: they come from
//!   [`entry!`](crate::entry), in the binary's own crate.
//! - The dependency tree is `sc` alone (with `default-features = false`), on stable Rust.
//!
//! # A first program
//! See [`entry!`](crate::entry), and the folder `examples/hello`: the four files of a package that links.

#![no_std]

// Only the unit tests run on std.
#[cfg(test)]
extern crate std;

// For programs that have the `alloc` crate beside ours.
#[cfg(feature = "alloc")]
extern crate alloc;

// Floor 0, the kernel: one typed expression for each system call.
pub mod sys;

// Floor 1, bytes out and in; nothing here allocates.
pub mod io;

// Floor 2, before `main` and after it: `entry!`, arguments, exit codes, the panic report, faults.
pub mod start;

// Floor 3, where memory comes from: the trait `Allocator`, kernel pages, a fixed region, a ration.
pub mod memory;

// Floor 4, pages cut into blocks: strategies, wrappers around them, the global heap.
pub mod heap;

// Floor 5, growable things: `Box`, `Vec`, `String`.
pub mod collections;

// Floor 7, what heaps are judged by: recordings in, replay, scores.
pub mod lab;

// Floor 8, what a person types.
pub mod commands;

// The names that std's users look for, at the place where they look.
pub use collections::{
    Box, Cow, PushError, String, ToOwned, ToString, TryReserveError, Vec, boxed, prelude, string,
    vec,
};
