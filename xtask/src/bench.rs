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
    /// Write times and steps of `hosts` to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Subject {
    /// The demo's expressions on every host.
    Hosts,
    /// Workflows on a Temporal server: without expressions, with npm `jsonata`, with ours.
    Temporal,
}

/// Builds what is measured and measures it.
pub(crate) fn run(workspace: &Workspace, bench: Bench) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    match bench.subject {
        Subject::Hosts => hosts(workspace, bench.json),
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
