//! Parity of the hosts and the official suite, which the crate `expr-tests` runs.
//!
//! A task builds what the hosts load first, since a stale artifact or package would be
//! compared with a fresh engine.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::tool;
use crate::workspace::Workspace;
use crate::{npm, wasm};

/// Random cases of each kind in a nightly run.
const NIGHTLY_CASES: &str = "20000";
/// Which cases passed when it was last blessed.
const SNAPSHOT: &str = "tests/conformance.snap";

/// Runs one of the programs of `expr-tests` over freshly built hosts.
pub(crate) fn run(
    workspace: &Workspace,
    program: &str,
    arguments: &[OsString],
) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    call(workspace, program, arguments)
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

/// Random cases that no run before had; the seed stands in the first line, so that a
/// difference can be had again.
pub(crate) fn nightly(workspace: &Workspace) -> Result<()> {
    let arguments = ["--seed", "random", "--cases", NIGHTLY_CASES];
    differential(workspace, &arguments.map(OsString::from))
}

/// Measures the demo's expressions. Debug builds measure nothing, so this one is optimized,
/// which takes minutes the first time.
pub(crate) fn bench(workspace: &Workspace, json: Option<PathBuf>) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    let shell = tool::shell(workspace.root())?;
    let mut command = tool::cargo(&shell)
        .args(["run", "--quiet", "--locked", "--release"])
        .args(["--package", "expr-tests", "--bin", "demo", "--", "--repeat", "2001"]);
    if let Some(path) = json {
        command = command.arg("--json").arg(std::path::absolute(path)?);
    }
    command.run().context("the hosts disagree")
}

/// The project's own fixtures, of which none may fail on any host.
pub(crate) fn check_fixtures(workspace: &Workspace) -> Result<()> {
    call(workspace, "parity", &[workspace.path("parity-fixtures").into_os_string()])
}

/// The shared vectors and the official suite, where they are: what passed before may not
/// fail now.
pub(crate) fn check_snapshot(workspace: &Workspace) -> Result<()> {
    let Some(shared) = shared(workspace) else {
        println!(
            "SKIPPED: no ../shared here, so neither vectors nor the official suite ran"
        );
        return Ok(());
    };
    for (program, folder) in [("parity", "vectors"), ("suite", "jsonata-suite")] {
        let mut arguments = snapshot(workspace);
        arguments.push(shared.join(folder).into_os_string());
        call(workspace, program, &arguments)?;
    }
    Ok(())
}

/// Writes what passes now into the snapshot. A person reads the difference.
pub(crate) fn bless(workspace: &Workspace) -> Result<()> {
    npm::build(workspace, &wasm::build(workspace)?)?;
    let shared = shared(workspace)
        .context("no ../shared here, which holds the vectors and the official suite")?;
    for (program, folder) in [("parity", "vectors"), ("suite", "jsonata-suite")] {
        let mut arguments = snapshot(workspace);
        arguments.push("--bless".into());
        arguments.push(shared.join(folder).into_os_string());
        call(workspace, program, &arguments)?;
    }
    Ok(())
}

fn snapshot(workspace: &Workspace) -> Vec<OsString> {
    vec!["--snapshot".into(), workspace.path(SNAPSHOT).into_os_string()]
}

fn shared(workspace: &Workspace) -> Option<PathBuf> {
    let shared = workspace.root().parent()?.join("shared");
    shared.join("vectors").is_dir().then_some(shared)
}

/// The program's own last lines say what failed, so no sentence is added to them.
fn call(workspace: &Workspace, program: &str, arguments: &[OsString]) -> Result<()> {
    let shell = tool::shell(workspace.root())?;
    tool::cargo(&shell)
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
