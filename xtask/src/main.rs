//! Every task of the project, as `cargo xtask NAME`.
//!
//! Continuous integration runs `cargo xtask test` and nothing else, so what passes here
//! passes there. A task installs what it needs, or says in one sentence what is missing.

mod audit;
mod bench;
mod conformance;
mod docs;
mod features;
mod mutants;
mod npm;
mod reproduce;
mod temporal;
mod test;
mod tidy;
mod tool;
mod wasm;
mod workspace;

use std::ffi::OsString;
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
    /// Build the npm package around the artifact.
    Npm,
    /// Check what no compiler checks: file lengths, module order, prose.
    Tidy,
    /// Write the generated pages of documentation.
    Docs,
    /// Run everything that gates a change.
    Test,
    /// Write what passes now into the snapshot of conformance.
    Bless,
    /// Evaluate a realistic workflow on every host and compare.
    Demo {
        #[command(flatten)]
        rest: Rest,
    },
    /// Measure: expressions on every host, or workflows.
    Bench(bench::Bench),
    /// Run vector files through every host; `parity --help` says more.
    #[command(disable_help_flag = true)]
    Parity {
        #[command(flatten)]
        rest: Rest,
    },
    /// Run hostile inputs through every host; `probes --help` says more.
    #[command(disable_help_flag = true)]
    Probes {
        #[command(flatten)]
        rest: Rest,
    },
    /// Compare random expressions with npm `jsonata`; `differential --help` says more.
    #[command(disable_help_flag = true)]
    Differential {
        #[command(flatten)]
        rest: Rest,
    },
    /// Try what must hold of any input; `fuzz --help` says more.
    #[command(disable_help_flag = true)]
    Fuzz {
        #[command(flatten)]
        rest: Rest,
    },
    /// Run what is too long for a gate: many random cases of every kind, each time
    /// others, and workflows on every kind of worker.
    Nightly {
        /// How many cases of each kind.
        #[arg(long, default_value_t = 20_000)]
        cases: u32,
    },
    /// Ask what is known against the dependencies; a part of `nightly`.
    Audit,
    /// Run workflows on a Temporal server, as the gate does.
    Temporal {
        /// Every kind of worker, each with all cases of the parity runner, and a long soak.
        #[arg(long)]
        all: bool,
    },
    /// Change the engine in many places, one at a time, and count what the fixtures notice.
    Mutants(mutants::Sample),
    /// Run the official suite through every host; `suite --help` says more.
    #[command(disable_help_flag = true)]
    Suite {
        #[command(flatten)]
        rest: Rest,
    },
}

/// Arguments for the program behind a task.
#[derive(clap::Args)]
struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    arguments: Vec<OsString>,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain_usage(&error),
    };
    match run(arguments.task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Help that was asked for is a success; clap would end with 2 for everything else.
fn explain_usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to do when even the message cannot be written.
    let _ = error.print();
    if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn run(task: Task) -> Result<()> {
    let workspace = &Workspace::here()?;
    match task {
        Task::Wasm => {
            wasm::build(workspace)?.print();
            Ok(())
        }
        Task::Npm => npm::build(workspace, &wasm::build(workspace)?),
        Task::Tidy => tidy::check(workspace),
        Task::Docs => docs::generate(workspace),
        Task::Test => test::run(workspace),
        Task::Bless => conformance::bless(workspace),
        Task::Demo { rest } => conformance::run(workspace, "demo", &rest.arguments),
        Task::Bench(arguments) => bench::run(workspace, arguments),
        Task::Parity { rest } => conformance::run(workspace, "parity", &rest.arguments),
        Task::Probes { rest } => conformance::run(workspace, "probes", &rest.arguments),
        Task::Differential { rest } => {
            conformance::differential(workspace, &rest.arguments)
        }
        Task::Fuzz { rest } => conformance::fuzz(workspace, &rest.arguments),
        Task::Nightly { cases } => {
            // What one finds is no reason to leave the other out.
            let runs = [
                audit::run(workspace),
                features::check(workspace),
                conformance::nightly(workspace, cases),
            ];
            runs.into_iter().collect()
        }
        Task::Audit => audit::run(workspace),
        Task::Temporal { all: true } => conformance::workers(workspace),
        Task::Temporal { all: false } => {
            npm::build(workspace, &wasm::build(workspace)?)?;
            temporal::test(workspace)
        }
        Task::Mutants(sample) => mutants::run(workspace, &sample),
        Task::Suite { rest } => conformance::run(workspace, "suite", &rest.arguments),
    }
}
