//! What is known against the dependencies: advisories, licences, sources.
//!
//! Both audits ask a registry, and building cargo-deny takes minutes, so they are no part of
//! the gate. Where a tool or its registry does not answer, a line says so.

use anyhow::{Result, bail};
use xshell::cmd;

use crate::tool;
use crate::workspace::Workspace;

/// The release that `deny.toml` is written for.
const CARGO_DENY: &str = "0.20";

/// Audits the crates and what the npm package needs at run time.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    crates(workspace)?;
    packages(workspace)
}

fn crates(workspace: &Workspace) -> Result<()> {
    let shell = tool::shell(workspace.root())?;
    let there =
        || tool::cargo(&shell).args(["deny", "--version"]).ignore_stderr().read().is_ok();
    if !there() {
        println!("installing cargo-deny, which takes minutes");
        let version = format!("^{CARGO_DENY}");
        let install = ["install", "--quiet", "--locked", "cargo-deny", "--version"];
        if tool::cargo(&shell).args(install).arg(version).run().is_err() || !there() {
            println!("SKIPPED: cargo-deny is not here and cannot be installed");
            return Ok(());
        }
    }
    // Licences and sources need no registry; advisories do.
    tool::cargo(&shell).args(["deny", "check", "licenses", "bans", "sources"]).run()?;
    if tool::cargo(&shell).args(["deny", "fetch", "db"]).run().is_err() {
        println!("SKIPPED: the database of advisories cannot be fetched");
        return Ok(());
    }
    Ok(tool::cargo(&shell)
        .args(["deny", "check", "--disable-fetch", "advisories"])
        .run()?)
}

fn packages(workspace: &Workspace) -> Result<()> {
    tool::require_node()?;
    let shell = tool::shell(&workspace.path("npm"))?;
    // It exits with 1 both for a finding and for a registry that does not answer.
    let report =
        cmd!(shell, "npm audit --omit=dev --json").quiet().ignore_status().read()?;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap_or_default();
    let total = report.pointer("/metadata/vulnerabilities/total");
    match total.and_then(serde_json::Value::as_u64) {
        Some(0) => println!("npm audit: nothing is known against what the package needs"),
        Some(count) => {
            bail!("npm audit knows of {count}: run `npm audit --omit=dev` in npm/")
        }
        None => println!("SKIPPED: the npm registry does not answer `npm audit`"),
    }
    Ok(())
}
