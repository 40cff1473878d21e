//! Random operations of four threads that hand blocks to each other, end, and begin anew; what was written to a
//! block is looked at when it goes, whoever has it then.

use super::slot::HEAP;
use nostd_alloc::heap::{Locked, Strategy};
use nostd_alloc::memory::{AllocError, Allocator, Layout, reallocate};
use std::alloc::GlobalAlloc;
use std::cell::Cell;
use std::ptr::NonNull;

/// Blocks that lie in the middle, for any thread to take: behind the library's lock, which a tool that looks for races
/// sees as it sees the heap.
type Middle = Locked<Cell<Vec<Block>>>;

/// Threads at the same time.
const THREADS: u64 = 4;
/// Threads one after the other in each place.
const LIVES: u64 = 10;
/// Blocks that a thread keeps, about.
const BLOCKS: usize = 500;

/// A live block whose bytes follow from its number.
struct Block {
    ptr: NonNull<u8>,
    layout: Layout,
    number: u8,
}

// SAFETY: checked by its one use: a block is handed from thread to thread by value.
unsafe impl Send for Block {}

impl Block {
    /// The places of a block that are written and looked at: all of a small one, some of others.
    fn places(size: usize) -> impl Iterator<Item = usize> {
        let step = 1 + size / 64;
        (0..size).step_by(step).chain([size - 1])
    }

    fn new(size: usize, align: usize, number: u8) -> Block {
        let layout = Layout::from_size_align(size, align).unwrap();
        let ptr = if number.is_multiple_of(16) {
            let block = HEAP.allocate_zeroed(layout).expect("memory").cast::<u8>();
            for place in Block::places(size) {
                // SAFETY: the block came from the heap just now, with this size.
                assert_eq!(unsafe { block.add(place).read() }, 0, "a zeroed block");
            }
            block
        } else {
            HEAP.allocate(layout).expect("memory").cast()
        };
        assert!(ptr.addr().get().is_multiple_of(align));
        let block = Block {
            ptr,
            layout,
            number,
        };
        block.write();
        block
    }

    fn write(&self) {
        for place in Block::places(self.layout.size()) {
            // SAFETY: the block came from the heap, with this size.
            unsafe { self.ptr.add(place).write(self.number ^ place as u8) };
        }
    }

    fn check(&self, size: usize) {
        for place in Block::places(self.layout.size()).filter(|&place| place < size) {
            // SAFETY: the block came from the heap, with this size at least.
            let found = unsafe { self.ptr.add(place).read() };
            assert_eq!(found, self.number ^ place as u8, "byte {place} of {size}");
        }
    }

    fn reallocate(&mut self, size: usize) {
        self.check(self.layout.size());
        // As C's realloc, or as a collection: they are not one way.
        // SAFETY: the block came from the heap, with this layout.
        let moved = unsafe {
            match self.number % 2 {
                0 => reallocate(&HEAP, self.ptr, self.layout, size).map(NonNull::cast),
                _ => NonNull::new(HEAP.realloc(self.ptr.as_ptr(), self.layout, size))
                    .ok_or(AllocError),
            }
        };
        self.ptr = moved.expect("memory");
        self.check(size.min(self.layout.size()));
        self.layout = Layout::from_size_align(size, self.layout.align()).unwrap();
        self.write();
    }

    fn free(self) {
        self.check(self.layout.size());
        // SAFETY: the block came from the heap, with this layout, and goes here.
        unsafe { HEAP.deallocate(self.ptr, self.layout) };
    }
}

/// xorshift64* (Vigna 2016).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        ((u128::from(number) * limit as u128) >> 64) as usize
    }

    /// Each doubling about as frequent as the next, up to 4 KiB; one in 500 up to 512 KiB.
    fn size(&mut self) -> usize {
        let doubling = match self.below(500) {
            0 => 12 + self.below(7),
            _ => self.below(12),
        };
        (1 << doubling) + self.below(1 << doubling)
    }

    fn align(&mut self) -> usize {
        match self.below(50) {
            0 => 32 << self.below(8),
            _ => 1 << self.below(5),
        }
    }
}

/// What one thread does with its blocks, and with those that lie in the middle.
fn live(seed: u64, operations: u64, middle: &Middle) {
    let mut random = Random((seed ^ 0x9e37_79b9_7f4a_7c15) | 1);
    let mut blocks: Vec<Block> = Vec::with_capacity(2 * BLOCKS);
    for _ in 0..operations {
        let kind = random.below(100);
        if kind < 2 {
            middle.with(|middle| {
                let mut lying = middle.take();
                // A handful goes there, and another one is taken.
                let keep = blocks.len() - blocks.len().min(8);
                lying.extend(blocks.drain(keep..));
                let at = random.below(lying.len().max(1)).min(lying.len());
                blocks.extend(lying.drain(at.saturating_sub(8)..at));
                middle.set(lying);
            });
        } else if kind < 6 && !blocks.is_empty() {
            let index = random.below(blocks.len());
            let size = random.size();
            blocks[index].reallocate(size);
        } else if random.below(2 * BLOCKS) < blocks.len() {
            let index = random.below(blocks.len());
            blocks.swap_remove(index).free();
        } else {
            let (size, align) = (random.size(), random.align());
            blocks.push(Block::new(size, align, random.below(256) as u8));
        }
    }
    // What is left, others free.
    middle.with(|middle| {
        blocks.append(&mut middle.take());
        middle.set(blocks);
    });
}

/// So many operations, all in all; then everything is freed by this thread.
pub(crate) fn run(operations: u64) {
    let middle = Middle::new(Cell::new(Vec::new()));
    for life in 0..LIVES {
        super::together(THREADS as usize, |thread| {
            let seed = life * THREADS + thread as u64 + 1;
            live(seed, operations / (LIVES * THREADS), &middle);
        });
        HEAP.verify();
    }
    for block in middle.with(Cell::take) {
        block.free();
    }
}
