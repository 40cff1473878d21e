//! Buddies: every block is a power of two, and a block and its buddy differ in one bit of their addresses.
//!
//! ```text
//! chunk of 4 KiB, split   |bits|32|  64  |   128   |    256    | ...            |     2048     |
//! larger blocks           |      4096      |      4096      |            8192             | ...
//! ```
//!
//! Algorithm:
//! 1. A request is rounded up to a power of two, `2^order`; the smallest free block of at least that order is
//!    halved until it fits, and the halves are free.
//! 2. A block that is freed looks at its buddy, `address ^ size`. If that is free and as large, both become
//!    one, and the next order is tried.
//!
//! Whether the buddy is free is one bit: a chunk of 4 KiB that is split begins with a bitmap in which each
//! free block has its bit, and free blocks of whole chunks stand in a table by address. (Where a list must be
//! searched for the buddy, as is common, freeing takes as long as there are free blocks.)
//!
//! # How is this safe?
//! A free block's two words are its own; its order stands in the low bits of the first one, or in the table.
//! A block in use is never looked into: its bit says that it is not free.
//!
//! # Costs
//! At most one step for each order: O(log n) for a request and for a free, a table look for each order from
//! 4 KiB on. Rounding wastes a quarter on average and half at worst; the bitmaps 32 bytes of each split chunk,
//! the tables 16 bytes for each chunk. Memory: at most about log2 n + 1 times the peak live bytes (Robson's
//! bound for first fit holds, and no buddy system does better).
//!
//! # Source
//! Kenneth Knowlton, *A fast storage allocator* (1965); Donald Knuth, *The Art of Computer Programming* 1, 2.5.

mod face;
mod free;
mod piece;
mod verify;

use super::addresses::Addresses;
use super::place::Place;
use crate::memory::Allocator;
use core::cell::Cell;
use piece::ORDERS;

/// The buddy heap, over the source `A`.
///
/// # Invariants
/// - **Lists**: `lists[order]` begins the list of the free blocks of that order; bit `order` of `filled` is set
///   just if it is not empty. A free block's first word is the next one, with the low four bits of the order,
///   its second the previous one.
/// - **Free**: a small block is free just if its bit in its chunk's bitmap is set, a larger one just if
///   `free_chunks` has it, with its size.
/// - **Cover**: blocks in use, free blocks and the bitmaps of split chunks fill the regions.
/// - **Merged**: no free block has a free buddy of its order.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{Buddy, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = Buddy::new(Kernel);
/// let block = heap.allocate(Layout::new::<[u8; 100]>()).unwrap();
/// assert_eq!((block.len(), heap.stats().blocks), (128, 1));
/// ```
#[derive(Debug)]
pub struct Buddy<A: Allocator> {
    source: A,
    lists: [Cell<Place>; ORDERS],
    filled: Cell<u64>,
    free_chunks: Addresses,
    regions: Addresses,
    split_chunks: Cell<usize>,
    blocks: Cell<usize>,
    used: Cell<usize>,
    used_peak: Cell<usize>,
    held_peak: Cell<usize>,
    steps: Cell<u64>,
}

impl<A: Allocator> Buddy<A> {
    /// An empty heap over `source`; it asks for memory when it is first asked.
    pub const fn new(source: A) -> Buddy<A> {
        // INVARIANT: all hold: there is no region.
        Buddy {
            source,
            lists: [const { Cell::new(Place::NONE) }; ORDERS],
            filled: Cell::new(0),
            free_chunks: Addresses::new(),
            regions: Addresses::new(),
            split_chunks: Cell::new(0),
            blocks: Cell::new(0),
            used: Cell::new(0),
            used_peak: Cell::new(0),
            held_peak: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// Where the memory comes from.
    pub fn source(&self) -> &A {
        &self.source
    }
}
