//! The malloc behind us: that of the next library in the process, looked up once.
//!
//! The first call of any of our functions looks all of them up. `dlsym` may call malloc while it does; such
//! calls, and those of other threads meanwhile, find no functions and are served from [`early`](crate::early).
//! In a process whose next libraries have no malloc, the functions are those of our own heap; a user may ask
//! for them too.

use crate::{recording, serve, settings};
use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char, c_void};
use core::mem::transmute;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU8, Ordering};

unsafe extern "C" {
    /// The dynamic linker puts it in, from the libc of the process.
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// "The libraries behind the one that asks."
const RTLD_NEXT: *mut c_void = core::ptr::without_provenance_mut(usize::MAX);

type Allocate = unsafe extern "C" fn(usize) -> *mut c_void;
type AllocateTwo = unsafe extern "C" fn(usize, usize) -> *mut c_void;
type Reallocate = unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void;
type Free = unsafe extern "C" fn(*mut c_void);
type PosixMemalign = unsafe extern "C" fn(*mut *mut c_void, usize, usize) -> i32;
type UsableSize = unsafe extern "C" fn(*mut c_void) -> usize;

/// One malloc and its kin.
#[derive(Clone, Copy)]
pub(crate) struct Functions {
    pub(crate) malloc: Allocate,
    pub(crate) calloc: AllocateTwo,
    pub(crate) realloc: Reallocate,
    pub(crate) free: Free,
    pub(crate) memalign: AllocateTwo,
    pub(crate) aligned_alloc: AllocateTwo,
    pub(crate) posix_memalign: PosixMemalign,
    pub(crate) malloc_usable_size: UsableSize,
}

/// Our own heap.
const OWN: Functions = Functions {
    malloc: serve::malloc,
    calloc: serve::calloc,
    realloc: serve::realloc,
    free: serve::free,
    memalign: serve::memalign,
    aligned_alloc: serve::memalign,
    posix_memalign: serve::posix_memalign,
    malloc_usable_size: serve::malloc_usable_size,
};

const UNKNOWN: u8 = 0;
const LOOKING: u8 = 1;
const KNOWN: u8 = 2;

/// # Invariants
/// - **Written once**: `functions` is written by who took `phase` from `UNKNOWN`, before it becomes `KNOWN`,
///   and never again.
struct Next {
    phase: AtomicU8,
    functions: UnsafeCell<Functions>,
}

// SAFETY: by **Written once** of `Next`, nobody reads before the only write is done.
unsafe impl Sync for Next {}

static NEXT: Next = Next {
    phase: AtomicU8::new(UNKNOWN),
    functions: UnsafeCell::new(OWN),
};

/// The malloc behind us; `None` while it is looked up.
#[inline]
pub(crate) fn functions() -> Option<Functions> {
    if NEXT.phase.load(Ordering::Acquire) != KNOWN {
        return look_up();
    }
    // SAFETY: the phase was checked above; by **Written once** of `Next`.
    Some(unsafe { *NEXT.functions.get() })
}

/// The first call; and calls that come while it looks.
#[cold]
fn look_up() -> Option<Functions> {
    let phase = &NEXT.phase;
    let taken = phase.compare_exchange(UNKNOWN, LOOKING, Ordering::Acquire, Ordering::Acquire);
    if taken.is_err() {
        // SAFETY: the phase is checked in the same line; by **Written once** of `Next`.
        return (taken == Err(KNOWN)).then(|| unsafe { *NEXT.functions.get() });
    }
    let settings = settings::read();
    let next = match settings.own_heap {
        true => None,
        false => find_next(),
    };
    let functions = next.unwrap_or_else(|| {
        watch_forks();
        OWN
    });
    // INVARIANT: **Written once** holds: the phase was `UNKNOWN` for this thread alone.
    // SAFETY: nobody else reads or writes before the phase is `KNOWN`: checked by the exchange above.
    unsafe { NEXT.functions.get().write(functions) };
    phase.store(KNOWN, Ordering::Release);
    recording::begin(&settings);
    Some(functions)
}

/// A function of the libraries behind us.
fn find(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: contract of dlsym(3): a name with its NUL.
    let function = unsafe { dlsym(RTLD_NEXT, name.as_ptr()) };
    (!function.is_null()).then_some(function)
}

/// Has libc keep a fork and our own heap apart. A libc of which we know no way to do that does not fork amid
/// threads, or not often.
fn watch_forks() {
    type Handler = extern "C" fn();
    type PthreadAtfork = unsafe extern "C" fn(Handler, Handler, Handler) -> i32;
    type RegisterAtfork = unsafe extern "C" fn(Handler, Handler, Handler, *mut c_void) -> i32;
    // SAFETY: what comes from `dlsym` under these names has these types; the handlers only use a lock.
    unsafe {
        // The second one is the standard's; glibc links it into each program by itself.
        if let Some(found) = find(c"__register_atfork") {
            let register = transmute::<*mut c_void, RegisterAtfork>(found);
            register(
                serve::before_fork,
                serve::after_fork,
                serve::after_fork,
                null_mut(),
            );
        } else if let Some(found) = find(c"pthread_atfork") {
            let register = transmute::<*mut c_void, PthreadAtfork>(found);
            register(serve::before_fork, serve::after_fork, serve::after_fork);
        }
    }
}

/// What the libraries behind us have; `None` if that is no malloc.
fn find_next() -> Option<Functions> {
    // SAFETY: what comes from `dlsym` under the name of a function of C has that function's type; none of
    // them is null, checked by `find`.
    unsafe {
        let memalign = find(c"memalign").map_or(none as AllocateTwo, |found| transmute(found));
        Some(Functions {
            malloc: transmute::<*mut c_void, Allocate>(find(c"malloc")?),
            calloc: transmute::<*mut c_void, AllocateTwo>(find(c"calloc")?),
            realloc: transmute::<*mut c_void, Reallocate>(find(c"realloc")?),
            free: transmute::<*mut c_void, Free>(find(c"free")?),
            memalign,
            aligned_alloc: find(c"aligned_alloc").map_or(memalign, |found| transmute(found)),
            posix_memalign: find(c"posix_memalign")
                .map_or(none_posix as PosixMemalign, |found| transmute(found)),
            malloc_usable_size: find(c"malloc_usable_size")
                .map_or(none_usable as UsableSize, |found| transmute(found)),
        })
    }
}

/// A libc without this function: no program that runs on it calls it.
unsafe extern "C" fn none(_: usize, _: usize) -> *mut c_void {
    crate::exports::set_errno_no_memory();
    null_mut()
}

unsafe extern "C" fn none_posix(_: *mut *mut c_void, _: usize, _: usize) -> i32 {
    const ENOMEM: i32 = 12;
    ENOMEM
}

unsafe extern "C" fn none_usable(_: *mut c_void) -> usize {
    0
}

/// The linker's list of what runs before `main`: a program that asks for no memory has its recording too.
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = {
    extern "C" fn before_main() {
        let _ = functions();
    }
    before_main
};

/// And of what runs when `exit` is called.
#[used]
#[unsafe(link_section = ".fini_array")]
static AT_EXIT: extern "C" fn() = {
    extern "C" fn at_exit() {
        recording::finish();
    }
    at_exit
};
