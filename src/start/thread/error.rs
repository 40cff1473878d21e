//! A thread that could not be started.

use crate::start::{ExitCode, Failure};
use crate::sys::Errno;
use core::fmt;

/// Why there is no thread, and the work that it was to do.
pub struct SpawnError<F> {
    pub(super) errno: Errno,
    pub(super) work: F,
}

impl<F> SpawnError<F> {
    /// What the kernel said.
    pub fn errno(&self) -> Errno {
        self.errno
    }

    /// The work, which has not been begun.
    pub fn into_work(self) -> F {
        self.work
    }
}

impl<F> From<SpawnError<F>> for Errno {
    fn from(error: SpawnError<F>) -> Errno {
        error.errno
    }
}

impl<F> fmt::Display for SpawnError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no thread: {}", self.errno)
    }
}

impl<F> fmt::Debug for SpawnError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpawnError({:?})", self.errno)
    }
}

impl<F> core::error::Error for SpawnError<F> {}

impl<F> Failure for SpawnError<F> {
    fn exit_code(&self) -> ExitCode {
        self.errno.exit_code()
    }
}
