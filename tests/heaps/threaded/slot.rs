//! A thread's slot by std's `thread_local!`, which calls back when the thread ends.

use nostd_alloc::heap::{PerThread, Threaded};
use nostd_alloc::memory::AllocError;
use std::cell::Cell;
use std::ptr::null_mut;

/// What a thread has set.
struct Own {
    value: Cell<*mut ()>,
    at_end: Cell<Option<unsafe fn(*mut ())>>,
}

impl Drop for Own {
    fn drop(&mut self) {
        let value = self.value.replace(null_mut());
        if let Some(at_end) = self.at_end.get() {
            // SAFETY: the value came from `set` of this thread, together with the function.
            unsafe { at_end(value) };
        }
    }
}

std::thread_local! {
    static OWN: Own = const {
        Own {
            value: Cell::new(null_mut()),
            at_end: Cell::new(None),
        }
    };
}

/// The slot of a program with std.
#[derive(Debug)]
pub(crate) struct Local;

// SAFETY: checked by `thread_local!`: each thread has its own, and while its destructor runs, and after it, nobody
// gets at it.
unsafe impl PerThread for Local {
    fn get(&self) -> *mut () {
        OWN.try_with(|own| own.value.get()).unwrap_or(null_mut())
    }

    fn set(&self, value: *mut (), at_end: unsafe fn(*mut ())) -> Result<(), AllocError> {
        let set = OWN.try_with(|own| {
            own.value.set(value);
            own.at_end.set(Some(at_end));
        });
        set.map_err(|_| AllocError)
    }
}

/// The heaps of all threads of this program.
pub(crate) static HEAP: Threaded<Local> = Threaded::new(Local);
