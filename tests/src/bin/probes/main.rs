//! `probes`: hostile inputs through every host, with default limits.
//!
//! Each row ends in a value or a coded error, within a second and 64 MB, or the program
//! fails. Hosts must agree on the outcome and on the steps to the last one.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "a test tool that counts rows may stop on an overflow"
)]

mod table;

use clap::Parser;
use expr_tests::subject::{self, Answer, Outcome, Request, Subject};
use peak_alloc::PeakAlloc;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use table::Probe;

/// Counts what the native engine holds at most.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a probe may take on a host.
const TIME: Duration = Duration::from_secs(1);
/// What a probe may hold on a host, in bytes.
const MOST_MEMORY: u64 = 64 << 20;
/// A host that does not answer within this time is stopped.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time of every evaluation.
const NOW: i64 = 1_772_600_767_089;

/// Hostile inputs through every host, with default limits.
#[derive(Parser)]
#[command(name = "probes")]
struct Arguments {
    /// The hosts, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = subject::NAMES.map(str::to_owned))]
    subject: Vec<String>,
    /// Runs only the probes whose name contains this text.
    #[arg(long)]
    filter: Option<String>,
    /// Reports time and memory without failing for them: for builds that are not optimized.
    #[arg(long)]
    outcomes_only: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failures) => {
            eprintln!("probes: {failures} rows are not as they should be");
            ExitCode::FAILURE
        }
        Err(reason) => {
            eprintln!("probes: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// One probe on one host.
struct Row {
    outcome: String,
    steps: Option<u64>,
    memory: Option<u64>,
    time: Duration,
    crashed: bool,
}

fn run(arguments: &Arguments) -> Result<usize, String> {
    let mut subjects: Vec<_> = arguments
        .subject
        .iter()
        .map(|name| subject::start(name, PATIENCE))
        .collect::<Result<_, _>>()?;
    let wanted = |probe: &Probe| {
        arguments.filter.as_deref().is_none_or(|text| probe.name.contains(text))
    };
    // A host starts at its first call, which is not part of a probe.
    let warm_up =
        Request { source: "\"1\"".into(), profile: "jsonata", ..Request::default() };
    for subject in &mut subjects {
        measure(subject.as_mut(), &warm_up);
    }
    println!(
        "{:28} {:9} {:>10} {:>9} {:>8}  outcome",
        "probe", "host", "steps", "memory", "time"
    );
    let mut failures = 0;
    let mut count = 0;
    for probe in table::probes().into_iter().filter(wanted) {
        count += 1;
        let request = probe.request(NOW);
        let mut first: Option<Row> = None;
        for subject in &mut subjects {
            let row = measure(subject.as_mut(), &request);
            let mut faults = row.faults(arguments.outcomes_only);
            if let Some(first) = &first
                && (&first.outcome, first.steps) != (&row.outcome, row.steps)
            {
                faults.push("the hosts differ");
            }
            row.print(&probe.name, subject.name(), &faults);
            failures += usize::from(!faults.is_empty());
            first.get_or_insert(row);
        }
    }
    println!("{count} probes on {} hosts, {failures} faults", subjects.len());
    Ok(failures)
}

fn measure(subject: &mut dyn Subject, request: &Request) -> Row {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let started = Instant::now();
    let answer = subject.evaluate(request);
    let time = started.elapsed();
    let held = MEMORY.peak_usage().saturating_sub(before);
    let memory = subject.memory().or_else(|| u64::try_from(held).ok());
    match answer {
        Ok(Answer { outcome, cost }) => Row {
            outcome: describe(&outcome),
            steps: cost.map(|cost| cost.steps),
            memory,
            time,
            crashed: false,
        },
        Err(crash) => Row { outcome: crash.0, steps: None, memory, time, crashed: true },
    }
}

/// An outcome in a few words.
fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(json) if json.len() > 40 => {
            format!("value of {} bytes", json.len())
        }
        Outcome::Value(json) => json.clone(),
        Outcome::Undefined => "undefined".to_owned(),
        Outcome::Error(failure) => format!("{} {}", failure.code, failure.class),
    }
}

impl Row {
    fn faults(&self, outcomes_only: bool) -> Vec<&'static str> {
        let measured = !outcomes_only;
        let faults = [
            (self.crashed, "no coded answer"),
            (measured && self.time > TIME, "over a second"),
            (measured && self.memory.is_some_and(|it| it > MOST_MEMORY), "over 64 MB"),
        ];
        faults.into_iter().filter(|(is, _)| *is).map(|(_, fault)| fault).collect()
    }

    fn print(&self, probe: &str, host: &str, faults: &[&str]) {
        let steps = self.steps.map_or("-".to_owned(), |steps| steps.to_string());
        let memory = self
            .memory
            .map_or("-".to_owned(), |bytes| format!("{:.1} MB", to_megabytes(bytes)));
        println!(
            "{probe:28} {host:9} {steps:>10} {memory:>9} {:>5} ms  {}{}",
            self.time.as_millis(),
            self.outcome,
            if faults.is_empty() {
                String::new()
            } else {
                format!("  <-- {}", faults.join(", "))
            }
        );
    }
}

fn to_megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0
}
