//! `fuzz`: what must hold of any input, on inputs that nobody chose.

use clap::Parser;
use expr_tests::differential::read_seed;
use expr_tests::fuzz::{PROPERTIES, Property, Run};
use std::process::ExitCode;
use std::time::Duration;

/// Tries a property on random inputs, after those that once broke it.
#[derive(Parser)]
#[command(name = "fuzz")]
struct Arguments {
    /// The property, or `all`; without one they are listed.
    name: Option<String>,
    /// How long each is tried.
    #[arg(default_value_t = 10)]
    seconds: u64,
    /// Where the random numbers begin: a number, or `random`.
    #[arg(long, default_value = "random")]
    seed: String,
}

fn main() -> ExitCode {
    match fuzz(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("fuzz: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn fuzz(arguments: &Arguments) -> Result<bool, String> {
    let Some(name) = &arguments.name else {
        for property in &PROPERTIES {
            println!("{:<11} {}", property.name, property.promise);
        }
        return Ok(true);
    };
    let chosen: Vec<&Property> =
        PROPERTIES.iter().filter(|it| name == "all" || it.name == name).collect();
    if chosen.is_empty() {
        let names: Vec<_> = PROPERTIES.iter().map(|property| property.name).collect();
        return Err(format!("no property `{name}`; there are {}, all", names.join(", ")));
    }
    let seed = read_seed(&arguments.seed)?;
    println!("seed {seed}");
    let mut clean = true;
    for property in chosen {
        let time = Duration::from_secs(arguments.seconds);
        let report = property.run(Run { seed, time })?;
        if let Some(broken) = &report.broken {
            println!("{}\n  {}", broken.input.display(), broken.reason);
            clean = false;
        }
        println!("{}", report.summary(property.name));
    }
    Ok(clean)
}
