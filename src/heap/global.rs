//! The heap of the program: one, for every thread, without a handle to carry about.
//!
//! [`Global`] is a name without a size: each value of it is the same heap, of spans over the pages of the kernel.
//! Collections use it where no other allocator is named, and a program that wants the `alloc` crate writes two lines:
//!
//! ```
//! use nostd_alloc::heap::Global;
//!
//! #[global_allocator]
//! static GLOBAL: Global = Global;
//!
//! assert_eq!(vec![1, 2, 3].len(), 3);
//! ```
//!
//! Nobody sets it up, and how threads get along is found out by itself:
//!
//! | the program | its threads |
//! |---|---|
//! | of [`entry!`](crate::entry) | one heap without lock or atomic step; with [`start::thread`](crate::start::thread) one for each |
//! | with a libc, feature `hosted` | a heap for each |
//! | the same as C's malloc, feature `malloc` | a heap for each, and blocks come back without a layout |
//! | with a libc | one heap, behind a lock |
//!
//! # How is this safe?
//! `entry!` says itself that it was there. Who starts threads in such a program by other means than `start::thread`
//! calls [`clone_thread`](crate::sys::clone_thread) and owes what it asks: that FS leads to a control.
//!
//! # Costs
//! A program that does not use it has nothing of it; the heap asks the kernel for its first page when it
//! is first asked itself. What is free goes back beyond 512 KiB or as much as is in use, whatever is more. A heap that
//! never held more than 64 MiB offers it to the kernel first (`MADV_FREE`): it counts as resident until the kernel takes
//! it, or [`trim`](Global::trim) gives it back. More at [`Threaded`].

#[cfg(test)]
use super::starve;
use super::{Stats, Strategy, Threaded, threaded};
use crate::memory::{AllocError, Allocator, Layout};
use core::alloc::GlobalAlloc;
use core::ptr::NonNull;

#[cfg(feature = "hosted")]
use threaded::Hosted as Slot;
#[cfg(not(feature = "hosted"))]
use threaded::OfProgram as Slot;

/// The one heap behind all values of [`Global`].
static HEAP: Threaded<Slot> = Threaded::new(Slot);

/// The heap of the program.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Global;

impl Global {
    /// As [`Threaded::stats_of_all`].
    pub fn stats_of_all(&self) -> Stats {
        HEAP.stats_of_all()
    }

    /// As [`Threaded::trim`].
    pub fn trim(&self) {
        HEAP.trim();
    }
}

/// For C's malloc.
#[cfg(feature = "malloc")]
impl Global {
    /// As [`Threaded::layout_of`].
    #[inline]
    pub fn layout_of(&self, ptr: NonNull<u8>) -> Option<Layout> {
        HEAP.layout_of(ptr)
    }

    /// As [`Threaded::layout_or_end`].
    pub fn layout_or_end(&self, ptr: NonNull<u8>) -> Layout {
        HEAP.layout_or_end(ptr)
    }

    /// As [`Threaded::deallocate_unnamed`].
    ///
    /// # Safety
    /// - As there.
    #[inline]
    pub unsafe fn deallocate_unnamed(&self, ptr: NonNull<u8>) {
        // SAFETY: contract of this function.
        unsafe { HEAP.deallocate_unnamed(ptr) }
    }

    /// As [`Threaded::hold`].
    pub fn hold(&self) {
        HEAP.hold();
    }

    /// As [`Threaded::release`].
    ///
    /// # Safety
    /// - As there.
    pub unsafe fn release(&self) {
        // SAFETY: contract of this function.
        unsafe { HEAP.release() }
    }

    /// As [`Threaded::release_in_child`].
    ///
    /// # Safety
    /// - As there.
    pub unsafe fn release_in_child(&self) {
        // SAFETY: contract of this function.
        unsafe { HEAP.release_in_child() }
    }
}

// SAFETY: each call goes to the one heap, which owes the same (contract of `Allocator`); it is a static, so
// that blocks outlive every value of this type.
unsafe impl Allocator for Global {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        #[cfg(test)]
        starve::request()?;
        let block = HEAP.allocate(layout)?;
        #[cfg(test)]
        starve::count(1);
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        #[cfg(test)]
        starve::count(-1);
        // SAFETY: contract of this function.
        unsafe { HEAP.deallocate(ptr, layout) }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        #[cfg(test)]
        starve::request()?;
        let block = HEAP.allocate_zeroed(layout)?;
        #[cfg(test)]
        starve::count(1);
        Ok(block)
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        #[cfg(test)]
        starve::resize(new_size > old.size())?;
        // SAFETY: contract of this function.
        unsafe { HEAP.resize(ptr, old, new_size) }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        #[cfg(test)]
        starve::resize(new_size > old.size())?;
        // SAFETY: contract of this function.
        unsafe { HEAP.remap(ptr, old, new_size) }
    }
}

impl Strategy for Global {
    fn stats(&self) -> Stats {
        HEAP.stats()
    }

    fn steps(&self) -> u64 {
        HEAP.steps()
    }

    fn verify(&self) {
        HEAP.verify();
    }
}

// SAFETY: each call goes to the one heap, which owes the same (contract of `GlobalAlloc`).
unsafe impl GlobalAlloc for Global {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: contract of this function.
        unsafe { HEAP.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: contract of this function.
        unsafe { HEAP.dealloc(ptr, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: contract of this function.
        unsafe { HEAP.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: contract of this function.
        unsafe { HEAP.realloc(ptr, layout, new_size) }
    }
}
