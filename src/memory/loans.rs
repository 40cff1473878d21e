//! A table of blocks whose bytes nobody looks at: for whoever measures an allocator and not memory.
//!
//! [`Block`](super::Block) writes every byte before it lends one. [`Loans`] lend none, so they write none, and
//! what remains is the cost of the allocator itself and of a table that a program would have too.
//!
//! # Costs
//! 16 bytes a place: an address, and size and alignment in one word.

use super::{AllocError, Allocator, Layout, reallocate};
use core::fmt;
use core::ptr::NonNull;

/// Below this bit of a [`Packed`] stands the size, above it the logarithm of the alignment.
const ALIGN_SHIFT: u32 = 58;

/// A layout in one word.
///
/// # Invariants
/// - **Valid**: size and alignment are those of a layout.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Packed(usize);

/// A place for a block.
pub struct Loan {
    ptr: Option<NonNull<u8>>,
    layout: Packed,
}

/// Blocks of one allocator by number, given back when the table goes.
///
/// # Invariants
/// - **Live**: each place of the table that has a `ptr` has a live block of `allocator`, which its `layout`
///   fits.
///
/// # Examples
/// ```
/// use nostd_alloc::memory::{Kernel, Layout, Loan, Loans, Packed};
///
/// let mut table = [const { Loan::NONE }; 2];
/// let mut loans = Loans::new(&mut table, Kernel);
/// let layout = Packed::new(Layout::new::<[u8; 100]>()).unwrap();
/// loans.allocate(0, layout, false)?;
/// loans.resize(0, 5000)?;
/// loans.free(0);
/// assert!(loans.resize(0, 100).is_err());
/// # Ok::<(), nostd_alloc::memory::AllocError>(())
/// ```
pub struct Loans<'t, A: Allocator> {
    table: &'t mut [Loan],
    allocator: A,
}

impl Packed {
    /// A layout as one word, if its size is below 2^58.
    #[inline]
    pub fn new(layout: Layout) -> Option<Packed> {
        let align = layout.align().trailing_zeros() as usize;
        // INVARIANT: **Valid** holds: it was a layout.
        (layout.size() >> ALIGN_SHIFT == 0).then_some(Packed(align << ALIGN_SHIFT | layout.size()))
    }

    /// The layout.
    #[inline]
    pub fn layout(self) -> Layout {
        let size = self.0 & ((1 << ALIGN_SHIFT) - 1);
        let align = 1 << (self.0 >> ALIGN_SHIFT);
        // SAFETY: by **Valid** of `Packed`.
        unsafe { Layout::from_size_align_unchecked(size, align) }
    }
}

impl Loan {
    /// No block.
    pub const NONE: Loan = Loan {
        ptr: None,
        layout: Packed(1),
    };
}

impl<'t, A: Allocator> Loans<'t, A> {
    /// A table without blocks.
    pub fn new(table: &'t mut [Loan], allocator: A) -> Loans<'t, A> {
        // INVARIANT: **Live** holds: there is no block. What another table has left here without giving it back
        // is not this allocator's.
        table.fill_with(|| Loan::NONE);
        Loans { table, allocator }
    }

    /// Where the blocks come from.
    pub fn allocator(&self) -> &A {
        &self.allocator
    }

    /// A block at `place`, whatever is in it, or zeros; another one there goes back first.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory, no such place, or if the size is 0.
    #[inline]
    pub fn allocate(
        &mut self,
        place: usize,
        packed: Packed,
        zeroed: bool,
    ) -> Result<(), AllocError> {
        let layout = packed.layout();
        let loan = self.table.get_mut(place).ok_or(AllocError)?;
        if loan.ptr.is_some() {
            give_back(loan, &self.allocator);
        }
        let block = match zeroed {
            true => self.allocator.allocate_zeroed(layout)?,
            false => self.allocator.allocate(layout)?,
        };
        // INVARIANT: **Live** holds: handed out just now.
        loan.ptr = Some(block.cast());
        loan.layout = packed;
        Ok(())
    }

    /// Gives the block at `place` a new size, in place or elsewhere; its bytes come along.
    ///
    /// # Errors
    /// [`AllocError`] if there is no block or no memory, or if `new_size` is 0 or impossible; the block is as
    /// before.
    #[inline]
    pub fn resize(&mut self, place: usize, new_size: usize) -> Result<(), AllocError> {
        let loan = self.table.get_mut(place).ok_or(AllocError)?;
        let (ptr, old) = (loan.ptr.ok_or(AllocError)?, loan.layout.layout());
        let new = Layout::from_size_align(new_size, old.align()).map_err(|_| AllocError)?;
        let packed = Packed::new(new).ok_or(AllocError)?;
        // SAFETY: by **Live** of `Loans`.
        let moved = unsafe { reallocate(&self.allocator, ptr, old, new_size)? };
        // INVARIANT: **Live** holds for the new place and size.
        loan.ptr = Some(moved.cast());
        loan.layout = packed;
        Ok(())
    }

    /// Gives the block at `place` back, if there is one.
    #[inline]
    pub fn free(&mut self, place: usize) {
        if let Some(loan) = self.table.get_mut(place) {
            give_back(loan, &self.allocator);
        }
    }
}

/// Gives the block of a place back, if there is one.
#[inline]
fn give_back<A: Allocator>(loan: &mut Loan, allocator: &A) {
    if let Some(ptr) = loan.ptr.take() {
        // SAFETY: by **Live** of `Loans`, whose block ends here.
        unsafe { allocator.deallocate(ptr, loan.layout.layout()) };
    }
}

impl<A: Allocator> Drop for Loans<'_, A> {
    fn drop(&mut self) {
        for loan in self.table.iter_mut() {
            give_back(loan, &self.allocator);
        }
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.layout())
    }
}

impl fmt::Debug for Loan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Loan({:?})", self.ptr.map(|_| self.layout))
    }
}

impl<A: Allocator> fmt::Debug for Loans<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Loans({} places)", self.table.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Kernel, Ration};

    #[test]
    fn every_block_goes_back_with_the_layout_it_came_with() {
        let ration = Ration::of_bytes(Kernel, 1 << 20);
        let mut table = [const { Loan::NONE }; 3];
        let mut loans = Loans::new(&mut table, &ration);
        for (place, align) in [(0, 1), (1, 4096), (2, 65536)] {
            let layout = Layout::from_size_align(5000, align).unwrap();
            let packed = Packed::new(layout).unwrap();
            assert_eq!(packed.layout(), layout);
            loans.allocate(place, packed, place == 1).unwrap();
        }
        assert_eq!(ration.held_bytes(), 3 * 8192);
        let byte = Packed::new(Layout::new::<u8>()).unwrap();
        // Another block at the same place: the first one goes back.
        loans.allocate(0, byte, false).unwrap();
        loans.resize(2, 100).unwrap();
        assert_eq!(ration.held_bytes(), 4096 + 8192 + 4096);
        loans.free(1);
        loans.free(1);
        assert_eq!(loans.resize(1, 10), Err(AllocError));
        assert_eq!(loans.allocate(3, byte, false), Err(AllocError));
        drop(loans);
        assert_eq!(ration.held_bytes(), 0);
    }
}
