//! The general heap; for now the list that never merges, under its name.

/// The general heap.
pub type FreeList<A> = super::Lifo<A>;
