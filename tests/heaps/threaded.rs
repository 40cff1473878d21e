//! The heap of a heap for each thread: the contract of every heap, four threads that free each other's blocks, threads
//! that end, a fork in the middle of it, and misuse from another thread.
//!
//! A hundred million operations of the four take half a minute, so `cargo test` does a hundredth of them, and all with
//! `NOSTD_ALLOC_WHOLE=1`, as in `.ci/run`; `NOSTD_ALLOC_OPERATIONS` says another number.
//!
//! Under ThreadSanitizer the stress runs by `NOSTD_ALLOC_WHOLE=1 cargo test --test built races`, whose head says why it is
//! that tool. Orders of steps are tried by the models beside each protocol (`src/heap/threaded/mailbox.rs` and others).

mod first_block;
mod low;
pub(crate) mod slot;
mod stress;

use super::contract::live::layout;
use super::contract::{cases, random};
use crate::share::is_whole;
use nostd_alloc::heap::Strategy;
use nostd_alloc::memory::Allocator;
use slot::HEAP;
use std::alloc::GlobalAlloc;
use std::process::Command;
use std::ptr::NonNull;
use std::sync::{Mutex, mpsc};

/// Runs a test while no other one runs: the heaps are one for the program, and what one test looks at another one would
/// change. In a thread that has left its heap when the next test begins.
pub(crate) fn alone(test: impl FnOnce() + Send) {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    elsewhere(test);
}

/// Asserts that no block is live, and that next to nothing is held.
fn assert_as_new() {
    HEAP.trim();
    HEAP.verify();
    let stats = HEAP.stats_of_all();
    assert_eq!((stats.blocks, stats.used_bytes), (0, 0), "{stats:?}");
    assert_eq!(stats.footprint_bytes, 0, "{stats:?}");
}

/// A block that goes from thread to thread.
#[derive(Clone, Copy)]
struct Carried(NonNull<u8>, usize);

// SAFETY: checked by each use: one thread at a time has the block.
unsafe impl Send for Carried {}

impl Carried {
    fn new(size: usize) -> Carried {
        let block: NonNull<u8> = HEAP.allocate(layout(size, 8)).expect("memory").cast();
        // SAFETY: the block came from the heap just now, with this size.
        unsafe { block.write_bytes(size as u8, size) };
        Carried(block, size)
    }

    fn free(self) {
        // SAFETY: the block came from `new`; cases of misuse break this on purpose, in a program that ends there.
        unsafe {
            assert_eq!(self.0.add(self.1 - 1).read(), self.1 as u8);
            HEAP.deallocate(self.0, layout(self.1, 8));
        }
    }
}

/// A case of misuse: its name, the line that ends the program, and what it does with a block of another thread.
type Misuse = (&'static str, &'static str, fn(Carried));

/// Says to the program of the tests which case of misuse it is to run.
const CASE: &str = "NOSTD_ALLOC_THREAD_MISUSE";

const MISUSES: &[Misuse] = &[
    ("twice", "double free", |block| {
        block.free();
        free_as(block, block.1);
    }),
    ("in the middle", "invalid free", |block| {
        // SAFETY: the block came from `new`, and is longer.
        free_as(Carried(unsafe { block.0.add(16) }, 0), block.1);
    }),
    ("with another size", "layout mismatch", |block| {
        free_as(block, block.1 + 100);
    }),
    ("with a large size", "layout mismatch", |block| {
        free_as(block, 100_000);
    }),
    ("when it is free, by another size", "double free", |_| {
        let (own, other) = (Carried::new(64), Carried::new(100));
        other.free();
        own.free();
        // SAFETY: none: the program is to end here, which is checked by the test.
        unsafe { HEAP.realloc(own.0.as_ptr(), layout(64, 8), 100) };
    }),
    ("when it is free, by its size", "double free", |_| {
        let own = Carried::new(64);
        own.free();
        // SAFETY: none: the program is to end here, which is checked by the test.
        unsafe { HEAP.realloc(own.0.as_ptr(), layout(64, 8), 63) };
    }),
    ("a large one of its own twice", "double free", |_| {
        // So many that one may be kept.
        let own = [(); 200].map(|()| Carried::new(5000));
        own[100].free();
        free_as(own[100], 5000);
    }),
    ("its own with another size", "layout mismatch", |_| {
        free_as(Carried::new(10_000), 20_000);
    }),
    ("of a variable", "invalid free", |block| {
        free_as(Carried(NonNull::from(&mut 7_u64).cast(), 0), block.1);
    }),
];

