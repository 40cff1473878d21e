//! The one heap of the process, its lock, and the three things that malloc asks of it.
//!
//! # Costs
//! A lock that nobody waits for: two atomic instructions a call. `free` and `realloc` look the block up in the
//! heap's table of pages, in constant time.

use core::ffi::c_int;
use core::ptr::NonNull;
use nostd_alloc::heap::{Locked, Spans};
use nostd_alloc::memory::{AllocError, Allocator, Kernel, Layout};

/// The alignment of a block of C that is not shorter.
const GRANULE_BYTES: usize = 16;

static HEAP: Locked<Spans<Kernel>> = Locked::new(Spans::new(Kernel));

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
    let _ = unsafe { pthread_atfork(before_fork, after_fork, after_fork) };
}

/// Waits until nobody is in the middle of the heap, and keeps everybody out.
extern "C" fn before_fork() {
    HEAP.hold();
}

/// Lets everybody in again: in the parent and in the child.
extern "C" fn after_fork() {
    // SAFETY: `before_fork` took it in the thread that forks, by the contract of pthread_atfork(3).
    unsafe { HEAP.release() };
}

/// The layout of a request: a block of size 0 is one of size 1, and nothing is aligned to less than 8 bytes.
fn layout(size: usize, align: usize) -> Result<Layout, AllocError> {
    let natural = if size > GRANULE_BYTES / 2 {
        GRANULE_BYTES
    } else {
        GRANULE_BYTES / 2
    };
    Layout::from_size_align(size.max(1), align.max(natural)).map_err(|_| AllocError)
}

/// A block of `size` bytes, at `align` if that is more than what every block of C has.
///
/// # Errors
/// [`AllocError`] if there is no memory, or no such alignment.
#[inline]
pub(crate) fn allocate(size: usize, align: usize) -> Result<NonNull<u8>, AllocError> {
    Ok(HEAP.allocate(layout(size, align)?)?.cast())
}

/// As `allocate`, all zero.
///
/// # Errors
/// As `allocate`.
#[inline]
pub(crate) fn allocate_zeroed(size: usize) -> Result<NonNull<u8>, AllocError> {
    Ok(HEAP.allocate_zeroed(layout(size, 1)?)?.cast())
}

/// What a block is known as; the program ends if it is none.
fn known(heap: &Spans<Kernel>, block: NonNull<u8>) -> Layout {
    // A layout that no block has: the heap names the misuse, and the program ends.
    heap.layout_of(block).unwrap_or(Layout::new::<u8>())
}

/// Takes a block back.
///
/// # Safety
/// - `block` is a live block of this heap.
#[inline]
pub(crate) unsafe fn deallocate(block: NonNull<u8>) {
    // SAFETY: contract of this function; a layout that the heap knows the block by fits it.
    HEAP.with(|heap| unsafe { heap.deallocate(block, known(heap, block)) });
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
    HEAP.with(|heap| {
        let old = known(heap, block);
        // SAFETY: contract of this function; the layout comes from the heap and fits the block. The new one is
        // another block, at least as long as what is copied.
        unsafe {
            if heap.resize(block, old, new.size()).is_ok() {
                return Ok(block);
            }
            if let Ok(moved) = heap.remap(block, old, new.size()) {
                return Ok(moved.cast());
            }
            let moved = heap.allocate(new)?.cast::<u8>();
            moved.copy_from_nonoverlapping(block, old.size().min(new.size()));
            heap.deallocate(block, old);
            Ok(moved)
        }
    })
}

/// How many bytes of a live block may be used; 0 if it is none.
pub(crate) fn usable_size(block: NonNull<u8>) -> usize {
    HEAP.with(|heap| heap.layout_of(block).map_or(0, |layout| layout.size()))
}
