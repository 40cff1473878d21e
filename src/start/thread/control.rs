//! What a thread finds behind its register FS: itself.
//!
//! ```text
//! fs:[0] -> | own address | slot: value, at_end | alive | parting | pages | scope |
//! ```
//!
//! The first thread of a program has its control in a static, and FS leads there from the first `spawn` on: a
//! program without threads makes no call for it.
//!
//! # How is this safe?
//! Before the first `spawn` a program of `entry!` has one thread, and FS is 0; so nobody else reads `MANY` or
//! the static control while they are prepared. Where FS is not 0 a libc has set it, and [`prepare`] refuses.

use super::parting::Parting;
use super::running::Running;
use crate::sys::{self, Errno};
use core::cell::Cell;
use core::ptr::{NonNull, null};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

/// One pointer that each thread has for itself, and what is done with it when the thread ends.
#[derive(Debug)]
pub struct Slot {
    /// Null at first.
    pub value: Cell<*mut ()>,
    /// Called with the value at the end of the thread, if there is one. Not for the first thread, whose end is
    /// that of the program.
    pub at_end: Cell<Option<unsafe fn(*mut ())>>,
}

impl Slot {
    const fn new() -> Slot {
        Slot {
            value: Cell::new(core::ptr::null_mut()),
            at_end: Cell::new(None),
        }
    }
}

/// A thread's own data.
#[derive(Debug)]
#[repr(C, align(16))]
pub(super) struct Control {
    own: Cell<*const Control>,
    pub(super) slot: Slot,
    /// The thread's number; the kernel writes 0 when it has ended.
    pub(super) alive: AtomicU32,
    pub(super) parting: Parting<AtomicUsize>,
    /// The pages with guard, stack and control; none for the first thread.
    pub(super) pages: (*mut u8, usize),
    /// Where handlers run, if memory faults are reported.
    pub(super) room: (*mut u8, usize),
    /// How many threads of its scope run, if it has one.
    pub(super) scope: *const Running,
}

// What the head of `mod.rs` says under *Costs*.
const _: () = assert!(size_of::<Control>() == 80);

impl Control {
    pub(super) const fn new() -> Control {
        Control {
            own: Cell::new(null()),
            slot: Slot::new(),
            alive: AtomicU32::new(0),
            parting: Parting::new(AtomicUsize::new(0)),
            pages: (core::ptr::null_mut(), 0),
            room: (core::ptr::null_mut(), 0),
            scope: null(),
        }
    }

    /// Writes its own address where FS will lead.
    pub(super) fn set_own(&self) {
        self.own.set(self);
    }

    /// Waits until the thread has ended.
    pub(super) fn wait(&self) {
        loop {
            let number = self.alive.load(Ordering::Acquire);
            if number == 0 {
                return;
            }
            sys::futex_wait(&self.alive, number);
        }
    }
}

/// The control of the first thread.
///
/// # Invariants
/// - **First**: only the first thread uses it.
struct First(Control);

// SAFETY: by **First** of `First`.
unsafe impl Sync for First {}

static FIRST: First = First(Control::new());

/// Whether FS leads to a control, for ever: there has been a `spawn`.
static MANY: AtomicBool = AtomicBool::new(false);

/// Whether this is a program of [`entry!`](crate::entry): then each of its threads has a [`slot`] of its own.
///
/// Its `_start` stands behind a mark, which has no address in other programs. So nothing is written at start, and the
/// smallest program has no writable memory.
pub fn has_slots() -> bool {
    let mark: usize;
    // SAFETY: the address of the mark comes from the linker's table, which is only read.
    unsafe {
        core::arch::asm!(
            ".weak nostd_alloc_entry", // null where nobody defines it
            ".hidden nostd_alloc_entry", // by this very file of the linker
            "mov {mark}, [rip + nostd_alloc_entry@GOTPCREL]",
            mark = lateout(reg) mark,
            options(pure, readonly, nostack, preserves_flags),
        );
    }
    mark != 0
}

/// The length of the stack for handlers that each thread gets, in bytes: as long as that of the first thread.
static ROOM_BYTES: AtomicUsize = AtomicUsize::new(0);

/// Sees to it that FS of this thread leads to its control; returns the length of the stack for handlers.
///
/// # Errors
/// `EPERM` in a program with libc, which has its own data there; those of arch_prctl(2).
pub(super) fn prepare() -> Result<usize, Errno> {
    if !MANY.load(Ordering::Relaxed) {
        if sys::arch_prctl_get_fs()? != 0 {
            return Err(Errno::EPERM);
        }
        FIRST.0.set_own();
        // SAFETY: FS was checked above to be 0, so that nobody relies on it; a static stays.
        unsafe { sys::arch_prctl_set_fs((&raw const FIRST).cast_mut().cast())? };
        ROOM_BYTES.store(sys::sigaltstack_bytes(), Ordering::Relaxed);
        MANY.store(true, Ordering::Relaxed);
    }
    Ok(ROOM_BYTES.load(Ordering::Relaxed))
}

/// The slot of this thread.
///
/// # Safety
/// - In a program of [`entry!`](crate::entry) all other threads come from [`spawn`](super::spawn). In one that
///   [has none](has_slots), all threads get the same slot, in which nobody writes.
/// - What is behind the pointer is not used after the end of the thread.
#[inline(always)]
pub unsafe fn slot() -> NonNull<Slot> {
    let control = match MANY.load(Ordering::Relaxed) {
        // SAFETY: FS leads to a control from then on: contract of this function; its first word, the control's own
        // address, never changes.
        true => core::ptr::with_exposed_provenance::<Control>(unsafe { sys::own_word() }),
        false => &raw const FIRST.0,
    };
    // SAFETY: origin of the pointer: a static, or what `set_own` wrote.
    unsafe { NonNull::new_unchecked((&raw const (*control).slot).cast_mut()) }
}
