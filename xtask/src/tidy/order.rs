//! The modules of expr-core import one way: from those before them.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;

use super::{Complaint, File, without_tests};
use crate::workspace::Workspace;

/// Lowest first. ARCHITECTURE.md draws the same picture.
const MODULES: [&str; 22] = [
    "size",
    "map",
    "merge_sort",
    "decimal",
    "text",
    "unicode",
    "span",
    "budget",
    "error",
    "regex",
    "reads",
    "value",
    "syntax",
    "builtin",
    "program",
    "compile",
    "eval",
    "contract",
    "inputs",
    "engine",
    "decide",
    "lib",
];

const SOURCES: &str = "expr-core/src/";

/// The order, and which module each name at the crate's root comes from.
pub(super) struct Order {
    reexports: BTreeMap<String, String>,
}

impl Order {
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let text = fs::read_to_string(workspace.path(SOURCES).join("lib.rs"))?;
        Ok(Order { reexports: read_reexports(&text) })
    }

    pub(super) fn check(&self, file: &File<'_>) -> Vec<Complaint> {
        let Some(relative) = file.path.strip_prefix(SOURCES) else { return Vec::new() };
        if !relative.ends_with(".rs") {
            return Vec::new();
        }
        let own = relative.split(['/', '.']).next().unwrap_or_default();
        let Some(rank) = rank_of(own) else {
            let message = format!("module `{own}` has no place in the order of modules");
            return vec![Complaint::new(0, message)];
        };
        self.imports(file.text)
            .into_iter()
            .filter(|(_, module)| rank_of(module).is_some_and(|other| other > rank))
            .map(|(index, module)| {
                let message = format!("`{own}` imports `{module}`, which comes after it");
                Complaint::new(index, message)
            })
            .collect()
    }

    /// The modules that a text names behind `crate::`, and the lines where it does.
    fn imports(&self, text: &str) -> Vec<(usize, String)> {
        let mut code = String::new();
        for line in without_tests(text) {
            let comment = line.trim_start().starts_with("//");
            code.push_str(if comment { "" } else { line });
            code.push('\n');
        }
        let mut imports = Vec::new();
        let mut before = 0_usize;
        for part in code.split_inclusive("crate::") {
            if before > 0 {
                let line = code.get(..before).unwrap_or_default().matches('\n').count();
                let rest = code.get(before..).unwrap_or_default();
                let names = heads(rest).into_iter().map(|name| self.module_of(name));
                imports.extend(names.map(|name| (line, name)));
            }
            before = before.saturating_add(part.len());
        }
        imports
    }

    fn module_of(&self, name: &str) -> String {
        self.reexports.get(name).map_or(name, String::as_str).to_owned()
    }
}

fn rank_of(module: &str) -> Option<usize> {
    MODULES.iter().position(|known| *known == module)
}

/// The first names of what stands behind `crate::`: one, or each of a group in braces.
fn heads(rest: &str) -> Vec<&str> {
    let Some(group) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let mut heads = Vec::new();
    let mut depth = 0_usize;
    let mut expect_head = true;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth = depth.saturating_add(1),
            '}' if depth == 0 => break,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => expect_head = true,
            _ if expect_head && !character.is_whitespace() => {
                heads.push(word(group.get(at..).unwrap_or_default()));
                expect_head = false;
            }
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> &str {
    let end = text
        .find(|character: char| !character.is_alphanumeric() && character != '_')
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// `pub use module::{A, B}` and `pub use module::A` of lib.rs: A and B come from module.
fn read_reexports(text: &str) -> BTreeMap<String, String> {
    let mut reexports = BTreeMap::new();
    for statement in text.split("pub use ").skip(1) {
        let statement = statement.split(';').next().unwrap_or_default();
        let module = word(statement);
        let names = statement.rsplit("::").next().unwrap_or_default();
        for name in names.split(|c: char| !c.is_alphanumeric() && c != '_') {
            if !name.is_empty() {
                reexports.insert(name.to_owned(), module.to_owned());
            }
        }
    }
    reexports
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upward(path: &str, text: &str) -> Vec<String> {
        let lib = "pub use engine::{\n    Program, check,\n};\npub use text::Wtf8;\n";
        let order = Order { reexports: read_reexports(lib) };
        order.check(&File { path, text }).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn an_import_from_a_later_module_is_refused() {
        let text = "use crate::eval::Evaluator;\n";
        assert_eq!(upward("expr-core/src/value/mod.rs", text).len(), 1);
        assert!(upward("expr-core/src/contract/guard.rs", text).is_empty());
    }

    #[test]
    fn groups_and_names_at_the_root_are_seen_through() {
        let text =
            "use crate::{\n    budget::{Budget, Limits},\n    Program, Wtf8,\n};\n";
        assert_eq!(
            upward("expr-core/src/value/json.rs", text),
            ["`value` imports `engine`, which comes after it"]
        );
    }

    #[test]
    fn comments_and_tests_may_name_anything() {
        let text =
            "/// See [`crate::engine`].\n#[cfg(test)]\nuse crate::engine::Program;\n";
        assert!(upward("expr-core/src/span.rs", text).is_empty());
    }

    #[test]
    fn a_module_without_a_place_is_refused() {
        assert_eq!(upward("expr-core/src/extra.rs", "\n").len(), 1);
    }
}
