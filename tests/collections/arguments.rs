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

#[test]
fn an_index_outside_panics_before_anything_happens() {
    let mut vec = nostd_alloc::vec![1_u64, 2, 3];
    for index in [4, usize::MAX] {
        assert!(catch_unwind(AssertUnwindSafe(|| vec.insert(index, 0))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| vec.remove(index))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| vec.swap_remove(index))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| vec.split_off(index))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| vec.drain(index..).count())).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| vec.drain(..=index).count())).is_err());
    }
    assert!(catch_unwind(AssertUnwindSafe(|| vec.reserve(usize::MAX))).is_err());
    assert_eq!(vec, [1, 2, 3]);
    let mut text = nostd_alloc::String::from("aß");
    // 2 is in the middle of a character.
    for index in [2, 4, usize::MAX] {
        assert!(catch_unwind(AssertUnwindSafe(|| text.insert(index, 'b'))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| text.insert_str(index, "b"))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| text.try_insert(index, 'b'))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| text.remove(index))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| text.truncate(2))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| text.split_off(index))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| text.drain(index..).count())).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| text.replace_range(index.., "b"))).is_err());
        assert_eq!(text, "aß");
    }
}
