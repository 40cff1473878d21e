//! A block that has to move takes the bytes of its old length along and no other: what lay behind it stays there.
//!
//! Round the old block lies [`AROUND`], the new one is handed out full of [`FRESH`]. So each byte that was copied
//! too much is seen in the new block, and each that was written behind it in one of its neighbours.

use super::threaded::slot::HEAP;
use nostd_alloc::heap::{ROWS, Spans};
use nostd_alloc::memory::{AllocError, Allocator, Kernel, Layout, reallocate};
use std::alloc::GlobalAlloc;
use std::ptr::NonNull;

const AROUND: u8 = 0xcc;
const FRESH: u8 = 0x33;
const OWN: u8 = 0x5a;

/// Blocks of the old and of the new size that lie about before one moves.
const NEIGHBOURS: usize = 9;

/// From and to: small blocks, chunks, blocks of the source, and between them.
const SIZES: [usize; 8] = [20, 60, 500, 3000, 5000, 20_000, 100_000, 400_000];

/// An allocator whose blocks never get a new size where they are, nor elsewhere without a copy.
struct Fixed<A>(A);

// SAFETY: each block is one of the allocator behind, which owes the same (contract of `Allocator`).
unsafe impl<A: Allocator> Allocator for Fixed<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.allocate(layout)
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function.
        unsafe { self.0.deallocate(ptr, layout) }
    }

    fn grain(&self) -> usize {
        self.0.grain()
    }
}

/// An allocator that hands out blocks full of [`FRESH`].
struct Filled<A>(A);

// SAFETY: each block is one of the allocator behind, which owes the same (contract of `Allocator`).
unsafe impl<A: Allocator> Allocator for Filled<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.0.allocate(layout)?;
        fill(block, FRESH);
        Ok(block)
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function.
        unsafe { self.0.deallocate(ptr, layout) }
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new: usize,
    ) -> Result<usize, AllocError> {
        // SAFETY: contract of this function.
        unsafe { self.0.resize(ptr, old, new) }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: contract of this function.
        unsafe { self.0.remap(ptr, old, new) }
    }
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).expect("a layout that exists")
}

fn fill(block: NonNull<[u8]>, byte: u8) {
    // SAFETY: origin of the pointer: an allocator, whose block nobody else has.
    unsafe { block.cast::<u8>().write_bytes(byte, block.len()) }
}

/// How many bytes of a block, from one on, are something else.
fn others(block: NonNull<[u8]>, from: usize, byte: u8) -> usize {
    // SAFETY: origin of the pointer: an allocator, whose block nobody else has; all of it is written.
    let bytes = unsafe { block.as_ref() };
    bytes[from..].iter().filter(|&&found| found != byte).count()
}

/// How a block gets its new size.
type Reallocate<'a> = &'a dyn Fn(NonNull<u8>, Layout, usize) -> NonNull<u8>;

/// Moves a block of one size among its like to another size, and looks at it and at all that lies about.
fn move_once(name: &str, heap: &dyn Allocator, sizes: (usize, usize), by: Reallocate) {
    let (old, new) = sizes;
    let take = |size| heap.allocate(layout(size)).expect("memory");
    // SAFETY: each block comes from this heap, with this size.
    let free = |block: NonNull<[u8]>, size| unsafe { heap.deallocate(block.cast(), layout(size)) };
    let mut about: Vec<_> = [old, new]
        .into_iter()
        .flat_map(|size| [(); NEIGHBOURS].map(|()| (take(size), size)))
        .collect();
    about.iter().for_each(|&(block, _)| fill(block, AROUND));
    // From the middle of each of them: the next block of the new size comes to lie between two.
    let (place, _) = about.remove(NEIGHBOURS + NEIGHBOURS / 2);
    let (block, _) = about.remove(NEIGHBOURS / 2);
    fill(place, FRESH);
    free(place, new);
    fill(NonNull::slice_from_raw_parts(block.cast(), old), OWN);
    let moved = NonNull::slice_from_raw_parts(by(block.cast(), layout(old), new), new);
    let kept = old.min(new);
    assert_ne!(
        moved.cast::<u8>(),
        block.cast(),
        "{name}: {sizes:?}: it stayed"
    );
    let own = NonNull::slice_from_raw_parts(moved.cast(), kept);
    assert_eq!(others(own, 0, OWN), 0, "{name}: {sizes:?}: bytes are lost");
    let more = others(moved, kept, FRESH);
    assert_eq!(more, 0, "{name}: {sizes:?}: bytes more were copied");
    for &(block, size) in &about {
        assert_eq!(
            others(block, 0, AROUND),
            0,
            "{name}: {sizes:?}: a neighbour"
        );
        free(block, size);
    }
    free(moved, new);
}

/// The same for all sizes, but for the pairs that need not move.
fn move_all(name: &str, heap: &dyn Allocator, moves: fn(usize, usize) -> bool) {
    let pairs = SIZES.map(|old| SIZES.map(|new| (old, new)));
    let (mut moved, pairs) = (0, pairs.as_flattened());
    for &(old, new) in pairs
        .iter()
        .filter(|&&(old, new)| old != new && moves(old, new))
    {
        move_once(name, heap, (old, new), &|ptr, old, new| {
            // SAFETY: checked by `move_once`: a block of this heap, with this layout.
            unsafe { reallocate(heap, ptr, old, new) }
                .expect("memory")
                .cast()
        });
        moved += 1;
    }
    assert!(moved > 20, "{name}: {moved}");
}

#[test]
fn whoever_copies_copies_no_more_than_the_old_length() {
    for row in ROWS {
        (row.run)(&Kernel, &mut |heap| {
            move_all(row.name, &Filled(Fixed(heap)), |_, _| true);
        });
    }
}

#[test]
fn spans_copies_no_more_where_its_source_moves_nothing() {
    let heap: Spans<_> = Spans::new(Fixed(Kernel));
    // A chunk that gets shorter stays where it is.
    move_all("spans", &Filled(&heap), |old, new| new > old || new <= 4096);
}

#[test]
fn the_heap_of_a_thread_copies_no_more() {
    super::threaded::alone(|| {
        move_all("threaded", &Filled(Fixed(&HEAP)), |_, _| true);
        for pair in SIZES[..4].windows(2) {
            for sizes in [(pair[0], pair[1]), (pair[1], pair[0])] {
                // By its hot stacks, where the place that was left is on top.
                move_once("realloc", &HEAP, sizes, &|ptr, old, new| {
                    // SAFETY: checked by `move_once`: a block of this heap, with this layout.
                    let moved = unsafe { HEAP.realloc(ptr.as_ptr(), old, new) };
                    NonNull::new(moved).expect("memory")
                });
            }
        }
    });
}
