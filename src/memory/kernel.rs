//! Pages of the kernel as an allocator: each block is a mapping of its own.
//!
//! [`Kernel`] is the source under every heap, [`LargePages`] the same for what grows to a great length. [`Unreserved`] is the same for tables that may stay mostly
//! empty, and for a program that watches heaps and wants its own pages told apart from theirs: it maps with
//! `MAP_NORESERVE`, which a tracer sees.
//!
//! # Costs
//! One system call for each operation, and a page fault at the first touch of each page. A block takes
//! whole pages. It grows by one call that moves it if it must, so [`resize`](Allocator::resize) only shrinks.
//! An alignment above a page costs at most two calls more, to give the surplus back.

use super::{Advice, AllocError, Allocator, Layout, PAGE_BYTES};
use crate::sys::{self, Promise};
use core::ptr::NonNull;

/// Whole pages of the kernel, by `mmap`, `munmap` and `mremap`.
#[derive(Clone, Copy, Default, Debug)]
pub struct Kernel;

/// As [`Kernel`], with pages of 2 MiB under a block that grows to 32 MiB or more ([`Advice::Filling`]).
///
/// # Costs
/// 64 M numbers pushed to a vector over it take 1.1 to 1.5 ns each, and 3.5 over [`Kernel`]: 4900 page faults in place of
/// 131 500. But where the host of a virtual machine has not yet provided the memory behind a large page, it does so
/// page by page: 17 to 23 ns a number were measured then, which small pages paid when the machine had used them first.
///
/// # Examples
/// ```
/// use nostd_alloc::Vec;
/// use nostd_alloc::heap::Spans;
/// use nostd_alloc::memory::LargePages;
///
/// let heap: Spans<LargePages> = Spans::new(LargePages);
/// let mut numbers = Vec::new_in(&heap);
/// for number in 0..8 << 20 {
///     numbers.push(number);
/// }
/// assert_eq!(numbers[5_000_000], 5_000_000);
/// ```
#[derive(Clone, Copy, Default, Debug)]
pub struct LargePages;

/// As [`Kernel`], with pages that the kernel counts only when they are touched.
#[derive(Clone, Copy, Default, Debug)]
pub struct Unreserved;

/// A size in whole pages; `None` if there is no such size.
pub(super) fn pages_from_size(size: usize) -> Option<usize> {
    size.checked_next_multiple_of(PAGE_BYTES)
        .filter(|&length| length > 0)
}

/// Maps a block, aligned to more than a page if need be.
fn map(layout: Layout, promise: Promise) -> Result<NonNull<[u8]>, AllocError> {
    let length = pages_from_size(layout.size()).ok_or(AllocError)?;
    if layout.align() <= PAGE_BYTES {
        let start = sys::mmap(length, promise).map_err(|_| AllocError)?;
        return Ok(NonNull::slice_from_raw_parts(start, length));
    }
    let surplus = layout.align() - PAGE_BYTES;
    let mapped = length.checked_add(surplus).ok_or(AllocError)?;
    let start = sys::mmap(mapped, promise).map_err(|_| AllocError)?;
    let before = start.align_offset(layout.align());
    // SAFETY: the pages before and behind the aligned block come from the mapping just made, and nobody
    // has seen them. `before <= surplus`, because a mapping begins at a page: checked by the arithmetic of
    // `align_offset`.
    unsafe {
        let block = start.add(before);
        unmap(start, before);
        unmap(block.add(length), surplus - before);
        Ok(NonNull::slice_from_raw_parts(block, length))
    }
}

/// Unmaps pages. Where the kernel cannot (a hole in a mapping may need memory of its own), they are emptied:
/// their addresses stay taken, their memory does not.
///
/// # Safety
/// - As [`sys::munmap`], and `length` may be 0.
unsafe fn unmap(start: NonNull<u8>, length: usize) {
    if length == 0 {
        return;
    }
    // SAFETY: contract of this function.
    unsafe {
        if sys::munmap(start, length).is_err() {
            // Nothing better is left if this fails too: the pages stay as they are.
            let _ = sys::madvise_dontneed(start, length);
        }
    }
}

