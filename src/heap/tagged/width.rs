//! How wide the numbers of a heap's own books are: words for any memory, or 16 bits for little of it.
//!
//! ```text
//! usize    a link is an address, a size counts bytes                      any source
//! u16      a link is a distance from the lowest address of the heap,      less than 1 MiB in one piece
//!          a size is as long, both in granules of 16 bytes
//! ```
//!
//! The engine reads and writes the same with both: a [`Link`] answers a block, a [`Size`] bytes. A narrow heap
//! takes any source for one without a grain: it grows upwards, and has no table of blocks that are mapped apart.

use super::block::Block;
use super::bounds::Bounds;
use crate::heap::addresses::Addresses;
use crate::heap::place::GRANULE_BYTES;
use core::cell::Cell;
use core::fmt::Debug;

/// A number of the books.
pub(in crate::heap) trait Width: Copy + Debug + 'static {
    const ZERO: Self;

    /// What a size counts.
    const UNIT_BYTES: usize;

    /// How far the numbers reach from the lowest address on, if not everywhere.
    const REACH_BYTES: Option<usize>;

    /// Whether blocks may be mapped apart.
    const HAS_APART: bool;

    /// What is known of them.
    type Apart: Debug;

    const APART: Self::Apart;

    fn apart(apart: &Self::Apart) -> Option<&Addresses>;

    /// A number that is not too large.
    fn from_number(number: usize) -> Self;

    fn number(self) -> usize;

    /// The link to an address in a heap that begins at `low`.
    fn from_address(address: usize, low: usize) -> Self;

    /// And back.
    fn address(self, low: usize) -> usize;
}

impl Width for usize {
    const ZERO: usize = 0;
    const UNIT_BYTES: usize = 1;
    const REACH_BYTES: Option<usize> = None;

    const HAS_APART: bool = true;

    type Apart = Addresses;

    const APART: Addresses = Addresses::new();

    #[inline(always)]
    fn apart(apart: &Addresses) -> Option<&Addresses> {
        Some(apart)
    }

    #[inline(always)]
    fn from_number(number: usize) -> usize {
        number
    }

    #[inline(always)]
    fn number(self) -> usize {
        self
    }

    #[inline(always)]
    fn from_address(address: usize, _: usize) -> usize {
        address
    }

    #[inline(always)]
    fn address(self, _: usize) -> usize {
        self
    }
}

impl Width for u16 {
    const ZERO: u16 = 0;
    const UNIT_BYTES: usize = GRANULE_BYTES;
    const REACH_BYTES: Option<usize> = Some(u16::MAX as usize * GRANULE_BYTES);

    const HAS_APART: bool = false;

    type Apart = ();

    const APART: () = ();

    fn apart((): &()) -> Option<&Addresses> {
        None
    }

    fn from_number(number: usize) -> u16 {
        debug_assert!(number <= u16::MAX.into(), "a narrow number");
        number as u16
    }

    fn number(self) -> usize {
        self.into()
    }

    fn from_address(address: usize, low: usize) -> u16 {
        Self::from_number((address - low) / GRANULE_BYTES)
    }

    fn address(self, low: usize) -> usize {
        low + self.number() * GRANULE_BYTES
    }
}

/// A count.
#[derive(Debug)]
pub(in crate::heap) struct Count<W: Width>(Cell<W>);

impl<W: Width> Count<W> {
    pub(in crate::heap) const fn new() -> Count<W> {
        Count(Cell::new(W::ZERO))
    }

    #[inline(always)]
    pub(in crate::heap) fn get(&self) -> usize {
        self.0.get().number()
    }

    #[inline(always)]
    pub(in crate::heap) fn set(&self, count: usize) {
        self.0.set(W::from_number(count));
    }
}

/// A size in bytes, a multiple of a granule.
#[derive(Debug)]
pub(in crate::heap) struct Size<W: Width>(Count<W>);

impl<W: Width> Size<W> {
    pub(in crate::heap) const fn new() -> Size<W> {
        Size(Count::new())
    }

    #[inline(always)]
    pub(in crate::heap) fn get(&self) -> usize {
        self.0.get() * W::UNIT_BYTES
    }

    #[inline(always)]
    pub(in crate::heap) fn set(&self, bytes: usize) {
        self.0.set(bytes / W::UNIT_BYTES);
    }
}

/// A block of the heap, or none. (At the lowest address lies the head of a region: no block is at distance 0.)
#[derive(Debug)]
pub(in crate::heap) struct Link<W: Width>(Cell<W>);

impl<W: Width> Link<W> {
    pub(in crate::heap) const fn new() -> Link<W> {
        Link(Cell::new(W::ZERO))
    }

    #[inline(always)]
    pub(in crate::heap) fn is_none(&self) -> bool {
        self.0.get().number() == 0
    }

    #[inline(always)]
    pub(in crate::heap) fn get(&self, bounds: &Bounds<W>) -> Block {
        if W::UNIT_BYTES > 1 && self.is_none() {
            return Block::NONE;
        }
        bounds.block_from_link(self.0.get())
    }

    #[inline(always)]
    pub(in crate::heap) fn set(&self, block: Block, bounds: &Bounds<W>) {
        self.0.set(if W::UNIT_BYTES > 1 && block.is_none() {
            W::ZERO
        } else {
            bounds.link_from_block(block)
        });
    }
}
