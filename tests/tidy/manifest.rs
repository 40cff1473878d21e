//! The package: what it depends on, where that comes from, what stands at the top of the tree.

use crate::tool::skip;
use crate::tree::{File, Finding, Tree};
use crate::{Rule, case};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "the program depends on sc, and by its default feature on compiler_builtins",
        reason: "neither std nor the `alloc` crate is in it; adapters are optional and off by default",
        check: dependencies_are_two,
        cases: &[
            case(&[("Cargo.toml", MANIFEST)], &[]),
            case(
                &[(
                    "Cargo.toml",
                    "[dependencies]\nsc = \"0.2\"\nlibc = \"0.2\"\n",
                )],
                &[("Cargo.toml", 3)],
            ),
            case(
                &[(
                    "Cargo.toml",
                    "[features]\ndefault = [\"a\"]\na = [\n    \"dep:libc\",\n]\n",
                )],
                &[("Cargo.toml", 3)],
            ),
            case(
                &[("Cargo.toml", "[build-dependencies]\ncc = \"1\"\n")],
                &[("Cargo.toml", 2)],
            ),
        ],
    },
    Rule {
        name: "only compiler_builtins may use unstable features",
        reason: "the tree is built by a stable compiler",
        check: unstable_is_scoped,
        cases: &[
            case(
                &[(
                    ".cargo/config.toml",
                    "# Why.\n[env]\nRUSTC_BOOTSTRAP = \"compiler_builtins\"\n",
                )],
                &[],
            ),
            case(
                &[(
                    ".cargo/config.toml",
                    "# Why.\n[env]\nRUSTC_BOOTSTRAP = \"1\"\n",
                )],
                &[(".cargo/config.toml", 3)],
            ),
            case(
                &[(
                    ".cargo/config.toml",
                    "[env]\nRUSTC_BOOTSTRAP = \"compiler_builtins\"\n",
                )],
                &[(".cargo/config.toml", 2)],
            ),
        ],
    },
    Rule {
        name: "packages come from the ordinary registry",
        reason: "a clone builds everywhere, without any set-up",
        check: one_registry,
        cases: &[
            case(&[("Cargo.toml", "[dependencies]\nsc = \"0.2\"\n")], &[]),
            case(
                &[(".cargo/config.toml", "[source.a]\nreplace-with = \"b\"\n")],
                &[(".cargo/config.toml", 1), (".cargo/config.toml", 2)],
            ),
            case(
                &[(
                    "Cargo.lock",
                    "a\nsource = \"registry+https://example.org/index\"\n",
                )],
                &[("Cargo.lock", 2)],
            ),
        ],
    },
    Rule {
        name: "the top level stays small",
        reason: "it is what a newcomer sees first",
        check: top_level_is_known,
        cases: &[
            case(
                &[("src/lib.rs", ""), ("LICENSE-MIT", ""), ("Cargo.toml", "")],
                &[],
            ),
            case(
                &[("NOTES.md", ""), ("scripts/a.sh", ""), ("LICENSE-a/b", "")],
                &[("NOTES.md", 1), ("scripts/a.sh", 1), ("LICENSE-a/b", 1)],
            ),
        ],
    },
];

// A planted manifest.
const MANIFEST: &str = "[features]\ndefault = [\"rt\"]\nrt = [\"dep:compiler_builtins\"]\nadapter = [\"dep:other\"]\n\n\
    [dependencies]\nsc = \"0.2\"\ncompiler_builtins = { version = \"0.1\", optional = true }\n\
    other = { version = \"1\", optional = true }\n\n[dev-dependencies]\nproptest = \"1\"\n";

/// What stands at the top of the tree; a folder ends with `/`, a family of files with `*`.
const TOP_LEVEL: &[&str] = &[
    ".cargo/",
    ".ci/",
    ".gitattributes",
    ".gitignore",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-*",
    "README.md",
    "bench/",
    "boards/",
    "build.rs",
    "examples/",
    "fuzz/",
    "linker.ld",
    "man/",
    "preload/",
    "rust-toolchain.toml",
    "src/",
    "tests/",
    "traces/",
];

const ORDINARY_SOURCE: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// How another registry is set.
const OTHER_REGISTRIES: &[&str] = &[
    "[source.",
    "replace-with",
    "[registries",
    "registry =",
    "CARGO_REGISTRIES_",
    "CARGO_SOURCE_",
    "sparse+http",
];

/// A `key = value` of a TOML file; a value in brackets may take several lines.
struct Entry {
    line: usize,
    section: String,
    key: String,
    value: String,
}