/// Gives a block back, named with `size`, and sees to it that its thread hears of it.
fn free_as(block: Carried, size: usize) {
    // SAFETY: none: the program is to end here, which is checked by the test.
    unsafe { HEAP.deallocate(block.0, layout(size, 8)) };
    HEAP.trim();
}

#[test]
fn misuse_by_another_thread_ends_the_program_with_one_line() {
    if let Ok(case) = std::env::var(CASE) {
        let (_, _, act) = MISUSES
            .iter()
            .find(|misuse| misuse.0 == case)
            .expect("a case");
        // The first heap, which is marked nowhere, stays lived in; the block is of another one.
        Carried::new(64).free();
        let block = elsewhere(|| (Carried::new(64), Carried::new(64)));
        return act(block.0);
    }
    for (case, line, _) in MISUSES {
        let test = "threaded::misuse_by_another_thread_ends_the_program_with_one_line";
        let output = Command::new(std::env::current_exe().expect("the name of this program"))
            .args(["--exact", test, "--nocapture"])
            .env(CASE, case)
            .output()
            .expect("this program runs again");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{case}: it went on");
        assert_eq!(said.matches("fatal: ").count(), 1, "{case}: {said}");
        assert!(said.contains(&format!("fatal: {line}")), "{case}: {said}");
    }
}

/// Runs `act` in a thread of its own.
fn elsewhere<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(act).join().unwrap())
}

/// Runs `act` in some threads at once, until each has left its heap: a scope waits only for their functions.
fn together(threads: usize, act: impl Fn(usize) + Sync) {
    let act = &act;
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || act(thread)))
            .collect();
        for thread in started {
            thread.join().unwrap();
        }
    });
}

#[test]
fn it_keeps_the_contract_of_every_heap() {
    alone(|| {
        let cases: [fn(&dyn Strategy); 8] = [
            |heap| cases::alignment_is_kept_up_to(heap, 21),
            cases::size_zero_is_refused,
            cases::impossible_sizes_are_refused,
            cases::blocks_share_no_byte,
            cases::contents_are_kept,
            cases::zeroed_is_zero,
            cases::usable_size_is_usable,
            cases::everything_freed_is_as_new,
        ];
        // The first thread's heap has number 0 and is marked nowhere; the others are.
        for threads in 1..=3 {
            together(threads, |_| {
                for case in cases {
                    case(&HEAP);
                }
                let mut random = random::Random::new(threads as u64);
                random::run_rounds(&HEAP, &mut random, 5, 2000);
                HEAP.verify();
            });
            assert_as_new();
        }
    });
}

#[test]
fn four_threads_keep_each_others_blocks_whole() {
    alone(|| {
        let operations = match std::env::var("NOSTD_ALLOC_OPERATIONS") {
            Ok(text) => text.parse().expect("a number"),
            Err(_) if is_whole() => 100_000_000,
            Err(_) => 1_000_000,
        };
        stress::run(operations);
        assert_as_new();
    });
}

#[test]
fn what_a_thread_leaves_goes_back_when_others_free_it() {
    alone(|| {
        let sizes = (1..3000).chain([5000, 70_000, 300_000, 3_000_000]);
        let blocks: Vec<Carried> = elsewhere(|| sizes.map(Carried::new).collect());
        let full = HEAP.stats_of_all();
        assert_eq!(full.blocks, blocks.len());
        // By this thread, which may have no heap of its own, and by one that has.
        let (some, others) = blocks.split_at(blocks.len() / 2);
        some.iter().for_each(|block| block.free());
        let others = others.to_vec();
        elsewhere(move || {
            let own = Carried::new(10);
            others.iter().for_each(|block| block.free());
            own.free();
        });
        assert_as_new();
    });
}

#[test]
fn a_thousand_threads_one_after_the_other_use_one_heap() {
    alone(|| {
        let mut kept = Vec::new();
        let mut footprint = 0;
        for round in 0..1000 {
            kept.push(elsewhere(|| {
                let blocks: Vec<Carried> = (1..100).map(Carried::new).collect();
                blocks.into_iter().for_each(Carried::free);
                Carried::new(64)
            }));
            if round == 10 {
                footprint = HEAP.stats_of_all().footprint_bytes;
            }
        }
        let stats = HEAP.stats_of_all();
        assert_eq!(stats.blocks, 1000);
        // 990 blocks of 64 bytes are 16 pages more.
        assert!(
            stats.footprint_bytes <= footprint + (128 << 10),
            "{stats:?}"
        );
        kept.into_iter().for_each(Carried::free);
        assert_as_new();
    });
}

