//! `demo`: the expressions of a realistic workflow through every host, side by side.
//!
//! The definition and the state of a run are in tests/demo. Each expression is compiled
//! once a host and evaluated from JSON text to JSON text; the table shows the median time.
//! With `--json FILE` it also writes what it measured, for `cargo xtask bench`.
//! The program fails when an expression fails, or when two hosts differ in a byte of the
//! value, in the steps, or in the digest of the artifact.

mod host;
mod plan;
mod table;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use host::Report;

/// Evaluates the expressions of a realistic workflow on every host and compares.
#[derive(Parser)]
#[command(name = "demo")]
struct Arguments {
    /// How often each expression is evaluated; the table shows the median time.
    #[arg(long, default_value_t = 51)]
    repeat: usize,
    /// Writes times and steps to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all hosts agree.
fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let repeat = arguments.repeat;
    let plan = plan::read()?;
    let reports = [
        host::native(&plan, repeat),
        host::wasmtime(&plan, repeat)?,
        host::node(&plan, repeat)?,
        host::sandbox(&plan, repeat)?,
    ];
    println!("{} expressions of {}\n", plan.cases.len(), plan.title);
    let rows_agree = table::print(&plan, &reports);
    table::print_ratios(&reports);
    let digests_agree = print_digests(&reports);
    if let Some(path) = &arguments.json {
        std::fs::write(path, table::to_json(&plan, &reports).to_string())?;
    }
    let agree = rows_agree && digests_agree;
    println!("\n{}", if agree { "all hosts agree" } else { "the hosts DISAGREE" });
    Ok(agree)
}

/// Every host that loads the artifact must have loaded the same bytes.
fn print_digests(reports: &[Report]) -> bool {
    println!();
    let mut digests = Vec::new();
    for report in reports {
        match &report.digest {
            Some(digest) => {
                println!("{:9} {digest}", report.host);
                digests.push(digest);
            }
            None => println!("{:9} the engine linked into this program", report.host),
        }
    }
    digests.windows(2).all(|pair| matches!(pair, [one, other] if one == other))
}
