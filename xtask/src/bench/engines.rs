//! Ours on every host beside everything else, in one run.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use xshell::cmd;

use super::report::{Report, Row, rows};
use super::{Answers, build_peers, host, install_reference, prepare, table};
use crate::workspace::Workspace;
use crate::{npm, tool, wasm};

/// What `bench host` writes, as far as it is wanted here.
#[derive(Deserialize)]
struct HostReport {
    rows: Vec<HostRow>,
}

#[derive(Deserialize)]
struct HostRow {
    workload: String,
    wasmtime_ns: f64,
}

/// Measures, prints the tables, and writes the report to a file.
pub(crate) fn run(workspace: &Workspace, json: Option<&Path>, only: &str) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    install_reference(workspace)?;
    let peers = build_peers(workspace)?;
    let list = prepare(workspace, Answers::Asked)?;
    let shell = tool::shell(workspace.root())?;
    let native = cmd!(shell, "{peers} all {list} --only {only}")
        .quiet()
        .read()
        .context("the implementations in Rust cannot be measured")?;
    let node = cmd!(shell, "node tests/bench/node.mjs {list} {only}")
        .quiet()
        .read()
        .context("what runs in Node.js cannot be measured")?;
    let mut found: Vec<Row> = rows(&native)?;
    found.extend(rows::<Row>(&node)?);
    found.extend(wasmtime(workspace, &list, only)?);
    let rows = found.into_iter().map(rounded).collect();
    let report = Report::of_run(workspace, rows)?;
    println!("\n{}", report.conditions());
    for table in table::TABLES {
        println!("\n{}\n\n{}", table.name, table.of(&report));
    }
    report.write(json)
}

fn wasmtime(workspace: &Workspace, list: &Path, only: &str) -> Result<Vec<Row>> {
    let path = workspace.path("target/bench/host.json");
    host(workspace, list, Some(&path), only)?;
    let report: HostReport = serde_json::from_str(&fs::read_to_string(path)?)?;
    let rows = report.rows.into_iter().map(|HostRow { workload, wasmtime_ns }| Row {
        workload,
        mode: "wasmtime".to_owned(),
        engine: "ours".to_owned(),
        median_ns: Some(wasmtime_ns),
        // It has been compared with the engine linked natively, and that with the rest.
        correct: true,
    });
    Ok(rows.collect())
}

/// Tenths of nanoseconds: what is finer is noise.
fn rounded(row: Row) -> Row {
    Row { median_ns: row.median_ns.map(|ns| (ns * 10.0).round() / 10.0), ..row }
}
