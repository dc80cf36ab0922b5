//! What a run found, as it is written to a file and read again for the documentation.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::machine::{machine, versions};
use crate::workspace::{Workspace, write};

/// The machine that measured; what would say whose it is stays out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) os: String,
}

/// Rows with where they were measured and what of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report<Row> {
    pub(crate) machine: Machine,
    /// By name.
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) rows: Vec<Row>,
}

/// One implementation on one workload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) workload: String,
    /// `native-pre`, `native-json`, `wasmtime`, `node-live`, `node-resident`,
    /// `node-batch`, `compile-native` or `compile-node`.
    pub(crate) mode: String,
    /// `ours`, `hand` or the package's name.
    pub(crate) engine: String,
    /// Nanoseconds of CPU; nothing where it does not answer.
    pub(crate) median_ns: Option<f64>,
    /// Whether it answers what the reference answers.
    pub(crate) correct: bool,
}

impl<Row: Serialize + DeserializeOwned> Report<Row> {
    /// What was found here and now.
    pub(crate) fn of_run(workspace: &Workspace, rows: Vec<Row>) -> Result<Self> {
        let (machine, versions) = (machine(), versions(workspace)?);
        Ok(Report { machine, versions, rows })
    }

    /// Writes it to a file, if there is one to write.
    pub(crate) fn write(&self, json: Option<&Path>) -> Result<()> {
        json.map_or(Ok(()), |path| write(path, self.to_json()?))
    }

    /// Reads what `to_json` has written.
    pub(crate) fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("this is no report of a measurement")
    }

    /// JSON with a row a line, so that a difference of two runs can be read.
    fn to_json(&self) -> Result<String> {
        let machine = serde_json::to_string(&self.machine)?;
        let versions = serde_json::to_string(&self.versions)?;
        let mut text = format!(
            "{{\n\"machine\": {machine},\n\"versions\": {versions},\n\"rows\": ["
        );
        for (index, row) in self.rows.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = write!(text, "{comma}\n{}", serde_json::to_string(row)?);
        }
        text.push_str("\n]\n}\n");
        Ok(text)
    }

    /// Machine and versions in a few lines of Markdown.
    pub(crate) fn conditions(&self) -> String {
        let Machine { cpu, cores, os } = &self.machine;
        let versions: Vec<String> = self
            .versions
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        format!("{cpu}, {cores} cores, {os}; {}.", versions.join(", "))
    }
}

/// Rows as lines of JSON, as the programs that measure print them.
pub(crate) fn rows<Row: DeserializeOwned>(lines: &str) -> Result<Vec<Row>> {
    let rows = lines.lines().map(serde_json::from_str);
    rows.collect::<Result<_, _>>().context("a program printed what is no row")
}
