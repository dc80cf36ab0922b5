//! Measurements: what they print is for people to judge, and no run fails for its times.
//! Instructions are counted instead of timed, so a run can fail for them.

mod engines;
pub(crate) mod growth;
pub(crate) mod instructions;
mod machine;
pub(crate) mod marshal;
mod plot;
pub(crate) mod report;
pub(crate) mod start;
pub(crate) mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;
use xshell::cmd;

use crate::temporal::Temporal;
use crate::tool;
use crate::workspace::Workspace;
use crate::{npm, wasm};

/// The folder in which the reference is installed.
const ORACLE: &str = "parity-fixtures/oracle";
/// The workspace of the other implementations.
const PEERS: &str = "tests/peers/Cargo.toml";

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Bench {
    #[arg(value_enum, default_value_t = Subject::Engines)]
    subject: Subject,
    /// Write what `engines`, `host`, `growth`, `marshal` or `start` measures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measure only the workloads or constructs whose name contains this text.
    #[arg(long, value_name = "NAME", default_value = "")]
    only: String,
    /// Write what `instructions` counts as what it shall be.
    #[arg(long)]
    bless: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Subject {
    /// Ours on every host, other implementations and code written by hand.
    Engines,
    /// Wasmtime beside the engine linked natively, with deadlines, instances and starts.
    Host,
    /// Time and memory as the context grows, ours and other implementations.
    Growth,
    /// A context and a result across: the package beside live values.
    Marshal,
    /// The package's start in Node.js, from the import to a first result.
    Start,
    /// Instructions of some workloads, compared with what they were.
    Instructions,
    /// Workflows on a Temporal server: without expressions, with npm `jsonata`, with ours.
    Temporal,
}

/// Builds what is measured and measures it.
pub(crate) fn run(workspace: &Workspace, bench: Bench) -> Result<()> {
    let Bench { subject, json, only, bless } = bench;
    let json = json.map(std::path::absolute).transpose()?;
    match subject {
        Subject::Engines => engines::run(workspace, json.as_deref(), &only),
        Subject::Host => {
            npm::build(workspace, &wasm::build(workspace)?)?;
            host(
                workspace,
                &prepare(workspace, Answers::Unasked)?,
                json.as_deref(),
                &only,
            )
        }
        Subject::Growth => growth::run(workspace, json.as_deref(), &only),
        Subject::Marshal => marshal::run(workspace, json.as_deref(), &only),
        Subject::Start => start::run(workspace, json.as_deref()),
        Subject::Instructions if bless => instructions::bless(workspace),
        Subject::Instructions => instructions::check(workspace),
        Subject::Temporal => workflows(workspace),
    }
}

/// Whether the reference is asked for the answers of the workloads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answers {
    Asked,
    Unasked,
}

/// Puts everything that is measured into a folder; the list of workloads.
fn prepare(workspace: &Workspace, answers: Answers) -> Result<PathBuf> {
    tool::require_node()?;
    let folder = workspace.path("target/bench");
    let shell = tool::shell(workspace.root())?;
    let asked = (answers == Answers::Asked).then_some("--answers");
    cmd!(shell, "node tests/bench/prepare.mjs {folder} {asked...}")
        .quiet()
        .run()
        .context("the workloads cannot be prepared")?;
    Ok(folder.join("workloads.json"))
}

/// Installs the reference, unless it is there.
fn install_reference(workspace: &Workspace) -> Result<PathBuf> {
    let jsonata = workspace.path(ORACLE).join("node_modules/jsonata/jsonata.js");
    if !jsonata.is_file() {
        let shell = tool::shell(&workspace.path(ORACLE))?;
        cmd!(shell, "npm ci --no-audit --no-fund --loglevel=error")
            .quiet()
            .ignore_stdout()
            .run()?;
    }
    Ok(jsonata)
}

/// Builds the program that measures the implementations in Rust, which takes minutes the
/// first time.
fn build_peers(workspace: &Workspace) -> Result<PathBuf> {
    let shell = tool::shell(workspace.root())?;
    let target = workspace.path("target/peers");
    tool::cargo(&shell)
        .args(["build", "--quiet", "--locked", "--release", "--bin=bench"])
        .args(["--manifest-path", PEERS, "--target-dir"])
        .arg(&target)
        .run()
        .context("cannot build the other implementations, which cargo downloads")?;
    Ok(target.join("release/bench").with_extension(std::env::consts::EXE_EXTENSION))
}

/// Times wasmtime beside the engine linked natively. The command `expr` is built as well,
/// since its start is timed.
fn host(
    workspace: &Workspace,
    list: &Path,
    json: Option<&Path>,
    only: &str,
) -> Result<()> {
    let shell = tool::shell(workspace.root())?;
    tool::cargo(&shell)
        .args(["build", "--quiet", "--locked", "--release"])
        .args(["--package=expr-tests", "--bin=bench"])
        .args(["--package=host-wasmtime", "--bin=expr"])
        .run()?;
    let program = workspace.path("target/release/bench");
    let mut command = cmd!(shell, "{program} {list} --only {only}");
    if let Some(path) = json {
        command = command.arg("--json").arg(path);
    }
    command.quiet().run().context("the hosts disagree")
}

fn workflows(workspace: &Workspace) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    let jsonata = install_reference(workspace)?;
    let Some(temporal) = Temporal::prepare(workspace) else { return Ok(()) };
    temporal.bench(&jsonata)
}
