//! Sources that fixtures and the official suite hold, for tests that need real ones.

use crate::json::Json;
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

/// The project's own fixtures.
pub const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures");
/// The official suite, where it is.
pub const SUITE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/jsonata-suite");

/// Every text that a JSON file below a folder calls its source or expression. What is no
/// JSON has none.
pub fn sources(folder: &str) -> Vec<String> {
    let files =
        WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    let files = files.map(walkdir::DirEntry::into_path);
    let jsons = files.filter(|path| path.extension().is_some_and(|it| it == "json"));
    jsons
        .filter(|path| !path.iter().any(|it| it == "node_modules"))
        .flat_map(|path| sources_of(&path))
        .collect()
}

fn sources_of(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut found = Vec::new();
    let mut open: Vec<Json> = Json::parse(&text).into_iter().collect();
    while let Some(json) = open.pop() {
        for name in ["source", "expr"] {
            found.extend(json.get(name).and_then(Json::to_text));
        }
        match json {
            Json::Array(items) => open.extend(items),
            Json::Object(members) => open.extend(members.into_iter().map(|(_, it)| it)),
            _ => {}
        }
    }
    found
}
