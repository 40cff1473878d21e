//! A word that threads share, as a protocol sees it: the processor's own, or a model's.
//!
//! What threads agree on by such words stands in files of their own, over any [`Word`]; the tests run them over
//! the words of a model checker, which tries every order of steps that the memory model allows. `CONTRIBUTING.md`
//! says of each other atomic word why it needs none.

use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// An atomic word, by the names of core. What a word of four bytes holds is as long.
pub trait Word: Sync {
    /// What it holds now.
    fn load(&self, order: Ordering) -> usize;

    /// Has it hold something else.
    fn store(&self, value: usize, order: Ordering);

    /// Has it hold something else, and returns what it held.
    fn swap(&self, value: usize, order: Ordering) -> usize;

    /// Adds to it, and returns what it held.
    fn fetch_add(&self, value: usize, order: Ordering) -> usize;

    /// Takes from it, and returns what it held.
    fn fetch_sub(&self, value: usize, order: Ordering) -> usize;

    /// Has it hold `new` if it holds `current`; returns what it held.
    ///
    /// # Errors
    /// What it holds instead; nothing has changed then.
    fn compare_exchange(
        &self,
        current: usize,
        new: usize,
        success: Ordering,
        failure: Ordering,
    ) -> Result<usize, usize>;
}

/// The trait by the methods of the same names.
macro_rules! word {
    ($atomic:ty, $number:ty) => {
        impl Word for $atomic {
            #[inline]
            fn load(&self, order: Ordering) -> usize {
                <$atomic>::load(self, order) as usize
            }

            #[inline]
            fn store(&self, value: usize, order: Ordering) {
                <$atomic>::store(self, value as $number, order);
            }

            #[inline]
            fn swap(&self, value: usize, order: Ordering) -> usize {
                <$atomic>::swap(self, value as $number, order) as usize
            }

            #[inline]
            fn fetch_add(&self, value: usize, order: Ordering) -> usize {
                <$atomic>::fetch_add(self, value as $number, order) as usize
            }

            #[inline]
            fn fetch_sub(&self, value: usize, order: Ordering) -> usize {
                <$atomic>::fetch_sub(self, value as $number, order) as usize
            }

            #[inline]
            fn compare_exchange(
                &self,
                current: usize,
                new: usize,
                success: Ordering,
                failure: Ordering,
            ) -> Result<usize, usize> {
                let (current, new) = (current as $number, new as $number);
                match <$atomic>::compare_exchange(self, current, new, success, failure) {
                    Ok(held) => Ok(held as usize),
                    Err(held) => Err(held as usize),
                }
            }
        }
    };
}

word!(AtomicUsize, usize);
word!(AtomicU32, u32);

#[cfg(test)]
mod model {
    use super::{Ordering, Word};

    word!(loom::sync::atomic::AtomicUsize, usize);
}
