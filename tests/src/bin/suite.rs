//! `suite`: the official JSONata suite through every host.

use clap::Parser;
use expr_tests::snapshot::{Snapshot, settle};
use expr_tests::suite::Source;
use expr_tests::{subject, suite};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Runs the official JSONata suite through every host.
#[derive(Parser)]
#[command(name = "suite")]
struct Arguments {
    /// The hosts, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = subject::NAMES.map(str::to_owned))]
    subject: Vec<String>,
    /// Fails only for cases that passed when this file was written.
    #[arg(long)]
    snapshot: Option<PathBuf>,
    /// Rewrites the snapshot with what passes now.
    #[arg(long, requires = "snapshot")]
    bless: bool,
    /// Seconds that a case may take on a host.
    #[arg(long, default_value_t = 60)]
    time_limit: u64,
    /// Takes the files of the crate `jsonata-rs`, also where the shared suite is.
    #[arg(long, conflicts_with = "dir")]
    published: bool,
    /// The folder with `groups` and `datasets`; absent is `../shared/jsonata-suite`, or the
    /// files of the crate `jsonata-rs` where that is not here.
    dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("suite: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<bool, String> {
    let source = match arguments.dir {
        Some(folder) => Source::Folder(folder),
        None if arguments.published => Source::published()?,
        None => Source::find()?,
    };
    let suite::Suite { cases, foreign } = suite::read(source.folder())?;
    println!("the official suite: {} cases from {source}", cases.len());
    for name in foreign {
        println!("passed over, since it is none of JSONata's cases: {name}");
    }
    let time_limit = Duration::from_secs(arguments.time_limit);
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for case in &cases {
        groups.entry(case.group.clone()).or_default().push(case.name.clone());
    }
    let mut scores = Vec::new();
    std::panic::set_hook(Box::new(|_| {}));
    for name in &arguments.subject {
        let mut subject = subject::start(name, time_limit)?;
        scores.push(suite::run(subject.as_mut(), &cases));
    }
    for score in &scores {
        score.print_failures();
    }
    for score in &scores {
        println!("{}", score.suite_line());
    }
    let failing: BTreeSet<&str> = scores
        .iter()
        .flat_map(|score| score.failures.iter().map(|(name, _)| name.as_str()))
        .collect();
    match &arguments.snapshot {
        Some(path) => {
            let found = Snapshot::of_run(source.runner(), &groups, &failing);
            settle(path, found, arguments.bless)
        }
        None => Ok(failing.is_empty()),
    }
}
