//! The rules that derive correlation keys: which paths or expressions each event has.
//!
//! There is one strict, versioned document. The text of the variable that it replaces is
//! still read, as leniently as ever: what makes no sense there is passed over.

use super::ask::{Answered, Ask, Cursor, bad_member, push_segment, quoted};
use super::parse_source;
use super::shape::Kind;
use crate::builtin::trim;
use crate::error::{Error, ErrorKind, Result};
use crate::text::Wtf8Buf;
use crate::value::{ReadLimits, Text, Value, Wanted, read_json};
use alloc::vec::Vec;

/// The version of the strict document.
const VERSION: f64 = 1.0;

/// The contract's own rules, as the variable would hold them.
const DEFAULTS: &[u8] = br#"{"TICKET_CREATED":"ticketId","TICKET_UPDATED":"ticketId","TICKET_CLOSED":"ticketId","TICKET_COMMENT_ADDED":"ticketId","TICKET_RESPONSE_STATE_CHANGED":"ticketId","INVOICE_FINALIZED":["invoiceId","clientId"],"INVOICE_SENT":["invoiceId","clientId"],"INVOICE_STATUS_CHANGED":["invoiceId","clientId"],"*":["ticketId","clientId","invoiceId","projectId","paymentId"]}"#;

/// A way to derive a key.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// How messages call it: its path or its source, as an interned name.
    pub(super) label: Text,
    /// The source, of an expression.
    pub(super) source: Option<Text>,
    /// Whether no key is derived at all when this one has none.
    pub(super) required: bool,
}

/// The rules that hold for a request.
pub(super) struct Rules {
    /// Event → its rules; of the lenient forms any JSON.
    events: Value,
    /// How the detail of an answer calls them.
    pub(super) name: &'static str,
    /// Whether this is the strict document, which was checked.
    pub(super) strict: bool,
}

impl Rules {
    /// The rules that a request gives.
    pub(super) fn of(ask: &mut Ask) -> Result<Rules> {
        let (strict, legacy) = (ask.given("rules"), ask.given("legacyRules").as_text());
        if strict.is_undefined() {
            if let Some(text) = legacy {
                let json = ask.heap.bytes(text).to_vec();
                match read_lenient(ask, &json) {
                    Ok(rules @ Value::Object(_)) => {
                        return Ok(Rules { events: rules, name: "env", strict: false });
                    }
                    // What could not be read may well have been rules.
                    Err(error) if error.code() != "W0001" => return Err(error),
                    _ => {}
                }
            }
            let events = read_lenient(ask, DEFAULTS)?;
            return Ok(Rules { events, name: "default", strict: false });
        }
        if legacy.is_some() {
            return Err(bad_member("legacyRules", "null or absent beside `rules`"));
        }
        let mut problems = Vec::new();
        check(ask, strict, &mut problems)?;
        match problems.first() {
            None => {
                let events = ask.member(strict, "events");
                Ok(Rules { events, name: "rules", strict: true })
            }
            Some(problem) => {
                let pointer = quoted(&problem.pointer);
                let problem = problem.message();
                Err(Error::from(ErrorKind::BadRules { pointer, problem }))
            }
        }
    }

    /// The rules of an event, then those of all events; each path and each expression once,
    /// which is required if it is anywhere.
    pub(super) fn for_event(&self, ask: &mut Ask, event: &[u8]) -> Result<Vec<Rule>> {
        let mut found: Vec<Rule> = Vec::new();
        for name in [event, b"*"] {
            let rules = ask.own(self.events, name);
            let rules = match rules {
                Value::Array(_) => ask.items(rules),
                one => alloc::vec![one],
            };
            for rule in rules {
                ask.charge(u64::from(crate::value::length(found.len())))?;
                let Some(rule) = self.rule(ask, rule) else { continue };
                let same = |known: &&mut Rule| {
                    known.label == rule.label
                        && known.source.is_some() == rule.source.is_some()
                };
                match found.iter_mut().find(same) {
                    Some(known) => known.required |= rule.required,
                    None => found.push(rule),
                }
            }
        }
        Ok(found)
    }

    /// A rule as it was written; of the lenient forms only a path is one.
    fn rule(&self, ask: &mut Ask, rule: Value) -> Option<Rule> {
        let source = ask.expression(rule).filter(|_| self.strict);
        let path = match rule {
            Value::Object(_) if self.strict => {
                source.or(ask.member(rule, "path").as_text())
            }
            rule => rule.as_text(),
        };
        let path = trim(ask.heap.bytes(path?)).to_vec();
        let required = ask.member(rule, "required") == Value::Bool(true);
        let label = ask.intern(&path);
        (!path.is_empty()).then_some(Rule { label, source, required })
    }
}

/// Reads text as JavaScript does, which knows no number that is out of range.
fn read_lenient(ask: &mut Ask, json: &[u8]) -> Result<Value> {
    let limits = ReadLimits { infinite: true, ..ReadLimits::default() };
    read_json(&mut ask.heap, json, Wanted::Whole, limits)
}

