//! From the pages of a thread to its last instruction.
//!
//! ```text
//! low | guard | stack …            <- | room for handlers | control, result, work | high
//!       4 KiB   touched page by page    (if faults are      FS leads here
//!       nobody may touch                 reported)
//! ```
//!
//! Nothing of it is on a heap: a thread is one mapping, and when it goes nothing is left. Who waits for the
//! thread unmaps it after the kernel has said that it is gone; a thread that nobody waits for unmaps itself, by
//! a few instructions that need no stack.
//!
//! # Costs
//! Three system calls to start a thread (map, make writable, clone), two to four to end it.

use super::SpawnError;
use super::control::{Control, Slot, prepare};
use super::running::Running;
use crate::sys::{self, Birth, Errno};
use core::cell::Cell;
use core::ptr::NonNull;

const PAGE_BYTES: usize = 4096;
const STACK_ALIGN_BYTES: usize = 16;

/// The page below each stack that nobody may touch.
const GUARD_BYTES: usize = PAGE_BYTES;

/// What the handle of a thread knows of it.
#[repr(C)]
pub(super) struct Head<T> {
    pub(super) control: Control,
    pub(super) result: Cell<Option<T>>,
}

/// What lies at the end of its pages.
#[repr(C)]
struct Packet<F, T> {
    head: Head<T>,
    work: Cell<Option<F>>,
}

/// The pages of a thread: start and length.
#[derive(Clone, Copy)]
struct Pages {
    start: NonNull<u8>,
    length: usize,
}

impl Pages {
    /// Pages for a stack of `stack_bytes`, at least a page, and `other_bytes` above it, the lowest one a guard.
    fn map(stack_bytes: usize, other_bytes: usize) -> Result<Pages, Errno> {
        let usable = stack_bytes
            .max(PAGE_BYTES)
            .checked_add(other_bytes)
            .and_then(|bytes| bytes.checked_next_multiple_of(PAGE_BYTES))
            .filter(|&bytes| bytes < isize::MAX as usize - GUARD_BYTES)
            .ok_or(Errno::ENOMEM)?;
        let length = GUARD_BYTES + usable;
        let start = sys::mmap_untouchable(length)?;
        let pages = Pages { start, length };
        // SAFETY: the pages came from the kernel just now, and what is made usable lies in them.
        unsafe {
            if let Err(errno) = sys::mprotect_read_write(start.add(GUARD_BYTES), usable) {
                pages.unmap();
                return Err(errno);
            }
        }
        Ok(pages)
    }

    /// # Safety
    /// - Nobody uses the pages after this.
    unsafe fn unmap(self) {
        // SAFETY: contract of this function; they came from `map`.
        unsafe {
            if sys::munmap(self.start, self.length).is_err() {
                // Nothing better is left if this fails too: the pages stay as they are.
                let _ = sys::madvise_dontneed(self.start, self.length);
            }
        }
    }
}

