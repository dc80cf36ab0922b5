//! Benchmarks: everything that is compared runs in one process, in turns, and is checked
//! to give the same answer before it is timed. What counts are ratios.

mod host;
mod measure;
mod workload;

use clap::Parser;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/bench");

/// Times wasmtime beside the engine linked into the process.
#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    /// Times only the workloads whose name contains this text.
    #[arg(long)]
    only: Option<String>,
    /// Writes what was measured to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// A folder with `workloads.json` and the documents that it names.
    #[arg(long, value_name = "FOLDER", default_value = SHARED)]
    workloads: PathBuf,
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
    let mut workloads = workload::read(&arguments.workloads)?;
    if let Some(only) = &arguments.only {
        workloads.retain(|workload| workload.name.contains(only.as_str()));
    }
    let report = host::run(&workloads)?;
    host::print(&report);
    if let Some(path) = &arguments.json {
        let json = serde_json::to_string_pretty(&report).map_err(|it| it.to_string())?;
        fs::write(path, json)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}
