//! Heaps that are broken on purpose: `replay` must see each kind of damage that a heap can do to a payload.

use nostd_alloc::heap::{FreeList, Stats, Strategy};
use nostd_alloc::io::Input;
use nostd_alloc::lab::replay::{Blind, End, Limits, Outcome, replay};
use nostd_alloc::lab::trace::Recording;
use nostd_alloc::memory::{AllocError, Allocator, Kernel, Layout};
use nostd_alloc::sys::Errno;
use std::cell::Cell;
use std::ptr::NonNull;

/// What a heap does wrong.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Fault {
    None,
    /// Two live blocks share bytes.
    Overlap,
    /// A zeroed block has a byte that is not zero.
    DirtyZeros,
    /// A block that moves leaves its last byte behind.
    LostByte,
    /// A block that grows in place loses its first byte.
    LostFirstByte,
    /// A freed block writes into its neighbour.
    Trampling,
}

struct Broken {
    inner: FreeList<Kernel>,
    fault: Fault,
    last: Cell<Option<NonNull<[u8]>>>,
}

impl Broken {
    /// Hands out a block, or the one before once more.
    fn handed_out(&self, block: NonNull<[u8]>) -> NonNull<[u8]> {
        let before = self.last.replace(Some(block));
        match before {
            Some(before) if self.fault == Fault::Overlap && before.len() >= block.len() => {
                self.last.set(None);
                before
            }
            _ => block,
        }
    }
}

// SAFETY: by design not: this heap breaks the contract of `Allocator` where its fault says so, but only with
// bytes that come from a heap which keeps it and that are never given back.
unsafe impl Allocator for Broken {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.inner
            .allocate(layout)
            .map(|block| self.handed_out(block))
    }

    unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {
        if let (Fault::Trampling, Some(last)) = (self.fault, self.last.get()) {
            // SAFETY: the block comes from the heap behind, which never gets it back.
            unsafe { last.cast::<u8>().write(0xee) };
        }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.inner.allocate_zeroed(layout)?;
        if self.fault == Fault::DirtyZeros {
            // SAFETY: the block comes from the heap behind just now, at least `layout.size()` bytes long.
            unsafe { block.cast::<u8>().add(layout.size() - 1).write(1) };
        }
        Ok(block)
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        // SAFETY: contract of this function.
        let usable = unsafe { self.inner.resize(ptr, old, new_size)? };
        if self.fault == Fault::LostFirstByte {
            // SAFETY: contract of this function: the block is live.
            unsafe { ptr.write(!ptr.read()) };
        }
        Ok(usable)
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if self.fault != Fault::LostByte {
            return Err(AllocError);
        }
        let new = Layout::from_size_align(new_size, old.align()).map_err(|_| AllocError)?;
        let block = self.inner.allocate(new)?;
        // SAFETY: both blocks are live, and the sizes are checked by `min`.
        unsafe {
            let kept = old.size().min(new_size) - 1;
            block.cast::<u8>().copy_from_nonoverlapping(ptr, kept);
        }
        Ok(block)
    }
}

impl Strategy for Broken {
    fn stats(&self) -> Stats {
        self.inner.stats()
    }

    fn steps(&self) -> u64 {
        self.inner.steps()
    }

    fn verify(&self) {
        self.inner.verify();
    }
}

struct Text(&'static [u8]);

impl Input for Text {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Errno> {
        let text = std::mem::take(&mut self.0);
        buffer[..text.len()].copy_from_slice(text);
        Ok(text.len())
    }

    fn rewind(&mut self) -> Result<(), Errno> {
        Err(Errno::ESPIPE)
    }
}

fn replay_with(fault: Fault, text: &'static [u8]) -> Outcome {
    let heap = Broken {
        inner: FreeList::new(Kernel),
        fault,
        last: Cell::new(None),
    };
    let mut input = Text(text);
    let mut recording = Recording::of(&mut input);
    let mut pass = recording.pass().expect("there is memory");
    let limits = Limits {
        steps_max: u64::MAX,
        peak_operation: 0,
    };
    replay(&mut pass, &heap, &limits, &mut Blind).expect("the recording is good")
}

#[test]
fn each_kind_of_damage_is_seen() {
    const CASES: &[(Fault, &[u8])] = &[
        (Fault::Overlap, b"a 1 100 8\na 2 60 8\nf 1\nf 2\n"),
        // The same without a free: blocks that live at the end are looked at too.
        (Fault::Overlap, b"a 1 100 8\na 2 60 8\n"),
        (Fault::DirtyZeros, b"z 1 33 8\n"),
        (Fault::LostByte, b"a 1 100 8\na 2 8 8\nr 1 5000\n"),
        (Fault::LostFirstByte, b"a 1 100 8\nr 1 50\n"),
        (Fault::Trampling, b"a 1 100 8\na 2 100 8\nf 1\nf 2\n"),
    ];
    for (fault, text) in CASES {
        let outcome = replay_with(*fault, text);
        assert_eq!(outcome.end, End::Finished);
        assert!(outcome.damaged > 0, "{fault:?}: {outcome:?}");
        let sound = replay_with(Fault::None, text);
        assert_eq!(sound.damaged, 0, "{fault:?}: {sound:?}");
    }
}
