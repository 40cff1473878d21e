//! Where the program was: the chain of frame pointers.
//!
//! ```text
//! rbp -> | caller's rbp | return address |   …   -> | caller's rbp | return address |  …  -> 0
//! ```
//!
//! Each function that keeps frame pointers (`-Cforce-frame-pointers=yes`; the prebuilt core does) begins by
//! pushing its caller's, which lies right below the return address. `_start` has put a 0 at the end.
//!
//! # How is this safe?
//! Code without frame pointers may hold anything in `rbp`. So each frame must lie above the one before it,
//! be aligned, and the kernel is asked whether it can be read, before it is.
//!
//! # Costs
//! Two system calls a frame, in a program that ends anyway.

use crate::sys;
use core::ops::ControlFlow;

/// A chain that is longer is cut: somebody recursed without an end.
const FRAMES_MAX: usize = 64;

/// The frame pointer of the caller, which must be inlined for this to be of use.
#[inline(always)]
fn frame_pointer() -> usize {
    let frame;
    // SAFETY: the instruction copies one register; the contract of the block (no memory, no stack) holds.
    unsafe {
        core::arch::asm!("mov {}, rbp", out(reg) frame, options(nomem, nostack, preserves_flags))
    };
    frame
}

/// Calls `show` with the address of each call on the way here, the latest first, until it breaks off.
///
/// It is the address of the call instruction's last byte and not the return address: that may belong to the
/// next line already, or to another function.
#[inline(always)]
pub fn each_call(show: &mut dyn FnMut(usize) -> ControlFlow<()>) {
    walk(frame_pointer(), show);
}

fn walk(first: usize, show: &mut dyn FnMut(usize) -> ControlFlow<()>) {
    let mut frame = first;
    for _ in 0..FRAMES_MAX {
        let aligned = frame.is_multiple_of(size_of::<usize>());
        if !aligned || !sys::is_readable(frame) || !sys::is_readable(frame + size_of::<usize>()) {
            return;
        }
        let words = core::ptr::with_exposed_provenance::<[usize; 2]>(frame);
        // SAFETY: both words were checked above to be readable, and aligned.
        let [caller, address] = unsafe { words.read() };
        if address == 0 || show(address - 1).is_break() || caller <= frame {
            return;
        }
        frame = caller;
    }
}

#[cfg(test)]
mod tests {
    use super::walk;
    use core::ops::ControlFlow;
    use std::vec::Vec;

    fn addresses(first: usize) -> Vec<usize> {
        let mut found = Vec::new();
        walk(first, &mut |address| {
            found.push(address);
            ControlFlow::Continue(())
        });
        found
    }

    #[test]
    fn the_chain_is_followed_up_to_its_zero() {
        let mut frames = [[0usize; 2]; 3];
        let at =
            |frames: &[[usize; 2]; 3], index: usize| (&raw const frames[index]).expose_provenance();
        frames[0] = [at(&frames, 1), 0x2001];
        frames[1] = [at(&frames, 2), 0x3001];
        frames[2] = [0, 0x4001];
        assert_eq!(addresses(at(&frames, 0)), [0x2000, 0x3000, 0x4000]);
    }

    #[test]
    fn what_is_no_frame_ends_the_walk() {
        let mut frames = [[0usize; 2]; 3];
        let at =
            |frames: &[[usize; 2]; 3], index: usize| (&raw const frames[index]).expose_provenance();
        // A loop, an address that cannot be read, one that is not aligned.
        for wrong in [at(&frames, 1), 8, at(&frames, 2) + 1] {
            frames[1] = [wrong, 0x3001];
            assert_eq!(addresses(at(&frames, 1)), [0x3000]);
        }
        assert!(addresses(0).is_empty() && addresses(usize::MAX).is_empty());
    }
}
