//! What crossing costs: the package, which sends bytes, beside live values.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use xshell::cmd;

use super::install_reference;
use super::report::{Report, rows};
use crate::workspace::Workspace;
use crate::{npm, tool, values, wasm};

/// One expression over a context of one size, in nanoseconds of CPU.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    case: String,
    source: String,
    /// The JSON text of the context, in thousands of bytes.
    kilobytes: u32,
    /// The package, from live value to live value.
    live_ns: f64,
    /// The package over what `JSON.stringify` gives.
    text_ns: f64,
    /// expr-wasm with the feature `js-values`.
    values_ns: f64,
}

/// Measures, prints the table, and writes the report to a file.
pub(crate) fn run(workspace: &Workspace, json: Option<&Path>, only: &str) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    values::build(workspace)?;
    // Its version is one of those that reports name.
    install_reference(workspace)?;
    let shell = tool::shell(workspace.root())?;
    let lines = cmd!(shell, "node tests/bench/marshal.mjs {only}")
        .quiet()
        .read()
        .context("the ways across cannot be measured")?;
    let report = Report::of_run(workspace, rows::<Row>(&lines)?)?;
    println!("{}\n\n{}", report.conditions(), table_of(&report));
    report.write(json)
}

/// The table of what was measured last, and where it was.
pub(crate) fn table() -> Result<(String, String)> {
    let report = Report::from_json(include_str!("../../../docs/marshal.json"))
        .context("docs/marshal.json")?;
    Ok((table_of(&report), report.conditions()))
}

fn table_of(report: &Report<Row>) -> String {
    let mut text = String::from(
        "| what is read | expression | context | package | package, JSON text | \
         `js-values` | `js-values` / package |\n|---|---|--:|--:|--:|--:|--:|\n",
    );
    for row in &report.rows {
        let Row { case, source, kilobytes, live_ns, text_ns, values_ns } = row;
        let [live, json, values] =
            [live_ns, text_ns, values_ns].map(|ns| format!("{:.1} µs", ns / 1e3));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {case} | `{source}` | {kilobytes} KB | {live} | {json} | {values} | {:.2} |",
            values_ns / live_ns,
        );
    }
    text
}
