//! Over `LargePages` long blocks that grow get large pages: what grows doubles a block that it has filled, and half a gigabyte of small
//! pages is 131 072 page faults.

use core::ptr::NonNull;
use nostd_alloc::heap::{Locked, Spans};
use nostd_alloc::memory::{Allocator, Kernel, LargePages, Layout, reallocate};

const MIB: usize = 1 << 20;

/// Whether the kernel was asked for large pages under an address; `None` if it has none.
fn has_advice(address: usize) -> Option<bool> {
    std::fs::metadata("/sys/kernel/mm/transparent_hugepage").ok()?;
    let maps = std::fs::read_to_string("/proc/self/smaps").expect("what is mapped");
    let mut inside = false;
    for line in maps.lines() {
        let range = line.split(' ').next().and_then(|word| word.split_once('-'));
        if let Some((start, end)) = range {
            let number = |digits| usize::from_str_radix(digits, 16).unwrap_or(usize::MAX);
            inside = (number(start)..number(end)).contains(&address);
        } else if inside && let Some(flags) = line.strip_prefix("VmFlags:") {
            return Some(flags.split_whitespace().any(|flag| flag == "hg"));
        }
    }
    panic!("{address:#x} is not mapped");
}

/// Doubles a block from 8 MiB to 128, each time with its number in it, and sees that those of at
/// least `from_mib` are advised, and no other.
fn doubled(
    name: &str,
    from_mib: usize,
    mut grow: impl FnMut(Option<NonNull<u8>>, usize) -> NonNull<u8>,
) -> NonNull<u8> {
    let mut block = grow(None, 8 * MIB);
    for mib in [16, 32, 64, 128] {
        // SAFETY: the block comes from `grow`, at least 8 MiB long.
        unsafe { block.add(3 * MIB).write(mib as u8) };
        block = grow(Some(block), mib * MIB);
        // SAFETY: the block comes from `grow`, as above.
        assert_eq!(unsafe { block.add(3 * MIB).read() }, mib as u8);
        match has_advice(block.addr().get()) {
            Some(advice) => assert_eq!(advice, mib >= from_mib, "{name}: {mib} MiB"),
            None => println!("skipped: this kernel has no large pages"),
        }
    }
    block
}

fn layout(bytes: usize) -> Layout {
    Layout::from_size_align(bytes, 8).expect("a layout that exists")
}

/// The same by `reallocate`.
fn by_reallocate(name: &str, from_mib: usize, heap: &impl Allocator) {
    let last = doubled(name, from_mib, |block, bytes| match block {
        None => heap.allocate(layout(bytes)).expect("memory").cast(),
        // SAFETY: the block came from this heap, half as long.
        Some(block) => unsafe {
            reallocate(heap, block, layout(bytes / 2), bytes)
                .expect("memory")
                .cast()
        },
    });
    // SAFETY: the block came from this heap, so long.
    unsafe { heap.deallocate(last, layout(128 * MIB)) };
}

#[test]
fn a_block_that_grows_to_32_mib_is_advised_and_grows_on() {
    by_reallocate("LargePages", 32, &LargePages);
    by_reallocate("Spans", 32, &Spans::<LargePages>::new(LargePages));
    by_reallocate("Locked", 32, &Locked::<_>::new(LargePages));
}

#[test]
fn a_vector_that_grows_is_advised() {
    let mut vector = nostd_alloc::Vec::<u8, _>::new_in(LargePages);
    doubled("Vec", 32, |_, bytes| {
        vector.reserve_exact(bytes - vector.len());
        vector.resize(bytes / 2, 1);
        NonNull::new(vector.as_mut_ptr()).expect("a block")
    });
}

#[test]
fn other_pages_of_the_kernel_stay_small() {
    by_reallocate("Kernel", usize::MAX, &Kernel);
}
