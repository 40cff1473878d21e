//! The heap of threads that have none of their own: one at a time.
//!
//! Nobody tells us of the threads of a program with a libc, unless the feature `hosted` asks pthreads; and a thread
//! of it that has left its heap may still allocate. They all share one home, behind a lock.

use super::home::Home;
use super::homes;
use crate::heap::Locked;
use crate::memory::AllocError;
use core::cell::Cell;

/// The home, once there is one; its inhabitant is whoever has the lock.
pub(super) static SHARED: Locked<Cell<Option<&'static Home>>> = Locked::new(Cell::new(None));

/// Lends the shared heap, which leaves nothing in its trays.
///
/// # Errors
/// [`AllocError`] if there is no memory for one.
pub(super) fn with<R>(use_it: impl FnOnce(&Home) -> R) -> Result<R, AllocError> {
    SHARED.with(|shared| {
        let home = match shared.get() {
            Some(home) => home,
            None => homes::move_in()?,
        };
        shared.set(Some(home));
        let result = use_it(home);
        home.post_all();
        Ok(result)
    })
}
