//! What is timed, as `tests/bench/prepare.mjs` has put it into a folder.

use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// An expression, the JSON text of its context, and what it answers.
pub(crate) struct Workload {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) context: String,
    pub(crate) answer: Option<Value>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    source: String,
    document: PathBuf,
    answer: Option<Value>,
}

/// The workloads of a list whose name is wanted.
pub(crate) fn read(
    list: &Path,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Workload>, String> {
    let text = |path: &Path| {
        fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))
    };
    let entries: Vec<Entry> =
        serde_json::from_str(&text(list)?).map_err(|error| error.to_string())?;
    let wanted = entries.into_iter().filter(|entry| is_wanted(&entry.name));
    wanted
        .map(|Entry { name, source, document, answer }| {
            Ok(Workload { name, source, context: text(&document)?, answer })
        })
        .collect()
}

impl Workload {
    /// Whether this is the answer: members in any order, numbers as doubles.
    pub(crate) fn is_answered_by(&self, answer: Option<&Value>) -> bool {
        match (&self.answer, answer) {
            (Some(expected), Some(found)) => same(expected, found),
            (expected, found) => expected.is_none() && found.is_none(),
        }
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let there = |(key, value)| other.get(key).is_some_and(|it| same(value, it));
            one.len() == other.len() && one.iter().all(there)
        }
        _ => one == other,
    }
}
