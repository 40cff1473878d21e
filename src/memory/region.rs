//! A slice of bytes that the caller owns, handed out from its start.
//!
//! ```text
//! start                    top                      end
//! |  blocks handed out     |  never used or back    |
//! ```
//!
//! The block that ends at `top` can grow and shrink in place and go back; others only go back when the
//! region does. A heap over a region asks it for pieces that touch, so nothing is lost between them.
//!
//! # How is this safe?
//! The region borrows its bytes for `'m` and for itself alone; a block never reaches above `top`, and `top`
//! only goes down over the last block, when that is given back.
//!
//! # Costs
//! No bytes and no search; alignment padding below a block is lost until the region is.

use super::{AllocError, Allocator, Layout, Owns};
use core::cell::Cell;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

/// A fixed region of memory as an allocator.
///
/// # Invariants
/// - **Bounds**: `start` to `end` are the bytes that were lent for `'m`.
/// - **Top**: `top` is at most `end - start`, and every live block lies below it.
///
/// # Examples
/// ```
/// use core::mem::MaybeUninit;
/// use nostd_alloc::memory::{Allocator, Layout, Region};
///
/// let mut bytes = [MaybeUninit::uninit(); 256];
/// let region = Region::new(&mut bytes);
/// let block = region.allocate(Layout::new::<u64>()).unwrap();
/// assert_eq!(block.len(), 8);
/// assert!(region.allocate(Layout::new::<[u64; 40]>()).is_err());
/// ```
#[derive(Debug)]
pub struct Region<'m> {
    start: NonNull<u8>,
    length: usize,
    top: Cell<usize>,
    lent: PhantomData<&'m mut [MaybeUninit<u8>]>,
}

// SAFETY: by **Bounds** of `Region`: it is the only one to use bytes that may be used from any thread, as
// `&mut [MaybeUninit<u8>]` is.
unsafe impl Send for Region<'_> {}

impl<'m> Region<'m> {
    /// A region over `bytes`; what they hold does not matter.
    pub const fn new(bytes: &'m mut [MaybeUninit<u8>]) -> Region<'m> {
        let length = bytes.len();
        let start = core::ptr::from_mut(bytes);
        // INVARIANT: **Bounds** and **Top** hold: the slice is borrowed for `'m`, and no block is handed out.
        Region {
            // SAFETY: the pointer comes from a reference.
            start: unsafe { NonNull::new_unchecked(start.cast::<u8>()) },
            length,
            top: Cell::new(0),
            lent: PhantomData,
        }
    }

    /// Bytes above the last block.
    pub fn free_bytes(&self) -> usize {
        self.length - self.top.get()
    }

    /// Takes all blocks back at once: nobody can hold one any more, since the region is borrowed alone.
    pub fn reset(&mut self) {
        // INVARIANT: **Top** holds: the blocks of before have ended with their borrow of the region.
        self.top.set(0);
    }

    /// Where a block begins, counted from the start of the region.
    fn offset(&self, ptr: NonNull<u8>) -> usize {
        ptr.addr().get() - self.start.addr().get()
    }
}

// SAFETY: by **Bounds** and **Top** of `Region`, blocks are parts of the lent bytes and lie one behind the
// other; a moved region takes its bytes along by address. Alignment is checked by `align_offset`.
unsafe impl Allocator for Region<'_> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Err(AllocError);
        }
        let top = self.top.get();
        // SAFETY: by **Top** of `Region`, the sum stays in the lent bytes or one behind.
        let padding = unsafe { self.start.add(top) }.align_offset(layout.align());
        let begin = top.checked_add(padding).ok_or(AllocError)?;
        let end = begin.checked_add(layout.size()).ok_or(AllocError)?;
        if end > self.length {
            return Err(AllocError);
        }
        // INVARIANT: **Top** holds again: the new block ends there, checked above.
        self.top.set(end);
        // SAFETY: `begin` was checked above to lie in the region.
        let block = unsafe { self.start.add(begin) };
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        let begin = self.offset(ptr);
        if begin + layout.size() == self.top.get() {
            // INVARIANT: **Top** holds again: the last block has gone.
            self.top.set(begin);
        }
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let begin = self.offset(ptr);
        if begin + old.size() == self.top.get() {
            let end = begin
                .checked_add(new_size)
                .filter(|&end| end <= self.length);
            // INVARIANT: **Top** holds again: the last block ends there, checked just now.
            self.top.set(end.ok_or(AllocError)?);
            return Ok(new_size);
        }
        if new_size <= old.size() {
            return Ok(new_size);
        }
        Err(AllocError)
    }
}

// SAFETY: by **Bounds** of `Region`: a block of it lies between `start` and its length, and no other
// allocator has those bytes.
unsafe impl Owns for Region<'_> {
    fn owns(&self, ptr: NonNull<u8>) -> bool {
        (self.start.addr()..self.start.addr().saturating_add(self.length)).contains(&ptr.addr())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_block_grows_shrinks_and_goes_back() {
        let mut bytes = [MaybeUninit::uninit(); 128];
        let region = Region::new(&mut bytes);
        let first = Layout::from_size_align(10, 1).unwrap();
        let a = region.allocate(first).unwrap().cast::<u8>();
        // SAFETY: `a` comes from the region, with this layout or the size it was resized to.
        unsafe {
            assert_eq!(region.resize(a, first, 100), Ok(100));
            assert_eq!(
                region.resize(a, Layout::from_size_align(100, 1).unwrap(), 129),
                Err(AllocError)
            );
            let b = region.allocate(first).unwrap().cast::<u8>();
            assert_eq!(b, a.add(100));
            assert_eq!(
                region.resize(a, Layout::from_size_align(100, 1).unwrap(), 101),
                Err(AllocError)
            );
            assert!(region.owns(b) && !region.owns(NonNull::dangling()));
            region.deallocate(b, first);
            region.deallocate(a, Layout::from_size_align(100, 1).unwrap());
        }
        assert_eq!(region.free_bytes(), 128);
    }

    #[test]
    fn odd_sizes_and_large_alignments_stay_in_the_region() {
        let mut bytes = [MaybeUninit::uninit(); 100];
        let region = Region::new(&mut bytes);
        for align in [1, 2, 64, 1 << 20, 1 << 62] {
            let layout = Layout::from_size_align(1, align).unwrap();
            if let Ok(block) = region.allocate(layout) {
                assert!(block.cast::<u8>().addr().get().is_multiple_of(align));
                assert!(region.owns(block.cast()));
            }
        }
        assert!(
            region
                .allocate(Layout::from_size_align(0, 1).unwrap())
                .is_err()
        );
    }
}
