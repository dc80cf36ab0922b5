//! The rules that derive correlation keys: which paths or expressions each event has.
//!
//! There is one strict, versioned document. The text of the variable that it replaces is
//! still read, as leniently as ever: what makes no sense there is passed over.

use super::ask::{Answered, Ask, bad_member, push_index, push_segment, quoted};
use super::parse_source;
use crate::builtin::trim;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{ReadLimits, Text, Value, Wanted, read_json};
use alloc::vec::Vec;

/// The version of the strict document.
const VERSION: f64 = 1.0;

/// The paths of events that the contract itself knows.
const DEFAULTS: [(&[&str], &[&str]); 3] = [
    (
        &[
            "TICKET_CREATED",
            "TICKET_UPDATED",
            "TICKET_CLOSED",
            "TICKET_COMMENT_ADDED",
            "TICKET_RESPONSE_STATE_CHANGED",
        ],
        &["ticketId"],
    ),
    (
        &["INVOICE_FINALIZED", "INVOICE_SENT", "INVOICE_STATUS_CHANGED"],
        &["invoiceId", "clientId"],
    ),
    (&["*"], &["ticketId", "clientId", "invoiceId", "projectId", "paymentId"]),
];

/// A way to derive a key.
pub(super) struct Rule {
    /// How messages call it: its path or its source.
    pub(super) label: Vec<u8>,
    /// The source, of an expression.
    pub(super) source: Option<Text>,
    /// Whether no key is derived at all when this one has none.
    pub(super) required: bool,
}

/// The rules that hold for a request.
pub(super) enum Rules {
    /// The contract's own.
    Default,
    /// The text of the variable, an object.
    Legacy(Value),
    /// The strict document's `events`.
    Strict(Value),
}

impl Rules {
    /// The rules that a request gives.
    pub(super) fn of(ask: &mut Ask) -> Answered<Rules> {
        let (strict, legacy) = (ask.given("rules"), ask.given("legacyRules"));
        if strict.is_undefined() {
            return Ok(match legacy.as_text() {
                Some(text) => Rules::legacy(ask, text),
                None => Rules::Default,
            });
        }
        if !legacy.is_undefined() {
            return Err(bad_member("legacyRules", "absent beside `rules`").into());
        }
        let mut problems = Vec::new();
        check(ask, strict, &mut problems)?;
        match problems.into_iter().next() {
            None => Ok(Rules::Strict(ask.member(strict, "events"))),
            Some((pointer, problem)) => {
                let pointer = quoted(&pointer);
                Err(Error::from(ErrorKind::BadRules { pointer, problem }).into())
            }
        }
    }

    fn legacy(ask: &mut Ask, text: Text) -> Rules {
        let json = ask.heap.bytes(text).to_vec();
        match read_json(&mut ask.heap, &json, Wanted::Whole, ReadLimits::default()) {
            Ok(config @ Value::Object(_)) => Rules::Legacy(config),
            _ => Rules::Default,
        }
    }

    /// How the detail of an answer calls them.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Rules::Default => "default",
            Rules::Legacy(_) => "env",
            Rules::Strict(_) => "rules",
        }
    }

    /// The rules of an event, then those of all events; each path once.
    pub(super) fn for_event(&self, ask: &mut Ask, event: &[u8]) -> Result<Vec<Rule>> {
        let mut found: Vec<Rule> = Vec::new();
        for name in [event, b"*"] {
            for rule in self.named(ask, name) {
                ask.charge(u64::from(crate::value::length(found.len())))?;
                if !found.iter().any(|known| known.label == rule.label) {
                    found.push(rule);
                }
            }
        }
        Ok(found)
    }

    fn named(&self, ask: &Ask, event: &[u8]) -> Vec<Rule> {
        let mut found = Vec::new();
        match self {
            Rules::Default => {
                for (events, paths) in DEFAULTS {
                    if events.iter().any(|it| it.as_bytes() == event) {
                        for path in paths {
                            found.extend(Rule::path(path.as_bytes()));
                        }
                    }
                }
            }
            Rules::Legacy(config) => {
                let paths = ask.own(*config, event);
                let one = [paths];
                let paths = match paths {
                    Value::Array(paths) => ask.heap.items(paths),
                    _ => &one,
                };
                for &path in paths {
                    found.extend(ask.bytes(path).and_then(Rule::path));
                }
            }
            Rules::Strict(events) => {
                for rule in ask.items(ask.own(*events, event)) {
                    found.extend(Rule::strict(ask, rule));
                }
            }
        }
        found
    }
}

