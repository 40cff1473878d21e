//! Batches of one size, in the manner of sh6bench: small sizes are asked for most, some batches are freed
//! at once from the end, others wait and are freed from the front.

use crate::block::Block;
use crate::pages::Pages;
use crate::probe::Probe;
use crate::random::Random;
use std::alloc::GlobalAlloc;

/// The most blocks of a batch.
const BATCH: usize = 200;
/// Batches that wait.
const WAITING: usize = 64;

/// A batch that waits: how many blocks its part of the table holds.
fn give_back<H: GlobalAlloc>(heap: &H, blocks: &[Block]) {
    for block in blocks {
        // SAFETY: the block is live and came from `heap`; its part of the table is filled anew before it is
        // read again.
        unsafe { block.free(heap, 8) };
    }
}

/// Batches until `operations` blocks were asked for.
#[inline(never)]
pub fn run<H: GlobalAlloc>(heap: &H, operations: u64, probe: &mut Probe) {
    let mut table = Pages::<Block>::new(BATCH * (WAITING + 1));
    let mut counts = [0; WAITING];
    let mut random = Random::new(6);
    let (mut asked, mut turn) = (0u64, 0usize);
    probe.memory_begins();
    probe.start();
    while asked < operations {
        let size = random.log_uniform(8, 1000);
        let count = BATCH.min(2 + 4000 / size);
        let waits = turn % 2 == 0;
        let part = if waits { turn / 2 % WAITING } else { WAITING };
        let (begin, end) = (part * BATCH, part * BATCH + count);
        if waits {
            give_back(heap, &table[begin..begin + counts[part]]);
            counts[part] = count;
        }
        for place in &mut table[begin..end] {
            *place = Block::new(heap, size);
            // SAFETY: the block came from `heap` just now.
            unsafe { place.touch(0, usize::MAX / 2) };
        }
        if !waits {
            for block in table[begin..end].iter().rev() {
                // SAFETY: as in `give_back`: the block came from `heap`.
                unsafe { block.free(heap, 8) };
            }
        }
        asked += count as u64;
        turn += 1;
    }
    for (part, &count) in counts.iter().enumerate() {
        give_back(heap, &table[part * BATCH..part * BATCH + count]);
    }
    probe.stop(asked);
    probe.memory_ends();
}
