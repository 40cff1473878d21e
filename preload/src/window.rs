//! The file of a recording, seen through a window of memory that moves along.
//!
//! ```text
//! file    | lines ............................ | \n \n \n \n ... \n |
//!                              | window          ^ used             |
//! ```
//!
//! A line is stored into a page that the file shares with us: no system call a line, and nothing to flush. The
//! kernel has it, whoever kills the process. The file is made longer by *writing newlines*, which a reader
//! takes for empty lines: so the file makes sense at every moment, a full disk is an error of a write and not
//! a fault, and what is too long at the end does not matter. A line begins as a comment, `#`, and becomes
//! itself with its first letter as the last store: half a line is a comment. Between the two its bytes are stored
//! one after another, so that behind each of them the newlines begin.
//!
//! At exit the file is cut to its length; the few calls that come after that are written one by one. The same
//! is done with what cannot be mapped (a pipe).
//!
//! # How is this safe?
//! The descriptor is a number that the program may close and use for a file of its own. So before each use the
//! kernel is asked which file it means; if it is another one, ours is opened again by its name. A forked child
//! has no window: its pages would keep our lock after our end.

use crate::settings::{PATH_BYTES_MAX, Path};
use core::ffi::CStr;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU8, Ordering, compiler_fence};
use nostd_alloc::io::write_all;
use nostd_alloc::lab::trace::Sink;
use nostd_alloc::memory::PAGE_BYTES;
use nostd_alloc::sys::{self, Descriptor, Errno, FileIdentity, Mode};

/// How much of the file is mapped at once: little at first, for the many processes that write little.
const WINDOW_BYTES_MIN: usize = 16 * 1024;
const WINDOW_BYTES_MAX: usize = 256 * 1024;

/// What the file is made longer with.
static NEWLINES: [u8; 16 * 1024] = [b'\n'; 16 * 1024];

/// Our descriptor has the first free number from here on, out of the way of the program's own.
const DESCRIPTOR_LEAST: i32 = 900;

/// The file of a recording.
///
/// # Invariants
/// - **Mapped**: `pages`, if any, are `mapped` bytes of the file from `offset` on; the file is at least so long,
///   and `used` is at most `mapped`.
pub(crate) struct Window {
    path: Path,
    descriptor: Descriptor,
    identity: FileIdentity,
    /// `None` while lines are written one by one.
    pages: Option<NonNull<u8>>,
    mapped: usize,
    /// Where the window begins in the file, a multiple of the page; and how much of it is written.
    offset: u64,
    used: usize,
    /// How long the file is, newlines included.
    length: u64,
}

/// A path with its NUL, where the kernel can read it.
fn open(path: &Path) -> Result<Descriptor, Errno> {
    let mut bytes = [0; PATH_BYTES_MAX];
    let Some(room) = bytes.get_mut(..path.as_bytes().len()) else {
        return Err(Errno::ENAMETOOLONG);
    };
    room.copy_from_slice(path.as_bytes());
    let path = CStr::from_bytes_until_nul(&bytes).map_err(|_| Errno::ENAMETOOLONG)?;
    let low = sys::openat(path, Mode::Keep)?;
    // A process may be allowed fewer numbers than that; then the low one has to do.
    let Ok(high) = sys::fcntl_dupfd(low, DESCRIPTOR_LEAST) else {
        return Ok(low);
    };
    let _ = sys::close(low);
    Ok(high)
}

impl Window {
    /// Makes or empties a file; `EAGAIN` if another process records into it.
    pub(crate) fn create(path: &Path) -> Result<Window, Errno> {
        let descriptor = open(path)?;
        let mut window = Window {
            path: *path,
            descriptor,
            identity: sys::fstat(descriptor)?,
            pages: None,
            mapped: 0,
            offset: 0,
            used: 0,
            length: 0,
        };
        match sys::flock(descriptor) {
            Err(Errno::EAGAIN) => {
                let _ = sys::close(descriptor);
                return Err(Errno::EAGAIN);
            }
            // What has no locks or no length is a pipe or a device: written line by line.
            Err(_) | Ok(()) => match sys::ftruncate(descriptor, 0) {
                Ok(()) => window.advance()?,
                Err(_) => window.pages = None,
            },
        }
        Ok(window)
    }

