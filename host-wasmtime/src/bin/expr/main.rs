//! The command `expr`: evaluate, check and explain expressions with the artifact that services run.
//!
//! Results go to standard output, one line of JSON; what is wrong goes to standard error
//! as one message, and the exit code is then 1.

mod audit;
mod contract;
mod explain;
mod files;
mod finding;
mod open;
mod render;
mod repl;
mod vectors;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use host_wasmtime::{Host, HostError, Inputs, Json, Limits, Profile};
use jiff::Timestamp;

#[derive(Parser)]
#[command(
    name = "expr",
    version,
    about = "Deterministic workflow expressions",
    after_help = EXIT_CODES
)]
struct Arguments {
    /// Compile the module anew, and leave no machine code for the next run.
    #[arg(long, global = true)]
    no_cache: bool,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  it was done, and nothing is wrong
  1  an expression or a definition is wrong, an evaluation fails, an argument or a file
     cannot be used; standard error, or the report of the check, says what";

#[derive(Subcommand)]
enum Command {
    /// Evaluate an expression and print the result as JSON.
    Eval(Eval),
    /// Check an expression, or every expression of a workflow definition in a file.
    Check(Check),
    /// Name the expressions of stored definitions that the contract rejects or may answer
    /// otherwise than before.
    Audit(audit::Audit),
    /// Print the keys by which waits find an event.
    Correlate(contract::Correlate),
    /// Print which of the signals a wait takes, and why not the others.
    Match(contract::Match),
    /// Print what an expression reads of its context, what it calls, what it will cost in
    /// steps, and its normalized text.
    Explain(explain::Explain),
    /// Evaluate expressions one after the other, as they are typed.
    Repl(repl::Repl),
    /// Run files of vectors: expressions with what they should give.
    Test(vectors::Test),
    /// Print the SHA-256 of the artifact.
    Digest,
    /// Print a script that completes this command's arguments in a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Args)]
struct Eval {
    #[command(flatten)]
    source: Source,
    /// A file with the context as JSON, or - for standard input.
    #[arg(long, value_name = "FILE")]
    context: Option<String>,
    #[command(flatten)]
    given: Given,
}

/// What an evaluation is given besides its context.
#[derive(Args)]
struct Given {
    /// The time of an evaluation, such as 2026-03-04T05:06:07.089Z.
    #[arg(long, value_name = "RFC3339", value_parser = parse_now)]
    now: Option<i64>,
    /// The seed of random numbers.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    #[command(flatten)]
    limits: MaxArguments,
}

impl Given {
    fn inputs(&self, context: Option<Json>) -> Inputs {
        let limits = self.limits.limits();
        Inputs { context, now: self.now, seed: self.seed, limits, ..Inputs::default() }
    }
}

#[derive(Args)]
struct MaxArguments {
    /// The most steps that may be taken.
    #[arg(long, value_name = "N")]
    max_steps: Option<u64>,
    /// The most bytes of values that may be built.
    #[arg(long, value_name = "N")]
    max_bytes: Option<u64>,
    /// How deep calls of functions may nest.
    #[arg(long, value_name = "N")]
    max_depth: Option<u32>,
}

impl MaxArguments {
    /// Those that are given, as docs/wire.md has them.
    fn members(&self) -> BTreeMap<&'static str, u64> {
        let depth = self.max_depth.map(u64::from);
        let limits =
            [("steps", self.max_steps), ("bytes", self.max_bytes), ("depth", depth)];
        limits.into_iter().filter_map(|(name, limit)| Some((name, limit?))).collect()
    }

