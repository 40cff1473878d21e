//! All heaps of threads, by number: a thread that begins takes one where nobody lives, with the blocks that are
//! still live in it, or a new one.
//!
//! There are as many as there have ever been threads with a heap at the same time, or a few more: where a visitor
//! sees to the mail, no thread that begins at that moment can move in. One where nobody lives and no block
//! is live costs the one to three pages of its own that were written.
//!
//! The first one is a static: a program with one thread has it, and what is known of all of them, on one page.
//!
//! # How is this safe?
//! A number is counted, then its heap is built, then a [`Once`] leads there: so who asks for all heaps in between
//! passes over that one. The models below try every order of two threads that begin; and of one more that asks, with at
//! most two of them stopped in between.

use super::Still;
use super::home::Home;
use crate::memory::{AllocError, Allocator, Kernel, Layout};
use crate::sys::{Once, Word};
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr::{NonNull, with_exposed_provenance};
use core::sync::atomic::{AtomicUsize, Ordering};

/// The most threads with a heap at the same time.
const HOMES_MAX: usize = 4096;

/// What is known of all heaps, and the first one.
///
/// # Invariants
/// - **First**: whoever has counted `count` from 0 to 1 builds in `first`, and nobody else.
/// - **Built**: each of the words is 0, or the exposed address of a heap that is built and stays.
#[repr(C, align(4096))]
struct Homes<W, T, const OTHERS: usize> {
    /// How many numbers are given away. It orders nothing: the word of each number says whether its heap is built.
    count: W,
    /// Where the heap with number 0 is, and below those with others.
    zeroth: Once<W>,
    /// See `key`.
    #[cfg(any(test, feature = "hosted"))]
    key: Once<W>,
    first: UnsafeCell<MaybeUninit<T>>,
    others: [Once<W>; OTHERS],
}

// SAFETY: by **First** of `Homes`, and by what `Home` says of itself.
unsafe impl<W: Sync, T: Sync, const OTHERS: usize> Sync for Homes<W, T, OTHERS> {}

// INVARIANT: **First** and **Built** hold: nobody has counted.
static HOMES: Homes<AtomicUsize, Home, { HOMES_MAX - 1 }> = Homes {
    count: AtomicUsize::new(0),
    zeroth: Once::new(AtomicUsize::new(0)),
    #[cfg(any(test, feature = "hosted"))]
    key: Once::new(AtomicUsize::new(0)),
    first: UnsafeCell::new(MaybeUninit::zeroed()),
    others: [const { Once::new(AtomicUsize::new(0)) }; HOMES_MAX - 1],
};

impl<W: Word, T, const OTHERS: usize> Homes<W, T, OTHERS> {
    /// Where the address of the heap with a number stands.
    fn word(&self, number: usize) -> Option<&Once<W>> {
        match number {
            0 => Some(&self.zeroth),
            _ => self.others.get(number - 1),
        }
    }

    fn get(&self, number: usize) -> Option<&T> {
        let ptr = with_exposed_provenance::<T>(self.word(number)?.get());
        // SAFETY: by **Built** of `Homes`.
        unsafe { ptr.as_ref() }
    }

    fn all(&self) -> impl Iterator<Item = &T> {
        (0..self.count.load(Ordering::Relaxed)).filter_map(|number| self.get(number))
    }

    /// Counts one more: its number, if there is one left.
    fn count_one(&self) -> Option<usize> {
        let mut count = self.count.load(Ordering::Relaxed);
        while count <= OTHERS {
            let counted =
                self.count
                    .compare_exchange(count, count + 1, Ordering::Relaxed, Ordering::Relaxed);
            match counted {
                Ok(number) => return Some(number),
                Err(now) => count = now,
            }
        }
        None
    }

