//! The heap of one thread, its mailbox, and its trays for the blocks of others.
//!
//! Everything but the mailbox is used only by who lives there: the thread whose slot leads here, or a visitor who
//! posted a letter to a house where nobody lives. Who moves out leaves no mail, and gives memory back, all of it if no
//! block is live: but for 1 MiB in all houses together, which the next threads need not ask for again.

use super::letters::{Letter, PARCEL, Tray};
use super::mailbox::Mailbox;
use super::marked::Marked;
use super::{Still, homes};
use crate::heap::place::place_from_ptr;
use crate::heap::spans::{Shaped, Spans, belongs_to_nobody};
use crate::memory::{AllocError, Allocator, Layout, PAGE_BYTES};
use core::cell::{Cell, UnsafeCell};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering};

/// Parcels that are filled at the same time, for different heaps.
const TRAYS: usize = 8;

/// Visits to a house where nobody lives until its free memory goes back.
const VISITS_MAX: u32 = 16;

/// So many free bytes may stay in houses where nobody lives, all in all, for the next threads.
const WARM_BYTES_MAX: usize = 1024 * 1024;

/// How many do.
static WARM_BYTES: AtomicUsize = AtomicUsize::new(0);

/// The number of the home where nobody ever lives.
pub(super) const NOBODY: u16 = u16::MAX;

/// What a heap has for its bookkeeping before it asks for pages: enough for two or three classes of small blocks.
const BOOKKEEPING_BYTES: usize = 640;

/// On a cache line of its own: others write it.
#[derive(Debug)]
#[repr(align(128))]
struct Apart<T>(T);

/// The heap of one thread.
///
/// # Invariants
/// - **Alone**: but for `mailbox`, `number` and `still`, it is used only by who lives there, as the mailbox says; and
///   by `layout_of` of `unnamed.rs`, which reads only what `change` has changed, when it stands still.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Home {
    mailbox: Apart<Mailbox<AtomicUsize>>,
    pub(super) number: u16,
    visits: Cell<u32>,
    /// Free bytes that it keeps while nobody lives there.
    warm_bytes: Cell<usize>,
    trays: [Tray; TRAYS],
    pub(super) still: Still,
    /// Lent to the heap.
    bookkeeping: UnsafeCell<[u128; BOOKKEEPING_BYTES / 16]>,
    // Last, what a small heap hardly touches: see `Spans::begin`. So a home of little use takes one page.
    spans: UnsafeCell<Spans<Marked>>,
}

// What the head of `mod.rs` says under *Costs*.
const _: () = assert!(size_of::<Home>() <= 3 * PAGE_BYTES);

// SAFETY: by **Alone** of `Home`: moving in and out orders what its inhabitants do (checked by the models of
// `Mailbox`).
unsafe impl Sync for Home {}

impl Home {
    /// The house where nobody ever lives.
    #[cfg(any(test, feature = "hosted"))]
    pub(super) const fn nobodys() -> Home {
        Home {
            mailbox: Apart(Mailbox::new(AtomicUsize::new(0))),
            number: NOBODY,
            visits: Cell::new(0),
            warm_bytes: Cell::new(0),
            trays: [const { Tray::new() }; TRAYS],
            still: Still::new(),
            bookkeeping: UnsafeCell::new([0; _]),
            spans: UnsafeCell::new(Spans::new(Marked { number: NOBODY })),
        }
    }

