//! Benchmarks: everything that is compared runs in one process, in turns, and is checked
//! to give the same answer before it is timed. What counts are ratios.

mod host;
mod measure;
mod workload;

use clap::Parser;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

/// Times wasmtime beside the engine linked into the process.
#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    /// The list of workloads that `tests/bench/prepare.mjs` has made.
    list: PathBuf,
    /// Times only the workloads whose name contains this text.
    #[arg(long, default_value = "")]
    only: String,
    /// Writes what was measured to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let workloads = workload::read(&arguments.list, &arguments.only)?;
    let report = host::run(&workloads)?;
    host::print(&report);
    if let Some(path) = &arguments.json {
        let json = serde_json::to_string_pretty(&report).map_err(|it| it.to_string())?;
        fs::write(path, json)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}
