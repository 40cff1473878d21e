//! A file that has its name only when it is complete: nobody ever reads half of it.
//!
//! ```text
//! (no name)           written here, in the same folder
//! out.trace.4711      ... and at the end this is its name, for as long as it takes to
//! out.trace           ... rename it, in one step; what stood there until then is gone only now
//! ```
//!
//! It may be read and written by whom the old file could, if there was one. Who is killed leaves nothing behind.
//! Where the file system knows no files without a name (NFS, FAT), or without `/proc`, the second name is there
//! from the start, and stays if the program is killed. What is no plain file (a device, a pipe, a link to
//! anything) is written where it is: it must not be replaced.

use super::{Decimal, File};
use crate::sys::{self, Descriptor, Errno, Mode};
use core::ffi::CStr;

/// The most bytes of a path, its NUL counted: the kernel's `PATH_MAX`.
const PATH_BYTES_MAX: usize = 4096;

/// The most bytes of a name in `/proc/self/fd`, its NUL counted.
const LINK_BYTES_MAX: usize = 32;

/// A file in the making; given up when it is dropped.
///
/// # Examples
/// ```
/// use nostd_alloc::io::Draft;
///
/// # let path = format!("/tmp/nostd-alloc-draft-{}", std::process::id());
/// # let path = std::ffi::CString::new(path).unwrap();
/// # let path = path.as_c_str();
/// let mut draft = Draft::of(path)?;
/// draft.write_all(b"all of it")?;
/// # assert!(!std::fs::exists(path.to_str().unwrap()).unwrap());
/// draft.keep()?;
/// # assert_eq!(std::fs::read(path.to_str().unwrap()).unwrap(), b"all of it");
/// # std::fs::remove_file(path.to_str().unwrap()).unwrap();
/// # Ok::<(), nostd_alloc::sys::Errno>(())
/// ```
#[derive(Debug)]
pub struct Draft<'p> {
    /// `None` once it is kept.
    file: Option<File>,
    target: &'p CStr,
    /// The name until then, with its NUL; empty where the target itself is written.
    name: [u8; PATH_BYTES_MAX],
    /// Whether the file has not even that name yet.
    is_nameless: bool,
}

