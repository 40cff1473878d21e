//! How many threads of a scope run: one word, which goes with the scope.
//!
//! ```text
//! n --somebody starts a thread--> n + 1
//! n --a thread leaves----------> n - 1    its last use of what the scope lends
//! 1 --the last one leaves------> 0        the scope may go at once, and the word with it
//! ```
//!
//! # How is this safe?
//! Who starts a thread counts it first, and is counted itself or has the scope: so there is no 0 between two threads.
//! Each leaves with Release, and the scope reads 0 with Acquire: so it sees what all of them did. Who has left
//! touches the word no more: to wake who waits, the kernel takes its address as a name. The models below try the
//! orders of two threads and the scope, with the kernel as one of the parts.

use crate::sys::{self, Word};
use core::sync::atomic::{AtomicU32, Ordering};

/// The count of a scope.
#[derive(Debug)]
pub(super) struct Running {
    count: AtomicU32,
}

/// One more runs.
fn enter(count: &impl Word) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// One less; `wake` wakes who waits, if it was the last one.
///
/// # Safety
/// - The count stays until all that it counts have left, of which the caller is one.
unsafe fn leave<W: Word>(count: *const W, wake: impl FnOnce()) {
    // SAFETY: contract of this function.
    let before = unsafe { (*count).fetch_sub(1, Ordering::Release) };
    if before == 1 {
        wake();
    }
}

/// Waits until none runs; `sleep` sleeps while the word holds a value.
fn wait(count: &impl Word, sleep: impl Fn(usize)) {
    loop {
        let running = count.load(Ordering::Acquire);
        if running == 0 {
            return;
        }
        sleep(running);
    }
}

impl Running {
    /// None.
    pub(super) const fn new() -> Running {
        Running {
            count: AtomicU32::new(0),
        }
    }

    /// Counts one more, before it is started.
    pub(super) fn enter(&self) {
        enter(&self.count);
    }

    /// Counts one less. After this it may use nothing that the scope lends.
    ///
    /// # Safety
    /// - It was counted, and `this` stays until all have left.
    pub(super) unsafe fn leave(this: *const Running) {
        // SAFETY: contract of this function. The count may be gone when somebody is woken.
        unsafe {
            let count = &raw const (*this).count;
            leave(count, || sys::futex_wake_all(count));
        }
    }

    /// Waits until all have left.
    pub(super) fn wait(&self) {
        wait(&self.count, |running| {
            sys::futex_wait(&self.count, running as u32);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Ordering, Word, enter, leave, wait};
    use loom::cell::UnsafeCell;
    use loom::sync::atomic::AtomicUsize;
    use loom::sync::{Arc, Condvar, Mutex};
    use loom::thread::{self, JoinHandle};

    /// A word on the stack of the scope. The model fails if somebody touches it when the scope has gone.
    struct Lent {
        word: AtomicUsize,
        stays: UnsafeCell<bool>,
    }

    // SAFETY: checked by the model: it fails if two use it at once, one of whom writes.
    unsafe impl Sync for Lent {}

    impl Lent {
        fn touch<R>(&self, how: impl FnOnce(&AtomicUsize) -> R) -> R {
            self.stays.with(|stays| {
                // SAFETY: checked by the model: nobody writes there now.
                assert!(unsafe { *stays }, "the scope has gone");
                how(&self.word)
            })
        }
    }

    impl Word for Lent {
        fn load(&self, order: Ordering) -> usize {
            self.touch(|word| word.load(order))
        }

        fn store(&self, value: usize, order: Ordering) {
            self.touch(|word| word.store(value, order));
        }

        fn swap(&self, value: usize, order: Ordering) -> usize {
            self.touch(|word| word.swap(value, order))
        }

        fn fetch_add(&self, value: usize, order: Ordering) -> usize {
            self.touch(|word| word.fetch_add(value, order))
        }

        fn fetch_sub(&self, value: usize, order: Ordering) -> usize {
            self.touch(|word| word.fetch_sub(value, order))
        }

        fn compare_exchange(
            &self,
            current: usize,
            new: usize,
            success: Ordering,
            failure: Ordering,
        ) -> Result<usize, usize> {
            self.touch(|word| word.compare_exchange(current, new, success, failure))
        }
    }

    /// A scope that lends two numbers, and a kernel: it looks at the word and goes to sleep in one step.
    struct Scope {
        count: Lent,
        numbers: [UnsafeCell<u32>; 2],
        kernel: Mutex<()>,
        woken: Condvar,
    }

    impl Scope {
        fn new() -> Arc<Scope> {
            Arc::new(Scope {
                count: Lent {
                    word: AtomicUsize::new(0),
                    stays: UnsafeCell::new(true),
                },
                numbers: std::array::from_fn(|_| UnsafeCell::new(0)),
                kernel: Mutex::new(()),
                woken: Condvar::new(),
            })
        }

        fn leave(&self) {
            // SAFETY: checked by the model: the count stays until all have left.
            unsafe { leave(&raw const self.count, || self.wake()) };
        }

        fn wake(&self) {
            let _kernel = self.kernel.lock().unwrap();
            self.woken.notify_all();
        }

        fn write(&self, index: usize) {
            // SAFETY: checked by the model: nobody else has the number.
            self.numbers[index].with_mut(|number| unsafe { *number += 1 });
        }

        /// The scope ends: its word goes, and what it lent is its owner's again.
        fn end(&self) -> [u32; 2] {
            wait(&self.count, |running| {
                let kernel = self.kernel.lock().unwrap();
                if self.count.load(Ordering::Relaxed) == running {
                    drop(self.woken.wait(kernel).unwrap());
                }
            });
            // SAFETY: checked by the model: nobody else touches them.
            unsafe {
                self.count.stays.with_mut(|stays| *stays = false);
                [0, 1].map(|index| self.numbers[index].with(|number| *number))
            }
        }
    }

    fn start(scope: &Arc<Scope>, work: impl FnOnce(&Arc<Scope>) + 'static) -> JoinHandle<()> {
        enter(&scope.count);
        let scope = scope.clone();
        thread::spawn(move || {
            work(&scope);
            scope.leave();
        })
    }

    /// Every order in which at most three are stopped in between: of two threads all take ten seconds, of one that
    /// starts another a minute.
    fn check(model: fn()) {
        let mut orders = loom::model::Builder::new();
        orders.preemption_bound = Some(3);
        orders.check(model);
    }

    #[test]
    fn a_scope_sees_what_two_threads_did_and_nobody_touches_its_word_then() {
        check(|| {
            let scope = Scope::new();
            let threads = [0, 1].map(|index| start(&scope, move |scope| scope.write(index)));
            assert_eq!(scope.end(), [1, 1]);
            threads
                .into_iter()
                .for_each(|thread| thread.join().unwrap());
        });
    }

    #[test]
    fn a_scope_waits_for_a_thread_that_another_one_has_started() {
        check(|| {
            let scope = Scope::new();
            let first = start(&scope, |scope| {
                start(scope, |scope| scope.write(0));
                scope.write(1);
            });
            assert_eq!(scope.end(), [1, 1]);
            first.join().unwrap();
        });
    }

    #[test]
    fn a_thread_that_could_not_be_started_is_not_waited_for() {
        check(|| {
            let scope = Scope::new();
            let thread = start(&scope, |scope| scope.write(0));
            enter(&scope.count);
            scope.leave();
            assert_eq!(scope.end(), [1, 0]);
            thread.join().unwrap();
        });
    }
}
