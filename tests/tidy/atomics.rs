//! Words that threads share: each has a model, or a reason to need none.

use crate::text::{after_word, is_word};
use crate::tree::{File, Finding, Tree};
use crate::{Rule, case};

pub(crate) const RULES: &[Rule] = &[Rule {
    name: "each atomic word has a model or stands in the table",
    reason: "loom tries the orders that no test meets; CONTRIBUTING.md says of each other word why it needs none",
    check: words_are_accounted_for,
    cases: &[
        case(
            &[
                (
                    "src/a/b.rs",
                    "//! B\nstatic SUM: AtomicU32 = z();\nuse x::AtomicU8;\nfn f(a: *const AtomicU8) {}\n",
                ),
                (
                    "src/a/c.rs",
                    "//! C\npub(super) word: AtomicU32,\nmod tests {\nuse loom::model;\n",
                ),
                (
                    "src/a/d.rs",
                    "//! D\nparting: Parting<AtomicU8>,\nmod tests {\nlet mine: AtomicU8 = z();\n",
                ),
                (
                    TABLE,
                    "## Words that threads share\n| word | why |\n|---|---|\n| `SUM` | a sum |\n",
                ),
            ],
            &[],
        ),
        case(
            &[
                ("src/a/b.rs", "//! B\ntype Leaf = [AtomicU16; 2];\n"),
                ("src/a/c.rs", "//! C\npub(super) word: *const AtomicU32,\n"),
                (
                    TABLE,
                    "`Leaf`\n## Words that threads share\n| `GONE`, `word` | a sum |\n## Others\n| `too` | b |\n",
                ),
            ],
            &[("src/a/b.rs", 2), (TABLE, 3)],
        ),
    ],
}];

const TABLE: &str = "CONTRIBUTING.md";

/// The words of a file without models that are atomic themselves: the line of each, from 1, and its name.
fn words(file: &File) -> Vec<(usize, &str)> {
    let library = ["src/", "preload/src/"];
    let looked_at = library.iter().any(|folder| file.path.starts_with(folder));
    if !looked_at || file.code.contains("loom::") {
        return Vec::new();
    }
    let lines = file.code.lines().enumerate();
    let lines = lines.take_while(|(_, line)| after_word(line, "mod tests").is_none());
    lines
        .filter_map(|(index, line)| Some((index + 1, word(line)?)))
        .collect()
}

/// The name that a line gives to an atomic word, or to an array of them.
fn word(line: &str) -> Option<&str> {
    let (before, of_type) = line.split_once([':', '='])?;
    let of_type = of_type.trim_start_matches([' ', '[']);
    let of_type = of_type.strip_prefix("*const ").unwrap_or(of_type);
    let is_atomic = of_type.starts_with("Atomic") && after_word(before, "fn").is_none();
    let name = before.trim_end();
    let name = name.rsplit(|letter: char| !letter.is_ascii() || !is_word(letter as u8));
    name.into_iter().next().filter(|_| is_atomic)
}

/// The names in the first column of the table: the line of each, from 1.
fn accounted_for(tree: &Tree) -> Vec<(usize, &str)> {
    let text = tree.get(TABLE).map_or("", |file| &file.text);
    let lines = text.lines().enumerate();
    let section = lines.skip_while(|(_, line)| *line != "## Words that threads share");
    let section = section
        .skip(1)
        .take_while(|(_, line)| !line.starts_with("## "));
    let rows = section.filter_map(|(index, line)| {
        let cell = line.strip_prefix("| ")?.split(" | ").next()?;
        Some((index + 1, cell))
    });
    rows.flat_map(|(line, cell)| {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(move |name| (line, name))
    })
    .collect()
}

fn words_are_accounted_for(tree: &Tree) -> Vec<Finding> {
    let (mut found, table) = (Vec::new(), accounted_for(tree));
    let mut names = Vec::new();
    for file in tree.rust() {
        for (line, name) in words(file) {
            names.push(name);
            if !table.iter().any(|&(_, known)| known == name) {
                found.push(file.at(line, format!("`{name}` has neither")));
            }
        }
    }
    for (line, name) in table {
        if let Some(file) = tree.get(TABLE)
            && !names.contains(&name)
        {
            found.push(file.at(line, format!("there is no word `{name}` without a model")));
        }
    }
    found
}
