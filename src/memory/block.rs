//! The safe owner of raw bytes: a pointer, its layout, and the allocator that takes it back.
//!
//! Who needs bytes and no elements (a lab that fills payloads, a table, a buffer) holds a [`Block`] and
//! writes no unsafe code.
//!
//! # How is this safe?
//! A `Block` owns its bytes alone, gives them out only as slices borrowed from itself, and they are zero or
//! written before anybody can read them.

use super::{AllocError, Allocator, Layout, reallocate};
use core::fmt;
use core::ptr::NonNull;

/// Bytes from an allocator, given back when the value goes.
///
/// # Invariants
/// - **Live**: `ptr` is the start of a live block of `allocator`, and `layout` fits it.
/// - **Written**: all `layout.size()` bytes have been written.
///
/// # Examples
/// ```
/// use nostd_alloc::memory::{Block, Kernel, Layout};
///
/// let mut block = Block::zeroed_in(Layout::from_size_align(100, 8).unwrap(), Kernel)?;
/// block.bytes_mut()[99] = 7;
/// block.resize(1_000_000)?;
/// assert_eq!((block.bytes()[99], block.bytes()[100]), (7, 0));
/// # Ok::<(), nostd_alloc::memory::AllocError>(())
/// ```
pub struct Block<A: Allocator> {
    ptr: NonNull<u8>,
    layout: Layout,
    allocator: A,
}

// SAFETY: by **Live** of `Block` the bytes belong to it alone, so they go where the allocator may go.
unsafe impl<A: Allocator + Send> Send for Block<A> {}
// SAFETY: a shared `Block` only lends its bytes to be read: checked by the signatures of its methods.
unsafe impl<A: Allocator + Sync> Sync for Block<A> {}

impl<A: Allocator> Block<A> {
    /// A block of zeros.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory, or if the size is 0.
    pub fn zeroed_in(layout: Layout, allocator: A) -> Result<Block<A>, AllocError> {
        let ptr = allocator.allocate_zeroed(layout)?.cast();
        // INVARIANT: **Live** and **Written** hold: handed out just now, all of it zero.
        Ok(Block {
            ptr,
            layout,
            allocator,
        })
    }

    /// A block in which every byte is `value`.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory, or if the size is 0.
    pub fn filled_in(layout: Layout, value: u8, allocator: A) -> Result<Block<A>, AllocError> {
        let ptr = allocator.allocate(layout)?.cast::<u8>();
        // SAFETY: the block was handed out just now, with at least `layout.size()` bytes (contract of
        // `allocate`).
        unsafe { ptr.write_bytes(value, layout.size()) };
        // INVARIANT: **Live** and **Written** hold: handed out and written just now.
        Ok(Block {
            ptr,
            layout,
            allocator,
        })
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: by **Live** and **Written** of `Block`; the slice borrows the block.
        unsafe { NonNull::slice_from_raw_parts(self.ptr, self.layout.size()).as_ref() }
    }

    /// The bytes, to change them.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: by **Live** and **Written** of `Block`; the slice borrows the block alone.
        unsafe { NonNull::slice_from_raw_parts(self.ptr, self.layout.size()).as_mut() }
    }

    /// Size and alignment, as asked for.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The address of the first byte.
    pub fn address(&self) -> usize {
        self.ptr.addr().get()
    }

    /// The allocator that takes the block back.
    pub fn allocator(&self) -> &A {
        &self.allocator
    }

    /// Gives the block a new size, in place or elsewhere; the bytes up to the smaller size stay, new ones
    /// are zero.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory, or if `new_size` is 0 or impossible; the block is as before.
    pub fn resize(&mut self, new_size: usize) -> Result<(), AllocError> {
        let layout = Layout::from_size_align(new_size, self.layout.align());
        let layout = layout.map_err(|_| AllocError)?;
        let old_size = self.layout.size();
        // SAFETY: by **Live** of `Block`.
        let moved = unsafe { reallocate(&self.allocator, self.ptr, self.layout, new_size)? };
        // INVARIANT: **Live** holds for the new place and size; **Written** once the new bytes are zero.
        self.ptr = moved.cast();
        self.layout = layout;
        self.zero_from(old_size);
        Ok(())
    }

    /// Writes zero from byte `written` on.
    fn zero_from(&mut self, written: usize) {
        if let Some(new) = self.layout.size().checked_sub(written) {
            // SAFETY: by **Live** of `Block` the bytes from `written` to the size are its own; that `written`
            // is no more than the size was checked above.
            unsafe { self.ptr.add(written).write_bytes(0, new) };
        }
    }
}

impl<A: Allocator> Drop for Block<A> {
    fn drop(&mut self) {
        // SAFETY: by **Live** of `Block`, which ends here.
        unsafe { self.allocator.deallocate(self.ptr, self.layout) };
    }
}

impl<A: Allocator> fmt::Debug for Block<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Block({} bytes, align {})",
            self.layout.size(),
            self.layout.align()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Kernel, Ration};

    #[test]
    fn a_block_that_cannot_grow_is_as_before() {
        let ration = Ration::of_bytes(Kernel, 4096);
        let layout = Layout::from_size_align(3, 1).unwrap();
        let mut block = Block::filled_in(layout, 9, &ration).unwrap();
        assert_eq!(block.resize(5000), Err(AllocError));
        assert_eq!(block.resize(0), Err(AllocError));
        assert_eq!(block.resize(usize::MAX), Err(AllocError));
        assert_eq!(block.bytes(), [9, 9, 9]);
        block.resize(5).unwrap();
        assert_eq!(block.bytes(), [9, 9, 9, 0, 0]);
        drop(block);
        assert_eq!(ration.held_bytes(), 0);
    }
}
