//! The general heap looked at from end to end: its figures, and every invariant asserted.

use super::block::{TAG_BYTES, Tag};
use super::regions::Region;
use super::{Core, Index, Indexed, Tagged};
use crate::heap::addresses::Addresses;
use crate::heap::{Stats, Strategy};
use crate::memory::Allocator;

/// What a walk over the blocks adds up to.
#[derive(Default)]
struct Walk {
    blocks: usize,
    used: usize,
    free_blocks: usize,
    bytes: usize,
}

impl<I: Index + ?Sized> Core<I> {
    /// Walks the blocks of a region and asserts **Tiles** and **Merged**.
    fn verify_region(&self, region: Region, walk: &mut Walk) {
        let (mut block, fence) = (region.first_block(), region.fence());
        let mut before = Tag::in_use(0);
        while block != fence {
            let tag = block.tag().expect("Tiles: a damaged tag");
            assert!(tag.size() > 0, "Tiles: a fence inside a region");
            let end = block.address().checked_add(tag.size());
            assert!(
                end.is_some_and(|end| end <= fence.address()),
                "Tiles: a block across the fence"
            );
            let is_first = block == region.first_block();
            assert!(tag.is_first() == is_first, "Tiles: the mark of the first");
            self.verify_flag(before, tag);
            if tag.is_in_use() {
                walk.blocks += 1;
                walk.used += tag.size();
            } else {
                assert!(before.is_in_use(), "Merged: two free blocks touch");
                walk.free_blocks += 1;
            }
            block = block.up(tag.size());
            if !tag.is_in_use() {
                assert!(block.footer_before() == tag.size(), "Merged: a footer");
            }
            before = tag;
        }
        let tag = fence.tag().expect("Tiles: a damaged fence");
        assert!(tag.is_fence() && tag.is_in_use(), "Tiles: the fence");
        self.verify_flag(before, tag);
        walk.bytes += region.size();
    }

    fn verify_flag(&self, before: Tag, tag: Tag) {
        let told = tag.is_previous_free();
        assert!(told != before.is_in_use(), "Merged: the flag of a tag");
    }

    /// Walks the list of regions and asserts **Regions** and **Edge**.
    fn verify_regions(&self) -> Walk {
        let mut walk = Walk::default();
        let (mut count, mut edges, mut previous) = (0, 0, None);
        for region in self.regions() {
            assert!(region.previous() == previous, "Regions: a link back");
            self.verify_region(region, &mut walk);
            if !self.grows_up() {
                let touches = |other: Region| other.start() == region.end();
                assert!(!self.regions().any(touches), "Regions: two touch");
                edges += usize::from(region.first_block() == self.edge.get(&self.around.bounds));
            } else {
                edges += usize::from(region.fence() == self.edge.get(&self.around.bounds));
            }
            count += 1;
            previous = Some(region);
        }
        assert!(edges == usize::from(count > 0), "Edge: at no region's end");
        walk
    }
}

impl<I: Index + ?Sized> Core<I> {
    fn stats(&self) -> Stats {
        let top = self.top().map_or(0, |(_, tag)| tag.size());
        let largest = self.index.largest(&self.around).max(top);
        let counters = &self.counters;
        let table_bytes = self.apart().map_or(0, Addresses::table_bytes);
        Stats {
            used_bytes: counters.used.get(),
            used_bytes_peak: counters.used_peak.get(),
            free_bytes: counters.held.get() - counters.used.get() - table_bytes,
            largest_free_bytes: largest.saturating_sub(TAG_BYTES),
            footprint_bytes: counters.held.get(),
            footprint_bytes_peak: counters.held_peak.get(),
            blocks: counters.blocks.get(),
            regions: self.regions().count() + self.apart().map_or(0, Addresses::count),
            steps: self.around.steps.get(),
        }
    }

    fn verify(&self) {
        let walk = self.verify_regions();
        let listed = self.index.verify(&self.around);
        let tops = usize::from(self.top().is_some());
        assert!(
            listed + tops == walk.free_blocks,
            "Listed: free blocks are missing from the index"
        );
        if let Some(apart) = self.apart() {
            apart.verify();
        }
        let counters = &self.counters;
        let blocks = walk.blocks + self.apart().map_or(0, Addresses::count);
        assert!(blocks == counters.blocks.get(), "Sums: blocks");
        let used = walk.used + self.apart().map_or(0, Addresses::bytes);
        assert!(used == counters.used.get(), "Sums: bytes in use");
        let held = walk.bytes
            + self.apart().map_or(0, Addresses::bytes)
            + self.apart().map_or(0, Addresses::table_bytes);
        assert!(held == counters.held.get(), "Sums: bytes held");
    }
}

impl<A: Allocator, I: Indexed> Strategy for Tagged<A, I> {
    fn stats(&self) -> Stats {
        I::seen(&self.core).stats()
    }

    fn steps(&self) -> u64 {
        self.core.around.steps.get()
    }

