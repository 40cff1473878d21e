//! The worst single operation, in instructions: constant for TLSF, bounded by the logarithm for buddies.
//!
//! callgrind counts the instructions of each call of one function and writes them apart. An adversary brings
//! the heap into a state that is as bad for it as its size allows; then single operations are measured. First
//! fit is the control: its worst operation grows with the holes, so the measure can see growth.

use crate::tool::tool;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use nostd_alloc::heap::{Strategy, find};
use nostd_alloc::memory::{Layout, Region};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the adversary, the row and the size to a started process.
const CASE: &str = "NOSTD_ALLOC_WORST_CASE";

const REGION_BYTES: usize = 24 << 20;

/// What a process measures.
enum Operation {
    Allocate(Layout),
    Resize(NonNull<u8>, Layout, usize),
    Free(NonNull<u8>, Layout),
}

// The name is what callgrind is told.
#[unsafe(no_mangle)]
#[inline(never)]
extern "Rust" fn measured_operation(
    heap: &dyn Strategy,
    operation: Operation,
) -> Option<NonNull<u8>> {
    match operation {
        Operation::Allocate(layout) => heap.allocate(layout).ok().map(NonNull::cast),
        Operation::Resize(ptr, old, size) => {
            // SAFETY: the block comes from the heap with this layout: checked by the adversaries, its only callers.
            unsafe { heap.resize(ptr, old, size) }.ok().map(|_| ptr)
        }
        Operation::Free(ptr, layout) => {
            // SAFETY: the block comes from the heap with this layout: checked by the adversaries, its only callers.
            unsafe { heap.deallocate(ptr, layout) };
            None
        }
    }
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

fn take(heap: &dyn Strategy, layout: Layout) -> NonNull<u8> {
    heap.allocate(layout).unwrap().cast()
}

fn give(heap: &dyn Strategy, ptr: NonNull<u8>, layout: Layout) {
    // SAFETY: the block comes from the heap with this layout, and goes back once: checked by the adversaries.
    unsafe { heap.deallocate(ptr, layout) }
}

/// Makes `holes` holes of one size, each between two blocks in use, and `holes` of sizes that rise; then asks for
/// what does not fit, what fits just, and what is cut out; and frees, grows and shrinks where there are holes on
/// both sides.
fn holes(heap: &dyn Strategy, holes: usize) {
    let small = layout(40, 8);
    // The heap has grown before anything is measured: what the source costs is the source's.
    let room = layout(8 << 20, 8);
    give(heap, take(heap, room), room);
    let blocks: Vec<_> = (0..2 * holes + 12).map(|_| take(heap, small)).collect();
    let rising: Vec<_> = (0..holes)
        .map(|index| layout(100 + 16 * (index % 64), 8))
        .map(|layout| (take(heap, layout), layout, take(heap, small)))
        .collect();
    for pair in blocks.chunks_exact(2).take(holes) {
        give(heap, pair[0], small);
    }
    for &(block, layout, _) in &rising {
        give(heap, block, layout);
    }
    let measured = |operation| measured_operation(heap, operation);
    for layout in [
        layout(100, 8),
        small,
        layout(300, 8),
        layout(1100, 8),
        layout(3000, 8),
        layout(500, 4096),
    ] {
        let block = measured(Operation::Allocate(layout)).unwrap();
        measured(Operation::Free(block, layout));
    }
    let used = &blocks[2 * holes..];
    // A hole behind a block: it grows into it, and shrinks again.
    measured(Operation::Free(used[1], small));
    if measured(Operation::Resize(used[0], small, 88)).is_some() {
        measured(Operation::Resize(used[0], layout(88, 8), 40));
    }
    // A hole on both sides.
    measured(Operation::Free(used[3], small));
    measured(Operation::Free(used[2], small));
    heap.verify();
}

/// A heap of `2^order` bytes in which one block of 16 bytes is in use, at the lower end of the upper half of a
/// chunk of 4 KiB, with all its buddies free: it merges once for each order there is. Other memory is so cut up
/// that as many chunks as possible are free alone.
fn merge_chain(heap: &dyn Strategy, order: usize) {
    const SMALLEST: usize = 4;
    const CHUNK: usize = 12;
    let of_order = |order: usize| layout(1 << order, 1);
    let whole = layout(1 << order, 1 << order);
    give(heap, take(heap, whole), whole);
    let in_chunk: Vec<_> = (5..CHUNK - 1)
        .map(|order| (take(heap, of_order(order)), of_order(order)))
        .collect();
    let last = take(heap, of_order(SMALLEST));
    assert_eq!(last.addr().get() % (1 << CHUNK), 1 << (CHUNK - 1));
    let halves: Vec<_> = (CHUNK..order)
        .map(|order| (take(heap, of_order(order)), of_order(order)))
        .collect();
    let chunks: Vec<_> = (0..512).map(|_| take(heap, of_order(CHUNK))).collect();
    for pair in chunks.chunks_exact(2) {
        give(heap, pair[0], of_order(CHUNK));
    }
    for (block, layout) in in_chunk.into_iter().chain(halves) {
        give(heap, block, layout);
    }
    heap.verify();
    let before = heap.steps();
    measured_operation(heap, Operation::Free(last, of_order(SMALLEST)));
    // From 16 to 2048 bytes, then the chunk as a whole, to the whole region.
    let merges = (CHUNK - 1 - SMALLEST) + (order - CHUNK);
    assert_eq!(heap.steps() - before, merges as u64);
    heap.verify();
    // The way down is as long.
    let block = measured_operation(heap, Operation::Allocate(whole)).unwrap();
    give(heap, block, whole);
    for pair in chunks.chunks_exact(2) {
        take(heap, of_order(CHUNK));
        assert!(pair[1].addr().get() > 0);
    }
    let block = measured_operation(heap, Operation::Allocate(of_order(SMALLEST))).unwrap();
    measured_operation(heap, Operation::Free(block, of_order(SMALLEST)));
    heap.verify();
}

/// What a started process does.
#[test]
fn child() {
    let Ok(case) = std::env::var(CASE) else {
        return;
    };
    let words: Vec<&str> = case.split(' ').collect();
    let [adversary, name, size] = words[..] else {
        panic!("{case:?}: three words");
    };
    let adversary = match adversary {
        "holes" => holes,
        _ => merge_chain,
    };
    let row = find(name).unwrap();
    let mut bytes: Box<[MaybeUninit<u8>]> = Box::new_uninit_slice(REGION_BYTES);
    (row.run)(&Region::new(&mut bytes), &mut |heap| {
        adversary(heap, size.parse().unwrap());
    });
}

/// The instructions of each measured operation.
fn instructions(adversary: &str, name: &str, size: usize) -> Vec<u64> {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("worst-{adversary}-{name}-{size}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .arg("--toggle-collect=measured_operation")
        .arg("--dump-after=measured_operation")
        .arg(format!("--callgrind-out-file={}/out", folder.display()))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "worst_case::child", "--test-threads=1"])
        .env(CASE, format!("{adversary} {name} {size}"))
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
    let files = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let counts: Vec<u64> = files.filter_map(|file| total(&file)).collect();
    println!("{name}, {adversary} {size}: {counts:?}");
    assert!(counts.len() >= 4, "callgrind wrote {} counts", counts.len());
    counts
}

