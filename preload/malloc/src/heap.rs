//! The heaps of the process's threads, and the three things that malloc asks of them.
//!
//! # Costs
//! No lock and no atomic step where a thread frees a small block that it has allocated. `free` and `realloc` look the
//! block up in its heap's table of pages, in constant time.

use core::ffi::c_int;
use core::ptr::NonNull;
use nostd_alloc::heap::Global;
use nostd_alloc::memory::{AllocError, Allocator, Layout};

/// The alignment of a block of C that is not shorter.
const GRANULE_BYTES: usize = 16;

unsafe extern "C" {
    /// pthread_atfork(3) of the libc.
    fn pthread_atfork(
        prepare: extern "C" fn(),
        parent: extern "C" fn(),
        child: extern "C" fn(),
    ) -> c_int;
}

/// Called when the library is loaded, before the program begins.
#[used]
// By the contract of ELF, the loader calls each address in this section once.
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;

extern "C" fn begin() {
    // Without it, a fork of a process with threads could stop for ever: nothing better can be done here.
    // SAFETY: contract of pthread_atfork(3): three functions that stay as long as the process.
    let _ = unsafe { pthread_atfork(before_fork, in_parent, in_child) };
}

/// Waits until no other thread is in the middle of a heap, and keeps them out.
extern "C" fn before_fork() {
    Global.hold();
}

/// Lets them in again.
extern "C" fn in_parent() {
    // SAFETY: `before_fork` held them in this thread, by the contract of pthread_atfork(3).
    unsafe { Global.release() };
}

/// The same in the child, which has no other thread.
extern "C" fn in_child() {
    // SAFETY: `before_fork` held them in the thread that forked, by the contract of pthread_atfork(3).
    unsafe { Global.release_in_child() };
}

/// The layout of a request: up to 8 bytes, aligned to 8, or else whole granules, aligned to them.
#[inline(always)]
fn layout(size: usize, align: usize) -> Result<Layout, AllocError> {
    if size <= size_of::<u64>() {
        let short = Layout::new::<u64>().align_to(align);
        return short.map_err(|_| AllocError);
    }
    let size = size.checked_next_multiple_of(GRANULE_BYTES);
    let layout = Layout::from_size_align(size.ok_or(AllocError)?, align.max(GRANULE_BYTES));
    layout.map_err(|_| AllocError)
}

/// A block of `size` bytes, at `align` if that is more than what every block of C has.
///
/// # Errors
/// [`AllocError`] if there is no memory, or no such alignment.
#[inline]
pub(crate) fn allocate(size: usize, align: usize) -> Result<NonNull<u8>, AllocError> {
    Ok(Global.allocate(layout(size, align)?)?.cast())
}

/// As `allocate`, all zero.
///
/// # Errors
/// As `allocate`.
#[inline]
pub(crate) fn allocate_zeroed(size: usize) -> Result<NonNull<u8>, AllocError> {
    Ok(Global.allocate_zeroed(layout(size, 1)?)?.cast())
}

/// Takes a block back.
///
/// # Safety
/// - `block` is a live block of this heap.
#[inline]
pub(crate) unsafe fn deallocate(block: NonNull<u8>) {
    // SAFETY: contract of this function.
    unsafe { Global.deallocate_unnamed(block) };
}

/// Gives a block a new size, elsewhere if need be.
///
/// # Safety
/// - `block` is a live block of this heap.
///
/// # Errors
/// [`AllocError`] if there is no memory; the block is as before.
pub(crate) unsafe fn reallocate(
    block: NonNull<u8>,
    new_size: usize,
) -> Result<NonNull<u8>, AllocError> {
    let new = layout(new_size, 1)?;
    let old = Global.layout_or_end(block);
    // SAFETY: contract of this function; the layout comes from the heap and fits the block. The new one is
    // another block, at least as long as what is copied.
    unsafe {
        if Global.resize(block, old, new.size()).is_ok() {
            return Ok(block);
        }
        if let Ok(moved) = Global.remap(block, old, new.size()) {
            return Ok(moved.cast());
        }
        let moved = Global.allocate(new)?.cast::<u8>();
        moved.copy_from_nonoverlapping(block, old.size().min(new.size()));
        Global.deallocate(block, old);
        Ok(moved)
    }
}

/// How many bytes of a live block may be used; 0 if it is none.
pub(crate) fn usable_size(block: NonNull<u8>) -> usize {
    Global.layout_of(block).map_or(0, |layout| layout.size())
}
