//! `differential`: random cases, answered by the engine and by the reference.

use clap::Parser;
use expr_tests::differential::{PAIRS, Run, install, read_seed, run, run_peer};
use std::path::PathBuf;
use std::process::ExitCode;

/// Compares the engine with npm `jsonata` over random cases.
#[derive(Parser)]
#[command(name = "differential")]
struct Arguments {
    /// How many cases of each kind.
    #[arg(long, default_value_t = 2_000)]
    cases: usize,
    /// Where the random numbers begin: a number, or `random`.
    #[arg(long, default_value = "1")]
    seed: String,
    /// Counts other positions and tokens of evaluation errors as differences.
    #[arg(long)]
    positions: bool,
    /// Compares with this program, which answers for another implementation, instead.
    #[arg(long, value_name = "PROGRAM")]
    peer: Option<PathBuf>,
    /// The kinds of case; all if absent.
    kind: Vec<String>,
}

fn main() -> ExitCode {
    match compare(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("differential: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn compare(arguments: &Arguments) -> Result<bool, String> {
    if !install() {
        println!("SKIPPED: npm cannot install the reference, so nothing was compared");
        return Ok(true);
    }
    let known = |name: &String| PAIRS.iter().any(|pair| pair.name == name);
    if let Some(name) = arguments.kind.iter().find(|name| !known(name)) {
        return Err(format!("unknown kind `{name}`"));
    }
    let seed = read_seed(&arguments.seed)?;
    println!("seed {seed}");
    if let Some(peer) = &arguments.peer {
        let run = Run { seed, cases: arguments.cases, positions: false };
        let tally = run_peer(peer.into(), run)?;
        report(&tally.different);
        for (cause, count) in &tally.causes {
            println!("{cause}: {count}");
        }
        println!("{}", tally.summary());
        return Ok(tally.different.is_empty());
    }
    let mut clean = true;
    for pair in &PAIRS {
        if !arguments.kind.is_empty() && !arguments.kind.iter().any(|it| it == pair.name)
        {
            continue;
        }
        let tally = run(
            pair,
            Run { seed, cases: arguments.cases, positions: arguments.positions },
        )?;
        report(&tally.different);
        let outcomes = tally.outcomes.iter();
        let outcomes = outcomes.map(|(name, count)| format!("{name} {count}"));
        println!("outcomes: {}", outcomes.collect::<Vec<_>>().join(", "));
        for (name, count) in &tally.divergent {
            println!("{name}: {count}");
        }
        println!("positions differ: {}", tally.positions);
        println!("{}", tally.summary(pair.name));
        clean &= tally.different.is_empty();
    }
    Ok(clean)
}

fn report(different: &[String]) {
    for (case, number) in different.iter().zip(1..) {
        println!("\n{number}. {case}");
    }
}
