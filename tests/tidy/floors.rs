//! The floors: their order stands once, as the order of the `pub mod` lines of `src/lib.rs`.

use crate::text::{after_word, is_word};
use crate::tree::{Finding, Tree};
use crate::{Rule, case};
use std::collections::BTreeSet;

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "a floor uses only the floors below it",
        reason: "whoever reads a floor needs to know nothing of what stands above it",
        check: imports_run_downwards,
        cases: &[
            case(
                &[
                    LIB,
                    (
                        "src/io/a.rs",
                        "//! [`crate::heap`]\nuse crate::sys::A; // crate::heap\n",
                    ),
                ],
                &[],
            ),
            case(
                &[LIB, ("src/io/a.rs", "//! A\nuse crate::heap::A;\n")],
                &[("src/io/a.rs", 2)],
            ),
            case(
                &[
                    LIB,
                    ("src/sys/a.rs", "//! A\nfn f() {\n    crate::io::g();\n}\n"),
                ],
                &[("src/sys/a.rs", 3)],
            ),
            case(
                &[LIB, ("src/io/mod.rs", "//! A\nuse super::heap::A;\n")],
                &[("src/io/mod.rs", 2)],
            ),
            case(
                &[
                    LIB,
                    (
                        "src/io/m.rs",
                        "//! A\nmacro_rules! m { () => { $crate::heap::f() } }\n",
                    ),
                ],
                &[("src/io/m.rs", 2)],
            ),
        ],
    },
    Rule {
        name: "no `crate::{..}` and no `crate::*`",
        reason: "each floor that a file uses has a line of its own",
        check: one_use_a_floor,
        cases: &[
            case(
                &[
                    LIB,
                    (
                        "src/io/a.rs",
                        "//! A\nuse crate::sys::{A, B};\nuse crate::{m, n};\n",
                    ),
                ],
                &[],
            ),
            case(
                &[LIB, ("src/io/a.rs", "//! A\nuse crate::{sys, io};\n")],
                &[("src/io/a.rs", 2)],
            ),
            case(
                &[LIB, ("src/io/a.rs", "//! A\nuse crate::*;\n")],
                &[("src/io/a.rs", 2)],
            ),
        ],
    },
    Rule {
        name: "each folder of src/ is a floor, and each floor a folder",
        reason: "the order of the floors is the map of the tree",
        check: folders_are_floors,
        cases: &[
            case(&[LIB, SYS, IO, HEAP], &[]),
            case(
                &[LIB, SYS, IO, HEAP, ("src/gc/mod.rs", "//! G\n")],
                &[("src/lib.rs", 1)],
            ),
            case(&[LIB, SYS, IO], &[("src/lib.rs", 1)]),
        ],
    },
    Rule {
        name: "io, lab and commands forbid unsafe code at their head",
        reason: "what needs none shall not begin to have some",
        check: unsafe_is_forbidden,
        cases: &[
            case(&[IO, HEAP], &[]),
            case(
                &[("src/lab/mod.rs", "//! L\nmod a;\n#![forbid(unsafe_code)]\n")],
                &[("src/lab/mod.rs", 1)],
            ),
            case(
                &[(
                    "src/commands/mod.rs",
                    "//! #![forbid(unsafe_code)]\nmod a;\n",
                )],
                &[("src/commands/mod.rs", 1)],
            ),
        ],
    },
    Rule {
        name: "system calls only in src/sys",
        reason: "one floor speaks to the kernel; the others are portable",
        check: system_calls_in_sys,
        cases: &[
            case(
                &[(
                    "src/sys/a.rs",
                    "//! A\nuse sc::syscall;\nlet a = syscall!(WRITE);\n",
                )],
                &[],
            ),
            case(
                &[("src/io/a.rs", "//! A\nlet a = syscall!(WRITE);\n")],
                &[("src/io/a.rs", 2)],
            ),
            case(
                &[("tests/a.rs", "//! A\nuse sc::nr;\n")],
                &[("tests/a.rs", 2)],
            ),
        ],
    },
    Rule {
        name: "assembly only in src/sys and src/start",
        reason: "what no compiler checks stays where it is looked for",
        check: assembly_where_it_belongs,
        cases: &[
            case(
                &[
                    ("src/start/a.rs", "//! A\nnaked_asm!();\n"),
                    ("boards/a.rs", "//! A\nglobal_asm!();\n"),
                ],
                &[],
            ),
            case(
                &[("src/heap/a.rs", "//! A\n\ncore::arch::asm!();\n")],
                &[("src/heap/a.rs", 3)],
            ),
            case(
                &[("examples/a.rs", "//! A\nglobal_asm!();\n")],
                &[("examples/a.rs", 2)],
            ),
        ],
    },
    Rule {
        name: "the README's map names exactly the folders of src/",
        reason: "a newcomer goes by the map",
        check: the_map_is_true,
        cases: &[
            case(
                &[
                    SYS,
                    IO,
                    (
                        "README.md",
                        "| `src/sys/` | the kernel |\nsrc/io     bytes\nsrc/io/a.rs\n",
                    ),
                ],
                &[],
            ),
            case(
                &[
                    SYS,
                    IO,
                    ("README.md", "# N\nsrc/sys/ a\nsrc/io/ b\nsrc/gc/ c\n"),
                ],
                &[("README.md", 4)],
            ),
            case(
                &[SYS, IO, ("README.md", "src/sys/ a\n")],
                &[("README.md", 1)],
            ),
            case(&[SYS], &[("README.md", 1)]),
        ],
    },
];

