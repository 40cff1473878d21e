//! Our own heap as a malloc: for a process that has no other, and for who asks for it.
//!
//! ```text
//! start              block
//! |  align bytes     |  size bytes |
//!    ... |size|align|                      the last 16 of them: free gets an address and nothing else
//! ```
//!
//! A fork copies the heap as it is at that moment, so nobody may be in the middle of it: libc calls
//! [`before_fork`] and, in both processes, [`after_fork`].
//!
//! # Costs
//! 16 bytes a block (for a larger alignment as many as that), one lock for all threads.

use crate::exports::set_errno_no_memory;
use core::alloc::GlobalAlloc;
use core::ffi::c_void;
use core::ptr::{NonNull, null_mut};
use nostd_alloc::heap::{FreeList, Locked};
use nostd_alloc::memory::{AllocError, Allocator, Kernel, Layout};

/// The least alignment, and the bytes of the two numbers in front of a block.
const GRANULE_BYTES: usize = 16;

static HEAP: Locked<FreeList<Kernel>> = Locked::new(FreeList::new(Kernel));

/// Waits until nobody is in the middle of the heap, and keeps everybody out.
pub(crate) extern "C" fn before_fork() {
    HEAP.hold();
}

/// Lets everybody in again: in the parent and in the child.
pub(crate) extern "C" fn after_fork() {
    // SAFETY: `before_fork` took it in the thread that forks, by the contract of pthread_atfork(3).
    unsafe { HEAP.release() };
}

/// What stands in front of a block.
#[derive(Clone, Copy)]
struct Header {
    /// What was asked, in bytes.
    size: usize,
    /// The alignment, and how far the block is from the start of what the heap handed out.
    align: usize,
}

impl Header {
    /// As the heap knows the block; `None` if there is none so large.
    fn layout(self) -> Option<Layout> {
        Layout::from_size_align(self.size.checked_add(self.align)?, self.align).ok()
    }

    /// The header of a block.
    ///
    /// # Safety
    /// - `block` came from this file and is live.
    unsafe fn of(block: *mut c_void) -> Header {
        // SAFETY: contract of this function: `write` has put both numbers there.
        unsafe { block.cast::<Header>().sub(1).read() }
    }

    /// Writes the header at the start of what the heap handed out, and returns the block.
    ///
    /// # Safety
    /// - `start` begins a live block of the heap with the layout of this header.
    unsafe fn write(self, start: NonNull<u8>) -> *mut c_void {
        // SAFETY: contract of this function: the block is `align`, at least 16 bytes, longer than its size.
        unsafe {
            let block = start.add(self.align);
            block.cast::<Header>().sub(1).write(self);
            block.as_ptr().cast()
        }
    }
}

/// What C wants of a failure: null and ENOMEM.
fn or_null(answer: Result<*mut c_void, AllocError>) -> *mut c_void {
    answer.unwrap_or_else(|_| {
        set_errno_no_memory();
        null_mut()
    })
}

fn allocate(size: usize, align: usize, zeroed: bool) -> Result<*mut c_void, AllocError> {
    let align = align.max(GRANULE_BYTES).checked_next_power_of_two();
    let header = Header {
        size,
        align: align.ok_or(AllocError)?,
    };
    let layout = header.layout().ok_or(AllocError)?;
    let block = match zeroed {
        true => HEAP.allocate_zeroed(layout)?,
        false => HEAP.allocate(layout)?,
    };
    // SAFETY: the block came from the heap just now, with this layout.
    Ok(unsafe { header.write(block.cast()) })
}

pub(crate) unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    or_null(allocate(size, GRANULE_BYTES, false))
}

pub(crate) unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    let size = count.checked_mul(size).ok_or(AllocError);
    or_null(size.and_then(|size| allocate(size, GRANULE_BYTES, true)))
}

/// malloc, aligned: both `memalign` and `aligned_alloc`.
pub(crate) unsafe extern "C" fn memalign(align: usize, size: usize) -> *mut c_void {
    or_null(allocate(size, align, false))
}

pub(crate) unsafe extern "C" fn posix_memalign(
    target: *mut *mut c_void,
    align: usize,
    size: usize,
) -> i32 {
    const EINVAL: i32 = 22;
    const ENOMEM: i32 = 12;
    if !align.is_power_of_two() || align < size_of::<usize>() {
        return EINVAL;
    }
    match allocate(size, align, false) {
        Ok(block) => {
            // SAFETY: contract of posix_memalign(3): the target can be written.
            unsafe { target.write(block) };
            0
        }
        Err(AllocError) => ENOMEM,
    }
}

/// Gives a live block a new size.
///
/// # Safety
/// - `block` came from this file and is live.
unsafe fn resize(block: *mut c_void, new_size: usize) -> Result<*mut c_void, AllocError> {
    // SAFETY: contract of this function. The block with what lies in front of it came from the heap with the
    // layout of its header, and moves as a whole.
    unsafe {
        let old = Header::of(block);
        let new = Header {
            size: new_size,
            ..old
        };
        let old_layout = old.layout().ok_or(AllocError)?;
        let new_bytes = new.layout().ok_or(AllocError)?.size();
        let start = block.cast::<u8>().sub(old.align);
        let moved = HEAP.realloc(start, old_layout, new_bytes);
        let moved = NonNull::new(moved).ok_or(AllocError)?;
        Ok(new.write(moved))
    }
}

pub(crate) unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    if block.is_null() {
        return or_null(allocate(size, GRANULE_BYTES, false));
    }
    // SAFETY: contract of realloc(3): a live block of this malloc.
    or_null(unsafe { resize(block, size) })
}

pub(crate) unsafe extern "C" fn free(block: *mut c_void) {
    if block.is_null() {
        return;
    }
    // SAFETY: contract of free(3): a live block of this malloc, which the heap knows by the layout of its
    // header.
    unsafe {
        let header = Header::of(block);
        let start = NonNull::new(block.cast::<u8>().sub(header.align));
        if let (Some(start), Some(layout)) = (start, header.layout()) {
            HEAP.deallocate(start, layout);
        }
    }
}

pub(crate) unsafe extern "C" fn malloc_usable_size(block: *mut c_void) -> usize {
    if block.is_null() {
        return 0;
    }
    // SAFETY: contract of malloc_usable_size(3): a live block of this malloc.
    unsafe { Header::of(block).size }
}
