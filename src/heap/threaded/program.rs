//! The slot of a program without libc: behind FS, in the control block of `start::thread`.

use super::PerThread;
use crate::memory::AllocError;
use crate::start::thread;

/// Each thread of a program of [`entry!`](crate::entry).
///
/// # Invariants
/// - **Freestanding**: the program has no libc, and its threads come from [`spawn`](thread::spawn).
#[derive(Debug)]
pub struct OfProgram(());

impl OfProgram {
    /// The slot of `start::thread`.
    ///
    /// # Safety
    /// - The program is one of [`entry!`](crate::entry), and all its threads but the first one come from
    ///   [`spawn`](thread::spawn) or a [`Scope`](thread::Scope).
    pub const unsafe fn new() -> OfProgram {
        // INVARIANT: **Freestanding** holds by the contract of this function.
        OfProgram(())
    }
}

// SAFETY: by **Freestanding** of `OfProgram` each thread has a slot, null at first, which only it uses; it is asked
// no more when its function has been called.
unsafe impl PerThread for OfProgram {
    #[inline(always)]
    fn get(&self) -> *mut () {
        // SAFETY: by **Freestanding** of `OfProgram`.
        unsafe { thread::slot().as_ref().value.get() }
    }

    fn set(&self, value: *mut (), at_end: unsafe fn(*mut ())) -> Result<(), AllocError> {
        // SAFETY: by **Freestanding** of `OfProgram`.
        let slot = unsafe { thread::slot().as_ref() };
        slot.value.set(value);
        slot.at_end.set(Some(at_end));
        Ok(())
    }
}
