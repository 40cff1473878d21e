//! Memory for the calls that come while the next malloc is looked up: `dlsym` may allocate itself.
//!
//! A few hundred bytes are asked, once in the life of a process. They are handed out from the start of a
//! static buffer and never come back; in front of each block stands its size, for a realloc.

use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

const BUFFER_BYTES: usize = 16 * 1024;

/// Blocks begin at multiples of this, and so much lies in front of each.
const GRANULE_BYTES: usize = 16;

/// # Invariants
/// - **Once**: each byte of the buffer belongs to one block at most: `used` only grows.
#[repr(align(16))]
struct Buffer {
    bytes: UnsafeCell<[u8; BUFFER_BYTES]>,
    used: AtomicUsize,
}

// SAFETY: by **Once** of `Buffer` two threads never have the same bytes.
unsafe impl Sync for Buffer {}

static BUFFER: Buffer = Buffer {
    bytes: UnsafeCell::new([0; BUFFER_BYTES]),
    used: AtomicUsize::new(0),
};

fn start() -> *mut u8 {
    BUFFER.bytes.get().cast()
}

/// A block of zeros; null if the buffer is used up.
pub(crate) fn allocate(size: usize, align: usize) -> *mut c_void {
    let wished = |used: usize| {
        let begin = used.checked_add(GRANULE_BYTES)?;
        let begin = begin.checked_next_multiple_of(align.max(GRANULE_BYTES))?;
        let end = begin
            .checked_add(size)?
            .checked_next_multiple_of(GRANULE_BYTES)?;
        (end <= BUFFER_BYTES && align <= GRANULE_BYTES).then_some((begin, end))
    };
    let taken = BUFFER
        .used
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            wished(used).map(|(_, end)| end)
        });
    let Some((begin, _)) = taken.ok().and_then(wished) else {
        return null_mut();
    };
    // SAFETY: `begin` and what lies in front of it are inside the buffer, checked by `wished`, and ours alone
    // by **Once** of `Buffer`; both are multiples of 16.
    unsafe {
        let block = start().add(begin);
        block.sub(GRANULE_BYTES).cast::<usize>().write(size);
        block.cast()
    }
}

/// Whether a block came from here.
pub(crate) fn owns(block: *mut c_void) -> bool {
    block.addr().wrapping_sub(start().addr()) < BUFFER_BYTES
}

/// How long a block is that came from here, in bytes.
///
/// # Safety
/// - [`owns`] said so.
pub(crate) unsafe fn size(block: *mut c_void) -> usize {
    // SAFETY: contract of this function: `allocate` has written the size in front of the block.
    unsafe { block.cast::<u8>().sub(GRANULE_BYTES).cast::<usize>().read() }
}
