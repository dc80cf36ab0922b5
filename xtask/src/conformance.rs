//! Parity of the hosts and the official suite, which the crate `expr-tests` runs.
//!
//! A task builds what the hosts load first, since a stale artifact or package would be
//! compared with a fresh engine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::Shell;

use crate::tool;
use crate::workspace::Workspace;
use crate::{npm, temporal, values, wasm};

/// The program that answers for another implementation, in a workspace of its own.
const PEERS: &str = "tests/peers/Cargo.toml";
/// Which cases passed when it was last blessed.
const SNAPSHOT: &str = "tests/conformance.snap";

/// Runs one of the programs of `expr-tests` over freshly built hosts.
pub(crate) fn run(
    workspace: &Workspace,
    program: &str,
    arguments: &[OsString],
) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    if asks_for_values(program, arguments) {
        values::build(workspace)?;
    }
    call(workspace, program, arguments)
}

/// Whether the module that takes live values is among the subjects: it is compiled by
/// itself, for which a run of others need not wait.
fn asks_for_values(program: &str, arguments: &[OsString]) -> bool {
    let says =
        |part: &str| arguments.iter().any(|it| it.to_string_lossy().contains(part));
    says("values") || (matches!(program, "parity" | "suite") && !says("--subject"))
}

/// Random cases through the engine that is linked here and through the reference, which
/// needs no host.
pub(crate) fn differential(workspace: &Workspace, arguments: &[OsString]) -> Result<()> {
    call(workspace, "differential", arguments)
}

/// Random inputs to what must hold of any; one property runs the artifact.
pub(crate) fn fuzz(workspace: &Workspace, arguments: &[OsString]) -> Result<()> {
    wasm::build(workspace)?;
    call(workspace, "fuzz", arguments)
}

/// Random cases that no run before had, beside the reference and beside jsonata-rs; the
/// seed stands in the first line, so that a difference can be had again. Then workflows on
/// every kind of worker.
pub(crate) fn nightly(workspace: &Workspace, cases: u32) -> Result<()> {
    let arguments = ["--seed", "random", "--cases", &cases.to_string()];
    let arguments = arguments.map(OsString::from);
    let peer = peer(workspace)?.into_os_string();
    let with_peer = [&[OsString::from("--peer"), peer], &arguments[..]].concat();
    // A difference in one is no reason to leave the other out.
    let runs = [
        differential(workspace, &arguments),
        differential(workspace, &with_peer),
        workers(workspace),
    ];
    runs.into_iter().collect()
}

/// Workflows on every kind of worker, which answer what the package answers in Node.
pub(crate) fn workers(workspace: &Workspace) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    let recording = temporal::new_recording(workspace)?;
    // The limit is for a machine that does more at night.
    let node = ["--subject", "node", "--time-limit", "120"].map(OsString::from);
    record(workspace, &recording, &node)?;
    temporal::matrix(workspace)
}

/// Builds the program that answers for another implementation, which nothing else needs.
fn peer(workspace: &Workspace) -> Result<PathBuf> {
    let shell = tool::shell(workspace.root())?;
    let target = workspace.path("target/peers");
    tool::cargo(&shell)
        .args([
            "build",
            "--quiet",
            "--locked",
            "--bin=answer",
            "--manifest-path",
            PEERS,
            "--target-dir",
        ])
        .arg(&target)
        .run()
        .context("cannot build jsonata-rs, which cargo downloads")?;
    Ok(target.join("debug/answer").with_extension(std::env::consts::EXE_EXTENSION))
}

/// The project's own fixtures, of which none may fail on any host.
pub(crate) fn check_fixtures(workspace: &Workspace, recording: &Path) -> Result<()> {
    let fixtures = workspace.path("parity-fixtures").into_os_string();
    record(workspace, recording, &[fixtures])
}

/// The shared vectors, where they are, and the official suite, which also lies in a crate:
/// what passed before may not fail now.
pub(crate) fn check_snapshot(workspace: &Workspace, recording: &Path) -> Result<()> {
    match vectors(workspace) {
        Some(vectors) => {
            let mut arguments = snapshot(workspace);
            arguments.push(vectors.into_os_string());
            record(workspace, recording, &arguments)?;
        }
        None => println!("SKIPPED: no ../shared here, so no shared vectors ran"),
    }
    call(workspace, "suite", &snapshot(workspace))
}

/// Writes what passes now into the snapshot. A person reads the difference.
pub(crate) fn bless(workspace: &Workspace) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    values::build(workspace)?;
    let bless = || [snapshot(workspace), vec!["--bless".into()]].concat();
    match vectors(workspace) {
        Some(vectors) => {
            let arguments = [bless(), vec![vectors.into_os_string()]].concat();
            call(workspace, "parity", &arguments)?;
            call(workspace, "suite", &bless())?;
        }
        None => {
            println!("no ../shared here, so its vectors and its suite stay as they are")
        }
    }
    call(workspace, "suite", &[bless(), vec!["--published".into()]].concat())?;
    bless_charges(workspace)
}

/// Writes what every case spends now; the test that compares it does so.
fn bless_charges(workspace: &Workspace) -> Result<()> {
    let shell = tool::shell(workspace.root())?;
    tool::cargo(&shell)
        .args(["test", "--quiet", "--locked", "--package", "expr-tests"])
        .args(["--test", "charges"])
        .env("BLESS_CHARGES", "1")
        .run()
        .context("cannot write what the cases spend")
}

fn snapshot(workspace: &Workspace) -> Vec<OsString> {
    vec!["--snapshot".into(), workspace.path(SNAPSHOT).into_os_string()]
}

fn vectors(workspace: &Workspace) -> Option<PathBuf> {
    let vectors = workspace.root().parent()?.join("shared/vectors");
    vectors.is_dir().then_some(vectors)
}

/// Runs the parity runner, and writes down what it asked of the package in Node.
fn record(workspace: &Workspace, recording: &Path, arguments: &[OsString]) -> Result<()> {
    let shell = tool::shell(workspace.root())?;
    shell.set_var("EXPR_RECORDING", recording);
    call_in(&shell, "parity", arguments)
}

fn call(workspace: &Workspace, program: &str, arguments: &[OsString]) -> Result<()> {
    call_in(&tool::shell(workspace.root())?, program, arguments)
}

/// The program's own last lines say what failed, so no sentence is added to them.
fn call_in(shell: &Shell, program: &str, arguments: &[OsString]) -> Result<()> {
    tool::cargo(shell)
        .args([
            "run",
            "--quiet",
            "--locked",
            "--package",
            "expr-tests",
            "--bin",
            program,
            "--",
        ])
        .args(arguments)
        .run()
        .with_context(|| format!("`{program}` has failures"))
}
