//! An arena as an [`Allocator`]: only the topmost block grows, shrinks or goes back.

use super::Arena;
use crate::heap::place::Place;
use crate::memory::{AllocError, Allocator, Layout};
use core::ptr::NonNull;

// SAFETY: by **Next** of `Arena`, a block begins where none lies and ends in the chunk; chunks stay where they
// are when the arena is moved. Alignment is checked by `fit`.
unsafe impl<A: Allocator> Allocator for Arena<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Err(AllocError);
        }
        let start = match self.fit(layout) {
            Some(start) => start,
            None => {
                self.grow(layout)?;
                self.fit(layout).ok_or(AllocError)?
            }
        };
        // INVARIANT: **Next** holds again: the block ends there.
        self.next.set(start + layout.size());
        Ok(Place(start).block(layout.size()))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        if ptr.addr().get() + layout.size() == self.next.get() {
            // INVARIANT: **Next** holds again: the topmost block has gone.
            self.next.set(ptr.addr().get());
        }
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let (start, current) = (ptr.addr().get(), self.current.get());
        if start + old.size() != self.next.get() {
            return match new_size <= old.size() {
                true => Ok(new_size),
                false => Err(AllocError),
            };
        }
        let end = start.checked_add(new_size).ok_or(AllocError)?;
        if end > current.0 + self.size(current) {
            return Err(AllocError);
        }
        // INVARIANT: **Next** holds again: the topmost block ends there, checked above.
        self.next.set(end);
        Ok(new_size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Counted;
    use crate::memory::Kernel;

    #[test]
    fn a_second_round_asks_the_source_for_nothing() {
        let source = Counted::new(Kernel);
        let mut arena = Arena::new(&source);
        let round = |arena: &mut Arena<&Counted<Kernel>>| {
            for size in [10, 3000, 100_000, 5, 20_000] {
                let layout = Layout::from_size_align(size, 64).unwrap();
                let block = arena.allocate(layout).unwrap();
                assert!(block.cast::<u8>().addr().get().is_multiple_of(64));
                arena.verify();
            }
            arena.reset();
            source.calls().allocate
        };
        let first = round(&mut arena);
        assert_eq!(round(&mut arena), first);
        arena.release();
        assert_eq!((source.held_bytes(), arena.used_bytes()), (0, 0));
    }

    #[test]
    fn marks_nest_over_chunks_and_a_stale_one_is_refused() {
        let mut arena = Arena::new(Kernel);
        arena.make(1u64).unwrap();
        let outer = arena.mark();
        let used = arena.used_bytes();
        arena.make([0u8; 100_000]).unwrap();
        let inner = arena.mark();
        arena.make([0u8; 300_000]).unwrap();
        arena.rewind(inner);
        arena.verify();
        arena.rewind(outer);
        assert_eq!(arena.used_bytes(), used);
        let stale = std::panic::AssertUnwindSafe(|| arena.rewind(inner));
        assert!(std::panic::catch_unwind(stale).is_err());
    }

    #[test]
    fn the_limit_holds_and_the_value_comes_back() {
        let arena = Arena::with_limit(Kernel, 8192);
        assert_eq!(arena.make([7u8; 9000]).unwrap_err()[8999], 7);
        assert!(arena.make([7u8; 8000]).is_ok());
        arena.verify();
        assert!(arena.held_bytes() <= 8192);
    }
}
