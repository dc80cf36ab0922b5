//! docs/contract.md: prose around what the engine itself says of the contract.

use std::fmt::Write as _;

use expr_core::{Document, Limits, catalog, decide, operator_actions, run_statuses};
use serde_json::{Value, json};

const PROSE: &str = include_str!("contract.md");
const DIVERGENCES: &str = include_str!("../../../parity-fixtures/divergences.toml");

/// Classes of what validation refuses, in the order in which it is reported.
const REFUSED: [&str; 5] =
    ["lambda", "dynamic-call", "apply", "helper-rebinding", "disallowed-function"];

pub(super) fn page() -> String {
    let parts = [
        ("functions", functions()),
        ("messages", messages()),
        ("authority", authority()),
        ("divergences", divergences()),
    ];
    parts.iter().fold(PROSE.to_owned(), |page, (name, part)| {
        page.replace(&format!("{{{{{name}}}}}"), part.trim_end())
    })
}

/// What the engine answers; nothing where it answers an error.
fn ask(request: &Value) -> Value {
    let mut out = b"{".to_vec();
    if let Ok(document) = Document::read(request.to_string().as_bytes()) {
        decide(document, None, Limits::default(), &mut out);
    }
    out.push(b'}');
    let answer: Value = serde_json::from_slice(&out).unwrap_or_default();
    answer.get("ok").cloned().unwrap_or_default()
}

fn functions() -> String {
    let listed = ask(&json!({ "ask": "functions" }));
    let mut out =
        "| function | what it gives | example | result |\n|---|---|---|---|\n".to_owned();
    let functions = listed.get("functions").and_then(Value::as_array);
    for function in functions.into_iter().flatten() {
        let [signature, description, example, result] =
            ["signature", "description", "example", "result"].map(|name| {
                function.get(name).and_then(Value::as_str).unwrap_or_default()
            });
        // Writing to a string cannot fail.
        let _ =
            writeln!(out, "| `{signature}` | {description} | `{example}` | `{result}` |");
    }
    out
}

fn messages() -> String {
    let mut out = "| class | code | message |\n|---|---|---|\n".to_owned();
    for class in REFUSED {
        for entry in catalog().filter(|entry| entry.class.as_str() == class) {
            let message = entry.message.replace("{name}", "NAME");
            let _ = writeln!(out, "| `{class}` | `{}` | `{message}` |", entry.code);
        }
    }
    out
}

/// Who carries an action out, for each engine: asked of the engine, status by status.
fn authority() -> String {
    let mut out =
        "| action | Temporal | the retired engine | unknown |\n|---|---|---|---|\n"
            .to_owned();
    for action in operator_actions() {
        let cells = ["temporal", "db", ""].map(|engine| cell(action, engine));
        let _ = writeln!(out, "| `{action}` | {} |", cells.join(" | "));
    }
    out
}

fn cell(action: &str, engine: &str) -> String {
    let allows = |status: &&str| {
        let pause = json!({ "type": "quota", "stepPath": "step" });
        let decision = ask(&json!({
            "ask": "authority", "action": action, "engine": engine, "status": status,
            "nodePath": "step", "wait": pause, "quotaExhausted": false,
        }));
        decision.get("allow") == Some(&Value::Bool(true))
    };
    let allowed: Vec<&str> = run_statuses().filter(allows).collect();
    match allowed.len() {
        0 => "refused".to_owned(),
        count if count == run_statuses().count() => "allowed".to_owned(),
        _ => format!("allowed while {}", allowed.join(", ")),
    }
}

fn divergences() -> String {
    let mut out = "| divergence | why |\n|---|---|\n".to_owned();
    let mut name = "";
    for line in DIVERGENCES.lines() {
        if let Some(found) = line.strip_prefix('[') {
            name = found.trim_end_matches(']');
        } else if let Some(reason) = line.strip_prefix("reason = ") {
            let _ = writeln!(out, "| `{name}` | {} |", reason.trim_matches('"'));
        }
    }
    out
}