// Files of planted trees.
const LIB: (&str, &str) = (
    "src/lib.rs",
    "//! L\npub mod sys;\n\n/// Two.\npub mod io;\n\npub mod heap;\n",
);
const SYS: (&str, &str) = ("src/sys/mod.rs", "//! S\n");
const IO: (&str, &str) = ("src/io/mod.rs", "//! I\n#![forbid(unsafe_code)]\n");
const HEAP: (&str, &str) = ("src/heap/mod.rs", "//! H\n");

/// Floors that need no unsafe code.
const WITHOUT_UNSAFE: &[&str] = &["io", "lab", "commands"];

/// Where assembly may stand besides the two floors, and why.
const ASSEMBLY: &[(&str, &str)] = &[("boards/", "a machine without a kernel starts in assembly")];

/// The floors, the lowest first.
fn order(tree: &Tree) -> Vec<&str> {
    let code = tree.get("src/lib.rs").map_or("", |file| &file.code);
    let names = code
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "));
    names.map(|name| name.trim_end_matches(';')).collect()
}

fn imports_run_downwards(tree: &Tree) -> Vec<Finding> {
    let order = order(tree);
    let height = |name: &str| order.iter().position(|floor| *floor == name);
    tree.lines_where(
        |file| &file.code,
        |file, line| {
            let own = file.floor()?;
            let floor = height(own)?;
            let above = roots(line).find(|name| height(name).is_some_and(|found| found > floor))?;
            Some(format!("{own} uses {above}, which stands above it"))
        },
    )
}

/// The names that follow `crate::`, or a `super::` that may have reached the root of the crate.
fn roots(line: &str) -> impl Iterator<Item = &str> {
    let places = ["crate::", "super::"]
        .into_iter()
        .flat_map(|prefix| line.match_indices(prefix));
    places.filter_map(|(at, prefix)| {
        let whole = at == 0 || !is_word(line.as_bytes()[at - 1]);
        let rest = &line[at + prefix.len()..];
        let end = rest.bytes().position(|byte| !is_word(byte));
        whole.then(|| &rest[..end.unwrap_or(rest.len())])
    })
}

