//! The leaves of the windows round about, found by a subtraction and one look.
//!
//! ```text
//! base                            base + count windows
//!  | leaf | none | leaf | leaf | none | none |
//! ```
//!
//! The kernel hands out addresses one below the other, so that nearly all windows of a heap lie close together:
//! they stand here a second time, each at its distance from `base`. A window with no leaf has [`NO_LEAF`], whose
//! pages are nobody's, so that the check of a block needs no further question. What lies farther away is found
//! by the table of `map.rs`.
//!
//! # Costs
//! 8 bytes a window of the range, at most 16 times as many as there are windows, or 64.

use super::leaves::LEAF_PAGES;
use super::map::{WINDOW_BYTES, entry};
use super::meta::Meta;
use super::page::Page;
use crate::memory::{AllocError, Allocator};
use core::cell::Cell;
use core::ptr::{null, with_exposed_provenance};

/// The shortest range, and the longest one that needs no reason.
const COUNT_MIN: usize = 16;
const COUNT_FREE: usize = 64;

/// Windows of the range for each window that has a leaf, at most.
const SPREAD_MAX: usize = 16;

/// A leaf whose pages belong to nobody.
///
/// # Invariants
/// - **Untouched**: nobody writes it: `ask` only asks, and `leaf` does not hand it out.
struct NoLeaf([Page; LEAF_PAGES]);

// SAFETY: by **Untouched** of `NoLeaf`.
unsafe impl Sync for NoLeaf {}

static NO_LEAF: NoLeaf = NoLeaf([const { Page::nobody() }; LEAF_PAGES]);

/// The address of the leaf of windows that have none.
fn no_leaf() -> usize {
    NO_LEAF.0.as_ptr().expose_provenance()
}

/// The range.
///
/// # Invariants
/// - **Range**: `leaves` points to `room` words of bookkeeping of this heap; the first `count` are, for each
///   window from `base` on, the leaf that the table of the map knows, or else [`NO_LEAF`].
#[derive(Debug)]
pub(super) struct Near {
    base: Cell<usize>,
    count: Cell<usize>,
    leaves: Cell<*const Cell<usize>>,
    room: Cell<usize>,
    /// How many of them have a leaf.
    known: Cell<usize>,
}

impl Near {
    pub(super) const fn new() -> Near {
        // INVARIANT: **Range** holds: there is no window in it.
        Near {
            base: Cell::new(0),
            count: Cell::new(0),
            leaves: Cell::new(null()),
            room: Cell::new(0),
            known: Cell::new(0),
        }
    }

    /// What `asked` says of the entry of the page of `address`, or the default answer if it is not near.
    #[inline(always)]
    pub(super) fn ask<R: Default>(&self, address: usize, asked: impl FnOnce(&Page) -> R) -> R {
        let index = address.wrapping_sub(self.base.get()) / WINDOW_BYTES;
        if index >= self.count.get() {
            return R::default();
        }
        // SAFETY: by **Range** of `Near`, the index was checked above; leaves stay while they are there.
        asked(unsafe { entry((*self.leaves.get().add(index)).get(), address) })
    }

    /// The leaf of the window of `address`, if it is near.
    #[inline(always)]
    pub(super) fn leaf(&self, address: usize) -> Option<usize> {
        let leaf = self.slot(address / WINDOW_BYTES)?.get();
        (leaf != no_leaf()).then_some(leaf)
    }

    /// Where the leaf of a window stands.
    fn slot(&self, window: usize) -> Option<&Cell<usize>> {
        let index = window.wrapping_sub(self.base.get() / WINDOW_BYTES);
        // SAFETY: by **Range** of `Near`, for an index that is checked.
        (index < self.count.get()).then(|| unsafe { &*self.leaves.get().add(index) })
    }

    /// Notes the leaf of a window, if it is in the range.
    pub(super) fn note(&self, window: usize, leaf: usize) -> bool {
        let Some(slot) = self.slot(window) else {
            return false;
        };
        // INVARIANT: **Range** holds again (contract of the callers: the map's table says so).
        slot.set(leaf);
        self.known.set(self.known.get() + 1);
        true
    }

    /// Forgets the leaf of a window.
    pub(super) fn forget(&self, window: usize) {
        if let Some(slot) = self.slot(window) {
            // INVARIANT: **Range** holds again (contract of the caller: the map's table has no such window).
            slot.set(no_leaf());
            self.known.set(self.known.get() - 1);
        }
    }

