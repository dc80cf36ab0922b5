//! An event → the keys by which waits find it.

use super::ask::{Answered, Ask, Unevaluated};
use super::assignment::segments;
use super::rules::{Rule, Rules};
use crate::builtin::trim;
use crate::error::{ErrorClass, Result};
use crate::value::Value;
use alloc::vec::Vec;

const EXPLICIT: &str = "event.workflow_correlation_key";
const MISSING: &str =
    "no explicit key and no configured derivation path produced a value";

/// What an event's rules came to.
#[derive(Default)]
struct Derived {
    keys: Vec<Vec<u8>>,
    /// The labels of the rules that gave a key, comma-separated.
    paths: Vec<u8>,
    /// What gave none although something is there, comma-separated.
    skipped: Vec<u8>,
    /// The rule without which there is no key.
    lacking: Option<Vec<u8>>,
}

/// `resolveCorrelation`.
pub(crate) fn correlation(ask: &mut Ask) -> Answered {
    let explicit = ask.bytes(ask.given("explicit")).map(|key| trim(key).to_vec());
    let rules = Rules::of(ask)?;
    if let Some(key) = explicit.filter(|key| !key.is_empty()) {
        answer(ask, &[key], "explicit", EXPLICIT.as_bytes(), false);
        return Ok(());
    }
    let event = ask.bytes(ask.given("eventName")).unwrap_or_default().to_vec();
    let derived = derive(ask, &rules, &event)?;
    let mut detail = Vec::new();
    let keys = match &derived.lacking {
        Some(label) => {
            detail.extend_from_slice(b"no value for the required rule ");
            detail.extend_from_slice(label);
            &[]
        }
        None if derived.keys.is_empty() => {
            detail.extend_from_slice(MISSING.as_bytes());
            &[]
        }
        None => {
            detail.extend_from_slice(b"paths:");
            detail.extend_from_slice(&derived.paths);
            detail.extend_from_slice(b" (");
            detail.extend_from_slice(rules.name().as_bytes());
            detail.push(b')');
            derived.keys.as_slice()
        }
    };
    if !derived.skipped.is_empty() {
        detail.extend_from_slice(b" skipped:");
        detail.extend_from_slice(&derived.skipped);
    }
    let source = if keys.is_empty() { "missing" } else { "derived" };
    let ambiguous = keys.len() > 1 && matches!(rules, Rules::Strict(_));
    answer(ask, keys, source, &detail, ambiguous);
    Ok(())
}

fn answer(ask: &mut Ask, keys: &[Vec<u8>], source: &str, detail: &[u8], ambiguous: bool) {
    let out = &mut ask.out;
    out.raw("{").name("key").optional(keys.first().map(Vec::as_slice));
    out.name("keys").texts(keys);
    out.name("source").text(source).name("detail").text(detail);
    if ambiguous {
        out.name("ambiguous").bool(true);
    }
    out.raw("}");
}

fn derive(ask: &mut Ask, rules: &Rules, event: &[u8]) -> Answered<Derived> {
    let mut derived = Derived::default();
    let payload = ask.given("payload");
    let mut context = None;
    for rule in rules.for_event(ask, event)? {
        ask.charge(1)?;
        let found = match rule.source {
            Some(source) => {
                let known = match context {
                    Some(context) => context,
                    None => event_context(ask, payload)?,
                };
                context = Some(known);
                match ask.run(source, known) {
                    Ok(json) => ask.read(&json)?,
                    // No value at all is no failure, as with a path.
                    Err(Unevaluated::Run(error) | Unevaluated::Source(error))
                        if error.class() == ErrorClass::NotSerializable =>
                    {
                        Value::Undefined
                    }
                    Err(Unevaluated::Run(error) | Unevaluated::Source(error)) => {
                        if error.class() == ErrorClass::Budget {
                            return Err(error.into());
                        }
                        skip(&mut derived, &rule, error.code());
                        Value::Undefined
                    }
                }
            }
            None => read_path(ask, payload, &rule.label),
        };
        take(ask, &mut derived, rule, found)?;
    }
    Ok(derived)
}

/// What the expression of a rule sees: the context of a trigger's mapping.
fn event_context(ask: &mut Ask, payload: Value) -> Result<Value> {
    let name = ask.given("eventName");
    let event = match payload {
        Value::Undefined => ask.object(&[("name", name)])?,
        payload => ask.object(&[("name", name), ("payload", payload)])?,
    };
    ask.object(&[("event", event)])
}

fn take(ask: &mut Ask, derived: &mut Derived, rule: Rule, found: Value) -> Result<()> {
    match found {
        Value::Array(_) => skip(derived, &rule, "array"),
        Value::Object(_) => skip(derived, &rule, "object"),
        _ => {}
    }
    let key = ask.scalar_text(found).map(|key| trim(&key).to_vec());
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        if rule.required && derived.lacking.is_none() {
            derived.lacking = Some(rule.label);
        }
        return Ok(());
    };
    ask.charge(u64::from(crate::value::length(derived.keys.len())))?;
    if !derived.keys.contains(&key) {
        derived.keys.push(key);
        separate(&mut derived.paths);
        derived.paths.extend_from_slice(&rule.label);
    }
    Ok(())
}

fn skip(derived: &mut Derived, rule: &Rule, reason: &str) {
    separate(&mut derived.skipped);
    derived.skipped.extend_from_slice(&rule.label);
    derived.skipped.extend_from_slice(b" (");
    derived.skipped.extend_from_slice(reason.as_bytes());
    derived.skipped.push(b')');
}

fn separate(list: &mut Vec<u8>) {
    if !list.is_empty() {
        list.push(b',');
    }
}

/// The own member at the end of a dotted path through objects.
pub(super) fn read_path(ask: &Ask, root: Value, path: &[u8]) -> Value {
    segments(path).fold(root, |value, segment| ask.own(value, segment))
}
