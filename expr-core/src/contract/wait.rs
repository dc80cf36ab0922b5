//! Waits for events: which signal one takes, and whether one is configured rightly.

use super::answer::Answer;
use super::ask::{Answered, Ask, bad_member};
use super::correlation::read_path;
use crate::builtin::{iso_timestamp, trim};
use crate::error::Result;
use crate::value::{Array, Text, Value};
use alloc::vec::Vec;

/// What a filter needs for its value, when it is published.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operand {
    Nothing,
    Scalar,
    Text,
    List,
}

/// The operators of filters.
const OPERATORS: [(&str, Operand); 13] = [
    ("=", Operand::Scalar),
    ("!=", Operand::Scalar),
    ("in", Operand::List),
    ("not_in", Operand::List),
    ("exists", Operand::Nothing),
    ("not_exists", Operand::Nothing),
    (">", Operand::Scalar),
    (">=", Operand::Scalar),
    ("<", Operand::Scalar),
    ("<=", Operand::Scalar),
    ("contains", Operand::Text),
    ("starts_with", Operand::Text),
    ("ends_with", Operand::Text),
];

/// Why a filter does not hold; the words are published in docs/wire.md.
const NO_VALUE: &str = "no-value";
const WRONG_TYPE: &str = "wrong-type";
const UNEQUAL: &str = "unequal";
const UNKNOWN_OPERATOR: &str = "unknown-operator";

/// The first signal that a wait takes.
pub(crate) fn wait_match(ask: &mut Ask) -> Answered {
    let descriptor = ask.given("descriptor");
    let event = ask.member(descriptor, "eventName");
    let filters = ask.items(ask.member(descriptor, "filters"));
    let key = wait_key(ask, ask.member(descriptor, "correlationKey"))?;
    let signals = ask.items(ask.given("signals"));
    let mut index = None;
    // One column of the answer each, filled signal by signal.
    let mut per_filter = Answer::default();
    let mut reasons = Answer::default();
    let mut mismatches = Answer::default();
    ask.out.raw("{").name("normalized").raw("[");
    for (position, &signal) in signals.iter().enumerate() {
        let signal = normalize(ask, signal)?;
        ask.out.item();
        ask.write(signal)?;
        let payload = ask.member(signal, "payload");
        let mut all_hold = true;
        per_filter.item().raw("[");
        reasons.item().raw("[");
        for &filter in &filters {
            let why = why_not(ask, filter, payload)?;
            all_hold &= why.is_none();
            per_filter.item().bool(why.is_none());
            reasons.item().optional(why.map(str::as_bytes));
        }
        per_filter.raw("]");
        reasons.raw("]");
        let signal_key = ask.bytes(ask.member(signal, "correlationKey"));
        let mismatch = if !same(ask, ask.member(signal, "eventName"), event) {
            Some("event-name")
        } else if key.is_some() && key.as_deref() != signal_key {
            Some("correlation-key")
        } else if !all_hold {
            Some("filter")
        } else {
            index = index.or(Some(position));
            None
        };
        mismatches.item().optional(mismatch.map(str::as_bytes));
    }
    let out = &mut ask.out;
    out.raw("]").name("index");
    match index {
        Some(index) => out.number(u64::from(crate::value::length(index))),
        None => out.raw("-1"),
    };
    let columns =
        [("perFilter", per_filter), ("reasons", reasons), ("mismatches", mismatches)];
    for (name, column) in columns {
        out.name(name).raw("[").raw(column.into_bytes()).raw("]");
    }
    out.name("filterSchemaValid").raw("[");
    for filter in filters {
        let valid = is_valid_filter(ask, filter);
        ask.out.item().bool(valid);
    }
    ask.out.raw("]}");
    Ok(())
}

/// The key of a wait, trimmed like those of events; null waits for any key.
fn wait_key(ask: &Ask, key: Value) -> Result<Option<Vec<u8>>> {
    if matches!(key, Value::Null | Value::Undefined) {
        return Ok(None);
    }
    let text = ask.scalar_text(key).ok_or_else(|| {
        bad_member("descriptor.correlationKey", "a string, a number, a boolean or null")
    })?;
    Ok(Some(trim(&text).to_vec()))
}

/// A signal as a run keeps it.
fn normalize(ask: &mut Ask, signal: Value) -> Result<Value> {
    ask.charge(1)?;
    let text = |value: Value| match value {
        Value::String(_) => value,
        _ => Value::Null,
    };
    let event_id = text(ask.member(signal, "eventId"));
    let key = text(ask.member(signal, "correlationKey"));
    let name = text(ask.member(signal, "eventName"));
    let payload = match ask.member(signal, "payload") {
        payload @ Value::Object(_) => payload,
        _ => ask.object(&[])?,
    };
    let received = match (ask.member(signal, "receivedAt"), ask.now) {
        (received @ Value::String(_), _) => received,
        (_, Some(now)) => Value::String(ask.heap.add_text(&iso_timestamp(now))?),
        (_, None) => Value::Null,
    };
    ask.object(&[
        ("eventId", event_id),
        ("eventName", name),
        ("correlationKey", key),
        ("payload", payload),
        ("receivedAt", received),
    ])
}

