//! Size classes: a slab of one page holds blocks of one size, and a block has no header at all.
//!
//! ```text
//! page  |next|previous|free|counts| slot | slot | slot |  never used   |
//!        `------ 32 bytes -------'
//! ```
//!
//! Algorithm:
//! 1. A request of up to 1008 bytes is rounded up to its class: steps of 16 up to 256, then as many as fit a page
//!    evenly (288, 304, 336 … 1008).
//! 2. It gets a slot of a page of that class that has one; else a new page.
//! 3. Rust gives the layout back with the block, so the class is known, and the page is the address with its
//!    low bits cut off: no header, and no table.
//! 4. A page in which nothing is in use goes back to the pages' heap, and may serve another class.
//!
//! The pages come from a buddy heap, whose 4 KiB blocks begin at multiples of 4 KiB; larger blocks and larger
//! alignments from the general heap. Both stand over the same source.
//!
//! # How is this safe?
//! A page belongs to one class until it is empty; its head is the heap's own, and a slot is on the page's list
//! or in use.
//!
//! # Costs
//! No search and no step: a few instructions a call. No bytes a block but the rounding, 32 bytes a page, and the
//! pages that are partly used: up to one page for each class that a program uses.
//!
//! # Source
//! Jeff Bonwick, *The slab allocator* (1994); the classes as in jemalloc (Jason Evans, 2006).

mod face;
mod slab;
mod verify;

use super::place::Place;
use super::{Buddy, FreeList};
use crate::memory::Allocator;
use core::cell::Cell;
use slab::SIZES;

/// The heap of size classes, over the source `A`, which two heaps below it share.
///
/// # Invariants
/// - **Partial**: `partial[class]` begins the list of the pages of that class with a slot that is not in use.
/// - **Sums**: `blocks` and `used` count the blocks of the classes, `full[class]` its pages without a free slot.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{SizeClasses, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = SizeClasses::new(Kernel);
/// let block = heap.allocate(Layout::new::<[u8; 260]>()).unwrap();
/// assert_eq!((block.len(), heap.stats().used_bytes), (288, 288));
/// ```
#[derive(Debug)]
pub struct SizeClasses<A: Allocator + Clone> {
    partial: [Cell<Place>; SIZES.len()],
    full: [Cell<usize>; SIZES.len()],
    blocks: Cell<usize>,
    used: Cell<usize>,
    used_peak: Cell<usize>,
    held_peak: Cell<usize>,
    pages: Buddy<A>,
    large: FreeList<A>,
}

impl<A: Allocator + Clone> SizeClasses<A> {
    /// An empty heap over `source`; it asks for memory when it is first asked.
    pub fn new(source: A) -> SizeClasses<A> {
        // INVARIANT: **Partial** and **Sums** hold: there is no page.
        SizeClasses {
            partial: [const { Cell::new(Place::NONE) }; SIZES.len()],
            full: [const { Cell::new(0) }; SIZES.len()],
            blocks: Cell::new(0),
            used: Cell::new(0),
            used_peak: Cell::new(0),
            held_peak: Cell::new(0),
            pages: Buddy::new(source.clone()),
            large: FreeList::new(source),
        }
    }

    /// Where the memory comes from.
    pub fn source(&self) -> &A {
        self.large.source()
    }
}
