//! What no compiler checks: the shape of the project.
//!
//! Each rule is a function from a file to complaints, so that a test can show it a text.

mod order;
mod prose;

use std::fs;

use anyhow::{Result, bail};

use crate::tool;
use crate::workspace::Workspace;

/// The hard cap on a source file, without its tests.
const LONGEST_FILE: usize = 800;

/// Tables of data may be longer than code.
const DATA_TABLES: [&str; 1] = ["expr-core/src/error/catalog.rs"];

/// Names that say nothing about what a file holds.
const EMPTY_NAMES: [&str; 5] = ["util", "utils", "common", "misc", "manager"];

/// A file of the project, as the rules see it.
struct File<'a> {
    path: &'a str,
    text: &'a str,
}

/// Something that a rule does not like.
struct Complaint {
    line: usize,
    message: String,
}

impl Complaint {
    fn new(index: usize, message: impl Into<String>) -> Self {
        Complaint { line: index.saturating_add(1), message: message.into() }
    }
}

/// Checks every file of the project, and fails with all complaints at once.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let order = order::Order::read(workspace)?;
    let files = tool::tracked_files(workspace)?;
    let mut complaints = Vec::new();
    for path in &files {
        let bytes = fs::read(workspace.path(path))?;
        // What is no text has no lines to complain about.
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let file = File { path, text: &text };
        let found = rules(&file).into_iter().chain(order.check(&file));
        complaints.extend(
            found.map(|found| format!("{path}:{}: {}", found.line, found.message)),
        );
    }
    if complaints.is_empty() {
        println!("{} files are tidy", files.len());
        return Ok(());
    }
    bail!("{} complaints\n{}", complaints.len(), complaints.join("\n"))
}

fn rules(file: &File<'_>) -> Vec<Complaint> {
    let rules = [length, ending, name, skipped_tests, machine_paths, prose::check];
    rules.iter().flat_map(|rule| rule(file)).collect()
}

/// A long file holds two subjects. Tests do not count: they belong to what they test.
fn length(file: &File<'_>) -> Vec<Complaint> {
    if !is_code(file) || DATA_TABLES.contains(&file.path) {
        return Vec::new();
    }
    let lines = without_tests(file.text).count();
    if lines <= LONGEST_FILE {
        return Vec::new();
    }
    let message = format!("{lines} lines, over {LONGEST_FILE}: split it by subject");
    vec![Complaint::new(0, message)]
}

fn ending(file: &File<'_>) -> Vec<Complaint> {
    let last = file.text.lines().count().saturating_sub(1);
    let mut complaints = Vec::new();
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        complaints.push(Complaint::new(last, "no newline at the end of the file"));
    }
    if file.text.contains('\r') && is_code(file) {
        complaints.push(Complaint::new(0, "a carriage return: lines end with a newline"));
    }
    complaints
}

fn name(file: &File<'_>) -> Vec<Complaint> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    if is_code(file) && EMPTY_NAMES.contains(&stem) {
        let message = format!("`{stem}` says nothing: name the file after its subject");
        return vec![Complaint::new(0, message)];
    }
    Vec::new()
}

/// A skipped test rots unseen: assert what happens, with a `fixme`.
fn skipped_tests(file: &File<'_>) -> Vec<Complaint> {
    let needles = [
        concat!("#[", "ignore"),
        concat!("it.", "skip("),
        concat!("test.", "skip("),
        concat!("describe.", "skip("),
        concat!(".", "only("),
    ];
    if !is_code(file) {
        return Vec::new();
    }
    find(file, &needles, "a test is skipped: assert what happens, with a `fixme`")
}

/// A path of one machine means nothing on another.
fn machine_paths(file: &File<'_>) -> Vec<Complaint> {
    let needles = [
        concat!("\"/", "home/"),
        concat!("\"/", "root/"),
        concat!("\"/", "Users/"),
        concat!(" /", "home/"),
        concat!(" /", "root/"),
        concat!(" /", "work/"),
        concat!("\"/", "work/"),
        concat!("C:\\", "Users"),
    ];
    find(file, &needles, "a path of one machine: write it relative to the project")
}

fn find(file: &File<'_>, needles: &[&str], message: &str) -> Vec<Complaint> {
    file.text
        .lines()
        .enumerate()
        .filter(|(_, line)| needles.iter().any(|needle| line.contains(needle)))
        .map(|(index, _)| Complaint::new(index, message))
        .collect()
}

fn is_code(file: &File<'_>) -> bool {
    [".rs", ".ts", ".mts", ".js", ".mjs", ".cjs"]
        .iter()
        .any(|ending| file.path.ends_with(ending))
}

/// The lines up to a Rust file's test module.
fn without_tests(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| *line != "#[cfg(test)]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        rules(&File { path, text }).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn a_long_file_is_refused_unless_it_is_a_table_or_tests() {
        let text = "// line\n".repeat(LONGEST_FILE + 1);
        assert_eq!(complaints("expr-core/src/span.rs", &text).len(), 1);
        assert!(complaints(DATA_TABLES[0], &text).is_empty());
        let tests = format!("#[cfg(test)]\n{text}");
        assert!(complaints("expr-core/src/span.rs", &tests).is_empty());
    }

    #[test]
    fn a_file_ends_with_a_newline() {
        assert_eq!(complaints("a.toml", "a = 1").len(), 1);
        assert!(complaints("a.toml", "a = 1\n").is_empty());
    }

    #[test]
    fn empty_names_skipped_tests_and_machine_paths_are_refused() {
        assert_eq!(complaints("npm/src/utils.ts", "x\n").len(), 1);
        assert_eq!(complaints("a.rs", concat!("#[", "ignore]\n")).len(), 1);
        assert_eq!(complaints("a.toml", concat!("a = \"/", "home/me\"\n")).len(), 1);
    }
}
