//! The comments of unsafe code: why the debts are paid here, in one of four forms.

use crate::tree::{File, Finding, Tree};
use crate::{Rule, case};
use std::collections::BTreeSet;

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "each SAFETY comment has one of the four forms",
        reason: "it names its witness: `checked` above, the `contract of` this function, \
                 `by **Name** of` a type, or where the pointer `comes from`",
        check: safety_names_a_witness,
        cases: &[
            case(
                &[(
                    "src/a.rs",
                    "//! A\n// SAFETY: the index was\n// checked above.\n",
                )],
                &[],
            ),
            case(
                &[(
                    "src/a.rs",
                    "//! A\n// SAFETY: by **End** of `List`.\n// SAFETY: contract of this function.\n// SAFETY: the pointer comes from a slice.\n",
                )],
                &[],
            ),
            case(
                &[("src/a.rs", "//! A\n// SAFETY: nothing can go wrong.\n")],
                &[("src/a.rs", 2)],
            ),
        ],
    },
    Rule {
        name: "no SAFETY comment asserts instead of arguing",
        reason: "a claim without a witness convinces only who wrote it",
        check: safety_does_not_assert,
        cases: &[
            case(
                &[(
                    "src/a.rs",
                    "//! A\n// SAFETY: contract of this unsafe function.\n",
                )],
                &[],
            ),
            case(
                &[(
                    "src/a.rs",
                    "//! A\n// SAFETY: checked, so\n// it is safe.\n",
                )],
                &[("src/a.rs", 2)],
            ),
            case(
                &[("src/a.rs", "//! A\n// SAFETY: checked; always fine.\n")],
                &[("src/a.rs", 2)],
            ),
        ],
    },
    Rule {
        name: "each invariant that a comment names is defined",
        reason: "`- **Name**: …` in the `# Invariants` of a type is what the comment points to",
        check: invariants_exist,
        cases: &[
            case(
                &[(
                    "src/a.rs",
                    "//! A\n/// - **End**: null.\n// SAFETY: by **End** of `List`.\n",
                )],
                &[],
            ),
            case(
                &[("src/a.rs", "//! A\n// SAFETY: by **End** of `List`.\n")],
                &[("src/a.rs", 2)],
            ),
            case(
                &[("src/a.rs", "//! A\n// INVARIANT: **End** holds again.\n")],
                &[("src/a.rs", 2)],
            ),
        ],
    },
];

/// Words that assert.
const ASSERTIONS: &[&str] = &["safe", "safely", "obviously", "should", "trust", "trusted"];

/// The comments that begin with `mark`: the number of the first line, and all their lines as one.
fn comments(file: &File, mark: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = file.prose.lines().map(str::trim).collect();
    let begins = |line: &str| {
        line.strip_prefix("// ")
            .is_some_and(|l| l.starts_with(mark))
    };
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if begins(line) {
            let rest = lines[index + 1..].iter().take_while(|line| {
                line.starts_with("//")
                    && !line.starts_with("// SAFETY")
                    && !line.starts_with("// INVARIANT")
            });
            let words: Vec<&str> = std::iter::once(line)
                .chain(rest)
                .map(|line| line.trim_start_matches('/').trim())
                .collect();
            found.push((index + 1, words.join(" ")));
        }
    }
    found
}

fn each_safety(tree: &Tree, wrong: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.rust() {
        for (line, comment) in comments(file, "SAFETY:") {
            found.extend(wrong(&comment).map(|what| file.at(line, what)));
        }
    }
    found
}

fn safety_names_a_witness(tree: &Tree) -> Vec<Finding> {
    each_safety(tree, |comment| {
        let text = comment.to_lowercase();
        let has = |part: &str| text.contains(part);
        let invariant = has("by **") && has("** of");
        let origin = has("origin of the ")
            || ["come from", "comes from", "came from"]
                .iter()
                .any(|verb| has(verb));
        let witness = has("checked") || has("contract of") || invariant || origin;
        (!witness).then(|| comment.to_owned())
    })
}

fn safety_does_not_assert(tree: &Tree) -> Vec<Finding> {
    each_safety(tree, |comment| {
        let text = comment.trim_start_matches("SAFETY:").to_lowercase();
        let mut words = text.split(|letter: char| !letter.is_alphanumeric());
        let word = words.find(|word| ASSERTIONS.contains(word));
        let always = text.contains("always fine").then_some("always fine");
        word.or(always)
            .map(|word| format!("'{word}' in: {comment}"))
    })
}

fn invariants_exist(tree: &Tree) -> Vec<Finding> {
    let defined: BTreeSet<&str> = tree
        .rust()
        .flat_map(|file| file.prose.lines())
        .filter_map(|line| {
            let doc = line
                .trim()
                .strip_prefix("//")?
                .trim_start_matches(['/', '!']);
            Some(doc.trim_start().strip_prefix("- **")?.split_once("**")?.0)
        })
        .collect();
    let mut found = Vec::new();
    for file in tree.rust() {
        for (line, comment) in ["SAFETY:", "INVARIANT:"]
            .iter()
            .flat_map(|mark| comments(file, mark))
        {
            // Every second piece between two pairs of stars is a name.
            let names = comment.split("**").skip(1).step_by(2);
            let unknown = names.filter(|name| !defined.contains(name));
            found.extend(unknown.map(|name| file.at(line, format!("no type has **{name}**"))));
        }
    }
    found
}
