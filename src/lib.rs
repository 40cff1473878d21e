//! nostd-alloc
#![no_std]

#[cfg(test)]
extern crate std;

/// The kernel: one typed expression for each call.
pub mod sys;

/// Bytes out and in; nothing here allocates.
pub mod io;

/// Before `main` and after it: `entry!`, arguments, exit codes, the panic report, faults.
pub mod start;

/// Where memory comes from: the trait `Allocator`, kernel pages, a fixed region, a ration.
pub mod memory;

/// Pages cut into blocks: strategies, the wrappers around them, the global heap.
pub mod heap;

/// Growable things: `Box`, `Vec`, `String`.
pub mod collections;

/// What heaps are judged by: traces in, replay, scores.
pub mod lab;

/// What a person types.
pub mod commands;
