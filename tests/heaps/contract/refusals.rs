//! No memory: a heap answers with an error, loses nothing, and goes on when there is memory again.

use super::live::{Live, layout};
use nostd_alloc::heap::{Row, Strategy};
use nostd_alloc::memory::{Allocator, Ration};

/// Blocks of one kind until there are no more.
fn fill(heap: &dyn Strategy, size: usize, align: usize, blocks: &mut Vec<Live>) -> usize {
    let before = blocks.len();
    while let Ok(block) = Live::new(heap, layout(size, align), blocks.len() as u8) {
        blocks.push(block);
        assert!(blocks.len() < 100_000, "a heap without end");
    }
    heap.verify();
    blocks.len() - before
}

pub(crate) fn a_full_heap_loses_nothing(row: &Row, source: &dyn Allocator) {
    let ration = Ration::of_bytes(source, 1 << 20);
    (row.run)(&ration, &mut |heap| {
        let mut blocks = Vec::new();
        let large = fill(heap, 40_000, 16, &mut blocks);
        assert!(large >= 8, "only {large} blocks of 40 000 bytes in 1 MiB");
        fill(heap, 1000, 64, &mut blocks);
        fill(heap, 1, 1, &mut blocks);
        let mut first = blocks.swap_remove(0);
        assert!(first.reallocate(heap, 1 << 20).is_err());
        first.check();
        first.free(heap);
        for block in blocks.drain(..) {
            block.free(heap);
        }
        heap.verify();
        assert_eq!(heap.stats().blocks, 0);
        // All of it is there again.
        assert!(fill(heap, 40_000, 16, &mut blocks) >= large - 1);
        for block in blocks.drain(..) {
            block.free(heap);
        }
    });
    assert_eq!(ration.held_bytes(), 0);
}

/// A piece of work that needs memory of every kind; what is refused is left out.
fn work(heap: &dyn Strategy) {
    let mut blocks: Vec<Live> = Vec::new();
    for turn in 0..20usize {
        let size = [24, 3000, 70_000, 132_000, 9][turn % 5];
        let align = [8, 1, 256, 16, 8192][turn % 5];
        match Live::new(heap, layout(size, align), turn as u8) {
            Ok(block) => blocks.push(block),
            Err(_) => heap.verify(),
        }
        let count = blocks.len();
        if let Some(block) = blocks.get_mut(turn * 3 % count.max(1))
            && block.reallocate(heap, (turn + 1) * 700).is_err()
        {
            block.check();
            heap.verify();
        }
        if turn % 4 == 3 && count > 0 {
            blocks.swap_remove(turn % count).free(heap);
        }
    }
    for block in blocks {
        block.free(heap);
    }
    heap.verify();
    assert_eq!(heap.stats().blocks, 0);
}

pub(crate) fn every_request_may_be_refused(row: &Row, source: &dyn Allocator) {
    for for_ever in [false, true] {
        for nth in 1.. {
            let ration = if for_ever {
                Ration::refusing_from(source, nth)
            } else {
                Ration::refusing_once(source, nth)
            };
            (row.run)(&ration, &mut |heap| work(heap));
            assert_eq!(ration.held_bytes(), 0, "refused at {nth}");
            if ration.refused() == 0 {
                assert!(nth > 1, "the work asks for no memory");
                break;
            }
        }
    }
}