    /// Makes a house of zero bytes, where the caller lives.
    ///
    /// # Safety
    /// - `place` is aligned, its bytes are zero, and it is the house's for ever.
    #[inline(never)] // Or there are two: one for the static.
    pub(super) unsafe fn build(place: NonNull<Home>, number: u16) -> &'static Home {
        // SAFETY: contract of this function: zeros are words, and an open lock, and what `Spans::begin` asks for.
        unsafe {
            // Each field by its name: whoever adds one finds this.
            let Home {
                mailbox,
                number: own_number,
                visits,
                warm_bytes,
                trays,
                still,
                bookkeeping: _,
                spans,
            } = &mut *place.as_ptr();
            *mailbox = Apart(Mailbox::new(AtomicUsize::new(0)));
            *own_number = number;
            *visits = Cell::new(0);
            *warm_bytes = Cell::new(0);
            *trays = [const { Tray::new() }; TRAYS];
            *still = Still::new();
            Spans::begin(NonNull::from(spans.get_mut()), Marked { number });
            let home = place.as_ref();
            assert!(home.move_in(), "a new house is empty");
            home.lend_bookkeeping();
            home
        }
    }

    /// Lends the heap its first bookkeeping, all zero.
    ///
    /// # Safety
    /// - The heap has none yet.
    unsafe fn lend_bookkeeping(&self) {
        let bytes = self.bookkeeping.get().cast::<[u8; BOOKKEEPING_BYTES]>();
        // SAFETY: by **Alone** of `Home`, the bytes are the heap's alone, and live as long.
        unsafe {
            bytes.write([0; BOOKKEEPING_BYTES]);
            self.spans().lend(NonNull::new_unchecked(bytes));
        }
    }

    /// Whether nobody ever lives there: so nothing is hot, and no block is its own.
    pub(super) fn is_nobodys(&self) -> bool {
        self.number == NOBODY
    }

    /// Moves in if nobody lives there.
    pub(super) fn move_in(&self) -> bool {
        self.mailbox.0.move_in()
    }

    /// The heap itself, to ask it and to use its hot stacks; all else is for [`change`](Home::change). Only for who
    /// lives there.
    #[inline(always)]
    pub(super) fn spans(&self) -> &Spans<Marked> {
        // SAFETY: by **Alone** of `Home`; it is replaced only where no borrow of it is left.
        unsafe { &*self.spans.get() }
    }

    /// Lends the heap to a step that changes what is known of blocks. Only for who lives there.
    #[inline(always)]
    pub(super) fn change<R>(&self, step: impl FnOnce(&Spans<Marked>) -> R) -> R {
        self.still.with(|| step(self.spans()))
    }

    /// A block that the hot stack does not have.
    ///
    /// # Errors
    /// As [`Allocator::allocate`].
    pub(super) fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.collect();
        self.change(|spans| spans.allocate(layout))
    }

    /// Takes back a small block of this heap, whose hot stack is full.
    #[cold]
    #[inline(never)]
    pub(super) fn overflow(&self, class: usize, address: usize) {
        self.change(|spans| spans.overflow(class, address));
    }

    /// Takes all letters, and the blocks in them.
    pub(super) fn collect(&self) {
        if !self.mailbox.0.has_mail() {
            return;
        }
        let mut letter = Some(Letter(self.mailbox.0.collect())).filter(|letter| letter.0 != 0);
        while let Some(opened) = letter {
            // SAFETY: the letter came from the mailbox just now. The blocks in it are what their threads gave back:
            // contract of `Allocator::deallocate`, checked again by the heap.
            let parcel = unsafe {
                letter = opened.next();
                opened.open(|address, shape| {
                    self.change(|spans| spans.deallocate_shaped(address, shape));
                })
            };
            if let Some((parcel, sender)) = parcel {
                self.return_parcel(parcel, sender);
            }
        }
    }

    /// Has an empty parcel go back to where it was made.
    fn return_parcel(&self, parcel: usize, sender: u16) {
        let shape = Shaped::from_layout(PARCEL);
        // SAFETY: the parcel came from `sender`, with this layout, and has been read.
        unsafe {
            if sender == self.number {
                self.change(|spans| spans.deallocate_shaped(parcel, shape));
            } else {
                post(Letter::bare(parcel, shape), sender);
            }
        }
    }

    /// Takes a block back, or sends it home, soon or at once.
    ///
    /// # Safety
    /// - As [`Allocator::deallocate`], of a block with a page of `number`'s heap.
    #[inline]
    pub(super) unsafe fn give_back(&self, ptr: NonNull<u8>, layout: Layout, number: u16) {
        // SAFETY: contract of this function.
        unsafe {
            match self.number == number {
                true => self.change(|spans| spans.deallocate(ptr, layout)),
                false => self.send_home(ptr.addr().get(), Shaped::from_layout(layout), number),
            }
        }
    }

    /// Sends a block of another heap home, soon or at once.
    ///
    /// # Safety
    /// - A thread gave the block back, named with a layout of that shape; it has a page of `number`'s heap.
    unsafe fn send_home(&self, address: usize, shape: Shaped, number: u16) {
        let tray = &self.trays[number as usize % TRAYS];
        if !tray.is_for(number) {
            // Now: who posts it no longer knows whose address it was.
            if homes::get(number).is_none() {
                belongs_to_nobody(address);
            }
            self.post_tray(tray);
            let Ok(parcel) = self.allocate_parcel() else {
                // SAFETY: contract of this function.
                return unsafe { post(Letter::bare(address, shape), number) };
            };
            // SAFETY: the parcel came from this heap just now.
            unsafe { tray.begin(place_from_ptr(parcel.cast()), number) };
        }
        if tray.add(address, shape) {
            self.post_tray(tray);
        }
    }

    fn allocate_parcel(&self) -> Result<NonNull<[u8]>, AllocError> {
        match self.spans().allocate_hot(PARCEL) {
            Some(parcel) => Ok(parcel),
            None => self.allocate(PARCEL),
        }
    }

    fn post_tray(&self, tray: &Tray) {
        if let Some((letter, number)) = tray.close(self.number) {
            // SAFETY: the letter came from the tray just now.
            unsafe { post(letter, number) };
        }
    }

    /// Posts what lies in the trays.
    pub(super) fn post_all(&self) {
        for tray in &self.trays {
            self.post_tray(tray);
        }
    }

    /// Gives back what can be: all of it, if no block is live.
    pub(super) fn trim(&self) {
        if self.spans().live_blocks() > 0 {
            return self.change(Spans::trim);
        }
        // SAFETY: by **Alone** of `Home`; no other borrow of the heap is left, and no block of it is live.
        self.still.with(|| unsafe {
            (*self.spans.get()).begin_anew();
            self.lend_bookkeeping();
        });
    }

    /// Moves in if nobody lives there: for a thread that begins.
    pub(super) fn begin_life(&self) -> bool {
        let moved_in = self.move_in();
        if moved_in {
            self.keep_warm(false);
        }
        moved_in
    }

    /// Moves out, with nothing left to do: for a thread that ends.
    pub(super) fn end_life(&self) {
        self.move_out(true, true);
    }

    /// Sees to the mail and moves out: for a visitor.
    pub(super) fn end_visit(&self) {
        self.visits.set(self.visits.get() + 1);
        let often = self.visits.get() >= VISITS_MAX;
        if often {
            self.visits.set(0);
        }
        self.move_out(often, true);
    }

    /// As `end_visit`, and gives back all it can.
    pub(super) fn end_visit_trimmed(&self) {
        self.move_out(true, false);
    }

    /// Moves out when there is no mail, and gives memory back, if `trims` says so, or no block is live, or more is
    /// offered than may stay; but a little may, if `keeps` says so.
    fn move_out(&self, trims: bool, keeps: bool) {
        loop {
            self.collect();
            self.post_all();
            let spans = self.spans();
            let much = trims || spans.offered_bytes() > WARM_BYTES_MAX;
            if (much || spans.live_blocks() == 0) && !self.keep_warm(keeps) {
                self.trim();
            }
            if self.mailbox.0.move_out() {
                return;
            }
        }
    }

    /// Has it keep its free memory while nobody lives there, if that is `wanted` and few houses do. Answers whether it
    /// does.
    fn keep_warm(&self, wanted: bool) -> bool {
        // The sum orders nothing: it only has to be right in the end.
        WARM_BYTES.fetch_sub(self.warm_bytes.take(), Ordering::Relaxed);
        if !wanted {
            return false;
        }
        let bytes = self.spans().free_bytes();
        let add = |sum: usize| sum.checked_add(bytes).filter(|&sum| sum <= WARM_BYTES_MAX);
        let added = WARM_BYTES.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        if added.is_ok() {
            self.warm_bytes.set(bytes);
        }
        added.is_ok()
    }
}

/// Posts a letter to the heap with a number; if nobody lives there, sees to its mail.
///
/// # Safety
/// - The letter is not posted yet, and its blocks belong there.
pub(super) unsafe fn post(letter: Letter, number: u16) {
    let Some(home) = homes::get(number) else {
        belongs_to_nobody(letter.0);
    };
    // SAFETY: contract of this function: the link is written before the letter is posted.
    let moved_in = home
        .mailbox
        .0
        .post(letter.0, |next| unsafe { letter.set_link(next) });
    if moved_in {
        home.end_visit();
    }
}
