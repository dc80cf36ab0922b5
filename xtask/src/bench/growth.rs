//! Time and memory as a context grows, of ours and of other implementations.
//!
//! Every measurement is a process of its own: its memory is that of one evaluation, and it
//! can be ended. Whoever exceeds the time is not asked for larger contexts.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use xshell::{Cmd, Shell, cmd};

use super::plot;
use super::report::Report;
use super::{build_peers, install_reference};
use crate::workspace::Workspace;
use crate::{npm, tool, wasm};

/// CPU seconds that a process may take, its start and reading included.
const SECONDS: u32 = 20;
/// Kilobytes of addresses that a program in Rust may have.
const KILOBYTES: u32 = 6 << 20;

/// Who is measured: the name in the plots, whether in Node.js, and the name there.
const ENGINES: [(&str, bool, &str); 6] = [
    ("ours", false, "ours"),
    ("jsonata-core", false, "jsonata-core"),
    ("jlens-core", false, "jlens-core"),
    ("jsonata-rs", false, "jsonata-rs"),
    ("ours in Node.js", true, "ours"),
    ("jsonata-js", true, "jsonata-js"),
];

/// One implementation, construct and size.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) construct: String,
    pub(crate) engine: String,
    /// Items of the context.
    pub(crate) size: u64,
    /// Nothing where it was ended or failed; larger sizes are not there then.
    pub(crate) measured: Option<Measured>,
}

/// What an evaluation took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Nanoseconds of CPU.
    pub(crate) ns: f64,
    /// By how much the memory of the process grew at most.
    pub(crate) bytes: f64,
}

/// What is evaluated, as `tests/bench/growth.mjs` lists it.
#[derive(Deserialize)]
struct Entry {
    name: String,
    construct: String,
    size: u64,
}

/// Measures, prints a line a process, and writes the report to a file.
pub(crate) fn run(workspace: &Workspace, json: Option<&Path>, only: &str) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    install_reference(workspace)?;
    let peers = build_peers(workspace)?;
    let folder = workspace.path("target/bench/growth");
    let shell = tool::shell(workspace.root())?;
    cmd!(shell, "node tests/bench/growth.mjs {folder}").quiet().run()?;
    let list = folder.join("workloads.json");
    let entries: Vec<Entry> = serde_json::from_str(&fs::read_to_string(&list)?)?;
    let mut rows: Vec<Row> = Vec::new();
    for Entry { name, construct, size } in entries {
        if !construct.contains(only) {
            continue;
        }
        for (engine, in_node, called) in ENGINES {
            let ended = |row: &Row| {
                row.construct == construct
                    && row.engine == engine
                    && row.measured.is_none()
            };
            if rows.iter().any(ended) {
                continue;
            }
            let once = match in_node {
                true => bounded_node(&shell).arg("tests/bench/once.mjs"),
                false => bounded(&shell, &peers).arg("once"),
            };
            let measured = measure(once.arg(&list).args([&*name, called]));
            println!("{construct:10} {size:>8} {engine:16} {}", shown(measured));
            let (construct, engine) = (construct.clone(), engine.to_owned());
            rows.push(Row { construct, engine, size, measured });
        }
    }
    Report::of_run(workspace, rows)?.write(json)
}

/// A program that may not take more CPU time and memory than that.
fn bounded<'a>(shell: &'a Shell, program: &Path) -> Cmd<'a> {
    let limits = format!("ulimit -t {SECONDS} && ulimit -v {KILOBYTES} && exec \"$@\"");
    cmd!(shell, "sh -c {limits} sh {program}")
}

/// Node.js reserves more addresses than it uses, and has a limit of its own.
fn bounded_node(shell: &Shell) -> Cmd<'_> {
    let limits = format!("ulimit -t {SECONDS} && exec \"$@\"");
    let heap = format!("--max-old-space-size={}", KILOBYTES >> 10);
    cmd!(shell, "sh -c {limits} sh node {heap}")
}

/// Nothing when it was ended or failed, which is an answer here.
fn measure(command: Cmd<'_>) -> Option<Measured> {
    let line = command.quiet().ignore_stderr().read().ok()?;
    let Measured { ns, bytes } = serde_json::from_str(&line).ok()?;
    Some(Measured { ns: ns.round(), bytes })
}

fn shown(measured: Option<Measured>) -> String {
    match measured {
        Some(Measured { ns, bytes }) => {
            format!("{:>12.3} ms {:>9.1} MB", ns / 1e6, bytes / f64::from(1 << 20))
        }
        None => format!("none within {SECONDS} s of CPU"),
    }
}

/// What was measured last.
fn committed() -> Result<Report<Row>> {
    Report::from_json(include_str!("../../../docs/growth.json"))
        .context("docs/growth.json")
}

/// Where it was measured.
pub(crate) fn conditions() -> Result<String> {
    Ok(committed()?.conditions())
}

/// The plots of time.
pub(crate) fn time_plot() -> Result<String> {
    Ok(plot::panels(&committed()?.rows, "CPU time of one evaluation", plot::TIME))
}

/// The plots of memory.
pub(crate) fn memory_plot() -> Result<String> {
    Ok(plot::panels(&committed()?.rows, "memory of one evaluation", plot::MEMORY))
}
