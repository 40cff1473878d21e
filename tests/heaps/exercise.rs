//! The exercise of `check` finds each fault that it is there to find: heaps that are wrong in one way.

use nostd_alloc::heap::{ROWS, Row, Run, Stats, Strategy};
use nostd_alloc::lab::exercise::{Fault, random_operations};
use nostd_alloc::memory::{AllocError, Allocator, Kernel, Layout, Ration};
use std::ptr::NonNull;

/// What is wrong with a heap.
const DAMAGES: u8 = 0;
const MISALIGNS: u8 = 1;
const GRANTS_ALL: u8 = 2;
const LEAKS: u8 = 3;
const GRANTS_NONE: u8 = 4;
const NOTHING: u8 = 5;

/// A heap that never gives anything back and is wrong in one way.
struct Wrong<const FAULT: u8>;

// SAFETY: none is kept: the type breaks the contract of `Allocator`, though each branch stays inside pages
// that come from `Kernel`, or hands out a block that is never touched.
unsafe impl<const FAULT: u8> Allocator for Wrong<FAULT> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if FAULT == GRANTS_NONE {
            return Err(AllocError);
        }
        if FAULT == GRANTS_ALL && layout.size() > 1 << 40 {
            return Ok(NonNull::slice_from_raw_parts(
                NonNull::dangling(),
                layout.size(),
            ));
        }
        let size = layout.size().checked_add(4096).ok_or(AllocError)?;
        let room = Layout::from_size_align(size, layout.align()).map_err(|_| AllocError)?;
        let start = Kernel.allocate(room)?.cast::<u8>();
        let shift = usize::from(FAULT == MISALIGNS && layout.align() > 1);
        // SAFETY: one byte into a block of more than 4096, which comes from `Kernel`.
        let start = unsafe { start.add(shift) };
        Ok(NonNull::slice_from_raw_parts(start, layout.size()))
    }

    unsafe fn deallocate(&self, _ptr: NonNull<u8>, _layout: Layout) {}

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.allocate(layout)?;
        if FAULT == DAMAGES {
            // SAFETY: the block comes from `allocate` just now.
            unsafe { block.cast::<u8>().write(1) };
        }
        Ok(block)
    }
}

impl<const FAULT: u8> Strategy for Wrong<FAULT> {
    fn stats(&self) -> Stats {
        Stats {
            used_bytes: if FAULT == LEAKS { 7 } else { 0 },
            ..Stats::default()
        }
    }

    fn steps(&self) -> u64 {
        0
    }

    fn verify(&self) {}
}

fn found(run: Run) -> Result<(), Fault> {
    let row = Row {
        name: "wrong",
        idea: "",
        source: "",
        run,
    };
    random_operations(&row, &Kernel, 1, 300)
}

#[test]
fn every_fault_is_found() {
    let damaged = found(|_, visit| visit(&Wrong::<DAMAGES>));
    assert!(matches!(damaged, Err(Fault::Damaged(_))), "{damaged:?}");
    let misaligned = found(|_, visit| visit(&Wrong::<MISALIGNS>));
    assert!(
        matches!(misaligned, Err(Fault::Misaligned(_))),
        "{misaligned:?}"
    );
    assert_eq!(
        found(|_, visit| visit(&Wrong::<GRANTS_ALL>)),
        Err(Fault::GrantedTheImpossible)
    );
    assert_eq!(
        found(|_, visit| visit(&Wrong::<LEAKS>)),
        Err(Fault::Leaked(7))
    );
    assert_eq!(
        found(|_, visit| visit(&Wrong::<GRANTS_NONE>)),
        Err(Fault::GrantedNothing)
    );
    assert_eq!(found(|_, visit| visit(&Wrong::<NOTHING>)), Ok(()));
}

#[test]
fn what_a_heap_keeps_from_its_source_is_found() {
    let kept = found(|source, visit| {
        source.allocate(Layout::new::<[u8; 100]>()).unwrap();
        visit(&Wrong::<NOTHING>);
    });
    assert_eq!(kept, Err(Fault::Kept(4096)));
}

#[test]
fn a_heap_that_was_granted_nothing_has_not_passed() {
    for row in ROWS {
        let nothing = Ration::of_bytes(Kernel, 0);
        assert_eq!(
            random_operations(row, &nothing, 1, 300),
            Err(Fault::NoMemory),
            "{row:?}"
        );
        assert_eq!(random_operations(row, &nothing, 1, 0), Ok(()), "{row:?}");
    }
}
