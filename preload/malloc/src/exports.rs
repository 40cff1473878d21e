//! What the program calls, by the names of C: the whole family, so that no block of another malloc ever comes here.
//!
//! Where the manuals leave a choice, glibc's is taken: `malloc(0)` is a block, `realloc(block, 0)` is `free`,
//! `memalign` rounds an alignment up.

use crate::heap;
use core::ffi::{c_int, c_void};
use core::ptr::{NonNull, null_mut};
use nostd_alloc::memory::{AllocError, PAGE_BYTES};

const ENOMEM: c_int = 12;
const EINVAL: c_int = 22;

unsafe extern "C" {
    /// Where the libc of the process keeps the error of the thread.
    fn __errno_location() -> *mut c_int;
}

/// A block as C wants it: null is failure, and errno says which.
#[inline]
fn or_null(answer: Result<NonNull<u8>, AllocError>) -> *mut c_void {
    match answer {
        Ok(block) => block.as_ptr().cast(),
        Err(AllocError) => failed(ENOMEM),
    }
}

#[cold]
fn failed(error: c_int) -> *mut c_void {
    // SAFETY: the pointer comes from the libc, which keeps it for the thread that asks.
    unsafe { *__errno_location() = error };
    null_mut()
}

/// malloc(3).
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    or_null(heap::allocate(size, 1))
}

/// calloc(3).
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    let size = count.checked_mul(size).ok_or(AllocError);
    or_null(size.and_then(heap::allocate_zeroed))
}

/// realloc(3).
///
/// # Safety
/// - `block` is null or a live block of this malloc.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    let Some(old) = NonNull::new(block.cast()) else {
        return or_null(heap::allocate(size, 1));
    };
    // SAFETY: contract of this function.
    unsafe {
        if size == 0 {
            heap::deallocate(old);
            return null_mut();
        }
        or_null(heap::reallocate(old, size))
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
        None => failed(ENOMEM),
    }
}

/// free(3).
///
/// # Safety
/// - `block` is null or a live block of this malloc.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn free(block: *mut c_void) {
    if let Some(block) = NonNull::new(block.cast()) {
        // SAFETY: contract of this function.
        unsafe { heap::deallocate(block) };
    }
}

/// free_sized of C23; the size is known here.
///
/// # Safety
/// - As [`free`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn free_sized(block: *mut c_void, _: usize) {
    // SAFETY: contract of this function.
    unsafe { free(block) };
}

/// free_aligned_sized of C23; both are known here.
///
/// # Safety
/// - As [`free`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn free_aligned_sized(block: *mut c_void, _: usize, _: usize) {
    // SAFETY: contract of this function.
    unsafe { free(block) };
}

/// cfree, which old programs still name.
///
/// # Safety
/// - As [`free`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn cfree(block: *mut c_void) {
    // SAFETY: contract of this function.
    unsafe { free(block) };
}

/// memalign(3): an alignment that is no power of two is rounded up.
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn memalign(align: usize, size: usize) -> *mut c_void {
    match align.checked_next_power_of_two() {
        Some(align) => or_null(heap::allocate(size, align)),
        None => failed(EINVAL),
    }
}

/// aligned_alloc(3).
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn aligned_alloc(align: usize, size: usize) -> *mut c_void {
    if !align.is_power_of_two() {
        return failed(EINVAL);
    }
    or_null(heap::allocate(size, align))
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
) -> c_int {
    if !align.is_power_of_two() || align < size_of::<usize>() {
        return EINVAL;
    }
    match heap::allocate(size, align) {
        Ok(block) => {
            // SAFETY: contract of this function.
            unsafe { target.write(block.as_ptr().cast()) };
            0
        }
        Err(AllocError) => ENOMEM,
    }
}

/// valloc(3): aligned to a page.
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn valloc(size: usize) -> *mut c_void {
    or_null(heap::allocate(size, PAGE_BYTES))
}

/// pvalloc(3): whole pages.
///
/// # Safety
/// None: the signature is C's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn pvalloc(size: usize) -> *mut c_void {
    match size.max(1).checked_next_multiple_of(PAGE_BYTES) {
        Some(size) => or_null(heap::allocate(size, PAGE_BYTES)),
        None => failed(ENOMEM),
    }
}

/// malloc_usable_size(3).
///
/// # Safety
/// - `block` is null or a live block of this malloc.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn malloc_usable_size(block: *mut c_void) -> usize {
    NonNull::new(block.cast()).map_or(0, heap::usable_size)
}