/// Gives a mapping a new length: a smaller one in place, a larger one wherever there is room.
///
/// # Safety
/// - As [`Allocator::remap`] of a block of this file.
unsafe fn remap_pages(
    ptr: NonNull<u8>,
    old: Layout,
    new_size: usize,
) -> Result<NonNull<[u8]>, AllocError> {
    let old_length = pages_from_size(old.size()).ok_or(AllocError)?;
    let new_length = pages_from_size(new_size).ok_or(AllocError)?;
    if new_length == old_length {
        return Ok(NonNull::slice_from_raw_parts(ptr, new_length));
    }
    let may_move = new_length > old_length;
    // SAFETY: contract of this function: the block is a whole mapping of `old_length`.
    let start = unsafe { sys::mremap(ptr, old_length, new_length, may_move) };
    let start = start.map_err(|_| AllocError)?;
    Ok(NonNull::slice_from_raw_parts(start, new_length))
}

/// Whether a new size takes more pages.
fn grows(old: Layout, new_size: usize) -> bool {
    pages_from_size(new_size) > pages_from_size(old.size())
}

/// The whole of the allocators but for the promise and the size of pages.
macro_rules! pages_of_the_kernel {
    ($name:ident, $promise:expr, large: $large:literal) => {
        // SAFETY: what the kernel maps is readable, writable, shared with no other mapping, and begins at a
        // page, or further on at the alignment (checked by `map`); all types are without state, so moving
        // them moves nothing. The contract of mmap(2) is the witness.
        unsafe impl Allocator for $name {
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                map(layout, $promise)
            }

            unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
                // SAFETY: contract of this function; a mapping has the length that `map` gave it.
                unsafe { unmap(ptr, pages_from_size(layout.size()).unwrap_or(0)) }
            }

            fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // Fresh pages are zero.
                map(layout, $promise)
            }

            unsafe fn resize(
                &self,
                ptr: NonNull<u8>,
                old: Layout,
                new_size: usize,
            ) -> Result<usize, AllocError> {
                if grows(old, new_size) {
                    // `remap` grows in place too, where there is room: one call of the kernel, not two.
                    return Err(AllocError);
                }
                // SAFETY: contract of this function; no more pages than before stay where they are.
                unsafe { remap_pages(ptr, old, new_size).map(|block| block.len()) }
            }

            unsafe fn remap(
                &self,
                ptr: NonNull<u8>,
                old: Layout,
                new_size: usize,
            ) -> Result<NonNull<[u8]>, AllocError> {
                if old.align() > PAGE_BYTES {
                    // The kernel would move it to any page.
                    return Err(AllocError);
                }
                // SAFETY: contract of this function.
                unsafe { remap_pages(ptr, old, new_size) }
            }

            fn grain(&self) -> usize {
                PAGE_BYTES
            }

            fn advise(&self, start: NonNull<u8>, length: usize, advice: Advice) {
                // A kernel that cannot take the advice does without it: nothing is lost.
                let _ = match advice {
                    Advice::Soon => sys::madvise_populate_write(start, length),
                    Advice::Filling if $large => sys::madvise_hugepage(start, length),
                    Advice::Filling => Ok(()),
                };
            }

            unsafe fn offer(&self, start: NonNull<u8>, length: usize) -> Result<(), AllocError> {
                // SAFETY: contract of this function.
                unsafe { sys::madvise_free(start, length) }.map_err(|_| AllocError)
            }
        }
    };
}

pages_of_the_kernel!(Kernel, Promise::Reserved, large: false);
pages_of_the_kernel!(LargePages, Promise::Reserved, large: true);
pages_of_the_kernel!(Unreserved, Promise::Unreserved, large: false);
