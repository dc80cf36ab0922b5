//! What is timed: expressions over documents.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// An expression and the JSON text of its context.
#[derive(Clone)]
pub(crate) struct Workload {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) context: String,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    expr: String,
    data: String,
}

/// The workloads of a folder: `workloads.json` with the documents beside it.
pub(crate) fn read(folder: &Path) -> Result<Vec<Workload>, String> {
    let text = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))
    };
    let entries: Vec<Entry> = serde_json::from_str(&text("workloads.json")?)
        .map_err(|error| format!("workloads.json: {error}"))?;
    let mut documents = BTreeMap::new();
    let mut workloads = Vec::new();
    for Entry { name, expr: source, data } in entries {
        if !documents.contains_key(&data) {
            documents.insert(data.clone(), text(&format!("data_{data}.json"))?);
        }
        let context = documents.get(&data).cloned().unwrap_or_default();
        workloads.push(Workload { name, source, context });
    }
    Ok(workloads)
}
