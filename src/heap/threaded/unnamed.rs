//! Blocks that come back without a layout, as C's `free` has them (feature `malloc`).
//!
//! A small block of the thread's own heap is known by one look at its page. What is known of others stands in the
//! tables of the heap that they came from, which stands still while it is read (`still.rs`): so over a fork all heaps
//! have to stand still, or the child could wait for a thread that it does not have.
//!
//! # Costs
//! A block of this thread's heap: no atomic step where the hot stacks serve, two elsewhere. One of another thread's:
//! two more than with a layout.

use super::home::{Home, NOBODY};
use super::owners::OWNERS;
use super::shared::SHARED;
use super::{PerThread, Threaded, homes};
use crate::heap::spans::belongs_to_nobody;
use crate::memory::{Allocator, Layout};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU16, Ordering};

/// The number of the heap that goes on while the others are held: written and read by who holds them.
static GOES_ON: AtomicU16 = AtomicU16::new(NOBODY);

impl<S: PerThread> Threaded<S> {
    /// A layout that fits a live block of any thread, with its usable size; `None` if no block begins there. A block
    /// that was freed may still have one. Constant time.
    pub fn layout_of(&self, ptr: NonNull<u8>) -> Option<Layout> {
        let known = self.home().and_then(|home| home.spans().layout_of(ptr));
        known.or_else(|| homes::get(OWNERS.find(ptr.addr().get()))?.layout_of(ptr))
    }

    /// The same, or the end of the program with a line that says why there is none.
    pub fn layout_or_end(&self, ptr: NonNull<u8>) -> Layout {
        self.layout_of(ptr).unwrap_or_else(|| {
            let address = ptr.addr().get();
            match homes::get(OWNERS.find(address)) {
                Some(home) => home.misused(address),
                None => belongs_to_nobody(address),
            }
        })
    }

    /// As [`Allocator::deallocate`], by the address alone.
    ///
    /// # Safety
    /// - `ptr` is a live block of this allocator, which nobody uses any more.
    #[inline]
    pub unsafe fn deallocate_unnamed(&self, ptr: NonNull<u8>) {
        let address = ptr.addr().get();
        // SAFETY: contract of this function.
        unsafe {
            match self.hot() {
                Some(home) if let Some(class) = home.spans().own_class(address) => {
                    home.deallocate_own(class, address);
                }
                _ => self.deallocate_unnamed_further(ptr),
            }
        }
    }

    /// The same for a block that one look has not found.
    ///
    /// # Safety
    /// - As `deallocate_unnamed`.
    #[cold]
    #[inline(never)]
    unsafe fn deallocate_unnamed_further(&self, ptr: NonNull<u8>) {
        // SAFETY: contract of this function; a layout that its heap knows the block by fits it.
        unsafe { self.deallocate(ptr, self.layout_or_end(ptr)) }
    }

    /// Has the heaps of all other threads stand still: for a fork, which copies them as they are at that moment. They
    /// may be asked nothing before they are [released](Threaded::release). The thread that holds them may allocate in
    /// the meantime, unless there is no heap for it: then it would wait for itself.
    pub fn hold(&self) {
        let own = self.move_in().map_or(NOBODY, |home| home.number);
        SHARED.hold();
        homes::MAKING.hold();
        // Remembered: a thread that had none may have one when it releases.
        GOES_ON.store(own, Ordering::Relaxed);
        others(own).for_each(|home| home.still.hold());
    }

    /// Ends [`hold`](Threaded::hold).
    ///
    /// # Safety
    /// - This thread holds them.
    pub unsafe fn release(&self) {
        // SAFETY: contract of this function.
        unsafe { release_all(GOES_ON.load(Ordering::Relaxed)) }
    }

    /// Ends [`hold`](Threaded::hold) in the child of a fork. The heaps of threads that it does not have stay as they
    /// are: their blocks can be used and freed, and nobody gets that memory again.
    ///
    /// # Safety
    /// - The thread that forked this process held them; no other thread has begun yet.
    pub unsafe fn release_in_child(&self) {
        // Another thread may have been asking this one's heap.
        // SAFETY: contract of this function: there is no other thread.
        unsafe { release_all(NOBODY) }
    }
}

/// Every heap but the one with a number.
fn others(own: u16) -> impl Iterator<Item = &'static Home> {
    homes::all().filter(move |home| home.number != own)
}

/// Has every heap but that of `own` go on.
///
/// # Safety
/// - This thread holds them by [`Threaded::hold`], or the one that forked this process did.
unsafe fn release_all(own: u16) {
    // SAFETY: contract of this function.
    unsafe {
        others(own).for_each(|home| home.still.release());
        homes::MAKING.release();
        SHARED.release();
    }
}

