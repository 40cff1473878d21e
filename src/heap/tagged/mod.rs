//! The engine of every heap that marks its blocks with tags: cutting, merging, growing, giving back.
//!
//! What differs between first fit, best fit, TLSF and the general heap is how a free block is found: the
//! *index*. All else is here, once. A request is answered by the index; else by the *top*, the
//! never-used or freed rest at the edge where the heap grows; else the heap grows. A block that is freed
//! merges with its free neighbours at once.
//!
//! ```text
//! lower addresses                                                                    higher
//! |head| top: free  | in use | in use | free | in use | ...  | in use |fence|     one region
//!  ^ the kernel maps the next pages here      `- in the index
//! ```
//!
//! The kernel maps new pages directly below the last ones, so over a source with a grain the heap
//! grows downwards: a block is cut from the upper end of a free one, and the top is the *first* block of its
//! region. Over any other source (a fixed region, another heap) it is the other way round: the top is the last
//! block and grows upwards as long as the source lets the region grow in place. Regions that touch are
//! joined, and nothing is left between them.
//!
//! The heap asks for little: what is missing, or a 64th of what it holds, or a page, after a first region of
//! 64 KiB. Blocks of 32 pages and more, over a source with a grain, are whole mappings of their own
//! without a tag, known to a table: they grow by `mremap` and go back at once.
//!
//! | file | idea |
//! |---|---|
//! | `block.rs` | one block: tag, links, footer |
//! | `bounds.rs` | where blocks may lie |
//! | `width.rs` | numbers of 64 bits or of 16 |
//! | `cut.rs` | blocks out of free ones |
//! | `merge.rs` | and back, merged |
//! | `list.rs` | a list of free blocks |
//! | `regions.rs` | growth, joining, giving back |
//! | `fault.rs` | misuse ends here |
//! | `face.rs` | the heap as `Allocator` and what it checks |
//! | `verify.rs` | every invariant, asserted |
//!
//! # How is this safe?
//! Tags tile each region without a gap, and each is sealed: a pointer that comes back is a block of this heap
//! in use, with a size that fits the layout, or the program ends with one line. What checks of this kind
//! cannot see: a write into a neighbour's bytes, or into a block that was freed and handed out again.
//!
//! # Costs
//! 8 bytes a block and rounding up to 16, at least 32; 40 bytes a region. Cutting and merging take constant
//! time; finding and filing a free block takes what the index says.
//!
//! # Source
//! Donald Knuth, *The Art of Computer Programming* 1, 2.5 (1973): boundary tags, and the footer only in free
//! blocks; Doug Lea, *A Memory Allocator* (1987-2000): the top, mappings of their own.

pub(in crate::heap) mod block;
mod bounds;
pub(in crate::heap) mod cut;
mod face;
pub(in crate::heap) mod fault;
pub(in crate::heap) mod list;
mod merge;
mod regions;
mod verify;
pub(in crate::heap) mod width;

use super::addresses::Addresses;
use crate::memory::{Allocator, PAGE_BYTES};
use block::{Block, Tag};
use bounds::Bounds;
use core::cell::Cell;
use core::fmt::Debug;
use cut::Wish;
use width::{Count, Link, Size, Width};

/// Blocks from this size on are mapped apart, if the source has a grain.
const APART_BYTES_MIN: usize = 32 * PAGE_BYTES;

/// What an index may know of the heap around it.
#[derive(Debug)]
pub(in crate::heap) struct Around<W: Width = usize> {
    pub(in crate::heap) bounds: Bounds<W>,
    steps: Cell<u64>,
}

impl<W: Width> Around<W> {
    /// One more free block was looked at.
    #[inline]
    pub(in crate::heap) fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }
}

/// Where free blocks are filed, and how one is found.
///
/// It writes the links of free blocks that were given to it and no other memory, and it finds only blocks
/// that it has.
pub(in crate::heap) trait Index {
    /// How wide the numbers of the heap are.
    type Width: Width;

    /// Files a free block of `size` bytes.
    fn insert(&self, block: Block, size: usize, around: &Around<Self::Width>);

    /// Strikes out a filed block of `size` bytes.
    fn remove(&self, block: Block, size: usize, around: &Around<Self::Width>);

    /// A filed block of `from` bytes now has fewer, `to`.
    fn shrink(&self, block: Block, from: usize, to: usize, around: &Around<Self::Width>) {
        self.remove(block, from, around);
        self.insert(block, to, around);
    }

    /// A filed block of `from` bytes now has more, `to`.
    fn grow(&self, block: Block, from: usize, to: usize, around: &Around<Self::Width>) {
        self.remove(block, from, around);
        self.insert(block, to, around);
    }

    /// A filed block that [`fits`](Wish::fits), with its tag; counts the blocks looked at.
    fn search(&self, wish: &Wish, around: &Around<Self::Width>) -> Option<(Block, Tag)>;

    /// The same for a [plain](Wish::plain) wish, as far as the answer is near at hand.
    fn search_plain(&self, size: usize, around: &Around<Self::Width>) -> Found {
        match self.search(&Wish::plain(size), around) {
            Some((block, tag)) => Found::Block(block, tag, 0),
            None => Found::Nothing,
        }
    }

    /// Strikes out the block that [`search_plain`](Index::search_plain) has just found.
    fn remove_found(&self, block: Block, size: usize, _: u8, around: &Around<Self::Width>) {
        self.remove(block, size, around);
    }

    /// The same block now has fewer bytes.
    fn shrink_found(
        &self,
        block: Block,
        from: usize,
        to: usize,
        _: u8,
        around: &Around<Self::Width>,
    ) {
        self.shrink(block, from, to, around);
    }