    /// Descriptor and file, for a child that finds the descriptor open.
    pub(crate) fn opened(&self) -> (Descriptor, FileIdentity) {
        (self.descriptor, self.identity)
    }

    /// How far the lines reach.
    fn position(&self) -> u64 {
        self.offset + self.used as u64
    }

    /// Our descriptor, opened again if the program has taken its number.
    fn descriptor(&mut self) -> Result<Descriptor, Errno> {
        if sys::fstat(self.descriptor) == Ok(self.identity) {
            return Ok(self.descriptor);
        }
        let again = open(&self.path)?;
        if sys::fstat(again) != Ok(self.identity) {
            // Another file has the name by now; this one may even be a new one, made just now.
            let _ = sys::close(again);
            return Err(Errno::EBADF);
        }
        // The lock went with the first opening.
        let _ = sys::flock(again);
        self.descriptor = again;
        sys::lseek(again, self.length)?;
        Ok(again)
    }

    /// Moves the window to where the next line goes.
    #[cold]
    fn advance(&mut self) -> Result<(), Errno> {
        let descriptor = self.descriptor()?;
        let page = PAGE_BYTES as u64;
        let offset = self.position() / page * page;
        // As much again as there is.
        let window = (offset as usize).clamp(WINDOW_BYTES_MIN, WINDOW_BYTES_MAX);
        let end = offset + window as u64;
        while self.length < end {
            let missing = (end - self.length).min(NEWLINES.len() as u64) as usize;
            let newlines = NEWLINES.get(..missing).unwrap_or_default();
            write_all(descriptor, newlines)?;
            self.length += missing as u64;
        }
        let used = (self.position() - offset) as usize;
        self.unmap();
        // INVARIANT: **Mapped** holds: the file was made long enough above; `used` is less than a page.
        self.pages = sys::mmap_shared(descriptor, offset, window).ok();
        if let Some(pages) = self.pages {
            // SAFETY: the pages come from `mmap_shared` just now; a child begins without a window. If this
            // fails, a child only keeps the file locked for longer.
            let _ = unsafe { sys::madvise_dontfork(pages, window) };
        }
        self.mapped = window;
        self.offset = offset;
        self.used = used;
        match self.pages {
            Some(_) => Ok(()),
            // A file that cannot be mapped can be written.
            None => self.cut(),
        }
    }

    fn unmap(&mut self) {
        if let Some(pages) = self.pages.take() {
            // SAFETY: by **Mapped** of `Window`; no address of it is kept anywhere else.
            let _ = unsafe { sys::munmap(pages, self.mapped) };
        }
    }

    /// Cuts the file to its lines; from here on they are written one by one.
    pub(crate) fn cut(&mut self) -> Result<(), Errno> {
        if self.length == 0 {
            return Ok(());
        }
        self.unmap();
        let descriptor = self.descriptor()?;
        self.length = self.position();
        sys::ftruncate(descriptor, self.length)?;
        sys::lseek(descriptor, self.length).map(drop)
    }

    /// Stores a line into the window; it fits.
    fn store(&mut self, pages: NonNull<u8>, line: &[u8]) {
        let Some((&first, rest)) = line.split_first() else {
            return;
        };
        // SAFETY: by **Mapped** of `Window` and because the line fits, as the caller has checked, all bytes
        // lie in the mapped pages, which nobody else in this process uses.
        let byte =
            |index: usize| unsafe { AtomicU8::from_ptr(pages.add(self.used + index).as_ptr()) };
        byte(0).store(b'#', Ordering::Relaxed);
        for (index, &value) in rest.iter().enumerate() {
            // In this order: the stores of a memcpy come in any, and a newline between two of them would cut
            // the comment.
            compiler_fence(Ordering::Release);
            byte(index + 1).store(value, Ordering::Relaxed);
        }
        byte(0).store(first, Ordering::Release);
        self.used += line.len();
    }
}

impl Sink for Window {
    #[inline]
    fn put(&mut self, line: &[u8]) -> Result<(), Errno> {
        if self.pages.is_some() && line.len() > self.mapped - self.used {
            self.advance()?;
        }
        let Some(pages) = self.pages else {
            let descriptor = self.descriptor()?;
            self.offset += line.len() as u64;
            self.length = self.length.max(self.position());
            return write_all(descriptor, line);
        };
        self.store(pages, line);
        Ok(())
    }
}
