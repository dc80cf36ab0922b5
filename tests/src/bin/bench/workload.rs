//! What is timed: expressions over documents.

use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// An expression and the JSON text of its context.
pub(crate) struct Workload {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) context: String,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    source: String,
    document: PathBuf,
}

/// The workloads of a list whose name contains `only`.
pub(crate) fn read(list: &Path, only: &str) -> Result<Vec<Workload>, String> {
    let text = |path: &Path| {
        fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))
    };
    let entries: Vec<Entry> =
        serde_json::from_str(&text(list)?).map_err(|error| error.to_string())?;
    let wanted = entries.into_iter().filter(|entry| entry.name.contains(only));
    wanted
        .map(|Entry { name, source, document }| {
            Ok(Workload { name, source, context: text(&document)? })
        })
        .collect()
}
