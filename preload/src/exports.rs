//! What the program calls: malloc and its kin, each passed on to the next one, and told.

use crate::next::functions;
use crate::{early, recording};
use core::ffi::c_void;
use core::ptr::null_mut;
use nostd_alloc::lab::trace::layout_of_malloc;
use nostd_alloc::memory::{Layout, PAGE_BYTES};

/// The alignment of any block of C.
const GRANULE_BYTES: usize = 16;

unsafe extern "C" {
    /// Where the libc of the process keeps the error of the thread.
    fn __errno_location() -> *mut i32;
}

/// The error that C wants of a failed malloc.
pub(crate) fn set_errno_no_memory() {
    const ENOMEM: i32 = 12;
    // SAFETY: the pointer comes from the libc, which keeps it for the thread that asks.
    unsafe { *__errno_location() = ENOMEM };
}

/// Tells of a block of malloc, calloc or a first realloc; null is none.
fn tell_block(block: *mut c_void, size: usize, zeroed: bool) {
    if let (false, Some(layout)) = (block.is_null(), layout_of_malloc(size)) {
        recording::allocated(block, layout, zeroed);
    }
}

/// Tells of a block whose alignment was asked; the next malloc may have rounded that up.
fn tell_aligned(block: *mut c_void, align: usize, size: usize) {
    let align = align.checked_next_power_of_two();
    let layout = align.and_then(|align| Layout::from_size_align(size, align).ok());
    if let (false, Some(layout)) = (block.is_null(), layout) {
        recording::allocated(block, layout, false);
    }
}

/// malloc(3).
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    let Some(next) = functions() else {
        return early::allocate(size, GRANULE_BYTES);
    };
    // SAFETY: contract of malloc(3), which has no debts.
    let block = unsafe { (next.malloc)(size) };
    tell_block(block, size, false);
    block
}

/// calloc(3).
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    let Some(next) = functions() else {
        let size = count.checked_mul(size);
        return size.map_or(null_mut(), |size| early::allocate(size, GRANULE_BYTES));
    };
    // SAFETY: contract of calloc(3), which has no debts.
    let block = unsafe { (next.calloc)(count, size) };
    // No overflow: there is no such block.
    tell_block(block, count.wrapping_mul(size), true);
    block
}

/// realloc(3).
///
/// # Safety
/// - `block` is null or a live block of this malloc.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    if early::owns(block) {
        // SAFETY: contract of this function; `owns` was checked above.
        return unsafe { realloc_early(block, size) };
    }
    let Some(next) = functions() else {
        // Nobody has another block before the next malloc is known.
        return early::allocate(size, GRANULE_BYTES);
    };
    if block.is_null() {
        // SAFETY: contract of realloc(3).
        let new = unsafe { (next.realloc)(block, size) };
        tell_block(new, size, false);
        return new;
    }
    let moving = recording::begin_move(block);
    // SAFETY: contract of this function.
    let new = unsafe { (next.realloc)(block, size) };
    recording::end_move(moving, block, new, size);
    new
}

/// A block from before the next malloc was known moves over to it.
///
/// # Safety
/// - `block` is of [`early`].
unsafe fn realloc_early(block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: contract of this function; the new block is at least `size` bytes long, and another one.
    unsafe {
        let new = malloc(size);
        if !new.is_null() {
            let copied = early::size(block).min(size);
            new.cast::<u8>().copy_from(block.cast::<u8>(), copied);
        }
        new
    }
}

/// free(3).
///
/// # Safety
/// - `block` is null or a live block of this malloc.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn free(block: *mut c_void) {
    if block.is_null() || early::owns(block) {
        return;
    }
    let Some(next) = functions() else {
        return;
    };
    // First told, then done: the place may be another block's at once.
    recording::freed(block);
    // SAFETY: contract of this function.
    unsafe { (next.free)(block) };
}

/// memalign(3).
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn memalign(align: usize, size: usize) -> *mut c_void {
    let Some(next) = functions() else {
        return early::allocate(size, align);
    };
    // SAFETY: contract of memalign(3), which has no debts.
    let block = unsafe { (next.memalign)(align, size) };
    tell_aligned(block, align, size);
    block
}

/// aligned_alloc(3).
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn aligned_alloc(align: usize, size: usize) -> *mut c_void {
    let Some(next) = functions() else {
        return early::allocate(size, align);
    };
    // SAFETY: contract of aligned_alloc(3), which has no debts.
    let block = unsafe { (next.aligned_alloc)(align, size) };
    tell_aligned(block, align, size);
    block
}

/// posix_memalign(3).
///
/// # Safety
/// - `target` can be written.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn posix_memalign(
    target: *mut *mut c_void,
    align: usize,
    size: usize,
) -> i32 {
    const ENOMEM: i32 = 12;
    let Some(next) = functions() else {
        return ENOMEM;
    };
    // SAFETY: contract of this function.
    let error = unsafe { (next.posix_memalign)(target, align, size) };
    if error == 0 {
        // SAFETY: contract of this function: it was written just now.
        tell_aligned(unsafe { target.read() }, align, size);
    }
    error
}

/// valloc(3): aligned to a page.
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn valloc(size: usize) -> *mut c_void {
    // SAFETY: contract of memalign(3), which has no debts.
    unsafe { memalign(PAGE_BYTES, size) }
}

/// pvalloc(3): whole pages.
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn pvalloc(size: usize) -> *mut c_void {
    match size.max(1).checked_next_multiple_of(PAGE_BYTES) {
        // SAFETY: contract of memalign(3), which has no debts.
        Some(size) => unsafe { memalign(PAGE_BYTES, size) },
        None => {
            set_errno_no_memory();
            null_mut()
        }
    }
}

/// reallocarray(3): realloc, but for the overflow.
///
/// # Safety
/// - As [`realloc`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn reallocarray(
    block: *mut c_void,
    count: usize,
    size: usize,
) -> *mut c_void {
    match count.checked_mul(size) {
        // SAFETY: contract of this function.
        Some(size) => unsafe { realloc(block, size) },
        None => {
            set_errno_no_memory();
            null_mut()
        }
    }
}

/// malloc_usable_size(3).
///
/// # Safety
/// - `block` is null or a live block of this malloc.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn malloc_usable_size(block: *mut c_void) -> usize {
    if early::owns(block) {
        // SAFETY: checked above.
        return unsafe { early::size(block) };
    }
    let Some(next) = functions() else {
        return 0;
    };
    // SAFETY: contract of this function.
    unsafe { (next.malloc_usable_size)(block) }
}
