//! The heaps of all threads as one: [`Allocator`] and [`GlobalAlloc`].
//!
//! What the thread's own hot stacks serve stands here and is inlined.

use super::home::{Home, post};
use super::letters::Letter;
use super::owners::OWNERS;
use super::{PerThread, Threaded, homes, shared};
use crate::heap::spans::Shaped;
use crate::heap::{Stats, Strategy};
use crate::memory::{AllocError, Allocator, Layout, reallocate};
use core::alloc::GlobalAlloc;
use core::ptr::{NonNull, null_mut};

/// Has a thread that ends leave its heap.
///
/// # Safety
/// - `home` is what this thread's slot held, which nobody reads any more.
unsafe fn end_of_thread(home: *mut ()) {
    // SAFETY: origin of the pointer: `Threaded::move_in`; heaps stay as long as the program.
    unsafe { &*home.cast_const().cast::<Home>() }.end_life();
}

impl<S: PerThread> Threaded<S> {
    /// Where to look for what is hot: the heap of this thread, or that of nobody, or none.
    #[inline(always)]
    pub(super) fn hot(&self) -> Option<&'static Home> {
        let home = self.slot.get().cast_const().cast::<Home>();
        // SAFETY: contract of `PerThread`: null (or that of nobody, if it says so), or what `move_in` has set for this
        // thread; heaps stay.
        unsafe {
            match S::NEVER_NULL {
                true => Some(&*home),
                false => home.as_ref(),
            }
        }
    }

    /// The heap of this thread, if it has one.
    pub(super) fn home(&self) -> Option<&'static Home> {
        self.hot().filter(|home| !home.is_nobodys())
    }

    /// The heap of this thread, which moves in somewhere if it has none.
    pub(super) fn move_in(&self) -> Result<&'static Home, AllocError> {
        if let Some(home) = self.home() {
            return Ok(home);
        }
        if !self.slot.may_set() {
            return Err(AllocError);
        }
        let home = homes::move_in()?;
        let value = (&raw const *home).cast_mut().cast();
        if let Err(AllocError) = self.slot.set(value, end_of_thread) {
            home.end_life();
            return Err(AllocError);
        }
        Ok(home)
    }

    /// Lends the heap of this thread, or the shared one if it can have none.
    fn with<R>(&self, use_it: impl FnOnce(&Home) -> R) -> Result<R, AllocError> {
        match self.move_in() {
            Ok(home) => Ok(use_it(home)),
            Err(AllocError) => shared::with(use_it),
        }
    }

    /// The same, if this thread may have blocks in it.
    fn with_present<R>(&self, use_it: impl FnOnce(&Home) -> R) -> Option<R> {
        match self.home() {
            Some(home) => Some(use_it(home)),
            None if self.slot.may_set() => None,
            None => shared::with(use_it).ok(),
        }
    }

    /// A block from the thread's hot stack.
    #[inline(always)]
    fn allocate_hot(&self, layout: Layout) -> Option<NonNull<[u8]>> {
        self.hot()?.spans().allocate_hot(layout)
    }

    /// Gives a small block of this thread's heap another size by what its hot stacks have, or does nothing.
    ///
    /// # Safety
    /// - As [`reallocate`].
    #[inline(always)]
    unsafe fn reallocate_hot(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Option<NonNull<u8>> {
        let new = Layout::from_size_align(new_size, old.align()).ok()?;
        let (home, from, to) = (
            self.hot()?,
            Shaped::from_layout(old),
            Shaped::from_layout(new),
        );
        let Shaped::Small(class) = from else {
            return None;
        };
        if !home.spans().is_own(class, ptr.addr().get()) {
            return None;
        }
        if from == to {
            return Some(ptr);
        }
        let block = home.spans().allocate_hot(new)?.cast::<u8>();
        // SAFETY: contract of this function: the old block is live, and used no more after this; checked above to be of
        // this heap and class. The new one came from it just now, and is as long as `new_size`.
        unsafe {
            block.copy_from_nonoverlapping(ptr, usize::min(old.size(), new_size));
            home.deallocate_own(class, ptr.addr().get());
        }
        Some(block)
    }

    /// A block that the thread's hot stack does not have, or null.
    #[cold]
    #[inline(never)]
    fn alloc_further(&self, layout: Layout) -> *mut u8 {
        pointer_from_answer(self.allocate_cold(layout))
    }

    /// A block that the thread's hot stack does not have.
    #[cold]
    #[inline(never)]
    fn allocate_further(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate_cold(layout)
    }

    #[inline(always)]
    fn allocate_cold(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if let Some(block) = self
            .hot()
            .and_then(|home| home.spans().allocate_recent(layout))
        {
            return Ok(block);
        }
        match self.home() {
            Some(home) => home.allocate(layout),
            None => self.with(|home| home.allocate(layout))?,
        }
    }

    /// Takes back a block that one look has not found in this thread's heap.
    ///
    /// # Safety
    /// - As [`Allocator::deallocate`].
    #[cold]
    #[inline(never)]
    unsafe fn deallocate_elsewhere(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function.
        unsafe {
            let (address, size) = (ptr.addr().get(), layout.size());
            let hot = self.hot();
            if !hot.is_some_and(|home| home.spans().deallocate_recent(address, size)) {
                self.deallocate_further(ptr, layout);
            }
        }
    }

    /// The same, of a block that cannot be kept at once.
    ///
    /// # Safety
    /// - As [`Allocator::deallocate`].
    #[inline(never)]
    unsafe fn deallocate_further(&self, ptr: NonNull<u8>, layout: Layout) {
        let (home, shape) = (self.home(), Shaped::from_layout(layout));
        if let (Some(home), Shaped::Large(_)) = (home, shape)
            // SAFETY: contract of this function.
            && home.change(|spans| unsafe { spans.deallocate_chunk(ptr, layout) })
        {
            return;
        }
        let number = OWNERS.find(ptr.addr().get());
        // SAFETY: contract of this function; the block has a page of the heap with this number.
        unsafe {
            match home {
                Some(home) => home.give_back(ptr, layout, number),
                None => self.deallocate_homeless(ptr, layout, number),
            }
        }
    }

    /// The same for a thread that has no heap yet, or any more.
    ///
    /// # Safety
    /// - As [`Home::give_back`].
    #[cold]
    #[inline(never)]
    unsafe fn deallocate_homeless(&self, ptr: NonNull<u8>, layout: Layout, number: u16) {
        // SAFETY: contract of this function.
        let given_back = self.with(|home| unsafe { home.give_back(ptr, layout, number) });
        if let Err(AllocError) = given_back {
            // SAFETY: contract of this function.
            unsafe {
                post(
                    Letter::bare(ptr.addr().get(), Shaped::from_layout(layout)),
                    number,
                )
            };
        }
    }

    /// The sums over this thread's heap and those where nobody lives: over all, where no other thread has one.
    pub fn stats_of_all(&self) -> Stats {
        let mut sum = self.stats();
        for home in homes::all().filter(|home| home.move_in()) {
            let stats = home.spans().stats();
            sum.used_bytes += stats.used_bytes;
            sum.free_bytes += stats.free_bytes;
            sum.footprint_bytes += stats.footprint_bytes;
            sum.blocks += stats.blocks;
            sum.regions += stats.regions;
            home.end_visit();
        }
        sum
    }

    /// Gives back all that can be, of this thread's heap and of those where nobody lives.
    pub fn trim(&self) {
        self.with_present(|home| {
            home.collect();
            home.post_all();
        });
        for home in homes::all().filter(|home| home.move_in()) {
            home.end_visit_trimmed();
        }
        // Parcels may have come back.
        self.with_present(|home| {
            home.collect();
            home.trim();
        });
    }
}

