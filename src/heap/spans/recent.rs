//! Recent chunks: blocks above the small ones that were freed last, by their exact size.
//!
//! ```text
//! granules --> entry   |granules, count| a b c . . . . |   up to seven blocks of that one size
//! ```
//!
//! Cutting a chunk and merging it again costs some hundred instructions, and programs ask for the sizes again
//! that they gave back: a buffer, a page of a file, a table that grows. A chunk up to 32 KiB is kept as it is
//! until its entry is full or wanted by another size. For the map and the sums it stays in use.
//!
//! # Costs
//! 64 bytes an entry, 2 KiB a heap. A block that is kept and taken again costs about 100 instructions. What is kept is
//! bounded by a part of what is held.

use super::Spans;
use super::chunk::{Chunk, GRANULE_BYTES, granules_in_use};
use super::classes::SMALL_BYTES_MAX;
use crate::heap::place::Place;
use crate::memory::{Allocator, Layout};
use core::cell::Cell;
use core::ptr::NonNull;

/// The longest chunk that is kept, in granules.
const GRANULES_MAX: usize = 32 * 1024 / GRANULE_BYTES;

/// Entries, which sizes share.
const ENTRIES: usize = 32;
const BLOCKS: usize = 7;

/// The shortest chunk that is kept, in granules.
const GRANULES_MIN: usize = SMALL_BYTES_MAX / GRANULE_BYTES + 1;

/// How many blocks stay in an entry that was full: those that were freed last.
const STAYING: usize = 3;

/// What is kept: at most this part of what is held.
const HELD_DIVISOR: usize = 64;

/// Chunks of one size.
///
/// # Invariants
/// - **Same**: the first `count` of `blocks` are chunks in use of `granules`, in nobody's hands, none twice;
///   they are in no other entry. The others are no place.
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
        let (kept, others) = self.blocks.split_at(self.count.get() as usize);
        debug_assert!(others.iter().all(|place| place.get().is_none()), "Same");
        kept
    }

    /// Takes the block that lay longest out of those that are kept.
    fn take_first(&self) -> Place {
        let first = self.blocks[0].replace(Place::NONE);
        // INVARIANT: **Same** holds for those behind it, which move to the front.
        self.count.set(self.count.get() - 1);
        for pair in self.blocks.windows(2) {
            pair[0].swap(&pair[1]);
        }
        first
    }

    /// Whether a block of its size is kept here.
    #[inline(always)]
    fn keeps(&self, start: Place) -> bool {
        self.blocks.iter().any(|place| place.get() == start)
    }
}

/// The entries, and the bytes of all blocks in them.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Recent {
    bytes: Cell<usize>,
    // Last: a small heap does not even look there.
    entries: [Entry; ENTRIES],
}

