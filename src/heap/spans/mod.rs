//! The heap at the limit: small blocks from spans through hot stacks, all others from merging chunks.
//!
//! ```text
//! request <= 4 KiB --> hot stack of its class --> spans of that class, in the order of addresses
//!            above --> chunks of 64-byte granules, which merge <--'  (a span is a chunk of whole pages)
//!          >= 256 KiB --> a block of the source, if no free chunk fits
//! ```
//!
//! What is handed out and taken back quickly never leaves the hot stack: an array of addresses for each
//! class, last in, first out. When it is empty, it takes free blocks of one span in the order of their
//! addresses; when it is full, the blocks that lay longest go back to the bitmaps of their spans, and a span
//! without live blocks becomes a free chunk again. So nothing is counted at a call that the stack serves.
//!
//! All bookkeeping is out of line: which page belongs to what, where chunks begin, which blocks of a span
//! are free. Only the links of free chunks lie in free memory, and are checked when they are followed.
//!
//! When blocks are freed, long free runs of pages above max(512 KiB, what is in use) go back to the source, single
//! pages above three times as much, if the source lets its memory be given back in parts (`kept.rs`); or they are
//! offered, as far as the program is likely to want them again: all of them, in a heap that never held more than 64 MiB.
//!
//! | file | idea |
//! |---|---|
//! | `classes.rs` | sizes in classes, and the shape of their spans |
//! | `page.rs` | what is known of one page |
//! | `map.rs` | from an address to its page's entry |
//! | `near.rs` | the same at once, where pages lie together |
//! | `leaves.rs`, `meta.rs` | memory for the map, and for other bookkeeping |
//! | `stacks.rs` | hot stacks: the fast path, and its checks |
//! | `span.rs` | spans: blocks of one size, a bit each |
//! | `ring.rs` | lists of spans and of offered runs, through the entries of their pages |
//! | `chunk.rs` | chunks: their bounds and neighbours |
//! | `bins.rs` | free chunks by size |
//! | `cut.rs` | chunks out of free ones, and back, merged |
//! | `recent.rs` | chunks that were freed last, kept as they are |
//! | `lent.rs` | chunks in place of small blocks, where no span is to be had |
//! | `apart.rs` | blocks that are blocks of the source |
//! | `supply.rs` | growth |
//! | `kept.rs` | how much stays free, and how the rest goes back |
//! | `limit.rs` | the source has no more |
//! | `offers.rs` | pages that the source may take, and the heap too |
//! | `forecast.rs` | how much is likely to be wanted again |
//! | `fresh.rs` | untouched pages are touched before they are used |
//! | `fault.rs` | misuse ends here |
//! | `begin.rs` | a heap that begins in zero bytes |
//! | `face.rs` | the heap as `Allocator` and `Strategy` |
//! | `hot.rs` | the same, for a heap among others (`../threaded`) |
//! | `verify.rs` | every invariant, asserted |
//!
//! # How is this safe?
//! Each page of the heap belongs to one span, to chunks, or to a block apart; spans and chunks tile their
//! pages. With `CHECKED` (the default), a pointer that comes back must be the start of a block of its
//! layout's class in one of our spans, or a chunk in use, or a block apart, or the program ends with one line;
//! a block freed twice is seen at once if it lies on top of its stack or is no small one, else when it goes back
//! to its span.
//!
//! # Costs
//! A small block: no bytes of its own, about 4 % rounding, and a stack of up to 1024 addresses for each class in
//! use. 32 bytes a page. A pair of calls that the stack serves takes 31 instructions if the layout is a constant, 13
//! without the checks.
//!
//! # Source
//! Bonwick, *The Slab Allocator* (1994); Evans, *jemalloc* (2006): arrays of hot blocks; Berger and others,
//! *Hoard* (2000): spans that are empty go back.

mod apart;
mod begin;
mod bins;
mod chunk;
mod classes;
mod cut;
mod face;
mod fault;
mod forecast;
mod fresh;
mod hot;
mod kept;
mod leaves;
mod lent;
mod limit;
mod map;
mod meta;
mod near;
mod offers;
mod page;
mod recent;
mod ring;
mod span;
mod stacks;
mod supply;
mod verify;

