//! `expr repl`: expressions one after the other, over a context that is read once.

use std::process::ExitCode;

use clap::Args;
use host_wasmtime::{Context, Host};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::{Given, ProfileName, explain_error, read_context, render};

const PROMPT: &str = "> ";

const HELP: &str = "\
an expression is evaluated; a line that begins with `:` is for the prompt itself:
  :context FILE  takes the context from a file
  :context       takes it away
  :help          prints this
  :quit          ends, as the end of the input does";

#[derive(Args)]
pub(crate) struct Repl {
    /// The language of the expressions.
    #[arg(long, value_name = "PROFILE", value_enum, default_value_t)]
    profile: ProfileName,
    /// A file with the context as JSON.
    #[arg(long, value_name = "FILE")]
    context: Option<String>,
    #[command(flatten)]
    given: Given,
}

/// Answers line after line until the input ends. What is wrong with one line is told, and
/// the next is read.
pub(crate) fn repl(host: &Host, arguments: &Repl) -> Result<(String, ExitCode), String> {
    let failed = |error: ReadlineError| render::message(&error.to_string());
    let mut editor = DefaultEditor::new().map_err(failed)?;
    let mut context = context(host, arguments.context.as_deref())?;
    loop {
        let line = match editor.readline(PROMPT) {
            Ok(line) => line,
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => break,
            Err(error) => return Err(failed(error)),
        };
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        // A line that the history cannot take is answered all the same.
        let _ = editor.add_history_entry(line);
        let answer = match line.strip_prefix(':').map(str::trim) {
            Some("quit") => break,
            Some("help") => Ok(HELP.to_owned()),
            Some(command) => taken(host, command, &mut context),
            None => evaluated(host, arguments, line, &mut context),
        };
        match answer {
            Ok(text) => println!("{text}"),
            Err(report) => eprintln!("{report}"),
        }
    }
    Ok(("bye".to_owned(), ExitCode::SUCCESS))
}

fn evaluated(
    host: &Host,
    arguments: &Repl,
    source: &str,
    context: &mut Context,
) -> Result<String, String> {
    let Repl { given, profile, .. } = arguments;
    let evaluation = host
        .compile(source, (*profile).into())
        .and_then(|expr| context.evaluate(&expr, &given.inputs(None)))
        .map_err(|error| explain_error(source, &error))?;
    Ok(evaluation.json.unwrap_or_else(|| "undefined".to_owned()))
}

/// Carries out what a line asks of the prompt.
fn taken(host: &Host, command: &str, kept: &mut Context) -> Result<String, String> {
    let Some(path) = command.strip_prefix("context") else {
        let unknown = format!("`:{command}` is nothing to ask for; `:help` says what is");
        return Err(render::message(&unknown));
    };
    let path = Some(path.trim()).filter(|path| !path.is_empty());
    *kept = context(host, path)?;
    let from = path.map_or("there is no context".to_owned(), |path| {
        format!("the context is that of {path}")
    });
    Ok(from)
}

fn context(host: &Host, path: Option<&str>) -> Result<Context, String> {
    let json = path.map(read_context).transpose()?;
    host.context(json.as_ref()).map_err(|error| render::message(&error.to_string()))
}
