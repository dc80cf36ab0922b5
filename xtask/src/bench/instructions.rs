//! Instructions of some workloads, counted by callgrind: a guard against what makes the
//! engine slower, which does not depend on what else the machine does.
//!
//! The engine is the one of the tests, which is optimized there too, so nothing is built
//! for this alone. Another compiler makes other instructions, so the counts in the file
//! are those of one compiler and one target, and of no other.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use xshell::cmd;

use super::{Answers, machine, prepare};
use crate::tool;
use crate::workspace::{Workspace, write};

/// What the counts shall be.
const BASELINE: &str = "tests/bench/instructions.json";
/// The functions of `tests/src/bin/instructions.rs` inside of which is counted.
const PARTS: [&str; 3] = ["compile", "read", "evaluate"];
/// By how much a count may grow, in hundredths.
const TOLERANCE: u64 = 5;

#[derive(Serialize, Deserialize)]
struct Baseline {
    rustc: String,
    target: String,
    /// By workload and part, such as `own_mapping compile`.
    counts: BTreeMap<String, u64>,
}

/// Fails when a count has grown by more than the tolerance.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let text = fs::read_to_string(workspace.path(BASELINE))?;
    let baseline: Baseline = serde_json::from_str(&text)?;
    let (rustc, target) = (machine::rustc(workspace)?, target());
    if (&baseline.rustc, &baseline.target) != (&rustc, &target) {
        let Baseline { rustc: old_rustc, target: old_target, .. } = baseline;
        println!(
            "SKIPPED: {BASELINE} is of rustc {old_rustc} on {old_target}, and this is \
             rustc {rustc} on {target}"
        );
        return Ok(());
    }
    let Some(counts) = count(workspace)? else { return Ok(()) };
    let mut grown = Vec::new();
    for (name, count) in &counts {
        let Some(&before) = baseline.counts.get(name) else {
            bail!("{BASELINE} does not have {name}: {BLESS}");
        };
        let change = (*count as f64 / before as f64 - 1.0) * 100.0;
        println!("{name:28} {count:>12} {change:>+7.1} %");
        if count.saturating_mul(100) > before.saturating_mul(100 + TOLERANCE) {
            grown.push(format!("{name} by {change:.1} %"));
        }
    }
    ensure!(
        grown.is_empty(),
        "more than {TOLERANCE} % more instructions than in {BASELINE}: {}; where that is \
         meant, {BLESS}",
        grown.join(", ")
    );
    println!("{} counts are within {TOLERANCE} % of {BASELINE}", counts.len());
    Ok(())
}

const BLESS: &str = "run `cargo xtask bench instructions --bless`";

/// Writes what is counted now as what it shall be.
pub(crate) fn bless(workspace: &Workspace) -> Result<()> {
    let Some(counts) = count(workspace)? else { return Ok(()) };
    let baseline =
        Baseline { rustc: machine::rustc(workspace)?, target: target(), counts };
    let text = serde_json::to_string_pretty(&baseline)? + "\n";
    println!("{} counts written to {BASELINE}", baseline.counts.len());
    write(&workspace.path(BASELINE), text)
}

fn target() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

/// The counts of now, by workload and part; nothing without callgrind.
fn count(workspace: &Workspace) -> Result<Option<BTreeMap<String, u64>>> {
    if !has_valgrind() {
        println!("SKIPPED: `valgrind` was not found, so no instructions are counted");
        return Ok(None);
    }
    let shell = tool::shell(workspace.root())?;
    tool::cargo(&shell)
        .args(["build", "--quiet", "--locked"])
        .args(["--package=expr-tests", "--bin=instructions"])
        .run()?;
    let program = workspace.path("target/debug/instructions");
    let list = prepare(workspace, Answers::Unasked)?;
    let out = workspace.path("target/bench/callgrind.out");
    let mut counts = BTreeMap::new();
    for name in counted(&list)? {
        cmd!(shell, "valgrind --tool=callgrind --compress-strings=no")
            .arg(format!("--callgrind-out-file={}", out.display()))
            .args(["--collect-atstart=no", "--toggle-collect=*counted_*"])
            .arg(&program)
            .args([list.as_os_str(), name.as_ref()])
            .quiet()
            .ignore_stderr()
            .run()
            .with_context(|| format!("{name} cannot be counted"))?;
        let profile = fs::read_to_string(&out)?;
        for part in PARTS {
            let function = format!("counted_{part}");
            let count = inclusive(&profile, &function)
                .with_context(|| format!("callgrind has not seen `{function}`"))?;
            counts.insert(format!("{name} {part}"), count);
        }
    }
    Ok(Some(counts))
}

fn has_valgrind() -> bool {
    let mut command = Command::new("valgrind");
    let command = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The names of the workloads that are counted.
fn counted(list: &Path) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Entry {
        name: String,
        #[serde(default)]
        counted: bool,
    }
    let entries: Vec<Entry> = serde_json::from_str(&fs::read_to_string(list)?)?;
    Ok(entries.into_iter().filter(|it| it.counted).map(|it| it.name).collect())
}

/// What a function and all that it calls have taken, in a profile of callgrind: the sum of
/// the lines below its name, each a position and a count.
fn inclusive(profile: &str, function: &str) -> Option<u64> {
    let mut sum = None;
    let mut inside = false;
    for line in profile.lines() {
        if line.starts_with("fn=") {
            inside = line.contains(function);
        } else if inside && line.starts_with(|first: char| !first.is_ascii_lowercase()) {
            let count: u64 = line.split(' ').next_back()?.parse().ok()?;
            sum = Some(sum.unwrap_or(0_u64).saturating_add(count));
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::inclusive;

    #[test]
    fn the_count_of_a_function_has_its_calls() {
        let profile = "fn=(1) bin::counted_read\n16 3\n+2 4\ncfn=(2) other\n\
                       calls=2 0\n18 100\n\nfn=(2)\n1 100\n";
        assert_eq!(inclusive(profile, "counted_read"), Some(107));
        assert_eq!(inclusive(profile, "counted_compile"), None);
    }
}
