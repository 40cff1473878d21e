//! The end of a program that misused its heap: one line that names what was found, then SIGABRT.
//!
//! Going on would hand the same bytes out twice. The line is built on the stack and goes out in one write;
//! nothing here allocates.

use crate::io::Stderr;
use crate::sys;
use core::fmt::{Arguments, Write};

/// A pointer that was given back is no block of this heap.
#[cold]
#[inline(never)]
pub(super) fn invalid_free(address: usize) -> ! {
    die(format_args!("invalid free of {address:#x}"))
}

/// A block was given back that is free already.
#[cold]
#[inline(never)]
pub(super) fn double_free(address: usize) -> ! {
    die(format_args!("double free of {address:#x}"))
}

/// A block was named with a layout that is not its own.
#[cold]
#[inline(never)]
pub(super) fn layout_mismatch(address: usize, size: usize, usable: usize) -> ! {
    die(format_args!(
        "layout mismatch of {address:#x}: named with {size} bytes, has {usable}"
    ))
}

/// A link in free memory was written over.
#[cold]
#[inline(never)]
pub(super) fn damaged(address: usize) -> ! {
    die(format_args!(
        "heap damaged at {address:#x}: a link of a free chunk was written over"
    ))
}

fn die(what: Arguments<'_>) -> ! {
    let mut line = Stderr::line();
    // Writing to a line cannot fail.
    let _ = line.write_fmt(format_args!("fatal: {what}"));
    drop(line);
    sys::abort()
}
