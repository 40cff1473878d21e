//! What the collections ask an allocator for, and what they do with what it gives: no byte wasted, no element copied
//! that need not be, no page touched that need not be.

use nostd_alloc::collections::{String, Vec};
use nostd_alloc::memory::{AllocError, Allocator, Layout};
use std::alloc::{alloc, dealloc};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::ptr::NonNull;

/// Blocks are so long, whatever was asked.
const BLOCK_BYTES: usize = 1 << 20;
/// What a block is full of at first, also where zeros were asked for.
const FRESH: u8 = 0xaa;

/// An allocator that writes down what it is asked, and gives half as much again.
struct Spy {
    grows_in_place: bool,
    moves: bool,
    asked: RefCell<std::vec::Vec<&'static str>>,
    live: RefCell<HashMap<NonNull<u8>, Layout>>,
}

impl Spy {
    fn new(grows_in_place: bool, moves: bool) -> Spy {
        Spy {
            grows_in_place,
            moves,
            asked: RefCell::default(),
            live: RefCell::default(),
        }
    }

    /// What was asked since the last time.
    fn asked(&self) -> std::vec::Vec<&'static str> {
        self.asked.take()
    }

    fn write_down(&self, what: &'static str) {
        self.asked.borrow_mut().push(what);
    }

    fn block(&self, layout: Layout) -> NonNull<[u8]> {
        let whole = Layout::from_size_align(BLOCK_BYTES, layout.align()).unwrap();
        // SAFETY: checked above: the layout has a size; so many bytes are written as there are.
        let start = unsafe {
            let start = NonNull::new(alloc(whole)).unwrap();
            start.write_bytes(FRESH, BLOCK_BYTES);
            start
        };
        self.live.borrow_mut().insert(start, whole);
        NonNull::slice_from_raw_parts(start, layout.size() * 3 / 2)
    }

    fn free(&self, ptr: NonNull<u8>) {
        let whole = self.live.borrow_mut().remove(&ptr).expect("a live block");
        // SAFETY: the pointer comes from `block`, with this layout.
        unsafe { dealloc(ptr.as_ptr(), whole) }
    }
}

// SAFETY: contract of `Allocator`: blocks come from std's heap, longer than what is said, and stay until they are freed.
unsafe impl Allocator for Spy {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.write_down("allocate");
        Ok(self.block(layout))
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.write_down("allocate_zeroed");
        Ok(self.block(layout))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, _: Layout) {
        self.write_down("deallocate");
        self.free(ptr);
    }

    unsafe fn resize(&self, _: NonNull<u8>, _: Layout, size: usize) -> Result<usize, AllocError> {
        self.write_down("resize");
        match self.grows_in_place {
            true => Ok(size * 3 / 2),
            false => Err(AllocError),
        }
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        self.write_down("remap");
        if !self.moves {
            return Err(AllocError);
        }
        let block = self.block(Layout::from_size_align(size, old.align()).unwrap());
        // SAFETY: contract of this function: the old block is live; both are as long.
        unsafe { block.cast().copy_from_nonoverlapping(ptr, BLOCK_BYTES) };
        self.free(ptr);
        Ok(block)
    }
}

#[test]
fn the_whole_block_is_capacity() {
    let spy = Spy::new(false, false);
    let mut vec = Vec::<u32, _>::with_capacity_in(10, &spy);
    assert_eq!(vec.capacity(), 15);
    vec.extend(0..15);
    assert_eq!(spy.asked(), ["allocate"]);
    vec.push(15);
    assert_eq!(vec.capacity(), 45, "half as much again as twice 15");
    let text = String::with_capacity_in(10, &spy);
    assert_eq!(text.capacity(), 15);
    assert_eq!(Vec::<u64, _>::try_zeroed_in(2, &spy).unwrap().capacity(), 3);
}

