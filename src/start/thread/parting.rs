//! Who clears up after a thread: of the thread and the handle of it, the one that goes last.
//!
//! ```text
//! together --thread ends--> finished    the handle, if it is dropped now, clears up
//!     |
//!     +------handle goes--> detached    the thread, when it ends, clears up
//! ```
//!
//! Both go once, each by one swap. Who finds that the other has gone is the last one, and sees all that the
//! other did before. (A handle that joins does not go: it waits for the end itself.)

use crate::sys::Word;
use core::sync::atomic::Ordering;

const TOGETHER: usize = 0;
const FINISHED: usize = 1;
const DETACHED: usize = 2;

/// The word that both of them swap.
#[derive(Debug)]
pub(super) struct Parting<W> {
    state: W,
}

impl<W: Word> Parting<W> {
    /// Over a word that holds 0.
    pub(super) const fn new(state: W) -> Parting<W> {
        Parting { state }
    }

    /// The thread has ended; whether it is the last one, and clears up.
    pub(super) fn finish(&self) -> bool {
        self.state.swap(FINISHED, Ordering::AcqRel) != TOGETHER
    }

    /// The handle goes; whether it is the last one, and clears up.
    pub(super) fn detach(&self) -> bool {
        self.state.swap(DETACHED, Ordering::AcqRel) != TOGETHER
    }
}

#[cfg(test)]
mod tests {
    use super::Parting;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicUsize;
    use loom::thread;

    /// What the thread leaves for whoever clears up. The model fails if two use it at once.
    struct Left {
        parting: Parting<AtomicUsize>,
        result: UnsafeCell<u32>,
        cleared: UnsafeCell<u32>,
    }

    impl Left {
        fn clear_up(&self) {
            // SAFETY: checked by the model: whoever else used the cells has gone before.
            unsafe {
                assert_eq!(self.result.with(|result| *result), 7);
                self.cleared.with_mut(|cleared| *cleared += 1);
            }
        }
    }

    #[test]
    fn one_of_both_clears_up_and_sees_what_the_other_did() {
        loom::model(|| {
            let left = Arc::new(Left {
                parting: Parting::new(AtomicUsize::new(0)),
                result: UnsafeCell::new(0),
                cleared: UnsafeCell::new(0),
            });
            let of_thread = left.clone();
            let thread = thread::spawn(move || {
                // SAFETY: checked by the model: nobody else reads it before the swap.
                of_thread.result.with_mut(|result| unsafe { *result = 7 });
                if of_thread.parting.finish() {
                    of_thread.clear_up();
                }
            });
            // As `is_finished`, which looks where nothing is once it is cleared up.
            // SAFETY: checked by the model: nobody clears up before the swap.
            assert_eq!(left.cleared.with(|cleared| unsafe { *cleared }), 0);
            if left.parting.detach() {
                left.clear_up();
            }
            thread.join().unwrap();
            // SAFETY: checked by the join.
            assert_eq!(left.cleared.with(|cleared| unsafe { *cleared }), 1);
        });
    }
}
