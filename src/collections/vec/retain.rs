//! Values sieved in place: `retain`, `dedup`.

use super::Vec;
use super::sieve::Sieve;
use crate::memory::Allocator;
use core::ptr;

impl<T, A: Allocator> Vec<T, A> {
    /// Keeps the elements for which `f` says so, each asked once, in order. Each moves once at most; none does before
    /// the first that goes.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3, 4];
    /// vec.retain(|&x| x % 2 == 0);
    /// assert_eq!(vec, [2, 4]);
    /// ```
    #[inline]
    pub fn retain<F: FnMut(&T) -> bool>(&mut self, mut f: F) {
        self.retain_mut(|value| f(value));
    }

    /// As [`Vec::retain`], and `f` may change the elements.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3, 4];
    /// vec.retain_mut(|x| {
    ///     *x += 1;
    ///     *x > 3
    /// });
    /// assert_eq!(vec, [4, 5]);
    /// ```
    pub fn retain_mut<F: FnMut(&mut T) -> bool>(&mut self, mut f: F) {
        let mut sieve = Sieve::new(self, 0);
        // Two loops: as long as nothing was taken, nothing has to move.
        while sieve.read() < sieve.length() && !sieve.has_hole() {
            // SAFETY: checked above: there is a next value, and no hole.
            unsafe {
                if f(sieve.current()) {
                    sieve.keep_in_place();
                } else {
                    ptr::drop_in_place(sieve.take());
                }
            }
        }
        while sieve.read() < sieve.length() {
            // SAFETY: checked above: there is a next value; the first loop has ended with a hole.
            unsafe {
                if f(sieve.current()) {
                    sieve.keep();
                } else {
                    ptr::drop_in_place(sieve.take());
                }
            }
        }
        sieve.end();
    }

    /// Drops each element that `same_bucket(element, the last one kept)` calls equal: one call an element, and each
    /// moves once at most.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec!["foo", "FOO", "bar", "Bar"];
    /// vec.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    /// assert_eq!(vec, ["foo", "bar"]);
    /// ```
    pub fn dedup_by<F: FnMut(&mut T, &mut T) -> bool>(&mut self, mut same_bucket: F) {
        if self.length < 2 {
            return;
        }
        let mut sieve = Sieve::new(self, 1);
        while sieve.read() < sieve.length() && !sieve.has_hole() {
            // SAFETY: checked above: there is a next value, no hole, and the first one was kept.
            unsafe {
                let (current, last) = sieve.current_and_last();
                if same_bucket(current, last) {
                    ptr::drop_in_place(sieve.take());
                } else {
                    sieve.keep_in_place();
                }
            }
        }
        while sieve.read() < sieve.length() {
            // SAFETY: checked above: there is a next value, and the first one was kept; the first loop has
            // ended with a hole.
            unsafe {
                let (current, last) = sieve.current_and_last();
                if same_bucket(current, last) {
                    ptr::drop_in_place(sieve.take());
                } else {
                    sieve.keep();
                }
            }
        }
        sieve.end();
    }

    /// Drops each element whose key is that of the last one kept. Asks for two keys an element.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![10, 20, 21, 30];
    /// vec.dedup_by_key(|x| *x / 10);
    /// assert_eq!(vec, [10, 20, 30]);
    /// ```
    #[inline]
    pub fn dedup_by_key<F: FnMut(&mut T) -> K, K: PartialEq>(&mut self, mut key: F) {
        self.dedup_by(|current, last| key(current) == key(last));
    }
}

impl<T: PartialEq, A: Allocator> Vec<T, A> {
    /// Drops each element that is equal to the one before it: one comparison an element.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 2, 3, 2];
    /// vec.dedup();
    /// assert_eq!(vec, [1, 2, 3, 2]);
    /// ```
    #[inline]
    pub fn dedup(&mut self) {
        self.dedup_by(|current, last| current == last);
    }
}
