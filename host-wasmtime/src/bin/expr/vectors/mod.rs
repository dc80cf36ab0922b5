//! `expr test`: files of vectors, run here.
//!
//! What a vector may say is in parity-fixtures/README.md.

mod canonical;
mod judge;
mod older;
mod vector;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use host_wasmtime::Host;
use indicatif::ProgressBar;

use super::{files, render};
use canonical::Canonical;
use judge::Judge;
use vector::{Case, Suite, Task};

#[derive(Args)]
pub(crate) struct Test {
    /// Files of vectors, or folders with such files at any depth.
    #[arg(required = true)]
    path: Vec<PathBuf>,
    /// Run only the vectors whose name, GROUP/ID, contains this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

/// How many vectors ended how.
#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    excluded: usize,
}

/// Runs every vector and reports those that fail.
pub(crate) fn test(host: &Host, arguments: &Test) -> Result<(String, ExitCode), String> {
    let mut suites = Vec::new();
    for path in &arguments.path {
        let files = files::json_files(path).map_err(|it| unread(path, &it))?;
        if files.is_empty() {
            return Err(unread(path, &"no file in it ends in `.json`"));
        }
        for file in files {
            let text = fs::read_to_string(&file).map_err(|it| unread(&file, &it))?;
            suites.push(Suite::read(&text).map_err(|it| unread(&file, &it))?);
        }
    }
    let canonical = Canonical::new(host).map_err(|it| render::message(&it))?;
    let judge = Judge { host, canonical: &canonical };
    let wanted = |name: &str| {
        arguments.filter.as_ref().is_none_or(|text| name.contains(text.as_str()))
    };
    let (mut counts, mut lines) = (Counts::default(), Vec::new());
    let total: usize = suites.iter().map(|suite| suite.vectors.len()).sum();
    // It draws on a terminal alone.
    let progress = ProgressBar::new(u64::try_from(total).unwrap_or(u64::MAX));
    for suite in &suites {
        for vector in &suite.vectors {
            progress.inc(1);
            let case = suite.case(vector);
            if wanted(&case.name) {
                lines.extend(counts.add(&case, judge.run(&case)));
            }
        }
    }
    progress.finish_and_clear();
    let Counts { passed, failed, excluded } = counts;
    if passed == 0 && failed == 0 {
        // A check of nothing must not look like one that passed.
        let why = match &arguments.filter {
            Some(text) if excluded == 0 => {
                format!("none of {total} has a name, GROUP/ID, with {text:?} in it")
            }
            _ => format!("of {total} that were read {excluded} are excluded"),
        };
        return Err(render::message(&format!("no vectors were run: {why}")));
    }
    lines.push(format!("{passed} passed, {failed} failed, {excluded} excluded"));
    let code = if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    Ok((lines.join("\n"), code))
}

impl Counts {
    /// Counts a vector; one that fails has a line.
    fn add(&mut self, case: &Case<'_>, verdict: Result<(), String>) -> Option<String> {
        let counter = match (&case.task, &verdict) {
            (Task::Excluded, _) => &mut self.excluded,
            (_, Ok(())) => &mut self.passed,
            (_, Err(_)) => &mut self.failed,
        };
        *counter = counter.saturating_add(1);
        verdict.err().map(|reason| format!("{}: {reason}", case.name))
    }
}

fn unread(path: &Path, error: &dyn std::fmt::Display) -> String {
    render::message(&format!("cannot read vectors from {}: {error}", path.display()))
}
