//! A heap that keeps a recording of itself: what tools that look from outside cannot do for a static program.
//!
//! ```text
//! program  ->  Recorded  ->  heap                    every call goes on to the heap
//!                 |
//!                 +--> "a 0 100 8\n" --> descriptor      and what came of it is written, 4 KiB at a time
//! ```
//!
//! Calls that were refused are not written: no block came of them. A block is written with the size that was
//! asked, and clipped to it, so the same program over another heap makes the same recording, but for one
//! thing: growing in place is a reallocation, and growing elsewhere by a copy is a new block and the end of
//! the old one.
//!
//! # Costs
//! Those of the [`Recorder`], and a write of 4 KiB for about 300 calls. The heap is not asked for any of it.

use super::{Recorder, Sink};
use crate::heap::{Watch, Watched};
use crate::io::Writer;
use crate::memory::{AllocError, Layout};
use crate::sys::{Descriptor, Errno};
use core::cell::RefCell;

/// How much is collected before it is written, in bytes.
const BUFFER_BYTES: usize = 4096;

/// An allocator that writes down what it is asked.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::FreeList;
/// use nostd_alloc::io::{File, Input};
/// use nostd_alloc::lab::trace::Recorded;
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// # let path = format!("/tmp/nostd-alloc-recorded-{}", std::process::id());
/// # let path = std::ffi::CString::new(path).unwrap();
/// # let path = path.as_c_str();
/// let file = File::create(path)?;
/// let heap = Recorded::to(FreeList::new(Kernel), file.descriptor()).unwrap();
/// let block = heap.allocate(Layout::new::<[u64; 3]>()).unwrap();
/// // SAFETY: the block came from `heap` just above.
/// unsafe { heap.deallocate(block.cast(), Layout::new::<[u64; 3]>()) };
/// heap.finish()?;
///
/// let mut bytes = [0; 100];
/// let length = File::open(path)?.read(&mut bytes)?;
/// assert_eq!(&bytes[..length], b"a 0 24 8\nf 0\n");
/// # std::fs::remove_file(path.to_str().unwrap()).unwrap();
/// # Ok::<(), nostd_alloc::sys::Errno>(())
/// ```
pub type Recorded<A> = Watched<A, RefCell<Recorder<Writer<BUFFER_BYTES>>>>;

impl<A> Recorded<A> {
    /// Writes what is asked of `inner` from now on to an open descriptor, which it does not close.
    ///
    /// # Errors
    /// [`AllocError`] if there are no pages for the table of blocks.
    pub fn to(inner: A, descriptor: Descriptor) -> Result<Recorded<A>, AllocError> {
        let recorder = Recorder::to(Writer::to(descriptor))?;
        Ok(Watched::new(inner, RefCell::new(recorder)))
    }

    /// Writes what is still collected, and tells what the calls could not: an error has ended the recording,
    /// but not disturbed the program. Without this call the end is written when the value goes.
    ///
    /// # Errors
    /// The first error of write(2), or `ENOMEM` if the table of blocks could not grow.
    pub fn finish(&self) -> Result<(), Errno> {
        let mut recorder = self.watch().borrow_mut();
        let flushed = recorder.sink_mut().flush();
        recorder.error().map_or(flushed, Err)
    }
}

// A call cannot come while another is being written: the recorder calls no heap. So no borrow ever fails, and
// there is no panic for it in the program.
impl<S: Sink> Watch for RefCell<Recorder<S>> {
    fn allocated(&self, address: usize, layout: Layout, zeroed: bool) {
        if let Ok(mut recorder) = self.try_borrow_mut() {
            recorder.allocated(address, layout, zeroed);
        }
    }

    fn reallocated(&self, old_address: usize, new_address: usize, new_size: usize) {
        if let Ok(mut recorder) = self.try_borrow_mut() {
            let moving = recorder.begin_move(old_address);
            recorder.end_move(moving, new_address, new_size);
        }
    }

