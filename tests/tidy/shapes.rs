//! How a file looks: how it opens, how long it is, how long its functions are, what it is called.

use crate::text::{after_word, is_word};
use crate::tree::{File, Finding, Tree};
use crate::{Rule, case};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "each Rust file opens with `//!`",
        reason: "its first line says the one idea that it is about",
        check: files_open_with_their_idea,
        cases: &[
            case(&[("tests/a.rs", "//! A\n")], &[]),
            case(
                &[("tests/a.rs", "#![no_std]\n//! A\n")],
                &[("tests/a.rs", 1)],
            ),
        ],
    },
    Rule {
        name: "a Rust file has at most 400 lines",
        reason: "a longer one is about two ideas",
        check: files_are_short,
        cases: &[
            case(&[("src/a.rs", "//! A\n@399\n")], &[]),
            case(&[("src/a.rs", "//! A\n@400\n")], &[("src/a.rs", 401)]),
        ],
    },
    Rule {
        name: "each public item of the collections has an example",
        reason: "it is run as a test, and the first thing that is read",
        check: items_have_examples,
        cases: &[
            case(
                &[(
                    "src/collections/a.rs",
                    "//! A\n/// A.\n///\n/// ```\n/// ```\n#[inline]\npub fn a() {}\npub(crate) fn b() {}\n",
                )],
                &[],
            ),
            case(
                &[(
                    "src/collections/a.rs",
                    "//! A\n/// A.\npub const unsafe fn a() {}\n\n/// ```\n\npub struct B;\n",
                )],
                &[("src/collections/a.rs", 3), ("src/collections/a.rs", 7)],
            ),
        ],
    },
    Rule {
        name: "a function has at most 70 lines",
        reason: "it fits a screen, and a head",
        check: functions_are_short,
        cases: &[
            case(&[("src/a.rs", "//! A\n\nfn a() {\n@68\n}\n")], &[]),
            case(
                &[("src/a.rs", "//! A\n\nfn a() {\n@69\n}\n")],
                &[("src/a.rs", 3)],
            ),
        ],
    },
    Rule {
        name: "no file or type is called by what it is not",
        reason: "such a name holds anything, and soon does",
        check: names_say_something,
        cases: &[
            case(&[("src/heap/page.rs", "//! P\nstruct Page;\n")], &[]),
            case(
                &[("src/heap/utils.rs", "//! U\n")],
                &[("src/heap/utils.rs", 1)],
            ),
            case(
                &[("tests/common/mod.rs", "//! C\n")],
                &[("tests/common/mod.rs", 1)],
            ),
            case(
                &[(
                    "src/heap/a.rs",
                    "//! A\nmod helpers;\npub struct PageManager<A> {}\n",
                )],
                &[("src/heap/a.rs", 2), ("src/heap/a.rs", 3)],
            ),
        ],
    },
];

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "managers",
];

fn files_open_with_their_idea(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.at(1, "the first line is no `//! …`"))
        .collect()
}

fn files_are_short(tree: &Tree) -> Vec<Finding> {
    let long = tree.rust().filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > FILE_LINES_MAX).then(|| file.at(FILE_LINES_MAX + 1, format!("{lines} lines")))
    });
    long.collect()
}

fn functions_are_short(tree: &Tree) -> Vec<Finding> {
    tree.rust().flat_map(long_functions).collect()
}

fn long_functions(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut begin = 0;
    for (index, line) in file.code.split_inclusive('\n').enumerate() {
        if let Some(name) = function_on(line) {
            let lines = body_lines(&file.code[begin..]);
            if lines > FUNCTION_LINES_MAX {
                found.push(file.at(index + 1, format!("fn {name} has {lines} lines")));
            }
        }
        begin += line.len();
    }
    found
}

/// The name of the function that is declared on the line.
fn function_on(line: &str) -> Option<&str> {
    let rest = after_word(line, "fn")?.strip_prefix(' ')?;
    let end = rest
        .bytes()
        .position(|byte| !is_word(byte))
        .unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// The lines of the first item of `code`, up to the brace that closes it, or to the `;` of one without a
/// body.
fn body_lines(code: &str) -> usize {
    let (mut braces, mut others) = (0i32, 0i32);
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'{' => braces += 1,
            b'}' => braces -= 1,
            b'(' | b'[' => others += 1,
            b')' | b']' => others -= 1,
            _ => {}
        }
        let ended = byte == b'}' && braces <= 0 || byte == b';' && braces == 0 && others == 0;
        if ended {
            return code[..at].matches('\n').count() + 1;
        }
    }
    0
}

fn names_say_something(tree: &Tree) -> Vec<Finding> {
    let empty = |name: &str| {
        let name = name.to_lowercase();
        EMPTY_NAMES.contains(&name.as_str()) || name.ends_with("manager")
    };
    let mut found = Vec::new();
    for file in tree.rust() {
        let path = file.path.trim_end_matches(".rs").split('/');
        found.extend(path.filter(|part| empty(part)).map(|part| file.at(1, part)));
        for (index, line) in file.code.lines().enumerate() {
            let declared = ["mod", "struct", "enum", "trait", "union", "type"]
                .iter()
                .filter_map(|kind| after_word(line, kind));
            let names = declared.filter_map(|rest| {
                rest.trim()
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
            });
            found.extend(
                names
                    .filter(|name| empty(name))
                    .map(|name| file.at(index + 1, name)),
            );
        }
    }
    found
}

fn items_have_examples(tree: &Tree) -> Vec<Finding> {
    const ITEMS: [&str; 6] = [
        "fn ",
        "const fn ",
        "unsafe fn ",
        "struct ",
        "trait ",
        "unsafe trait ",
    ];
    let mut findings = Vec::new();
    let collections = tree
        .rust()
        .filter(|file| file.floor() == Some("collections"));
    for file in collections {
        let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            let item = line
                .strip_prefix("pub ")
                .map(|item| item.strip_prefix("const ").unwrap_or(item));
            if !item.is_some_and(|item| ITEMS.iter().any(|kind| item.starts_with(kind))) {
                continue;
            }
            let above = lines[..index].iter().rev();
            let mut above = above.skip_while(|line| !line.is_empty() && !line.starts_with("///"));
            let mut docs = above.by_ref().take_while(|line| line.starts_with("///"));
            if !docs.any(|line| line.starts_with("/// ```")) {
                findings.push(file.at(index + 1, "no example"));
            }
        }
    }
    findings
}
