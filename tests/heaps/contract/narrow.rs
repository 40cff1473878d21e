//! The TLSF heap whose own numbers have 16 bits: the contract as far as it fits into less than 1 MiB.
//!
//! It is no row of the catalogue, which knows a strategy once; and it wants a source that grows in place.

use super::cases;
use super::live::{Live, layout};
use super::random::{Random, run_rounds_within};
use super::sources::{SOURCES, Source};
use super::{on_heap, refusals};
use nostd_alloc::heap::{Row, Strategy, Tlsf};
use nostd_alloc::memory::{Allocator, Layout, Region};
use std::mem::MaybeUninit;

const NARROW: Row = Row {
    name: "tlsf of 16 bits",
    idea: "as tlsf",
    source: "as tlsf",
    run: |source, visit| visit(&Tlsf::<_, 15, 4, u16>::new(source)),
};

/// The row for 2 KiB.
type Least<A> = Tlsf<A, 6, 2, u16>;

const CASES: [fn(&dyn Strategy); 9] = [
    |heap| cases::alignment_is_kept_up_to(heap, 16),
    cases::size_zero_is_refused,
    cases::impossible_sizes_are_refused,
    |heap| cases::blocks_of_rounds_share_no_byte(heap, 2),
    cases::contents_are_kept,
    cases::zeroed_is_zero,
    cases::usable_size_is_usable,
    cases::everything_freed_is_as_new,
    |heap| run_rounds_within(256 << 10, heap, &mut Random::new(1), 50, 2000),
];

fn sources_that_grow() -> impl Iterator<Item = &'static Source> {
    SOURCES
        .iter()
        .filter(|source| source.name.contains("region") && !source.name.contains("pages"))
        .filter(|source| !source.name.contains("never"))
}

pub(crate) fn every_case_that_fits() {
    assert_eq!(sources_that_grow().count(), 3);
    for source in sources_that_grow() {
        for case in CASES {
            on_heap(&NARROW, source, &mut |heap, _| case(heap));
        }
        on_heap(&NARROW, source, &mut |_, source| {
            refusals::a_full_heap_loses_nothing(&NARROW, source);
        });
    }
    // Where it cannot grow it refuses.
    for source in SOURCES {
        on_heap(&NARROW, source, &mut |_, source| {
            refusals::every_request_may_be_refused(&NARROW, source);
        });
    }
}

#[repr(align(16))]
struct TwoKib([MaybeUninit<u8>; 2048]);

pub(crate) fn two_kib_cost_128_bytes() {
    let mut bytes = TwoKib([MaybeUninit::uninit(); 2048]);
    let region = Region::new(&mut bytes.0);
    let heap = Least::new(&region);
    let largest = (0..2048usize).rev().find_map(|size| {
        let layout = Layout::from_size_align(size, 8).unwrap();
        let block = heap.allocate(layout).ok()?;
        // SAFETY: the block comes from this heap, with this layout.
        unsafe { heap.deallocate(block.cast(), layout) };
        Some(size)
    });
    let spent = size_of_val(&heap) + 2048 - largest.expect("some size fits");
    assert!(spent <= 128, "{spent} bytes");
    fill_and_empty(&heap);
}

/// Random blocks, refused or not, verified at each step.
fn fill_and_empty(heap: &dyn Strategy) {
    let mut random = Random::new(2);
    let (mut blocks, mut refused) = (Vec::new(), 0);
    for turn in 0..20_000u32 {
        let number = random.number() as usize;
        let size = 1 + number % [24, 300][turn as usize / 100 % 2];
        match Live::new(heap, layout(size, 1 << (number >> 32 & 7)), turn as u8) {
            Ok(block) => blocks.push(block),
            Err(_) => refused += 1,
        }
        if number >> 40 & 1 == 1 && !blocks.is_empty() {
            let index = (number >> 48) % blocks.len();
            blocks.swap_remove(index).free(heap);
        }
        heap.verify();
    }
    assert!(refused > 100, "the heap was never full");
    blocks.into_iter().for_each(|block| block.free(heap));
    heap.verify();
    assert_eq!(heap.stats().blocks, 0);
}
