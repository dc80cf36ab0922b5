//! Where a measurement runs and what it measures, for its report.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use xshell::cmd;

use super::report::Machine;
use crate::tool;
use crate::workspace::Workspace;

/// The machine, as far as figures depend on it.
pub(crate) fn machine() -> Machine {
    let after = |path: &str, name: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line =
            text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        line.map(|line| line.trim_matches([':', '=', '"', ' ', '\t']).to_owned())
    };
    let os = after("/etc/os-release", "PRETTY_NAME")
        .unwrap_or_else(|| std::env::consts::OS.to_owned());
    Machine {
        cpu: after("/proc/cpuinfo", "model name")
            .unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        os: format!("{os} on {}", std::env::consts::ARCH),
    }
}

/// The versions of everything that is measured, and of what compiles and runs it.
pub(crate) fn versions(workspace: &Workspace) -> Result<BTreeMap<String, String>> {
    let shell = tool::shell(workspace.root())?;
    let node = cmd!(shell, "node --version").quiet().read()?;
    let mut versions = BTreeMap::from([
        ("ours".to_owned(), expr_core::ENGINE_VERSION.to_owned()),
        ("node".to_owned(), node.trim_start_matches('v').to_owned()),
        ("rustc".to_owned(), rustc(workspace)?),
        ("jsonata-js".to_owned(), reference(workspace)?),
    ]);
    let peers = ["jsonata-core", "jlens-core", "jsonata-rs"];
    for (lock, names) in
        [("Cargo.lock", &["wasmtime"][..]), ("tests/peers/Cargo.lock", &peers)]
    {
        let text = fs::read_to_string(workspace.path(lock))?;
        for &name in names {
            let version = locked(&text, name)
                .with_context(|| format!("{lock} does not have {name}"))?;
            versions.insert(name.to_owned(), version);
        }
    }
    Ok(versions)
}

/// The version of the compiler, such as `1.95.0`.
pub(crate) fn rustc(workspace: &Workspace) -> Result<String> {
    let shell = tool::shell(workspace.root())?;
    let version = cmd!(shell, "rustc --version").quiet().read()?;
    Ok(version.split(' ').nth(1).unwrap_or_default().to_owned())
}

fn reference(workspace: &Workspace) -> Result<String> {
    let path = workspace.path(super::ORACLE).join("node_modules/jsonata/package.json");
    let package: serde_json::Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    let version = package.get("version").and_then(serde_json::Value::as_str);
    Ok(version.context("npm jsonata has no version")?.to_owned())
}

fn locked(lock: &str, name: &str) -> Option<String> {
    let (_, after) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    Some(after.split_once('"')?.0.to_owned())
}
