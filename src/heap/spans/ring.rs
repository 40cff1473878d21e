//! Rings of pages: lists of spans and of offered runs, through the entries of their first pages.
//!
//! # Costs
//! Constant time to put one in or to take it out; no memory but the entries.

use super::map::PageMap;
use super::page::{NO_PAGE, Page};
use core::cell::Cell;

impl PageMap {
    /// Puts a page that is on no ring at the end of a ring: before `head`, the number of its first page or
    /// [`NO_PAGE`].
    pub(super) fn link(&self, head: &Cell<u32>, number: u32, page: &Page) {
        if head.get() == NO_PAGE {
            page.next.set(number);
            page.prev.set(number);
            head.set(number);
            return;
        }
        let first = self.numbered(head.get());
        let last = self.numbered(first.prev.get());
        page.next.set(head.get());
        page.prev.set(first.prev.get());
        last.next.set(number);
        first.prev.set(number);
    }

    /// Takes a page off the ring that begins at `head`.
    pub(super) fn unlink(&self, head: &Cell<u32>, number: u32, page: &Page) {
        let (next, prev) = (page.next.get(), page.prev.get());
        if next == number {
            head.set(NO_PAGE);
            return;
        }
        self.numbered(prev).next.set(next);
        self.numbered(next).prev.set(prev);
        if head.get() == number {
            head.set(next);
        }
    }

    /// The entry of the page with a number.
    pub(super) fn numbered(&self, number: u32) -> &Page {
        self.entry(self.address(number))
    }
}
