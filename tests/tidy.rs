//! The house rules that a program can check. Each finding names the file, the line, the rule and the reason.
//!
//! A rule is a function from the text files of the tree to findings, so each can be shown to fail on a small
//! tree with a planted violation. These stand beside the rules; one without is a failure itself.

#[path = "tidy/atomics.rs"]
mod atomics;
#[path = "tidy/commands.rs"]
mod commands;
#[path = "tidy/floors.rs"]
mod floors;
#[path = "tidy/manifest.rs"]
mod manifest;
#[path = "tidy/safety.rs"]
mod safety;
#[path = "tidy/shapes.rs"]
mod shapes;
#[path = "tidy/text.rs"]
mod text;
#[path = "support/tool.rs"]
mod tool;
#[path = "tidy/tree.rs"]
mod tree;
#[path = "tidy/words.rs"]
mod words;

use std::path::Path;
use tree::{Finding, Tree};

/// One rule of the house.
struct Rule {
    /// A sentence.
    name: &'static str,
    /// Why it is one.
    reason: &'static str,
    /// Where it is broken.
    check: fn(&Tree) -> Vec<Finding>,
    /// The proof that the check can fail, and that it can pass.
    cases: &'static [Case],
}

/// A planted tree of (path, text), and the (path, line) where a rule finds something in it.
struct Case {
    files: &'static [(&'static str, &'static str)],
    found: &'static [(&'static str, usize)],
}

const fn case(
    files: &'static [(&'static str, &'static str)],
    found: &'static [(&'static str, usize)],
) -> Case {
    Case { files, found }
}

const TABLES: &[&[Rule]] = &[
    floors::RULES,
    shapes::RULES,
    words::RULES,
    safety::RULES,
    manifest::RULES,
    commands::RULES,
    atomics::RULES,
];

fn rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().copied().flatten()
}

#[test]
fn the_house_is_tidy() {
    let tree = Tree::read(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(
        tree.files.len() > 40,
        "the tree was not read: {} files",
        tree.files.len()
    );
    let broken: Vec<String> = rules()
        .flat_map(|rule| {
            (rule.check)(&tree).into_iter().map(|finding| {
                let Finding { path, line, what } = finding;
                format!("{path}:{line}: {what}\n    {}: {}", rule.name, rule.reason)
            })
        })
        .collect();
    assert!(
        broken.is_empty(),
        "{} findings\n{}",
        broken.len(),
        broken.join("\n")
    );
}

#[test]
fn each_rule_fails_on_a_planted_violation_and_only_there() {
    for rule in rules() {
        for case in rule.cases {
            let found = (rule.check)(&Tree::planted(case.files));
            let places: Vec<_> = found.iter().map(|f| (f.path.as_str(), f.line)).collect();
            assert_eq!(places, case.found, "'{}' on {:?}", rule.name, case.files);
        }
        let violations = rule.cases.iter().filter(|case| !case.found.is_empty());
        let violations = violations.count();
        assert!(violations > 0, "no planted violation of '{}'", rule.name);
        assert!(
            violations < rule.cases.len(),
            "no planted tree that keeps '{}'",
            rule.name
        );
    }
}
