//! What no vector can go below on small pages: the stores of `push-far` to a block that glibc's realloc doubles, in a
//! loop of its own, with the length and the capacity in registers. What is left then is page faults, and our vector
//! goes below it: it tells the allocator that the block is being filled, and the allocator asks for large pages.

use crate::probe::Probe;
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;

/// 64 M numbers, one behind the other.
pub fn push_far(probe: &mut Probe) -> u64 {
    const FAR: usize = 64 << 20;
    let layout = |capacity| Layout::array::<u64>(capacity).expect("half a gigabyte");
    let mut capacity = 4;
    probe.start();
    // SAFETY: the layout is not empty, checked by its constant.
    let mut start = unsafe { System.alloc(layout(capacity)) }.cast::<u64>();
    for length in 0..FAR {
        if length == capacity {
            // SAFETY: the pointer comes from the line above or from this one, with this layout.
            let grown = unsafe { System.realloc(start.cast(), layout(capacity), 16 * capacity) };
            start = grown.cast();
            capacity *= 2;
        }
        assert!(!start.is_null(), "there is memory");
        // SAFETY: checked above: the number lies below the capacity of a block that is there.
        unsafe { start.add(length).write(black_box(length as u64)) };
    }
    probe.stop(FAR as u64);
    // SAFETY: origin of the pointer as above: a block of `capacity` numbers of which `FAR` were written, and which
    // nobody uses after this.
    unsafe {
        let third = start.add(FAR / 3).read();
        System.dealloc(start.cast(), layout(capacity));
        third ^ FAR as u64
    }
}
