//! Waits for events: which signal one takes, and whether one is configured rightly.

use super::answer::Answer;
use super::ask::{Answered, Ask};
use super::shape::{Kind, Member, Shape, closed, expect, may, must};
use crate::builtin::{contains, iso_timestamp, trim};
use crate::error::Result;
use crate::text::{Wtf8, char_start};
use crate::value::{Array, Text, Value, index};
use alloc::vec::Vec;

/// What a filter needs for its value, when it is published.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operand {
    Nothing,
    Scalar,
    Text,
    List,
}

/// What a filter looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    Same,
    Included,
    Exists,
    Above,
    Below,
    Contains,
    Starts,
    Ends,
}

/// An operator: its name, what it needs, its test, and whether that must fail.
type Operator = (&'static str, Operand, Test, bool);

/// The operators of filters.
const OPERATORS: [Operator; 13] = [
    ("=", Operand::Scalar, Test::Same, false),
    ("!=", Operand::Scalar, Test::Same, true),
    ("in", Operand::List, Test::Included, false),
    ("not_in", Operand::List, Test::Included, true),
    ("exists", Operand::Nothing, Test::Exists, false),
    ("not_exists", Operand::Nothing, Test::Exists, true),
    (">", Operand::Scalar, Test::Above, false),
    (">=", Operand::Scalar, Test::Below, true),
    ("<", Operand::Scalar, Test::Below, false),
    ("<=", Operand::Scalar, Test::Above, true),
    ("contains", Operand::Text, Test::Contains, false),
    ("starts_with", Operand::Text, Test::Starts, false),
    ("ends_with", Operand::Text, Test::Ends, false),
];

const DESCRIPTOR: Shape = closed(&[
    must("eventName", Kind::Text),
    may("correlationKey", Kind::Scalar),
    may("filters", Kind::Array),
]);

/// What else a filter has keeps it from being published, and not from being used.
const FILTER: Shape =
    Shape { members: &[must("path", Kind::Text), must("op", Kind::Text)], open: true };

/// What a run keeps of a signal. Signals that were planned elsewhere have no list of keys.
const SIGNAL: [Member; 6] = [
    must("eventId", Kind::Text),
    must("eventName", Kind::Text),
    must("correlationKey", Kind::Text),
    must("payload", Kind::Object),
    must("receivedAt", Kind::Text),
    may("correlationKeys", Kind::Array),
];

/// Why a filter does not hold; the words are published in docs/wire.md.
const NO_VALUE: &str = "no-value";
const WRONG_TYPE: &str = "wrong-type";
const UNEQUAL: &str = "unequal";
const UNKNOWN_OPERATOR: &str = "unknown-operator";

/// The first signal that a wait takes.
pub(crate) fn wait_match(ask: &mut Ask) -> Answered {
    Ok(match_signals(ask)?)
}

fn match_signals(ask: &mut Ask) -> Result<()> {
    let descriptor = ask.given("descriptor");
    expect(ask, descriptor, &DESCRIPTOR, ("descriptor", None))?;
    let event = ask.member(descriptor, "eventName");
    let filters = ask.items(ask.member(descriptor, "filters"));
    for (position, &filter) in filters.iter().enumerate() {
        ask.charge(1)?;
        expect(ask, filter, &FILTER, ("descriptor/filters", Some(position)))?;
    }
    let key = wait_key(ask, ask.member(descriptor, "correlationKey"));
    let signals = ask.items(ask.given("signals"));
    let mut first = None;
    let nothing = ask.object(&[])?;
    // A column of the answer each, filled signal by signal.
    let [mut per_filter, mut reasons, mut mismatches] = <[Answer; 3]>::default();
    ask.out.raw(r#"{"normalized":["#);
    for (position, &signal) in signals.iter().enumerate() {
        ask.charge(1)?;
        write_normalized(ask, signal)?;
        // As it was normalized.
        let payload = match ask.member(signal, "payload") {
            payload @ Value::Object(_) => payload,
            _ => nothing,
        };
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
        let mismatch = if !same(ask, ask.member(signal, "eventName"), event) {
            Some("event-name")
        } else if !has_key(ask, signal, key.as_deref())? {
            Some("correlation-key")
        } else if !all_hold {
            Some("filter")
        } else {
            first = first.or(Some(position));
            None
        };
        mismatches.item().optional(mismatch.map(str::as_bytes));
    }
    let out = &mut ask.out;
    out.raw(r#"],"index":"#);
    match first {
        Some(first) => out.number(u64::from(crate::value::length(first))),
        None => out.raw("-1"),
    };
    out.raw(r#","perFilter":["#).raw(per_filter.bytes());
    out.raw(r#"],"reasons":["#).raw(reasons.bytes());
    out.raw(r#"],"mismatches":["#).raw(mismatches.bytes());
    out.raw(r#"],"filterSchemaValid":["#);
    for filter in filters {
        let valid = is_valid_filter(ask, filter);
        ask.out.item().bool(valid);
    }
    ask.out.raw("]}");
    Ok(())
}

/// The key of a wait, trimmed as those of events are when they are derived; nothing where
/// the wait is for any. A blank one is the key of no event.
pub(super) fn wait_key(ask: &Ask, key: Value) -> Option<Vec<u8>> {
    ask.scalar_text(key).map(|key| trim(&key).to_vec())
}

/// Whether a signal came with a key: the one that it is named by, or another of its event.
fn has_key(ask: &mut Ask, signal: Value, key: Option<&[u8]>) -> Result<bool> {
    let mut keys = ask.items(ask.member(signal, "correlationKeys"));
    keys.push(ask.member(signal, "correlationKey"));
    ask.charge(u64::from(crate::value::length(keys.len())))?;
    let has = |key: &[u8]| {
        !key.is_empty() && keys.into_iter().any(|known| ask.bytes(known) == Some(key))
    };
    Ok(key.is_none_or(has))
}

/// Writes a signal as a run keeps it: what is of another kind is as if it was not there.
fn write_normalized(ask: &mut Ask, signal: Value) -> Result<()> {
    ask.out.item().raw("{");
    for &Member { name, kind, required } in &SIGNAL {
        let value = ask.member(signal, name);
        let fits = kind.fits(&ask.heap, value);
        if fits || required {
            ask.out.name(name);
        }
        if fits {
            ask.write(value)?;
        } else if required {
            match (name, ask.now) {
                ("payload", _) => ask.out.raw("{}"),
                ("receivedAt", Some(now)) => ask.out.text(iso_timestamp(now)),
                _ => ask.out.raw("null"),
            };
        }
    }
    ask.out.raw("}");
    Ok(())
}

/// Why a filter does not hold for a payload.
fn why_not(ask: &mut Ask, filter: Value, payload: Value) -> Result<Option<&'static str>> {
    ask.charge(1)?;
    let path = ask.bytes(ask.member(filter, "path")).unwrap_or_default();
    let path = path.strip_prefix(b"$.").or(path.strip_prefix(b".")).unwrap_or(path);
    let found = ask.at(payload, path);
    let wanted = ask.member(filter, "value");
    let Some(&(_, _, test, negated)) = operator(ask, filter) else {
        return Ok(Some(UNKNOWN_OPERATOR));
    };
    // Nothing where the test cannot be made, which its opposite does not turn into success.
    let passed = match (test, found, wanted) {
        (Test::Same, ..) => Some(same(ask, found, wanted)),
        (Test::Exists, ..) => Some(!found.is_undefined()),
        (Test::Included, _, Value::Array(list)) => Some(includes(ask, list, found)?),
        (Test::Above, Value::Number(left), Value::Number(right)) => Some(left > right),
        (Test::Below, Value::Number(left), Value::Number(right)) => Some(left < right),
        (_, Value::String(text), Value::String(part)) => has_part(ask, text, part, test)?,
        _ => None,
    };
    Ok(match passed {
        Some(passed) if passed != negated => None,
        _ if found.is_undefined() => Some(NO_VALUE),
        Some(_) => Some(UNEQUAL),
        None => Some(WRONG_TYPE),
    })
}

fn operator(ask: &Ask, filter: Value) -> Option<&'static Operator> {
    let name = ask.member(filter, "op");
    OPERATORS.iter().find(|row| ask.is(name, row.0))
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

/// JavaScript's `includes`, `startsWith` and `endsWith`, which compare UTF-16 units;
/// nothing for tests of something else.
fn has_part(ask: &mut Ask, text: Text, part: Text, test: Test) -> Result<Option<bool>> {
    let looked_at = if test == Test::Contains { text.len } else { part.len };
    ask.charge(u64::from(looked_at >> 5))?;
    let heap = &mut ask.heap;
    if test == Test::Contains {
        return contains(heap, text, part).map(Some);
    }
    let (text, units) = (heap.bytes(text), heap.text(part).to_units());
    // A surrogate of the part, in three bytes, may be half of a pair in four.
    let len = index(part.len).saturating_add(1).min(text.len());
    let end = if test == Test::Starts {
        text.get(..char_start(text, len))
    } else {
        text.get(char_start(text, text.len().saturating_sub(len))..)
    };
    let end = Wtf8::new(end.unwrap_or_default()).to_units();
    Ok(match test {
        Test::Starts => Some(end.starts_with(&units)),
        Test::Ends => Some(end.ends_with(&units)),
        _ => None,
    })
}

/// Whether a filter can be published.
fn is_valid_filter(ask: &Ask, filter: Value) -> bool {
    let Value::Object(object) = filter else { return false };
    let path = ask.bytes(ask.member(filter, "path"));
    let value = ask.member(filter, "value");
    let members = if value.is_undefined() { 2 } else { 3 };
    let (Some(path), Some((_, operand, ..))) = (path, operator(ask, filter)) else {
        return false;
    };
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
    if !Kind::Name.fits(&ask.heap, member("eventName")) {
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