impl<'p> Draft<'p> {
    /// Begins what will be the file `target`.
    ///
    /// # Errors
    /// Those of open(2) and fchmod(2); `EEXIST` if a process of the same number has left its draft; `ENAMETOOLONG`.
    #[inline(never)]
    pub fn of(target: &'p CStr) -> Result<Draft<'p>, Errno> {
        let mut name = [0; PATH_BYTES_MAX];
        let rights = match sys::rights_of_plain_file(target) {
            Ok(Some(rights)) => Some(rights),
            Err(Errno::ENOENT) => None,
            Ok(None) => {
                let descriptor = sys::openat(target, Mode::Replace)?;
                return Ok(Draft::begun(descriptor, target, name));
            }
            Err(error) => return Err(error),
        };
        let beside = name_beside(target, &mut name).ok_or(Errno::ENAMETOOLONG)?;
        let nameless = open_nameless(target);
        let descriptor = match nameless {
            Some(descriptor) => descriptor,
            None => sys::openat(beside, Mode::CreateNew)?,
        };
        // From here on an error takes the draft away.
        let mut draft = Draft::begun(descriptor, target, name);
        draft.is_nameless = nameless.is_some();
        if let Some(rights) = rights {
            sys::fchmod(descriptor, rights)?;
        }
        Ok(draft)
    }

    fn begun(descriptor: Descriptor, target: &'p CStr, name: [u8; PATH_BYTES_MAX]) -> Draft<'p> {
        Draft {
            file: Some(File::from(descriptor)),
            target,
            name,
            is_nameless: false,
        }
    }

    /// The number under which the kernel knows the file; it stays the file's.
    pub fn descriptor(&self) -> Descriptor {
        let none = Descriptor(-1);
        self.file.as_ref().map_or(none, File::descriptor)
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// Those of write(2), without the ones that another try mends.
    pub fn write_all(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        super::write_all(self.descriptor(), bytes)
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// Those of link(2), close(2) and rename(2); the draft is gone then, and what had the name still has it.
    #[inline(never)]
    pub fn keep(mut self) -> Result<(), Errno> {
        if let (true, Some(name)) = (self.is_nameless, self.name()) {
            let mut link = [0; LINK_BYTES_MAX];
            let link = link_of(self.descriptor(), &mut link).ok_or(Errno::EBADF)?;
            sys::linkat(link, name)?;
            self.is_nameless = false;
        }
        if let Some(file) = self.file.take() {
            // An error leaves the name to `drop`.
            file.close()?;
        }
        if let Some(name) = self.name() {
            sys::renameat(name, self.target)?;
        }
        // INVARIANT: the draft has no name of its own any more.
        self.name = [0; PATH_BYTES_MAX];
        Ok(())
    }

    /// The name of the draft; `None` where the target itself is written, and once it is kept.
    fn name(&self) -> Option<&CStr> {
        let name = CStr::from_bytes_until_nul(&self.name).ok()?;
        (!name.is_empty()).then_some(name)
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if let (false, Some(name)) = (self.is_nameless, self.name()) {
            // Nothing better is left if this fails: the name says what it is.
            let _ = sys::unlinkat(name);
        }
    }
}

/// Opens a file without a name in the folder of `target`; `None` where there is no such thing, or no way to give
/// it a name later.
fn open_nameless(target: &CStr) -> Option<Descriptor> {
    let path = target.to_bytes();
    let folder = match path.iter().rposition(|&byte| byte == b'/') {
        Some(last) => path.get(..=last)?,
        None => b"./",
    };
    let mut buffer = [0; PATH_BYTES_MAX];
    let folder = joined(&[folder, b"."], &mut buffer)?;
    let descriptor = sys::openat(folder, Mode::Nameless).ok()?;
    let mut link = [0; LINK_BYTES_MAX];
    let link = link_of(descriptor, &mut link);
    if link.is_some_and(|link| sys::rights_of_plain_file(link).is_ok()) {
        return Some(descriptor);
    }
    // It was never written: nothing can be lost.
    let _ = sys::close(descriptor);
    None
}

/// Writes the path by which the kernel shows an open file.
fn link_of(descriptor: Descriptor, buffer: &mut [u8; LINK_BYTES_MAX]) -> Option<&CStr> {
    let number = Decimal::new(u64::try_from(descriptor.0).ok()?);
    joined(&[b"/proc/self/fd/", number.as_bytes()], buffer)
}

/// Writes `target`, a dot and the number of this process. `None` if that is too long.
fn name_beside<'b>(target: &CStr, buffer: &'b mut [u8; PATH_BYTES_MAX]) -> Option<&'b CStr> {
    let number = Decimal::new(u64::from(sys::getpid()));
    joined(&[target.to_bytes(), b".", number.as_bytes()], buffer)
}

/// Writes the pieces one behind the other, and a NUL. `None` if that is too long.
#[inline(never)]
fn joined<'b>(pieces: &[&[u8]], buffer: &'b mut [u8]) -> Option<&'b CStr> {
    let mut length = 0;
    for piece in pieces.iter().chain(&[&b"\0"[..]]) {
        buffer
            .get_mut(length..length + piece.len())?
            .copy_from_slice(piece);
        length += piece.len();
    }
    CStr::from_bytes_with_nul(buffer.get(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::{format, fs};

    /// A folder for one test, gone at its end.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(test: &str) -> Folder {
            let name = format!("nostd-alloc-draft-{test}-{}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            fs::create_dir(&folder).unwrap();
            Folder(folder)
        }

        fn path(&self, name: &str) -> CString {
            CString::new(self.0.join(name).to_str().unwrap()).unwrap()
        }

        fn count(&self) -> usize {
            fs::read_dir(&self.0).unwrap().count()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_old_file_stands_until_the_new_one_is_complete() {
        let folder = Folder::new("replace");
        let path = folder.path("file");
        fs::write(path.to_str().unwrap(), "old").unwrap();
        let mut draft = Draft::of(&path).unwrap();
        draft.write_all(b"new").unwrap();
        assert_eq!(fs::read(path.to_str().unwrap()).unwrap(), b"old");
        draft.keep().unwrap();
        assert_eq!(fs::read(path.to_str().unwrap()).unwrap(), b"new");
        assert_eq!(folder.count(), 1);
        // No umask takes or gives what the old file had.
        for rights in [0o600, 0o666, 0o751] {
            fs::set_permissions(path.to_str().unwrap(), Permissions::from_mode(rights)).unwrap();
            Draft::of(&path).unwrap().keep().unwrap();
            let found = fs::metadata(path.to_str().unwrap()).unwrap().permissions();
            assert_eq!(found.mode() & 0o7777, rights);
        }
    }

    #[test]
    fn a_draft_that_is_dropped_leaves_nothing() {
        let folder = Folder::new("drop");
        let path = folder.path("file");
        let mut draft = Draft::of(&path).unwrap();
        draft.write_all(b"half").unwrap();
        // Nothing is there to be left behind by a program that is killed, if the file system can do that.
        assert_eq!(folder.count(), usize::from(!draft.is_nameless));
        drop(draft);
        assert_eq!(folder.count(), 0);
        // A rename that fails leaves nothing either.
        let draft = Draft::of(&path).unwrap();
        fs::create_dir(path.to_str().unwrap()).unwrap();
        assert_eq!(draft.keep(), Err(Errno::EISDIR));
        assert_eq!(folder.count(), 1);
    }

    #[test]
    fn what_is_no_plain_file_is_written_and_not_replaced() {
        let folder = Folder::new("link");
        let (file, link) = (folder.path("file"), folder.path("link"));
        fs::write(file.to_str().unwrap(), "old").unwrap();
        std::os::unix::fs::symlink(file.to_str().unwrap(), link.to_str().unwrap()).unwrap();
        let mut draft = Draft::of(&link).unwrap();
        draft.write_all(b"new").unwrap();
        draft.keep().unwrap();
        assert_eq!(fs::read(file.to_str().unwrap()).unwrap(), b"new");
        assert!(
            fs::symlink_metadata(link.to_str().unwrap())
                .unwrap()
                .is_symlink()
        );

        let mut draft = Draft::of(c"/dev/full").unwrap();
        assert_eq!(draft.write_all(b"x"), Err(Errno::ENOSPC));
        drop(draft);
        assert!(fs::exists("/dev/full").unwrap());
        let missing = folder.path("missing/file");
        assert_eq!(Draft::of(&missing).err(), Some(Errno::ENOENT));
    }
}
