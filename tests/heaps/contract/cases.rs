//! The contract of a heap, question by question.

use super::live::{Live, layout};
use nostd_alloc::heap::Strategy;
use nostd_alloc::memory::{AllocError, BLOCK_BYTES_MAX, Layout};

/// Sizes around every border that a strategy may have.
const SIZES: [usize; 24] = [
    1, 2, 7, 8, 9, 15, 16, 17, 24, 25, 31, 32, 33, 100, 127, 255, 1000, 1024, 4000, 4096, 5000,
    20_000, 131_071, 131_072,
];

/// Gives all blocks back in another order than they came.
fn free_shuffled(heap: &dyn Strategy, mut blocks: Vec<Live>) {
    let mut turn = 7;
    while !blocks.is_empty() {
        turn = (turn * 31 + 11) % 1009;
        let block = blocks.swap_remove(turn % blocks.len());
        block.free(heap);
    }
    heap.verify();
}

pub(crate) fn alignment_is_kept(heap: &dyn Strategy) {
    alignment_is_kept_up_to(heap, 20);
}

/// The same for a heap that has no room for blocks at a MiB.
pub(crate) fn alignment_is_kept_up_to(heap: &dyn Strategy, shift_max: u32) {
    for shift in 0..=shift_max {
        let align = 1 << shift;
        let mut blocks = Vec::new();
        for size in [1, 24, align, align + 1] {
            let block = Live::new(heap, layout(size, align), shift as u8);
            blocks.push(block.expect("a block at this alignment"));
            heap.verify();
        }
        free_shuffled(heap, blocks);
    }
}

pub(crate) fn size_zero_is_refused(heap: &dyn Strategy) {
    for align in [1, 16, 4096] {
        assert_eq!(heap.allocate(layout(0, align)), Err(AllocError));
        assert_eq!(heap.allocate_zeroed(layout(0, align)), Err(AllocError));
    }
    assert_eq!(heap.stats().blocks, 0);
}

pub(crate) fn impossible_sizes_are_refused(heap: &dyn Strategy) {
    let mut block = Live::new(heap, layout(50, 2), 1).unwrap();
    for size in [BLOCK_BYTES_MAX - 1, BLOCK_BYTES_MAX / 2, 1 << 47] {
        assert!(heap.allocate(layout(size, 2)).is_err(), "{size}");
        assert!(heap.allocate_zeroed(layout(size, 2)).is_err(), "{size}");
        assert_eq!(block.reallocate(heap, size), Err(AllocError));
        assert_eq!(block.resize(heap, size), Err(AllocError));
    }
    let huge_align = Layout::from_size_align(1, 1 << 62).unwrap();
    assert!(heap.allocate(huge_align).is_err());
    assert_eq!(block.reallocate(heap, 0), Err(AllocError));
    heap.verify();
    assert_eq!(heap.stats().blocks, 1);
    block.free(heap);
}

pub(crate) fn blocks_share_no_byte(heap: &dyn Strategy) {
    blocks_of_rounds_share_no_byte(heap, 4);
}

/// The same for a heap that has no room for four rounds.
pub(crate) fn blocks_of_rounds_share_no_byte(heap: &dyn Strategy, rounds: usize) {
    let mut blocks = Vec::new();
    for round in 0..rounds {
        for (index, &size) in SIZES.iter().enumerate() {
            let block = Live::new(heap, layout(size, 1 << (index % 6)), index as u8);
            blocks.push(block.unwrap());
        }
        heap.verify();
        // Every third one goes: the next round finds holes of all sizes.
        let mut index = round;
        while index < blocks.len() {
            blocks.swap_remove(index).free(heap);
            index += 2;
        }
    }
    let mut spans: Vec<_> = blocks
        .iter()
        .map(|block| (block.address(), block.usable))
        .collect();
    spans.sort_unstable();
    for pair in spans.windows(2) {
        assert!(pair[0].0 + pair[0].1 <= pair[1].0, "{pair:x?} overlap");
    }
    assert_eq!(heap.stats().blocks, blocks.len());
    free_shuffled(heap, blocks);
}

pub(crate) fn contents_are_kept(heap: &dyn Strategy) {
    for align in [1, 16, 64, 4096] {
        let mut block = Live::new(heap, layout(10, align), 0xa5).unwrap();
        let mut neighbours = Vec::new();
        for size in [
            11, 24, 25, 200, 199, 30, 5000, 4999, 140_000, 300_000, 150_000, 90_000, 1,
        ] {
            block.reallocate(heap, size).unwrap();
            neighbours.push(Live::new(heap, layout(40, 8), 0x11).unwrap());
            heap.verify();
        }
        for size in [1, 2, 8, 16, 24, 100, 1000] {
            let before = block.layout.size();
            if block.resize(heap, size).is_err() {
                assert_eq!(block.layout.size(), before);
            }
            block.check();
        }
        neighbours.push(block);
        free_shuffled(heap, neighbours);
    }
}

pub(crate) fn zeroed_is_zero(heap: &dyn Strategy) {
    for _ in 0..2 {
        // What is written in the first round lies there in the second.
        let mut blocks = Vec::new();
        for size in SIZES {
            let mut block = Live::zeroed(heap, layout(size, 8), 0xff).unwrap();
            block.use_all();
            blocks.push(block);
        }
        free_shuffled(heap, blocks);
    }
}

pub(crate) fn usable_size_is_usable(heap: &dyn Strategy) {
    let mut blocks = Vec::new();
    for size in SIZES {
        for size in [size, size + 3] {
            let mut block = Live::new(heap, layout(size, 1), size as u8).unwrap();
            // The block may be named with any size from the requested to the usable one: here the usable one,
            // and a block that has grown where it is.
            block.use_all();
            let usable = block.usable;
            if block.resize(heap, usable).is_ok() {
                block.use_all();
            }
            if size % 2 == 0 {
                block.reallocate(heap, usable + 1).unwrap();
            }
            blocks.push(block);
        }
    }
    for block in &blocks {
        block.check();
    }
    free_shuffled(heap, blocks);
}

pub(crate) fn everything_freed_is_as_new(heap: &dyn Strategy) {
    let mut footprints = Vec::new();
    for _ in 0..3 {
        let mut blocks = Vec::new();
        for turn in 0..300 {
            let size = SIZES[turn * 7 % 20];
            blocks.push(Live::new(heap, layout(size, 8), turn as u8).unwrap());
            if turn % 3 == 0 {
                let index = turn * 5 % blocks.len();
                blocks.swap_remove(index).free(heap);
            }
        }
        assert!(heap.stats().used_bytes > 0);
        free_shuffled(heap, blocks);
        let stats = heap.stats();
        assert_eq!((stats.used_bytes, stats.blocks), (0, 0));
        assert!(stats.free_bytes <= stats.footprint_bytes);
        assert!(stats.used_bytes_peak <= stats.footprint_bytes_peak);
        footprints.push(stats.footprint_bytes_peak);
    }
    // The same work again needs no more memory, but for where the pieces lie.
    let (first, last) = (footprints[0], footprints[2]);
    assert!(last <= first + first / 8, "{footprints:?}");
}