const NO_OBJECT: &str = "the rules must be an object";
const BAD_VERSION: &str = "the version must be 1";
const BAD_EVENTS: &str = "the events must be an object";
const NO_RULES: &str = "an event must have an array of at least one rule";
const UNKNOWN_MEMBER: &str = "unknown member";
const BAD_REQUIRED: &str = "`required` must be true or false";
const BAD_RULE: &str = "a rule must be a path, {\"path\": …} or {\"$expr\": …}";
const TWO_FORMS: &str = "a rule has either `path` or `$expr`";
const NO_SOURCE: &str = "`$expr` must be a string";

/// Something wrong with a document of rules.
struct Problem {
    /// Where it is.
    pointer: Vec<u8>,
    /// What is wrong, unless an expression says it itself.
    fault: &'static str,
    error: Option<Error>,
}

impl Problem {
    fn message(&self) -> Wtf8Buf {
        match &self.error {
            Some(error) => error.message(),
            None => Wtf8Buf::from(self.fault),
        }
    }
}

/// Answers with everything that is wrong with a strict document.
pub(crate) fn rules(ask: &mut Ask) -> Answered {
    let mut problems = Vec::new();
    check(ask, ask.given("rules"), &mut problems)?;
    ask.out.raw(r#"{"valid":"#).bool(problems.is_empty()).raw(r#","problems":["#);
    for problem in problems {
        let out = &mut ask.out;
        out.item().raw(r#"{"pointer":"#).text(&problem.pointer);
        let code = problem.error.as_ref().map_or("C0009", Error::code);
        out.raw(r#","code":"#).text(code);
        out.raw(r#","message":"#).text(problem.message().as_wtf8().bytes());
        if let Some(error) = &problem.error {
            out.raw(r#","error":{"#).error(error, None).raw("}");
        }
        out.raw("}");
    }
    ask.out.raw("]}");
    Ok(())
}

/// The problems of a document, found part by part.
struct Check<'a> {
    ask: &'a mut Ask,
    problems: &'a mut Vec<Problem>,
    pointer: Vec<u8>,
}

fn check(ask: &mut Ask, rules: Value, problems: &mut Vec<Problem>) -> Result<()> {
    let mut check = Check { ask, problems, pointer: Vec::new() };
    if !matches!(rules, Value::Object(_)) {
        check.report(NO_OBJECT);
        return Ok(());
    }
    check.members(rules, &["version", "events"]);
    if check.ask.member(rules, "version") != Value::Number(VERSION) {
        check.report_at("version", BAD_VERSION);
    }
    let events = check.ask.member(rules, "events");
    if !matches!(events, Value::Object(_)) {
        check.report_at("events", BAD_EVENTS);
        return Ok(());
    }
    let mut walk = Cursor::new(events, b"/events");
    check.pointer = b"/events".to_vec();
    while let Some((_, rules)) = walk.next(&check.ask.heap, &mut check.pointer) {
        let mut items = Cursor::new(rules, &check.pointer);
        if rules.as_array().is_none_or(|rules| rules.len == 0) {
            check.report(NO_RULES);
            continue;
        }
        while let Some((_, rule)) = items.next(&check.ask.heap, &mut check.pointer) {
            check.ask.charge(1)?;
            check.rule(rule);
        }
    }
    Ok(())
}

impl Check<'_> {
    fn rule(&mut self, rule: Value) {
        let mut path = rule;
        if let Value::Object(_) = rule {
            self.members(rule, &["path", "$expr", "required"]);
            if !matches!(
                self.ask.member(rule, "required"),
                Value::Undefined | Value::Bool(_)
            ) {
                self.report_at("required", BAD_REQUIRED);
            }
            path = self.ask.member(rule, "path");
            let source = self.ask.member(rule, "$expr");
            if !source.is_undefined() {
                return self.expression(source, path);
            }
        }
        if !Kind::Name.fits(&self.ask.heap, path) {
            self.report(BAD_RULE);
        }
    }

    fn expression(&mut self, source: Value, path: Value) {
        if !path.is_undefined() {
            return self.report(TWO_FORMS);
        }
        match source.as_text() {
            None => self.report_at("$expr", NO_SOURCE),
            Some(source) => {
                if let Err(error) = parse_source(self.ask.heap.text(source)) {
                    self.report_at("$expr", "");
                    if let Some(problem) = self.problems.last_mut() {
                        problem.error = Some(error);
                    }
                }
            }
        }
    }

    fn members(&mut self, object: Value, known: &[&str]) {
        for (name, _) in self.ask.members(object) {
            let name = self.ask.heap.bytes(name);
            if !known.iter().any(|known| known.as_bytes() == name) {
                let name = name.to_vec();
                self.report_at(name, UNKNOWN_MEMBER);
            }
        }
    }

    fn report(&mut self, fault: &'static str) {
        let pointer = self.pointer.clone();
        self.problems.push(Problem { pointer, fault, error: None });
    }

    /// Reports a member of what is looked at.
    fn report_at(&mut self, member: impl AsRef<[u8]>, fault: &'static str) {
        let len = self.pointer.len();
        push_segment(&mut self.pointer, member.as_ref());
        self.report(fault);
        self.pointer.truncate(len);
    }
}