    /// Has `build` make one, in memory from `allocate`, or else in `first`; memory for which there is no number is for
    /// `deallocate`.
    ///
    /// # Errors
    /// Those of `allocate`; [`AllocError`] if there are too many.
    ///
    /// # Safety
    /// - `allocate` returns memory for a `T` that stays if `deallocate` does not get it, and `build` builds one there,
    ///   or in zeros.
    unsafe fn make(
        &self,
        allocate: impl FnOnce() -> Result<NonNull<T>, AllocError>,
        deallocate: impl FnOnce(NonNull<T>),
        build: impl FnOnce(NonNull<T>, u16),
    ) -> Result<&T, AllocError> {
        // INVARIANT: **First** holds: this one has counted.
        let first = self
            .count
            .compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed);
        let (place, number) = if first.is_ok() {
            (NonNull::from(&self.first).cast(), 0)
        } else {
            let place = allocate()?;
            let Some(number) = self.count_one() else {
                deallocate(place);
                return Err(AllocError);
            };
            (place, number)
        };
        build(place, number as u16);
        if let Some(word) = self.word(number) {
            // INVARIANT: **Built** holds: it was built just now. Nothing was put there: the number is new.
            let _ = word.put(place.as_ptr().expose_provenance());
        }
        // SAFETY: contract of this function: it was built just now, and stays.
        Ok(unsafe { place.as_ref() })
    }
}

/// No heap is made while another one is, or while all of them are held.
pub(super) static MAKING: Still = Still::new();

/// The word for libc's key of all threads that have a heap: here, so that it takes no page of its own.
#[cfg(any(test, feature = "hosted"))]
pub(super) fn key() -> &'static Once<AtomicUsize> {
    &HOMES.key
}

/// The heap with a number.
pub(super) fn get(number: u16) -> Option<&'static Home> {
    HOMES.get(number as usize)
}

/// All heaps that there are.
pub(super) fn all() -> impl Iterator<Item = &'static Home> {
    HOMES.all()
}

/// A heap for a thread that has none: the caller lives there from now on.
///
/// # Errors
/// [`AllocError`] if there is no memory for a new one, or if there are too many.
pub(super) fn move_in() -> Result<&'static Home, AllocError> {
    match all().find(|home| home.begin_life()) {
        Some(home) => Ok(home),
        None => MAKING.with(make),
    }
}

