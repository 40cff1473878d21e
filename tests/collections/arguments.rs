//! Ranges that answer differently when they are asked twice, and places that are not there.

use std::cell::Cell;
use std::ops::{Bound, RangeBounds};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A range that grows each time it is asked.
struct Growing(Cell<usize>);

static ENDS: [usize; 6] = [1, 2, 100, 100, 100, 100];

impl RangeBounds<usize> for Growing {
    fn start_bound(&self) -> Bound<&usize> {
        Bound::Unbounded
    }

    fn end_bound(&self) -> Bound<&usize> {
        self.0.set(self.0.get() + 1);
        Bound::Excluded(&ENDS[self.0.get() - 1])
    }
}

#[test]
fn a_range_is_asked_once() {
    let growing = || Growing(Cell::new(0));
    let mut vec = nostd_alloc::vec![1, 2, 3];
    assert_eq!(vec.drain(growing()).count(), 1);
    assert_eq!(vec.extract_if(growing(), |_| true).count(), 1);
    vec.extend_from_within(growing());
    drop(vec.splice(growing(), [7, 8]));
    drop(vec.try_splice(growing(), [7, 8]).unwrap());
    assert_eq!(vec, [7, 8, 8, 3]);
    let mut text = nostd_alloc::String::from("aßc");
    text.replace_range(growing(), "ü");
    assert!(
        catch_unwind(AssertUnwindSafe(|| text.drain(growing()).count())).is_err(),
        "cuts a character"
    );
    text.extend_from_within(..2);
    assert_eq!(text, "üßcü");
    let mut text = nostd_alloc::String::from("abcd");
    text.extend_from_within(growing());
    text.try_extend_from_within(growing()).unwrap();
    text.try_replace_range(growing(), "ü").unwrap();
    assert_eq!(text, "übcdaa");
}

/// Runs what must panic, in words of ours: an overflow would be none in a release build.
fn refused<R>(words: &str, act: impl FnOnce() -> R) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(act)) else {
        panic!("{words}: not refused");
    };
    let said = payload.downcast_ref::<String>().cloned();
    let said = said.unwrap_or_else(|| payload.downcast_ref::<&str>().unwrap().to_string());
    assert!(said.contains(words), "{words}: {said}");
}

#[test]
fn an_index_outside_panics_before_anything_happens() {
    let mut vec = nostd_alloc::vec![1_u64, 2, 3];
    vec.shrink_to_fit();
    let capacity = vec.capacity();
    for index in [4, usize::MAX] {
        refused("insertion index", || vec.insert(index, 0));
        refused("insertion index", || vec.try_insert(index, 0));
        refused("removal index", || vec.remove(index));
        refused("swap_remove index", || vec.swap_remove(index));
        refused("`at` split index", || vec.split_off(index));
        refused("slice index starts at", || vec.drain(index..).count());
        refused("range", || vec.drain(..=index).count());
        refused("range", || vec.extend_from_within(..index));
    }
    refused("capacity overflow", || vec.reserve(usize::MAX));
    assert_eq!(vec, [1, 2, 3]);
    assert_eq!(vec.capacity(), capacity);
    let mut text = nostd_alloc::String::from("aß");
    // 2 is in the middle of a character.
    for index in [2, 4, usize::MAX] {
        let boundary = "is_char_boundary";
        refused(boundary, || text.insert(index, 'b'));
        refused(boundary, || text.insert_str(index, "b"));
        refused(boundary, || text.try_insert(index, 'b'));
        refused("byte", || text.remove(index));
        refused(boundary, || text.truncate(2));
        refused(boundary, || text.split_off(index));
        let outside = match index {
            2 => boundary,
            _ => "index",
        };
        refused(outside, || text.drain(index..).count());
        refused(outside, || text.drain(..index).count());
        refused(outside, || text.replace_range(index.., "b"));
        refused(outside, || text.replace_range(..index, "b"));
        refused(outside, || text.extend_from_within(index..));
        refused(outside, || text.extend_from_within(..index));
        assert_eq!(text, "aß");
    }
}
