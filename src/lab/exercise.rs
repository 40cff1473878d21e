//! A heap put through its paces: random operations, refusals, and an even count at the end.
//!
//! What a machine or a kernel may do differently shows here: blocks of all sizes and alignments come, grow,
//! shrink and go in an order that a seed decides, each with a pattern that is checked before it changes and
//! before it goes; the heap walks itself between operations; a source that refuses must change nothing.
//!
//! # Costs
//! At most [`LIVE_MAX`] blocks of at most 64 KiB at once, and the walks: after every operation while there
//! are few blocks, later after every thousandth. The list of the blocks lies on the stack (24 KiB): all
//! memory that is asked for is asked for by the heap.

use super::payload::is_filled;
use crate::collections::Vec;
use crate::heap::{Counted, Row, Strategy};
use crate::memory::{Allocator, Block, Layout, Ration, Region};
use core::fmt;
use core::mem::MaybeUninit;

/// No more blocks than this live at once.
pub const LIVE_MAX: usize = 512;

/// Below so many live blocks the heap is walked after every operation.
const FEW: usize = 64;
/// Else after so many operations.
const WALK_EVERY: u64 = 1000;
/// A request that no machine can grant: half of all addresses.
const IMPOSSIBLE_BYTES: usize = 1 << 62;

/// What an exercise has found wrong. (A broken invariant is no answer but a panic, which names it.)
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A byte of a live block was not what had been written to it, at this operation.
    Damaged(u64),
    /// A block did not begin at a multiple of its alignment.
    Misaligned(u64),
    /// A request that cannot be granted was.
    GrantedTheImpossible,
    /// After everything was given back, so many bytes still counted as used.
    Leaked(usize),
    /// After the heap was gone, so many bytes were still held from the source.
    Kept(usize),
    /// A heap whose source refused it nothing granted not one block.
    GrantedNothing,
    /// The source refused, and not one block was granted: nothing is known of the heap.
    NoMemory,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Damaged(operation) => {
                write!(f, "a block was damaged, seen at operation {operation}")
            }
            Fault::Misaligned(operation) => {
                write!(f, "a block was misaligned at operation {operation}")
            }
            Fault::GrantedTheImpossible => {
                f.write_str("half of all addresses were granted as one block")
            }
            Fault::Leaked(bytes) => write!(f, "{bytes} B still in use after everything was freed"),
            Fault::Kept(bytes) => write!(f, "{bytes} B never given back to the source"),
            Fault::GrantedNothing => f.write_str("not one block was granted"),
            Fault::NoMemory => f.write_str("out of memory"),
        }
    }
}