fn entries(file: &File) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let mut section = String::new();
    let mut open = false;
    for (index, line) in file.text.lines().enumerate() {
        let line = line.trim();
        if open {
            let entry = found.last_mut().expect("an open value has begun");
            entry.value += line;
        } else if line.starts_with('[') {
            section = line.trim_matches(['[', ']']).to_owned();
            continue;
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            found.push(Entry {
                line: index + 1,
                section: section.clone(),
                key: key.trim().to_owned(),
                value: value.trim().to_owned(),
            });
        }
        open = found.last().is_some_and(|entry| {
            entry.value.matches(['[', '{']).count() > entry.value.matches([']', '}']).count()
        });
    }
    found
}

fn dependencies_are_two(tree: &Tree) -> Vec<Finding> {
    let Some(manifest) = tree.get("Cargo.toml") else {
        return Vec::new();
    };
    let entries = entries(manifest);
    let of = |section: &'static str| entries.iter().filter(move |entry| entry.section == section);
    let mut found = Vec::new();
    for entry in of("dependencies") {
        let optional = entry.value.contains("optional = true");
        if optional == (entry.key == "sc") {
            let what = if optional {
                "is optional"
            } else {
                "is always there"
            };
            found.push(manifest.at(entry.line, format!("{} {what}", entry.key)));
        }
    }
    for entry in &entries {
        let elsewhere = entry.section.ends_with("dependencies")
            && !matches!(entry.section.as_str(), "dependencies" | "dev-dependencies");
        if elsewhere || entry.section.starts_with("dependencies.") {
            found.push(manifest.at(entry.line, format!("{} in [{}]", entry.key, entry.section)));
        }
    }
    // What the default feature switches on, its own features followed.
    let mut on = vec!["default"];
    let mut next = 0;
    while let Some(&feature) = on.get(next) {
        next += 1;
        for entry in of("features").filter(|entry| entry.key == feature) {
            for item in entry.value.trim_matches(['[', ']']).split(',') {
                let item = item.trim().trim_matches('"');
                let crate_name = item
                    .strip_prefix("dep:")
                    .or(item.split_once('/').map(|(name, _)| name));
                match crate_name {
                    Some("compiler_builtins") => {}
                    Some(other) => {
                        found.push(manifest.at(entry.line, format!("{other} is on by default")))
                    }
                    None if !item.is_empty() && !on.contains(&item) => on.push(item),
                    None => {}
                }
            }
        }
    }
    found
}

fn unstable_is_scoped(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.get(".cargo/config.toml") else {
        return Vec::new();
    };
    let lines: Vec<&str> = file.text.lines().collect();
    let set = entries(file)
        .into_iter()
        .filter(|entry| entry.key == "RUSTC_BOOTSTRAP");
    set.filter(|entry| {
        let reason = lines[..entry.line - 1]
            .iter()
            .any(|line| line.starts_with("# "));
        entry.value != "\"compiler_builtins\"" || !reason
    })
    .map(|entry| file.at(entry.line, format!("RUSTC_BOOTSTRAP = {}", entry.value)))
    .collect()
}

fn one_registry(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    // The test's own files name what they look for.
    let files = tree
        .files
        .iter()
        .filter(|file| !file.path.starts_with("tests/tidy/"));
    for file in files {
        let lock = file.path.ends_with("Cargo.lock");
        for (index, line) in file.text.lines().enumerate() {
            let foreign = if lock {
                line.starts_with("source = ") && line != ORDINARY_SOURCE
            } else {
                OTHER_REGISTRIES
                    .iter()
                    .any(|setting| line.contains(setting))
            };
            if foreign {
                found.push(file.at(index + 1, line.trim()));
            }
        }
    }
    found
}

fn top_level_is_known(tree: &Tree) -> Vec<Finding> {
    let Some(tracked) = &tree.tracked else {
        skip("what stands at the top of the tree is not known to git");
        return Vec::new();
    };
    let known = |path: &str| {
        TOP_LEVEL.iter().any(|entry| match entry.strip_suffix('*') {
            Some(family) => path.starts_with(family) && !path.contains('/'),
            None if entry.ends_with('/') => path.starts_with(entry),
            None => path == *entry,
        })
    };
    let odd = tracked.iter().filter(|path| !known(path));
    odd.map(|path| Finding {
        path: path.clone(),
        line: 1,
        what: "is not on the list of tests/tidy/manifest.rs".to_owned(),
    })
    .collect()
}
