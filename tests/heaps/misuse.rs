//! A program that misuses its heap ends with one line that names what was found, and SIGABRT.
//!
//! Each case runs in a process of its own: this test program started again with the name of the case. It
//! prints the address that the line must name, then does the deed.

use core::ptr::NonNull;
use nostd_alloc::heap::FreeList;
use nostd_alloc::memory::{Allocator, Kernel, Layout, reallocate};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

/// Names the case to a started process.
const CASE: &str = "NOSTD_ALLOC_MISUSE";

const SIGABRT: i32 = 6;

/// 64 bytes: a block of 80.
const LAYOUT: Layout = Layout::new::<[u64; 8]>();

/// Mapped apart.
const LARGE: Layout = Layout::new::<[u8; 256 * 1024]>();

/// One way to misuse a heap.
struct Misuse {
    name: &'static str,
    /// The line, with `ADDRESS` where the printed address belongs; empty if nothing is wrong.
    line: &'static str,
    deed: fn(&FreeList<Kernel>),
}

fn take(heap: &FreeList<Kernel>, layout: Layout) -> NonNull<u8> {
    heap.allocate(layout).unwrap().cast()
}

/// Tells the parent which address the line will name.
fn tell(ptr: NonNull<u8>) -> NonNull<u8> {
    println!("\naddress={:#x}", ptr.addr());
    ptr
}

fn free(heap: &FreeList<Kernel>, ptr: NonNull<u8>, layout: Layout) {
    // SAFETY: none of the debts is paid in most cases: that is what is tested. The contract of `FreeList`
    // beyond the trait's is that it checks and ends the program.
    unsafe { heap.deallocate(ptr, layout) }
}

fn write(ptr: NonNull<u8>, offset: usize, value: usize) {
    // SAFETY: the memory comes from a region that the heap still holds; the write is the misuse.
    unsafe { ptr.add(offset).cast::<usize>().write_unaligned(value) }
}

const fn misuse(name: &'static str, line: &'static str, deed: fn(&FreeList<Kernel>)) -> Misuse {
    Misuse { name, line, deed }
}

