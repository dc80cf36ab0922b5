//! `demo`: the expressions of a realistic workflow through every host, side by side.
//!
//! The definition and the state of a run are in tests/demo. Each expression is compiled
//! once a host and evaluated from JSON text to JSON text; the table shows the median time
//! of some runs, to give an idea; `cargo xtask bench` measures.
//! The program fails when an expression fails, or when two hosts differ in a byte of the
//! value, in the steps, or in the digest of the artifact.

mod host;
mod plan;
mod table;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

use host::Report;

/// How often each expression is evaluated.
const REPEAT: usize = 51;

/// Evaluates the expressions of a realistic workflow on every host and compares.
#[derive(Parser)]
#[command(name = "demo")]
struct Arguments {}

fn main() -> ExitCode {
    let Arguments {} = Arguments::parse();
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all hosts agree.
fn run() -> Result<bool, Box<dyn Error>> {
    let plan = plan::read()?;
    let reports = [
        host::native(&plan, REPEAT),
        host::wasmtime(&plan, REPEAT)?,
        host::node(&plan, REPEAT)?,
        host::sandbox(&plan, REPEAT)?,
    ];
    println!("{} expressions of {}\n", plan.cases.len(), plan.title);
    let rows_agree = table::print(&plan, &reports);
    let digests_agree = print_digests(&reports);
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