    fn verify(&self) {
        // Time does not count here: one for all indexes of a width.
        let core: &Core<dyn Index<Width = I::Width> + '_> = &self.core;
        core.verify();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::FreeList;
    use crate::heap::tagged::block::Block;
    use crate::memory::{Kernel, Layout};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    const LAYOUT: Layout = Layout::new::<[u64; 8]>();

    /// A heap with the blocks `a`, a hole, and `b`; returns the hole.
    fn heap_with_a_hole() -> (FreeList<Kernel>, Block) {
        let heap = FreeList::new(Kernel);
        let blocks = [(); 3].map(|()| heap.allocate(LAYOUT).unwrap().cast::<u8>());
        // SAFETY: the block comes from the heap, with this layout.
        unsafe { heap.deallocate(blocks[1], LAYOUT) };
        let hole = heap
            .core
            .around
            .bounds
            .block_at(blocks[1].addr().get())
            .unwrap();
        heap.verify();
        (heap, hole)
    }

    /// What `verify` says after `plant` has damaged a heap.
    fn verdict(plant: impl FnOnce(&FreeList<Kernel>, Block)) -> std::string::String {
        let (heap, hole) = heap_with_a_hole();
        plant(&heap, hole);
        let answer = catch_unwind(AssertUnwindSafe(|| heap.verify()));
        // What is damaged cannot be taken apart.
        core::mem::forget(heap);
        let message = answer.expect_err("the damage was not found");
        match message.downcast::<&str>() {
            Ok(text) => (*text).into(),
            Err(message) => *message.downcast().expect("a panic speaks"),
        }
    }

    #[test]
    fn every_planted_fault_is_found_and_named() {
        let tag = |heap: &FreeList<Kernel>, block| heap.core.tag_of(block);
        let said = [
            verdict(|_, hole| hole.damage(-1, 0)),
            verdict(|heap, hole| hole.set_tag(tag(heap, hole).with_size(0))),
            verdict(|heap, hole| hole.set_tag(tag(heap, hole).with_first(true))),
            verdict(|heap, hole| hole.set_tag(tag(heap, hole).with_previous_free(true))),
            verdict(|_, hole| hole.up(64).damage(0, 16)),
            verdict(|_, hole| hole.damage(1, 1 << 40)),
            verdict(|heap, hole| heap.core.index.remove(hole, 80, &heap.core.around)),
            verdict(|heap, _| heap.core.counters.use_instead(0, 16)),
            verdict(|heap, _| heap.core.counters.hold_instead(0, 16)),
            verdict(|heap, hole| heap.core.edge.set(hole, &heap.core.around.bounds)),
        ];
        let expected = [
            "Tiles: a damaged tag",
            "Tiles: a fence inside a region",
            "Tiles: the mark of the first",
            "Merged: the flag of a tag",
            "Merged: a footer",
            "Lists: a link back",
            "Listed: free blocks are missing from the index",
            "Sums: bytes in use",
            "Sums: bytes held",
            "Edge: at no region's end",
        ];
        for (said, expected) in said.iter().zip(expected) {
            assert!(said.starts_with(expected), "{said:?} is not {expected:?}");
        }
    }

    /// Damages the links and the tags of filed blocks, one a heap.
    fn damage_is_found<I: Indexed>() {
        for (hole, word, value) in [
            (1, -1, 0),
            (1, 0, 16),
            (3, 1, 16),
            (5, 1, 1 << 40),
            (5, 8, 32),
        ] {
            let heap = Tagged::<Kernel, I>::new(Kernel);
            let blocks = [(); 7].map(|()| heap.allocate(LAYOUT).unwrap().cast::<u8>());
            for hole in [1, 3, 5] {
                // SAFETY: the block comes from the heap, with this layout.
                unsafe { heap.deallocate(blocks[hole], LAYOUT) };
            }
            heap.verify();
            let address = blocks[hole].addr().get();
            let block = heap.core.around.bounds.block_at(address).unwrap();
            block.damage(word, value);
            let answer = catch_unwind(AssertUnwindSafe(|| heap.verify()));
            assert!(answer.is_err(), "{word}");
            core::mem::forget(heap);
        }
    }

    #[test]
    fn every_index_finds_damaged_links_and_tags() {
        damage_is_found::<crate::heap::free_list::Bins>();
        damage_is_found::<crate::heap::first_fit::FirstByAddress>();
        damage_is_found::<crate::heap::next_fit::NextByAddress>();
        damage_is_found::<crate::heap::best_fit::SmallestByAddress>();
        damage_is_found::<crate::heap::tlsf::TwoLevels<26, 16>>();
        damage_is_found::<crate::heap::tlsf::TwoLevels<6, 2, u16>>();
        damage_is_found::<crate::heap::half_fit::Doublings>();
    }

    #[test]
    fn the_hole_is_filled_first_and_three_holes_become_one() {
        let (heap, hole) = heap_with_a_hole();
        let again = heap.allocate(LAYOUT).unwrap();
        assert_eq!(again.cast::<u8>().addr().get(), hole.address());
        let (low, high) = (hole.address() - 80, hole.address() + 80);
        for address in [low, high, hole.address()] {
            let block = heap.core.around.bounds.block_at(address).unwrap();
            let ptr = block.slice(72).cast::<u8>();
            // SAFETY: each of the three blocks came from the heap, with this layout.
            unsafe { heap.deallocate(ptr, LAYOUT) };
            heap.verify();
        }
        let stats = heap.stats();
        assert_eq!((stats.used_bytes, stats.blocks, stats.regions), (0, 0, 1));
        assert_eq!(stats.largest_free_bytes, 64 * 1024 - 32 - 8);
    }
}
