//! One block of a heap: where it is and how many bytes were asked, and the four things a workload does
//! with it.
//!
//! A workload keeps blocks by the million, so that a [`Block`] is two words and does not know its heap.
//!
//! # How is this safe?
//! A `Block` is `Copy`, and nothing stops a workload from giving one back twice: the two functions that
//! could be called wrongly are `unsafe`, and each call says where the block came from. Bytes are only
//! written through raw pointers, so that the do-nothing heap, which hands the same bytes to everybody, is
//! sound too.

use std::alloc::{GlobalAlloc, Layout};
use std::process::exit;

/// Exit code of a cell whose heap had no more memory.
pub const EXIT_NO_MEMORY: i32 = 12;

/// What a touched block costs at least: one write each so many bytes, the length of a cache line.
pub const LINE_BYTES: usize = 64;

/// The alignment that a C program gets for a block: the largest power of two in the size, at most 16. More
/// would send glibc down another road (`posix_memalign`).
pub const fn alignment_from_size(size: usize) -> usize {
    match size {
        16.. => 16,
        8.. => 8,
        4.. => 4,
        2.. => 2,
        _ => 1,
    }
}

/// The layout of `size` bytes at `align`.
#[inline(always)]
pub fn layout(size: usize, align: usize) -> Layout {
    debug_assert!(align.is_power_of_two() && size <= isize::MAX as usize - align);
    // SAFETY: checked by the callers, which take sizes from tables of at most some MiB and a power of two.
    unsafe { Layout::from_size_align_unchecked(size, align) }
}

/// A live block.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Where it begins.
    pub ptr: *mut u8,
    /// The bytes that were asked; `deallocate` names them again.
    pub size: usize,
}

// SAFETY: a block is a number to whoever holds it; the heaps that take it back on another thread are `Sync`,
// which is checked by the bounds of the workloads with threads.
unsafe impl Send for Block {}

impl Block {
    /// No block: what a fresh table holds.
    pub const NONE: Block = Block {
        ptr: std::ptr::null_mut(),
        size: 0,
    };

    /// Asks `heap` for `size` bytes at 8, the alignment of most values in Rust.
    #[inline(always)]
    pub fn new<H: GlobalAlloc>(heap: &H, size: usize) -> Block {
        Block::aligned(heap, size, 8)
    }

    /// Asks `heap` for `size` bytes at `align`. A heap without memory ends the process.
    #[inline(always)]
    pub fn aligned<H: GlobalAlloc>(heap: &H, size: usize, align: usize) -> Block {
        // SAFETY: the size was checked not to be 0 by the makers of the tables of sizes.
        let ptr = unsafe { heap.alloc(layout(size, align)) };
        if ptr.is_null() {
            no_memory();
        }
        Block { ptr, size }
    }

    /// As `aligned`, with all bytes zero.
    #[inline(always)]
    pub fn zeroed<H: GlobalAlloc>(heap: &H, size: usize, align: usize) -> Block {
        // SAFETY: as in `aligned`: the size was checked not to be 0.
        let ptr = unsafe { heap.alloc_zeroed(layout(size, align)) };
        if ptr.is_null() {
            no_memory();
        }
        Block { ptr, size }
    }

    /// Gives the block back.
    ///
    /// # Safety
    /// - The block is live, came from `heap`, and was asked at `align`.
    #[inline(always)]
    pub unsafe fn free<H: GlobalAlloc>(self, heap: &H, align: usize) {
        // SAFETY: contract of this function.
        unsafe { heap.dealloc(self.ptr, layout(self.size, align)) }
    }

    /// Gives the block a new size; it may move.
    ///
    /// # Safety
    /// - The block is live, came from `heap`, and was asked at `align`; `size` is not 0.
    #[inline(always)]
    pub unsafe fn resize<H: GlobalAlloc>(self, heap: &H, size: usize, align: usize) -> Block {
        // SAFETY: contract of this function.
        let ptr = unsafe { heap.realloc(self.ptr, layout(self.size, align), size) };
        if ptr.is_null() {
            no_memory();
        }
        Block { ptr, size }
    }

    /// Writes one byte each `step` bytes from `from` on.
    ///
    /// # Safety
    /// - The block is live.
    #[inline(always)]
    pub unsafe fn touch(self, from: usize, step: usize) {
        let mut at = from;
        while at < self.size {
            // SAFETY: contract of this function; `at < size` was checked just now.
            unsafe { self.ptr.add(at).write_volatile(at as u8) };
            at += step;
        }
    }
}

/// The end of a cell whose heap had no memory: the table shows a dash.
#[cold]
pub fn no_memory() -> ! {
    exit(EXIT_NO_MEMORY)
}
