//! Recent chunks: blocks above the small ones that were freed last, by their exact size.
//!
//! ```text
//! granules --hash--> entry   |granules, count| a b c . . . . |   up to seven blocks of that one size
//! ```
//!
//! Cutting a chunk and merging it again costs some hundred instructions, and programs ask for the sizes again
//! that they gave back: a buffer, a page of a file, a table that grows. A chunk up to 32 KiB is kept as it is
//! until its entry is full or wanted by another size. For the map and the sums it stays in use.
//!
//! # Costs
//! 64 bytes an entry, 4 KiB a heap. What is kept is bounded by a part of what is held.

use super::chunk::{Chunk, GRANULE_BYTES};
use super::{Spans, fault};
use crate::heap::place::Place;
use crate::memory::Allocator;
use core::cell::Cell;

/// The longest chunk that is kept.
const RECENT_BYTES_MAX: usize = 32 * 1024;

const ENTRIES: usize = 64;
const BLOCKS: usize = 7;

/// How many blocks leave an entry that is full: those that lay longest.
const LEAVING: usize = 4;

/// What is kept: at most this part of what is held.
const HELD_DIVISOR: usize = 32;

/// Chunks of one size.
///
/// # Invariants
/// - **Same**: the first `count` of `blocks` are chunks in use of `granules`, in nobody's hands, none twice;
///   they are in no other entry.
#[derive(Debug)]
#[repr(align(64))]
struct Entry {
    granules: Cell<u32>,
    count: Cell<u32>,
    blocks: [Cell<Place>; BLOCKS],
}

const _: () = assert!(size_of::<Entry>() == 64);

impl Entry {
    fn kept(&self) -> &[Cell<Place>] {
        &self.blocks[..self.count.get() as usize]
    }
}

/// The entries, and the bytes and the number of all blocks in them.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Recent {
    bytes: Cell<usize>,
    blocks: Cell<usize>,
    // Last: a small heap does not even look there.
    entries: [Entry; ENTRIES],
}

impl Recent {
    pub(super) const fn new() -> Recent {
        // INVARIANT: **Same** holds: there is no block.
        Recent {
            bytes: Cell::new(0),
            blocks: Cell::new(0),
            entries: [const {
                Entry {
                    granules: Cell::new(0),
                    count: Cell::new(0),
                    blocks: [const { Cell::new(Place::NONE) }; BLOCKS],
                }
            }; ENTRIES],
        }
    }