/// Why a filter does not hold for a payload.
fn why_not(ask: &mut Ask, filter: Value, payload: Value) -> Result<Option<&'static str>> {
    ask.charge(1)?;
    let path = ask.bytes(ask.member(filter, "path")).unwrap_or_default();
    let path = path.strip_prefix(b"$.").or(path.strip_prefix(b".")).unwrap_or(path);
    let found = read_path(ask, payload, path);
    let wanted = ask.member(filter, "value");
    let operator = ask.bytes(ask.member(filter, "op")).unwrap_or_default();
    let Some((operator, _)) =
        OPERATORS.iter().find(|(name, _)| name.as_bytes() == operator).copied()
    else {
        return Ok(Some(UNKNOWN_OPERATOR));
    };
    let holds = match operator {
        "=" => Some(same(ask, found, wanted)),
        "!=" => Some(!same(ask, found, wanted)),
        "exists" => Some(!found.is_undefined()),
        "not_exists" => Some(found.is_undefined()),
        "in" | "not_in" => match wanted.as_array() {
            Some(list) => Some(includes(ask, list, found)? == (operator == "in")),
            None => None,
        },
        "contains" | "starts_with" | "ends_with" => {
            match (found.as_text(), wanted.as_text()) {
                (Some(text), Some(part)) => Some(has_part(ask, text, part, operator)?),
                _ => None,
            }
        }
        _ => match (found.as_number(), wanted.as_number()) {
            (Some(left), Some(right)) => Some(match operator {
                ">" => left > right,
                ">=" => left >= right,
                "<" => left < right,
                _ => left <= right,
            }),
            _ => None,
        },
    };
    Ok(match holds {
        Some(true) => None,
        _ if found.is_undefined() => Some(NO_VALUE),
        Some(false) => Some(UNEQUAL),
        None => Some(WRONG_TYPE),
    })
}

/// JavaScript's `===`, for which no two containers of a document are the same.
fn same(ask: &Ask, left: Value, right: Value) -> bool {
    match (left, right) {
        (Value::Array(_) | Value::Object(_), _) => false,
        (Value::String(left), Value::String(right)) => {
            ask.heap.bytes(left) == ask.heap.bytes(right)
        }
        (left, right) => left == right,
    }
}

fn includes(ask: &mut Ask, list: Array, value: Value) -> Result<bool> {
    ask.charge(u64::from(list.len))?;
    Ok(ask.heap.items(list).iter().any(|&item| same(ask, item, value)))
}

/// JavaScript's `includes`, `startsWith` and `endsWith`, which compare UTF-16 units.
fn has_part(ask: &mut Ask, text: Text, part: Text, operator: &str) -> Result<bool> {
    let cost = u64::from(text.len).saturating_mul(u64::from(part.len)) >> 5;
    ask.charge(cost.saturating_add(u64::from(text.len)))?;
    let (text, part) = (ask.heap.text(text).to_units(), ask.heap.text(part).to_units());
    Ok(match operator {
        "starts_with" => text.starts_with(&part),
        "ends_with" => text.ends_with(&part),
        _ => part.is_empty() || text.windows(part.len()).any(|window| window == part),
    })
}

/// Whether a filter can be published.
fn is_valid_filter(ask: &Ask, filter: Value) -> bool {
    let Value::Object(object) = filter else { return false };
    let path = ask.bytes(ask.member(filter, "path"));
    let operator = ask.bytes(ask.member(filter, "op")).unwrap_or_default();
    let operator = OPERATORS.iter().find(|(name, _)| name.as_bytes() == operator);
    let value = ask.member(filter, "value");
    let members = if value.is_undefined() { 2 } else { 3 };
    let (Some(path), Some((_, operand))) = (path, operator) else { return false };
    let fits = match operand {
        Operand::Nothing => value.is_undefined(),
        Operand::Scalar => is_scalar(value),
        Operand::Text => value.as_text().is_some(),
        Operand::List => match value.as_array() {
            Some(list) => ask.heap.items(list).iter().all(|&item| is_scalar(item)),
            None => false,
        },
    };
    fits && !path.is_empty() && ask.heap.member_count(object) == members
}

fn is_scalar(value: Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))
}

/// Everything that is wrong with the configuration of a wait.
pub(crate) fn wait_config(ask: &mut Ask) -> Answered {
    let config = ask.given("config");
    let mut errors = Vec::new();
    if matches!(config, Value::Object(_)) {
        check_config(ask, config, &mut errors);
    } else {
        errors.push("event.wait config is required");
    }
    ask.out.raw("{").name("valid").bool(errors.is_empty());
    ask.out.name("errors").texts(&errors).raw("}");
    Ok(())
}

fn check_config(ask: &Ask, config: Value, errors: &mut Vec<&'static str>) {
    let member = |name| ask.member(config, name);
    let is_expression_map = |value: Value| {
        let all_expressions =
            |values: Vec<_>| values.iter().all(|&(_, it)| ask.expression(it).is_some());
        matches!(value, Value::Object(_)) && all_expressions(ask.members(value))
    };
    let absent = |value: Value| value.is_undefined();
    if ask.bytes(member("eventName")).is_none_or(<[u8]>::is_empty) {
        errors.push("event.wait requires eventName");
    }
    if ask.expression(member("correlationKey")).is_none() {
        errors.push("event.wait requires correlationKey expression");
    }
    let is_filter = |&filter: &Value| is_valid_filter(ask, filter);
    let filters_fit = match member("filters") {
        Value::Undefined => true,
        Value::Array(filters) => ask.heap.items(filters).iter().all(is_filter),
        _ => false,
    };
    if !filters_fit {
        errors.push("event.wait filters must be a valid filter array");
    }
    let timeout = member("timeoutMs");
    if !absent(timeout) && timeout.as_number().is_none_or(|ms| ms <= 0.0) {
        errors.push("event.wait timeoutMs must be a positive number");
    }
    let assign = member("assign");
    if !absent(assign) && !is_expression_map(assign) {
        errors.push("event.wait assign must be an expression map");
    }
}
