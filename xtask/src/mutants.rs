//! Do the fixtures notice when the engine is wrong? A sample of mutants says.
//!
//! cargo-mutants changes one thing in the engine at a time and runs the fixtures on it;
//! `.cargo/mutants.toml` says what is changed and what is run. All mutants would take a
//! day, so every n-th of its list is taken, which spreads over all files alike and is the
//! same sample again for the same sources.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xshell::cmd;

use crate::tool;
use crate::workspace::Workspace;

const VERSION: &str = "27.1.0";
/// Of a hundred mutants that compile, how many the fixtures must notice.
const WANTED_PERCENT: usize = 90;
/// Seconds that the fixtures may take on a mutant, a few times what they take.
const SECONDS: &str = "90";

/// Which mutants are tried.
#[derive(clap::Args)]
pub(crate) struct Sample {
    /// How many mutants are tried, more or less.
    #[arg(long, default_value_t = 200)]
    size: usize,
    /// The first of them in the list of all.
    #[arg(long, default_value_t = 0)]
    first: usize,
}

/// Tries a sample of mutants, and fails when too many go unnoticed.
pub(crate) fn run(workspace: &Workspace, sample: &Sample) -> Result<()> {
    let program = install(workspace)?;
    let shell = tool::shell(workspace.root())?;
    let list = cmd!(shell, "{program} mutants --list --no-shuffle").quiet().read()?;
    let all = list.lines().count();
    let every = all.checked_div(sample.size).unwrap_or_default().max(1);
    let first = sample.first;
    if first >= every {
        bail!("the sample is every {every}th mutant, so it begins before {every}");
    }
    println!("{all} mutants; every {every}th is tried, from number {first} on");
    let folder = workspace.path("target/mutation");
    fs::create_dir_all(&folder)?;
    // It ends with an error when one mutant survives, which is for us to judge.
    cmd!(shell, "{program} mutants --no-shuffle --jobs 1 --timeout {SECONDS}")
        .args([format!("--shard={first}/{every}"), "--sharding=round-robin".to_owned()])
        .args(["--output".into(), folder.clone()])
        .env("CARGO_TARGET_DIR", folder.join("build"))
        .quiet()
        .ignore_status()
        .run()?;
    judge(&folder.join("mutants.out/outcomes.json"))
}

/// cargo-mutants beside the other tools, built once.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.tools().join("mutants");
    let program = folder.join("bin/cargo-mutants");
    let shell = tool::shell(workspace.root())?;
    let installed = program.is_file()
        && cmd!(shell, "{program} mutants --version")
            .quiet()
            .read()
            .is_ok_and(|version| version.ends_with(VERSION));
    if !installed {
        println!("installing cargo-mutants {VERSION}, which takes minutes");
        tool::cargo(&shell)
            .args(["install", "--quiet", "--locked", "--debug", "--force"])
            .args(["cargo-mutants", "--version", VERSION, "--root"])
            .arg(&folder)
            .run()
            .context("cannot install cargo-mutants")?;
    }
    Ok(program)
}

/// Counts the outcomes. A mutant that does not compile says nothing about fixtures, and
/// one that hangs has been noticed.
fn judge(outcomes: &PathBuf) -> Result<()> {
    let text = fs::read_to_string(outcomes)
        .with_context(|| format!("cargo-mutants left no {}", outcomes.display()))?;
    let outcomes: Value = serde_json::from_str(&text)?;
    let count = |name: &str| {
        let count = outcomes.get(name).and_then(Value::as_u64).unwrap_or_default();
        usize::try_from(count).unwrap_or_default()
    };
    let (missed, unviable) = (count("missed"), count("unviable"));
    let noticed = count("caught").saturating_add(count("timeout"));
    let tried = noticed.saturating_add(missed);
    println!(
        "mutants: {tried} tried, {noticed} noticed, {missed} not; {unviable} more do not compile"
    );
    if tried == 0 || noticed.saturating_mul(100) < tried.saturating_mul(WANTED_PERCENT) {
        bail!("the fixtures must notice {WANTED_PERCENT} % of the mutants");
    }
    Ok(())
}
