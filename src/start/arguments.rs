//! What the kernel lays on the stack of a new program: arguments, environment, auxiliary vector.
//!
//! ```text
//! sp:  argc | argv[0] … argv[argc-1] | 0 | environment … | 0 | (kind, value) … | (0, 0)
//! ```
//!
//! # How is this safe?
//! The block is written by the kernel before the first instruction and nobody writes it afterwards; it lies
//! above everything the program puts on its stack. So whatever is found there lives as long as the program.

use core::ffi::CStr;
use core::iter::FusedIterator;

/// Arguments, environment and auxiliary vector of this program.
///
/// # Invariants
/// - **Block**: `stack` points to the block that the picture of this file shows, which lives as long as the
///   program and never changes.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    stack: *const usize,
}

// SAFETY: by **Block** of `Args`: nobody writes what it reads.
unsafe impl Send for Args {}
// SAFETY: by **Block** of `Args`: nobody writes what it reads.
unsafe impl Sync for Args {}

impl Args {
    /// The kind of the entry that tells the smallest alternate stack on which the processor's registers fit,
    /// in bytes (`AT_MINSIGSTKSZ`).
    pub const SIGNAL_STACK_BYTES_MIN: usize = 51;

    /// Reads the block.
    ///
    /// # Safety
    /// - `stack` points to a block as the picture of this file shows it, which stays as it is for as long as
    ///   the program runs.
    pub const unsafe fn from_stack(stack: *const usize) -> Args {
        // INVARIANT: **Block** holds by the contract of this function.
        Args { stack }
    }

    /// How many arguments there are, the name of the program included.
    pub fn len(self) -> usize {
        // SAFETY: by **Block** of `Args` the count stands first.
        unsafe { self.stack.read() }
    }

    /// Whether there is not even the name of the program.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The argument at `index`; the one at 0 is the name that the program was called by.
    pub fn get(self, index: usize) -> Option<&'static CStr> {
        self.iter().nth(index)
    }

    /// The arguments, the name of the program first.
    pub fn iter(self) -> Strings {
        // SAFETY: by **Block** of `Args` the pointers of the arguments follow the count.
        let next = unsafe { self.stack.add(1).cast() };
        // INVARIANT: **List** holds: the arguments end with a null.
        Strings { next }
    }

    /// The environment, as `NAME=value`.
    pub fn environment(self) -> Strings {
        // SAFETY: by **Block** of `Args` the environment follows the arguments and the null behind them.
        let next = unsafe { self.stack.add(1 + self.len() + 1).cast() };
        // INVARIANT: **List** holds: the environment ends with a null.
        Strings { next }
    }

    /// The value of an environment variable.
    pub fn variable(self, name: &str) -> Option<&'static CStr> {
        self.environment().find_map(|entry| {
            let value = entry
                .to_bytes_with_nul()
                .strip_prefix(name.as_bytes())?
                .strip_prefix(b"=")?;
            CStr::from_bytes_with_nul(value).ok()
        })
    }

    /// An entry of the auxiliary vector, by its kind (`AT_…`).
    pub fn auxiliary(self, kind: usize) -> Option<usize> {
        let mut strings = self.environment();
        strings.by_ref().for_each(drop);
        // SAFETY: by **Block** of `Args` the vector follows the null behind the environment, where the
        // iterator has stopped.
        let mut entry = unsafe { strings.next.add(1).cast::<[usize; 2]>() };
        loop {
            // SAFETY: by **Block** of `Args`: the vector goes on up to an entry of kind 0.
            let [found, value] = unsafe { entry.read() };
            match found {
                0 => return None,
                _ if found == kind => return Some(value),
                // SAFETY: by **Block** of `Args`: this entry was not the last, checked above.
                _ => entry = unsafe { entry.add(1) },
            }
        }
    }
}

impl IntoIterator for Args {
    type Item = &'static CStr;
    type IntoIter = Strings;

    fn into_iter(self) -> Strings {
        self.iter()
    }
}

/// A list of strings in the block of [`Args`].
///
/// # Invariants
/// - **List**: `next` points into a list of pointers to strings in that block, which ends with a null.
#[derive(Clone, Debug)]
pub struct Strings {
    next: *const *const core::ffi::c_char,
}

impl Iterator for Strings {
    type Item = &'static CStr;

    fn next(&mut self) -> Option<&'static CStr> {
        // SAFETY: by **List** of `Strings`.
        let string = unsafe { self.next.read() };
        if string.is_null() {
            return None;
        }
        // SAFETY: by **List** of `Strings`: this was not the null at the end, checked above; the string ends
        // with a NUL and lives as long as the program.
        unsafe {
            // INVARIANT: **List** holds again: one string further.
            self.next = self.next.add(1);
            Some(CStr::from_ptr(string))
        }
    }
}

impl FusedIterator for Strings {}

#[cfg(test)]
mod tests {
    use super::Args;
    use core::ffi::CStr;
    use std::boxed::Box;
    use std::vec::Vec;

    /// A stack as the kernel lays it, made by hand; it lives as long as the test process.
    fn block(
        arguments: &[&'static CStr],
        environment: &[&'static CStr],
        auxiliary: &[usize],
    ) -> Args {
        let addresses = |list: &[&'static CStr]| -> Vec<usize> {
            list.iter()
                .map(|string| string.as_ptr().expose_provenance())
                .chain([0])
                .collect()
        };
        let mut words = std::vec![arguments.len()];
        words.extend(addresses(arguments));
        words.extend(addresses(environment));
        words.extend(auxiliary);
        words.extend([0, 0]);
        // SAFETY: the words come from the lines above, in the order of the picture, and are leaked.
        unsafe { Args::from_stack(Box::leak(words.into_boxed_slice()).as_ptr()) }
    }

    #[test]
    fn everything_is_found_in_the_block() {
        let args = block(
            &[c"prog", c"-x", c""],
            &[c"HOME=/", c"NO_COLOR="],
            &[6, 4096, 51, 1776],
        );
        assert_eq!(args.iter().collect::<Vec<_>>(), [c"prog", c"-x", c""]);
        assert_eq!(
            (args.len(), args.get(1), args.get(3)),
            (3, Some(c"-x"), None)
        );
        assert_eq!(args.variable("NO_COLOR"), Some(c""));
        assert_eq!(
            (args.variable("HOM"), args.variable("HOME")),
            (None, Some(c"/"))
        );
        assert_eq!((args.auxiliary(51), args.auxiliary(25)), (Some(1776), None));
    }

    #[test]
    fn an_empty_block_is_no_trouble() {
        let args = block(&[], &[], &[]);
        assert!(args.is_empty() && args.get(0).is_none() && args.variable("X").is_none());
        assert_eq!(args.auxiliary(Args::SIGNAL_STACK_BYTES_MIN), None);
    }
}
