//! The handle of a thread: wait for its result, or let it go.

use super::life::{Head, clear_up};
use core::fmt;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use core::sync::atomic::Ordering;

/// A thread that somebody may wait for. When the handle is dropped, the thread goes on, and clears up after itself.
///
/// # Invariants
/// - **Head**: `head` belongs to a thread that has not been cleared up, and this is its one handle.
pub struct JoinHandle<T> {
    head: NonNull<Head<T>>,
}

// SAFETY: by **Head** of `JoinHandle`: the thread and the handle use what is behind it one after the other, and the
// result goes from one to the other.
unsafe impl<T: Send> Send for JoinHandle<T> {}
// SAFETY: by **Head** of `JoinHandle`: by reference only an atomic word is read.
unsafe impl<T: Send> Sync for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    /// # Safety
    /// - `head` came from `start`, and this is the first handle of it.
    pub(super) unsafe fn from_head(head: NonNull<Head<T>>) -> JoinHandle<T> {
        // INVARIANT: **Head** holds by the contract of this function.
        JoinHandle { head }
    }

    /// Whether the thread has ended, so that [`join`](JoinHandle::join) will not wait.
    pub fn is_finished(&self) -> bool {
        // SAFETY: by **Head** of `JoinHandle`.
        unsafe { self.head.as_ref() }
            .control
            .alive
            .load(Ordering::Acquire)
            == 0
    }

    /// Waits for the thread, and returns its result; its stack is gone then.
    ///
    /// # Panics
    /// If the thread has ended without a result: something outside has ended it.
    pub fn join(self) -> T {
        let handle = ManuallyDrop::new(self);
        // SAFETY: by **Head** of `JoinHandle`; the handle goes here and has not detached itself.
        let result = unsafe { clear_up(handle.head) };
        result.expect("a thread that has ended has a result")
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        // SAFETY: by **Head** of `JoinHandle`; after `detach` the thread may take it away, unless it has ended.
        unsafe {
            if self.head.as_ref().control.parting.detach() {
                drop(clear_up(self.head));
            }
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinHandle")
    }
}