impl Home {
    /// What a live block of this heap is known as: for every thread.
    fn layout_of(&self, ptr: NonNull<u8>) -> Option<Layout> {
        self.still.with(|| self.spans().layout_of(ptr))
    }

    /// Ends the program: no block of this heap begins at `address`.
    fn misused(&self, address: usize) -> ! {
        // A layout that no block has.
        self.still
            .with(|| self.spans().misused(address, Layout::new::<u8>()))
    }
}

#[cfg(test)]
mod tests {
    use crate::heap::threaded::PerThread;
    use crate::heap::threaded::hosted::Hosted;
    use crate::heap::threaded::hosted::tests::in_turn;
    use crate::heap::{Strategy, Threaded};
    use crate::memory::{AllocError, Allocator, Layout};
    use core::cell::Cell;
    use core::ptr::{NonNull, null_mut, with_exposed_provenance_mut};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;
    use std::vec::Vec;

    static HEAP: Threaded<Hosted> = Threaded::new(Hosted);

    /// A small block, some granules, some pages, a block apart.
    const SIZES: [usize; 4] = [40, 3000, 20_000, 1 << 20];

    fn allocate(size: usize) -> NonNull<u8> {
        let layout = Layout::from_size_align(size, 8).unwrap();
        HEAP.allocate(layout).unwrap().cast()
    }

    #[test]
    fn blocks_are_known_to_every_thread_and_come_back_by_their_address() {
        in_turn(known_and_back);
    }

    fn known_and_back() {
        let elsewhere = std::thread::spawn(|| {
            let blocks = SIZES.map(allocate);
            blocks.map(|block| block.expose_provenance().get())
        });
        let mine = SIZES.map(|size| (size, allocate(size)));
        let theirs = elsewhere.join().unwrap();
        let theirs = SIZES.into_iter().zip(theirs).map(|(size, address)| {
            (
                size,
                NonNull::new(with_exposed_provenance_mut(address)).unwrap(),
            )
        });
        let live = HEAP.stats_of_all().blocks;
        for (size, block) in mine.into_iter().chain(theirs.collect::<Vec<_>>()) {
            let usable = HEAP.layout_of(block).unwrap().size();
            assert!((size..size + size / 4 + 64).contains(&usable), "{usable}");
            assert_eq!(
                HEAP.layout_of(block.map_addr(|at| at.saturating_add(4))),
                None
            );
            // SAFETY: the block came from the heap just now.
            unsafe { HEAP.deallocate_unnamed(block) };
        }
        HEAP.trim();
        HEAP.verify();
        assert_eq!(HEAP.stats_of_all().blocks, live - 2 * SIZES.len());
    }

    #[test]
    fn who_holds_the_others_allocates() {
        in_turn(|| {
            HEAP.hold();
            for size in (1..4000).step_by(7).chain(SIZES) {
                let block = allocate(size);
                // SAFETY: the block came from the heap just now.
                unsafe { HEAP.deallocate_unnamed(block) };
            }
            // SAFETY: contract of `hold`, which was called just above.
            unsafe { HEAP.release() };
        });
    }

    std::thread_local! {
        static HOME: Cell<*mut ()> = const { Cell::new(null_mut()) };
        static REFUSES: Cell<bool> = const { Cell::new(true) };
    }

    /// A slot that can have no value at first.
    struct Late;

    // SAFETY: checked by its one use: the test calls `end_life` of what was set, and its thread asks nothing more.
    unsafe impl PerThread for Late {
        fn get(&self) -> *mut () {
            HOME.get()
        }

        fn set(&self, value: *mut (), _: unsafe fn(*mut ())) -> Result<(), AllocError> {
            if REFUSES.get() {
                return Err(AllocError);
            }
            HOME.set(value);
            Ok(())
        }
    }

    #[test]
    fn who_gets_a_heap_while_it_holds_all_of_them_releases_that_too() {
        in_turn(|| thread::spawn(release_what_was_held).join().unwrap());
    }

    fn release_what_was_held() {
        let heap = Threaded::new(Late);
        heap.hold();
        REFUSES.set(false);
        let home = heap.move_in().unwrap();
        // SAFETY: contract of `hold`, which was called just above.
        unsafe { heap.release() };
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            home.still.with(|| ());
            sender.send(()).unwrap();
        });
        let asked = receiver.recv_timeout(Duration::from_secs(10));
        home.end_life();
        assert_eq!(asked, Ok(()), "the heap stands still for ever");
    }
}
