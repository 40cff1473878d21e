//! Pages of the last growth that were never touched: they are touched a few at a time, just before they are used.
//!
//! One call for eight pages costs a fifth less than eight page faults. What a heap has grown by and does not use yet
//! costs addresses, but no memory. It is used from both ends.

use super::Spans;
use super::chunk::Chunk;
use crate::heap::place::Place;
use crate::memory::{Advice, Allocator, PAGE_BYTES};
use core::cell::Cell;

/// A heap that holds less than this touches no page before it is used.
const HELD_MIN: usize = 256 * 1024;

/// So much is touched at once; longer chunks may stay untouched for the most part.
const TOUCH_BYTES: usize = 8 * PAGE_BYTES;

/// From where to where the last growth is untouched; both 0 if nothing is known of it.
#[derive(Debug)]
pub(super) struct Fresh {
    start: Cell<usize>,
    end: Cell<usize>,
}

impl Fresh {
    pub(super) const fn new() -> Fresh {
        Fresh {
            start: Cell::new(0),
            end: Cell::new(0),
        }
    }

    fn set(&self, start: usize, end: usize) {
        self.start.set(start);
        self.end.set(end);
    }
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// Remembers pages of the source as untouched.
    pub(super) fn note_fresh(&self, pages: Chunk) {
        if self.supply.held_bytes() >= HELD_MIN {
            self.fresh.set(pages.start.0, pages.end().0);
        }
    }

    /// Forgets untouched pages some of which go back.
    pub(super) fn forget_fresh(&self, start: usize, end: usize) {
        if start < self.fresh.end.get() && end > self.fresh.start.get() {
            self.fresh.set(0, 0);
        }
    }

    /// Sees to it that the pages of a chunk that is to be used have been touched.
    #[inline]
    pub(super) fn touch(&self, chunk: Chunk) {
        if chunk.end().0 > self.fresh.start.get() && chunk.start.0 < self.fresh.end.get() {
            self.touch_now(chunk);
        }
    }

    #[cold]
    #[inline(never)]
    fn touch_now(&self, chunk: Chunk) {
        let (start, end) = (self.fresh.start.get(), self.fresh.end.get());
        // Spans come from the upper end, all else from the lower one.
        let from_above = chunk.end().0 >= end;
        let used = match from_above {
            true => end - chunk.start.0 / PAGE_BYTES * PAGE_BYTES,
            false => chunk.end().0.next_multiple_of(PAGE_BYTES) - start,
        };
        let gone = used.max(TOUCH_BYTES).min(end - start);
        let (pages, rest) = match from_above {
            true => (end - gone, start),
            false => (start, start + gone),
        };
        self.fresh.set(rest, rest + (end - start - gone));
        if used <= TOUCH_BYTES {
            self.source.advise(Place(pages).ptr(), gone, Advice::Soon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Kernel, Layout};

    #[test]
    fn pages_are_touched_a_few_at_a_time_and_forgotten_when_they_go() {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        let block = |kib: usize| {
            let layout = Layout::from_size_align(kib << 10, 8).unwrap();
            (heap.allocate(layout).unwrap().cast::<u8>(), layout)
        };
        block(250);
        assert_eq!(heap.fresh.end.get(), 0, "a small heap");
        for _ in 0..20 {
            block(200);
        }
        let last = block(5);
        let (start, end) = (heap.fresh.start.get(), heap.fresh.end.get());
        assert!(start < end && start - last.0.addr().get() <= TOUCH_BYTES);
        for _ in 0..(end - start) / 8192 {
            block(8);
            let touched = heap.fresh.start.get() - start;
            assert!(touched.is_multiple_of(TOUCH_BYTES) || touched == end - start);
        }
        for _ in 0..30 {
            block(100);
        }
        block(5);
        let (start, end) = (heap.fresh.start.get(), heap.fresh.end.get());
        let page = Layout::from_size_align(PAGE_BYTES, PAGE_BYTES).unwrap();
        let above = loop {
            let block = heap.allocate(page).unwrap().cast::<u8>();
            if heap.fresh.end.get() != end {
                break block;
            }
        };
        assert_eq!(above.addr().get(), end - PAGE_BYTES, "from above");
        assert_eq!(heap.fresh.start.get(), start);
        assert_eq!(heap.fresh.end.get(), end - TOUCH_BYTES);
        // SAFETY: the block comes from the heap, with this layout.
        unsafe { heap.deallocate(last.0, last.1) };
        heap.forget_fresh(start, start + PAGE_BYTES);
        assert_eq!(heap.fresh.end.get(), 0);
    }
}
