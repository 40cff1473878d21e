//! The text files of a tree, read once, each in three forms.

use crate::text::{Keep, blanked};
use crate::tool::tool;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Where a rule is broken.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) path: String,
    /// From 1; for what a whole file lacks, 1.
    pub(crate) line: usize,
    pub(crate) what: String,
}

/// A text file.
pub(crate) struct File {
    /// From the root of the tree, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Only code: comments and strings are blank, lines and columns stay.
    pub(crate) code: String,
    /// Code and comments: only strings are blank.
    pub(crate) prose: String,
}

impl File {
    fn new(path: String, text: String) -> File {
        let rust = path.ends_with(".rs");
        let form = |keep| {
            if rust {
                blanked(&text, keep)
            } else {
                text.clone()
            }
        };
        File {
            code: form(Keep::Code),
            prose: form(Keep::CodeAndComments),
            path,
            text,
        }
    }

    /// A finding in this file; `line` counts from 1.
    pub(crate) fn at(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding {
            path: self.path.clone(),
            line,
            what: what.into(),
        }
    }

    /// The floor of the library that the file belongs to: `memory` for `src/memory/region.rs`.
    pub(crate) fn floor(&self) -> Option<&str> {
        Some(self.path.strip_prefix("src/")?.split_once('/')?.0)
    }
}

/// The text files of a tree.
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
    /// What git would commit or has committed; `None` where there is no git.
    pub(crate) tracked: Option<Vec<String>>,
}

impl Tree {
    /// Reads the tree at `root`, without what was built.
    pub(crate) fn read(root: &Path) -> Tree {
        let mut files = Vec::new();
        collect(root, root, &mut files);
        files.sort_by(|a: &File, b| a.path.cmp(&b.path));
        let list = |git| Command::new(git).arg("ls-files").current_dir(root).output();
        let git = tool("git").and_then(|git| list(git).ok());
        let tracked = git.filter(|git| git.status.success()).map(|git| {
            let list = String::from_utf8_lossy(&git.stdout).into_owned();
            list.lines().map(str::to_owned).collect()
        });
        Tree { files, tracked }
    }

    /// A tree of a few (path, text); all of it is tracked. A line `@N` stands for N empty lines.
    pub(crate) fn planted(files: &[(&str, &str)]) -> Tree {
        let line = |line: &str| match line.strip_prefix('@') {
            Some(count) => "\n".repeat(count.parse().expect("a count follows the @")),
            None => format!("{line}\n"),
        };
        let file = |&(path, text): &(&str, &str)| {
            File::new(path.to_owned(), text.lines().map(line).collect())
        };
        Tree {
            files: files.iter().map(file).collect(),
            tracked: Some(files.iter().map(|(path, _)| (*path).to_owned()).collect()),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// A finding for each line of Rust on which `wrong` sees something, in the form that `form` gives.
    pub(crate) fn lines_where(
        &self,
        form: fn(&File) -> &str,
        wrong: impl Fn(&File, &str) -> Option<String>,
    ) -> Vec<Finding> {
        let mut found = Vec::new();
        for file in self.rust() {
            for (index, line) in form(file).lines().enumerate() {
                found.extend(wrong(file, line).map(|what| file.at(index + 1, what)));
            }
        }
        found
    }
}

/// Adds the text files below `folder`.
fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder can be listed") {
        let path = entry.expect("a folder can be listed").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if name != "target" && name != ".git" {
                collect(root, &path, files);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root).expect("below the root");
            files.push(File::new(path.to_string_lossy().into_owned(), text));
        }
    }
}
