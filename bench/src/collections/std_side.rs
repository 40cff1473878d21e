//! std's side: its types, and the few calls whose names differ.

use std::fmt::Write;

/// The vector of this side.
pub type Vector<T> = std::vec::Vec<T>;
/// The text of this side.
pub type Text = std::string::String;

#[path = "texts.rs"]
pub mod texts;
#[path = "vectors.rs"]
pub mod vectors;

/// What stands beside a floor: std's vector.
pub mod floor {
    pub use super::vectors::push_far;
}

pub use std::format;

/// An empty vector.
#[inline]
pub fn vector<T>() -> Vector<T> {
    Vector::new()
}

/// The values of an iterator.
#[inline]
pub fn collect<T>(values: impl IntoIterator<Item = T>) -> Vector<T> {
    values.into_iter().collect()
}

/// A push that can be refused: std has no single call for it.
#[inline]
pub fn try_push<T>(vector: &mut Vector<T>, value: T) -> Result<(), T> {
    if vector.try_reserve(1).is_err() {
        return Err(value);
    }
    vector.push(value);
    Ok(())
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
    Text::new()
}

/// A copy of a text.
#[inline]
pub fn text_from(from: &str) -> Text {
    Text::from(from)
}

/// Puts the digits of a number at the end of a text.
#[inline]
pub fn push_number(text: &mut Text, number: u64) {
    write!(text, "{number}").expect("a text takes everything");
}