    fn limits(&self) -> Limits {
        Limits { steps: self.max_steps, bytes: self.max_bytes, depth: self.max_depth }
    }
}

#[derive(Args)]
struct Check {
    /// The expression, or a file with a workflow definition as JSON, or - for one on
    /// standard input. What names a file is one.
    source: String,
    /// The language of the expression.
    #[arg(long, value_name = "PROFILE", value_enum, default_value_t)]
    profile: ProfileName,
    /// How the check of a definition is printed.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: contract::Format,
    /// A file with rules of correlation, which the waits of a definition are checked with.
    #[arg(long, value_name = "FILE")]
    rules: Option<String>,
}

#[derive(Args)]
struct Source {
    /// The expression.
    source: String,
    /// The language of the expression.
    #[arg(long, value_name = "PROFILE", value_enum, default_value_t)]
    profile: ProfileName,
}

/// [`Profile`] as an argument.
#[derive(Clone, Copy, Default, ValueEnum)]
enum ProfileName {
    #[default]
    Workflow,
    Jsonata,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Workflow => Profile::Workflow,
            ProfileName::Jsonata => Profile::Jsonata,
        }
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain_usage(&error),
    };
    let host = || open::host(arguments.no_cache);
    let outcome = match &arguments.command {
        Command::Eval(it) => host().and_then(|host| eval(&host, it)).map(found),
        Command::Check(it) => host().and_then(|host| check(&host, it)),
        Command::Audit(it) => host().and_then(|host| audit::audit(&host, it)),
        Command::Correlate(it) => {
            host().and_then(|host| contract::correlate(&host, it)).map(found)
        }
        Command::Match(it) => {
            host().and_then(|host| contract::match_wait(&host, it)).map(found)
        }
        Command::Explain(it) => {
            host().and_then(|host| explain::explain(&host, it)).map(found)
        }
        Command::Repl(it) => host().and_then(|host| repl::repl(&host, it)),
        Command::Test(it) => host().and_then(|host| vectors::test(&host, it)),
        Command::Digest => Ok(found(host_wasmtime::DIGEST.to_owned())),
        Command::Completions { shell } => Ok(found(completions(*shell))),
    };
    match outcome {
        Ok((line, code)) => print(&line, code),
        Err(report) => {
            eprintln!("{report}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a result, and ends with `code` also where the reader has seen enough, as `head`
/// has.
fn print(line: &str, code: ExitCode) -> ExitCode {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let message = format!("cannot write to standard output: {error}");
            eprintln!("{}", render::message(&message));
            ExitCode::FAILURE
        }
        _ => code,
    }
}

fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "expr", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// A result, and a success.
fn found(line: String) -> (String, ExitCode) {
    (line, ExitCode::SUCCESS)
}

/// Help that was asked for is a success; clap would end with 2 for everything else.
fn explain_usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to do when even the message cannot be written.
    let _ = error.print();
    if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn eval(host: &Host, arguments: &Eval) -> Result<String, String> {
    let context = arguments.context.as_deref().map(read_context).transpose()?;
    let inputs = arguments.given.inputs(context);
    let Source { source, profile } = &arguments.source;
    let evaluation = host
        .compile(source, (*profile).into())
        .and_then(|expr| expr.evaluate(&inputs))
        .map_err(|error| explain_error(source, &error))?;
    Ok(evaluation.json.unwrap_or_else(|| "undefined".to_owned()))
}

fn check(host: &Host, arguments: &Check) -> Result<(String, ExitCode), String> {
    let Check { source, profile, format, rules } = arguments;
    if source == "-" || Path::new(source).is_file() {
        return match profile {
            ProfileName::Workflow => {
                contract::check(host, source, rules.as_deref(), *format)
            }
            ProfileName::Jsonata => Err(render::message(
                "`--profile jsonata` is for expressions: definitions are in `workflow`",
            )),
        };
    }
    // Else the check of a file that is not there would succeed: its name is a path.
    if source.ends_with(".json") {
        return Err(render::message(&format!(
            "there is no file {source}; an expression that ends so goes in parentheses"
        )));
    }
    if rules.is_some() || *format != contract::Format::Text {
        return Err(render::message(
            "`--rules` and `--format` are for a definition, and no file is named so",
        ));
    }
    let check = host
        .check(source, (*profile).into())
        .map_err(|error| explain_error(source, &error))?;
    if let Some(error) = check.error {
        return Err(render::engine_error(source, &error));
    }
    let functions = check.functions.unwrap_or_default();
    Ok(found(match functions.is_empty() {
        true => "valid, calls no function".to_owned(),
        false => format!("valid, calls {}", functions.join(", ")),
    }))
}

fn explain_error(source: &str, error: &HostError) -> String {
    match error.engine() {
        Some(error) => render::engine_error(source, error),
        None => render::message(&error.to_string()),
    }
}

fn read_context(path: &str) -> Result<Json, String> {
    let (name, text) = match path {
        "-" => ("standard input", read_standard_input()),
        _ => (path, fs::read_to_string(path)),
    };
    let text = text.map_err(|error| {
        render::message(&format!("cannot read the context from {name}: {error}"))
    })?;
    Json::parse(&text).map_err(|error| match error {
        HostError::Json(reason) => render::message(&format!(
            "the context from {name} is not valid JSON: {reason}"
        )),
        other => render::message(&other.to_string()),
    })
}

fn read_standard_input() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

/// The engine counts milliseconds, so a finer time is refused rather than cut.
fn parse_now(text: &str) -> Result<i64, String> {
    let time: Timestamp = text.parse().map_err(|error: jiff::Error| {
        format!("{error}; write it like 2026-03-04T05:06:07.089Z")
    })?;
    if time.subsec_nanosecond() % 1_000_000 != 0 {
        return Err("a time has at most three digits of a second".to_owned());
    }
    Ok(time.as_millisecond())
}
