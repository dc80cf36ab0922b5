//! The suite's files, in both forms that they are found in.
//!
//! JSONata's own repository has a folder for each group, and in it files that hold a case
//! or a list of cases. The other form is one file for each group, whose cases have names.

use super::{Case, read_case};
use crate::json::Json;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The members of a case as they stand in its file.
pub(super) type Fields = BTreeMap<String, Box<RawValue>>;

/// Where groups are. What the crate `jsonata-rs` cannot do yet, it keeps in `skip`.
const FOLDERS: [&str; 2] = ["groups", "skip"];
/// The member of a case that expects a pattern: the crate has it for a function of its own
/// and for the clock, JSONata's suite has no such case.
const PATTERN: &str = "result_re";
/// Cases in which the crate expects its own answer, `1e100`, where JSONata's suite expects
/// JavaScript's, `1e+100`.
const ALTERED: [(&str, &str); 2] =
    [("function-string/case002", "1e100"), ("function-string/case007", "1e21")];

/// The cases of a folder.
#[derive(Debug, Default)]
pub struct Suite {
    /// The cases, in the order of files and lists.
    pub cases: Vec<Case>,
    /// Names of the cases that are none of JSONata's.
    pub foreign: Vec<String>,
}

/// Reads the groups in `folder` and the data sets that they name.
pub fn read(folder: &Path) -> Result<Suite, String> {
    let mut datasets = BTreeMap::new();
    for path in entries(&folder.join("datasets"))? {
        datasets.insert(stem(&path), read_text(&path)?);
    }
    let mut suite = Suite::default();
    for part in FOLDERS.map(|part| folder.join(part)).iter().filter(|it| it.is_dir()) {
        for group in entries(part)? {
            // The same name may be in both parts.
            let skipped = if part.ends_with("skip") { "skip/" } else { "" };
            let name = format!("{skipped}{}", stem(&group));
            let files = if group.is_dir() { entries(&group)? } else { vec![group] };
            for path in files.iter().filter(|it| it.extension().is_some_and(is_json)) {
                suite
                    .read_file(&name, path, &datasets)
                    .map_err(|reason| format!("{}: {reason}", path.display()))?;
            }
        }
    }
    match suite.cases.is_empty() {
        true => Err(format!("{}: no case of the official suite here", folder.display())),
        false => Ok(suite),
    }
}

impl Suite {
    fn read_file(
        &mut self,
        group: &str,
        path: &Path,
        datasets: &BTreeMap<String, String>,
    ) -> Result<(), String> {
        let text = read_text(path)?;
        let list = text.trim_start().starts_with('[');
        let cases: Vec<Fields> = match list {
            true => serde_json::from_str(&text),
            false => serde_json::from_str(&text).map(|case| vec![case]),
        }
        .map_err(|error| error.to_string())?;
        for (index, mut fields) in cases.into_iter().enumerate() {
            let name = match fields.get("name") {
                Some(name) => Json::parse(name.get())?.to_text().ok_or("no `name`")?,
                None if list => format!("{}#{index}", stem(path)),
                None => stem(path),
            };
            if is_foreign(&format!("{group}/{name}"), &fields)? {
                self.foreign.push(format!("{group}/{name}"));
                continue;
            }
            embed_source(&mut fields, path)?;
            let case = read_case((group, name.clone()), &fields, datasets)
                .map_err(|reason| format!("{name}: {reason}"))?;
            self.cases.push(case);
        }
        Ok(())
    }
}

fn is_foreign(name: &str, fields: &Fields) -> Result<bool, String> {
    let result = fields.get("result").map(|it| Json::parse(it.get())).transpose()?;
    let result = result.and_then(|it| it.to_text());
    let altered =
        |case: &(&str, &str)| name == case.0 && result.as_deref() == Some(case.1);
    Ok(fields.contains_key(PATTERN) || ALTERED.iter().any(altered))
}

/// A long expression stands in a file of its own beside the case.
fn embed_source(fields: &mut Fields, path: &Path) -> Result<(), String> {
    let Some(name) = fields.remove("expr-file") else {
        return Ok(());
    };
    let name = Json::parse(name.get())?.to_text().ok_or("`expr-file` must be text")?;
    let source = serde_json::value::to_raw_value(&read_text(&path.with_file_name(name))?)
        .map_err(|error| error.to_string())?;
    fields.insert("expr".to_owned(), source);
    Ok(())
}

fn is_json(extension: &std::ffi::OsStr) -> bool {
    extension == "json"
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| {
        format!("{}: {error}; name the folder of the official suite", folder.display())
    })?;
    let mut paths: Vec<PathBuf> =
        entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
