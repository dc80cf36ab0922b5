//! `probes`: hostile inputs through every host, with default limits.
//!
//! Each row ends in a value or a coded error, within a second and 64 MB, or the program
//! fails. Hosts must agree on the outcome and on the steps to the last one. Each evaluates a
//! row once: in Node over a live object where there can be one, in the sandbox over text.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "a test tool that counts rows may stop on an overflow"
)]

mod bytes;
mod table;

use bytes::{BROKEN, Broken};
use clap::Parser;
use cpu_time::ProcessTime;
use expr_tests::subject::{self, Answer, Crash, Failure, Outcome, Request, Subject};
use peak_alloc::PeakAlloc;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The hosts of the artifact and the engine in it.
const HOSTS: [&str; 4] = ["native", "wasmtime", "node", "sandbox"];

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
    #[arg(long, value_delimiter = ',', default_values_t = HOSTS.map(str::to_owned))]
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
    memory: u64,
    time: Duration,
    crashed: bool,
    is_error: bool,
}

fn run(arguments: &Arguments) -> Result<usize, String> {
    let mut subjects: Vec<_> = arguments
        .subject
        .iter()
        .map(|name| subject::start(name, PATIENCE))
        .collect::<Result<_, _>>()?;
    let is_wanted =
        |name: &str| arguments.filter.as_deref().is_none_or(|text| name.contains(text));
    // A host starts at its first call, which is not part of a probe.
    let warm_up = table::warm_up(NOW);
    for subject in &mut subjects {
        measure(subject.as_mut(), &warm_up);
    }
    println!(
        "{:28} {:9} {:>10} {:>9} {:>8}  outcome",
        "probe", "host", "steps", "memory", "time"
    );
    let mut failures = 0;
    let mut count = 0;
    for probe in table::probes().into_iter().filter(|probe| is_wanted(&probe.name)) {
        count += 1;
        let request = probe.request(NOW);
        let mut first: Option<Row> = None;
        let able = |subject: &&mut Box<dyn Subject>| probe.runs_on(subject.name());
        for subject in subjects.iter_mut().filter(able) {
            let row = measure(subject.as_mut(), &request);
            let mut faults = row.faults(arguments.outcomes_only);
            if probe.is_refused() && !row.is_error {
                faults.push("it is read");
            }
            if let Some(first) = &first
                && !probe.is_refused()
                && (&first.outcome, first.steps) != (&row.outcome, row.steps)
            {
                faults.push("the hosts differ");
            }
            row.print(&probe.name, subject.name(), &faults);
            failures += usize::from(!faults.is_empty());
            first.get_or_insert(row);
        }
    }
    for probe in BROKEN.iter().filter(|probe| is_wanted(probe.name)) {
        count += 1;
        let row = measure_broken(probe);
        let faults = row.faults(arguments.outcomes_only);
        row.print(probe.name, "native", &faults);
        failures += usize::from(!faults.is_empty());
    }
    println!("{count} probes on {} hosts, {failures} faults", subjects.len());
    Ok(failures)
}

/// What the artifact's functions say of a request that is no text.
fn measure_broken(probe: &Broken) -> Row {
    measured(|| {
        let document = probe.ask().map_err(Crash)?;
        let error = document.get("error").cloned();
        let error = error.ok_or_else(|| Crash("it is read".to_owned()))?;
        let outcome = Outcome::Error(Box::new(Failure::from_document(error)));
        Ok(Answer { outcome, cost: None })
    })
}

fn measure(subject: &mut dyn Subject, request: &Request) -> Row {
    let row = measured(|| subject.evaluate(request));
    // Asking for the memory is a call, too.
    let time = subject.time().unwrap_or(row.time);
    Row { memory: subject.memory().unwrap_or(row.memory), time, ..row }
}

/// What a call answers, and what it takes in this process.
fn measured(call: impl FnOnce() -> Result<Answer, Crash>) -> Row {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let (started, used) = (Instant::now(), ProcessTime::now());
    let answer = call();
    // On a busy machine the clock counts what others do.
    let time = started.elapsed().min(used.elapsed());
    let held = MEMORY.peak_usage().saturating_sub(before);
    let memory = u64::try_from(held).unwrap_or(u64::MAX);
    match answer {
        Ok(Answer { outcome, cost }) => Row {
            is_error: matches!(outcome, Outcome::Error(_)),
            outcome: describe(&outcome),
            steps: cost.map(|cost| cost.steps),
            memory,
            time,
            crashed: false,
        },
        Err(crash) => Row {
            outcome: crash.0,
            steps: None,
            memory,
            time,
            crashed: true,
            is_error: true,
        },
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
            (measured && self.memory > MOST_MEMORY, "over 64 MB"),
        ];
        faults.into_iter().filter(|(is, _)| *is).map(|(_, fault)| fault).collect()
    }

    fn print(&self, probe: &str, host: &str, faults: &[&str]) {
        let steps = self.steps.map_or("-".to_owned(), |steps| steps.to_string());
        let memory = format!("{:.1} MB", to_megabytes(self.memory));
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
