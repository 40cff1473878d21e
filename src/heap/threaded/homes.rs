//! All heaps of threads, by number: a thread that begins takes one where nobody lives, with the blocks that are
//! still live in it, or a new one.
//!
//! There are as many as there have ever been threads with a heap at the same time, or a few more: where a visitor
//! sees to the mail, no thread that begins at that moment can move in. One where nobody lives and no block
//! is live costs the one to three pages of its own that were written.
//!
//! The first one is a static: a program with one thread has it, and what is known of all of them, on one page.

use super::Still;
use super::home::Home;
use crate::memory::{AllocError, Allocator, Kernel, Layout};
#[cfg(any(test, feature = "hosted"))]
use crate::sys::Once;
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
#[repr(C, align(4096))]
struct Homes {
    /// How many numbers are given away.
    count: AtomicUsize,
    /// The exposed address of each [`Home`], or 0: of number 0, and below of the others. A heap stays as long as the
    /// program.
    zeroth: AtomicUsize,
    /// See `key`.
    #[cfg(any(test, feature = "hosted"))]
    key: Once<AtomicUsize>,
    first: UnsafeCell<MaybeUninit<Home>>,
    others: [AtomicUsize; HOMES_MAX - 1],
}

// SAFETY: by **First** of `Homes`, and by what `Home` says of itself.
unsafe impl Sync for Homes {}

// INVARIANT: **First** holds: nobody has counted.
static HOMES: Homes = Homes {
    count: AtomicUsize::new(0),
    zeroth: AtomicUsize::new(0),
    #[cfg(any(test, feature = "hosted"))]
    key: Once::new(AtomicUsize::new(0)),
    first: UnsafeCell::new(MaybeUninit::zeroed()),
    others: [const { AtomicUsize::new(0) }; HOMES_MAX - 1],
};

/// No heap is made while another one is, or while all of them are held.
pub(super) static MAKING: Still = Still::new();

/// The word for libc's key of all threads that have a heap: here, so that it takes no page of its own.
#[cfg(any(test, feature = "hosted"))]
pub(super) fn key() -> &'static Once<AtomicUsize> {
    &HOMES.key
}

/// Where the address of the heap with a number stands.
fn word(number: usize) -> Option<&'static AtomicUsize> {
    match number {
        0 => Some(&HOMES.zeroth),
        _ => HOMES.others.get(number - 1),
    }
}

/// The heap with a number.
pub(super) fn get(number: u16) -> Option<&'static Home> {
    let word = word(number as usize)?;
    let ptr = with_exposed_provenance::<Home>(word.load(Ordering::Acquire));
    // SAFETY: origin of the pointer: `settle`, which put it there for ever.
    unsafe { ptr.as_ref() }
}

/// All heaps that there are.
pub(super) fn all() -> impl Iterator<Item = &'static Home> {
    (0..HOMES.count.load(Ordering::Acquire)).filter_map(|number| get(number as u16))
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
    // INVARIANT: **First** holds: this one has counted.
    let first = HOMES
        .count
        .compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed);
    if first.is_ok() {
        let place = HOMES.first.get().cast();
        // SAFETY: by **First** of `Homes`; a static stays.
        return Ok(unsafe { settle(NonNull::new_unchecked(place), 0) });
    }
    let layout = Layout::new::<Home>();
    let block: NonNull<Home> = Kernel.allocate_zeroed(layout)?.cast();
    let number = HOMES
        .count
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
            (count < HOMES_MAX).then_some(count + 1)
        });
    let Ok(number) = number else {
        // SAFETY: the block came from the kernel just now.
        unsafe { Kernel.deallocate(block.cast(), layout) };
        return Err(AllocError);
    };
    // SAFETY: the block came from the kernel just now, as long as a heap, and stays.
    Ok(unsafe { settle(block, number) })
}

/// Builds the heap with a number, where the caller lives.
///
/// # Safety
/// - As [`Home::build`].
unsafe fn settle(place: NonNull<Home>, number: usize) -> &'static Home {
    // SAFETY: contract of this function.
    let home = unsafe { Home::build(place, number as u16) };
    if let Some(word) = word(number) {
        word.store(place.as_ptr().expose_provenance(), Ordering::Release);
    }
    home
}
