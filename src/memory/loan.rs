//! A block whose bytes nobody looks at: for whoever measures an allocator and not memory.
//!
//! [`Block`](super::Block) writes every byte before it lends one. A [`Loan`] lends none, so it writes none,
//! and what remains is the cost of the allocator itself.

use super::{AllocError, Allocator, Layout, reallocate};
use core::fmt;
use core::ptr::NonNull;

/// A block of an allocator, given back when the value goes.
///
/// # Invariants
/// - **Live**: `ptr` is the start of a live block of `allocator`, and `layout` fits it.
///
/// # Examples
/// ```
/// use nostd_alloc::memory::{Kernel, Layout, Loan};
///
/// let mut loan = Loan::new_in(Layout::new::<[u8; 100]>(), Kernel)?;
/// loan.resize(5000)?;
/// # Ok::<(), nostd_alloc::memory::AllocError>(())
/// ```
pub struct Loan<A: Allocator> {
    ptr: NonNull<u8>,
    layout: Layout,
    allocator: A,
}

impl<A: Allocator> Loan<A> {
    /// A block, whatever is in it.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory, or if the size is 0.
    #[inline]
    pub fn new_in(layout: Layout, allocator: A) -> Result<Loan<A>, AllocError> {
        let ptr = allocator.allocate(layout)?.cast();
        // INVARIANT: **Live** holds: handed out just now.
        Ok(Loan {
            ptr,
            layout,
            allocator,
        })
    }

    /// A block of zeros.
    ///
    /// # Errors
    /// As [`new_in`](Loan::new_in).
    #[inline]
    pub fn zeroed_in(layout: Layout, allocator: A) -> Result<Loan<A>, AllocError> {
        let ptr = allocator.allocate_zeroed(layout)?.cast();
        // INVARIANT: **Live** holds: handed out just now.
        Ok(Loan {
            ptr,
            layout,
            allocator,
        })
    }

    /// Gives the block a new size, in place or elsewhere; its bytes come along.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory, or if `new_size` is 0 or impossible; the block is as before.
    #[inline]
    pub fn resize(&mut self, new_size: usize) -> Result<(), AllocError> {
        let layout = Layout::from_size_align(new_size, self.layout.align());
        let layout = layout.map_err(|_| AllocError)?;
        // SAFETY: by **Live** of `Loan`.
        let moved = unsafe { reallocate(&self.allocator, self.ptr, self.layout, new_size)? };
        // INVARIANT: **Live** holds for the new place and size.
        self.ptr = moved.cast();
        self.layout = layout;
        Ok(())
    }
}

impl<A: Allocator> Drop for Loan<A> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: by **Live** of `Loan`, which ends here.
        unsafe { self.allocator.deallocate(self.ptr, self.layout) };
    }
}

impl<A: Allocator> fmt::Debug for Loan<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Loan({} bytes, align {})",
            self.layout.size(),
            self.layout.align()
        )
    }
}
