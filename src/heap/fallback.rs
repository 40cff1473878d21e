//! One allocator first, another when it has nothing: a small fast region in front of the real heap.
//!
//! A block goes back to whoever owns it, so the first allocator must know its own blocks: [`Owns`]. A block
//! stays where it began: a resize asks its owner, and when that one has no room, the caller copies.
//!
//! # Costs
//! A question of ownership for each block that comes back.
//!
//! # Source
//! Andrei Alexandrescu, D's `FallbackAllocator` (2013).

use crate::memory::{AllocError, Allocator, Layout, Owns};
use core::ptr::NonNull;

/// Asks `primary`, and `secondary` when that refuses.
///
/// # Examples
/// ```
/// use core::mem::MaybeUninit;
/// use nostd_alloc::heap::Fallback;
/// use nostd_alloc::memory::{Allocator, Kernel, Layout, Owns, Region};
///
/// let mut bytes = [MaybeUninit::uninit(); 128];
/// let heap = Fallback::new(Region::new(&mut bytes), Kernel);
/// let layout = Layout::new::<[u8; 100]>();
/// let (near, far) = (heap.allocate(layout)?, heap.allocate(layout)?);
/// assert!(heap.primary().owns(near.cast()) && !heap.primary().owns(far.cast()));
/// # // SAFETY: origin of the pointer: this heap, with this layout.
/// unsafe { heap.deallocate(far.cast(), layout) };
/// # Ok::<(), nostd_alloc::memory::AllocError>(())
/// ```
#[derive(Debug)]
pub struct Fallback<P, S> {
    primary: P,
    secondary: S,
}

impl<P: Owns, S: Allocator> Fallback<P, S> {
    /// `primary` in front of `secondary`.
    pub const fn new(primary: P, secondary: S) -> Fallback<P, S> {
        Fallback { primary, secondary }
    }

    /// Who is asked first.
    pub fn primary(&self) -> &P {
        &self.primary
    }

    /// Who is asked when the first refuses.
    pub fn secondary(&self) -> &S {
        &self.secondary
    }

    /// The owner of a live block.
    fn owner(&self, ptr: NonNull<u8>) -> &dyn Allocator {
        if self.primary.owns(ptr) {
            &self.primary
        } else {
            &self.secondary
        }
    }
}

// SAFETY: every block is one of the two allocators' own, which owe the same (contract of `Allocator`), and all
// that happens to it later goes to its owner (contract of `Owns`).
unsafe impl<P: Owns, S: Allocator> Allocator for Fallback<P, S> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let near = self.primary.allocate(layout);
        near.or_else(|AllocError| self.secondary.allocate(layout))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function; by the contract of `Owns` it is the owner's block.
        unsafe { self.owner(ptr).deallocate(ptr, layout) }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let near = self.primary.allocate_zeroed(layout);
        near.or_else(|AllocError| self.secondary.allocate_zeroed(layout))
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        // SAFETY: contract of this function; by the contract of `Owns` it is the owner's block.
        unsafe { self.owner(ptr).resize(ptr, old, new_size) }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: contract of this function; by the contract of `Owns` it is the owner's block.
        unsafe { self.owner(ptr).remap(ptr, old, new_size) }
    }
}

// SAFETY: a block is the first's or the second's, who owe the answer (contract of `Owns`).
unsafe impl<P: Owns, S: Owns> Owns for Fallback<P, S> {
    fn owns(&self, ptr: NonNull<u8>) -> bool {
        self.primary.owns(ptr) || self.secondary.owns(ptr)
    }
}
