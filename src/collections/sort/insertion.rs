//! Insertion: each element goes down to its place among those before it.

use core::mem::ManuallyDrop;
use core::ptr;

/// A value out of its slice, and the slot that waits for it; it goes back when this goes, also while
/// unwinding.
struct Hole<T> {
    value: ManuallyDrop<T>,
    slot: *mut T,
}

impl<T> Drop for Hole<T> {
    fn drop(&mut self) {
        // SAFETY: the slot comes from the slice that the value was taken from, and is the one whose value
        // lies elsewhere.
        unsafe { ptr::copy_nonoverlapping(&*self.value, self.slot, 1) };
    }
}

/// Sorts a slice whose first `sorted` elements are in order; there is at least one.
pub(super) fn sort<T, F: FnMut(&T, &T) -> bool>(slice: &mut [T], sorted: usize, is_less: &mut F) {
    for end in sorted..slice.len() {
        insert_last(&mut slice[..=end], is_less);
    }
}

/// Puts the last element of a slice into its place among the others, which are in order.
fn insert_last<T, F: FnMut(&T, &T) -> bool>(slice: &mut [T], is_less: &mut F) {
    let last = slice.len() - 1;
    let base = slice.as_mut_ptr();
    // SAFETY: every index is at most `last`, checked by the loop; the value in the hole is in one place only,
    // since its slot is written over or filled again by the guard.
    unsafe {
        if !is_less(&*base.add(last), &*base.add(last - 1)) {
            return;
        }
        let mut hole = Hole {
            value: ManuallyDrop::new(base.add(last).read()),
            slot: base.add(last),
        };
        let mut index = last;
        loop {
            ptr::copy_nonoverlapping(base.add(index - 1), base.add(index), 1);
            index -= 1;
            hole.slot = base.add(index);
            if index == 0 || !is_less(&hole.value, &*base.add(index - 1)) {
                return;
            }
        }
    }
}
