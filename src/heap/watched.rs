//! Somebody else hears of every block: each call that succeeded, and nothing of its own.
//!
//! Who keeps accounts of blocks (a recorder, a profiler, a test) implements [`Watch`] and writes no unsafe
//! code: [`Watched`] stands between, passes each call on, and tells what came of it.
//!
//! # How is this safe?
//! Nothing is kept and nothing is changed but the length of what is handed out, which is clipped to what was
//! asked: so what a program does next depends on its own wishes, not on what this heap happened to round up.
//!
//! # Costs
//! What the watcher costs. A source with a grain loses it: pages that go back in parts have no name.

use super::{Stats, Strategy};
use crate::memory::{AllocError, Allocator, Layout, Owns};
use core::ptr::NonNull;

/// Hears of the blocks of an allocator. A block is named by its address.
pub trait Watch {
    /// A block was handed out.
    fn allocated(&self, address: usize, layout: Layout, zeroed: bool);

    /// A block has a new size, and perhaps a new place.
    fn reallocated(&self, old_address: usize, new_address: usize, new_size: usize);

    /// A block goes back now.
    fn freed(&self, address: usize);
}

/// An allocator whose blocks are told to a watcher.
///
/// # Examples
/// ```
/// use core::cell::Cell;
/// use nostd_alloc::heap::{Bump, Watch, Watched};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// /// The largest request so far.
/// #[derive(Default)]
/// struct Largest(Cell<usize>);
///
/// impl Watch for Largest {
///     fn allocated(&self, _: usize, layout: Layout, _: bool) {
///         self.0.set(self.0.get().max(layout.size()));
///     }
///     fn reallocated(&self, _: usize, _: usize, new_size: usize) {
///         self.0.set(self.0.get().max(new_size));
///     }
///     fn freed(&self, _: usize) {}
/// }
///
/// let heap = Watched::new(Bump::new(Kernel), Largest::default());
/// heap.allocate(Layout::new::<[u8; 100]>()).unwrap();
/// assert_eq!(heap.watch().0.get(), 100);
/// ```
#[derive(Debug)]
pub struct Watched<A, W> {
    inner: A,
    watch: W,
}

impl<A, W> Watched<A, W> {
    /// Tells `watch` of the blocks of `inner` from now on.
    pub const fn new(inner: A, watch: W) -> Watched<A, W> {
        Watched { inner, watch }
    }

    /// The allocator behind.
    pub fn inner(&self) -> &A {
        &self.inner
    }

    /// The watcher.
    pub fn watch(&self) -> &W {
        &self.watch
    }
}

impl<A: Allocator, W: Watch> Watched<A, W> {
    /// Tells of a new block, and clips it to what was asked.
    fn told(
        &self,
        layout: Layout,
        zeroed: bool,
        answer: Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let start = answer?.cast::<u8>();
        self.watch.allocated(start.addr().get(), layout, zeroed);
        Ok(NonNull::slice_from_raw_parts(start, layout.size()))
    }
}

// SAFETY: every block comes from the allocator behind, which owes the same, cut to what was asked.
unsafe impl<A: Allocator, W: Watch> Allocator for Watched<A, W> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.told(layout, false, self.inner.allocate(layout))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // First told, then done: the place may be another block's at once.
        self.watch.freed(ptr.addr().get());
        // SAFETY: contract of this function.
        unsafe { self.inner.deallocate(ptr, layout) };
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.told(layout, true, self.inner.allocate_zeroed(layout))
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        // SAFETY: contract of this function.
        unsafe { self.inner.resize(ptr, old, new_size)? };
        let address = ptr.addr().get();
        self.watch.reallocated(address, address, new_size);
        Ok(new_size)
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let old_address = ptr.addr().get();
        // SAFETY: contract of this function.
        let start = unsafe { self.inner.remap(ptr, old, new_size)? }.cast::<u8>();
        self.watch
            .reallocated(old_address, start.addr().get(), new_size);
        Ok(NonNull::slice_from_raw_parts(start, new_size))
    }
}

// SAFETY: every block comes from the allocator behind, which owes the answer (contract of `Owns`).
unsafe impl<A: Owns, W: Watch> Owns for Watched<A, W> {
    fn owns(&self, ptr: NonNull<u8>) -> bool {
        self.inner.owns(ptr)
    }
}

impl<A: Strategy, W: Watch> Strategy for Watched<A, W> {
    fn stats(&self) -> Stats {
        self.inner.stats()
    }

    fn steps(&self) -> u64 {
        self.inner.steps()
    }

    fn verify(&self) {
        self.inner.verify();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Counted;
    use crate::memory::{Kernel, Ration};
    use core::cell::RefCell;
    use std::vec;
    use std::vec::Vec;

    /// What was told, as numbers: the operation, then its arguments.
    #[derive(Default)]
    struct Diary(RefCell<Vec<[usize; 4]>>);

    impl Watch for Diary {
        fn allocated(&self, address: usize, layout: Layout, zeroed: bool) {
            let kind = 1 + usize::from(zeroed);
            self.0
                .borrow_mut()
                .push([kind, address, layout.size(), layout.align()]);
        }

        fn reallocated(&self, old_address: usize, new_address: usize, new_size: usize) {
            self.0
                .borrow_mut()
                .push([3, old_address, new_address, new_size]);
        }

        fn freed(&self, address: usize) {
            self.0.borrow_mut().push([4, address, 0, 0]);
        }
    }

    #[test]
    fn each_success_is_told_once_and_refusals_are_not() {
        let source = Counted::new(Ration::of_bytes(Kernel, 1 << 20));
        let heap = Watched::new(&source, Diary::default());
        let layout = Layout::from_size_align(100, 8).unwrap();
        let first = heap.allocate(layout).unwrap();
        let second = heap.allocate_zeroed(layout).unwrap();
        assert_eq!((first.len(), second.len()), (100, 100), "not clipped");
        let (first, second) = (first.cast::<u8>(), second.cast::<u8>());
        assert_eq!(heap.grain(), 0);
        // SAFETY: both blocks came from `heap` just above, with this layout, and go back with the sizes that
        // they have by then.
        let moved = unsafe {
            assert_eq!(heap.resize(first, layout, 4000), Ok(4000));
            assert!(heap.resize(first, layout, 1 << 40).is_err());
            let moved = heap.remap(first, layout, 20_000).unwrap();
            assert!(heap.remap(second, layout, 1 << 40).is_err());
            assert!(heap.allocate(Layout::new::<[u8; 1 << 21]>()).is_err());
            heap.deallocate(second, layout);
            heap.deallocate(moved.cast(), Layout::from_size_align(20_000, 8).unwrap());
            assert_eq!(moved.len(), 20_000);
            moved.addr().get()
        };
        let (first, second) = (first.addr().get(), second.addr().get());
        let expected = vec![
            [1, first, 100, 8],
            [2, second, 100, 8],
            [3, first, first, 4000],
            [3, first, moved, 20_000],
            [4, second, 0, 0],
            [4, moved, 0, 0],
        ];
        assert_eq!(*heap.watch().0.borrow(), expected);
        assert_eq!(source.held_bytes(), 0);
    }
}
