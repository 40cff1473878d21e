//! Pages cut into blocks: the strategies, the wrappers around them, and the table that knows them all.
//!
//! A strategy is an [`Allocator`] over a source of pages. It keeps its state in
//! `Cell`s and is not `Sync`; [`Locked`] is the one place where it becomes so. What is told apart here: the
//! *source* (where pages come from), the *strategy* (how they are cut) and the *wrapper* (what else happens
//! at each call) are three independent choices, `Counted<FreeList<Kernel>>`.

mod address_order;
mod addresses;
mod arena;
mod best_fit;
mod buddy;
mod bump;
mod catalogue;
mod counted;
mod fallback;
mod first_fit;
mod free_list;
mod global;
mod half_fit;
mod lifo;
mod limited;
mod locked;
mod next_fit;
mod place;
mod pool;
mod regions;
mod sealed;
mod segregated;
mod size_classes;
mod spans;
mod stack;
#[cfg(test)]
pub(crate) mod starve;
mod tagged;
mod threaded;
mod tlsf;
mod watched;

pub use arena::{Arena, Mark};
pub use best_fit::BestFit;
pub use buddy::Buddy;
pub use bump::Bump;
pub use catalogue::{ROWS, Row, Run, find};
pub use counted::{Calls, Counted};
pub use fallback::Fallback;
pub use first_fit::FirstFit;
pub use free_list::FreeList;
pub use global::Global;
pub use half_fit::HalfFit;
pub use lifo::Lifo;
pub use limited::{FailAt, Limited};
pub use locked::Locked;
pub use next_fit::NextFit;
pub use pool::Pool;
pub use sealed::Sealed;
pub use segregated::Segregated;
pub use size_classes::SizeClasses;
pub use spans::Spans;
pub use stack::Stack;
pub use tagged::Tagged;
pub use threaded::{PerThread, Threaded};
pub use tlsf::Tlsf;
pub use watched::{Watch, Watched};

use crate::memory::Allocator;

/// What a heap knows of itself. Sizes are in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Stats {
    /// In live blocks, with their headers and the rounding of their sizes.
    pub used_bytes: usize,
    /// The largest that `used_bytes` has been. [`Spans`] looks only when a hot stack is filled and when a larger block
    /// comes, and may be off by what its stacks hold.
    pub used_bytes_peak: usize,
    /// Held from the source and in no live block.
    pub free_bytes: usize,
    /// The largest request (alignment 8) that needs no more from the source.
    pub largest_free_bytes: usize,
    /// Held from the source.
    pub footprint_bytes: usize,
    /// The largest that `footprint_bytes` has been.
    pub footprint_bytes_peak: usize,
    /// Live blocks.
    pub blocks: usize,
    /// Pieces of memory from the source that do not touch.
    pub regions: usize,
    /// Free blocks looked at since the heap was made: the cost of searching, without a clock.
    pub steps: u64,
}

/// A heap as the lab sees it: it hands out blocks, and can be asked how it is.
pub trait Strategy: Allocator {
    /// What the heap knows of itself; the time may grow with the number of free blocks.
    fn stats(&self) -> Stats;

    /// Free blocks looked at since the heap was made, in constant time: as `stats().steps`.
    fn steps(&self) -> u64;

    /// Walks the whole heap and asserts every invariant of it by name.
    ///
    /// # Panics
    /// If the heap is damaged; the message names the invariant.
    fn verify(&self);
}
