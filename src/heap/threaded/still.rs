//! When a heap stands still: what is known of its blocks is changed by who lives there, and read by others, one at a
//! time.
//!
//! Only C's malloc has others read it (feature `malloc`): a block may come back without a layout, and then its size
//! is found in the tables of its own heap. Without the feature there is `unasked.rs` in place of this.
//!
//! # Costs
//! An open lock where the hot stacks do not serve: two atomic steps.

use crate::sys::{Lock, RawLock};

/// Whose turn it is.
#[derive(Debug)]
pub(super) struct Still {
    lock: Lock,
}

impl Still {
    pub(super) const fn new() -> Still {
        Still { lock: Lock::OPEN }
    }

    /// Runs a task when no other one runs, which calls nothing that waits here.
    #[inline(always)]
    pub(super) fn with<R>(&self, task: impl FnOnce() -> R) -> R {
        let _held = Held::new(self);
        task()
    }

    /// Waits for the turn and keeps it.
    pub(super) fn hold(&self) {
        self.lock.lock();
    }

    /// Ends the turn.
    ///
    /// # Safety
    /// - It is the caller's by `hold`, or that of a thread which the caller's process does not have.
    pub(super) unsafe fn release(&self) {
        // SAFETY: contract of this function: nobody else will.
        unsafe { self.lock.unlock() }
    }
}

/// The turn of a task, over when it goes, also when the task panics.
struct Held<'a>(&'a Still);

impl Held<'_> {
    fn new(still: &Still) -> Held<'_> {
        still.hold();
        Held(still)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // SAFETY: origin of the permission: `new`, which took it.
        unsafe { self.0.release() }
    }
}
