//! What belongs to a command besides its file.

use crate::tree::{Finding, Tree};
use crate::{Rule, case};

pub(crate) const RULES: &[Rule] = &[Rule {
    name: "each command has a golden file",
    reason: "what a command prints is seen to change: tests/golden/NAME.console, run by tests/program/golden.rs",
    check: commands_have_golden_files,
    cases: &[
        case(
            &[
                ("src/commands/sort.rs", SORT),
                ("src/commands/names.rs", "//! N\nname: \"other\"\n"),
                ("tests/golden/sort.console", "$ nostd-alloc sort\n"),
            ],
            &[],
        ),
        case(
            &[("src/commands/sort.rs", SORT)],
            &[("src/commands/sort.rs", 3)],
        ),
        case(
            &[
                ("src/commands/sort.rs", SORT),
                ("tests/golden/sort.console", ""),
            ],
            &[("src/commands/sort.rs", 3)],
        ),
    ],
}];

/// A planted command.
const SORT: &str =
    "//! S\npub(super) const COMMAND: Command = Command {\n    name: \"sort\",\n};\n";

fn commands_have_golden_files(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| file.floor() == Some("commands")) {
        if !file.code.contains("const COMMAND: Command =") {
            continue;
        }
        let line = file.text.lines().enumerate().find_map(|(index, line)| {
            let name = line.trim().strip_prefix("name: \"")?.strip_suffix("\",")?;
            Some((index + 1, name))
        });
        let Some((line, name)) = line else {
            found.push(file.at(1, "its COMMAND has no name"));
            continue;
        };
        let golden = format!("tests/golden/{name}.console");
        let runs = format!("$ nostd-alloc {name}");
        if !tree
            .get(&golden)
            .is_some_and(|golden| golden.text.contains(&runs))
        {
            found.push(file.at(line, format!("{golden} does not run it")));
        }
    }
    found
}
