//! The slot of a program with libc: a thread-local word, and a key of pthreads for the end of a thread.
//!
//! The word is never null: where a thread has no heap it leads to the one of nobody, in which nothing is hot, so that
//! the fast paths need no question more.

use super::PerThread;
use super::home::Home;
use super::homes;
use crate::memory::AllocError;
use crate::sys;
use core::ffi::c_void;
use core::ptr::with_exposed_provenance_mut;

/// Each thread of a program with a libc (feature `hosted`), whoever has started it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(in crate::heap) struct Hosted;

/// Nobody's: only read, since nobody moves in.
static EMPTY: Home = Home::nobodys();

sys::thread_words!(EMPTY);

/// The word that leads to the heap of a thread.
const HEAP: usize = 0;
/// The word with the function that `set` was given: 0 before, [`LEFT`] after.
const AT_END: usize = 1;
/// The thread has left it.
const LEFT: usize = 1;

/// Called by libc in a thread that ends. What it asks and frees after this, the shared heap sees to.
///
/// # Safety
/// - `value` is what this thread has set.
unsafe extern "C" fn thread_ends(value: *mut c_void) {
    let at_end = sys::thread_word::<AT_END>();
    sys::set_thread_word::<HEAP>((&raw const EMPTY).expose_provenance());
    sys::set_thread_word::<AT_END>(LEFT);
    if at_end > LEFT {
        // SAFETY: origin of the number: `set`, which wrote a function of this type; contract of this function.
        unsafe {
            let at_end: unsafe fn(*mut ()) = core::mem::transmute(at_end);
            at_end(value.cast());
        }
    }
}

// SAFETY: checked by libc: each thread has its own words, the address of `EMPTY` and 0 at first, and its key's
// destructor is called when it ends, after those of thread-local variables.
unsafe impl PerThread for Hosted {
    const NEVER_NULL: bool = true;

    #[inline(always)]
    fn get(&self) -> *mut () {
        with_exposed_provenance_mut(sys::thread_word::<HEAP>())
    }

    fn may_set(&self) -> bool {
        sys::thread_word::<AT_END>() != LEFT
    }

    fn set(&self, value: *mut (), at_end: unsafe fn(*mut ())) -> Result<(), AllocError> {
        sys::set_thread_word::<AT_END>(at_end as *const () as usize);
        // First: libc may allocate here.
        sys::set_thread_word::<HEAP>(value.expose_provenance());
        // SAFETY: contract of `PerThread`: `at_end` is to be called with the value.
        if !unsafe { sys::call_at_end(homes::key(), value.cast(), thread_ends) } {
            sys::set_thread_word::<AT_END>(0);
            sys::set_thread_word::<HEAP>((&raw const EMPTY).expose_provenance());
            return Err(AllocError);
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{AT_END, EMPTY, Home, Hosted, LEFT};
    use crate::heap::{Strategy, Threaded};
    use crate::memory::{Allocator, Layout, reallocate};
    use crate::sys;
    use core::ptr::NonNull;
    use std::fs::File;
    use std::os::unix::fs::FileExt;
    use std::sync::{Mutex, PoisonError};
    use std::vec::Vec;

    /// One test at a time: all have the same heaps.
    pub(in crate::heap::threaded) fn in_turn(test: impl FnOnce()) {
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        test();
    }

    static HEAP: Threaded<Hosted> = Threaded::new(Hosted);

    #[test]
    fn a_thread_of_libc_leaves_nothing_behind() {
        in_turn(leaves_nothing_behind);
    }

    fn leaves_nothing_behind() {
        let layout = Layout::new::<[u64; 9]>();
        let allocate = move || -> Vec<usize> {
            let blocks = (0..1000).map(|_| HEAP.allocate(layout).unwrap());
            blocks
                .map(|block| block.cast::<u8>().expose_provenance().get())
                .collect()
        };
        for _ in 0..3 {
            let blocks = std::thread::spawn(allocate).join().unwrap();
            assert_eq!(HEAP.stats_of_all().blocks, 1000);
            HEAP.verify();
            for block in blocks {
                let block = core::ptr::with_exposed_provenance_mut(block);
                // SAFETY: the block came from the thread that has ended, with this layout.
                unsafe { HEAP.deallocate(core::ptr::NonNull::new(block).unwrap(), layout) };
            }
            HEAP.trim();
            assert_eq!(HEAP.stats_of_all().footprint_bytes, 0);
        }
    }

    /// The bytes of the home of nobody, as the kernel reads them.
    fn empty() -> Vec<u8> {
        let mut bytes = std::vec![0; size_of::<Home>()];
        let memory = File::open("/proc/self/mem").unwrap();
        let address = (&raw const EMPTY).addr() as u64;
        memory.read_exact_at(&mut bytes, address).unwrap();
        bytes
    }

    #[test]
    fn threads_without_a_heap_only_read_the_one_that_they_have_in_common() {
        in_turn(|| std::thread::spawn(only_reads).join().unwrap());
    }

    fn only_reads() {
        let before = empty();
        // As one that libc has told to end.
        sys::set_thread_word::<AT_END>(LEFT);
        for size in (1..3000).chain((3000..200_000).step_by(997)) {
            let layout = Layout::from_size_align(size, 8).unwrap();
            // SAFETY: the block came from the heap just now, with this layout, and then with the longer one.
            unsafe {
                let block: NonNull<u8> = HEAP.allocate(layout).unwrap().cast();
                assert!(HEAP.home().is_none(), "it has a heap");
                let longer = Layout::from_size_align(size + size / 8 + 1, 8).unwrap();
                let block = reallocate(&HEAP, block, layout, longer.size()).unwrap();
                assert!(HEAP.layout_of(block.cast()).is_some());
                HEAP.deallocate(block.cast(), longer);
                let block = HEAP.allocate_zeroed(layout).unwrap();
                HEAP.deallocate_unnamed(block.cast());
            }
        }
        assert!(empty() == before, "the home of nobody was written");
    }
}
