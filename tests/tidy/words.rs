//! Words that do not stay in the tree: work put off, tests put off, lints put off.

use crate::text::after_word;
use crate::tree::{Finding, Tree};
use crate::{Rule, case};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "nothing is put off",
        reason: "what is missing belongs into an issue; what debugs, nowhere",
        check: nothing_is_put_off,
        cases: &[
            case(
                &[("src/a.rs", "//! Done, \"all\".\nlet a = \"TODO\";\n")],
                &[],
            ),
            case(
                &[("src/a.rs", "//! A\n// TODO later\n")],
                &[("src/a.rs", 2)],
            ),
            case(
                &[
                    ("src/a.rs", "//! A\ndbg!(a);\n"),
                    ("linker.ld", "/* FIXME */\n"),
                ],
                &[("src/a.rs", 2), ("linker.ld", 1)],
            ),
        ],
    },
    Rule {
        name: "no test is ignored",
        reason: "a test that nobody runs proves nothing; a missing tool prints a line and skips",
        check: no_test_is_ignored,
        cases: &[
            case(&[("tests/a.rs", "//! A\n#[test]\nfn a() {}\n")], &[]),
            case(
                &[(
                    "tests/a.rs",
                    "//! A\n#[test]\n#[ignore = \"slow\"]\nfn a() {}\n",
                )],
                &[("tests/a.rs", 3)],
            ),
            case(
                &[("tests/a.rs", "//! A\n#[cfg_attr(a, ignore)]\n")],
                &[("tests/a.rs", 2)],
            ),
        ],
    },
    Rule {
        name: "lints are expected with a reason, never allowed",
        reason: "an expectation says why, and complains when it is no longer needed",
        check: lints_are_expected,
        cases: &[
            case(
                &[(
                    "src/a.rs",
                    "//! A\n#[expect(\n    x,\n    reason = \"y\"\n)]\nfn f() {\n    a.expect(\"b\");\n}\n",
                )],
                &[],
            ),
            case(
                &[("src/a.rs", "//! A\n#[allow(dead_code)]\n")],
                &[("src/a.rs", 2)],
            ),
            case(
                &[("src/a.rs", "//! A\n#![expect(dead_code)]\n")],
                &[("src/a.rs", 2)],
            ),
        ],
    },
];

/// Comments that put something off, and macros that do.
const LATER: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];
const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "dbg!"];

fn nothing_is_put_off(tree: &Tree) -> Vec<Finding> {
    let mut found = tree.lines_where(
        |file| &file.prose,
        |_, line| {
            let mark = LATER.iter().find(|mark| after_word(line, mark).is_some());
            let unfinished = UNFINISHED.iter().find(|name| line.contains(**name));
            mark.or(unfinished).map(|word| (*word).to_owned())
        },
    );
    for file in tree.files.iter().filter(|file| !file.path.ends_with(".rs")) {
        // Files of one word a line are recordings, or what a program printed.
        if file.path.starts_with("traces/") || file.path.starts_with("tests/") {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            let mark = LATER.iter().find(|mark| after_word(line, mark).is_some());
            found.extend(mark.map(|mark| file.at(index + 1, *mark)));
        }
    }
    found
}

fn no_test_is_ignored(tree: &Tree) -> Vec<Finding> {
    tree.lines_where(
        |file| &file.code,
        |_, line| {
            let ignored = ["#[ignore", ", ignore)]"].iter().any(|a| line.contains(a));
            ignored.then(|| line.trim().to_owned())
        },
    )
}

fn lints_are_expected(tree: &Tree) -> Vec<Finding> {
    let mut found = tree.lines_where(
        |file| &file.code,
        |_, line| {
            let allowed = ["#[allow", "#![allow", ", allow("]
                .iter()
                .any(|a| line.contains(a));
            allowed.then(|| line.trim().to_owned())
        },
    );
    for file in tree.rust() {
        for (at, _) in file.code.match_indices("expect(") {
            let before = file.code[..at].trim_end();
            if !before.ends_with("#[") && !before.ends_with("#![") && !before.ends_with(',') {
                continue;
            }
            let end = file.code[at..]
                .find(')')
                .map_or(file.code.len(), |end| at + end);
            if !file.code[at..end].contains("reason") && before.ends_with('[') {
                let line = file.code[..at].matches('\n').count() + 1;
                found.push(file.at(line, "an expect without a reason"));
            }
        }
    }
    found
}
