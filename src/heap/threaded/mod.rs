//! A heap of spans for each thread: no lock, and no atomic step where a thread frees what it has allocated.
//!
//! ```text
//! thread --slot--> home: heap of spans + mailbox + trays
//!                          ^                         | blocks of others, by parcels
//!                          +---- letters <-----------+ to the mailbox of their home
//! ```
//!
//! A block is freed by the thread that has it in its own heap, or else it goes home: its page tells whose it is.
//! Freed blocks of others are collected in *trays*, and posted by parcels of up to 61: one atomic step for all of
//! them. Who runs out of blocks looks into the mailbox first.
//!
//! A thread that ends moves out of its heap and gives free memory back, but for 1 MiB of all such heaps together; the
//! next thread that begins moves in, and finds the blocks that are still live there. In the meantime whoever posts a
//! letter sees to it.
//!
//! | file | idea |
//! |---|---|
//! | `mailbox.rs` | who lives there, and what others leave: one word |
//! | `letters.rs` | parcels, bare blocks, trays |
//! | `owners.rs` | from any address to the number of its heap |
//! | `marked.rs` | kernel pages that are marked with that number |
//! | `home.rs` | one heap with all that belongs to it |
//! | `homes.rs` | all of them |
//! | `face.rs` | all of them as one `Allocator` |
//! | `program.rs` | the slot of a program without libc |
//! | `hosted.rs` | the slot of a program with libc (feature `hosted`) |
//! | `shared.rs` | one heap for threads without a slot |
//! | `unnamed.rs` | blocks that come back without a layout, and forks (feature `malloc`) |
//! | `still.rs` | when others may ask what a block is (feature `malloc`) |
//! | `unasked.rs` | the same where nobody asks |
//!
//! # How is this safe?
//! A heap is used by one at a time: who lives there, as its mailbox says. The word is the only thing that two
//! threads write; `mailbox.rs` has models that try every order. A fork in the middle of anything finds each word
//! whole: in the child, heaps of the threads that are gone stay lived in, so nobody uses them, and what is posted
//! to them stays there.
//!
//! # Costs
//! Beside those of [`Spans`](super::Spans): two instructions to find the heap of a thread; for a block of
//! another thread three loads and a store, and one atomic step for each parcel. Up to 16 KiB of blocks may lie in a
//! tray until more come, the thread ends, or [`trim`](Threaded::trim). A page for the heap of a thread, and two more as
//! it grows; 2 bytes a page. At most 4096 threads have a heap at the same time.
//!
//! # Source
//! Leijen, Zorn and de Moura, *Mimalloc* (2019): a heap for each thread, and lists of what others freed. Liétar and
//! others, *snmalloc* (2019): such blocks travel in batches. Berger and others, *Hoard* (2000): blocks go back to the
//! heap that they came from.

mod face;
mod home;
mod homes;
#[cfg(any(test, feature = "hosted"))]
mod hosted;
mod letters;
mod mailbox;
mod marked;
mod owners;
#[cfg(not(feature = "hosted"))]
mod program;
mod shared;
#[cfg(any(test, feature = "malloc"))]
mod still;
#[cfg(not(any(test, feature = "malloc")))]
mod unasked;
#[cfg(any(test, feature = "malloc"))]
mod unnamed;

#[cfg(feature = "hosted")]
pub(super) use hosted::Hosted;
#[cfg(not(feature = "hosted"))]
pub(super) use program::OfProgram;
#[cfg(any(test, feature = "malloc"))]
use still::Still;
#[cfg(not(any(test, feature = "malloc")))]
use unasked::Still;

use crate::memory::AllocError;

/// One pointer for each thread.
///
/// # Safety
/// An implementer owes: `get` returns null, or what this thread gave to `set` last; and when a thread ends that has
/// set a value, the function is called with it by that thread, whose `get` returns null from then on or is not
/// called any more.
pub unsafe trait PerThread {
    /// Whether `get` returns the address of a heap where nobody ever lives, in place of null: only this library has one.
    #[doc(hidden)]
    const NEVER_NULL: bool = false;

    /// What this thread has set, or null.
    fn get(&self) -> *mut ();

    /// Whether this thread can have a value. One that can have none shares a heap, behind a lock.
    fn may_set(&self) -> bool {
        true
    }

    /// Sets it, with what is to be done at the end of the thread.
    ///
    /// # Errors
    /// [`AllocError`] if this thread can have none.
    fn set(&self, value: *mut (), at_end: unsafe fn(*mut ())) -> Result<(), AllocError>;
}

/// The heaps of all threads; `S` is how a thread finds its own. All values of it are the same heap, and
/// [`Global`](super::Global) is one whose slot fits the program.
#[derive(Debug)]
pub struct Threaded<S> {
    slot: S,
}

impl<S: PerThread> Threaded<S> {
    /// The heaps, which threads find through `slot`.
    pub const fn new(slot: S) -> Threaded<S> {
        Threaded { slot }
    }
}
