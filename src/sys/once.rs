//! A number that a word gets once and keeps: the address of something that is made once, or its name.
//!
//! ```text
//! 0 --put--> the number of what is there for ever     who makes the same at that moment, discards it
//! ```
//!
//! # How is this safe?
//! The number is put there with Release, and read with Acquire: so whoever reads it sees what was done to make
//! what it stands for. The models below try every order of two of whom one or both make it; and of three, with at most
//! two of them stopped in between.

use super::Word;
use core::sync::atomic::Ordering;

/// A word that holds 0, and then one number for ever.
#[derive(Debug)]
pub struct Once<W> {
    word: W,
}

impl<W: Word> Once<W> {
    /// Over a word that holds 0.
    pub const fn new(word: W) -> Once<W> {
        Once { word }
    }

    /// The number, or 0 while there is none.
    #[inline]
    pub fn get(&self) -> usize {
        self.word.load(Ordering::Acquire)
    }

    /// Puts a number there, which is not 0.
    ///
    /// # Errors
    /// The number that is there already.
    pub fn put(&self, number: usize) -> Result<(), usize> {
        let put = self
            .word
            .compare_exchange(0, number, Ordering::Release, Ordering::Acquire);
        put.map(drop)
    }

    /// The number; if there is none, that of what `make` makes. It is for `discard` if another thread was faster, and
    /// then nobody has seen it.
    ///
    /// # Errors
    /// Those of `make`.
    #[inline]
    pub fn get_or_make<E>(
        &self,
        make: impl FnOnce() -> Result<usize, E>,
        discard: impl FnOnce(usize),
    ) -> Result<usize, E> {
        let found = self.get();
        if found != 0 {
            return Ok(found);
        }
        let made = make()?;
        Ok(match self.put(made) {
            Ok(()) => made,
            Err(found) => {
                discard(made);
                found
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Once;
    use core::ptr::with_exposed_provenance_mut;
    use loom::alloc::Track;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicUsize;
    use loom::thread;
    use std::boxed::Box;
    use std::vec::Vec;

    /// What is made once, and leads to a second one. The model fails if it is read before it is whole, and if what
    /// nobody gets is left.
    struct Made {
        whole: UnsafeCell<bool>,
        second: Once<AtomicUsize>,
    }

    fn make() -> Result<usize, ()> {
        let made = Box::new(Track::new(Made {
            whole: UnsafeCell::new(false),
            second: Once::new(AtomicUsize::new(0)),
        }));
        // SAFETY: checked by the model: nobody else has it.
        made.get_ref()
            .whole
            .with_mut(|whole| unsafe { *whole = true });
        Ok(Box::into_raw(made).expose_provenance())
    }

    fn discard(number: usize) {
        let made = with_exposed_provenance_mut::<Track<Made>>(number);
        // SAFETY: the pointer comes from `make`; that nobody else has it is checked by the model.
        unsafe {
            (*made)
                .get_ref()
                .whole
                .with_mut(|whole| assert!(core::mem::take(&mut *whole)));
            drop(Box::from_raw(made));
        }
    }

    /// What a number stands for.
    ///
    /// # Safety
    /// - `make` has made it, and it is not discarded while this is used.
    unsafe fn follow<'a>(number: usize) -> &'a Made {
        // SAFETY: contract of this function.
        unsafe {
            let made = (*with_exposed_provenance_mut::<Track<Made>>(number)).get_ref();
            made.whole.with(|whole| assert!(*whole, "half made"));
            made
        }
    }

    /// Follows the word, and the one behind it, to what somebody has made.
    fn make_both(first: &Once<AtomicUsize>) -> [usize; 2] {
        let number = first.get_or_make(make, discard).unwrap();
        // SAFETY: the number comes from the word: what it stands for stays until the end.
        let second = unsafe { &follow(number).second };
        let numbers = [number, second.get_or_make(make, discard).unwrap()];
        // SAFETY: as above: it comes from the word.
        unsafe { follow(numbers[1]) };
        numbers
    }

    /// Follows both as far as they lead now.
    fn read_both(first: &Once<AtomicUsize>) -> [usize; 2] {
        let mut numbers = [first.get(), 0];
        if numbers[0] != 0 {
            // SAFETY: the number comes from the word: what it stands for stays until the end.
            numbers[1] = unsafe { follow(numbers[0]).second.get() };
        }
        if numbers[1] != 0 {
            // SAFETY: as above: it comes from the word.
            unsafe { follow(numbers[1]) };
        }
        numbers
    }

    type Part = fn(&Once<AtomicUsize>) -> [usize; 2];

    /// One makes both beside some others; all get the same, and nothing else is left.
    fn all_get_the_same(others: &[Part]) {
        let first = Arc::new(Once::new(AtomicUsize::new(0)));
        let begin = |&other: &Part| {
            let first = first.clone();
            thread::spawn(move || other(&first))
        };
        let others: Vec<_> = others.iter().map(begin).collect();
        let numbers = make_both(&first);
        for other in others {
            let got = other.join().unwrap();
            assert!((0..2).all(|index| [0, numbers[index]].contains(&got[index])));
        }
        numbers.into_iter().for_each(discard);
    }

    #[test]
    fn of_two_who_make_it_both_get_the_one_that_stays() {
        loom::model(|| all_get_the_same(&[make_both]));
    }

    #[test]
    fn who_reads_it_meanwhile_sees_it_whole() {
        loom::model(|| all_get_the_same(&[read_both]));
    }

    #[test]
    fn of_two_who_make_it_one_who_reads_it_sees_what_stays() {
        // With at most two of them stopped in between.
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(2);
        model.check(|| all_get_the_same(&[make_both, read_both]));
    }
}