fn make() -> Result<&'static Home, AllocError> {
    let layout = Layout::new::<Home>();
    // SAFETY: the memory comes from the kernel, all zeros, as long as a heap; `first` is zeros in a static.
    unsafe {
        HOMES.make(
            || Ok(Kernel.allocate_zeroed(layout)?.cast()),
            |place| Kernel.deallocate(place.cast(), layout),
            |place, number| {
                Home::build(place, number);
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{AllocError, Homes, Layout, MaybeUninit, NonNull, Once};
    use crate::heap::threaded::mailbox::Mailbox;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicUsize;
    use loom::thread;
    use std::vec::Vec;

    /// A heap. The model fails if somebody uses it before it is built, or two at once.
    struct Modelled {
        /// 0 before it is built.
        numbers: UnsafeCell<usize>,
        mailbox: Mailbox<AtomicUsize>,
        lives: UnsafeCell<usize>,
    }

    impl Modelled {
        fn unbuilt() -> Modelled {
            Modelled {
                numbers: UnsafeCell::new(0),
                mailbox: Mailbox::new(AtomicUsize::new(0)),
                lives: UnsafeCell::new(0),
            }
        }

        fn number(&self) -> usize {
            // SAFETY: checked by the model: it is built.
            let numbers = self.numbers.with(|numbers| unsafe { *numbers });
            numbers.checked_sub(1).expect("it is built")
        }

        fn move_in(&self) -> bool {
            self.number();
            self.mailbox.move_in()
        }

        fn live_and_leave(&self) -> usize {
            // SAFETY: checked by the model: this is who lives there.
            self.lives.with_mut(|lives| unsafe { *lives += 1 });
            assert!(self.mailbox.move_out());
            1
        }
    }

    /// The model fails if it is left.
    fn allocate() -> Result<NonNull<Modelled>, AllocError> {
        // SAFETY: the memory comes from the allocator just now, as long as what is written there.
        unsafe {
            let place = loom::alloc::alloc(Layout::new::<Modelled>()).cast::<Modelled>();
            place.write(Modelled::unbuilt());
            Ok(NonNull::new_unchecked(place))
        }
    }

    fn deallocate(place: NonNull<Modelled>) {
        // SAFETY: the memory comes from `allocate`, and nobody uses it any more.
        unsafe {
            place.drop_in_place();
            loom::alloc::dealloc(place.as_ptr().cast(), Layout::new::<Modelled>());
        }
    }

    fn build(place: NonNull<Modelled>, number: u16) {
        // SAFETY: the place comes from `allocate` or `homes`; that nobody else has it is checked by the model.
        unsafe {
            let home = place.as_ref();
            home.numbers
                .with_mut(|numbers| *numbers = number as usize + 1);
            assert!(home.mailbox.move_in());
        }
    }

    fn homes<const OTHERS: usize>() -> Arc<Homes<AtomicUsize, Modelled, OTHERS>> {
        let once = || Once::new(AtomicUsize::new(0));
        // INVARIANT: **First** and **Built** hold: nobody has counted.
        Arc::new(Homes {
            count: AtomicUsize::new(0),
            zeroth: once(),
            key: once(),
            first: core::cell::UnsafeCell::new(MaybeUninit::new(Modelled::unbuilt())),
            others: core::array::from_fn(|_| once()),
        })
    }

    /// A thread begins, if there is a heap for it.
    fn begin<const OTHERS: usize>(
        homes: &Homes<AtomicUsize, Modelled, OTHERS>,
    ) -> Option<&Modelled> {
        let found = homes.all().find(|home| home.move_in());
        // SAFETY: checked by the model: what `allocate` returns stays until the end.
        found.or_else(|| unsafe { homes.make(allocate, deallocate, build) }.ok())
    }

    /// A thread begins and ends. Answers how many did.
    fn live<const OTHERS: usize>(homes: &Homes<AtomicUsize, Modelled, OTHERS>) -> usize {
        begin(homes).map_or(0, Modelled::live_and_leave)
    }

    /// Somebody looks at all heaps that there are.
    fn visit<const OTHERS: usize>(homes: &Homes<AtomicUsize, Modelled, OTHERS>) {
        for home in homes.all().filter(|home| home.move_in()) {
            assert!(home.mailbox.move_out());
        }
    }

    /// Two threads begin and end, perhaps while another one lives all the time, or one visits all heaps. Then each
    /// number has one heap, and each thread has lived there alone. Answers how many did.
    fn two_live<const OTHERS: usize>(beside_another: bool, visited: bool) -> usize {
        let homes = homes::<OTHERS>();
        let another = beside_another.then(|| begin(&homes).unwrap());
        let other = homes.clone();
        let other = thread::spawn(move || live(&other));
        let visitor = visited.then(|| {
            let homes = homes.clone();
            thread::spawn(move || visit(&homes))
        });
        let mut lived = live(&homes) + other.join().unwrap();
        if let Some(visitor) = visitor {
            visitor.join().unwrap();
        }
        lived += another.map_or(0, Modelled::live_and_leave);
        let built: Vec<&Modelled> = homes.all().collect();
        assert!(built.len() <= OTHERS + 1);
        for (number, home) in built.iter().enumerate() {
            assert_eq!(home.number(), number);
        }
        let lives = built.iter().map(|home| {
            // SAFETY: checked by the joins.
            home.lives.with(|lives| unsafe { *lives })
        });
        assert_eq!(lives.sum::<usize>(), lived);
        let others = built.into_iter().skip(1);
        others.map(NonNull::from).for_each(deallocate);
        lived
    }

    #[test]
    fn two_who_begin_live_alone() {
        loom::model(|| assert_eq!(two_live::<1>(false, false), 2));
        loom::model(|| assert_eq!(two_live::<2>(true, false), 3));
    }

    #[test]
    fn who_gets_no_number_leaves_no_memory() {
        loom::model(|| assert!(two_live::<0>(false, false) >= 1));
        loom::model(|| assert!(two_live::<1>(true, false) >= 2));
    }

    #[test]
    fn who_visits_all_while_two_begin_finds_what_is_built() {
        // With at most two of them stopped in between.
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(2);
        model.check(|| assert_eq!(two_live::<1>(false, true), 2));
        model.check(|| assert_eq!(two_live::<2>(true, true), 3));
    }
}
