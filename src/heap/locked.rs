//! One at a time: the one place where a heap becomes `Sync`.
//!
//! Strategies keep their state in `Cell`s. [`Locked`] lets one caller in at a time, and so makes of any of
//! them a heap for all threads, and one that the `alloc` crate may use as `#[global_allocator]`.
//!
//! # How is this safe?
//! The heap is only ever borrowed while the lock is held, and no borrow of it leaves the call: `with`
//! lends it to a closure that cannot keep it.
//!
//! # Costs
//! What the lock costs: with the futex lock one compare-and-swap and one swap a call, and no system call
//! while nobody waits.

use super::{Stats, Strategy};
use crate::memory::{Advice, AllocError, Allocator, Layout, reallocate};
use crate::sys::{Lock, RawLock};
use core::alloc::GlobalAlloc;
use core::fmt;
use core::ptr::{NonNull, null_mut};

/// An allocator behind a lock.
///
/// # Invariants
/// - **Alone**: `inner` is only used by whoever holds `lock`.
///
/// # Examples
/// A heap for the `alloc` crate:
/// ```
/// use nostd_alloc::heap::{FreeList, Locked};
/// use nostd_alloc::memory::Kernel;
///
/// #[global_allocator]
/// static HEAP: Locked<FreeList<Kernel>> = Locked::new(FreeList::new(Kernel));
///
/// let text = String::from("from our heap");
/// assert!(HEAP.with(|heap| nostd_alloc::heap::Strategy::stats(heap).blocks) > 0);
/// # drop(text);
/// ```
pub struct Locked<A, L: RawLock = Lock> {
    lock: L,
    inner: A,
}

// SAFETY: by **Alone** of `Locked`, one thread at a time uses `inner`, and what it wrote is seen by the next
// (contract of `RawLock`); `A: Send` says that this thread may be any.
unsafe impl<A: Send, L: RawLock + Sync> Sync for Locked<A, L> {}

/// Opens the lock when it goes, also when the holder panics.
struct Held<'a, L: RawLock>(&'a L);

impl<L: RawLock> Drop for Held<'_, L> {
    fn drop(&mut self) {
        // SAFETY: a `Held` is made by `with` just after it took the lock, which is the origin of the
        // permission; it comes from nowhere else.
        unsafe { self.0.unlock() }
    }
}

impl<A, L: RawLock> Locked<A, L> {
    /// `inner` behind an open lock.
    pub const fn new(inner: A) -> Locked<A, L> {
        Locked {
            lock: L::OPEN,
            inner,
        }
    }

    /// Lends the allocator to `use_it`, which has it alone. A call back into the same lock would wait for
    /// itself.
    pub fn with<R>(&self, use_it: impl FnOnce(&A) -> R) -> R {
        self.lock.lock();
        let _held = Held(&self.lock);
        use_it(&self.inner)
    }

    /// Takes the lock and keeps it: nobody is in the middle of the heap until [`release`](Locked::release). A fork
    /// copies the heap as it is at that moment, so a program with threads holds it over one, and releases it in both
    /// processes.
    ///
    /// # Examples
    /// ```
    /// use nostd_alloc::heap::{FreeList, Locked};
    /// use nostd_alloc::memory::{Allocator, Kernel, Layout};
    ///
    /// static HEAP: Locked<FreeList<Kernel>> = Locked::new(FreeList::new(Kernel));
    ///
    /// HEAP.hold(); // and now a fork
    /// // SAFETY: it was held just above.
    /// unsafe { HEAP.release() };
    /// assert!(HEAP.allocate(Layout::new::<u64>()).is_ok());
    /// ```
    pub fn hold(&self) {
        self.lock.lock();
    }

    /// Opens the lock again.
    ///
    /// # Safety
    /// - It was taken by [`hold`](Locked::hold), in this thread or in the one that forked, and not released since.
    pub unsafe fn release(&self) {
        // SAFETY: contract of this function.
        unsafe { self.lock.unlock() }
    }

    /// The allocator, taken out.
    pub fn into_inner(self) -> A {
        self.inner
    }
}

// SAFETY: each call goes to the allocator behind the lock, which owes the same (contract of `Allocator`).
unsafe impl<A: Allocator, L: RawLock> Allocator for Locked<A, L> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.with(|inner| inner.allocate(layout))
    }

    #[inline]
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function.
        self.with(|inner| unsafe { inner.deallocate(ptr, layout) })
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.with(|inner| inner.allocate_zeroed(layout))
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        // SAFETY: contract of this function.
        self.with(|inner| unsafe { inner.resize(ptr, old, new_size) })
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: contract of this function.
        self.with(|inner| unsafe { inner.remap(ptr, old, new_size) })
    }

    fn grain(&self) -> usize {
        self.with(|inner| inner.grain())
    }

    fn advise(&self, start: NonNull<u8>, length: usize, advice: Advice) {
        self.with(|inner| inner.advise(start, length, advice));
    }
}

impl<A: Strategy, L: RawLock> Strategy for Locked<A, L> {
    fn stats(&self) -> Stats {
        self.with(|inner| inner.stats())
    }

    fn steps(&self) -> u64 {
        self.with(|inner| inner.steps())
    }

    fn verify(&self) {
        self.with(|inner| inner.verify());
    }
}

/// An answer as `GlobalAlloc` wants it: null is failure.
fn pointer_from_answer(answer: Result<NonNull<[u8]>, AllocError>) -> *mut u8 {
    answer.map_or(null_mut(), |block| block.cast::<u8>().as_ptr())
}

// SAFETY: blocks come from an `Allocator`, whose contract holds all that this trait asks; a size of 0, which
// the caller does not ask, would be null.
unsafe impl<A: Allocator, L: RawLock> GlobalAlloc for Locked<A, L> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        pointer_from_answer(self.allocate(layout))
    }

    #[inline]
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: contract of this function: a block of this allocator, which is not null.
        unsafe { self.deallocate(NonNull::new_unchecked(ptr), layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        pointer_from_answer(self.allocate_zeroed(layout))
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: contract of this function: a block of this allocator, which is not null.
        pointer_from_answer(self.with(|inner| unsafe {
            reallocate(inner, NonNull::new_unchecked(ptr), layout, new_size)
        }))
    }
}

impl<A, L: RawLock> fmt::Debug for Locked<A, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locked")
    }
}
