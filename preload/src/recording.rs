//! The recording of this process, and how its children come to theirs.
//!
//! ```text
//! PATH, PARENT                        go over to a forked child: where to record, and whose file not to touch
//! | lock | state | recorder |         a page that is wiped in it: an open lock, nothing begun
//! ```
//!
//! The first process of a command has FILE. Who finds FILE locked by a living process, or was forked from one
//! that had it, has FILE.PID. A forked child begins when it first asks for memory; blocks that it got from its
//! parent have no numbers in its recording, and their ends are left out.

use crate::settings::{self, Path, Settings, Text, absolute, with_process};
use crate::window::Window;
use core::cell::{Cell, UnsafeCell};
use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicPtr, Ordering};
use nostd_alloc::io::{Decimal, Escaped};
use nostd_alloc::lab::trace::{Moving, Recorder, Sink};
use nostd_alloc::memory::{Layout, PAGE_BYTES};
use nostd_alloc::sys::{self, Descriptor, Errno, FileIdentity, Lock, Promise, RawLock, getpid};

/// What wiped pages say: nothing has begun in this process.
const FRESH: u32 = 0;
const RECORDING: u32 = 1;
const ENDED: u32 = 2;

/// What is true of one process only. Zeros are an open lock and a fresh state.
///
/// # Invariants
/// - **Alone**: `state` and `recorder` are only used by whoever holds `lock`.
/// - **Begun**: the recorder has been written if the state is `RECORDING` or `ENDED`.
struct Own {
    lock: Lock,
    state: Cell<u32>,
    recorder: UnsafeCell<MaybeUninit<Recorder<Window>>>,
}

const OWN_BYTES: usize = size_of::<Own>().next_multiple_of(PAGE_BYTES);

/// What a child has from its parent.
struct Inherited {
    /// Where the recording goes, from the root on.
    path: Path,
    /// The file that this process, or the one it was forked from, has open for its recording.
    opened: Option<(Descriptor, FileIdentity)>,
}

/// Behind the lock of `Own`, whose holder is alone in the process.
struct Guarded(UnsafeCell<Inherited>);

// SAFETY: by **Alone** of `Own`: it is used by whoever holds that lock, and before there is one by `begin`.
unsafe impl Sync for Guarded {}

static INHERITED: Guarded = Guarded(UnsafeCell::new(Inherited {
    path: Path::EMPTY,
    opened: None,
}));

/// The wiped pages; null while nothing is to be recorded.
static OWN: AtomicPtr<Own> = AtomicPtr::new(null_mut());

/// Begins to record, if the user wants that. Called once in the life of a program.
pub(crate) fn begin(settings: &Settings) {
    if settings.trace.as_bytes().is_empty() {
        return;
    }
    let path = absolute(&settings.trace);
    // SAFETY: nobody else uses it: `OWN` is still null, and the caller calls once, as checked by its exchange.
    unsafe { (*INHERITED.0.get()).path = path };
    match map_own() {
        Ok(own) => OWN.store(own.as_ptr(), Ordering::Release),
        Err(error) => return refuse(&path, error),
    }
    with(true, |_| ());
}

/// Maps the pages that a fork wipes.
fn map_own() -> Result<NonNull<Own>, Errno> {
    let pages = sys::mmap(OWN_BYTES, Promise::Reserved)?;
    // SAFETY: the pages come from `mmap` just now; zeros are an open lock and a fresh state, which a test of
    // this file asserts when it is compiled.
    unsafe { sys::madvise_wipeonfork(pages, OWN_BYTES)? };
    Ok(pages.cast())
}

const _: () = {
    // SAFETY: a lock is one word, checked by the compiler, which refuses to change the type of another size.
    let open: u32 = unsafe { core::mem::transmute(Lock::OPEN) };
    assert!(open == 0, "zeros are an open lock");
    assert!(FRESH == 0, "zeros are a fresh state");
};

/// Lends the recorder of this process to `tell`; not if there is none. Where nothing has begun and `may_begin`
/// says so, it begins.
fn with<R>(may_begin: bool, tell: impl FnOnce(&mut Recorder<Window>) -> R) -> Option<R> {
    let own = NonNull::new(OWN.load(Ordering::Acquire))?;
    // SAFETY: the pointer comes from `map_own`; the pages are never given back.
    let own = unsafe { own.as_ref() };
    own.lock.lock();
    if own.state.get() == FRESH && may_begin {
        begin_process(own);
    }
    let told = (own.state.get() == RECORDING).then(|| {
        // SAFETY: the state was checked above: by **Begun** and **Alone** of `Own`, whose lock is held.
        let recorder = unsafe { (*own.recorder.get()).assume_init_mut() };
        let told = tell(recorder);
        if let Some(error) = recorder.error() {
            own.state.set(ENDED);
            let process = Decimal::new(u64::from(getpid()));
            nostd_alloc::eprintln!("nostd-alloc: the recording of process {process} ends: {error}");
        }
        told
    });
    // SAFETY: the lock is held: taken above, which was checked by `lock`.
    unsafe { own.lock.unlock() };
    told
}

