//! Times of every implementation in Rust on one list of workloads: `bench all LIST`, with a
//! row a workload, mode and implementation on stdout, as a line of JSON. All answer before
//! anything is timed. Who answers wrong is timed and marked; who does not answer has no time.
//!
//! `bench once LIST NAME ENGINE` is one workload and implementation in a process of its own,
//! whose memory can be measured and which can be ended.

mod engine;
mod hand;
#[path = "../../../../src/bin/bench/measure.rs"]
mod measure;
mod once;
mod workload;

use clap::Parser;
use engine::{ENGINES, Mode};
use measure::{Candidate, medians};
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use workload::Workload;

/// Enough for the implementations that recurse.
const STACK: usize = 256 << 20;

/// Measures every implementation in Rust.
#[derive(Parser)]
enum Arguments {
    /// Times all of them, in turns.
    All {
        /// The list of workloads.
        list: PathBuf,
        /// Times only the workloads whose name contains this text.
        #[arg(long, default_value = "")]
        only: String,
    },
    /// Measures time and memory of one.
    Once {
        /// The list of workloads.
        list: PathBuf,
        /// Which of them.
        name: String,
        /// Which implementation.
        engine: String,
    },
}

fn main() -> ExitCode {
    // A panic is an answer, and no news on the terminal.
    std::panic::set_hook(Box::new(|_| {}));
    let arguments = Arguments::parse();
    let work = move || run(&arguments);
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work);
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        Ok(Ok(Err(reason))) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
        _ => {
            eprintln!("error: the thread that measures has died");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    match arguments {
        Arguments::Once { list, name, engine } => {
            let workloads = workload::read(list, |found| found == name)?;
            let workload = workloads.first().ok_or("the list does not have it")?;
            println!("{}", once::measure(workload, engine)?);
        }
        Arguments::All { list, only } => {
            for workload in workload::read(list, |name| name.contains(only.as_str()))? {
                for mode in Mode::ALL {
                    time(&workload, mode)?;
                }
            }
        }
    }
    Ok(())
}

fn time(workload: &Workload, mode: Mode) -> Result<(), String> {
    let mut names = Vec::new();
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for (engine, enter) in ENGINES {
        let entered = catch_unwind(AssertUnwindSafe(|| {
            let Some(entrant) = enter(workload, mode)? else { return Ok(None) };
            // What was compiled answers nothing yet.
            let correct =
                entrant.answer.is_none_or(|it| workload.is_answered_by(it.as_ref()));
            Ok(Some((entrant.candidate, correct)))
        }));
        match entered.unwrap_or_else(|_| Err("it panicked".to_owned())) {
            Ok(None) => {}
            Ok(Some((candidate, correct))) => {
                if engine == "ours" && !correct {
                    return Err(format!("{}: ours answers wrong", workload.name));
                }
                names.push((engine, correct));
                candidates.push(candidate);
            }
            Err(reason) if engine == "ours" => {
                return Err(format!("{}: {reason}", workload.name));
            }
            Err(reason) => {
                eprintln!("{} {}: {engine}: {reason}", workload.name, mode.as_str());
                print(workload, mode, engine, None, false);
            }
        }
    }
    for ((engine, correct), median) in names.into_iter().zip(medians(&mut candidates)) {
        print(workload, mode, engine, Some(median), correct);
    }
    Ok(())
}

fn print(workload: &Workload, mode: Mode, engine: &str, ns: Option<f64>, correct: bool) {
    println!(
        "{}",
        json!({
            "workload": workload.name,
            "mode": mode.as_str(),
            "engine": engine,
            "median_ns": ns,
            "correct": correct,
        })
    );
}