/// The total of one dump, if anything was counted in it.
fn total(file: &PathBuf) -> Option<u64> {
    let text = fs::read_to_string(file).unwrap();
    let line = text.lines().find_map(|line| {
        line.strip_prefix("totals: ")
            .or(line.strip_prefix("summary: "))
    })?;
    line.trim().parse().ok().filter(|&count| count > 0)
}

fn worst(adversary: &str, name: &str, size: usize) -> u64 {
    instructions(adversary, name, size)
        .into_iter()
        .max()
        .unwrap()
}

#[test]
fn the_worst_operation_of_tlsf_is_constant() {
    if tool("valgrind").is_none() {
        return;
    }
    let [few, some, many] = [16, 256, 4096].map(|size| worst("holes", "tlsf", size));
    assert!(
        some.max(many) <= few + few / 20,
        "tlsf: {few}, {some}, {many} instructions"
    );
    let (few, many) = (
        worst("holes", "first-fit", 16),
        worst("holes", "first-fit", 4096),
    );
    assert!(
        many > 20 * few,
        "the control: {few} and {many} instructions"
    );
}

#[test]
fn the_worst_operation_of_buddies_is_logarithmic() {
    if tool("valgrind").is_none() {
        return;
    }
    // The longest chain of merges that a heap of 2^14, 2^18 and 2^22 bytes can have: four orders more are the
    // same number of instructions more, each time.
    let [low, middle, high] = [14, 18, 22].map(|order| worst("merge_chain", "buddy", order));
    let (step, next) = (middle - low, high - middle);
    assert!(
        4 * 10 <= step && next <= step + step / 10,
        "buddy: {low}, {middle}, {high} instructions"
    );
    let (few, many) = (worst("holes", "buddy", 16), worst("holes", "buddy", 4096));
    assert!(
        few.max(many) <= high,
        "buddy: {few} and {many} instructions with holes, {high} for the longest chain"
    );
}