/// A generator of random numbers that is the same everywhere: xorshift64* (Vigna 2016).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers that follow from `seed`.
    pub fn new(seed: u64) -> Random {
        // The state must not be 0; a number that spreads small seeds over all bits.
        Random((seed ^ 0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number, of 64 bits.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number from 0 to `limit - 1`.
    pub fn below(&mut self, limit: u64) -> u64 {
        // The high bits are the better ones.
        ((u128::from(self.number()) * u128::from(limit)) >> 64) as u64
    }
}

/// A block and the byte that all of it was filled with.
struct Filled<'h> {
    block: Block<&'h dyn Strategy>,
    byte: u8,
}

/// The live blocks.
type List<'h, 'r> = Vec<Filled<'h>, &'r dyn Allocator>;

/// Runs `operations` random operations over a heap of this row, over `source`.
///
/// # Errors
/// The first [`Fault`].
///
/// # Panics
/// If the heap finds an invariant of itself broken.
pub fn random_operations(
    row: &Row,
    source: &dyn Allocator,
    seed: u64,
    operations: u64,
) -> Result<(), Fault> {
    let seen = run_over(row, source, seed, operations)?;
    match seen.refusals {
        _ if seen.live_max > 0 || operations == 0 => Ok(()),
        0 => Err(Fault::GrantedNothing),
        _ => Err(Fault::NoMemory),
    }
}

/// Fills a heap of this row while its source refuses the n-th request, once and for ever, for n = 1, 2, 3 …
/// until it makes fewer requests, and walks the heap after each refusal. At most `operations` operations a
/// run.
///
/// # Errors
/// The first [`Fault`].
///
/// # Panics
/// If the heap finds an invariant of itself broken.
pub fn refusals(
    row: &Row,
    source: &dyn Allocator,
    seed: u64,
    operations: u64,
) -> Result<(), Fault> {
    const REQUESTS: u64 = 12;
    const OPERATIONS: u64 = 400;
    let operations = operations.min(OPERATIONS);
    for nth in 1..=REQUESTS {
        let once = Ration::refusing_once(source, nth);
        let from = Ration::refusing_from(source, nth);
        for ration in [&once, &from] {
            run_over(row, ration, seed ^ nth, operations)?;
        }
        if once.refused() == 0 {
            break;
        }
    }
    Ok(())
}

/// What there was besides faults.
#[derive(Clone, Copy)]
struct Seen {
    /// The most blocks at once.
    live_max: usize,
    /// What the source was asked for and refused; the impossible request is not among it.
    refusals: u64,
}

/// The exercise over a heap of its own, which must leave nothing behind.
fn run_over(row: &Row, source: &dyn Allocator, seed: u64, operations: u64) -> Result<Seen, Fault> {
    let counted = Counted::new(source);
    let mut result = Err(Fault::GrantedNothing);
    (row.run)(&counted, &mut |heap| {
        result = exercise(heap, &counted, &mut Random::new(seed), operations)
    });
    let seen = result?;
    match counted.held_bytes() {
        0 => Ok(seen),
        bytes => Err(Fault::Kept(bytes)),
    }
}

/// What the list of the blocks takes, and a word for its alignment.
const LIST_BYTES: usize = LIVE_MAX * size_of::<Filled<'_>>() + 8;

fn exercise(
    heap: &dyn Strategy,
    source: &Counted<&dyn Allocator>,
    random: &mut Random,
    operations: u64,
) -> Result<Seen, Fault> {
    let mut bytes = [MaybeUninit::uninit(); LIST_BYTES];
    let room = Region::new(&mut bytes);
    let mut live = List::new_in(&room);
    live.try_reserve_exact(LIVE_MAX)
        .map_err(|_| Fault::NoMemory)?;
    let mut live_max = 0;
    for operation in 0..operations {
        step(heap, &mut live, random, operation)?;
        live_max = live_max.max(live.len());
        if live.len() < FEW || operation.is_multiple_of(WALK_EVERY) {
            heap.verify();
        }
    }
    let refusals = source.calls().refused;
    let impossible = Layout::from_size_align(IMPOSSIBLE_BYTES, 8).map_err(|_| Fault::NoMemory)?;
    if heap.allocate(impossible).is_ok() {
        return Err(Fault::GrantedTheImpossible);
    }
    while let Some(filled) = live.pop() {
        check(&filled, operations)?;
    }
    heap.verify();
    match heap.stats().used_bytes {
        0 => Ok(Seen { live_max, refusals }),
        bytes => Err(Fault::Leaked(bytes)),
    }
}

/// One operation: three of eight make a block, one gives one a new size, the rest free one; a heap that
/// refuses is an ordinary event.
fn step<'h>(
    heap: &'h dyn Strategy,
    live: &mut List<'h, '_>,
    random: &mut Random,
    operation: u64,
) -> Result<(), Fault> {
    let choice = random.below(8);
    let pick = random.below(live.len().max(1) as u64) as usize;
    if (choice < 4 && live.len() < LIVE_MAX) || live.is_empty() {
        let layout = layout(random).ok_or(Fault::NoMemory)?;
        let byte = random.number() as u8;
        let block = match choice {
            0 => Block::zeroed_in(layout, heap),
            _ => Block::filled_in(layout, byte, heap),
        };
        let Ok(block) = block else { return Ok(()) };
        if !block.address().is_multiple_of(layout.align()) {
            return Err(Fault::Misaligned(operation));
        }
        let filled = Filled {
            block,
            byte: if choice == 0 { 0 } else { byte },
        };
        check(&filled, operation)?;
        return live.try_push(filled).map_err(|_| Fault::NoMemory);
    }
    if choice == 4 {
        let size = size(random);
        let filled = &mut live[pick];
        check(filled, operation)?;
        let kept = filled.block.bytes().len().min(size);
        let resized = filled.block.resize(size).is_ok();
        let end = if resized {
            kept
        } else {
            filled.block.bytes().len()
        };
        if !is_filled(&filled.block.bytes()[..end], filled.byte) {
            return Err(Fault::Damaged(operation));
        }
        filled.block.bytes_mut().fill(filled.byte);
        return Ok(());
    }
    let filled = live.swap_remove(pick);
    check(&filled, operation)
}

/// Whether a block holds what was written to it.
fn check(filled: &Filled<'_>, operation: u64) -> Result<(), Fault> {
    match is_filled(filled.block.bytes(), filled.byte) {
        true => Ok(()),
        false => Err(Fault::Damaged(operation)),
    }
}

/// Sizes as programs have them: most below 256 bytes, some thousands, a few large.
fn size(random: &mut Random) -> usize {
    let limit = match random.below(64) {
        0 => 65536,
        1..=7 => 4096,
        _ => 256,
    };
    1 + random.below(limit) as usize
}

/// A size, and an alignment that is mostly natural and seldom a page.
fn layout(random: &mut Random) -> Option<Layout> {
    let align = match random.below(64) {
        0 => 4096,
        1..=3 => 64,
        _ => 1 << random.below(5),
    };
    Layout::from_size_align(size(random), align).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::ROWS;
    use crate::memory::Kernel;

    #[test]
    fn every_row_passes() {
        for row in ROWS {
            assert_eq!(random_operations(row, &Kernel, 1, 3000), Ok(()), "{row:?}");
            assert_eq!(refusals(row, &Kernel, 1, 400), Ok(()), "{row:?}");
        }
    }

    #[test]
    fn random_numbers_follow_from_the_seed() {
        let (mut one, mut same, mut other) = (Random::new(1), Random::new(1), Random::new(2));
        assert!((0..9).all(|_| one.number() == same.number()));
        assert_ne!(one.number(), other.number());
        assert!((0..1000).all(|_| one.below(7) < 7));
    }
}
