//! Peers written in Rust that are made over a region, and one that has no `GlobalAlloc` without a lock.

use crate::pages::Pages;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;

/// What a heap with a fixed region gets: address space only, pages come when they are touched.
const REGION_BYTES: usize = 6 << 30;

/// The start and the length of a region that nobody gives back.
pub fn fixed_region() -> (*mut u8, usize) {
    let pages = Pages::<u64>::unreserved(REGION_BYTES / size_of::<u64>());
    let start = std::mem::ManuallyDrop::new(pages).start();
    (start.cast(), REGION_BYTES)
}

/// talc without a lock.
pub fn talc((start, length): (*mut u8, usize)) -> talc::TalcCell<talc::source::Claim> {
    // SAFETY: the region comes from `fixed_region`: nobody else has it.
    talc::TalcCell::new(unsafe { talc::source::Claim::new(start, length) })
}

/// talc behind a spin lock.
pub fn talc_locked(
    (start, length): (*mut u8, usize),
) -> talc::TalcLock<spinning_top::RawSpinlock, talc::source::Claim> {
    // SAFETY: the region comes from `fixed_region`: nobody else has it.
    talc::TalcLock::new(unsafe { talc::source::Claim::new(start, length) })
}

/// The first-fit list of the blog's allocator chapters, behind a spin lock.
pub fn linked_list((start, length): (*mut u8, usize)) -> linked_list_allocator::LockedHeap {
    // SAFETY: the region comes from `fixed_region`: nobody else has it.
    unsafe { linked_list_allocator::LockedHeap::new(start, length) }
}

/// Buddies up to 4 GiB, behind a spin lock.
pub fn buddy((start, length): (*mut u8, usize)) -> buddy_system_allocator::LockedHeap<33> {
    let heap = buddy_system_allocator::LockedHeap::<33>::new();
    // SAFETY: the region comes from `fixed_region`: nobody else has it.
    unsafe { heap.lock().init(start.expose_provenance(), length) };
    heap
}

/// dlmalloc's port with bins by alignment, behind a spin lock.
pub fn good_memory(
    (start, length): (*mut u8, usize),
) -> good_memory_allocator::SpinLockedAllocator {
    let heap = good_memory_allocator::SpinLockedAllocator::empty();
    // SAFETY: the region comes from `fixed_region`: nobody else has it.
    unsafe { heap.init(start.expose_provenance(), length) };
    heap
}

/// dlmalloc without a lock.
///
/// # Invariants
/// - **Alone**: the type is not `Sync`, and no reference to the heap outlives a call.
pub struct Dlmalloc(UnsafeCell<dlmalloc::Dlmalloc>);

impl Dlmalloc {
    /// An empty heap.
    pub fn new() -> Dlmalloc {
        Dlmalloc(UnsafeCell::new(dlmalloc::Dlmalloc::new()))
    }
}

// SAFETY: each call goes to dlmalloc, which keeps the contract of `GlobalAlloc`; by **Alone** of `Dlmalloc`
// it is borrowed once at a time.
unsafe impl GlobalAlloc for Dlmalloc {
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by **Alone** of `Dlmalloc`; the rest is the contract of this function.
        unsafe { (*self.0.get()).malloc(layout.size(), layout.align()) }
    }

    #[inline(always)]
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: by **Alone** of `Dlmalloc`; the rest is the contract of this function.
        unsafe { (*self.0.get()).free(ptr, layout.size(), layout.align()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by **Alone** of `Dlmalloc`; the rest is the contract of this function.
        unsafe { (*self.0.get()).calloc(layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: by **Alone** of `Dlmalloc`; the rest is the contract of this function.
        unsafe { (*self.0.get()).realloc(ptr, layout.size(), layout.align(), new_size) }
    }
}
