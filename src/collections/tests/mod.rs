//! Each method with a `try_` twin, refused at its first, second, third … request for memory.
//!
//! A scenario makes what it needs, calls the twin in `starved(..)`, and says whether it succeeded; on `Err` it
//! has checked that everything is as before and that a value passed in came back. The list of scenarios is
//! compared with the twins in the source.

mod boxes;
mod extensions;
mod requests;
mod strings;
mod vecs;

use crate::heap::starve::{Plan, blocks, starved};
use crate::heap::{Global, Strategy};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::string::{String as StdString, ToString};
use std::vec::Vec as StdVec;

std::thread_local! {
    static PLAN: Cell<Option<Plan>> = const { Cell::new(None) };
    static REFUSED: Cell<u64> = const { Cell::new(0) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static NAMES: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// A value that is counted.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Counted(u32);

impl Counted {
    fn new(number: u32) -> Counted {
        LIVE.set(LIVE.get() + 1);
        Counted(number)
    }
}

impl Clone for Counted {
    fn clone(&self) -> Counted {
        Counted::new(self.0)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        LIVE.set(LIVE.get() - 1);
    }
}

/// The step of a scenario that may be refused.
fn hungry<R>(task: impl FnOnce() -> R) -> R {
    match PLAN.get() {
        Some(plan) => {
            let (result, refused) = starved(plan, task);
            REFUSED.set(refused);
            result
        }
        None => task(),
    }
}

/// Runs a scenario of the twin `name` until it is refused no more, for each way of being refused.
fn scenario(name: &'static str, run: impl Fn() -> bool) {
    play(name, &run);
}

/// As `scenario`, compiled once for all of them.
fn play(name: &'static str, run: &dyn Fn() -> bool) {
    NAMES.with_borrow_mut(|names| names.insert(name));
    for never_in_place in [false, true] {
        for once in [false, true] {
            let mut rounds = 0;
            for first in 1.. {
                let last = if once { first } else { u64::MAX };
                PLAN.set(Some(Plan {
                    first,
                    last,
                    never_in_place,
                }));
                REFUSED.set(0);
                let (blocks_before, live_before) = (blocks(), LIVE.get());
                let succeeded = run();
                assert_eq!(
                    blocks(),
                    blocks_before,
                    "{name}: blocks lost at request {first}"
                );
                assert_eq!(
                    LIVE.get(),
                    live_before,
                    "{name}: values lost at request {first}"
                );
                Global.verify();
                if REFUSED.get() == 0 {
                    assert!(succeeded, "{name} fails without a refusal");
                    break;
                }
                assert!(once || !succeeded, "{name} succeeds without memory");
                rounds += 1;
            }
            let shrinks = name.contains("shrink") || name.contains("into_boxed");
            assert!(
                rounds > 0 || (shrinks && !never_in_place),
                "{name} asks for no memory"
            );
        }
    }
    PLAN.set(None);
}

/// A twin: the folder that it stands in, and its name.
type Twin = (StdString, StdString);

/// The names after `fn` that begin with `try_`, public ones of a type or of an extension trait.
fn twins_in_source(folder: &Path, inner: &str, twins: &mut BTreeSet<Twin>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            if name != "tests" {
                twins_in_source(&path, &name, twins);
            }
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let extension = name.contains("_ext.rs");
        for line in text.lines() {
            let line = line.trim_start();
            let declared = line
                .strip_prefix("pub fn ")
                .or(line.strip_prefix("fn ").filter(|_| extension));
            if let Some(name) = declared.filter(|name| name.starts_with("try_")) {
                let end = name
                    .find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap();
                twins.insert((inner.to_string(), name[..end].to_string()));
            }
        }
    }
}

/// The twin of a scenario called `Type::twin`.
fn twin_of(scenario: &str) -> Twin {
    let (subject, name) = scenario.split_once("::").unwrap();
    let folder = match subject {
        "Vec" | "vec" | "IntoIter" => "vec",
        "String" | "string" | "FromUtf8Error" => "string",
        "Box" => "boxed",
        _ => "",
    };
    (folder.to_string(), name.to_string())
}

#[test]
fn every_twin_survives_the_refusal_of_each_request() {
    vecs::run();
    strings::run();
    boxes::run();
    extensions::run();
    let mut twins = BTreeSet::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/collections");
    twins_in_source(&source, "", &mut twins);
    // Not of their own: what another one calls after its checks, or a private step.
    let inner = [
        "try_join_slices",
        "try_join_texts",
        "try_push_to",
        "try_clone_boxed",
    ];
    let names = NAMES.with_borrow(Clone::clone);
    let played: BTreeSet<Twin> = names.iter().map(|name| twin_of(name)).collect();
    let missing: StdVec<&Twin> = twins
        .difference(&played)
        .filter(|twin| !inner.contains(&twin.1.as_str()))
        .collect();
    assert!(missing.is_empty(), "no scenario for {missing:?}");
    assert!(names.len() >= 75, "{} scenarios", names.len());
}
