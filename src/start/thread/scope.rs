//! Threads that borrow from whoever starts them: the scope does not end before they have.
//!
//! # How is this safe?
//! [`scope`] owns the count of running threads (`running.rs`) and waits for 0, also when its closure panics. The
//! lifetime `'scope` is chosen by nobody but it, so no handle and no thread can be asked for outside.
//!
//! # Source
//! The lifetimes are those of std's `thread::scope`.

use super::life;
use super::running::Running;
use super::{JoinHandle, STACK_BYTES, SpawnError};
use core::fmt;
use core::marker::PhantomData;

/// Where threads may be started that borrow for `'scope`.
#[derive(Debug)]
pub struct Scope<'scope, 'env: 'scope> {
    running: Running,
    scope: PhantomData<&'scope mut &'scope ()>,
    environment: PhantomData<&'env mut &'env ()>,
}

/// The handle of a thread of a scope. When it is dropped, the scope still waits for the thread.
pub struct ScopedJoinHandle<'scope, T> {
    handle: JoinHandle<T>,
    scope: PhantomData<&'scope ()>,
}

/// Calls `use_it` with a scope, waits for all its threads, and returns what `use_it` returned.
pub fn scope<'env, F, T>(use_it: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let scope = Scope {
        running: Running::new(),
        scope: PhantomData,
        environment: PhantomData,
    };
    let _waits = Waits(&scope.running);
    use_it(&scope)
}

/// Waits for all threads of a scope when it goes.
struct Waits<'a>(&'a Running);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread that does `work`, with a stack of 2 MiB.
    ///
    /// # Errors
    /// [`SpawnError`] with the kernel's reason and the work.
    pub fn spawn<F, T>(&'scope self, work: F) -> Result<ScopedJoinHandle<'scope, T>, SpawnError<F>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.start(work, STACK_BYTES)
    }

    pub(super) fn start<F, T>(
        &'scope self,
        work: F,
        stack_bytes: usize,
    ) -> Result<ScopedJoinHandle<'scope, T>, SpawnError<F>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.running.enter();
        // SAFETY: the scope waits until the thread, counted above, has left: checked by `Waits`.
        let started = unsafe { life::start(work, stack_bytes, &raw const self.running) };
        match started {
            Ok(head) => Ok(ScopedJoinHandle {
                // SAFETY: the head came from `start` just now.
                handle: unsafe { JoinHandle::from_head(head) },
                scope: PhantomData,
            }),
            Err(error) => {
                // SAFETY: it was counted above, and there is no thread: checked by `start`.
                unsafe { Running::leave(&raw const self.running) };
                Err(error)
            }
        }
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    /// As [`JoinHandle::is_finished`].
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }

    /// As [`JoinHandle::join`].
    ///
    /// # Panics
    /// As `JoinHandle::join`.
    pub fn join(self) -> T {
        self.handle.join()
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScopedJoinHandle")
    }
}
