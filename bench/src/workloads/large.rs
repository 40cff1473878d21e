//! Large zeroed blocks, and the price of a single small one.

use crate::block::Block;
use crate::probe::Probe;
use crate::random::sizes;
use std::alloc::GlobalAlloc;

/// Asks for 64 KiB to 1 MiB of zeros, writes the first byte, and frees.
#[inline(never)]
pub fn zeroed<H: GlobalAlloc>(heap: &H, operations: u64, probe: &mut Probe) {
    const DRAWN: usize = 1024;
    let sizes = sizes(DRAWN, |random| random.log_uniform(64 << 10, 1 << 20));
    probe.memory_begins();
    probe.start();
    for index in 0..operations as usize {
        let block = Block::zeroed(heap, sizes[index % DRAWN] as usize, 8);
        // SAFETY: the block came from `heap` just now, and has that first byte.
        unsafe {
            block.ptr.write_volatile(1);
            block.free(heap, 8);
        }
    }
    probe.stop(operations);
    probe.memory_ends();
}

/// One block of 64 bytes: its time says little, what is resident while it lives says much.
#[inline(never)]
pub fn one<H: GlobalAlloc>(heap: &H, probe: &mut Probe) {
    probe.memory_begins();
    probe.start();
    let block = Block::new(heap, 64);
    // SAFETY: the block came from `heap` just now.
    unsafe {
        block.touch(0, 8);
        probe.memory_stands();
        block.free(heap, 8);
    }
    probe.stop(1);
    probe.memory_ends();
}
