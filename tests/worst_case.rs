//! The worst single operation, in instructions: constant for TLSF, bounded by the logarithm for buddies.
//!
//! callgrind counts the instructions of each call of one function and writes them apart. The heap is brought
//! into a state with many holes that do not fit; then single operations are measured. First fit is the
//! control: its worst operation grows with the holes, so the measure can see growth.

use core::mem::MaybeUninit;
use core::ptr::NonNull;
use nostd_alloc::heap::{Strategy, find};
use nostd_alloc::memory::{Layout, Region};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the row and the number of holes to a started process.
const CASE: &str = "NOSTD_ALLOC_WORST_CASE";

const REGION_BYTES: usize = 4 << 20;

/// What a process measures: an allocation, or a block that goes back.
enum Operation {
    Allocate(Layout),
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
        Operation::Free(ptr, layout) => {
            // SAFETY: the block comes from the heap with this layout: checked by `adversary`, its only caller.
            unsafe { heap.deallocate(ptr, layout) };
            None
        }
    }
}

/// Makes `holes` holes of one size, each between two blocks in use, and then asks for what does not fit.
fn adversary(heap: &dyn Strategy, holes: usize) {
    let small = Layout::from_size_align(40, 8).unwrap();
    let large = Layout::from_size_align(100, 8).unwrap();
    let take = |layout| heap.allocate(layout).unwrap().cast::<u8>();
    let give = |ptr, layout| {
        // SAFETY: the block comes from the heap with this layout, and goes back once: checked below, line by line.
        unsafe { heap.deallocate(ptr, layout) };
    };
    // The heap has grown before anything is measured: what the source costs is the source's.
    let room = Layout::from_size_align(1 << 20, 8).unwrap();
    let first = take(room);
    give(first, room);
    let blocks: Vec<_> = (0..2 * holes + 4).map(|_| take(small)).collect();
    for pair in blocks.chunks_exact(2).take(holes) {
        give(pair[0], small);
    }
    let measured = |operation| measured_operation(heap, operation);
    for layout in [large, small, Layout::from_size_align(3000, 8).unwrap()] {
        let block = measured(Operation::Allocate(layout)).unwrap();
        measured(Operation::Free(block, layout));
    }
    measured(Operation::Free(blocks[2 * holes + 2], small));
    measured(Operation::Free(blocks[2 * holes + 1], small));
    heap.verify();
}

/// What a started process does.
#[test]
fn child() {
    let Ok(case) = std::env::var(CASE) else {
        return;
    };
    let (name, holes) = case.split_once(' ').unwrap();
    let row = find(name).unwrap();
    let mut bytes: Box<[MaybeUninit<u8>]> = Box::new_uninit_slice(REGION_BYTES);
    (row.run)(&Region::new(&mut bytes), &mut |heap| {
        adversary(heap, holes.parse().unwrap());
    });
}

/// Whether valgrind is there; without it the test is skipped, unless the environment forbids that.
fn has_valgrind() -> bool {
    let found = Command::new("valgrind").arg("--version").output().is_ok();
    if !found {
        println!("skipped: valgrind is missing");
        assert!(
            std::env::var("NOSTD_ALLOC_REQUIRE_TOOLS").as_deref() != Ok("1"),
            "valgrind is missing"
        );
    }
    found
}

/// The instructions of each measured operation.
fn instructions(name: &str, holes: usize) -> Vec<u64> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("worst-{name}-{holes}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .arg("--toggle-collect=measured_operation")
        .arg("--dump-after=measured_operation")
        .arg(format!("--callgrind-out-file={}/out", folder.display()))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--test-threads=1"])
        .env(CASE, format!("{name} {holes}"))
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
    let files = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let counts: Vec<u64> = files.filter_map(|file| total(&file)).collect();
    println!("{name}, {holes} holes: {counts:?}");
    assert!(counts.len() >= 8, "callgrind wrote {} counts", counts.len());
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

fn worst(name: &str, holes: usize) -> u64 {
    instructions(name, holes).into_iter().max().unwrap()
}

#[test]
fn the_worst_operation_of_tlsf_is_constant_and_of_buddies_logarithmic() {
    if !has_valgrind() {
        return;
    }
    let (few, many) = (worst("tlsf", 16), worst("tlsf", 4096));
    assert!(
        many <= few + few / 20,
        "tlsf: {few} and {many} instructions"
    );
    let (few, many) = (worst("buddy", 16), worst("buddy", 4096));
    // Eight doublings of the heap: no more than eight orders more on the way.
    let order = few.div_ceil(8);
    assert!(
        many <= few + 8 * order,
        "buddy: {few} and {many} instructions"
    );
    let (few, many) = (worst("first-fit", 16), worst("first-fit", 4096));
    assert!(
        many > 20 * few,
        "the control: {few} and {many} instructions"
    );
}