/// Opens the file of this process. The lock is held.
fn begin_process(own: &Own) {
    // SAFETY: by **Alone** of `Own`: the caller holds its lock.
    let inherited = unsafe { &mut *INHERITED.0.get() };
    let forked = inherited.opened.take();
    if let Some((descriptor, identity)) = forked {
        // The parent's file: as long as it is open here, it stays locked.
        if sys::fstat(descriptor) == Ok(identity) {
            let _ = sys::close(descriptor);
        }
    }
    let opened = open_file(&inherited.path, forked.is_some()).and_then(|window| {
        Ok((
            window.opened(),
            Recorder::to(window).map_err(|_| Errno::ENOMEM)?,
        ))
    });
    match opened {
        Ok((opened, mut recorder)) => {
            inherited.opened = Some(opened);
            // An error of the sink comes again with the first line.
            let _ = recorder.sink_mut().put(settings::heading().as_bytes());
            // INVARIANT: **Begun** holds: the recorder is written before the state says so.
            // SAFETY: by **Alone** of `Own`: the caller holds its lock.
            unsafe { (*own.recorder.get()).write(recorder) };
            own.state.set(RECORDING);
        }
        Err(error) => {
            refuse(&inherited.path, error);
            // Not `ENDED`, which has a recorder.
            OWN.store(null_mut(), Ordering::Release);
        }
    }
}

/// The file that the user named, or, where that is another process's, the same with the number of this one.
fn open_file(path: &Path, forked: bool) -> Result<Window, Errno> {
    let named = with_process(path);
    if named.is_cut() {
        return Err(Errno::ENAMETOOLONG);
    }
    let one_for_each = named.as_bytes() != path.as_bytes();
    if one_for_each || !forked {
        match Window::create(&named) {
            Err(Errno::EAGAIN) => {}
            opened => return opened,
        }
    }
    let mut numbered = named;
    numbered.push(b".");
    numbered.push(Decimal::new(u64::from(getpid())).as_bytes());
    match numbered.is_cut() {
        true => Err(Errno::ENAMETOOLONG),
        false => Window::create(&numbered),
    }
}

/// Says why there is no recording; the program goes on.
fn refuse(path: &Path, error: Errno) {
    let path = Escaped(path.as_bytes());
    nostd_alloc::eprintln!("nostd-alloc: nothing is recorded ({error}): {path}");
}

/// A block was handed out.
pub(crate) fn allocated(block: *mut c_void, layout: Layout, zeroed: bool) {
    with(true, |recorder| {
        recorder.allocated(block.addr(), layout, zeroed)
    });
}

/// A block goes back now.
pub(crate) fn freed(block: *mut c_void) {
    // What a child gives back of its parent's is no reason to make a file.
    with(false, |recorder| recorder.freed(block.addr()));
}

/// A block is about to get another size. `None` if nothing is recorded.
pub(crate) fn begin_move(block: *mut c_void) -> Option<Moving> {
    with(true, |recorder| recorder.begin_move(block.addr()))
}

/// The call has returned: with a block, or with null.
pub(crate) fn end_move(
    moving: Option<Moving>,
    old: *mut c_void,
    new: *mut c_void,
    new_size: usize,
) {
    let Some(moving) = moving else {
        return;
    };
    with(false, |recorder| match (new.is_null(), new_size) {
        (false, _) => recorder.end_move(moving, new.addr(), new_size),
        // glibc frees the block; a malloc that does not answers with one.
        (true, 0) => recorder.end_move_freed(moving),
        (true, _) => recorder.cancel_move(moving, old.addr()),
    });
}

/// The program is at its end; what still comes is written line by line.
pub(crate) fn finish() {
    with(false, |recorder| {
        if recorder.early_blocks() > 0 {
            let mut line = Text::<100>::EMPTY;
            line.push(b"# left out: ");
            line.push(Decimal::new(recorder.early_blocks()).as_bytes());
            line.push(b" ends of blocks made before the recording\n");
            // An error comes again, as below.
            let _ = recorder.sink_mut().put(line.as_bytes());
        }
        // An error comes again with the next line; without one the file is only too long, by empty lines.
        let _ = recorder.sink_mut().cut();
    });
}
