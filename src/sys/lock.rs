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
//!
//! # Costs
//! Uncontended: one compare-and-swap to lock, one swap to unlock, no system call.
//!
//! # Source
//! Ulrich Drepper, *Futexes Are Tricky* (2011), the second mutex.

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

const FREE: u32 = 0;
const HELD: u32 = 1;
const AWAITED: u32 = 2;
const FUTEX_WAIT_PRIVATE: usize = 128;
const FUTEX_WAKE_PRIVATE: usize = 128 | 1;

/// A futex lock: four bytes, fair to nobody, asleep when it waits.
#[derive(Debug)]
pub struct Lock {
    word: AtomicU32,
}

impl Lock {
    /// Another holder is there: say so in the word, sleep, try again.
    #[cold]
    fn lock_awaited(&self) {
        while self.word.swap(AWAITED, Ordering::Acquire) != FREE {
            // SAFETY: the word comes from `self`, which is borrowed for as long as the call lasts; without a
            // timeout the kernel reads nothing else. Whatever it answers, the loop asks the word again.
            unsafe {
                syscall!(
                    FUTEX,
                    self.word.as_ptr(),
                    FUTEX_WAIT_PRIVATE,
                    AWAITED as usize,
                    0
                )
            };
        }
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
        word: AtomicU32::new(FREE),
    };

    #[inline]
    fn lock(&self) {
        if self
            .word
            .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            self.lock_awaited();
        }
    }

    #[inline]
    unsafe fn unlock(&self) {
        if self.word.swap(FREE, Ordering::Release) == AWAITED {
            self.wake_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lock, RawLock};
    use core::cell::UnsafeCell;
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
}
