//! `expr check` of definitions, `expr correlate`, `expr match`: files in, decisions out.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use host_wasmtime::{Host, HostError, Json, MatchOptions};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::finding::{self, Finding, Severity};
use super::render;

/// How a check or an audit is printed.
#[derive(Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// A line for each diagnostic, and for what each expression will cost.
    #[default]
    Text,
    /// One JSON document: of a check the answer of the module.
    Json,
    /// A SARIF log, for code hosts.
    Sarif,
}

#[derive(Args)]
pub(crate) struct Correlate {
    /// A file with the event as JSON: `eventName`, `payload` and, if there is one, the
    /// key that it came with as `explicit`.
    event: String,
    /// A file with rules of correlation; without it the contract's own hold.
    #[arg(long, value_name = "FILE")]
    rules: Option<String>,
    /// The time that expressions of rules read, such as 2026-03-04T05:06:07.089Z.
    #[arg(long, value_name = "RFC3339", value_parser = super::parse_now)]
    now: Option<i64>,
    #[command(flatten)]
    limits: super::MaxArguments,
}

#[derive(Args)]
pub(crate) struct Match {
    /// A file with the wait as JSON: `eventName`, `correlationKey`, `filters`.
    wait: String,
    /// A file with the signals as a JSON array, in the order of their arrival.
    signals: String,
    /// When signals arrived that do not say it, such as 2026-03-04T05:06:07.089Z.
    #[arg(long, value_name = "RFC3339", value_parser = super::parse_now)]
    now: Option<i64>,
    #[command(flatten)]
    limits: super::MaxArguments,
}

/// Checks the definition in a file. What is found is the result; errors in it, but not
/// warnings, make the command fail.
pub(crate) fn check(
    host: &Host,
    path: &str,
    rules: Option<&str>,
    format: Format,
) -> Result<(String, ExitCode), String> {
    let mut options = json!({});
    if let (Some(path), Some(options)) = (rules, options.as_object_mut()) {
        options.insert("rules".to_owned(), read(path)?);
    }
    let definition = read(path)?;
    let check = host
        .check_document(&definition, &options)
        .map_err(|it| explain_file(path, &it))?;
    let report = match format {
        Format::Json => check.to_string(),
        Format::Text => describe(path, &check),
        Format::Sarif => {
            // Others cost as much as is usual, which is no problem for a code host to show.
            let unbounded = |it: &Finding| it.rule == finding::UNBOUNDED;
            let mut findings = findings(path, &check);
            findings.extend(estimates(path, &check).filter(unbounded));
            finding::to_sarif(&findings)
        }
    };
    let code = match check.get("valid") {
        Some(Value::Bool(true)) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    };
    Ok((report, code))
}

pub(crate) fn correlate(host: &Host, arguments: &Correlate) -> Result<String, String> {
    // As text, which carries whatever the event holds.
    let mut event: BTreeMap<String, Json> = read(&arguments.event)?;
    if let Some(path) = &arguments.rules {
        event.insert("rules".to_owned(), read(path)?);
    }
    if let Some(now) = arguments.now {
        event.insert("now".to_owned(), Json::from_value(&now).map_err(explain)?);
    }
    let limits = arguments.limits.members();
    event.insert("limits".to_owned(), Json::from_value(&limits).map_err(explain)?);
    let found =
        Json::from_value(&event).and_then(|event| host.ask_json("correlation", &event));
    found
        .map(|found| found.as_str().to_owned())
        .map_err(|error| explain_file(&arguments.event, &error))
}

pub(crate) fn match_wait(host: &Host, arguments: &Match) -> Result<String, String> {
    let wait: Json = read(&arguments.wait)?;
    let signals: Json = read(&arguments.signals)?;
    let options = MatchOptions { now: arguments.now, limits: arguments.limits.limits() };
    let found = host.match_wait(&wait, &signals, options).map_err(explain)?;
    Json::from_value(&found).map(|found| found.as_str().to_owned()).map_err(explain)
}

fn findings(path: &str, check: &Value) -> Vec<Finding> {
    let diagnostics = check.get("diagnostics").and_then(Value::as_array);
    let diagnostics = diagnostics.into_iter().flatten();
    diagnostics.map(|diagnostic| Finding::of_diagnostic(path, diagnostic)).collect()
}

/// What each expression will cost.
fn estimates<'a>(path: &'a str, check: &'a Value) -> impl Iterator<Item = Finding> {
    let estimates = check.get("estimates").and_then(Value::as_array);
    let estimates = estimates.into_iter().flatten();
    estimates.filter_map(|estimate| Finding::of_estimate(path, estimate))
}

/// A line a diagnostic and an expression, and one that counts them.
fn describe(path: &str, check: &Value) -> String {
    let findings = findings(path, check);
    let mut lines: Vec<String> = findings.iter().map(Finding::to_text).collect();
    let count = |severity| findings.iter().filter(|it| it.severity == severity).count();
    lines.extend(estimates(path, check).map(|it| it.to_text()));
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let expressions = check.get("expressions").cloned().unwrap_or_default();
    lines
        .push(format!("{expressions} expressions, {errors} errors, {warnings} warnings"));
    lines.join("\n")
}

/// The JSON in a file, or on standard input.
pub(crate) fn read<T: DeserializeOwned>(path: &str) -> Result<T, String> {
    let text = match path {
        "-" => super::read_standard_input(),
        _ => fs::read_to_string(path),
    };
    let text =
        text.map_err(|error| render::message(&format!("cannot read {path}: {error}")))?;
    serde_json::from_str(&text).map_err(|error| {
        let what = if error.is_data() { "cannot be used" } else { "is not valid JSON" };
        render::message(&format!("{path} {what}: {error}"))
    })
}

/// What the module says of the file at `path`.
pub(crate) fn explain_file(path: &str, error: &HostError) -> String {
    render::message(&format!("{path} cannot be used: {error}"))
}

pub(crate) fn explain(error: HostError) -> String {
    render::message(&error.to_string())
}