#[test]
fn growth_is_in_place_else_moved_else_a_copy() {
    for (grows_in_place, moves, wanted) in [
        (true, true, &["resize"][..]),
        (false, true, &["resize", "remap"]),
        (false, false, &["resize", "remap", "allocate", "deallocate"]),
    ] {
        let spy = Spy::new(grows_in_place, moves);
        let mut vec = Vec::<u32, _>::with_capacity_in(4, &spy);
        let grown = |vec: &mut Vec<u32, &Spy>, grow: &dyn Fn(&mut Vec<u32, &Spy>)| {
            vec.resize(vec.capacity(), 7);
            spy.asked();
            grow(vec);
            assert_eq!(spy.asked(), wanted);
            assert!(vec.iter().all(|&value| value == 7));
        };
        grown(&mut vec, &|vec| vec.push(7));
        grown(&mut vec, &|vec| vec.try_push(7).unwrap());
        grown(&mut vec, &|vec| vec.insert(0, 7));
        grown(&mut vec, &|vec| vec.reserve(1));
        grown(&mut vec, &|vec| vec.reserve_exact(1));
        grown(&mut vec, &|vec| vec.extend([7]));
        grown(&mut vec, &|vec| vec.extend_from_slice(&[7]));
    }
}

#[test]
fn growth_copies_what_is_there_and_not_the_room() {
    let spy = Spy::new(false, false);
    let mut vec = Vec::<u8, _>::with_capacity_in(1000, &spy);
    vec.extend_from_slice(&[1, 2, 3]);
    vec.spare_capacity_mut().fill(std::mem::MaybeUninit::new(9));
    vec.reserve(2000);
    assert_eq!(vec, [1, 2, 3]);
    // SAFETY: the block comes from the spy, which has written every byte of it.
    let room = unsafe { std::slice::from_raw_parts(vec.as_ptr(), 2003) };
    assert!(room[3..].iter().all(|&byte| byte == FRESH));
}

#[test]
fn growth_is_amortised_by_every_way() {
    type Pushes = (&'static str, fn(&mut Vec<u8, &Spy>), fn(&mut String<&Spy>));
    let ways: [Pushes; 3] = [
        ("push", |vec| vec.push(1), |text| text.push('x')),
        (
            "try_push",
            |vec| vec.try_push(1).unwrap(),
            |text| text.try_push('ß').unwrap(),
        ),
        (
            "extend",
            |vec| vec.try_extend([1]).unwrap(),
            |text| text.push_str("x"),
        ),
    ];
    for (name, push, push_to_text) in ways {
        let spy = Spy::new(false, false);
        let mut vec = Vec::new_in(&spy);
        let mut text = String::new_in(&spy);
        for _ in 0..100_000 {
            push(&mut vec);
            push_to_text(&mut text);
        }
        let asked = spy.asked();
        let steps = asked.iter().filter(|what| **what == "allocate").count();
        assert!(steps < 20, "{name}: {steps}");
    }
}

#[test]
fn zeros_are_not_written() {
    let spy = Spy::new(false, false);
    let vec = Vec::<u8, _>::try_zeroed_in(1000, &spy).unwrap();
    assert_eq!(spy.asked(), ["allocate_zeroed"]);
    assert!(vec.iter().all(|&byte| byte == FRESH));
}

/// Pages that this thread has touched for the first time.
fn page_faults() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    fields.split_whitespace().nth(7).unwrap().parse().unwrap()
}

#[test]
fn the_macros_take_fresh_pages_for_zeros() {
    const COUNT: usize = 1 << 24;
    let before = page_faults();
    let lengths = [
        nostd_alloc::vec![0_u8; COUNT].len(),
        nostd_alloc::vec![0u8; COUNT].len(),
        nostd_alloc::vec![0_u32; COUNT].len(),
        nostd_alloc::vec![0u32; COUNT].len(),
        nostd_alloc::vec![0_u64; COUNT].len(),
        nostd_alloc::vec![0u64; COUNT].len(),
        nostd_alloc::vec![0_usize; COUNT].len(),
        nostd_alloc::vec![0usize; COUNT].len(),
        nostd_alloc::vec![0; COUNT].iter().take(1).sum::<usize>() + COUNT,
        nostd_alloc::vec![0.0; COUNT].len(),
        nostd_alloc::vec![false; COUNT].len(),
        nostd_alloc::try_vec![0; COUNT].unwrap().len(),
        nostd_alloc::try_vec![0_u64; COUNT].unwrap().len(),
        nostd_alloc::try_vec![0.0; COUNT].unwrap().len(),
        nostd_alloc::try_vec![false; COUNT].unwrap().len(),
        nostd_alloc::vec::vec_zeroed::<[u64; 2]>(COUNT).len(),
    ];
    assert_eq!(lengths, [COUNT; 16]);
    let faults = page_faults() - before;
    assert!(faults < 1000, "{faults} pages");
}
