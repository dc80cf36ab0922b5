//! What starting costs in Node.js: the package beside npm `jsonata`, each in a process of its
//! own, and one more instance of a module.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use xshell::cmd;

use super::install_reference;
use super::report::{Report, rows};
use crate::workspace::Workspace;
use crate::{npm, tool, wasm};

/// One thing started, in milliseconds of the clock. What is loaded is over a module that
/// exports nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    started: String,
    /// Nothing for what is loaded already.
    load_ms: Option<f64>,
    /// From loaded to a first result.
    first_ms: f64,
}

/// Measures, prints the table, and writes the report to a file.
pub(crate) fn run(workspace: &Workspace, json: Option<&Path>) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    install_reference(workspace)?;
    let shell = tool::shell(workspace.root())?;
    let lines = cmd!(shell, "node tests/bench/start.mjs")
        .quiet()
        .read()
        .context("the starts cannot be measured")?;
    let report = Report::of_run(
        workspace,
        rows::<Row>(&lines)?.into_iter().map(rounded).collect(),
    )?;
    println!("{}\n\n{}", report.conditions(), table_of(&report));
    report.write(json)
}

/// Hundredths of milliseconds: what is finer is noise.
fn rounded(row: Row) -> Row {
    let round = |ms: f64| (ms * 100.0).round() / 100.0;
    Row { load_ms: row.load_ms.map(round), first_ms: round(row.first_ms), ..row }
}

/// The table of what was measured last, and where it was.
pub(crate) fn table() -> Result<(String, String)> {
    let report = Report::from_json(include_str!("../../../docs/start.json"))
        .context("docs/start.json")?;
    Ok((table_of(&report), report.conditions()))
}

fn table_of(report: &Report<Row>) -> String {
    let mut text = String::from(
        "| what is started | loading | from there to a first result | both |\n\
         |---|--:|--:|--:|\n",
    );
    for Row { started, load_ms, first_ms } in &report.rows {
        let load = load_ms.map_or_else(String::new, |ms| format!("{ms:.1} ms"));
        let both = load_ms.unwrap_or_default() + first_ms;
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "| {started} | {load} | {first_ms:.2} ms | {both:.1} ms |");
    }
    text
}
