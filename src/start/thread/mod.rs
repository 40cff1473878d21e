//! Threads without libc, by std's names: [`spawn`], [`scope`], [`Builder`], [`JoinHandle`].
//!
//! Three things differ from std. A thread that cannot be started is an error that hands the work back, and no
//! panic. A panic in any thread ends the program with its report and status 101, so a thread that was waited
//! for has a result, and `join` returns it as it is. And a program with a libc gets no thread from here (`EPERM`):
//! a thread needs its register FS for itself, which a libc has taken.
//!
//! | file | idea |
//! |---|---|
//! | `control.rs` | what a thread finds behind FS, and its one slot for a heap |
//! | `life.rs` | its pages, its first function, its last one |
//! | `parting.rs` | who clears up after it |
//! | `handle.rs` | waiting for its result |
//! | `scope.rs` | threads that borrow |
//! | `running.rs` | how many of a scope run: one word |
//!
//! # Costs
//! One mapping a thread: guard page, stack, and a control of 80 bytes with work and result; nothing is on a heap.
//! Three system calls more with the first thread of a program. A program without threads has nothing of this.
//!
//! # Examples
//! ```no_run
//! use nostd_alloc::start::thread;
//!
//! let numbers = [1, 2, 3];
//! let sum = thread::scope(|scope| {
//!     let sum = scope.spawn(|| numbers.iter().sum::<u32>())?;
//!     Ok::<u32, nostd_alloc::sys::Errno>(sum.join())
//! });
//! ```

mod control;
mod error;
mod handle;
mod life;
mod parting;
mod running;
mod scope;

pub use control::{Slot, has_slots, slot};
pub use error::SpawnError;
pub use handle::JoinHandle;
pub use scope::{Scope, ScopedJoinHandle, scope};

use core::ptr::null;

/// The stack of a thread, if nothing else is said: std's.
const STACK_BYTES: usize = 2 << 20;

/// Starts a thread that does `work`, with a stack of 2 MiB.
///
/// # Errors
/// [`SpawnError`] with the kernel's reason and the work: no memory, too many threads, or a program with libc.
pub fn spawn<F, T>(work: F) -> Result<JoinHandle<T>, SpawnError<F>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder::new().spawn(work)
}

/// How a thread is to be.
#[derive(Clone, Copy, Debug)]
pub struct Builder {
    stack_bytes: usize,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}

impl Builder {
    /// A thread as [`spawn`] starts it.
    pub const fn new() -> Builder {
        Builder {
            stack_bytes: STACK_BYTES,
        }
    }

    /// Another stack, in bytes, rounded up to pages, at least one. Below it lies the guard.
    pub const fn stack_size(self, size_bytes: usize) -> Builder {
        Builder {
            stack_bytes: size_bytes,
        }
    }

    /// As [`spawn`].
    ///
    /// # Errors
    /// As `spawn`.
    pub fn spawn<F, T>(self, work: F) -> Result<JoinHandle<T>, SpawnError<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        // SAFETY: there is no scope and nothing is borrowed, which is checked by the bounds.
        let head = unsafe { life::start(work, self.stack_bytes, null())? };
        // SAFETY: the head came from `start` just now.
        Ok(unsafe { JoinHandle::from_head(head) })
    }

    /// As [`Scope::spawn`].
    ///
    /// # Errors
    /// As `spawn`.
    pub fn spawn_scoped<'scope, F, T>(
        self,
        scope: &'scope Scope<'scope, '_>,
        work: F,
    ) -> Result<ScopedJoinHandle<'scope, T>, SpawnError<F>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        scope.start(work, self.stack_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{scope, spawn};
    use crate::sys::Errno;
    use std::string::String;

    #[test]
    fn a_program_with_libc_gets_its_work_back() {
        let text = String::from("mine");
        let refused = spawn(move || text).unwrap_err();
        assert_eq!(refused.errno(), Errno::EPERM);
        assert_eq!(refused.into_work()(), "mine");
        let lent = [1, 2, 3];
        let refused = scope(|scope| scope.spawn(|| lent.len()).map(drop).unwrap_err().errno());
        assert_eq!(refused, Errno::EPERM);
    }
}
