//! Measurements: what they print is for people to judge, and no run fails for its figures.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;
use xshell::cmd;

use crate::temporal::Temporal;
use crate::tool;
use crate::workspace::Workspace;
use crate::{npm, wasm};

/// The folder in which the reference is installed.
const ORACLE: &str = "parity-fixtures/oracle";

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Bench {
    #[arg(value_enum, default_value_t = Subject::Hosts)]
    subject: Subject,
    /// Write what `hosts` or `host` measures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Of `host`, time only the workloads whose name contains this text.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Subject {
    /// The demo's expressions on every host.
    Hosts,
    /// Wasmtime beside the engine linked natively, on the shared workloads.
    Host,
    /// Workflows on a Temporal server: without expressions, with npm `jsonata`, with ours.
    Temporal,
}

/// Builds what is measured and measures it.
pub(crate) fn run(workspace: &Workspace, bench: Bench) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    match bench.subject {
        Subject::Hosts => hosts(workspace, bench.json),
        Subject::Host => host(workspace, bench.json, bench.only),
        Subject::Temporal => workflows(workspace),
    }
}

/// Debug builds measure nothing, so this one is optimized, which takes minutes the first
/// time.
fn hosts(workspace: &Workspace, json: Option<PathBuf>) -> Result<()> {
    let shell = tool::shell(workspace.root())?;
    let mut command = tool::cargo(&shell)
        .args(["run", "--quiet", "--locked", "--release"])
        .args(["--package", "expr-tests", "--bin", "demo", "--", "--repeat", "2001"]);
    if let Some(path) = json {
        command = command.arg("--json").arg(std::path::absolute(path)?);
    }
    command.run().context("the hosts disagree")
}

/// The command `expr` is built as well, since its start is timed.
fn host(
    workspace: &Workspace,
    json: Option<PathBuf>,
    only: Option<String>,
) -> Result<()> {
    if !workspace.path("../shared/bench").is_dir() {
        println!("SKIPPED: ../shared/bench is not there");
        return Ok(());
    }
    let shell = tool::shell(workspace.root())?;
    let build = ["build", "--quiet", "--locked", "--release"];
    tool::cargo(&shell)
        .args(build)
        .args([
            "--package=expr-tests",
            "--bin=bench",
            "--package=host-wasmtime",
            "--bin=expr",
        ])
        .run()?;
    let program = workspace.path("target/release/bench");
    let mut command = cmd!(shell, "{program}");
    if let Some(path) = json {
        command = command.arg("--json").arg(std::path::absolute(path)?);
    }
    if let Some(only) = only {
        command = command.arg("--only").arg(only);
    }
    command.quiet().run().context("the hosts disagree")
}

fn workflows(workspace: &Workspace) -> Result<()> {
    let jsonata = workspace.path(ORACLE).join("node_modules/jsonata/jsonata.js");
    if !jsonata.is_file() {
        let shell = tool::shell(&workspace.path(ORACLE))?;
        cmd!(shell, "npm ci --no-audit --no-fund --loglevel=error")
            .quiet()
            .ignore_stdout()
            .run()?;
    }
    let Some(temporal) = Temporal::prepare(workspace) else { return Ok(()) };
    temporal.bench(&jsonata)
}