impl Recent {
    pub(super) const fn new() -> Recent {
        // INVARIANT: **Same** holds: there is no block.
        Recent {
            bytes: Cell::new(0),
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
        let mut blocks = 0;
        if self.bytes() > 0 {
            self.for_each(&mut |_| blocks += 1);
        }
        blocks
    }

    /// Forgets all blocks, whose memory is no more.
    pub(super) fn forget_all(&self) {
        if self.bytes.replace(0) > 0 {
            for entry in &self.entries {
                // INVARIANT: **Same** holds: there is no block.
                entry.count.set(0);
                entry.blocks.iter().for_each(|place| place.set(Place::NONE));
            }
        }
    }

    /// The entry of a size, which may hold another one.
    #[inline(always)]
    fn entry(&self, granules: usize) -> &Entry {
        // Knuth's multiplication: sizes that differ by a power of two do not meet.
        let mixed = (granules as u32).wrapping_mul(0x9E37_79B1) >> (u32::BITS - ENTRIES.ilog2());
        &self.entries[mixed as usize]
    }

    /// Takes the block of exactly so many granules that was freed last.
    #[inline(always)]
    fn take(&self, granules: usize) -> Option<Place> {
        let entry = self.entry(granules);
        let last = (entry.count.get() as usize).wrapping_sub(1);
        let place = entry.blocks.get(last)?;
        if entry.granules.get() as usize != granules {
            return None;
        }
        // INVARIANT: **Same** holds for the blocks before the last one.
        entry.count.set(last as u32);
        let place = place.replace(Place::NONE);
        self.bytes.set(self.bytes.get() - granules * GRANULE_BYTES);
        Some(place)
    }

    /// Whether a chunk in use is kept here, and so in nobody's hands.
    pub(super) fn keeps(&self, chunk: Chunk) -> bool {
        let entry = self.entry(chunk.granules());
        entry.granules.get() as usize == chunk.granules() && entry.keeps(chunk.start)
    }

    /// Keeps a block whose entry is of its size and has room, if it is not there and no more than `most` bytes are
    /// kept then; whether it does.
    #[inline(always)]
    fn keep(&self, start: Place, granules: usize, most: usize) -> bool {
        let entry = self.entry(granules);
        let keeps = entry.granules.get() as usize == granules
            && self.bytes.get() + granules * GRANULE_BYTES <= most
            && (entry.count.get() as usize) < BLOCKS
            && !entry.keeps(start);
        if keeps {
            self.put(entry, start, granules);
        }
        keeps
    }

    /// Puts a block on an entry of its size, which has room.
    #[inline(always)]
    fn put(&self, entry: &Entry, start: Place, granules: usize) {
        let count = entry.count.get();
        if let Some(place) = entry.blocks.get(count as usize) {
            // INVARIANT: **Same** holds again with the block as the last: a chunk in use that is not here (contract of
            // the callers).
            place.set(start);
            entry.count.set(count + 1);
            self.bytes.set(self.bytes.get() + granules * GRANULE_BYTES);
        }
    }

    /// Calls `visit` with each block that is kept.
    pub(super) fn for_each(&self, visit: &mut dyn FnMut(Chunk)) {
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
    /// A block that is no small one, from those freed last.
    #[inline(always)]
    pub(in crate::heap) fn allocate_recent(&self, layout: Layout) -> Option<NonNull<[u8]>> {
        let granules = granules_from_size(layout.size());
        if granules < GRANULES_MIN || layout.align() > GRANULE_BYTES {
            return None;
        }
        let start = self.recent.take(granules)?;
        Some(start.block(granules * GRANULE_BYTES))
    }

    /// Takes back a block that is no small one, if one look tells that it is a chunk in use of this heap, of that size,
    /// and it can be kept at once; whether it was.
    ///
    /// # Safety
    /// - As [`Allocator::deallocate`], of a block that is no small one.
    #[inline(always)]
    pub(in crate::heap) unsafe fn deallocate_recent(&self, address: usize, size: usize) -> bool {
        let granules = granules_from_size(size);
        let (near, most) = (&self.map.near, self.recent_bytes_max());
        near.ask(address, |page| granules_in_use(page, address)) == granules
            && granules >= GRANULES_MIN
            && self.recent.keep(Place(address), granules, most)
    }

    /// How many bytes may be kept.
    #[inline(always)]
    fn recent_bytes_max(&self) -> usize {
        self.supply.held_bytes() / HELD_DIVISOR
    }

    /// Keeps a chunk in use that has come back and is not kept already, if it is short enough; whether it does.
    pub(super) fn keep_recent(&self, chunk: Chunk) -> bool {
        let (granules, most) = (chunk.granules(), self.recent_bytes_max());
        if !(GRANULES_MIN..=GRANULES_MAX).contains(&granules)
            || self.recent.bytes() + chunk.bytes > most
        {
            return false;
        }
        let entry = self.recent.entry(granules);
        let left = match entry.granules.get() as usize == granules {
            true if entry.count.get() as usize == BLOCKS => STAYING,
            true => BLOCKS,
            false => 0,
        };
        self.cool(entry, left);
        entry.granules.set(granules as u32);
        self.recent.put(entry, chunk.start, granules);
        true
    }

    /// Makes the blocks of an entry free chunks, those first that lay longest, until `left` are left.
    fn cool(&self, entry: &Entry, left: usize) {
        let bytes = entry.granules.get() as usize * GRANULE_BYTES;
        while entry.kept().len() > left {
            let start = entry.take_first();
            self.recent.bytes.set(self.recent.bytes() - bytes);
            self.tally.subtract(1, bytes);
            self.put_chunk(Chunk { start, bytes });
        }
    }

    /// Makes all of them free chunks.
    pub(super) fn cool_all(&self) {
        if self.recent.bytes() > 0 {
            for entry in &self.recent.entries {
                self.cool(entry, 0);
            }
        }
    }
}

/// The granules that a layout's size needs. No overflow: it is an `isize`.
#[inline(always)]
fn granules_from_size(size: usize) -> usize {
    (size + GRANULE_BYTES - 1) >> GRANULE_BYTES.ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Strategy;
    use crate::memory::{Kernel, Layout, Region};
    use core::mem::MaybeUninit;
    use core::ptr::NonNull;

    const SIZE: Layout = Layout::new::<[u64; 600]>();

    /// A heap of 200 live blocks of one size, and the last of them.
    fn heap<A: Allocator>(source: A) -> (Spans<A>, NonNull<u8>) {
        let heap = Spans::new(source);
        let mut last = NonNull::dangling();
        for _ in 0..200 {
            last = heap.allocate(SIZE).unwrap().cast();
        }
        (heap, last)
    }

    #[test]
    fn the_chunk_freed_last_is_the_next_of_its_size() {
        let (heap, last) = heap(Kernel);
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
        let (heap, last) = heap(Kernel);
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

    #[test]
    fn only_a_chunk_in_use_of_that_size_is_kept_and_only_once() {
        // Pages of the kernel need not lie near each other: then one look does not tell.
        let mut bytes = std::vec![MaybeUninit::uninit(); 2 << 20];
        let region = Region::new(&mut bytes);
        let (heap, last) = heap(&region);
        let other: NonNull<u8> = heap.allocate(SIZE).unwrap().cast();
        let kept = |block: NonNull<u8>, offset, size| {
            // SAFETY: what is no block is refused; the others come from the heap, with this layout.
            unsafe { heap.deallocate_recent(block.addr().get() + offset, size) }
        };
        // SAFETY: the block comes from the heap, with this layout. From now on the entry is of its size.
        unsafe { heap.deallocate(last, SIZE) };
        assert!(!kept(other, 0, SIZE.size() + GRANULE_BYTES), "another size");
        assert!(!kept(other, GRANULE_BYTES, SIZE.size()), "no start");
        assert!(!kept(other, 8, SIZE.size()), "no granule");
        assert!(kept(other, 0, SIZE.size()));
        assert!(!kept(last, 0, SIZE.size()), "twice, with another between");
        heap.verify();
        heap.trim();
        assert!(!kept(last, 0, SIZE.size()), "when it is free");
        heap.verify();
    }
}
