//! The end of a program that misused its heap: one line that names what was found, then SIGABRT.
//!
//! Going on would hand the same bytes out twice, or follow a pointer that somebody wrote over. The line is
//! built on the stack and goes out in one write; nothing here allocates.

use super::block::Block;
use crate::io::Stderr;
use crate::sys;
use core::fmt::{Arguments, Write};

/// What is damaged, if a link cannot be believed.
pub(in crate::heap) const LINK: &str = "a link of a free block";

/// A pointer that was given back is no block of this heap.
#[cold]
#[inline(never)]
pub(in crate::heap) fn invalid_free(address: usize) -> ! {
    die(format_args!("invalid free of {address:#x}"))
}

/// A block was given back that is free already.
#[cold]
#[inline(never)]
pub(in crate::heap) fn double_free(address: usize) -> ! {
    die(format_args!("double free of {address:#x}"))
}

/// A block was named with a layout that is not its own.
#[cold]
#[inline(never)]
pub(in crate::heap) fn layout_mismatch(address: usize, size: usize, usable: usize) -> ! {
    die(format_args!(
        "layout mismatch of {address:#x}: named with {size} bytes, has {usable}"
    ))
}

/// A block of a stack was given back that is not the topmost one.
#[cold]
#[inline(never)]
pub(in crate::heap) fn out_of_order(address: usize) -> ! {
    die(format_args!("free of {address:#x} out of order"))
}

/// A word of the heap's own was written over.
#[cold]
#[inline(never)]
pub(in crate::heap) fn damaged(block: Block, which: &str) -> ! {
    let address = block.address();
    die(format_args!("heap damaged at {address:#x}: {which}"))
}

fn die(what: Arguments<'_>) -> ! {
    let mut line = Stderr::line();
    // Writing to a line cannot fail.
    let _ = line.write_fmt(format_args!("fatal: {what}"));
    drop(line);
    sys::abort()
}
