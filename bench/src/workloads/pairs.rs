//! Pairs and stacks of blocks: the fast path and nothing else. Blocks are not written.

use crate::block::Block;
use crate::pages::Pages;
use crate::probe::Probe;
use crate::random::sizes;
use std::alloc::GlobalAlloc;
use std::hint::black_box;

/// The blocks of a stack.
const STACK: usize = 1000;
/// Sizes that are drawn before the time runs; the table fits the first cache.
const DRAWN: usize = 4096;

/// 8 to 1024 bytes, all as likely.
fn drawn() -> Pages<u32> {
    sizes(DRAWN, |random| 8 + random.below(1017))
}

/// 64 bytes, freed at once.
#[inline(never)]
pub fn constant<H: GlobalAlloc>(heap: &H, operations: u64, probe: &mut Probe) {
    probe.memory_begins();
    probe.start();
    for _ in 0..operations {
        let block = Block::new(heap, 64);
        black_box(block.ptr);
        // SAFETY: the block came from `heap` just now.
        unsafe { block.free(heap, 8) };
    }
    probe.stop(operations);
    probe.memory_ends();
}

/// A random size, freed at once.
#[inline(never)]
pub fn random<H: GlobalAlloc>(heap: &H, operations: u64, probe: &mut Probe) {
    let sizes = drawn();
    probe.memory_begins();
    probe.start();
    for index in 0..operations as usize {
        let block = Block::new(heap, sizes[index % DRAWN] as usize);
        black_box(block.ptr);
        // SAFETY: the block came from `heap` just now.
        unsafe { block.free(heap, 8) };
    }
    probe.stop(operations);
    probe.memory_ends();
}

/// 1000 blocks, the last one freed first.
#[inline(never)]
pub fn last_first<H: GlobalAlloc>(heap: &H, operations: u64, probe: &mut Probe) {
    stacks(heap, operations, probe, |heap, blocks| {
        for block in blocks.iter().rev() {
            // SAFETY: the block came from `heap`, and its table is filled anew before the next time.
            unsafe { block.free(heap, 8) };
        }
    });
}

/// 1000 blocks, the first one freed first.
#[inline(never)]
pub fn first_first<H: GlobalAlloc>(heap: &H, operations: u64, probe: &mut Probe) {
    stacks(heap, operations, probe, |heap, blocks| {
        for block in blocks.iter() {
            // SAFETY: the block came from `heap`, and its table is filled anew before the next time.
            unsafe { block.free(heap, 8) };
        }
    });
}

/// Fills a table and has it emptied, again and again.
#[inline(always)]
fn stacks<H: GlobalAlloc>(
    heap: &H,
    operations: u64,
    probe: &mut Probe,
    mut free_all: impl FnMut(&H, &[Block]),
) {
    let sizes = drawn();
    let mut blocks = Pages::<Block>::new(STACK);
    let rounds = operations / STACK as u64;
    let mut index = 0;
    probe.memory_begins();
    probe.start();
    for _ in 0..rounds {
        for block in blocks.iter_mut() {
            *block = Block::new(heap, sizes[index % DRAWN] as usize);
            index += 1;
        }
        free_all(heap, &blocks);
    }
    probe.stop(rounds * STACK as u64);
    probe.memory_ends();
}