    /// The size of the largest filed block, or 0.
    fn largest(&self, around: &Around<Self::Width>) -> usize;

    /// Walks all that is filed, asserts the index's own invariants, and returns the number of blocks.
    fn verify(&self, around: &Around<Self::Width>) -> usize;
}

/// What a short search has found.
pub(in crate::heap) enum Found {
    /// A filed block that is long enough, with its tag, and a number by which the index finds it again.
    Block(Block, Tag, u8),
    /// No filed block is long enough.
    Nothing,
    /// A longer [`search`](Index::search) may know; nothing was counted.
    Unknown,
}

/// An index that a heap can be made with. (Only here `Debug` is asked for: what `dyn Index` can, the released
/// program has in it, and lists that write themselves take 12 KB.)
pub(in crate::heap) trait Indexed: Index + Debug + Sized {
    /// What the engine is compiled for: the index itself where speed counts, else `dyn Index`, so that all
    /// the other heaps share one engine.
    type Seen: Index<Width = Self::Width> + ?Sized;

    /// Whether the engine is one for many indexes.
    const IS_SHARED: bool;

    /// The empty index.
    const EMPTY: Self;

    /// The engine as it is compiled.
    fn seen(core: &Core<Self>) -> &Core<Self::Seen>;
}

/// A heap of tagged blocks over the source `A`, with the index `I`.
///
/// # Invariants
/// - **Tiles**: the blocks of a region lie one behind the other from its head to its fence, each with a
///   sealed tag.
/// - **Merged**: no two free blocks touch; the flag in a tag says whether the block before it is free, and
///   then that one has a footer.
/// - **Listed**: each free block is in the index, but for the top, which is not.
/// - **Edge**: `edge` is the address of the first block of the region that grew last, or of its fence if
///   the heap grows upwards; 0 if there is no region. The top is the free block there.
/// - **Regions**: `last_region` begins the list of all regions; two of a source with a grain never touch.
/// - **Sums**: the counters are the sums over blocks and regions.
#[derive(Debug)]
#[expect(
    private_bounds,
    reason = "an index is trusted with memory, so it is the heap's own"
)]
pub struct Tagged<A: Allocator, I: Indexed> {
    source: A,
    core: Core<I>,
}

/// All but the source: the same code for every source, which is lent to what needs it.
#[derive(Debug)]
pub(in crate::heap) struct Core<I: Index + ?Sized, W: Width = <I as Index>::Width> {
    edge: Link<W>,
    /// The first block of the region that begins the list.
    last_region: Link<W>,
    /// The grain of the source, 0 until the heap first grows, and in a heap of narrow numbers.
    grain: Size<W>,
    apart: W::Apart,
    counters: Counters<W>,
    around: Around<W>,
    index: I,
}

/// What the heap counts; sizes in bytes.
#[derive(Debug)]
struct Counters<W: Width> {
    /// In live blocks, with their tags.
    used: Size<W>,
    used_peak: Size<W>,
    /// From the source, for blocks, heads, fences, and the table of blocks that are mapped apart.
    held: Size<W>,
    held_peak: Size<W>,
    blocks: Count<W>,
}

#[expect(
    private_bounds,
    reason = "an index is trusted with memory, so it is the heap's own"
)]
impl<A: Allocator, I: Indexed> Tagged<A, I> {
    /// An empty heap over `source`; it asks for memory when it is first asked.
    pub const fn new(source: A) -> Tagged<A, I> {
        Tagged {
            source,
            core: Core::new(),
        }
    }

    /// Where the memory comes from.
    pub fn source(&self) -> &A {
        &self.source
    }

    /// Bytes in live blocks, with their tags: as `stats().used_bytes`, in constant time.
    pub fn used_bytes(&self) -> usize {
        self.core.counters.used.get()
    }

    /// Bytes held from the source: as `stats().footprint_bytes`, in constant time.
    pub fn held_bytes(&self) -> usize {
        self.core.counters.held.get()
    }
}

impl<I: Indexed> Core<I> {
    const fn new() -> Core<I> {
        // INVARIANT: all of `Tagged` hold: there is no region and no block.
        Core {
            edge: Link::new(),
            last_region: Link::new(),
            grain: Size::new(),
            apart: <I::Width as Width>::APART,
            counters: Counters {
                used: Size::new(),
                used_peak: Size::new(),
                held: Size::new(),
                held_peak: Size::new(),
                blocks: Count::new(),
            },
            around: Around {
                bounds: Bounds::new(),
                steps: Cell::new(0),
            },
            index: I::EMPTY,
        }
    }
}

impl<I: Index + ?Sized> Core<I> {
    /// Whether the heap grows upwards: the source does not let its memory be cut and joined.
    #[inline]
    fn grows_up(&self) -> bool {
        self.grain.get() == 0
    }

    /// The blocks that are mapped apart, if there may be such.
    #[inline]
    fn apart(&self) -> Option<&Addresses> {
        I::Width::apart(&self.apart)
    }
}

impl<W: Width> Counters<W> {
    /// One block replaces `before` bytes in use by `after`.
    #[inline]
    fn use_instead(&self, before: usize, after: usize) {
        let used = self.used.get() - before + after;
        self.used.set(used);
        if used > self.used_peak.get() {
            self.used_peak.set(used);
        }
    }

    /// Memory of the source replaces `before` bytes by `after`.
    fn hold_instead(&self, before: usize, after: usize) {
        let held = self.held.get() - before + after;
        self.held.set(held);
        self.held_peak.set(self.held_peak.get().max(held));
    }
}
