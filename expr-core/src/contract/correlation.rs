//! An event → the keys by which waits find it.

use super::ask::{Answered, Ask, Unevaluated, joined, quoted};
use super::rules::{Rule, Rules};
use crate::builtin::trim;
use crate::error::{Error, ErrorClass, ErrorKind, Result};
use crate::value::{Text, Value};
use alloc::vec::Vec;

const EXPLICIT: &str = "event.workflow_correlation_key";
const MISSING: &[u8] =
    b"no explicit key and no configured derivation path produced a value";

/// What an event's rules came to. The lists are comma-separated.
#[derive(Default)]
struct Derived {
    keys: Vec<Text>,
    /// The labels of the rules that gave a key.
    paths: Vec<u8>,
    /// What gave none although something is there.
    skipped: Vec<u8>,
    /// Every rule, and why it gave none.
    tried: Vec<u8>,
    /// Whether a required rule gave none.
    lacking: bool,
}

/// `resolveCorrelation`.
pub(crate) fn correlation(ask: &mut Ask) -> Answered {
    Ok(correlate(ask)?)
}

fn correlate(ask: &mut Ask) -> Result<()> {
    let explicit = ask.bytes(ask.given("explicit")).map(|key| trim(key).to_vec());
    let rules = Rules::of(ask)?;
    if let Some(key) = explicit.filter(|key| !key.is_empty()) {
        let key = ask.intern(&key);
        answer(ask, &[key], "explicit", EXPLICIT.as_bytes(), false);
        return Ok(());
    }
    let event = ask.bytes(ask.given("eventName")).unwrap_or_default().to_vec();
    let derived = derive(ask, &rules, &event)?;
    if derived.lacking {
        let (event, rules) = (quoted(&event), quoted(&derived.tried));
        return Err(Error::from(ErrorKind::MissingKey { event, rules }));
    }
    let missing = derived.keys.is_empty();
    let mut detail = if missing {
        MISSING.to_vec()
    } else {
        joined(&[b"paths:", &derived.paths, b" (", rules.name.as_bytes(), b")"])
    };
    if !derived.skipped.is_empty() {
        detail.extend_from_slice(b" skipped:");
        detail.extend_from_slice(&derived.skipped);
    }
    let source = if missing { "missing" } else { "derived" };
    let ambiguous = derived.keys.len() > 1 && rules.strict;
    answer(ask, &derived.keys, source, &detail, ambiguous);
    Ok(())
}

fn answer(ask: &mut Ask, keys: &[Text], source: &str, detail: &[u8], ambiguous: bool) {
    let out = &mut ask.out;
    let key = keys.first().map(|&key| ask.heap.bytes(key));
    out.raw(r#"{"key":"#).optional(key).raw(r#","keys":["#);
    for &key in keys {
        out.item().text(ask.heap.bytes(key));
    }
    out.raw(r#"],"source":"#).text(source).raw(r#","detail":"#).text(detail);
    out.raw(if ambiguous { r#","ambiguous":true}"# } else { "}" });
}

fn derive(ask: &mut Ask, rules: &Rules, event: &[u8]) -> Result<Derived> {
    let mut derived = Derived::default();
    let payload = ask.given("payload");
    let context = event_context(ask, payload)?;
    for rule in rules.for_event(ask, event)? {
        ask.charge(1)?;
        let (found, failure) = match rule.source {
            None => (ask.at(payload, ask.heap.bytes(rule.label)), ""),
            Some(source) => evaluate(ask, source, context)?,
        };
        take(ask, &mut derived, rule, found, failure)?;
    }
    Ok(derived)
}

/// The value of an expression, or the code of what it failed with. No value at all is no
/// failure, as with a path.
fn evaluate(
    ask: &mut Ask,
    source: Text,
    context: Value,
) -> Result<(Value, &'static str)> {
    match (ask.evaluate)(&mut ask.heap, source, context, ask.now) {
        Ok(Some(json)) => Ok((ask.read(&json)?, "")),
        Ok(None) => Ok((Value::Undefined, "")),
        Err(Unevaluated::Run(error) | Unevaluated::Source(error)) => {
            match error.class() {
                ErrorClass::Budget => Err(error),
                _ => Ok((Value::Undefined, error.code())),
            }
        }
    }
}

/// What the expression of a rule sees: the context of a trigger's mapping, and the payload
/// as the expressions of steps call it.
fn event_context(ask: &mut Ask, payload: Value) -> Result<Value> {
    let mut members = [("name", ask.given("eventName")), ("payload", payload)];
    let count = if payload.is_undefined() { 1 } else { 2 };
    let event = ask.object(members.get(..count).unwrap_or_default())?;
    if let Some(first) = members.first_mut() {
        *first = ("event", event);
    }
    ask.object(members.get(..count).unwrap_or_default())
}

fn take(
    ask: &mut Ask,
    derived: &mut Derived,
    rule: Rule,
    found: Value,
    failure: &'static str,
) -> Result<()> {
    let why = match found {
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        _ => failure,
    };
    let label = ask.heap.bytes(rule.label);
    if !why.is_empty() {
        note(&mut derived.skipped, label, why);
    }
    let key = ask.scalar_text(found).unwrap_or_default();
    let key = trim(&key);
    let lacking = key.is_empty() && rule.required;
    let failed = if lacking && why.is_empty() { "required" } else { why };
    note(&mut derived.tried, label, failed);
    derived.lacking |= lacking;
    ask.charge(u64::from(crate::value::length(derived.keys.len())))?;
    let key = ask.intern(key);
    if key.len > 0 && !derived.keys.contains(&key) {
        derived.keys.push(key);
        note(&mut derived.paths, ask.heap.bytes(rule.label), "");
    }
    Ok(())
}

/// Adds a rule to a list, and the reason why it is there.
fn note(list: &mut Vec<u8>, label: &[u8], why: &str) {
    if !list.is_empty() {
        list.push(b',');
    }
    list.extend_from_slice(label);
    if !why.is_empty() {
        list.extend_from_slice(&joined(&[b" (", why.as_bytes(), b")"]));
    }
}
