//! Two threads: each with its own blocks, with the blocks of a thread that has ended, and one that frees
//! what the other allocates. An operation is one of each thread's, the time is that on the wall.

use super::churn::Churn;
use crate::block::{Block, LINE_BYTES};
use crate::pages::Pages;
use crate::probe::Probe;
use crate::random::Random;
use std::alloc::GlobalAlloc;
use std::hint::spin_loop;
use std::sync::Barrier;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

const THREADS: usize = 2;

/// Waits until the threads have ended, and not only what they run: what a heap does when a thread ends is
/// then done, and its memory is counted.
fn join(handles: [ScopedJoinHandle<'_, ()>; THREADS]) {
    for handle in handles {
        handle.join().expect("a workload does not panic");
    }
}

/// e10k on each of two threads.
#[inline(never)]
pub fn own_churn<H: GlobalAlloc + Sync>(heap: &H, operations: u64, probe: &mut Probe) {
    let churns = [1, 2].map(|seed| Churn::new(10_000, false, seed));
    let barrier = Barrier::new(THREADS + 1);
    probe.memory_begins();
    std::thread::scope(|scope| {
        let barrier = &barrier;
        let handles = churns.map(|mut churn| {
            scope.spawn(move || {
                churn.fill(heap);
                barrier.wait();
                churn.replace(heap, operations);
                barrier.wait();
                churn.empty(heap);
            })
        });
        barrier.wait();
        probe.start();
        barrier.wait();
        probe.stop(operations);
        join(handles);
    });
    probe.memory_ends();
}

/// Blocks of a thread of larson.
const LARSON_BLOCKS: usize = 1000;
/// Replacements before a new thread goes on with the blocks.
const LARSON_LIFE: u64 = 50_000;

/// A life of larson: replaces blocks at random, and leaves all of them alive.
#[inline(always)]
fn larson_life<H: GlobalAlloc>(heap: &H, blocks: &mut Pages<Block>, seed: u64) {
    let mut random = Random::new(seed);
    for _ in 0..LARSON_LIFE {
        let slot = random.below(LARSON_BLOCKS);
        let size = 10 + random.below(491);
        // SAFETY: each slot holds a live block that came from `heap`, here or in an earlier life; its first byte
        // is in its bounds, since no size is 0.
        unsafe {
            blocks[slot].free(heap, 8);
            blocks[slot] = Block::new(heap, size);
            blocks[slot].ptr.write_volatile(1);
        }
    }
}

/// Larson and Krishnan's server: threads come and go, their blocks stay and are freed by others.
#[inline(never)]
pub fn larson<H: GlobalAlloc + Sync>(heap: &H, operations: u64, probe: &mut Probe) {
    let mut tables = [(); THREADS].map(|()| Pages::<Block>::new(LARSON_BLOCKS));
    let lives = operations.div_ceil(LARSON_LIFE);
    probe.memory_begins();
    for block in tables.iter_mut().flat_map(|table| table.iter_mut()) {
        *block = Block::new(heap, 100);
    }
    probe.start();
    for life in 0..lives {
        std::thread::scope(|scope| {
            let mut thread = 0;
            join(tables.each_mut().map(|table| {
                let seed = life * THREADS as u64 + thread;
                thread += 1;
                scope.spawn(move || larson_life(heap, table, seed))
            }));
        });
        tables.reverse();
    }
    probe.stop(lives * LARSON_LIFE);
    for block in tables.iter().flat_map(|table| table.iter()) {
        // SAFETY: each slot holds a live block that came from `heap`.
        unsafe { block.free(heap, 8) };
    }
    probe.memory_ends();
}

/// Blocks that may be on the way.
const RING: usize = 1024;

/// A ring between two threads. The size of a block is known from its number.
struct Ring {
    places: [AtomicPtr<u8>; RING],
    put: AtomicUsize,
    taken: AtomicUsize,
}

/// Spins until `ready`; lets others run now and then, in case there is one core only.
#[inline(always)]
fn wait_until(mut ready: impl FnMut() -> bool) {
    let mut turns = 0u32;
    while !ready() {
        turns += 1;
        if turns.is_multiple_of(1000) {
            std::thread::yield_now();
        }
        spin_loop();
    }
}

/// The producer of `handover`.
fn produce<H: GlobalAlloc>(heap: &H, operations: usize, sizes: &[u32], ring: &Ring) {
    let mut free_up_to = RING;
    for number in 0..operations {
        if number == free_up_to {
            wait_until(|| ring.taken.load(Ordering::Acquire) + RING > number);
            free_up_to = ring.taken.load(Ordering::Acquire) + RING;
        }
        let block = Block::new(heap, sizes[number % sizes.len()] as usize);
        // SAFETY: the block came from `heap` just now.
        unsafe { block.touch(0, LINE_BYTES) };
        ring.places[number % RING].store(block.ptr, Ordering::Relaxed);
        ring.put.store(number + 1, Ordering::Release);
    }
}

/// The consumer of `handover`.
fn consume<H: GlobalAlloc>(heap: &H, operations: usize, sizes: &[u32], ring: &Ring) {
    let mut ready = 0;
    for number in 0..operations {
        if number == ready {
            wait_until(|| ring.put.load(Ordering::Acquire) > number);
            ready = ring.put.load(Ordering::Acquire);
        }
        let block = Block {
            ptr: ring.places[number % RING].load(Ordering::Relaxed),
            size: sizes[number % sizes.len()] as usize,
        };
        // SAFETY: the block came from `heap`, on the other thread, which has let go of it: checked by the
        // count that it stored behind it.
        unsafe { block.free(heap, 8) };
        ring.taken.store(number + 1, Ordering::Release);
    }
}

/// One thread allocates, the other frees.
#[inline(never)]
pub fn handover<H: GlobalAlloc + Sync>(heap: &H, operations: u64, probe: &mut Probe) {
    let sizes = crate::random::sizes(4096, |random| random.log_uniform(16, 1024));
    let ring = Ring {
        places: [const { AtomicPtr::new(std::ptr::null_mut()) }; RING],
        put: AtomicUsize::new(0),
        taken: AtomicUsize::new(0),
    };
    let (sizes, ring) = (&*sizes, &ring);
    probe.memory_begins();
    probe.start();
    std::thread::scope(|scope| {
        join([
            scope.spawn(|| produce(heap, operations as usize, sizes, ring)),
            scope.spawn(|| consume(heap, operations as usize, sizes, ring)),
        ]);
    });
    probe.stop(operations);
    probe.memory_ends();
}
