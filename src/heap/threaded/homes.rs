//! All heaps of threads, by number: a thread that begins takes one where nobody lives, with the blocks that are
//! still live in it, or a new one.
//!
//! There are as many as there have ever been threads with a heap at the same time, or a few more: where a visitor
//! sees to the mail, no thread that begins at that moment can move in. One where nobody lives and no block
//! is live costs its own few pages.

use super::home::Home;
use super::still::Still;
use crate::memory::{AllocError, Allocator, Kernel, Layout};
use core::ptr::{NonNull, with_exposed_provenance};
use core::sync::atomic::{AtomicUsize, Ordering};

/// The most threads with a heap at the same time.
const HOMES_MAX: usize = 4096;

/// The exposed address of each [`Home`], or 0; a heap stays as long as the program.
static HOMES: [AtomicUsize; HOMES_MAX] = [const { AtomicUsize::new(0) }; HOMES_MAX];

/// How many numbers are given away.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// No heap is made while another one is, or while all of them are held.
static MAKING: Still = Still::new();

/// The heap with a number.
pub(super) fn get(number: u16) -> Option<&'static Home> {
    let word = HOMES.get(number as usize)?;
    let ptr = with_exposed_provenance::<Home>(word.load(Ordering::Acquire));
    // SAFETY: origin of the pointer: `make`, which put it there for ever.
    unsafe { ptr.as_ref() }
}

/// All heaps that there are.
pub(super) fn all() -> impl Iterator<Item = &'static Home> {
    (0..COUNT.load(Ordering::Acquire)).filter_map(|number| get(number as u16))
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

/// Has every heap but `own` stand still, until [`release`].
#[cfg(any(test, feature = "malloc"))]
pub(super) fn hold(own: Option<&Home>) {
    MAKING.hold();
    others(own).for_each(|home| home.still().hold());
}

/// Ends [`hold`].
///
/// # Safety
/// - This thread holds them, or the one that forked this process did, with the same `own`.
#[cfg(any(test, feature = "malloc"))]
pub(super) unsafe fn release(own: Option<&Home>) {
    // SAFETY: contract of this function.
    others(own).for_each(|home| unsafe { home.still().release() });
    // SAFETY: contract of this function.
    unsafe { MAKING.release() };
}

#[cfg(any(test, feature = "malloc"))]
fn others(own: Option<&Home>) -> impl Iterator<Item = &'static Home> {
    all().filter(move |home| own.is_none_or(|own| own.number != home.number))
}

fn make() -> Result<&'static Home, AllocError> {
    let layout = Layout::new::<Home>();
    let block: NonNull<Home> = Kernel.allocate(layout)?.cast();
    let number = COUNT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
        (count < HOMES_MAX).then_some(count + 1)
    });
    let Ok(number) = number else {
        // SAFETY: the block came from the kernel just now.
        unsafe { Kernel.deallocate(block.cast(), layout) };
        return Err(AllocError);
    };
    // SAFETY: the block came from the kernel just now, as long as a heap, and stays.
    let home = unsafe {
        block.write(Home::new(number as u16));
        block.as_ref()
    };
    assert!(home.move_in(), "a new house is empty");
    HOMES[number].store(block.as_ptr().expose_provenance(), Ordering::Release);
    Ok(home)
}
