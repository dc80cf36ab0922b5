//! `expr explain`: what an expression reads, calls and costs, for people and for programs.

use clap::{Args, ValueEnum};
use host_wasmtime::{Estimate, Host, Json, Most};
use serde_json::{Map, Value};

use super::{Source, contract, explain_error, render};

#[derive(Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    source: Source,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

/// Says what an expression reads of its context, what it calls, what it will cost, and how
/// the contract spells it.
pub(crate) fn explain(host: &Host, arguments: &Explain) -> Result<String, String> {
    let Source { source, profile } = &arguments.source;
    let told = |error| explain_error(source, &error);
    let expr = host.compile(source, (*profile).into()).map_err(told)?;
    let normalized = host.check(source, (*profile).into()).map_err(told)?.normalized;
    let (functions, reads) = (expr.functions(), expr.reads().as_str());
    match arguments.format {
        Format::Json => {
            let (normalized, functions) =
                (Value::from(normalized), Value::from(functions));
            let estimate =
                Json::from_value(expr.estimate()).map_err(contract::explain)?;
            let estimate = estimate.as_str();
            Ok(format!(
                r#"{{"normalized":{normalized},"functions":{functions},"reads":{reads},"estimate":{estimate}}}"#
            ))
        }
        Format::Text => {
            let reads = serde_json::from_str(reads)
                .map_err(|error| render::message(&format!("cannot print: {error}")))?;
            let reads = or_nothing(paths(&reads));
            let calls = or_nothing(functions.to_vec());
            let cost = costs(expr.estimate());
            Ok(format!(
                "normalized: {normalized}\ncalls: {calls}\nreads: {reads}\ncosts: {cost}"
            ))
        }
    }
}

fn or_nothing(names: Vec<String>) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

fn costs(estimate: &Estimate) -> String {
    match estimate.max {
        Most::Grows(_) => format!("{estimate}, n being the size of what it reads"),
        Most::Steps(_) | Most::Unbounded(_) => estimate.to_string(),
    }
}

/// The paths to what is read whole, or only looked for, written as in an expression.
fn paths(reads: &Value) -> Vec<String> {
    let Value::Object(fields) = reads else { return vec!["everything".to_owned()] };
    let mut paths = Vec::new();
    let mut pending: Vec<(String, &Map<String, Value>)> = vec![(String::new(), fields)];
    while let Some((prefix, fields)) = pending.pop() {
        for (name, below) in fields {
            let path = format!("{prefix}{}", spelled(name));
            match below {
                Value::Object(fields) if !fields.is_empty() => {
                    pending.push((format!("{path}."), fields));
                }
                _ => paths.push(path),
            }
        }
    }
    paths.sort();
    paths
}

/// A name as a step of a path.
fn spelled(name: &str) -> String {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let plain = name.starts_with(letter)
        && name.chars().all(|c| letter(c) || c.is_ascii_digit())
        && !matches!(name, "and" | "or" | "in" | "true" | "false" | "null" | "function");
    if plain { name.to_owned() } else { format!("`{name}`") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_become_paths() {
        let reads = json!({"a": {"b c": true, "d": {}}, "and": true, "z9": {"y": true}});
        assert_eq!(paths(&reads), ["`and`", "a.`b c`", "a.d", "z9.y"]);
        assert_eq!(paths(&json!(true)), ["everything"]);
        assert!(paths(&json!({})).is_empty());
    }
}