// SAFETY: each block comes from the heap of some thread, which owes the same (contract of `Allocator`), and goes
// back to that one. Heaps are statics of the program, so that blocks outlive every value of this type.
unsafe impl<S: PerThread> Allocator for Threaded<S> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match self.allocate_hot(layout) {
            Some(block) => Ok(block),
            None => self.allocate_further(layout),
        }
    }

    #[inline]
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // Each way out ends in its own call, so that the short one needs no register of its caller.
        // SAFETY: contract of this function.
        unsafe {
            match (self.hot(), Shaped::from_layout(layout)) {
                (Some(home), Shaped::Small(class))
                    if home.spans().is_own(class, ptr.addr().get()) =>
                {
                    home.deallocate_own(class, ptr.addr().get());
                }
                _ => self.deallocate_elsewhere(ptr, layout),
            }
        }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if let Some(block) = self.allocate_hot(layout) {
            // SAFETY: the block came from the hot stack just now, and is `len` bytes long.
            unsafe { block.cast::<u8>().write_bytes(0, block.len()) };
            return Ok(block);
        }
        self.with(|home| {
            home.collect();
            home.change(|spans| spans.allocate_zeroed(layout))
        })?
    }

    #[inline]
    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        if let shape @ Shaped::Small(_) = Shaped::from_layout(old) {
            let new = Layout::from_size_align(new_size, old.align()).map_err(|_| AllocError)?;
            if Shaped::from_layout(new) != shape {
                // Whoever moves the block gives it back, which is checked.
                return Err(AllocError);
            }
        }
        let resized = self.with_present(|home| match home.owns(ptr, old) {
            // SAFETY: contract of this function, checked just now to be of this heap.
            true => home.change(|spans| unsafe { spans.resize(ptr, old, new_size) }),
            false => Err(AllocError),
        });
        resized.ok_or(AllocError)?
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if let Shaped::Small(_) = Shaped::from_layout(old) {
            return Err(AllocError);
        }
        let moved = self.with_present(|home| match home.owns(ptr, old) {
            // SAFETY: contract of this function, checked just now to be of this heap.
            true => home.change(|spans| unsafe { spans.remap(ptr, old, new_size) }),
            false => Err(AllocError),
        });
        moved.ok_or(AllocError)?
    }
}

