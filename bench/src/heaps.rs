//! The two heaps of the harness itself, and an allocator of the library seen as `GlobalAlloc`.
//!
//! [`Nothing`] hands the same bytes to everybody and takes nothing back: what a workload costs on it is the
//! harness's own cost, printed beside every result. [`Meter`] does the same and counts the bytes that are
//! live: that is what peak memory is divided by.

use crate::block::layout;
use crate::pages::Pages;
use nostd_alloc::memory::{Allocator, reallocate};
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The bytes that a do-nothing heap hands out: more than any workload asks at once.
const REGION_BYTES: usize = 1 << 30;

/// The same for a thread, whose workloads ask for 4 KiB at most.
const THREAD_REGION_BYTES: usize = 64 << 10;

/// A region that nobody gives back.
fn region(bytes: usize) -> *mut u8 {
    let pages = Pages::<u64>::unreserved(bytes / size_of::<u64>());
    std::mem::ManuallyDrop::new(pages).start().cast()
}

/// Does nothing, for one thread.
#[derive(Debug)]
pub struct Nothing(*mut u8);

impl Nothing {
    /// A heap that does nothing.
    pub fn new() -> Nothing {
        Nothing(region(REGION_BYTES))
    }
}

// SAFETY: not a heap by the contract of `GlobalAlloc`: blocks overlap. The workloads only write bytes
// through raw pointers, and read back none that they rely on, which was checked for each of them.
unsafe impl GlobalAlloc for Nothing {
    #[inline(always)]
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        self.0
    }

    #[inline(always)]
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    #[inline(always)]
    unsafe fn alloc_zeroed(&self, _: Layout) -> *mut u8 {
        self.0
    }

    #[inline(always)]
    unsafe fn realloc(&self, ptr: *mut u8, _: Layout, _: usize) -> *mut u8 {
        ptr
    }
}

thread_local! {
    /// The bytes of this thread: two threads that write the same line would wait for each other.
    static REGION: Cell<*mut u8> = const { Cell::new(null_mut()) };
}

/// Does nothing, for many threads.
#[derive(Debug)]
pub struct NothingShared;

// SAFETY: as for `Nothing`: no heap by the contract of `GlobalAlloc`, and checked to be enough here.
unsafe impl GlobalAlloc for NothingShared {
    #[inline(always)]
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        let own = REGION.get();
        if own.is_null() {
            REGION.set(region(THREAD_REGION_BYTES));
        }
        REGION.get()
    }

    #[inline(always)]
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

static LIVE_BYTES: AtomicU64 = AtomicU64::new(0);
static LIVE_BYTES_PEAK: AtomicU64 = AtomicU64::new(0);

/// Counts the requested bytes that are live, and is otherwise a heap that does nothing.
#[derive(Debug)]
pub struct Meter<H>(pub H);

/// Counts a block.
fn count(size: usize) {
    let live = LIVE_BYTES.fetch_add(size as u64, Relaxed) + size as u64;
    LIVE_BYTES_PEAK.fetch_max(live, Relaxed);
}

/// The most requested bytes that were live at once on a [`Meter`], in KiB rounded up.
pub fn live_kib_peak() -> u64 {
    LIVE_BYTES_PEAK.load(Relaxed).div_ceil(1024)
}

// SAFETY: as for `Nothing`: no heap by the contract of `GlobalAlloc`, and checked to be enough here.
unsafe impl<H: GlobalAlloc> GlobalAlloc for Meter<H> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: contract of this function.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, _: *mut u8, layout: Layout) {
        LIVE_BYTES.fetch_sub(layout.size() as u64, Relaxed);
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: contract of this function.
        unsafe { self.alloc(layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        LIVE_BYTES.fetch_sub(layout.size() as u64, Relaxed);
        count(new_size);
        ptr
    }
}

/// An allocator of the library, by its type or as a row of the catalogue.
#[derive(Debug)]
pub struct Of<A>(pub A);

// SAFETY: each call goes to the allocator, whose contract of `Allocator` holds all that this trait asks.
unsafe impl<A: Allocator> GlobalAlloc for Of<A> {
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let answer = self.0.allocate(layout);
        answer.map_or(null_mut(), |block| block.cast().as_ptr())
    }

    #[inline(always)]
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: contract of this function: a block of the allocator, which is not null.
        unsafe { self.0.deallocate(NonNull::new_unchecked(ptr), layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let answer = self.0.allocate_zeroed(layout);
        answer.map_or(null_mut(), |block| block.cast().as_ptr())
    }

    unsafe fn realloc(&self, ptr: *mut u8, old: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: contract of this function: a block of the allocator, which is not null.
        let answer = unsafe { reallocate(&self.0, NonNull::new_unchecked(ptr), old, new_size) };
        answer.map_or(null_mut(), |block| block.cast().as_ptr())
    }
}

/// Whether a heap keeps what is written to its blocks, gives the alignment that was asked, and zeros: a
/// peer that fails this is not measured.
pub fn works<H: GlobalAlloc>(heap: &H) -> bool {
    let mut fine = true;
    let mut blocks = Vec::new();
    for round in 0..200usize {
        let size = 1 + round * 37;
        let align = [1, 8, 16, 64][round % 4];
        // SAFETY: sizes are checked by the line above not to be 0; each block comes from `heap`, is written
        // in its bounds, and goes back once with the size and alignment that it was asked at.
        unsafe {
            let ptr = heap.alloc_zeroed(layout(size, align));
            fine &= !ptr.is_null() && ptr.addr().is_multiple_of(align);
            fine &= fine && (0..size).all(|at| ptr.add(at).read() == 0);
            ptr.write_bytes(round as u8, size);
            blocks.push((ptr, size, align));
        }
    }
    for (round, &(ptr, size, align)) in blocks.iter().enumerate() {
        // SAFETY: each block came from `heap` in the loop above, with this size and alignment.
        unsafe {
            let ptr = heap.realloc(ptr, layout(size, align), size * 2);
            fine &= (0..size).all(|at| ptr.add(at).read() == round as u8);
            heap.dealloc(ptr, layout(size * 2, align));
        }
    }
    fine
}