    /// A range that has `window` in it and is not too long for so many windows in all, as its first window and its
    /// length: the old one made longer, or another where the old one has less than half of them.
    pub(super) fn range_with(&self, window: usize, windows: usize) -> Option<(usize, usize)> {
        let most = COUNT_FREE.max((windows * SPREAD_MAX).next_power_of_two());
        if self.known.get() * 2 < windows && windows.is_power_of_two() && windows > 1 {
            return Some((window.saturating_sub(most / 2), most));
        }
        let base = self.base.get() / WINDOW_BYTES;
        let (low, high) = match self.count.get() {
            0 => (window, window + 1),
            count => (base.min(window), (base + count).max(window + 1)),
        };
        let count = (high - low).next_power_of_two().max(COUNT_MIN);
        // Who went down goes on like that.
        let start = match window < base {
            true => high.saturating_sub(count),
            false => low,
        };
        (count <= most).then_some((start, count))
    }

    /// Makes it a range none of whose windows has a leaf yet.
    ///
    /// # Errors
    /// [`AllocError`] if there is no memory for it; nothing has changed.
    pub(super) fn renew<A: Allocator>(
        &self,
        meta: &Meta,
        source: &A,
        (start, count): (usize, usize),
    ) -> Result<(), AllocError> {
        if count > self.room.get() {
            let words = meta.take(source, count * size_of::<usize>())?;
            self.leaves.set(with_exposed_provenance(words.0));
            self.room.set(count);
        }
        for index in 0..count {
            // SAFETY: by **Range** of `Near`: there is room for so many, as was checked above.
            unsafe { (*self.leaves.get().add(index)).set(no_leaf()) };
        }
        // INVARIANT: **Range** holds again when the leaves have been noted (contract of the caller).
        self.base.set(start * WINDOW_BYTES);
        self.count.set(count);
        self.known.set(0);
        Ok(())
    }

    /// Asserts that a window of the map's table has its leaf here too, if it is in the range.
    pub(super) fn verify(&self, window: usize, leaf: usize) {
        assert!(
            self.slot(window).is_none_or(|slot| slot.get() == leaf),
            "Range: the leaf of window {window:#x}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::Spans;
    use super::*;
    use crate::memory::{Kernel, PAGE_BYTES};

    const HERE: usize = 1 << 44;
    const THERE: usize = HERE + (1 << 41);

    /// A heap whose map has an entry for the first page of each window; there is no memory behind them.
    fn heap(windows: impl Iterator<Item = usize>) -> Spans<Kernel> {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        for start in windows {
            cover(&heap, start);
        }
        heap
    }

    fn cover(heap: &Spans<Kernel>, start: usize) {
        let end = start + PAGE_BYTES;
        heap.map
            .cover(&heap.meta, &heap.source, start, end)
            .unwrap();
        heap.map.find(start).unwrap().reach.set(start as u32);
    }

    /// How many of `windows` are near. Each is found, and by its own entry.
    fn near(heap: &Spans<Kernel>, windows: impl Iterator<Item = usize>) -> usize {
        let mut near = 0;
        for start in windows {
            assert_eq!(heap.map.find(start).unwrap().reach.get(), start as u32);
            near += usize::from(heap.map.near.leaf(start).is_some());
        }
        near
    }

    fn down(from: usize, count: usize) -> impl Iterator<Item = usize> {
        (0..count).map(move |index| from - index * WINDOW_BYTES)
    }

    #[test]
    fn windows_that_follow_each_other_are_all_near_and_others_are_found_too() {
        let heap = heap(down(HERE, 300));
        assert_eq!(near(&heap, down(HERE, 300)), 300);
        for far in [HERE + WINDOW_BYTES, HERE - 300 * WINDOW_BYTES, THERE, 0] {
            assert!(heap.map.find(far).is_none());
            assert!(!heap.map.near.ask(far, |page| page.reach.get() != 0));
        }
        cover(&heap, THERE);
        assert_eq!(near(&heap, [THERE].into_iter()), 0);
        assert_eq!(near(&heap, down(HERE, 300)), 300);
    }

    #[test]
    fn the_range_goes_where_most_windows_are() {
        let heap = heap(down(HERE, 10));
        down(THERE, 300).for_each(|start| cover(&heap, start));
        assert_eq!(near(&heap, down(HERE, 10)), 0);
        assert!(near(&heap, down(THERE, 300)) > 200);
    }

    #[test]
    #[should_panic(expected = "Range: ")]
    fn a_wrong_leaf_is_found() {
        let heap = heap(down(HERE, 3));
        heap.map.near.note(HERE / WINDOW_BYTES, no_leaf());
        heap.map.verify();
    }
}