impl Rule {
    fn path(path: &[u8]) -> Option<Rule> {
        let label = trim(path).to_vec();
        (!label.is_empty()).then_some(Rule { label, source: None, required: false })
    }

    fn strict(ask: &Ask, rule: Value) -> Option<Rule> {
        let source = ask.expression(rule);
        let path = match rule {
            Value::String(path) => Some(path),
            rule => source.or(ask.member(rule, "path").as_text()),
        };
        let required = ask.member(rule, "required") == Value::Bool(true);
        Some(Rule { source, required, ..Rule::path(ask.heap.bytes(path?))? })
    }
}

/// A place in the document and what is wrong there.
type Problem = (Vec<u8>, &'static str);

/// Answers with everything that is wrong with a strict document.
pub(crate) fn rules(ask: &mut Ask) -> Answered {
    let mut problems = Vec::new();
    check(ask, ask.given("rules"), &mut problems)?;
    ask.out.raw("{").name("valid").bool(problems.is_empty());
    ask.out.name("problems").raw("[");
    for (pointer, message) in problems {
        ask.out.item().raw("{").name("pointer").text(pointer);
        ask.out.name("message").text(message).raw("}");
    }
    ask.out.raw("]}");
    Ok(())
}

fn check(ask: &mut Ask, rules: Value, problems: &mut Vec<Problem>) -> Result<()> {
    if !matches!(rules, Value::Object(_)) {
        problems.push((Vec::new(), "the rules must be an object"));
        return Ok(());
    }
    check_members(ask, rules, b"", &["version", "events"], problems);
    if ask.member(rules, "version") != Value::Number(VERSION) {
        problems.push((b"/version".to_vec(), "the version must be 1"));
    }
    let events = ask.member(rules, "events");
    if !matches!(events, Value::Object(_)) {
        problems.push((b"/events".to_vec(), "the events must be an object"));
    }
    for (event, rules) in ask.members(events) {
        let mut pointer = b"/events".to_vec();
        push_segment(&mut pointer, ask.heap.bytes(event));
        let items = ask.items(rules);
        if items.is_empty() {
            let message = "an event must have an array of at least one rule";
            problems.push((pointer.clone(), message));
        }
        for (at, rule) in items.into_iter().enumerate() {
            ask.charge(1)?;
            let mut pointer = pointer.clone();
            push_index(&mut pointer, at);
            check_rule(ask, rule, pointer, problems);
        }
    }
    Ok(())
}

fn check_rule(ask: &Ask, rule: Value, pointer: Vec<u8>, problems: &mut Vec<Problem>) {
    let path = match rule {
        Value::Object(_) => {
            check_members(ask, rule, &pointer, &["path", "$expr", "required"], problems);
            if !matches!(ask.member(rule, "required"), Value::Undefined | Value::Bool(_))
            {
                let message = "`required` must be true or false";
                problems.push((pointer.clone(), message));
            }
            let source = ask.member(rule, "$expr");
            if !source.is_undefined() {
                if let Some(message) = bad_expression(ask, rule, source) {
                    problems.push((pointer, message));
                }
                return;
            }
            ask.member(rule, "path")
        }
        rule => rule,
    };
    if ask.bytes(path).is_none_or(|path| trim(path).is_empty()) {
        let message = "a rule must be a path, {\"path\": …} or {\"$expr\": …}";
        problems.push((pointer, message));
    }
}

fn bad_expression(ask: &Ask, rule: Value, source: Value) -> Option<&'static str> {
    if !ask.member(rule, "path").is_undefined() {
        return Some("a rule has either `path` or `$expr`");
    }
    match source.as_text() {
        None => Some("`$expr` must be a string"),
        Some(source) if parse_source(ask.heap.text(source)).is_err() => {
            Some("`$expr` must be an expression of the contract")
        }
        Some(_) => None,
    }
}

fn check_members(
    ask: &Ask,
    object: Value,
    pointer: &[u8],
    known: &[&str],
    problems: &mut Vec<Problem>,
) {
    for (name, _) in ask.members(object) {
        let name = ask.heap.bytes(name);
        if !known.iter().any(|known| known.as_bytes() == name) {
            let mut pointer = pointer.to_vec();
            push_segment(&mut pointer, name);
            problems.push((pointer, "unknown member"));
        }
    }
}