#[test]
fn threads_that_have_ended_keep_a_mebibyte_together() {
    const THREADS: usize = 16;
    alone(|| {
        let barrier = std::sync::Barrier::new(THREADS);
        let kept: Vec<Carried> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        let kept = Carried::new(64);
                        let blocks: Vec<Carried> = (1..800).map(Carried::new).collect();
                        // All at once, so that each has a heap of its own.
                        barrier.wait();
                        blocks.into_iter().for_each(Carried::free);
                        kept
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        // Bookkeeping is 52 KiB for each; 16 heaps of 320 KB would be 5 MB.
        let stats = HEAP.stats_of_all();
        assert_eq!(stats.blocks, THREADS);
        assert!(
            stats.free_bytes <= (1 << 20) + THREADS * (64 << 10),
            "{stats:?}"
        );
        kept.into_iter().for_each(Carried::free);
        assert_as_new();
    });
}

#[test]
fn what_one_thread_allocates_and_another_frees_is_used_again() {
    alone(|| {
        let (send, receive) = mpsc::sync_channel::<Carried>(1024);
        let peak = std::thread::scope(|scope| {
            let consumer = scope.spawn(move || receive.into_iter().for_each(Carried::free));
            let producer = scope.spawn(move || {
                for number in 0..300_000_usize {
                    send.send(Carried::new(16 + number * 7 % 1000))
                        .expect("the other one lives");
                }
                HEAP.stats().footprint_bytes_peak
            });
            let peak = producer.join().unwrap();
            // Until it has left its heap, and not only its function.
            consumer.join().unwrap();
            peak
        });
        // At most 1024 blocks of 516 bytes are on the way, and 16 KiB in a tray.
        assert!(peak < 2 << 20, "{peak} bytes");
        assert_as_new();
    });
}

#[test]
fn a_heap_where_nobody_lives_keeps_little_however_much_it_offers() {
    alone(|| {
        // This thread has a heap of its own, so that it does not move in there.
        let own = Carried::new(64);
        let (kept, large) =
            elsewhere(|| (Carried::new(64), [(); 10].map(|()| Carried::new(3 << 20))));
        // Fewer than the visits after which it gives everything back.
        large.into_iter().for_each(Carried::free);
        let held = HEAP.stats_of_all().footprint_bytes;
        assert!(held < 3 << 20, "{held} bytes");
        kept.free();
        own.free();
        assert_as_new();
    });
}

mod libc {
    //! What a fork takes.
    unsafe extern "C" {
        pub(crate) fn fork() -> i32;
        pub(crate) fn waitpid(child: i32, status: *mut i32, options: i32) -> i32;
        pub(crate) fn _exit(status: i32) -> !;
        pub(crate) fn alarm(seconds: u32) -> u32;
    }
}

/// What a child does of a process whose other threads were in the middle of anything.
fn in_the_child(inherited: &[Carried]) {
    inherited.iter().for_each(|block| block.free());
    let mut blocks: Vec<Carried> = Vec::new();
    for number in 0..20_000_usize {
        blocks.push(Carried::new(1 + number * 13 % 3000));
        if number % 3 != 0 {
            blocks.swap_remove(number % blocks.len()).free();
        }
    }
    blocks.into_iter().for_each(Carried::free);
    HEAP.verify();
}

#[test]
fn a_child_of_a_fork_goes_on_whatever_other_threads_did() {
    alone(|| {
        let (send, receive) = mpsc::channel::<Vec<Carried>>();
        let stop = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            for seed in 1..=3 {
                let (send, stop) = (send.clone(), &stop);
                scope.spawn(move || {
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        let mut blocks: Vec<_> = (0..200)
                            .map(|number: usize| Carried::new(1 + number * seed % 2500))
                            .collect();
                        let rest = blocks.split_off(190);
                        // The test may have ended.
                        let _ = send.send(rest);
                        blocks.into_iter().for_each(Carried::free);
                    }
                });
            }
            for _ in 0..30 {
                let inherited = receive.recv().expect("blocks");
                // SAFETY: the child uses this heap and ends by `_exit`: contract of fork(2) among threads.
                let child = unsafe { libc::fork() };
                if child == 0 {
                    // SAFETY: contract of fork(2), as above; an alarm ends a child that hangs, a panic one that finds damage.
                    unsafe {
                        libc::alarm(60);
                        let end = std::panic::catch_unwind(|| in_the_child(&inherited));
                        libc::_exit(i32::from(end.is_err()));
                    }
                }
                inherited.into_iter().for_each(Carried::free);
                let mut status = -1;
                // SAFETY: the pointer comes from a local variable.
                unsafe { libc::waitpid(child, &raw mut status, 0) };
                assert_eq!(status, 0, "the child's status");
            }
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        drop(send);
        receive.into_iter().flatten().for_each(Carried::free);
        assert_as_new();
    });
}
