//! What the heap of spans owes beyond the contract of every heap: memory goes back, large blocks grow without a
//! copy, and misuse ends the program with the line that names it.

mod bin;

use super::contract::cases;
use super::contract::live::Live;
use bin::{FREE_BYTES, NEXT, PREVIOUS, bin, other, write};
use core::ptr::NonNull;
use nostd_alloc::heap::{Counted, Spans, Strategy};
use nostd_alloc::memory::{Allocator, Kernel, Layout, reallocate};
use std::process::Command;

/// Says to the program of the tests which case of misuse it is to run.
const CASE: &str = "NOSTD_ALLOC_MISUSE";

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).expect("a layout that exists")
}

fn take(heap: &impl Allocator, size: usize) -> NonNull<u8> {
    heap.allocate(layout(size)).expect("memory").cast()
}

/// Gives a block back, named with `size`.
fn free(heap: &impl Allocator, block: NonNull<u8>, size: usize) {
    // SAFETY: the block came from `take` of this heap with this size; the cases of misuse break this on
    // purpose, in a program that ends there.
    unsafe { heap.deallocate(block, layout(size)) }
}

/// Random numbers that are the same in each run: xorshift (Marsaglia 2003).
fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 11) as usize
}

#[test]
fn what_is_held_follows_what_is_live() {
    let counted = Counted::new(Kernel);
    let heap: Spans<_> = Spans::new(&counted);
    let mut state = 88_172_645_463_325_252;
    let mut live = 0;
    let mut blocks: Vec<_> = (0..200_000)
        .map(|_| {
            let size = 8 << (random(&mut state) % 9);
            let size = size + random(&mut state) % size;
            live += size;
            (take(&heap, size), size)
        })
        .collect();
    heap.verify();
    let held = counted.held_bytes();
    assert!(held < live + live / 8, "{held} held for {live} live bytes");
    while !blocks.is_empty() {
        let (block, size) = blocks.swap_remove(random(&mut state) % blocks.len());
        free(&heap, block, size);
    }
    heap.verify();
    let held = counted.held_bytes();
    assert!(
        held <= 1 << 20,
        "{held} bytes held for nothing: {:?}",
        heap.stats()
    );
    heap.trim();
    heap.verify();
    let stats = heap.stats();
    assert_eq!((stats.used_bytes, stats.blocks), (0, 0));
    let for_pages = held - (counted.held_bytes() - stats.footprint_bytes);
    assert!(
        for_pages > 0 && stats.footprint_bytes <= 1 << 20,
        "{stats:?}"
    );
}

#[test]
fn a_large_block_grows_without_a_copy_of_it() {
    let counted = Counted::new(Kernel);
    let heap: Spans<_> = Spans::new(&counted);
    let mut size = 300_000;
    let mut block = take(&heap, size);
    while size < 100_000_000 {
        // SAFETY: the block came from this heap, with this size.
        let moved = unsafe { reallocate(&heap, block, layout(size), size * 2) };
        (block, size) = (moved.expect("memory").cast(), size * 2);
        let held = counted.held_bytes();
        assert!(held <= size + (1 << 20), "{held} held for {size}");
    }
    assert!(counted.calls().resize + counted.calls().remap > 0);
    free(&heap, block, size);
    heap.verify();
}

#[test]
fn spans_hand_blocks_out_in_the_order_of_addresses() {
    let heap: Spans<Kernel> = Spans::new(Kernel);
    let blocks: Vec<_> = (0..40).map(|_| take(&heap, 100)).collect();
    let in_order = blocks.windows(2).filter(|pair| pair[0] < pair[1]).count();
    // Two spans may lie in any order.
    assert!(in_order >= 38, "{in_order} of 39");
    for block in blocks {
        free(&heap, block, 100);
    }
}

/// A case of misuse: its name, the line that ends the program, and what it does.
type Misuse = (&'static str, &'static str, fn(&Spans<Kernel>));

