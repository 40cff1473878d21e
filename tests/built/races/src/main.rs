//! The stress of the heaps of threads, for ThreadSanitizer. Its threads are pthreads, which the sanitizer knows, and
//! nothing of std stands between them: std is compiled without it, so that the order it makes would not be seen.
//! With an argument, a race is planted.

#[path = "../../../heaps/threaded/slot.rs"]
mod slot;
#[path = "../../../heaps/threaded/stress.rs"]
mod stress;

use nostd_alloc::heap::Strategy;
use nostd_alloc::memory::{Allocator, Layout};
use slot::HEAP;
use std::cell::UnsafeCell;
use std::ffi::{c_int, c_ulong, c_void};
use std::ptr::{NonNull, null, null_mut};

unsafe extern "C" {
    fn pthread_create(
        thread: *mut c_ulong,
        attributes: *const c_void,
        start: extern "C" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> c_int;
    fn pthread_join(thread: c_ulong, answer: *mut *mut c_void) -> c_int;
}

/// What a thread is to do.
struct Task<'a> {
    act: &'a (dyn Fn(usize) + Sync),
    number: usize,
}

extern "C" fn begin(task: *mut c_void) -> *mut c_void {
    // SAFETY: origin of the pointer: `together`, which waits for this thread.
    let task = unsafe { &*task.cast::<Task>() };
    (task.act)(task.number);
    null_mut()
}

/// Runs `act` in some threads at once, until each has left its heap.
fn together(threads: usize, act: impl Fn(usize) + Sync) {
    let act: &(dyn Fn(usize) + Sync) = &act;
    let mut tasks: Vec<_> = (0..threads).map(|number| Task { act, number }).collect();
    let started: Vec<_> = tasks
        .iter_mut()
        .map(|task| {
            let mut thread = 0;
            // SAFETY: contract of pthread_create(3): the task outlives the thread, which is waited for below.
            let error =
                unsafe { pthread_create(&raw mut thread, null(), begin, (&raw mut *task).cast()) };
            assert_eq!(error, 0, "a thread");
            thread
        })
        .collect();
    for thread in started {
        // SAFETY: the thread comes from `pthread_create`, and is waited for once.
        assert_eq!(unsafe { pthread_join(thread, null_mut()) }, 0);
    }
}

/// What two threads write without asking each other.
struct Shared(UnsafeCell<usize>);

// SAFETY: none: the sanitizer is to see the race, which is checked by the test.
unsafe impl Sync for Shared {}

fn main() {
    match std::env::args().nth(1).as_deref() {
        None => {
            stress::run(400_000);
            HEAP.trim();
            HEAP.verify();
            assert_eq!(HEAP.stats_of_all().blocks, 0);
        }
        Some("counter") => {
            let counter = Shared(UnsafeCell::new(0));
            let counter = &counter;
            // SAFETY: none: the sanitizer is to see the race, which is checked by the test.
            together(2, |_| unsafe { *counter.0.get() += 1 });
        }
        Some(_) => {
            // Two threads write to a block that neither has handed to the other.
            let layout = Layout::new::<[usize; 8]>();
            let block: NonNull<u8> = HEAP.allocate(layout).unwrap().cast();
            let address = block.expose_provenance().get();
            together(2, |thread| {
                let block = std::ptr::with_exposed_provenance_mut::<usize>(address);
                // SAFETY: none: the sanitizer is to see the race, which is checked by the test.
                unsafe { block.write(thread) }
            });
        }
    }
}