/// Starts a thread that does `work`.
///
/// # Safety
/// - What `work` and its result borrow, and `scope`, stay until the thread has counted itself out of `scope`.
pub(super) unsafe fn start<F, T>(
    work: F,
    stack_bytes: usize,
    scope: *const Running,
) -> Result<NonNull<Head<T>>, SpawnError<F>>
where
    F: FnOnce() -> T,
{
    let other = size_of::<Packet<F, T>>() + align_of::<Packet<F, T>>() + STACK_ALIGN_BYTES;
    let mapped = prepare().and_then(|room| Ok((Pages::map(stack_bytes, other + room)?, room)));
    let (pages, room_bytes) = match mapped {
        Ok(mapped) => mapped,
        Err(errno) => return Err(SpawnError { errno, work }),
    };
    // SAFETY: the pages came from `map` just now, long enough for packet and room, and nobody else has them.
    let (packet, stack_end) = unsafe {
        let end = pages.start.as_ptr().add(pages.length);
        let packet = down(
            end.sub(size_of::<Packet<F, T>>()),
            align_of::<Packet<F, T>>(),
        );
        (
            packet.cast::<Packet<F, T>>(),
            down(packet.sub(room_bytes), STACK_ALIGN_BYTES),
        )
    };
    let mut control = Control::new();
    control.pages = (pages.start.as_ptr(), pages.length);
    control.room = (stack_end, room_bytes);
    control.scope = scope;
    let head = Head {
        control,
        result: Cell::new(None),
    };
    let work = Cell::new(Some(work));
    // SAFETY: origin of the pointer: as above, aligned by `down`; the exposed address is what FS will lead to.
    let packet = unsafe {
        packet.write(Packet { head, work });
        packet.expose_provenance();
        &*packet
    };
    packet.head.control.set_own();
    let birth = Birth {
        stack_end,
        own_data: (&raw const *packet).cast_mut().cast(),
        argument: (&raw const *packet).cast_mut().cast(),
        begin: begin::<F, T>,
        alive: &raw const packet.head.control.alive,
    };
    // SAFETY: the pages came from `map`, and go when the thread has ended: checked by `clear_up`, which waits for
    // that, or the thread gives them back itself.
    match unsafe { sys::clone_thread(&birth) } {
        Ok(_) => Ok(NonNull::from(&packet.head)),
        Err(errno) => {
            let work = packet.work.take();
            // SAFETY: checked above: there is no thread, and the work is out of the packet.
            unsafe { pages.unmap() };
            let work = work.expect("the work is where it was put");
            Err(SpawnError { errno, work })
        }
    }
}

/// The highest multiple of `align`, a power of two, that is not above `ptr`.
fn down(ptr: *mut u8, align: usize) -> *mut u8 {
    ptr.map_addr(|address| address & !(align - 1))
}

/// The first function of a thread.
///
/// # Safety
/// - `packet` is the packet that `start` wrote for this thread.
unsafe extern "C" fn begin<F, T>(packet: *mut u8) -> !
where
    F: FnOnce() -> T,
{
    // SAFETY: contract of this function.
    let packet = unsafe { &*packet.cast_const().cast::<Packet<F, T>>() };
    let (room, room_bytes) = packet.head.control.room;
    if room_bytes > 0 {
        // An error only means that a fault is not told.
        // SAFETY: origin of the pointer: `start` has left so much room above the stack.
        let _ = unsafe { sys::sigaltstack(room, room_bytes) };
    }
    let work = packet.work.take().expect("a thread begins once");
    packet.head.result.set(Some(work()));
    // SAFETY: contract of this function: this is the thread of the packet, and its work is done.
    unsafe { end(&packet.head) }
}

/// The last function of a thread.
///
/// # Safety
/// - `head` is that of the thread which calls, whose stack holds nothing that anybody needs.
unsafe fn end<T>(head: &Head<T>) -> ! {
    let control = &head.control;
    let alone = control.parting.finish();
    if alone {
        drop(head.result.take());
    }
    let Slot { value, at_end } = &control.slot;
    if let Some(at_end) = at_end.get() {
        // SAFETY: the contract of a slot: whoever set the function wants it called with the value.
        unsafe { at_end(value.get()) };
    }
    let (pages, length) = control.pages;
    if !control.scope.is_null() {
        // SAFETY: contract of `start`: the count stays until the thread, which it counts, has left.
        unsafe { Running::leave(control.scope) };
    }
    if alone {
        // SAFETY: origin of the pointer: `start`; by the protocol of `Parting`, checked above, nobody else comes.
        unsafe { sys::munmap_and_exit(NonNull::new_unchecked(pages), length) }
    }
    sys::exit_thread()
}

/// Waits for the end of a thread, takes its result, and gives its pages back.
///
/// # Safety
/// - `head` came from `start`, and nobody uses it after this; the thread leaves clearing up to the caller.
pub(super) unsafe fn clear_up<T>(head: NonNull<Head<T>>) -> Option<T> {
    // SAFETY: contract of this function.
    unsafe {
        let control = &head.as_ref().control;
        control.wait();
        let result = head.as_ref().result.take();
        let (start, length) = control.pages;
        let start = NonNull::new_unchecked(start);
        Pages { start, length }.unmap();
        result
    }
}
