//! The steps that a heap of one thread offers to who knows other heaps beside it: what can be had at once, and
//! what is surely its own.

use super::Spans;
#[cfg(any(test, feature = "malloc"))]
use super::classes::begins_block;
use super::classes::{SHAPES, class_from_layout};
use super::page::Kind;
use crate::memory::{Allocator, Layout};
use core::ptr::{NonNull, with_exposed_provenance_mut};

/// What a block is given back as: the class of a small one, or the size of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::heap) enum Shaped {
    /// A small block, by its class.
    Small(usize),
    /// Another one, by the size that it is named with.
    Large(usize),
}

impl Shaped {
    /// What a block with a layout is.
    #[inline(always)]
    pub(in crate::heap) fn from_layout(layout: Layout) -> Shaped {
        match class_from_layout(layout) {
            Some(class) => Shaped::Small(class),
            None => Shaped::Large(layout.size()),
        }
    }

    /// The bytes of the block, or a few less.
    pub(in crate::heap) fn bytes(self) -> usize {
        match self {
            Shaped::Small(class) => SHAPES[class].block_bytes(),
            Shaped::Large(size) => size,
        }
    }
}

impl<A: Allocator> Spans<A, true> {
    /// A small block that lies on its hot stack.
    #[inline(always)]
    pub(in crate::heap) fn allocate_hot(&self, layout: Layout) -> Option<NonNull<[u8]>> {
        let class = class_from_layout(layout)?;
        let start = self.stacks.pop(class)?;
        // By **Stacks** of `Spans`: a block of the class, in nobody's hands.
        Some(NonNull::slice_from_raw_parts(
            start,
            SHAPES[class].block_bytes(),
        ))
    }

    /// Whether a small block is seen at once to be one of this heap, and not free.
    #[inline(always)]
    pub(in crate::heap) fn is_own(&self, class: usize, address: usize) -> bool {
        self.is_sound(class, address)
    }

    /// The class of a small block that is seen at once to be one of this heap, and not free.
    #[cfg(any(test, feature = "malloc"))]
    #[inline(always)]
    pub(in crate::heap) fn own_class(&self, address: usize) -> Option<usize> {
        let class = self.map.near.ask(address, |page| {
            let class = page.kind.get().class()?;
            begins_block(class, page.offset(address)).then_some(class)
        })?;
        (self.stacks.top(class) != address).then_some(class)
    }

    /// Takes back a block that [`is_own`](Spans::is_own), if its hot stack has room.
    ///
    /// # Safety
    /// - As [`Allocator::deallocate`], of a small block of that class.
    #[inline(always)]
    pub(in crate::heap) unsafe fn push_own(&self, class: usize, address: usize) -> bool {
        // INVARIANT: **Stacks** of `Spans` holds again with a block of the class that is live no more.
        self.stacks.push(class, address)
    }

    /// Whether a block that is no small one lies in this heap.
    #[cold]
    pub(in crate::heap) fn owns_large(&self, address: usize) -> bool {
        let page = self.map.find(address);
        page.is_some_and(|page| matches!(page.kind.get(), Kind::CHUNKS | Kind::APART))
    }

    /// Takes back a block of this heap that another thread has freed, or ends the program if it is none.
    ///
    /// # Safety
    /// - As [`Allocator::deallocate`], with a layout of that shape.
    pub(in crate::heap) unsafe fn deallocate_shaped(&self, address: usize, shape: Shaped) {
        match shape {
            // SAFETY: contract of this function.
            Shaped::Small(class) if self.is_sound(class, address) => unsafe {
                if !self.push_own(class, address) {
                    self.overflow(class, address);
                }
            },
            // SAFETY: contract of this function.
            _ => unsafe { self.deallocate_doubted(address, shape) },
        }
    }

    /// Takes back a block that is large, or that one look could not vouch for, or ends the program.
    ///
    /// # Safety
    /// - As `deallocate_shaped`.
    #[cold]
    unsafe fn deallocate_doubted(&self, address: usize, shape: Shaped) {
        let ptr = NonNull::new(with_exposed_provenance_mut(address));
        let layout = Layout::from_size_align(shape.bytes(), 1);
        let (Some(ptr), Ok(layout)) = (ptr, layout) else {
            super::fault::invalid_free(address);
        };
        match shape {
            // A class's own size names that class.
            Shaped::Small(_) => self.deallocate_doubtful(address, layout),
            // SAFETY: contract of this function: whatever its size, it is no small block.
            Shaped::Large(_) => unsafe { self.deallocate_large(ptr, layout) },
        }
    }

    /// Bytes that are held and in no live block: in free chunks, on hot stacks, in spans that are free in part, and what
    /// is rounded up.
    pub(in crate::heap) fn free_bytes(&self) -> usize {
        let on_stack = |class| self.stacks.count(class) * SHAPES[class].block_bytes();
        let on_stacks = (0..SHAPES.len()).map(on_stack).sum::<usize>();
        let used = self.tally.bytes.get() - on_stacks - self.recent.bytes();
        self.supply.held_bytes() + self.offers.bytes() - used
    }

    /// How many bytes the source may take whenever it likes.
    pub(in crate::heap) fn offered_bytes(&self) -> usize {
        self.offers.bytes()
    }

    /// How many blocks are live.
    pub(in crate::heap) fn live_blocks(&self) -> usize {
        let on_stacks = (0..SHAPES.len()).map(|class| self.stacks.count(class));
        self.tally.blocks.get() - on_stacks.sum::<usize>() - self.recent.blocks()
    }
}

/// Ends the program: what was given back is no block of any heap.
pub(in crate::heap) fn belongs_to_nobody(address: usize) -> ! {
    super::fault::invalid_free(address)
}
