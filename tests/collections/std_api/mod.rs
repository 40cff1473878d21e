//! std's stable interface against ours, row by row.
//!
//! `std-api.tsv` lists each stable method and trait implementation of std 1.95 for `Vec`, `String`, `Box` and
//! what belongs to them. Each row that can exist outside std is held by a generic function that compiles only
//! if our type has the method with that signature, or the trait under those bounds; the test compares the
//! rows of the table with those of the list.

#![expect(drop_bounds, reason = "the list has rows that say so")]
#![expect(clippy::type_complexity, reason = "the signatures are std's")]

mod boxes;
mod constants;
mod strings;
mod strings_and_errors;
mod twins;
mod variance;
mod vec_iterators;
mod vecs;

/// Methods: `id [generics] [their names] [bounds] path, type of the function;`
#[macro_export]
macro_rules! signatures {
    ($($id:ident [$($generics:tt)*] [$($names:tt)*] [$($bounds:tt)*] $path:expr, $type:ty;)*) => {
        $(#[expect(dead_code, reason = "compiled and never called")]
        fn $id<$($generics)*>() where $($bounds)* {
            let _: $type = $path;
        })*
        /// The rows that these functions hold.
        pub(crate) const METHODS: &[&str] = &[$(stringify!($id)),*];
    };
}

/// Implementations: `id [generics] [their names] [bounds] type => trait;`
#[macro_export]
macro_rules! implementations {
    ($($id:ident [$($generics:tt)*] [$($names:tt)*] [$($bounds:tt)*] $type:ty => $trait:path;)*) => {
        $(#[expect(dead_code, reason = "compiled and never called")]
        fn $id<$($generics)*>() where $($bounds)* {
            fn has<$($generics)* Subject: ?Sized + $trait>() where $($bounds)* {}
            has::<$($names)* $type>();
        })*
        /// The rows that these functions hold.
        pub(crate) const TRAITS: &[&str] = &[$(stringify!($id)),*];
    };
}

const LIST: &str = include_str!("std-api.tsv");

/// The rows of the list that can exist outside std.
fn wanted() -> Vec<&'static str> {
    let rows = LIST.lines().skip(1);
    rows.filter_map(|row| {
        let cells: Vec<&str> = row.split('\t').collect();
        (cells[9] == "yes").then_some(cells[0])
    })
    .collect()
}

#[test]
fn every_row_that_can_exist_outside_std_is_there() {
    let mut held: Vec<&str> = [
        vecs::METHODS,
        vecs::TRAITS,
        vec_iterators::METHODS,
        vec_iterators::TRAITS,
        strings::METHODS,
        strings::TRAITS,
        strings_and_errors::METHODS,
        strings_and_errors::TRAITS,
        boxes::METHODS,
        boxes::TRAITS,
        constants::MACROS,
    ]
    .concat();
    held.sort_unstable();
    let mut wanted = wanted();
    wanted.sort_unstable();
    assert_eq!(wanted.len(), 346);
    assert_eq!(held, wanted);
}

/// A method that asks for memory has a twin, or is on the list of those whose twin has another name.
#[test]
fn every_method_that_may_need_memory_has_a_twin() {
    let mut methods = 0;
    for row in LIST.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let (kind, name, signature) = (cells[2], cells[3], cells[4]);
        if kind != "fn" || !twins::asks_for_memory(cells[1], name, signature) {
            continue;
        }
        methods += 1;
        let method = format!("{}::{name}", cells[1].trim_end_matches("(alloc)"));
        assert!(
            twins::METHODS_WITH_TWIN.contains(&method.as_str()),
            "{method} has no twin"
        );
    }
    assert_eq!(methods, 57);
}
