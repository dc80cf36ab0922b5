//! Vectors of mappings, correlation and waits that are older than the wire → requests of
//! `decide`.

use std::collections::BTreeMap;

use host_wasmtime::{Host, Json};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::canonical::Canonical;
use super::vector::{Case, Older};

/// What a resolver that does not have a secret says.
const NO_SUCH_SECRET: &str = "no such secret";

/// The members of a request, each as JSON text.
type Members = Vec<(&'static str, String)>;

/// The request that a vector stands for, without `v`.
pub(super) fn request(
    case: &Case<'_>,
    kind: Older,
    now: &str,
    host: &Host,
    canonical: &Canonical,
) -> Result<String, String> {
    let document = |name: &str| {
        let raw = case.raw(name).ok_or(format!("there is no `{name}`"))?;
        canonical.document(raw).map(|it| it.as_str().to_owned())
    };
    let members = match kind {
        Older::Mapping => mapping(case, now, host, &document)?,
        Older::Correlation => correlation(case, &document("input")?)?,
        Older::Wait => vec![
            ("ask", quoted("waitMatch")),
            ("descriptor", document("descriptor")?),
            ("signals", document("signals")?),
        ],
    };
    let members: Vec<String> =
        members.iter().map(|(name, json)| format!("\"{name}\":{json}")).collect();
    Ok(format!("{{{}}}", members.join(",")))
}

fn mapping(
    case: &Case<'_>,
    now: &str,
    host: &Host,
    document: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Members, String> {
    let mode: String = case.member("mode")?.ok_or("there is no `mode`")?;
    let (ask, subject) = match mode.as_str() {
        "input" | "nosecret" => ("mapping", "mapping"),
        "value" | "valuePath" => ("value", "value"),
        "expressions" => ("expressions", "value"),
        "expand" => ("expand", "value"),
        _ => return Err(format!("unknown mode `{mode}`")),
    };
    let value = document("mapping")?;
    let mut members = vec![("ask", quoted(ask))];
    if mode == "valuePath" {
        members.push(("path", quoted("/base")));
    }
    if mode != "expand" && case.raw("context").is_some() {
        members.push(("context", document("context")?));
    }
    let time = now.parse::<jiff::Timestamp>().map_err(|it| format!("`now`: {it}"))?;
    members.push(("now", time.as_millisecond().to_string()));
    if matches!(mode.as_str(), "input" | "value" | "valuePath")
        && let Some(secrets) = case.member("secrets")?
    {
        let outcomes = outcomes(host, &value, subject != "mapping", &secrets)?;
        members.push(("secrets", outcomes));
    }
    members.push((subject, value));
    Ok(members)
}

/// What a resolver that has `secrets` says about each that is asked for.
fn outcomes(
    host: &Host,
    value: &str,
    root: bool,
    secrets: &BTreeMap<String, Value>,
) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Names {
        ok: Vec<String>,
    }

    let request = format!(r#"{{"v":1,"ask":"secrets","value":{value},"root":{root}}}"#);
    let answer = Json::parse(&request).and_then(|request| host.decide(&request));
    let answer = answer.map_err(|error| error.to_string())?;
    let names: Names = serde_json::from_str(&answer).map_err(|it| it.to_string())?;
    let outcome = |name: String| {
        let outcome = match secrets.get(&name) {
            Some(value) => serde_json::json!({ "value": value }),
            None => serde_json::json!({ "error": format!("{NO_SUCH_SECRET} {name}") }),
        };
        (name, outcome)
    };
    let outcomes: serde_json::Map<_, _> = names.ok.into_iter().map(outcome).collect();
    Ok(Value::Object(outcomes).to_string())
}

fn correlation(case: &Case<'_>, input: &str) -> Result<Members, String> {
    let input: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(input).map_err(|error| format!("`input`: {error}"))?;
    let rules = case.raw("env").unwrap_or("null").to_owned();
    let mut members = vec![("ask", quoted("correlation")), ("legacyRules", rules)];
    for (theirs, ours) in [
        ("eventName", "eventName"),
        ("payload", "payload"),
        ("explicitCorrelationKey", "explicit"),
    ] {
        members.extend(input.get(theirs).map(|value| (ours, value.to_string())));
    }
    Ok(members)
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