    /// The bytes of all blocks that are kept.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// How many they are.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.get()
    }

    /// Forgets all blocks, whose memory is no more.
    pub(super) fn forget_all(&self) {
        if self.blocks.replace(0) > 0 {
            self.entries.iter().for_each(|entry| entry.count.set(0));
        }
        // INVARIANT: **Same** holds: there is no block.
        self.bytes.set(0);
    }

    /// The entry of a size, which may hold another one.
    fn entry(&self, bytes: usize) -> &Entry {
        // Knuth's multiplication: sizes that differ by a power of two do not meet.
        let mixed = ((bytes / GRANULE_BYTES) as u32).wrapping_mul(0x9E37_79B1);
        &self.entries[(mixed >> (u32::BITS - ENTRIES.ilog2())) as usize]
    }

    /// Takes the block of exactly so many bytes that was freed last.
    pub(super) fn take(&self, bytes: usize) -> Option<Place> {
        let entry = self.entry(bytes);
        let count = entry.count.get();
        if count == 0 || entry.granules.get() as usize * GRANULE_BYTES != bytes {
            return None;
        }
        // INVARIANT: **Same** holds for the blocks before the last one.
        entry.count.set(count - 1);
        self.count(-1, bytes);
        Some(entry.blocks[count as usize - 1].get())
    }

    /// Whether a chunk in use is kept here, and so in nobody's hands.
    pub(super) fn keeps(&self, chunk: Chunk) -> bool {
        let entry = self.entry(chunk.bytes);
        entry.granules.get() as usize * GRANULE_BYTES == chunk.bytes
            && entry.kept().iter().any(|place| place.get() == chunk.start)
    }

    /// Counts blocks of a size that have come or gone.
    fn count(&self, blocks: isize, bytes: usize) {
        self.blocks
            .set(self.blocks.get().wrapping_add_signed(blocks));
        let change = blocks * bytes as isize;
        self.bytes.set(self.bytes.get().wrapping_add_signed(change));
    }

    /// Calls `visit` with each block that is kept.
    pub(super) fn for_each(&self, mut visit: impl FnMut(Chunk)) {
        for entry in &self.entries {
            let bytes = entry.granules.get() as usize * GRANULE_BYTES;
            for place in entry.kept() {
                let start = place.get();
                visit(Chunk { start, bytes });
            }
        }
    }
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// Keeps a chunk in use that has come back, if it is short enough; whether it does.
    pub(super) fn keep_recent(&self, chunk: Chunk) -> bool {
        let most = self.supply.held_bytes() / HELD_DIVISOR;
        if chunk.bytes > RECENT_BYTES_MAX || self.recent.bytes() + chunk.bytes > most {
            return false;
        }
        let entry = self.recent.entry(chunk.bytes);
        let granules = chunk.granules() as u32;
        if entry.granules.get() != granules {
            self.cool(entry, BLOCKS);
            entry.granules.set(granules);
        } else if entry.count.get() as usize == BLOCKS {
            self.cool(entry, LEAVING);
        }
        // INVARIANT: **Same** holds again with the chunk as the last: `large_chunk` has found it in use, and not
        // here.
        let count = entry.count.get();
        entry.blocks[count as usize].set(chunk.start);
        entry.count.set(count + 1);
        self.recent.count(1, chunk.bytes);
        true
    }

    /// Makes the blocks of an entry free chunks, those first that lay longest, at most `count` of them.
    fn cool(&self, entry: &Entry, count: usize) {
        let bytes = entry.granules.get() as usize * GRANULE_BYTES;
        let leaving = count.min(entry.kept().len());
        for place in &entry.kept()[..leaving] {
            let start = place.get();
            if self.map.chunk_state(start.0) != Some(false) {
                fault::double_free(start.0);
            }
            self.tally.subtract(1, bytes);
            self.put_chunk(Chunk { start, bytes });
        }
        // INVARIANT: **Same** holds again: what is left has moved to the front.
        let left = entry.kept().len() - leaving;
        for index in 0..left {
            entry.blocks[index].set(entry.blocks[index + leaving].get());
        }
        entry.count.set(left as u32);
        self.recent.count(-(leaving as isize), bytes);
    }

    /// Makes all of them free chunks.
    pub(super) fn cool_all(&self) {
        if self.recent.blocks() > 0 {
            self.recent
                .entries
                .iter()
                .for_each(|entry| self.cool(entry, BLOCKS));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Strategy;
    use crate::memory::{Kernel, Layout};
    use core::ptr::NonNull;

    const SIZE: Layout = Layout::new::<[u64; 500]>();

    /// A heap of 200 live blocks of one size, and the last of them.
    fn heap() -> (Spans<Kernel>, NonNull<u8>) {
        let heap = Spans::new(Kernel);
        let mut last = NonNull::dangling();
        for _ in 0..200 {
            last = heap.allocate(SIZE).unwrap().cast();
        }
        (heap, last)
    }

    #[test]
    fn the_chunk_freed_last_is_the_next_of_its_size() {
        let (heap, last) = heap();
        let before = heap.stats();
        // SAFETY: the block comes from the heap, with this layout.
        unsafe { heap.deallocate(last, SIZE) };
        assert_eq!(heap.recent.blocks(), 1);
        assert_eq!(heap.stats().blocks, before.blocks - 1);
        heap.verify();
        assert_eq!(heap.allocate(SIZE).unwrap().cast(), last);
        assert_eq!(heap.stats().used_bytes, before.used_bytes);
        // SAFETY: the block comes from the heap, with this layout.
        unsafe { heap.deallocate(last, SIZE) };
        heap.trim();
        assert_eq!(heap.recent.blocks(), 0);
        heap.verify();
    }

    #[test]
    #[should_panic(expected = "Same: no chunk in use")]
    fn a_recent_chunk_that_is_free_is_found() {
        let (heap, last) = heap();
        // SAFETY: the block comes from the heap, with this layout.
        unsafe { heap.deallocate(last, SIZE) };
        let bytes = SIZE.size().next_multiple_of(GRANULE_BYTES);
        heap.put_chunk(Chunk {
            start: Place(last.addr().get()),
            bytes,
        });
        heap.tally.subtract(1, bytes);
        heap.verify();
    }
}
