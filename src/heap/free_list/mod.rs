//! The general heap: blocks of every size, little memory around them, and no long search.
//!
//! A block comes from the free lists first; else from the *top*, the never-used or freed rest at the edge
//! where the heap grows; else the heap grows. A block that is freed merges with its free neighbours at once.
//!
//! ```text
//! lower addresses                                                                    higher
//! |head| top: free  | in use | in use | free | in use | ...  | in use |fence|     one region
//!  ^ the kernel maps the next pages here      `- in a bin -'
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
//! ([`apart`](self)): they grow by `mremap` and go back at once.
//!
//! | file | idea |
//! |---|---|
//! | `block.rs` | one block: tag, links, footer |
//! | `bins.rs` | free blocks by size |
//! | `cut.rs` | blocks out of free ones, and back, merged |
//! | `regions.rs` | growth, joining, giving back |
//! | `apart.rs` | blocks that are mappings of their own |
//! | `fault.rs` | misuse ends here |
//! | `face.rs` | the heap as `Allocator` and `Strategy` |
//! | `verify.rs` | every invariant, asserted |
//!
//! # How is this safe?
//! Tags tile each region without a gap, and each is sealed: a pointer that comes back is a block of this heap
//! in use, with a size that fits the layout, or the program ends with one line. What checks of this kind
//! cannot see: a write into a neighbour's bytes, or into a block that was freed and handed out again.
//!
//! # Costs
//! 8 bytes a block and rounding up to 16, at least 32; 40 bytes a region; 2 KiB in the value itself. Freeing
//! and merging take constant time, a request looks at no more than a few free blocks that do not fit.
//!
//! # Source
//! Donald Knuth, *The Art of Computer Programming* 1, 2.5 (1973): boundary tags, and the footer only in free
//! blocks; Doug Lea, *A Memory Allocator* (1987-2000): bins, the top, mappings of their own.

mod apart;
mod bins;
mod block;
mod cut;
mod face;
mod fault;
mod regions;
mod verify;

use super::place::Place;
use crate::memory::{Allocator, PAGE_BYTES};
use apart::Apart;
use bins::Bins;
use block::Block;
use core::cell::Cell;

/// Blocks from this size on are mapped apart, if the source has a grain.
const APART_BYTES_MIN: usize = 32 * PAGE_BYTES;

/// The general heap: a free list in bins, with merging, over the source `A`.
///
/// # Invariants
/// - **Tiles**: the blocks of a region lie one behind the other from its head to its fence, each with a
///   sealed tag.
/// - **Merged**: no two free blocks touch; the flag in a tag says whether the block before it is free, and
///   then that one has a footer.
/// - **Binned**: each free block is in its bin, but for the top, which is in none.
/// - **Edge**: `edge` is the address of the first block of the region that grew last, or of its fence if
///   the heap grows upwards; 0 if there is no region. The top is the free block there.
/// - **Regions**: `last_region` begins the list of all regions; two of a source with a grain never touch.
/// - **Sums**: the counters are the sums over blocks and regions.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{FreeList, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = FreeList::new(Kernel);
/// let layout = Layout::new::<[u8; 100]>();
/// let block = heap.allocate(layout)?;
/// assert_eq!(block.len(), 104);
/// # // SAFETY: origin of the pointer: this heap, with this layout.
/// unsafe { heap.deallocate(block.cast(), layout) };
/// heap.verify();
/// assert_eq!(heap.stats().used_bytes, 0);
/// # Ok::<(), nostd_alloc::memory::AllocError>(())
/// ```
#[derive(Debug)]
pub struct FreeList<A: Allocator> {
    source: A,
    core: Core,
}

/// All but the source: the same code for every source, which is lent to what needs it.
#[derive(Debug)]
struct Core {
    bins: Bins,
    edge: Cell<Block>,
    last_region: Cell<Place>,
    /// The grain of the source, 0 until the heap first grows.
    grain: Cell<usize>,
    apart: Apart,
    counters: Counters,
}

/// What the heap counts; sizes in bytes.
#[derive(Debug)]
struct Counters {
    /// In live blocks, with their tags.
    used: Cell<usize>,
    used_peak: Cell<usize>,
    /// From the source, for blocks, heads, fences, and the table of blocks that are mapped apart.
    held: Cell<usize>,
    held_peak: Cell<usize>,
    blocks: Cell<usize>,
    regions: Cell<usize>,
    steps: Cell<u64>,
}

impl<A: Allocator> FreeList<A> {
    /// An empty heap over `source`; it asks for memory when it is first asked.
    pub const fn new(source: A) -> FreeList<A> {
        FreeList {
            source,
            core: Core::new(),
        }
    }

    /// Where the memory comes from.
    pub fn source(&self) -> &A {
        &self.source
    }
}

impl Core {
    const fn new() -> Core {
        // INVARIANT: all of `FreeList` hold: there is no region and no block.
        Core {
            bins: Bins::new(),
            edge: Cell::new(Block::NONE),
            last_region: Cell::new(Place::NONE),
            grain: Cell::new(0),
            apart: Apart::new(),
            counters: Counters {
                used: Cell::new(0),
                used_peak: Cell::new(0),
                held: Cell::new(0),
                held_peak: Cell::new(0),
                blocks: Cell::new(0),
                regions: Cell::new(0),
                steps: Cell::new(0),
            },
        }
    }

    /// Whether the heap grows upwards: the source does not let its memory be cut and joined.
    #[inline]
    fn grows_up(&self) -> bool {
        self.grain.get() == 0
    }
}

impl Counters {
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