    fn freed(&self, address: usize) {
        if let Ok(mut recorder) = self.try_borrow_mut() {
            recorder.freed(address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collections::Vec;
    use crate::heap::{Counted, FreeList};
    use crate::lab::trace::tests::Slice;
    use crate::lab::trace::{Operation, Recording};
    use crate::memory::{Allocator, Block, Kernel};
    use crate::sys::{Mode, close, openat, unlinkat};
    use std::collections::HashMap;
    use std::ffi::CString;
    use std::vec::Vec as StdVec;

    /// A file for one test, gone at its end.
    struct Temporary(CString, Descriptor);

    impl Temporary {
        fn new(name: &str) -> Temporary {
            let path = std::format!("/tmp/nostd-alloc-{name}-{}", std::process::id());
            let path = CString::new(path).unwrap();
            let descriptor = openat(&path, Mode::Replace).unwrap();
            Temporary(path, descriptor)
        }

        fn read(&self) -> StdVec<u8> {
            std::fs::read(self.0.to_str().unwrap()).unwrap()
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            close(self.1).unwrap();
            unlinkat(&self.0).unwrap();
        }
    }

    /// All operations of a recording, by our own reader.
    fn operations_of(bytes: &[u8]) -> StdVec<Operation> {
        let mut input = Slice::of(bytes);
        let mut recording = Recording::of(&mut input);
        let mut pass = recording.pass().unwrap();
        let mut all = StdVec::new();
        while let Some(operation) = pass.read().unwrap() {
            all.push(operation);
        }
        all
    }

    fn next_random(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    /// Random calls on a recorded heap; returns what was asked, with the slots of a model: the one that was
    /// freed last, else a new one.
    fn exercise<A: Allocator>(heap: &Recorded<A>, calls: usize) -> StdVec<Operation> {
        let mut asked = StdVec::new();
        let mut live: HashMap<u32, Block<_>> = HashMap::new();
        let mut free_slots = StdVec::new();
        let mut state = 7;
        for _ in 0..calls {
            let random = next_random(&mut state);
            let size = 1 + (random >> 8) as usize % 2000;
            let nearest = |slot: &u32| slot ^ (random as u32 >> 8 & 255);
            let pick = live.keys().copied().min_by_key(nearest);
            match (random % 8, pick) {
                (0..=3, _) | (_, None) => {
                    let layout = Layout::from_size_align(size, 1 << ((random >> 40) % 8)).unwrap();
                    let zeroed = random.is_multiple_of(2);
                    let block = match zeroed {
                        true => Block::zeroed_in(layout, heap),
                        false => Block::filled_in(layout, 1, heap),
                    };
                    let slot = free_slots.pop().unwrap_or(live.len() as u32);
                    live.insert(slot, block.unwrap());
                    asked.push(Operation::Allocate {
                        slot,
                        layout,
                        zeroed,
                    });
                }
                (4, Some(slot)) => {
                    let mut block = live.remove(&slot).unwrap();
                    let old_address = block.address();
                    block.resize(size).unwrap();
                    if block.address() == old_address {
                        live.insert(slot, block);
                        asked.push(Operation::Reallocate { slot, size });
                        continue;
                    }
                    // A new block, a copy, and the end of the old one.
                    let layout = block.layout();
                    let new_slot = free_slots.pop().unwrap_or(live.len() as u32 + 1);
                    live.insert(new_slot, block);
                    free_slots.push(slot);
                    asked.push(Operation::Allocate {
                        slot: new_slot,
                        layout,
                        zeroed: false,
                    });
                    asked.push(Operation::Free { slot });
                }
                (_, Some(slot)) => {
                    live.remove(&slot);
                    free_slots.push(slot);
                    asked.push(Operation::Free { slot });
                }
            }
        }
        // The blocks that are live go back when the map goes, in no order.
        let mut rest: StdVec<_> = live.into_iter().collect();
        rest.sort_by_key(|&(slot, _)| slot);
        for (slot, block) in rest {
            drop(block);
            asked.push(Operation::Free { slot });
        }
        asked
    }

    #[test]
    fn what_is_read_back_is_what_was_asked() {
        let file = Temporary::new("recorded-exercise");
        let heap = Recorded::to(FreeList::new(Kernel), file.1).unwrap();
        let asked = exercise(&heap, 20_000);
        heap.finish().unwrap();
        assert!(asked.len() > 15_000);
        assert!(operations_of(&file.read()) == asked);
    }

    #[test]
    fn a_moved_block_keeps_its_number() {
        let file = Temporary::new("recorded-moved");
        let heap = Recorded::to(Kernel, file.1).unwrap();
        let mut vec = Vec::new_in(&heap);
        (0..5000u64).for_each(|number| vec.push(number));
        let other = Vec::<u8, _>::with_capacity_in(10, &heap);
        drop(vec);
        drop(other);
        heap.finish().unwrap();
        let text = std::string::String::from_utf8(file.read()).unwrap();
        assert!(
            text.starts_with("a 0 ") && text.contains("\nr 0 "),
            "{text}"
        );
        assert!(text.ends_with("a 1 10 1\nf 0\nf 1\n"), "{text}");
    }

    #[test]
    fn an_error_of_the_descriptor_is_told_at_the_end_and_nowhere_else() {
        let full = openat(c"/dev/full", Mode::Replace).unwrap();
        let quiet = Temporary::new("recorded-quiet");
        let failing = Recorded::to(FreeList::new(Kernel), full).unwrap();
        let working = Recorded::to(FreeList::new(Kernel), quiet.1).unwrap();
        // More than one buffer, so that the error comes in the middle.
        for heap in [&failing, &working] {
            assert!(exercise(heap, 5000).len() >= 5000);
        }
        assert_eq!(failing.finish(), Err(Errno::ENOSPC));
        assert_eq!(working.finish(), Ok(()));
        // Less than one buffer: the error comes with the last write.
        let failing = Recorded::to(Kernel, full).unwrap();
        drop(Vec::<u8, _>::with_capacity_in(10, &failing));
        assert_eq!(failing.finish(), Err(Errno::ENOSPC));
        close(full).unwrap();
    }

    #[test]
    fn the_heap_is_asked_for_what_the_program_asks_and_nothing_else() {
        let file = Temporary::new("recorded-count");
        let heap = Recorded::to(Counted::new(FreeList::new(Kernel)), file.1).unwrap();
        let asked = exercise(&heap, 5000);
        let count = |which: fn(&Operation) -> bool| asked.iter().filter(|&one| which(one)).count();
        let calls = heap.inner().calls();
        let allocated = count(|one| matches!(one, Operation::Allocate { .. }));
        let freed = count(|one| matches!(one, Operation::Free { .. }));
        assert_eq!(
            (calls.allocate, calls.deallocate),
            (allocated as u64, freed as u64)
        );
        let peak = heap.inner().held_bytes_peak();
        heap.finish().unwrap();
        let mut sizes = HashMap::new();
        let (mut live, mut live_peak) = (0, 0);
        for operation in operations_of(&file.read()) {
            let (slot, size) = match operation {
                Operation::Allocate { slot, layout, .. } => (slot, layout.size()),
                Operation::Reallocate { slot, size } => (slot, size),
                Operation::Free { slot } => (slot, 0),
            };
            live = live + size - sizes.insert(slot, size).unwrap_or(0);
            live_peak = live_peak.max(live);
        }
        assert_eq!(live_peak, peak);
    }
}
