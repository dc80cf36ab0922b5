//! `instructions LIST NAME`: compiles one workload, reads its context and evaluates it,
//! each once, for callgrind, which counts inside of the functions `counted_…`.

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use expr_core::{Error, Evaluation, Inputs, Limits, Profile, Program};
use serde::Deserialize;

const LIMITS: Limits = Limits { steps: 1 << 50, bytes: 1 << 50, depth: 5_000 };

/// Compiles, reads and evaluates one workload.
#[derive(Parser)]
#[command(name = "instructions")]
struct Arguments {
    /// The list of workloads that `tests/bench/prepare.mjs` has made.
    list: PathBuf,
    /// Which of them.
    name: String,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    source: String,
    document: PathBuf,
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
    let list = fs::read_to_string(&arguments.list).map_err(|error| error.to_string())?;
    let entries: Vec<Entry> =
        serde_json::from_str(&list).map_err(|error| error.to_string())?;
    let entry = entries.into_iter().find(|entry| entry.name == arguments.name);
    let Entry { source, document, .. } = entry.ok_or("the list does not have it")?;
    let context = fs::read(document).map_err(|error| error.to_string())?;
    let program = counted_compile(&source).map_err(|error| error.to_string())?;
    let inputs = counted_read(&context, &program);
    let mut inputs = inputs.map_err(|error| error.to_string())?;
    let evaluation = counted_evaluate(&program, &mut inputs);
    evaluation.outcome.map(|_| ()).map_err(|error| error.to_string())
}

#[inline(never)]
fn counted_compile(source: &str) -> Result<Program, Error> {
    black_box(Program::compile(black_box(source).into(), Profile::Jsonata))
}

#[inline(never)]
fn counted_read(context: &[u8], program: &Program) -> Result<Inputs, Error> {
    let mut inputs = Inputs::new();
    inputs.read(black_box(context), program.reads())?;
    Ok(black_box(inputs))
}

#[inline(never)]
fn counted_evaluate(program: &Program, inputs: &mut Inputs) -> Evaluation {
    black_box(black_box(program).evaluate(inputs, LIMITS))
}