const MISUSES: &[Misuse] = &[
    ("twice in a row", "double free", |heap| {
        let block = take(heap, 64);
        free(heap, block, 64);
        free(heap, block, 64);
    }),
    ("twice, seen by the span", "double free", |heap| {
        let blocks: Vec<_> = (0..3000).map(|_| take(heap, 64)).collect();
        free(heap, blocks[7], 64);
        for &block in &blocks {
            free(heap, block, 64);
        }
        heap.trim();
    }),
    (
        "twice, seen when its span has gone",
        "double free",
        |heap| {
            // A block of 4 KiB is a span.
            let blocks = [(); 2].map(|()| take(heap, 4096));
            for index in [0, 1, 0] {
                free(heap, blocks[index], 4096);
            }
            heap.trim();
        },
    ),
    ("in the middle of a small block", "invalid free", |heap| {
        let block = take(heap, 64);
        // SAFETY: the block came from `take`, and is longer.
        free(heap, unsafe { block.add(16) }, 64);
    }),
    ("in the middle of a large one", "invalid free", |heap| {
        let block = take(heap, 10_000);
        // SAFETY: the block came from `take`, and is longer.
        free(heap, unsafe { block.add(4096) }, 10_000);
    }),
    ("of a variable", "invalid free", |heap| {
        let _block = take(heap, 64);
        free(heap, NonNull::from(&mut 7_u64).cast(), 64);
    }),
    ("of another size", "layout mismatch", |heap| {
        let block = take(heap, 64);
        free(heap, block, 65);
    }),
    (
        "of a large one with another size",
        "layout mismatch",
        |heap| {
            let block = take(heap, 10_000);
            free(heap, block, 20_000);
        },
    ),
    (
        "of a large one with a shorter size",
        "layout mismatch",
        |heap| {
            let block = take(heap, 10_000);
            free(heap, block, 9000);
        },
    ),
    (
        "of a mapping with another size",
        "layout mismatch",
        |heap| {
            let block = heap.allocate_zeroed(layout(1 << 20)).unwrap().cast();
            free(heap, block, 1 << 21);
        },
    ),
    (
        "of a large one with a small size",
        "layout mismatch",
        |heap| {
            let block = take(heap, 10_000);
            free(heap, block, 100);
        },
    ),
    ("of a large one twice", "double free", |heap| {
        let block = take(heap, 10_000);
        let _above = take(heap, 10_000);
        free(heap, block, 10_000);
        free(heap, block, 10_000);
    }),
    (
        "of a large one twice, kept as it is",
        "double free",
        |heap| {
            // So many that one may be kept.
            let blocks = [(); 200].map(|()| take(heap, 5000));
            free(heap, blocks[100], 5000);
            free(heap, blocks[100], 5000);
        },
    ),
    ("of a mapping twice", "invalid free", |heap| {
        let block = heap.allocate_zeroed(layout(1 << 20)).unwrap().cast();
        free(heap, block, 1 << 20);
        free(heap, block, 1 << 20);
    }),
    ("a link to nowhere", DAMAGED, |heap| {
        let bin = bin(heap);
        write(bin.free[0], NEXT, 0x4141_4141_4140);
        take(heap, FREE_BYTES);
    }),
    (
        "a link to nowhere, when chunks are counted",
        DAMAGED,
        |heap| {
            let bin = bin(heap);
            write(bin.free[0], NEXT, 0x4141_4141_4140);
            heap.stats();
        },
    ),
    ("a link to a live block, looked for", DAMAGED, |heap| {
        let bin = bin(heap);
        write(bin.free[0], NEXT, bin.live[2].addr().get());
        // Just too long for the chunks of the bin, so that all of them are looked at.
        take(heap, FREE_BYTES + 64);
    }),
    ("a link to a live block that leads back", DAMAGED, |heap| {
        let bin = bin(heap);
        write(bin.free[0], NEXT, bin.live[2].addr().get());
        write(bin.live[2], PREVIOUS, bin.free[0].addr().get());
        free(heap, bin.live[0], FREE_BYTES);
    }),
    ("a link to another free chunk", DAMAGED, |heap| {
        let bin = bin(heap);
        write(bin.free[0], NEXT, bin.free[2].addr().get());
        free(heap, bin.live[0], FREE_BYTES);
    }),
    ("a link back to none", DAMAGED, |heap| {
        let bin = bin(heap);
        write(bin.free[1], PREVIOUS, 0);
        free(heap, bin.live[1], FREE_BYTES);
    }),
    (
        "a link back to a live block that leads on",
        DAMAGED,
        |heap| {
            let bin = bin(heap);
            write(bin.free[2], PREVIOUS, bin.live[1].addr().get());
            write(bin.live[1], NEXT, bin.free[2].addr().get());
            free(heap, bin.live[2], FREE_BYTES);
        },
    ),
    ("a link back to another free chunk", DAMAGED, |heap| {
        let bin = bin(heap);
        write(bin.free[2], PREVIOUS, bin.free[0].addr().get());
        free(heap, bin.live[2], FREE_BYTES);
    }),
    (
        "a link to a chunk of another size that leads back",
        DAMAGED,
        |heap| {
            let (bin, other) = (bin(heap), other(heap));
            write(bin.free[0], NEXT, other.addr().get());
            write(other, PREVIOUS, bin.free[0].addr().get());
            free(heap, bin.live[0], FREE_BYTES);
        },
    ),
    (
        "a link back to a chunk of another size that leads on",
        DAMAGED,
        |heap| {
            let (bin, other) = (bin(heap), other(heap));
            write(bin.free[0], PREVIOUS, other.addr().get());
            write(other, NEXT, bin.free[0].addr().get());
            free(heap, bin.live[0], FREE_BYTES);
        },
    ),
];

