//! `parity`: vector files through every host.

use clap::Parser;
use expr_tests::snapshot::{Snapshot, settle};
use expr_tests::{fixture, parity, subject};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures");
const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors");

/// Runs vector files through every host and compares the answers.
#[derive(Parser)]
#[command(name = "parity")]
struct Arguments {
    /// The hosts, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = subject::NAMES.map(str::to_owned))]
    subject: Vec<String>,
    /// Writes counts and failures to this file as JSON.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Runs only the cases whose name, GROUP/ID, contains this text.
    #[arg(long)]
    filter: Option<String>,
    /// Fails only for cases that passed when this file was written.
    #[arg(long)]
    snapshot: Option<PathBuf>,
    /// Rewrites the snapshot with what passes now.
    #[arg(long, requires = "snapshot")]
    bless: bool,
    /// Seconds that a case may take on a host.
    #[arg(long, default_value_t = 20)]
    time_limit: u64,
    /// Vector files or folders; the project's fixtures and the shared vectors if absent.
    path: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("parity: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<bool, String> {
    let paths = if arguments.path.is_empty() { default_paths() } else { arguments.path };
    let mut cases = fixture::read_all(&paths)?;
    let read = cases.len();
    if let Some(text) = &arguments.filter {
        cases.retain(|case| case.name.contains(text));
    }
    if cases.is_empty() {
        // A check of nothing must not look like one that passed.
        return Err(match &arguments.filter {
            Some(text) if read > 0 => {
                format!("none of {read} cases has a name, GROUP/ID, with {text:?} in it")
            }
            _ => format!("no case is in {paths:?}"),
        });
    }
    let time_limit = Duration::from_secs(arguments.time_limit);
    let subjects: Result<Vec<_>, _> =
        arguments.subject.iter().map(|name| subject::start(name, time_limit)).collect();
    // A subject that panics reports it in its answer; the default hook would print a
    // second time, between the lines of the report.
    std::panic::set_hook(Box::new(|_| {}));
    let report = parity::run(&mut subjects?, &cases);
    report.print();
    if let Some(path) = &arguments.report {
        std::fs::write(path, report.to_json())
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let Some(path) = &arguments.snapshot else {
        return Ok(report.is_clean());
    };
    let failing: BTreeSet<&str> = report
        .scores
        .iter()
        .flat_map(|score| score.failures.iter().map(|(name, _)| name.as_str()))
        .collect();
    let found = Snapshot::of_run("vectors", &report.groups, &failing);
    Ok(settle(path, found, arguments.bless)? && report.disagreements.is_empty())
}

fn default_paths() -> Vec<PathBuf> {
    let mut paths = vec![PathBuf::from(OWN)];
    if Path::new(SHARED).exists() {
        paths.push(PathBuf::from(SHARED));
    } else {
        println!(
            "skipped: ../shared/vectors is not here; only the project's fixtures run"
        );
    }
    paths
}