fn one_use_a_floor(tree: &Tree) -> Vec<Finding> {
    let order = order(tree);
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| file.floor().is_some()) {
        for (at, _) in file.code.match_indices("crate::{") {
            // Macros stand at the root of the crate, and may come together.
            let names = file.code[at..].split('}').next().unwrap_or_default();
            let floor = order
                .iter()
                .find(|floor| after_word(names, floor).is_some());
            let line = file.code[..at].matches('\n').count() + 1;
            found.extend(floor.map(|floor| file.at(line, format!("{floor} in a `crate::{{..}}`"))));
        }
    }
    let all = tree.lines_where(
        |file| &file.code,
        |file, line| {
            file.floor()
                .filter(|_| line.contains("crate::*"))
                .map(str::to_owned)
        },
    );
    found.into_iter().chain(all).collect()
}

fn folders_are_floors(tree: &Tree) -> Vec<Finding> {
    let Some(lib) = tree.get("src/lib.rs") else {
        return Vec::new();
    };
    let floors: BTreeSet<&str> = order(tree).into_iter().collect();
    let folders: BTreeSet<&str> = tree.files.iter().filter_map(|file| file.floor()).collect();
    let odd = floors.symmetric_difference(&folders);
    odd.map(|name| lib.at(1, format!("{name} is only one of the two")))
        .collect()
}

fn unsafe_is_forbidden(tree: &Tree) -> Vec<Finding> {
    let heads = tree.files.iter().filter(|file| {
        file.path.ends_with("/mod.rs")
            && file
                .floor()
                .is_some_and(|floor| WITHOUT_UNSAFE.contains(&floor))
            && file.path.matches('/').count() == 2
    });
    heads
        .filter(|file| {
            let first = file.code.lines().find(|line| !line.trim().is_empty());
            first != Some("#![forbid(unsafe_code)]")
        })
        .map(|file| file.at(1, "the first line of code is not #![forbid(unsafe_code)]"))
        .collect()
}

fn system_calls_in_sys(tree: &Tree) -> Vec<Finding> {
    tree.lines_where(
        |file| &file.code,
        |file, line| {
            let made = roots_of("sc", line) || line.contains("syscall!");
            (made && file.floor() != Some("sys")).then(|| line.trim().to_owned())
        },
    )
}

/// Whether a path on the line begins with `name`.
fn roots_of(name: &str, line: &str) -> bool {
    let path = format!("{name}::");
    line.match_indices(&path)
        .any(|(at, _)| at == 0 || !is_word(line.as_bytes()[at - 1]))
}

fn assembly_where_it_belongs(tree: &Tree) -> Vec<Finding> {
    tree.lines_where(
        |file| &file.code,
        |file, line| {
            // `asm!` is the end of `naked_asm!` and `global_asm!`.
            let belongs = matches!(file.floor(), Some("sys" | "start"))
                || ASSEMBLY
                    .iter()
                    .any(|(place, _)| file.path.starts_with(place));
            (line.contains("asm!") && !belongs).then(|| line.trim().to_owned())
        },
    )
}

fn the_map_is_true(tree: &Tree) -> Vec<Finding> {
    let Some(readme) = tree.get("README.md") else {
        return vec![Finding {
            path: "README.md".to_owned(),
            line: 1,
            what: "there is none".to_owned(),
        }];
    };
    let folders: BTreeSet<&str> = tree.files.iter().filter_map(|file| file.floor()).collect();
    let named: Vec<(usize, &str)> = readme
        .text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index + 1, folder_on_map(line)?)))
        .collect();
    let wrong = named.iter().filter(|(_, name)| !folders.contains(name));
    let missing = folders
        .iter()
        .filter(|folder| named.iter().all(|(_, name)| name != *folder));
    wrong
        .map(|&(line, name)| readme.at(line, format!("there is no folder src/{name}/")))
        .chain(missing.map(|name| readme.at(1, format!("src/{name}/ is not on the map"))))
        .collect()
}

/// The folder that a line of the map is about: its first word is `src/NAME` or `src/NAME/`, in a table or a
/// block.
fn folder_on_map(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(['|', '`', ' ', '-', '*', '│', '├', '└', '─']);
    let word = line.strip_prefix("src/")?.split([' ', '`', '|']).next()?;
    let name = word.strip_suffix('/').unwrap_or(word);
    (!name.is_empty() && name.bytes().all(is_word)).then_some(name)
}
