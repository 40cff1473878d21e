//! Last in, first out, and checked: a stack of blocks over one piece of memory.
//!
//! ```text
//! |start          |below|block      |below|block  |     free          | end
//!                                         ^ top   ^ next
//! ```
//!
//! In front of each block stands where the top was before it, so that freeing gives back the padding too. A
//! block that goes back out of order ends the program with a line: what is below is still in use, and a
//! stack that forgot it would hand it out again.
//!
//! # How is this safe?
//! A block is cut at `next`, above all others, and only the topmost one goes back.
//!
//! # Costs
//! 16 bytes a block, a few instructions a call.
//!
//! # Source
//! The call stack; as an allocator in Jason Gregory, *Game Engine Architecture* (2009), 5.2.1.

use super::place::{GRANULE_BYTES, Place, granules_from_size, place_from_ptr};
use super::regions::Span;
use super::tagged::fault;
use crate::memory::{AllocError, Allocator, Layout, Owns};
use core::cell::Cell;
use core::ptr::NonNull;

/// Bytes in front of a block: the top before it, and the `next` before it.
const HEAD_BYTES: usize = GRANULE_BYTES;

/// A stack of blocks in one block of the source `A`.
///
/// # Invariants
/// - **Memory**: `span` is a block of the source.
/// - **Order**: `top` is the topmost block, or 0; its two words in front say which block is below it and where
///   `next` was. All blocks lie below `next`.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::Stack;
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let stack = Stack::new(4096, Kernel)?;
/// let layout = Layout::new::<[u8; 100]>();
/// let (first, second) = (stack.allocate(layout)?, stack.allocate(layout)?);
/// # // SAFETY: origin of the pointers: this stack, with this layout.
/// unsafe {
///     stack.deallocate(second.cast(), layout);
///     stack.deallocate(first.cast(), layout);
/// }
/// assert_eq!(stack.free_bytes(), 4096);
/// # Ok::<(), nostd_alloc::memory::AllocError>(())
/// ```
#[derive(Debug)]
pub struct Stack<A: Allocator> {
    source: A,
    span: Span,
    top: Cell<Place>,
    next: Cell<Place>,
}

impl<A: Allocator> Stack<A> {
    /// A stack of `size` bytes from `source`.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no such block.
    pub fn new(size: usize, source: A) -> Result<Stack<A>, AllocError> {
        let size = granules_from_size(size).ok_or(AllocError)?;
        let start = place_from_ptr(source.allocate(stack_layout(size))?.cast());
        // INVARIANT: **Memory** and **Order** hold: there is no block on the stack.
        Ok(Stack {
            source,
            span: Span {
                start,
                end: start.up(size),
            },
            top: Cell::new(Place::NONE),
            next: Cell::new(start),
        })
    }

    /// Bytes above the topmost block.
    pub fn free_bytes(&self) -> usize {
        self.span.end.0 - self.next.get().0
    }

    /// The two words in front of a block.
    fn below(&self, block: Place) -> (Place, Place) {
        let head = Place(block.0 - HEAD_BYTES);
        // SAFETY: by **Order** of `Stack`, the callers pass a block of it.
        unsafe { (Place(head.word(0)), Place(head.word(1))) }
    }
}

/// The layout of the memory of a stack.
fn stack_layout(size: usize) -> Layout {
    Layout::from_size_align(size, GRANULE_BYTES).unwrap_or(Layout::new::<u128>())
}

// SAFETY: by **Order** of `Stack` a block lies above all others, and by **Memory** in a block of the source, which
// stays where it is when the stack is moved. Alignment is checked by `aligned`.
unsafe impl<A: Allocator> Allocator for Stack<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let size = granules_from_size(layout.size()).ok_or(AllocError)?;
        let align = layout.align().max(GRANULE_BYTES);
        let next = self.next.get();
        let head_end = next.0.checked_add(HEAD_BYTES).ok_or(AllocError)?;
        let block = Place(head_end).aligned(align).ok_or(AllocError)?;
        if !self.span.holds(block, size) {
            return Err(AllocError);
        }
        // SAFETY: the words lie above all blocks and below this one, checked above to be in the span.
        unsafe {
            let head = Place(block.0 - HEAD_BYTES);
            head.set_word(0, self.top.get().0);
            head.set_word(1, next.0);
        }
        // INVARIANT: **Order** holds again, with this block on top.
        self.top.set(block);
        self.next.set(block.up(size));
        Ok(block.block(size))
    }

    /// # Aborts
    /// If the block is not the topmost one.
    unsafe fn deallocate(&self, ptr: NonNull<u8>, _: Layout) {
        let block = place_from_ptr(ptr);
        if block != self.top.get() {
            fault::out_of_order(block.0);
        }
        // INVARIANT: **Order** holds again, with the block below on top.
        let (top, next) = self.below(block);
        self.top.set(top);
        self.next.set(next);
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let block = place_from_ptr(ptr);
        let old_size = granules_from_size(old.size()).ok_or(AllocError)?;
        let size = granules_from_size(new_size).ok_or(AllocError)?;
        if block != self.top.get() {
            return if size <= old_size {
                Ok(size)
            } else {
                Err(AllocError)
            };
        }
        if !self.span.holds(block, size) {
            return Err(AllocError);
        }
        // INVARIANT: **Order** holds again: the topmost block ends in the span, checked above.
        self.next.set(block.up(size));
        Ok(size)
    }
}

// SAFETY: by **Memory** of `Stack`: its blocks lie in the span, and no other allocator has those bytes.
unsafe impl<A: Allocator> Owns for Stack<A> {
    fn owns(&self, ptr: NonNull<u8>) -> bool {
        (self.span.start.0..self.span.end.0).contains(&ptr.addr().get())
    }
}

impl<A: Allocator> Drop for Stack<A> {
    fn drop(&mut self) {
        // SAFETY: by **Memory** of `Stack`, which ends here.
        unsafe {
            self.source
                .deallocate(self.span.start.ptr(), stack_layout(self.span.bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Kernel;

    #[test]
    fn padding_comes_back_with_the_block_above_it() {
        let stack = Stack::new(65536, Kernel).unwrap();
        let small = Layout::from_size_align(10, 1).unwrap();
        let aligned = Layout::from_size_align(100, 4096).unwrap();
        let first = stack.allocate(small).unwrap().cast::<u8>();
        let free = stack.free_bytes();
        let second = stack.allocate(aligned).unwrap().cast::<u8>();
        assert!(second.addr().get().is_multiple_of(4096));
        // SAFETY: the blocks come from the stack with these layouts, the topmost goes first.
        unsafe {
            assert_eq!(stack.resize(second, aligned, 300), Ok(304));
            stack.deallocate(second, Layout::from_size_align(300, 4096).unwrap());
            assert_eq!(stack.free_bytes(), free);
            stack.deallocate(first, small);
        }
        assert_eq!(stack.free_bytes(), 65536);
        assert!(
            stack
                .allocate(Layout::from_size_align(65536, 1).unwrap())
                .is_err()
        );
    }
}