const MISUSES: &[Misuse] = &[
    misuse("nothing wrong", "", |heap| {
        let block = tell(take(heap, LAYOUT));
        free(heap, block, LAYOUT);
        let large = take(heap, LARGE);
        free(heap, large, LARGE);
    }),
    misuse("double free", "fatal: double free of ADDRESS", |heap| {
        let block = tell(take(heap, LAYOUT));
        let _kept = take(heap, LAYOUT);
        free(heap, block, LAYOUT);
        free(heap, block, LAYOUT);
    }),
    misuse(
        "double free with another between",
        "fatal: double free of ADDRESS",
        |heap| {
            let (first, second) = (tell(take(heap, LAYOUT)), take(heap, LAYOUT));
            free(heap, first, LAYOUT);
            free(heap, second, LAYOUT);
            free(heap, first, LAYOUT);
        },
    ),
    misuse(
        "double free of a block that was merged",
        "fatal: double free of ADDRESS",
        |heap| {
            let blocks = [(); 4].map(|()| take(heap, LAYOUT));
            tell(blocks[1]);
            for index in [0, 2, 1, 1] {
                free(heap, blocks[index], LAYOUT);
            }
        },
    ),
    misuse(
        "double free of a large block",
        "fatal: invalid free of ADDRESS",
        |heap| {
            let block = tell(take(heap, LARGE));
            free(heap, block, LARGE);
            free(heap, block, LARGE);
        },
    ),
    misuse(
        "large blocks freed first, second, first",
        "fatal: invalid free of ADDRESS",
        |heap| {
            let (first, second) = (tell(take(heap, LARGE)), take(heap, LARGE));
            free(heap, first, LARGE);
            free(heap, second, LARGE);
            free(heap, first, LARGE);
        },
    ),
    misuse(
        "the middle of a large block",
        "fatal: invalid free of ADDRESS",
        |heap| {
            let block = take(heap, LARGE);
            // SAFETY: the address comes from the block and lies in it.
            free(heap, tell(unsafe { block.add(4096) }), LARGE);
        },
    ),
    misuse("the address 1", "fatal: invalid free of ADDRESS", |heap| {
        let _kept = take(heap, LAYOUT);
        free(
            heap,
            tell(NonNull::without_provenance(1.try_into().unwrap())),
            LAYOUT,
        );
    }),
    misuse(
        "an address on the stack",
        "fatal: invalid free of ADDRESS",
        |heap| {
            let _kept = take(heap, LAYOUT);
            let mut local = [0u64; 8];
            free(heap, tell(NonNull::from_mut(&mut local).cast()), LAYOUT);
        },
    ),
    misuse(
        "the address of a static",
        "fatal: invalid free of ADDRESS",
        |heap| {
            static BYTES: [u64; 8] = [7; 8];
            let _kept = take(heap, LAYOUT);
            free(heap, tell(NonNull::from_ref(&BYTES).cast()), LAYOUT);
        },
    ),
    misuse(
        "a block of an empty heap",
        "fatal: invalid free of ADDRESS",
        |heap| {
            let other = FreeList::new(Kernel);
            let block = tell(take(&other, LAYOUT));
            free(heap, block, LAYOUT);
        },
    ),
    misuse(
        "one byte into a block",
        "fatal: invalid free of ADDRESS",
        |heap| {
            let block = take(heap, LAYOUT);
            // SAFETY: the address comes from the block and lies in it.
            free(heap, tell(unsafe { block.add(1) }), LAYOUT);
        },
    ),
    misuse(
        "sixteen bytes into a block",
        "fatal: invalid free of ADDRESS",
        |heap| {
            let block = take(heap, LAYOUT);
            write(block, 8, 0);
            // SAFETY: the address comes from the block and lies in it.
            free(heap, tell(unsafe { block.add(16) }), LAYOUT);
        },
    ),
    misuse(
        "a size that is not the block's",
        "fatal: layout mismatch of ADDRESS: named with 640 bytes, has 72",
        |heap| {
            let block = tell(take(heap, LAYOUT));
            free(heap, block, Layout::new::<[u64; 80]>());
        },
    ),
    misuse(
        "a large block with another size",
        "fatal: layout mismatch of ADDRESS: named with 524288 bytes, has 262144",
        |heap| {
            let block = tell(take(heap, LARGE));
            free(heap, block, Layout::new::<[u8; 512 * 1024]>());
        },
    ),
    misuse(
        "realloc after free",
        "fatal: double free of ADDRESS",
        |heap| {
            let block = tell(take(heap, LAYOUT));
            let _kept = take(heap, LAYOUT);
            free(heap, block, LAYOUT);
            // SAFETY: the block is dead; the contract of `FreeList` beyond the trait's is that it checks.
            let _ = unsafe { reallocate(heap, block, LAYOUT, 1000) };
        },
    ),
    misuse(
        "realloc of a foreign pointer",
        "fatal: invalid free of ADDRESS",
        |heap| {
            let _kept = take(heap, LAYOUT);
            let local = [0u64; 8];
            let ptr = tell(NonNull::from_ref(&local).cast());
            // SAFETY: a foreign pointer; the contract of `FreeList` beyond the trait's is that it checks.
            let _ = unsafe { reallocate(heap, ptr, LAYOUT, 1000) };
        },
    ),
    misuse(
        "a link written over",
        "fatal: heap damaged at ADDRESS: a link of a free block",
        |heap| {
            let blocks = [(); 5].map(|()| take(heap, LAYOUT));
            for index in [1, 3] {
                free(heap, blocks[index], LAYOUT);
            }
            write(tell(blocks[3]), 0, 0x4141_4141_4141_4141);
            let _taken = (take(heap, LAYOUT), take(heap, LAYOUT));
        },
    ),
    misuse(
        "one byte past a block",
        "fatal: heap damaged at ADDRESS: the tag of a block",
        |heap| {
            let blocks = [(); 2].map(|()| take(heap, LAYOUT));
            let (low, high) = (blocks[0].min(blocks[1]), tell(blocks[0].max(blocks[1])));
            // The byte is one of the seal, and might be any: what is written is another one.
            // SAFETY: the byte comes from the heap, but not from this block: the overflow that is tested.
            unsafe { low.add(72).write(low.add(72).read() ^ b'A') };
            let _ = high;
            free(heap, low, LAYOUT);
        },
    ),
    misuse(
        "a footer written over",
        "fatal: heap damaged at ADDRESS: the footer in front of a block",
        |heap| {
            let blocks = [(); 3].map(|()| take(heap, LAYOUT));
            let high = tell(blocks[0]);
            free(heap, blocks[1], LAYOUT);
            write(blocks[1], 64, 48);
            free(heap, high, LAYOUT);
        },
    ),
];

/// What a started process does: the deed of its case, if it has one.
#[test]
fn child() {
    if let Ok(name) = std::env::var(CASE) {
        let case = MISUSES.iter().find(|misuse| misuse.name == name);
        let heap = FreeList::new(Kernel);
        (case.expect("a case").deed)(&heap);
    }
}

fn start(case: &Misuse) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "misuse::child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(CASE, case.name)
        .output()
        .unwrap()
}

#[test]
fn each_misuse_ends_with_its_line_and_sigabrt() {
    for case in MISUSES {
        let output = start(case);
        let (out, err) = (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        );
        let told = out.lines().find_map(|line| line.strip_prefix("address="));
        let address = told.expect("the case tells its address");
        if case.line.is_empty() {
            assert!(output.status.success(), "{}: {err}", case.name);
            continue;
        }
        let expected = case.line.replace("ADDRESS", address) + "\n";
        assert_eq!(err, expected, "{}", case.name);
        assert_eq!(output.status.signal(), Some(SIGABRT), "{}", case.name);
    }
}
