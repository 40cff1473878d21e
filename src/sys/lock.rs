//! A lock of one word: free, held, or held while somebody waits in the kernel.
//!
//! ```text
//! 0 free    --lock-->   1 held   --another waits-->   2 held, and somebody may sleep
//! unlock: 1 -> 0 without the kernel;  2 -> 0 and one sleeper is woken
//! ```
//!
//! # How is this safe?
//! A word goes from 0 to 1 by a compare-and-swap, or to 2 by a swap (both Acquire), and back to 0 by the holder
//! (Release): so what one holder wrote, the next one sees, and there is one holder at a time.
//! The models below try every order of two threads, with the kernel as one of the parts.
//!
//! # Costs
//! Uncontended: one compare-and-swap to lock, one swap to unlock, no system call.
//!
//! # Source
//! Ulrich Drepper, *Futexes Are Tricky* (2011), the second mutex.

use super::Word;
use core::sync::atomic::{AtomicU32, Ordering};
use sc::syscall;

/// Something that lets one through at a time.
///
/// # Safety
/// An implementer owes: after `lock` returned, no other `lock` of the same value returns until `unlock`
/// was called, and what happened before `unlock` is seen after the next `lock`.
pub unsafe trait RawLock {
    /// An open lock.
    const OPEN: Self;

    /// Waits for the lock and takes it.
    fn lock(&self);

    /// Opens the lock again.
    ///
    /// # Safety
    /// - The caller holds the lock.
    unsafe fn unlock(&self);
}

const FREE: usize = 0;
const HELD: usize = 1;
const AWAITED: usize = 2;
const FUTEX_WAIT_PRIVATE: usize = 128;
const FUTEX_WAKE_PRIVATE: usize = 128 | 1;

/// A futex lock: four bytes, fair to nobody, asleep when it waits.
#[derive(Debug)]
pub struct Lock {
    word: AtomicU32,
}

/// Takes the lock of a word; `wait` sleeps while the word holds a value.
#[inline]
fn take(word: &impl Word, wait: impl Fn(usize)) {
    let taken = word.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed);
    if taken.is_err() {
        take_awaited(word, wait);
    }
}

/// Another holder is there: say so in the word, sleep, try again.
#[cold]
fn take_awaited(word: &impl Word, wait: impl Fn(usize)) {
    while word.swap(AWAITED, Ordering::Acquire) != FREE {
        wait(AWAITED);
    }
}

/// Opens it again; `wake` wakes one that sleeps.
#[inline]
fn give(word: &impl Word, wake: impl FnOnce()) {
    if word.swap(FREE, Ordering::Release) == AWAITED {
        wake();
    }
}

impl Lock {
    /// Sleeps while the word holds a value, or for no reason.
    fn wait(&self, value: usize) {
        // SAFETY: the word comes from `self`, which is borrowed for as long as the call lasts; without a timeout the
        // kernel reads nothing else. Whatever it answers, the caller asks the word again.
        unsafe { syscall!(FUTEX, self.word.as_ptr(), FUTEX_WAIT_PRIVATE, value, 0) };
    }

    /// Wakes one that sleeps on the word.
    #[cold]
    fn wake_one(&self) {
        // SAFETY: the kernel takes the address of the word as a name; it comes from `self` and is not read.
        unsafe { syscall!(FUTEX, self.word.as_ptr(), FUTEX_WAKE_PRIVATE, 1) };
    }
}

// SAFETY: by the contract of the atomic word: only one compare-and-swap or swap finds `FREE`, with Acquire;
// only `unlock` writes `FREE`, with Release.
unsafe impl RawLock for Lock {
    const OPEN: Lock = Lock {
        word: AtomicU32::new(FREE as u32),
    };

    #[inline]
    fn lock(&self) {
        take(&self.word, |value| self.wait(value));
    }

    #[inline]
    unsafe fn unlock(&self) {
        give(&self.word, || self.wake_one());
    }
}

#[cfg(test)]
mod tests {
    use super::{FREE, Lock, Ordering, RawLock, give, take};
    use core::cell::UnsafeCell;
    use loom::sync::{Arc, Condvar, Mutex, atomic::AtomicUsize};
    use std::thread;

    struct Shared(Lock, UnsafeCell<u64>);

    // SAFETY: by the contract of `RawLock`: the number is only used between `lock` and `unlock`.
    unsafe impl Sync for Shared {}

    #[test]
    fn four_threads_count_without_losing_a_step() {
        let shared = Shared(Lock::OPEN, UnsafeCell::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let shared = &shared;
                    for _ in 0..20_000 {
                        shared.0.lock();
                        // SAFETY: the lock is held: taken just above, which was checked by `lock`.
                        unsafe {
                            *shared.1.get() += 1;
                            shared.0.unlock();
                        }
                    }
                });
            }
        });
        assert_eq!(shared.1.into_inner(), 80_000);
    }

    /// The word, and a kernel: it looks at the word and goes to sleep in one step. The model fails if two use the
    /// number at once, and if all sleep.
    struct Modelled {
        word: AtomicUsize,
        kernel: Mutex<()>,
        woken: Condvar,
        number: loom::cell::UnsafeCell<u64>,
    }

    impl Modelled {
        fn wait(&self, value: usize) {
            let kernel = self.kernel.lock().unwrap();
            if self.word.load(Ordering::Relaxed) == value {
                drop(self.woken.wait(kernel).unwrap());
            }
        }

        fn wake_one(&self) {
            let _kernel = self.kernel.lock().unwrap();
            self.woken.notify_one();
        }

        fn count(&self) {
            take(&self.word, |value| self.wait(value));
            // SAFETY: checked by the model: nobody else has the lock.
            self.number.with_mut(|number| unsafe { *number += 1 });
            give(&self.word, || self.wake_one());
        }
    }

    /// Each of some threads takes the lock, the first one twice.
    fn all_get_the_lock(others: u64) {
        let shared = Arc::new(Modelled {
            word: AtomicUsize::new(FREE),
            kernel: Mutex::new(()),
            woken: Condvar::new(),
            number: loom::cell::UnsafeCell::new(0),
        });
        let threads: std::vec::Vec<_> = (0..others)
            .map(|_| {
                let shared = shared.clone();
                loom::thread::spawn(move || shared.count())
            })
            .collect();
        shared.count();
        shared.count();
        for thread in threads {
            thread.join().unwrap();
        }
        // SAFETY: checked by the joins.
        let number = shared.number.with(|number| unsafe { *number });
        assert_eq!(number, others + 2);
    }

    #[test]
    fn of_two_each_gets_the_lock_alone_and_none_sleeps_on() {
        loom::model(|| all_get_the_lock(1));
    }

    #[test]
    fn of_three_each_gets_the_lock_alone_and_none_sleeps_on() {
        // With at most two of them stopped in between.
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(2);
        model.check(|| all_get_the_lock(2));
    }
}