const DAMAGED: &str = "heap damaged";

#[test]
fn links_that_nobody_wrote_over_lead_on_and_back() {
    let heap = Spans::new(Kernel);
    let bin = bin(&heap);
    take(&heap, FREE_BYTES + 64);
    take(&heap, FREE_BYTES);
    for block in bin.live {
        free(&heap, block, FREE_BYTES);
    }
    heap.verify();
    assert_eq!(heap.stats().blocks, 5);
}

#[test]
fn misuse_ends_the_program_with_one_line() {
    if let Ok(case) = std::env::var(CASE) {
        let heap = Spans::new(Kernel);
        let misuse = MISUSES.iter().find(|misuse| misuse.0 == case);
        misuse.expect("a case of the table").2(&heap);
        return;
    }
    for (case, line, _) in MISUSES {
        let output = Command::new(std::env::current_exe().expect("the name of this program"))
            .args([
                "--exact",
                "spans::misuse_ends_the_program_with_one_line",
                "--nocapture",
            ])
            .env(CASE, case)
            .output()
            .expect("this program runs again");
        let said = String::from_utf8_lossy(&output.stderr);
        let fatal = format!("fatal: {line}");
        assert!(!output.status.success(), "{case}: it went on");
        assert_eq!(said.matches("fatal: ").count(), 1, "{case}: {said}");
        assert!(said.contains(&fatal), "{case}: {said}");
    }
}

#[test]
fn a_block_is_known_by_its_address_alone() {
    let heap: Spans<_> = Spans::new(Kernel);
    for size in [
        1, 8, 24, 100, 2048, 2049, 4096, 4097, 70_000, 300_000, 5_000_000,
    ] {
        for align in [1, 16, 64, 4096, 8192, 64 << 10, 2 << 20] {
            let asked = Layout::from_size_align(size, align).unwrap();
            let block = heap.allocate(asked).unwrap();
            assert!(block.addr().get().is_multiple_of(align), "{asked:?}");
            let known = heap.layout_of(block.cast()).expect("it is a block");
            assert_eq!(known.size(), block.len(), "{asked:?}");
            // SAFETY: both pointers lie in the block, which comes from the heap.
            let inside = unsafe { block.cast::<u8>().add(size.min(8)) };
            assert!(size == 8 || heap.layout_of(inside).is_none(), "{asked:?}");
            // SAFETY: the block comes from the heap, and the layout is one that fits it.
            unsafe { heap.deallocate(block.cast(), known) };
            heap.verify();
        }
    }
    assert_eq!(heap.stats().blocks, 0);
    assert_eq!(heap.layout_of(NonNull::from(&heap).cast()), None);
}

#[test]
fn blocks_at_64_kib_and_2_mib_stay_there_and_keep_what_they_hold() {
    let heap: Spans<_> = Spans::new(Counted::new(Kernel));
    cases::alignment_is_kept_up_to(&heap, 21);
    for align in [64 << 10, 2 << 20] {
        for size in [1, 100, 5000, 70_000, 3_000_000] {
            let layout = Layout::from_size_align(size, align).unwrap();
            let blocks = [
                Live::new(&heap, layout, 0x5a),
                Live::zeroed(&heap, layout, 0xa5),
            ];
            let mut blocks = blocks.map(|block| block.expect("memory"));
            for size in [size * 2, size * 2 + 70_000, size, size.div_ceil(2)] {
                for block in &mut blocks {
                    block.reallocate(&heap, size).expect("memory");
                }
                heap.verify();
            }
            for block in blocks {
                block.free(&heap);
            }
        }
    }
    heap.trim();
    heap.verify();
    let held = heap.source().held_bytes();
    assert!(held < 128 << 10, "{held} bytes are held for nothing");
}
