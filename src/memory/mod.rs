//! Where memory comes from: one small trait, which every floor above speaks, and the sources of pages.
//!
//! Memory models compose because each of them is an [`Allocator`] over another one: the kernel is an
//! allocator, a heap is an allocator over a source, a wrapper is an allocator around an allocator, and a
//! collection takes any of them. The first three methods have std's names and signatures to the letter, so
//! that the day std's own trait is stable is a day of delegation.
//!
//! In place of std's `grow` and `shrink` stand Zig's two questions: [`resize`](Allocator::resize), in
//! place or not at all, and [`remap`](Allocator::remap), elsewhere if that is cheaper than a copy. What is
//! left, the copy, is done by who knows how many bytes are worth copying: [`reallocate`] copies the old
//! size, a vector only its elements.

mod block;
mod falling;
mod kernel;
mod loans;
mod ration;
mod region;

pub use block::Block;
pub use core::alloc::Layout;
pub use falling::Falling;
pub use kernel::{Kernel, LargePages, Unreserved};
pub use loans::{Loan, Loans, Packed};
pub use ration::Ration;
pub use region::Region;

use crate::start::{ExitCode, Failure};
use core::fmt;
use core::ptr::NonNull;

/// The size of a page of the kernel, in bytes (x86-64).
pub const PAGE_BYTES: usize = 4096;

/// The most bytes a block can have: what a pointer offset can span.
pub const BLOCK_BYTES_MAX: usize = isize::MAX as usize;

/// No memory: whoever asked knows the layout, so that nothing is said of it here, as in std.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AllocError;

impl fmt::Display for AllocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of memory")
    }
}

impl core::error::Error for AllocError {}

impl Failure for AllocError {
    fn exit_code(&self) -> ExitCode {
        ExitCode::OUT_OF_MEMORY
    }
}

/// How memory of a source is going to be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Advice {
    /// All of it, at once: its pages had better be there.
    Soon,
    /// From its start to its end, by what grows in it: large pages suit it. [`reallocate`] and the collections say so
    /// of a block that has grown to 32 MiB or more without a copy; [`LargePages`] listens.
    Filling,
}

/// A block that grows to so many bytes is likely to be filled: of what was in use before, at most an eighth more can
/// become resident by the last of its large pages.
const FILLING_BYTES_MIN: usize = 32 * 1024 * 1024;

/// Cuts blocks of memory and takes them back.
///
/// A block is *live* from the call that hands it out until it is given back. Its layout may be named with
/// any size from the requested to the returned one (its usable size); its alignment never changes.
///
/// # Safety
/// An implementer owes:
/// - **Validity**: a live block stays readable and writable over its whole usable size until it is given
///   back or moved by [`remap`](Allocator::remap), also when the allocator value is moved.
/// - **Separation**: two live blocks share no byte, and the allocator touches no byte of a live block.
/// - **Alignment**: a block begins at a multiple of its layout's alignment.
/// - **Refusal**: an `Err` has changed nothing; an `Ok` slice is at least as long as was asked.
pub unsafe trait Allocator {
    /// Hands out a block of at least `layout.size()` bytes; the length of the slice is its usable size.
    ///
    /// # Errors
    /// [`AllocError`] if there is not enough memory, or if the size is 0: an empty value needs no block.
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError>;

    /// Takes a block back.
    ///
    /// # Safety
    /// - `ptr` is the start of a live block of this allocator.
    /// - `layout` fits it: its alignment, and a size from the requested to the usable one.
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout);

    /// As [`allocate`](Allocator::allocate), with every usable byte zero. Fresh pages of the kernel are
    /// zero already, so a source or a heap may do better than to write them.
    ///
    /// # Errors
    /// As `allocate`.
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.allocate(layout)?;
        // SAFETY: the block was just handed out, so by **Validity** and **Separation** its `len` bytes are
        // ours to write (contract of this trait).
        unsafe { block.cast::<u8>().write_bytes(0, block.len()) };
        Ok(block)
    }

    /// Gives a block a new size without moving it, and returns its new usable size.
    ///
    /// # Safety
    /// - `ptr` is the start of a live block of this allocator.
    /// - `old` fits it.
    /// - `new_size` is not 0 and, rounded up to the alignment, at most [`BLOCK_BYTES_MAX`].
    ///
    /// # Errors
    /// [`AllocError`] if the block cannot have that size where it is; it is as before.
    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let _ = (ptr, old, new_size);
        Err(AllocError)
    }

    /// Gives a block a new size and perhaps a new place, if that is cheaper than a copy: the bytes up to
    /// the smaller size come along. On `Ok` the old pointer is dead.
    ///
    /// # Safety
    /// As [`resize`](Allocator::resize).
    ///
    /// # Errors
    /// [`AllocError`] if there is no cheap way; the block is as before, and the caller copies.
    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let _ = (ptr, old, new_size);
        Err(AllocError)
    }

    /// The grain of a source whose memory may be cut and joined at will, in bytes: a power of two, or 0
    /// where blocks must come back as they were handed out.
    ///
    /// # Guarantees
    /// With a grain, each block begins at a multiple of it and its usable size is one; any whole grains of
    /// blocks that touch may be given back by one [`deallocate`](Allocator::deallocate), in parts or
    /// joined, with an alignment of at most the grain.
    fn grain(&self) -> usize {
        0
    }

    /// Tells the source how bytes of its live blocks are going to be used. It may do nothing, as it does here;
    /// no byte changes.
    fn advise(&self, start: NonNull<u8>, length: usize, advice: Advice) {
        let _ = (start, length, advice);
    }

    /// Offers bytes of live blocks to the source, which may take the memory under them at any time until they
    /// are next written: they then hold anything. The blocks stay live.
    ///
    /// # Safety
    /// - The `length` bytes from `start` on are whole grains of live blocks of this allocator, and nobody relies
    ///   on what they hold.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no use for them; nothing has changed.
    unsafe fn offer(&self, start: NonNull<u8>, length: usize) -> Result<(), AllocError> {
        let _ = (start, length);
        Err(AllocError)
    }
}

