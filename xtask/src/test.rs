//! Everything that gates a change, in the order that finds mistakes soonest.

use std::time::Instant;

use anyhow::{Context, Result};
use xshell::Shell;

use crate::bench::instructions;
use crate::tool;
use crate::wasm::Artifact;
use crate::workspace::Workspace;
use crate::{conformance, docs, npm, reproduce, temporal, tidy, wasm};

/// What services may leave out is tested together with the rest, so that wasmtime is
/// compiled once.
const FEATURES: &str = "--features=host-wasmtime/tokio,host-wasmtime/tracing";

/// Runs every stage; the first that fails ends the run.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let started = Instant::now();
    let shell = tool::shell(workspace.root())?;
    stage("format", || cargo(&shell, &["fmt", "--all", "--check"]))?;
    stage("tidy", || tidy::check(workspace))?;
    stage("docs", || docs::check(workspace))?;
    let artifact = stage("wasm", || build_artifact(workspace))?;
    stage("reproducible", || reproduce::check(workspace, &artifact))?;
    stage("clippy", || {
        cargo(
            &shell,
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                FEATURES,
                "--locked",
                "--quiet",
                "--",
                "-Dwarnings",
            ],
        )
    })?;
    stage("npm", || {
        npm::build(workspace, &artifact).and_then(|()| npm::test(workspace))
    })?;
    stage("temporal", || temporal::test(workspace))?;
    stage("cargo test", || {
        cargo(&shell, &["test", "--workspace", FEATURES, "--locked", "--quiet"])
    })?;
    stage("instructions", || instructions::check(workspace))?;
    let recording = temporal::new_recording(workspace)?;
    stage("fixtures", || conformance::check_fixtures(workspace, &recording))?;
    stage("vectors and suite", || conformance::check_snapshot(workspace, &recording))?;
    stage("both in a workflow", || temporal::replay_recording(workspace))?;
    println!("\nall passed in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

fn stage<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("\n== {name}");
    let started = Instant::now();
    let result = work().with_context(|| format!("stage `{name}`"))?;
    println!("== {name}: {:.1} s", started.elapsed().as_secs_f64());
    Ok(result)
}

fn build_artifact(workspace: &Workspace) -> Result<Artifact> {
    let artifact = wasm::build(workspace)?;
    artifact.print();
    Ok(artifact)
}

fn cargo(shell: &Shell, arguments: &[&str]) -> Result<()> {
    let task = arguments.first().copied().unwrap_or_default();
    tool::cargo(shell)
        .args(arguments)
        .run()
        .with_context(|| format!("`cargo {task}` fails"))
}
