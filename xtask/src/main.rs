//! Every task of the project, as `cargo xtask NAME`.
//!
//! Continuous integration runs `cargo xtask test` and nothing else, so what passes here
//! passes there. A task installs what it needs, or says in one sentence what is missing.

mod tool;
mod wasm;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The tasks of workflow-expr", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the artifact: one WebAssembly file without imports, and its digest.
    Wasm,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let workspace = Workspace::here()?;
    match task {
        Task::Wasm => {
            wasm::build(&workspace)?.print();
            Ok(())
        }
    }
}