/// An allocator that knows its own blocks: a capability, never a method that lies.
///
/// # Safety
/// An implementer owes: `owns(ptr)` is true for every byte of each of its live blocks, and false for every
/// byte of a live block of another allocator.
pub unsafe trait Owns: Allocator {
    /// Whether `ptr` points into memory of this allocator.
    fn owns(&self, ptr: NonNull<u8>) -> bool;
}

// SAFETY: each method hands over to the allocator behind the reference, which owes the same (contract of
// this trait); a moved reference moves no allocator.
unsafe impl<A: Allocator + ?Sized> Allocator for &A {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        (**self).allocate(layout)
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function.
        unsafe { (**self).deallocate(ptr, layout) }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        (**self).allocate_zeroed(layout)
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        // SAFETY: contract of this function.
        unsafe { (**self).resize(ptr, old, new_size) }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: contract of this function.
        unsafe { (**self).remap(ptr, old, new_size) }
    }

    fn grain(&self) -> usize {
        (**self).grain()
    }

    fn advise(&self, start: NonNull<u8>, length: usize, advice: Advice) {
        (**self).advise(start, length, advice);
    }

    unsafe fn offer(&self, start: NonNull<u8>, length: usize) -> Result<(), AllocError> {
        // SAFETY: contract of this function.
        unsafe { (**self).offer(start, length) }
    }
}

// SAFETY: the allocator behind the reference owes the answer (contract of this trait).
unsafe impl<A: Owns + ?Sized> Owns for &A {
    fn owns(&self, ptr: NonNull<u8>) -> bool {
        (**self).owns(ptr)
    }
}

/// Tells the allocator of a block that was given more than `old_bytes` without a copy that it is going to be filled, if
/// it is so long that this matters.
#[inline]
pub(crate) fn advise_grown<A: Allocator + ?Sized>(
    allocator: &A,
    block: NonNull<[u8]>,
    old_bytes: usize,
) {
    if block.len() >= FILLING_BYTES_MIN && block.len() > old_bytes {
        allocator.advise(block.cast(), block.len(), Advice::Filling);
    }
}

/// Gives a block a new size by the cheapest way there is: in place, else elsewhere without a copy, else a
/// new block, a copy of the smaller of both sizes, and the old block given back.
///
/// # Safety
/// - `ptr` is the start of a live block of `allocator`.
/// - `old` fits it.
///
/// # Errors
/// [`AllocError`] if there is no memory, or if `new_size` is 0 or, rounded up to the alignment, more than
/// [`BLOCK_BYTES_MAX`]. The block is as before.
pub unsafe fn reallocate<A: Allocator + ?Sized>(
    allocator: &A,
    ptr: NonNull<u8>,
    old: Layout,
    new_size: usize,
) -> Result<NonNull<[u8]>, AllocError> {
    let new = Layout::from_size_align(new_size, old.align()).map_err(|_| AllocError)?;
    if new_size == 0 {
        return Err(AllocError);
    }
    // SAFETY: `new_size` was checked above; the rest is the contract of this function.
    if let Ok(usable) = unsafe { allocator.resize(ptr, old, new_size) } {
        return Ok(NonNull::slice_from_raw_parts(ptr, usable));
    }
    // SAFETY: as above; `resize` has changed nothing, by **Refusal** of `Allocator`.
    if let Ok(moved) = unsafe { allocator.remap(ptr, old, new_size) } {
        advise_grown(allocator, moved, old.size());
        return Ok(moved);
    }
    let block = allocator.allocate(new)?;
    let copied = usize::min(old.size(), new_size);
    // SAFETY: by **Validity** of `Allocator` both blocks are live and at least `copied` long, by **Separation**
    // they share no byte, and the old one is not used after it is given back.
    unsafe {
        block.cast::<u8>().copy_from_nonoverlapping(ptr, copied);
        allocator.deallocate(ptr, old);
    }
    Ok(block)
}
