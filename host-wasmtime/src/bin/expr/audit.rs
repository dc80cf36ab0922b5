//! `expr audit`: which stored expressions the contract treats otherwise than what ran them
//! before.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use host_wasmtime::{Host, Profile};
use serde_json::{Value, json};

use super::contract::{self, Format};
use super::finding::{self, Finding, Severity};
use super::{files, render};

/// Keys that the reference takes for marks of its own.
const MARKER_KEYS: [&str; 4] =
    ["_jsonata_function", "_jsonata_lambda", "outerWrapper", "tupleStream"];

#[derive(Args)]
pub(crate) struct Audit {
    /// A folder of workflow definitions, `.json` files at any depth, or one such file.
    path: PathBuf,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
}

/// Names every expression that the contract rejects or may answer otherwise. The command
/// fails if there is one.
pub(crate) fn audit(
    host: &Host,
    arguments: &Audit,
) -> Result<(String, ExitCode), String> {
    let files = files::json_files(&arguments.path).map_err(|error| {
        let path = arguments.path.display();
        render::message(&format!("cannot read {path}: {error}"))
    })?;
    let mut findings = Vec::new();
    let mut expressions = 0_u64;
    for file in &files {
        let file = file.to_string_lossy();
        let definition = contract::read(&file)?;
        let check = host
            .check_document(&definition, &json!({}))
            .map_err(|error| contract::explain_file(&file, &error))?;
        let counted = check.get("expressions").and_then(Value::as_u64);
        expressions = expressions.saturating_add(counted.unwrap_or_default());
        let diagnostics = check.get("diagnostics").and_then(Value::as_array);
        findings.extend(
            diagnostics.into_iter().flatten().filter_map(|it| diagnosed(&file, it)),
        );
        for (pointer, source) in sources(&definition) {
            findings.extend(noticed(host, &file, &pointer, source)?);
        }
    }
    let report = match arguments.format {
        Format::Text => describe(files.len(), expressions, &findings),
        Format::Json => {
            let files = files.len();
            json!({ "files": files, "expressions": expressions, "findings": findings })
                .to_string()
        }
        Format::Sarif => finding::to_sarif(&findings),
    };
    Ok((report, if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }))
}

/// What a diagnostic means here, if it is about an expression that is refused or that a
/// divergence can touch.
fn diagnosed(file: &str, diagnostic: &Value) -> Option<Finding> {
    let mut finding = Finding::of_diagnostic(file, diagnostic);
    let class = diagnostic.pointer("/error/class").and_then(Value::as_str);
    let divergence = match (finding.rule.as_str(), class) {
        ("INVALID_EXPR", Some("helper-rebinding")) => Some("helper-rebinding"),
        ("INVALID_EXPR" | "EMPTY_EXPRESSION", _) => None,
        ("FOREIGN_CALL", _) => Some("foreign-call"),
        ("NON_DETERMINISTIC", _) => Some("given-inputs"),
        _ => return None,
    };
    if let Some(name) = divergence {
        finding.rule = name.to_owned();
    }
    Some(finding)
}

/// What can be seen in a source that the contract accepts.
fn noticed(
    host: &Host,
    file: &str,
    pointer: &str,
    source: &str,
) -> Result<Vec<Finding>, String> {
    let check = host.check(source, Profile::Workflow).map_err(contract::explain)?;
    if check.error.is_some() {
        return Ok(Vec::new());
    }
    let finding = |rule: &str, message: String| Finding {
        file: file.to_owned(),
        pointer: pointer.to_owned(),
        severity: Severity::Warning,
        rule: rule.to_owned(),
        message,
        line: None,
        column: None,
        suggestion: None,
    };
    let mut findings = Vec::new();
    let functions = check.functions.unwrap_or_default();
    if functions.iter().any(|name| name == "nowIso") {
        let message = "reads the clock, and fails where the host gives no time";
        findings.push(finding("given-inputs", message.to_owned()));
    }
    for key in MARKER_KEYS.iter().filter(|key| check.normalized.contains(**key)) {
        let message = format!("names `{key}`, which is an ordinary key here");
        findings.push(finding("marker-key", message));
    }
    Ok(findings)
}

/// Every text under a member `$expr` with its pointer, in the order of the file.
fn sources(definition: &Value) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    let mut pending = vec![(String::new(), definition)];
    while let Some((pointer, value)) = pending.pop() {
        if let Some(source) = value.get("$expr").and_then(Value::as_str) {
            found.push((pointer, source));
            continue;
        }
        match value {
            Value::Array(items) => {
                let below = items.iter().enumerate().rev();
                pending.extend(below.map(|(at, it)| (format!("{pointer}/{at}"), it)));
            }
            Value::Object(members) => {
                pending.extend(members.iter().rev().map(|(name, it)| {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    (format!("{pointer}/{name}"), it)
                }));
            }
            _ => {}
        }
    }
    found
}

fn describe(files: usize, expressions: u64, findings: &[Finding]) -> String {
    let mut lines: Vec<String> = findings.iter().map(Finding::to_text).collect();
    let found = findings.len();
    lines.push(format!("{files} files, {expressions} expressions, {found} findings"));
    lines.join("\n")
}
