//! Every invariant of the heap, asserted by name: a walk over all pages, chunks, spans and stacks.

use super::Spans;
use super::bins::Bins;
use super::chunk::Chunk;
use super::classes::{CLASSES, SHAPES, begins_block, block_index};
use super::offers::run_bytes;
use super::page::{Kind, NO_PAGE, Page};
use super::span::bits;
use crate::heap::place::Place;
use crate::memory::{Allocator, PAGE_BYTES};

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// Calls `visit` with the start and the length of what is held for blocks or offered: single pages, blocks
    /// apart, and runs.
    pub(super) fn for_each_held(&self, visit: &mut dyn FnMut(usize, usize)) {
        self.map.for_each(|address, page| match page.kind.get() {
            Kind::NONE => {}
            Kind::APART => visit(address, page.reach.get() as usize * PAGE_BYTES),
            Kind::OFFERED => run_bytes(page)
                .into_iter()
                .for_each(|bytes| visit(address, bytes)),
            _ => visit(address, PAGE_BYTES),
        });
    }

    pub(super) fn verify_all(&self) {
        self.map.verify();
        let (mut tiled, mut offered) = (0, 0);
        let (mut blocks, mut used) = (0, 0);
        let (mut with_free, mut free_bytes) = ([0; CLASSES], 0);
        self.map.for_each(|address, page| match page.kind.get() {
            Kind::NONE => {}
            Kind::OFFERED => offered += run_bytes(page).unwrap_or(0),
            Kind::APART => {
                let bytes = page.reach.get() as usize * PAGE_BYTES;
                (tiled, blocks, used) = (tiled + bytes, blocks + 1, used + bytes);
            }
            Kind::CHUNKS => self.for_each_chunk(address, page, |chunk, free| {
                tiled += chunk.bytes;
                self.verify_chunk(chunk, free);
                free_bytes += if free { chunk.bytes } else { 0 };
                if !free && !self.is_head(chunk) {
                    (blocks, used) = (blocks + 1, used + chunk.bytes);
                }
            }),
            _ if page.offset(address) == 0 => {
                let out = self.verify_span(address, page);
                tiled += out.2;
                (blocks, used) = (blocks + out.0, used + out.1);
                if let Some(class) = page.kind.get().class() {
                    with_free[class] += usize::from(page.free.get() > 0);
                }
            }
            _ => {}
        });
        assert!(tiled == self.supply.held_bytes(), "Tiles: what is held");
        assert!(blocks == self.tally.blocks.get(), "Sums: blocks");
        assert!(used == self.tally.bytes.get(), "Sums: bytes in blocks");
        self.verify_bins(free_bytes);
        self.verify_recent();
        self.verify_runs(offered);
        for (class, with_free) in with_free.into_iter().enumerate() {
            self.verify_list(class, with_free);
            self.verify_stack(class);
        }
    }

    /// Whether a chunk is the head of an extent, which is in use and no block.
    fn is_head(&self, chunk: Chunk) -> bool {
        !self.cuts_pages() && chunk.start.0.is_multiple_of(PAGE_BYTES) && {
            let mut found = false;
            self.for_each_extent(|extent| found |= extent == chunk.start);
            found
        }
    }

    /// Calls `visit` with each chunk that begins in a page, and whether it is free.
    fn for_each_chunk(&self, address: usize, page: &Page, mut visit: impl FnMut(Chunk, bool)) {
        let mut starts = page.starts().get();
        assert!(
            page.free_starts().get() & !starts == 0,
            "Tiles: a free chunk that does not begin"
        );
        while starts != 0 {
            let granule = starts.trailing_zeros() as usize;
            let start = address + granule * super::chunk::GRANULE_BYTES;
            let free = page.free_starts().get() >> granule & 1 != 0;
            visit(self.map.chunk(Place(start)), free);
            starts &= starts - 1;
        }
    }

    fn verify_chunk(&self, chunk: Chunk, free: bool) {
        let (start, end) = (chunk.start.0, chunk.end().0);
        assert!(chunk.bytes > 0, "Tiles: a chunk without bytes");
        if free {
            let after = self.map.free_after(chunk.end());
            assert!(after.is_none(), "Merged: free chunks touch");
            let found = self.map.free_before(chunk.end());
            assert!(found == Some(chunk), "Tiles: no way back from an end");
        }
        for page in (start.next_multiple_of(PAGE_BYTES)..end).step_by(PAGE_BYTES) {
            let entry = self.map.find(page);
            if page != start && page / PAGE_BYTES != end / PAGE_BYTES {
                let starts = entry.map_or(0, |entry| match entry.kind.get() {
                    Kind::CHUNKS => entry.starts().get(),
                    Kind::NONE => 0,
                    _ => u64::MAX,
                });
                assert!(starts == 0, "Tiles: something begins in a chunk");
            }
        }
    }

    /// Checks a span, and returns its blocks that are not free, their bytes, and its length.
    fn verify_span(&self, start: usize, first: &Page) -> (usize, usize, usize) {
        let class = first.kind.get().class().expect("Tiles: a kind of page");
        let shape = &SHAPES[class];
        for index in 0..shape.pages() {
            let address = start + index * PAGE_BYTES;
            let page = self.map.entry(address);
            assert!(
                page.kind.get() == first.kind.get() && page.offset(address) == address - start,
                "Spans: a page of a span"
            );
        }
        let words = bits(class, first);
        let set: u32 = words.iter().map(|word| word.get().count_ones()).sum();
        assert!(
            set as usize == first.free.get() as usize,
            "Spans: as many bits as free blocks"
        );
        for (index, word) in words.iter().enumerate() {
            let room = shape.blocks().saturating_sub(index * 64);
            assert!(
                room >= 64 || word.get() >> room == 0,
                "Spans: a bit without a block"
            );
        }
        let out = shape.blocks() - set as usize;
        (out, out * shape.block_bytes(), shape.pages() * PAGE_BYTES)
    }

    /// Checks the recent chunks, which are in use for the map.
    fn verify_recent(&self) {
        let (mut blocks, mut bytes) = (0, 0);
        self.recent.for_each(&mut |chunk| {
            let in_use = self.map.chunk_state(chunk.start.0) == Some(false);
            assert!(
                in_use && self.map.chunk(chunk.start) == chunk && self.recent.keeps(chunk),
                "Same: no chunk in use"
            );
            (blocks, bytes) = (blocks + 1, bytes + chunk.bytes);
        });
        let sums = (self.recent.blocks(), self.recent.bytes());
        assert!((blocks, bytes) == sums, "Same: sums of recent chunks");
    }

    /// Walks the ring of runs, which has all of the `offered` bytes.
    fn verify_runs(&self, offered: usize) {
        let mut bytes = 0;
        self.for_each_run(|start, length| {
            let (end, kind) = (start + length, |page: &Page| page.kind.get());
            let last = self.map.entry(end - PAGE_BYTES);
            assert!(length > 0 && kind(last) == Kind::OFFERED, "Runs: no end");
            let after = self.map.find(end).and_then(run_bytes);
            assert!(after.is_none(), "Runs: two touch");
            bytes += length;
            true
        });
        let most = self.supply.held_bytes_peak() - self.supply.held_bytes();
        assert!(
            bytes == self.offers.bytes() && bytes == offered,
            "Runs: their sum"
        );
        assert!(bytes <= most, "Runs: more than ever was held");
    }

    /// Walks the bins, which hold all of the `free_bytes` in free chunks.
    fn verify_bins(&self, free_bytes: usize) {
        let mut filed = 0;
        self.bins.for_each(&self.map, &mut |bin, chunk| {
            assert!(Bins::belongs(bin, chunk), "Merged: a chunk in another bin");
            filed += chunk.bytes;
            assert!(
                filed <= self.supply.held_bytes(),
                "Merged: a bin goes round"
            );
        });
        assert!(filed == self.bins.bytes(), "Merged: the sum of the bins");
        assert!(filed == free_bytes, "Merged: a free chunk in no bin");
    }

    /// Walks the list of a class, which has `with_free` spans with free blocks.
    fn verify_list(&self, class: usize, with_free: usize) {
        let (mut listed, mut number) = (0, self.lists.head(class));
        while number != NO_PAGE {
            let page = self.map.numbered(number);
            assert!(page.kind.get() == Kind::span(class), "Spans: another class");
            let free = page.free.get() as usize;
            assert!(
                free > 0 && free < SHAPES[class].blocks(),
                "Spans: a span on the list without free blocks, or with no other"
            );
            let next = page.next.get();
            assert!(
                self.map.numbered(next).prev.get() == number,
                "Spans: the list does not lead back"
            );
            listed += 1;
            number = match next == self.lists.head(class) {
                true => NO_PAGE,
                false => next,
            };
        }
        assert!(
            listed == with_free,
            "Spans: a span with free blocks on no list"
        );
    }

    /// Checks a stack: its blocks' bits are set while they are walked, so that one that is there twice is seen.
    fn verify_stack(&self, class: usize) {
        let blocks = self.stacks.blocks(class);
        let depth = SHAPES[class].depth();
        assert!(
            blocks.len() <= self.stacks.room(class) && self.stacks.room(class) <= depth,
            "Stacks: more blocks than room"
        );
        for block in blocks {
            assert!(self.flip(class, block.get()), "Stacks: a block twice");
        }
        for block in blocks {
            assert!(!self.flip(class, block.get()), "Stacks: a block is gone");
        }
    }

    /// Flips the bit of a block and returns what it is then.
    fn flip(&self, class: usize, address: usize) -> bool {
        let page = self.map.entry(address);
        assert!(
            page.kind.get() == Kind::span(class),
            "Stacks: another class"
        );
        let offset = page.offset(address);
        assert!(begins_block(class, offset), "Stacks: no block begins there");
        let block = block_index(class, offset);
        let word = &bits(class, self.map.entry(address - offset))[block / 64];
        word.set(word.get() ^ 1 << (block % 64));
        word.get() >> (block % 64) & 1 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Kernel, Layout};

    const SMALL: Layout = Layout::new::<[u64; 8]>();

    /// A heap with a live small block, a live chunk and a free one below it.
    fn heap() -> Spans<Kernel> {
        let heap = Spans::new(Kernel);
        let chunk = Layout::new::<[u64; 1000]>();
        let blocks = [chunk, chunk, SMALL].map(|layout| heap.allocate(layout).unwrap());
        // SAFETY: the block comes from the heap, with this layout.
        unsafe { heap.deallocate(blocks[0].cast(), chunk) };
        heap.verify_all();
        heap
    }

    /// The entry of the first page of a kind.
    fn entry(heap: &Spans<Kernel>, is_it: impl Fn(&Page) -> bool) -> &Page {
        let mut found = 0;
        heap.map.for_each(|address, page| {
            if is_it(page) && found == 0 {
                found = address;
            }
        });
        heap.map.entry(found)
    }

    #[test]
    #[should_panic(expected = "Spans: ")]
    fn a_wrong_count_of_free_blocks_is_found() {
        let heap = heap();
        let span = entry(&heap, |page| page.kind.get().class().is_some());
        span.free.set(span.free.get() - 1);
        heap.verify_all();
    }

    #[test]
    #[should_panic(expected = "Tiles: ")]
    fn a_chunk_that_begins_in_another_is_found() {
        let heap = heap();
        let chunks = |page: &Page| page.kind.get() == Kind::CHUNKS && page.starts().get() == 0;
        entry(&heap, chunks).starts().set(1 << 7);
        heap.verify_all();
    }

    #[test]
    #[should_panic(expected = "Sums: blocks")]
    fn a_block_that_nobody_counted_is_found() {
        let heap = heap();
        heap.tally.add(1, 0);
        heap.verify_all();
    }

    #[test]
    #[should_panic(expected = "Stacks: ")]
    fn a_block_that_is_twice_on_a_stack_is_found() {
        let heap = heap();
        let class = super::super::classes::class_from_layout(SMALL).unwrap();
        let lowest = heap.stacks.blocks(class)[0].get();
        heap.stacks.blocks(class)[1].set(lowest);
        heap.verify_all();
    }

    #[test]
    #[should_panic(expected = "Merged: ")]
    fn a_free_chunk_in_no_bin_is_found() {
        let heap = heap();
        let free = heap.bins.largest(&heap.map, 1).unwrap();
        heap.bins.remove(&heap.map, free);
        heap.verify_all();
    }
}