impl Home {
    /// Takes back a block that is seen at once to be one of this heap.
    ///
    /// # Safety
    /// - As [`Allocator::deallocate`], of a small block of that class.
    #[inline(always)]
    pub(super) unsafe fn deallocate_own(&self, class: usize, address: usize) {
        // SAFETY: contract of this function.
        if !unsafe { self.spans().push_own(class, address) } {
            self.overflow(class, address);
        }
    }

    /// Whether a live block is of this heap.
    fn owns(&self, ptr: NonNull<u8>, layout: Layout) -> bool {
        match Shaped::from_layout(layout) {
            Shaped::Large(_) => self.spans().owns_large(ptr.addr().get()),
            Shaped::Small(_) => OWNERS.find(ptr.addr().get()) == self.number,
        }
    }
}

/// Of the heap of this thread alone.
impl<S: PerThread> Strategy for Threaded<S> {
    fn stats(&self) -> Stats {
        let stats = self.with_present(|home| {
            home.collect();
            home.spans().stats()
        });
        stats.unwrap_or_default()
    }

    fn steps(&self) -> u64 {
        self.with_present(|home| home.spans().steps()).unwrap_or(0)
    }

    /// Also of the heaps where nobody lives.
    fn verify(&self) {
        self.with_present(|home| home.spans().verify());
        for home in homes::all().filter(|home| home.move_in()) {
            home.spans().verify();
            home.end_visit();
        }
    }
}

/// An answer as `GlobalAlloc` wants it: null is failure.
fn pointer_from_answer(answer: Result<NonNull<[u8]>, AllocError>) -> *mut u8 {
    answer.map_or(null_mut(), |block| block.cast::<u8>().as_ptr())
}

// SAFETY: each call goes to the methods above, and the contract of `Allocator` holds all that this trait asks.
unsafe impl<S: PerThread> GlobalAlloc for Threaded<S> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match self.allocate_hot(layout) {
            Some(block) => block.cast().as_ptr(),
            None => self.alloc_further(layout),
        }
    }

    #[inline]
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: contract of this function: a block of the allocator, which is not null.
        unsafe { self.deallocate(NonNull::new_unchecked(ptr), layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        pointer_from_answer(self.allocate_zeroed(layout))
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: contract of this function: a block of the allocator, which is not null.
        unsafe {
            let ptr = NonNull::new_unchecked(ptr);
            match self.reallocate_hot(ptr, layout, new_size) {
                Some(block) => block.as_ptr(),
                None => pointer_from_answer(reallocate(self, ptr, layout, new_size)),
            }
        }
    }
}
