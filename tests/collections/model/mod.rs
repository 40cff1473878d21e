//! The same programs of random operations against std and ours: results, contents, capacity promises and the
//! number of live elements must agree after each operation.
//!
//! A verb is an expression that both sides evaluate. The names of the verbs are compared with the public
//! methods in the source, so that a new method cannot stay out.

mod boxes;
mod items;
mod slices;
#[expect(clippy::string_extend_chars, reason = "`extend` is what is compared")]
mod strings;
mod vec_iterators;
mod vecs;

use proptest::prelude::{any, prop};
use proptest::test_runner::{Config, RngAlgorithm, TestRunner};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// One operation: which verb, and two numbers for it.
type Operation = (u16, u16, u16);

/// Runs 850 random programs of fewer than `length_max` operations; a failure tells the shortest one that fails.
fn each_program(length_max: usize, test: &dyn Fn(&[Operation])) {
    let mut runner = TestRunner::new(Config {
        cases: 850,
        failure_persistence: None,
        max_shrink_iters: 2000,
        // Half of the time would go to ChaCha.
        rng_algorithm: RngAlgorithm::XorShift,
        ..Config::default()
    });
    let programs = prop::collection::vec(any::<Operation>(), 1..length_max);
    let ran = runner.run(&programs, |program| {
        test(&program);
        Ok(())
    });
    if let Err(failure) = ran {
        panic!("{failure}");
    }
}

/// What a verb is called, and what it does to a pair of subjects.
type Verb<S> = (&'static str, fn(&mut S, usize, usize));

/// Runs a program on a fresh pair of subjects.
fn run<S: Default>(program: &[Operation], verbs: &[Verb<S>], check: fn(&S, &str)) {
    let mut pair = S::default();
    for &(verb, x, y) in program {
        let (name, act) = verbs[usize::from(verb) % verbs.len()];
        act(&mut pair, usize::from(x), usize::from(y));
        check(&pair, name);
    }
}

/// 5 pairs of vectors or texts, 850 programs each of 250 operations on average: 1.06 million.
fn agrees<S: Default>(verbs: &[Verb<S>], check: fn(&S, &str)) {
    each_program(500, &|program| run(program, verbs, check));
}

#[test]
fn vec_agrees_with_std() {
    agrees(&vecs::verbs::<items::Tracked>(), vecs::check);
}

#[test]
fn vec_of_bytes_agrees_with_std() {
    agrees(&vecs::verbs::<u8>(), vecs::check);
}

#[test]
fn vec_of_elements_without_size_agrees_with_std() {
    agrees(&vecs::verbs::<items::Unit>(), vecs::check);
}

#[test]
fn vec_of_over_aligned_elements_agrees_with_std() {
    agrees(&vecs::verbs::<items::Aligned>(), vecs::check);
}

#[test]
fn string_agrees_with_std() {
    agrees(strings::VERBS, strings::check);
}

#[test]
fn slices_and_boxes_agree_with_std() {
    each_program(100, &|program| {
        run(program, slices::VERBS, slices::check);
        run(program, boxes::VERBS, boxes::check);
    });
}

/// The public methods in some files of the source.
fn methods_in_source(folder: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/collections")
        .join(folder);
    let mut names = BTreeSet::new();
    let files = match path.is_dir() {
        true => fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect(),
        false => vec![path],
    };
    for file in files {
        let extension = file.to_string_lossy().contains("_ext.rs");
        for line in fs::read_to_string(file).unwrap().lines() {
            let method = line.strip_prefix("    ").filter(|_| extension);
            let public = line.trim_start().strip_prefix("pub ").or(method);
            let Some(mut rest) = public else { continue };
            for word in ["const ", "unsafe "] {
                rest = rest.strip_prefix(word).unwrap_or(rest);
            }
            if let Some(name) = rest.strip_prefix("fn ") {
                let end = name
                    .find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap();
                names.insert(name[..end].to_string());
            }
        }
    }
    names
}

/// A name of verbs is `method` or `method|another|…`.
fn assert_complete<'n>(what: &str, folder: &str, verbs: impl Iterator<Item = &'n str>) {
    let played: BTreeSet<&str> = verbs.flat_map(|name| name.split('|')).collect();
    let missing: Vec<String> = methods_in_source(folder)
        .into_iter()
        .filter(|name| !played.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{what}: no verb for {missing:?}");
}

#[test]
fn every_public_method_is_a_verb() {
    let names = |verbs: &[Verb<vecs::Pair<u8>>]| -> Vec<&'static str> {
        verbs.iter().map(|verb| verb.0).collect()
    };
    assert_complete("Vec", "vec", names(&vecs::verbs::<u8>()).into_iter());
    assert_complete("String", "string", strings::VERBS.iter().map(|verb| verb.0));
    assert_complete("Box", "boxed", boxes::VERBS.iter().map(|verb| verb.0));
    let slices = || slices::VERBS.iter().map(|verb| verb.0);
    assert_complete("slices", "slice_ext.rs", slices());
    assert_complete("concat", "concat_ext.rs", slices());
    assert_complete("str", "str_ext.rs", slices());
}
