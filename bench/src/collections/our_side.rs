//! Our side: the library's types over glibc's malloc, and the few calls whose names differ.

use super::glibc::Glibc;

/// The vector of this side.
pub type Vector<T> = nostd_alloc::collections::Vec<T, Glibc>;
/// The text of this side.
pub type Text = nostd_alloc::collections::String<Glibc>;

#[path = "floor.rs"]
pub mod floor;
#[path = "texts.rs"]
#[expect(clippy::duplicate_mod, reason = "the same source over both sides")]
pub mod texts;
#[path = "vectors.rs"]
#[expect(clippy::duplicate_mod, reason = "the same source over both sides")]
pub mod vectors;

pub use nostd_alloc::format;

/// An empty vector.
#[inline]
pub fn vector<T>() -> Vector<T> {
    Vector::new_in(Glibc)
}

/// The values of an iterator.
#[inline]
pub fn collect<T>(values: impl IntoIterator<Item = T>) -> Vector<T> {
    Vector::try_from_iter_in(values, Glibc).expect("there is memory")
}

/// A push that can be refused.
#[inline]
pub fn try_push<T>(vector: &mut Vector<T>, value: T) -> Result<(), T> {
    vector.try_push(value).map_err(|error| error.into_value())
}

/// Sorts, and keeps equal elements in their order.
#[inline]
pub fn sort<T: Ord>(values: &mut Vector<T>) {
    values.sort();
}

/// Sorts by a key, and keeps elements of equal keys in their order.
#[inline]
pub fn sort_by_key<T, K: Ord>(values: &mut Vector<T>, key: impl FnMut(&T) -> K) {
    values.sort_by_key(key);
}

/// An empty text.
#[inline]
pub fn text() -> Text {
    Text::new_in(Glibc)
}

/// A copy of a text.
#[inline]
pub fn text_from(from: &str) -> Text {
    Text::try_from_str_in(from, Glibc).expect("there is memory")
}

/// Puts the digits of a number at the end of a text.
#[inline]
pub fn push_number(text: &mut Text, number: u64) {
    text.push_integer(number);
}