use crate::memory::Allocator;
use bins::Bins;
use core::cell::Cell;
use core::fmt;
use fresh::Fresh;
use map::PageMap;
use meta::Meta;
use offers::Offers;
use recent::Recent;
use span::SpanLists;
use stacks::Stacks;
use supply::Supply;

pub(in crate::heap) use hot::{Shaped, belongs_to_nobody};

/// The heap of hot stacks, spans and chunks, over the source `A`; `CHECKED` says whether a pointer that comes
/// back is checked.
///
/// # Invariants
/// - **Tiles**: the memory held for blocks is tiled by spans, chunks and blocks apart; the map says of each
///   page which of them it belongs to.
/// - **Merged**: no two free chunks touch, and each is in its bin.
/// - **Spans**: a block of a span is live, on the hot stack of its class, or free by its bit; the number of
///   set bits is the span's `free`. A span is on the list of its class if and only if a bit is set, and then
///   not all of them are.
/// - **Stacks**: from `bottom` to `top` the slots of a class hold blocks of it that are not live, none twice,
///   and `bottom <= top <= limit`.
/// - **Sums**: the counters of `Tally` are the sums over blocks.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{Spans, Strategy};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap: Spans<Kernel> = Spans::new(Kernel);
/// let layout = Layout::new::<[u8; 100]>();
/// let block = heap.allocate(layout)?;
/// assert_eq!(block.len(), 104);
/// # // SAFETY: origin of the pointer: this heap, with this layout.
/// unsafe { heap.deallocate(block.cast(), layout) };
/// assert_eq!(heap.allocate(layout)?, block, "the block just freed is the next one");
/// heap.verify();
/// # Ok::<(), nostd_alloc::memory::AllocError>(())
/// ```
#[repr(C)]
pub struct Spans<A: Allocator, const CHECKED: bool = true> {
    // First, so that the fast path reaches a stack by one step less.
    stacks: Stacks,
    map: PageMap,
    lists: SpanLists,
    tally: Tally,
    supply: Supply,
    meta: Meta,
    offers: Offers,
    fresh: Fresh,
    source: A,
    // Last, the ones that a small heap hardly touches: see `begin`.
    bins: Bins,
    recent: Recent,
}

/// What is counted when a stack is filled or emptied and when larger blocks come and go.
#[derive(Debug)]
struct Tally {
    /// Blocks that are live, on a hot stack or recent chunks, and their bytes.
    blocks: Cell<usize>,
    bytes: Cell<usize>,
    bytes_peak: Cell<usize>,
    /// Spans looked at for free blocks.
    refills: Cell<u64>,
}

impl Tally {
    const fn new() -> Tally {
        Tally {
            blocks: Cell::new(0),
            bytes: Cell::new(0),
            bytes_peak: Cell::new(0),
            refills: Cell::new(0),
        }
    }

    fn add(&self, blocks: usize, bytes: usize) {
        self.blocks.set(self.blocks.get() + blocks);
        self.bytes.set(self.bytes.get() + bytes);
    }

    fn subtract(&self, blocks: usize, bytes: usize) {
        self.blocks.set(self.blocks.get() - blocks);
        self.bytes.set(self.bytes.get() - bytes);
    }
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// An empty heap over `source`; it asks for memory when it is first asked.
    pub const fn new(source: A) -> Spans<A, CHECKED> {
        // INVARIANT: **Tiles**, **Merged**, **Spans**, **Stacks** and **Sums** hold: there is no page.
        Spans {
            stacks: Stacks::new(),
            map: PageMap::new(),
            lists: SpanLists::new(),
            tally: Tally::new(),
            supply: Supply::new(),
            meta: Meta::new(),
            offers: Offers::new(),
            fresh: Fresh::new(),
            source,
            bins: Bins::new(),
            recent: Recent::new(),
        }
    }

    /// Where the memory comes from.
    pub fn source(&self) -> &A {
        &self.source
    }
}

impl<A: Allocator, const CHECKED: bool> fmt::Debug for Spans<A, CHECKED> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spans")
    }
}
