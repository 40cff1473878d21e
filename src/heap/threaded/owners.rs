//! Whose page is it: from any address to the number of the heap that has its page, for every thread.
//!
//! ```text
//! address | root, 2^11 | table, 2^12 | leaf, 2^12 | byte of the page |
//!            static       64 GiB        16 MiB
//! ```
//!
//! A page that nobody has marked belongs to number 0, the heap of the first thread: so a program with one thread
//! writes nothing here, and takes no memory for it.
//!
//! # How is this safe?
//! Tables and leaves are made once and stay: each word is a [`Once`], which has its models. An entry changes only
//! while no block of its page is live: so whoever asks for the page of a live block reads what was written before
//! the block was handed out, however the block came to it.
//!
//! # Costs
//! Three loads, for a block that another thread frees. 2 bytes a page, in leaves of 8 KiB.

use crate::memory::{AllocError, Allocator, Kernel, Layout, PAGE_BYTES};
use crate::sys::Once;
use core::ptr::{NonNull, with_exposed_provenance, with_exposed_provenance_mut};
use core::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

const ROOT_LOG2: u32 = 11;
const TABLE_LOG2: u32 = 12;
const LEAF_LOG2: u32 = 12;
const LEAF_PAGES: usize = 1 << LEAF_LOG2;

/// Addresses of programs end here: 47 bits.
const ADDRESS_END: usize = PAGE_BYTES << (ROOT_LOG2 + TABLE_LOG2 + LEAF_LOG2);

type Table = [Once<AtomicUsize>; 1 << TABLE_LOG2];
type Leaf = [AtomicU16; LEAF_PAGES];

/// The map.
///
/// # Invariants
/// - **Tree**: each word of the root is 0 or the exposed address of a [`Table`], each of a table 0 or that of a
///   [`Leaf`]; both stay as long as the program.
pub(super) struct Owners {
    root: [Once<AtomicUsize>; 1 << ROOT_LOG2],
}

/// The one map of the program.
pub(super) static OWNERS: Owners = Owners::new();

/// What stands behind a word of the tree, if there is something.
fn follow<T>(word: &Once<AtomicUsize>) -> Option<&'static T> {
    // SAFETY: by **Tree** of `Owners`.
    unsafe { with_exposed_provenance::<T>(word.get()).as_ref() }
}

/// The same, made if need be: zeros, which the kernel has.
fn follow_or_make<T>(word: &Once<AtomicUsize>) -> Result<&'static T, AllocError> {
    let layout = Layout::new::<T>();
    // INVARIANT: **Tree** holds: zeros are a table without leaves, or a leaf without owners.
    word.get_or_make(
        || {
            let block: NonNull<u8> = Kernel.allocate_zeroed(layout)?.cast();
            Ok::<usize, AllocError>(block.as_ptr().expose_provenance())
        },
        |address| {
            // SAFETY: the block came from the kernel just now, and nobody has seen it.
            unsafe {
                let block = NonNull::new_unchecked(with_exposed_provenance_mut(address));
                Kernel.deallocate(block, layout);
            }
        },
    )?;
    follow(word).ok_or(AllocError)
}

impl Owners {
    const fn new() -> Owners {
        // INVARIANT: **Tree** holds: there is no table.
        Owners {
            root: [const { Once::new(AtomicUsize::new(0)) }; 1 << ROOT_LOG2],
        }
    }

    /// The word of the root and the index in its table, for a page.
    fn way(&self, page: usize) -> Option<(&Once<AtomicUsize>, usize)> {
        let word = self.root.get(page >> (LEAF_LOG2 + TABLE_LOG2))?;
        Some((word, page >> LEAF_LOG2 & ((1 << TABLE_LOG2) - 1)))
    }

    /// The number of the heap that has the page of `address`; 0 if nobody has marked it.
    pub(super) fn find(&self, address: usize) -> u16 {
        let page = address / PAGE_BYTES;
        let leaf = self.way(page).and_then(|(word, index)| {
            let table: &Table = follow(word)?;
            follow::<Leaf>(&table[index])
        });
        leaf.map_or(0, |leaf| leaf[page % LEAF_PAGES].load(Ordering::Relaxed))
    }

    /// Says that pages belong to `number`.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory for a leaf: then they belong to nobody, as before.
    pub(super) fn mark(&self, start: usize, length: usize, number: u16) -> Result<(), AllocError> {
        let marked = self.each_leaf(start, length, |word, index| {
            let table: &Table = follow_or_make(word)?;
            let leaf: &Leaf = follow_or_make(&table[index])?;
            Ok(Some((leaf, number)))
        });
        if marked.is_err() {
            self.unmark(start, length);
        }
        marked
    }

    /// Says that pages belong to nobody.
    pub(super) fn unmark(&self, start: usize, length: usize) {
        // There is no error: nothing is made.
        let _ = self.each_leaf(start, length, |word, index| {
            let table = follow::<Table>(word);
            let leaf = table.and_then(|table| follow::<Leaf>(&table[index]));
            Ok(leaf.map(|leaf| (leaf, 0)))
        });
    }

    /// Writes to the entries of pages the number that `find` gives with each leaf.
    fn each_leaf(
        &self,
        start: usize,
        length: usize,
        find: impl Fn(&Once<AtomicUsize>, usize) -> Result<Option<(&'static Leaf, u16)>, AllocError>,
    ) -> Result<(), AllocError> {
        if start
            .checked_add(length)
            .is_none_or(|end| end > ADDRESS_END)
        {
            return Err(AllocError);
        }
        let (mut page, end) = (start / PAGE_BYTES, (start + length) / PAGE_BYTES);
        while page < end {
            let leaf_end = end.min((page | (LEAF_PAGES - 1)) + 1);
            let (word, index) = self.way(page).ok_or(AllocError)?;
            if let Some((leaf, number)) = find(word, index)? {
                let first = page % LEAF_PAGES;
                for entry in &leaf[first..first + (leaf_end - page)] {
                    entry.store(number, Ordering::Relaxed);
                }
            }
            page = leaf_end;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{LEAF_PAGES, OWNERS};
    use crate::memory::PAGE_BYTES;

    /// Addresses where no test has memory.
    const START: usize = 0x1234_5000_0000;

    #[test]
    fn marks_reach_over_leaves_and_end_where_they_end() {
        let start = START + 7 * PAGE_BYTES;
        let pages = 2 * LEAF_PAGES;
        OWNERS.mark(start, pages * PAGE_BYTES, 9).unwrap();
        for page in 0..pages {
            assert_eq!(OWNERS.find(start + page * PAGE_BYTES + 4095), 9);
        }
        assert_eq!(OWNERS.find(start - 1), 0);
        assert_eq!(OWNERS.find(start + pages * PAGE_BYTES), 0);
        OWNERS.unmark(start + PAGE_BYTES, pages * PAGE_BYTES);
        assert_eq!(
            (OWNERS.find(start), OWNERS.find(start + PAGE_BYTES)),
            (9, 0)
        );
    }

    #[test]
    fn what_is_no_address_of_a_program_belongs_to_nobody() {
        assert_eq!(OWNERS.find(usize::MAX), 0);
        assert_eq!(OWNERS.find(1 << 47), 0);
        assert_eq!(OWNERS.find(0), 0);
        assert!(OWNERS.mark((1 << 47) - 4096, 8192, 1).is_err());
    }
}
