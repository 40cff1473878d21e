//! All bytes or an error: the loops around the two system calls that may do half of what they were asked.

use crate::sys::{self, Descriptor, Errno, Ready};

/// Waits without an end.
const FOR_EVER_MS: i32 = -1;

/// Writes all of `bytes`: an interrupted call is made again, a short write is continued, a full pipe that
/// does not block is waited for.
///
/// # Errors
/// Every other error of write(2); `EIO` if the kernel says that it wrote nothing.
pub fn write_all(descriptor: Descriptor, bytes: &[u8]) -> Result<(), Errno> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match sys::write(descriptor, rest) {
            Ok(0) => return Err(Errno::EIO),
            Ok(count) => rest = rest.get(count..).unwrap_or_default(),
            Err(error) => wait_or_fail(descriptor, Ready::Write, error)?,
        }
    }
    Ok(())
}

/// Reads what is there, at least a byte; 0 at the end. An interrupted call is made again, an empty pipe that
/// does not block is waited for.
///
/// # Errors
/// Every other error of read(2), `EISDIR` for a directory.
pub fn read_some(descriptor: Descriptor, buffer: &mut [u8]) -> Result<usize, Errno> {
    loop {
        match sys::read(descriptor, buffer) {
            Ok(count) => return Ok(count),
            Err(error) => wait_or_fail(descriptor, Ready::Read, error)?,
        }
    }
}

/// Whether a failed call is worth another try; waits for the descriptor where that is what it takes.
fn wait_or_fail(descriptor: Descriptor, ready: Ready, error: Errno) -> Result<(), Errno> {
    match error {
        Errno::EINTR => Ok(()),
        Errno::EAGAIN => match sys::poll(descriptor, ready, FOR_EVER_MS) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(error) => Err(error),
        },
        error => Err(error),
    }
}
