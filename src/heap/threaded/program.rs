//! The slot of a program without libc: behind FS, in the control block of `start::thread`.

use super::PerThread;
use crate::memory::AllocError;
use crate::start::thread;

/// Each thread of a program of [`entry!`](crate::entry); in another program no thread has one.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(in crate::heap) struct OfProgram;

// SAFETY: contract of `thread::slot`: each thread of a program of `entry!` has a slot, null at first, which only it
// uses, and is asked no more when its function has been called. In another program none is set: checked by `set`.
unsafe impl PerThread for OfProgram {
    #[inline(always)]
    fn get(&self) -> *mut () {
        // SAFETY: threads of a program of `entry!` come from `start::thread` (contract of `clone_thread`); in another
        // one nobody writes here, which is checked by `set`.
        unsafe { thread::slot().as_ref().value.get() }
    }

    fn may_set(&self) -> bool {
        thread::has_slots()
    }

    fn set(&self, value: *mut (), at_end: unsafe fn(*mut ())) -> Result<(), AllocError> {
        if !self.may_set() {
            return Err(AllocError);
        }
        // SAFETY: checked above: this thread has a slot of its own.
        let slot = unsafe { thread::slot().as_ref() };
        slot.value.set(value);
        slot.at_end.set(Some(at_end));
        Ok(())
    }
}
