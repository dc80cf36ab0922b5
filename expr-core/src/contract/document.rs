//! A whole workflow definition → everything that is wrong with its expressions, its paths
//! and its waits, and what each expression will cost, in one answer.

use super::answer::Answer;
use super::ask::{Answered, Ask, Cursor, push_index, push_segment};
use super::assignment::{dotted, segments};
use super::lint::lint;
use super::parse_source;
use super::rules::Rules;
use crate::builtin::trim;
use crate::compile::{Estimate, Library, compile, estimate};
use crate::decimal::write_whole;
use crate::error::{Error, ErrorKind, Result};
use crate::map::NumberMap;
use crate::span::{Location, Span, locate};
use crate::value::{Text, Value, length};
use alloc::vec::Vec;

/// A control step: its type, its members that hold expressions, and those that hold steps
/// in the order in which they run. Steps of every other type have a `config`.
type Control = (&'static str, &'static [&'static str], &'static [&'static str]);

const CONTROLS: [Control; 5] = [
    ("control.if", &["condition"], &["then", "else"]),
    ("control.forEach", &["items"], &["body"]),
    ("control.tryCatch", &[], &["try", "catch"]),
    ("control.callWorkflow", &["inputMapping", "outputMapping"], &[]),
    ("control.return", &[], &[]),
];
/// What the path of an assignment begins with, if it is no pointer.
const ASSIGNABLE: [&[u8]; 4] = [b"payload.", b"vars.", b"meta.", b"error."];
/// Names that JavaScript gives a meaning of their own.
const RESERVED: [&[u8]; 3] = [b"__proto__", b"prototype", b"constructor"];

/// A list of steps that is being checked.
struct Block {
    steps: Vec<Value>,
    next: usize,
    pointer: Vec<u8>,
    /// `root`, or that of a step with the name of the block.
    path: Vec<u8>,
}

/// Where a diagnostic belongs.
#[derive(Default)]
struct Place {
    pointer: Vec<u8>,
    /// The step's path; empty outside of steps.
    step: Vec<u8>,
    id: Option<Text>,
}

struct Check<'a> {
    ask: &'a mut Ask,
    /// The rules of correlation, if the request gives any.
    rules: Option<Rules>,
    diagnostics: Answer,
    estimates: Answer,
    /// How much of both was charged.
    paid: usize,
    expressions: u64,
    valid: bool,
}

/// Checks a definition.
pub(crate) fn document(ask: &mut Ask) -> Answered {
    let given = |name| !ask.given(name).is_undefined();
    let has_rules = given("rules") || given("legacyRules");
    let rules = if has_rules { Some(Rules::of(ask)?) } else { None };
    let definition = ask.given("definition");
    let mut check = Check {
        ask,
        rules,
        diagnostics: Answer::default(),
        estimates: Answer::default(),
        paid: 0,
        expressions: 0,
        valid: true,
    };
    check.diagnostics.raw("[");
    check.estimates.raw("[");
    let trigger = check.ask.member(definition, "trigger");
    let mapping = check.ask.member(trigger, "payloadMapping");
    let place =
        Place { pointer: b"/trigger/payloadMapping".to_vec(), ..Place::default() };
    check.expressions_in(mapping, place)?;
    check.steps(definition)?;
    let Check { ask, diagnostics, estimates, expressions, valid, .. } = check;
    ask.out.raw("{").name("valid").bool(valid).name("expressions").number(expressions);
    ask.out.name("diagnostics").raw(diagnostics.bytes()).raw("]");
    ask.out.name("estimates").raw(estimates.bytes()).raw("]}");
    Ok(())
}

impl Check<'_> {
    /// Charges for a value that is looked at, and for what has been reported by then: each
    /// report names its place, which can be longer than all that stands there.
    fn pay(&mut self) -> Result<()> {
        let diagnostics = self.diagnostics.bytes().len();
        let length = diagnostics.saturating_add(self.estimates.bytes().len());
        self.ask.allocate(length.saturating_sub(self.paid))?;
        self.paid = length;
        self.ask.charge(1)
    }

    fn steps(&mut self, definition: Value) -> Result<()> {
        let mut ids = NumberMap::default();
        let root = self.ask.items(self.ask.member(definition, "steps"));
        let mut open = alloc::vec![Block {
            steps: root,
            next: 0,
            pointer: b"/steps".to_vec(),
            path: b"root".to_vec(),
        }];
        while let Some(block) = open.last_mut() {
            let at = block.next;
            block.next = at.saturating_add(1);
            let Some(&step) = block.steps.get(at) else {
                open.pop();
                continue;
            };
            self.pay()?;
            let mut pointer = block.pointer.clone();
            push_index(&mut pointer, at);
            let mut step_path = block.path.clone();
            step_path.extend_from_slice(b".steps[");
            write_whole(&mut step_path, u64::from(length(at)));
            step_path.push(b']');
            let id = self.ask.member(step, "id").as_text();
            let place = Place { pointer, step: step_path, id };
            if let Some(id) = id {
                let key = self.ask.heap.intern_text(id);
                if ids.insert(u64::from(key.0), 0).is_some() {
                    let message = b"another step has this id too";
                    self.report("DUPLICATE_STEP_ID", true, message, &place.at("id"));
                }
            }
            for name in self.step(step, &place)?.iter().rev() {
                let inner = self.ask.items(self.ask.member(step, name));
                if !inner.is_empty() {
                    let mut path = place.step.clone();
                    path.push(b'.');
                    path.extend_from_slice(name.as_bytes());
                    let pointer = place.at(name).pointer;
                    open.push(Block { steps: inner, next: 0, pointer, path });
                }
            }
        }
        Ok(())
    }

    /// Checks a step, and gives the names of its members that hold steps.
    fn step(&mut self, step: Value, place: &Place) -> Result<&'static [&'static str]> {
        let kind = self.ask.bytes(self.ask.member(step, "type")).unwrap_or_default();
        let control = CONTROLS.iter().find(|control| control.0.as_bytes() == kind);
        if let Some((_, expressions, blocks)) = control {
            for name in *expressions {
                self.expressions_in(self.ask.member(step, name), place.at(name))?;
            }
            if expressions.contains(&"outputMapping") {
                let mapping = self.ask.member(step, "outputMapping");
                self.assign_paths(mapping, &place.at("outputMapping"))?;
            }
            return Ok(blocks);
        }
        let is_wait = kind == b"event.wait";
        let config = self.ask.member(step, "config");
        let place = place.at("config");
        self.assign_paths(self.ask.member(config, "assign"), &place.at("assign"))?;
        if let Some(path) = self.ask.member(config, "saveAs").as_text() {
            self.assign_path(path, &place.at("saveAs"));
        }
        if is_wait {
            self.wait(config, &place.at("eventName"))?;
        }
        self.expressions_in(config, place)?;
        Ok(&[])
    }

    fn assign_paths(&mut self, map: Value, place: &Place) -> Result<()> {
        for (path, _) in self.ask.members(map) {
            self.pay()?;
            let inner = place.below(self.ask.heap.bytes(path));
            self.assign_path(path, &inner);
        }
        Ok(())
    }

    fn assign_path(&mut self, path: Text, place: &Place) {
        let path = trim(self.ask.heap.bytes(path));
        let plain = dotted(path);
        let mut parts = segments(&plain);
        let first = parts.next().unwrap_or_default();
        let message = if path.is_empty() {
            "the path to assign to is empty"
        } else if RESERVED.contains(&first) || parts.any(|part| RESERVED.contains(&part))
        {
            "the path to assign to has a reserved segment"
        } else if path.first() != Some(&b'/')
            && !ASSIGNABLE.iter().any(|root| plain.starts_with(root))
        {
            "the path to assign to must begin with payload., vars., meta., error. or /"
        } else {
            return;
        };
        self.report("INVALID_ASSIGN_PATH", true, message.as_bytes(), place);
    }

    /// What the rules say about the event of a wait.
    fn wait(&mut self, config: Value, place: &Place) -> Result<()> {
        let Some(event) = self.ask.bytes(self.ask.member(config, "eventName")) else {
            return Ok(());
        };
        let event = event.to_vec();
        let Some(rules) = &self.rules else { return Ok(()) };
        let rules = rules.for_event(self.ask, &event)?;
        if rules.is_empty() {
            let mut message = b"no rule derives a key from the event ".to_vec();
            message.extend_from_slice(&event);
            self.report("EVENT_WAIT_UNCORRELATABLE", true, &message, place);
            return Ok(());
        }
        let mut message = b"the event derives its keys from".to_vec();
        let mut before: &[u8] = b" ";
        for rule in rules {
            message.extend_from_slice(before);
            message.extend_from_slice(self.ask.heap.bytes(rule.label));
            before = b", ";
        }
        self.report("EVENT_WAIT_CORRELATION_CONTRACT", false, &message, place);
        Ok(())
    }

    /// Checks every expression inside a value.
    fn expressions_in(&mut self, root: Value, place: Place) -> Result<()> {
        let mut place = place;
        let mut open: Vec<Cursor> = Vec::new();
        let mut next = Some(root);
        loop {
            if let Some(value) = next.take() {
                self.pay()?;
                let source = self.ask.member(value, "$expr");
                if !source.is_undefined() {
                    self.expression(source, &place);
                } else if let Value::Array(_) | Value::Object(_) = value {
                    open.push(Cursor::new(value, &place.pointer));
                }
            }
            let Some(cursor) = open.last_mut() else { return Ok(()) };
            match cursor.next(&self.ask.heap, &mut place.pointer) {
                Some((_, value)) => next = Some(value),
                None => {
                    open.pop();
                }
            }
        }
    }

    fn expression(&mut self, source: Value, place: &Place) {
        self.expressions = self.expressions.saturating_add(1);
        let Some(text) = source.as_text() else {
            return self.invalid(&ErrorKind::SourceNotText.into(), place);
        };
        if trim(self.ask.heap.bytes(text)).is_empty() {
            let message = b"the expression is empty";
            return self.report("EMPTY_EXPRESSION", true, message, place);
        }
        let source = self.ask.heap.text(text);
        let checked = parse_source(source).and_then(|(normalized, mut tree)| {
            let findings = lint(&tree);
            match compile(&mut tree, Library::Workflow) {
                Ok(code) => Ok((normalized, findings, code)),
                Err(error) => Err(normalized.locate(error, source)),
            }
        });
        match checked {
            Err(error) => self.invalid(&error, place),
            Ok((normalized, findings, code)) => {
                let Estimate { min, max } = estimate(&code, Library::Workflow);
                self.estimates.item().raw("{").name("pointer").text(&place.pointer);
                self.estimates.name("min").number(min);
                self.estimates.name("max").text(max.as_wtf8().bytes()).raw("}");
                let authored = source.bytes().to_vec();
                for finding in findings {
                    let Span { start, end } = finding.span;
                    let span = Span::new(
                        normalized.to_authored(start),
                        normalized.to_authored(end),
                    );
                    let at = locate(&authored, span);
                    self.open(finding.code, false, finding.message.as_bytes(), place);
                    self.close(Some(at));
                }
            }
        }
    }

    fn invalid(&mut self, error: &Error, place: &Place) {
        self.open("INVALID_EXPR", true, error.message().as_wtf8().bytes(), place);
        self.diagnostics.name("error").raw("{").error(error, None).raw("}");
        if let Some(suggestion) = error.suggestion() {
            self.diagnostics.name("suggestion").text(suggestion);
        }
        self.close(error.location());
    }

    fn report(&mut self, code: &str, is_error: bool, message: &[u8], place: &Place) {
        self.open(code, is_error, message, place);
        self.close(None);
    }

    fn open(&mut self, code: &str, is_error: bool, message: &[u8], place: &Place) {
        self.valid &= !is_error;
        let out = &mut self.diagnostics;
        out.item().raw("{").name("severity").text(if is_error {
            "error"
        } else {
            "warning"
        });
        out.name("code").text(code).name("message").text(message);
        out.name("pointer").text(&place.pointer);
        if let Some(id) = place.id {
            out.name("stepId").text(self.ask.heap.bytes(id));
        }
        if !place.step.is_empty() {
            out.name("stepPath").text(&place.step);
        }
    }

    fn close(&mut self, location: Option<Location>) {
        if let Some(Location { line, column, .. }) = location {
            self.diagnostics.name("line").number(u64::from(line));
            self.diagnostics.name("column").number(u64::from(column));
        }
        self.diagnostics.raw("}");
    }
}

impl Place {
    /// The place of a member.
    fn at(&self, name: &str) -> Place {
        self.below(name.as_bytes())
    }

    /// The place of a member whose name comes from the document.
    fn below(&self, name: &[u8]) -> Place {
        let mut pointer = self.pointer.clone();
        push_segment(&mut pointer, name);
        Place { pointer, step: self.step.clone(), id: self.id }
    }
}
