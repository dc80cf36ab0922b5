//! Going from match to match, for `$match`, `$contains`, `$split` and `$replace`.
//!
//! A regular expression is searched for right here. Any other function is called as a
//! matcher: with the text at first, then each match's `next`, which makes this a frame.

use super::coerce::{self, Building, fault};
use super::regex::describe;
use super::template::Replacement;
use super::{Context, Next, Resume, Waiting};
use crate::error::{Error, ErrorKind, Result};
use crate::regex::{Captures, Regex};
use crate::text::Wtf8Buf;
use crate::value::{
    Function, Heap, Key, Marks, Object, Searched, Text, Value, index, length,
};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What the matches are for.
pub(super) enum Purpose {
    /// Whether there is one.
    Contains,
    /// A list of them.
    List(Vec<Value>),
    /// What lies between them; where the next part starts.
    Split { parts: Vec<Value>, start: Value },
    /// Something else in their place; where what comes after the last one starts.
    Replace { out: Building, position: Value, by: Replacement },
}

/// The text that is searched.
pub(super) struct Subject {
    text: Text,
    units: Vec<u16>,
}

impl Subject {
    /// JavaScript's `substring`: bounds in any order, whatever is no number being 0.
    fn part(&self, heap: &mut Heap, from: Value, to: Value) -> Result<Text> {
        let end = f64::from(length(self.units.len()));
        let from = coerce::number(heap, from)?;
        let to = match to {
            Value::Undefined => end,
            to => coerce::number(heap, to)?,
        };
        let bound = |number: f64| coerce::saturate(number).min(length(self.units.len()));
        let (from, to) = (bound(from), bound(to));
        let (from, to) = (from.min(to), from.max(to));
        if index(self.text.len) == self.units.len() {
            // As many bytes as units: every unit is a byte.
            let start = self.text.start.saturating_add(from);
            return Ok(Text { start, len: to.saturating_sub(from) });
        }
        self.added(heap, index(from), index(to))
    }

    fn added(&self, heap: &mut Heap, from: usize, to: usize) -> Result<Text> {
        let units = self.units.get(from..to).unwrap_or_default();
        heap.add_text(&Wtf8Buf::from_units(units).into_bytes())
    }
}

/// A match.
#[derive(Clone)]
pub(super) enum Match {
    /// Found here.
    Found(Captures),
    /// What a matcher gave.
    Given(Value),
}

impl Match {
    fn given(heap: &Heap, object: Value, name: &[u8]) -> Value {
        let Value::Object(object) = object else { return Value::Undefined };
        member(heap, object, name)
    }

    fn start(&self, heap: &Heap) -> Value {
        match self {
            Match::Found(captures) => offset(captures.get(0).unwrap_or_default().0),
            Match::Given(object) => Match::given(heap, *object, b"start"),
        }
    }

    fn end(&self, heap: &Heap) -> Value {
        match self {
            Match::Found(captures) => offset(captures.get(0).unwrap_or_default().1),
            Match::Given(object) => Match::given(heap, *object, b"end"),
        }
    }

    /// Where what follows a replacement starts: behind as many units as the matched text
    /// has, wherever a matcher says that the match ends.
    fn behind(&self, heap: &Heap) -> Result<Value> {
        match self {
            Match::Found(_) => Ok(self.end(heap)),
            Match::Given(object) => {
                let Value::String(text) = Match::given(heap, *object, b"match") else {
                    return Err(fault("a match has no text"));
                };
                let start = coerce::number(heap, self.start(heap))?;
                let units = length(heap.text(text).utf16_len());
                Ok(Value::Number(start + f64::from(units)))
            }
        }
    }

    /// The matched text.
    pub(super) fn text(&self, heap: &mut Heap, subject: &Subject) -> Result<Value> {
        match self {
            Match::Found(_) => {
                let (start, end) = (self.start(heap), self.end(heap));
                subject.part(heap, start, end).map(Value::String)
            }
            Match::Given(object) => Ok(Match::given(heap, *object, b"match")),
        }
    }

    /// How many groups there are.
    pub(super) fn group_count(&self, heap: &Heap, groups: usize) -> Result<u32> {
        match self {
            Match::Found(_) => Ok(length(groups)),
            Match::Given(object) => match Match::given(heap, *object, b"groups") {
                Value::Array(groups) => Ok(groups.len),
                _ => Err(fault("a match has no groups")),
            },
        }
    }

    /// What a group matched, counted from 1; undefined when it took no part.
    pub(super) fn group(
        &self,
        heap: &mut Heap,
        subject: &Subject,
        number: u32,
    ) -> Result<Value> {
        match self {
            Match::Found(captures) => match captures.get(index(number)) {
                Some((from, to)) => {
                    subject.part(heap, offset(from), offset(to)).map(Value::String)
                }
                None => Ok(Value::Undefined),
            },
            Match::Given(object) => {
                let groups = Match::given(heap, *object, b"groups");
                let position = number.checked_sub(1);
                Ok(groups
                    .as_array()
                    .zip(position)
                    .map_or(Value::Undefined, |(groups, at)| heap.item(groups, at)))
            }
        }
    }

    fn groups(&self, heap: &mut Heap, subject: &Subject, count: usize) -> Result<Value> {
        if let Match::Given(object) = self {
            return Ok(Match::given(heap, *object, b"groups"));
        }
        let groups: Result<Vec<Value>> =
            (1..=length(count)).map(|number| self.group(heap, subject, number)).collect();
        heap.add_array(&groups?, Marks::NONE)
    }
}

fn offset(units: usize) -> Value {
    Value::Number(f64::from(length(units)))
}

fn member(heap: &Heap, object: Object, name: &[u8]) -> Value {
    let key = heap.find_key(name);
    key.and_then(|key| heap.member(object, key)).unwrap_or_default()
}

/// Where matches come from.
enum Source {
    /// A regular expression, and where to go on; the first search may find nothing.
    Regex { regex: Arc<Regex>, from: usize, again: bool },
    /// A function and its argument.
    Matcher { function: Value, argument: Value },
}

/// What is to be done next.
enum State {
    /// Look for a match.
    Search,
    /// A matcher was called.
    Asked,
    /// This is the match.
    At(Match),
    /// A function was called for the replacement of this match.
    Replacing(Match),
}

/// The frame.
pub(super) struct Scan {
    subject: Subject,
    source: Source,
    state: State,
    limit: Option<f64>,
    count: f64,
    purpose: Purpose,
}

impl Scan {
    /// Starts at the beginning of a text.
    pub(super) fn start(
        heap: &mut Heap,
        text: Text,
        pattern: Value,
        limit: Option<f64>,
        purpose: Purpose,
    ) -> Result<Waiting> {
        let Value::Function(function) = pattern else {
            return Err(fault("the pattern must be a string or a function"));
        };
        let source = match heap.function(function) {
            Some(Function::Regex(regex)) => {
                Source::Regex { regex: Arc::clone(regex), from: 0, again: false }
            }
            _ => Source::Matcher { function: pattern, argument: Value::String(text) },
        };
        heap.pay_text(index(text.len).saturating_mul(2))?;
        let units = heap.text(text).to_units();
        let subject = Subject { text, units };
        let (state, count) = (State::Search, 0.0);
        Ok(Box::new(Scan { subject, source, state, limit, count, purpose }))
    }

    fn group_count(&self) -> usize {
        match &self.source {
            Source::Regex { regex, .. } => regex.capture_count(),
            Source::Matcher { .. } => 0,
        }
    }

    /// Looks for the next match of a regular expression.
    fn search(&mut self, heap: &mut Heap) -> Result<Option<Match>> {
        let Source::Regex { regex, from, again } = &mut self.source else {
            return Ok(None);
        };
        heap.budget.charge(1)?;
        let units = &self.subject.units;
        if *again && *from >= units.len() {
            return Ok(None);
        }
        let Some(captures) = regex.find_at(units, *from, &mut heap.budget)? else {
            return Ok(None);
        };
        let (start, end) = captures.get(0).unwrap_or_default();
        if *again && start == end {
            return Err(Error::from(ErrorKind::EmptyMatch));
        }
        (*from, *again) = (end, true);
        Ok(Some(Match::Found(captures)))
    }

    /// What a matcher gave, if it is a match: anything that is not true for JavaScript
    /// goes for one at first.
    fn accept(&mut self, heap: &Heap, given: Value) -> Result<Option<Match>> {
        if given.is_undefined() {
            return Ok(None);
        }
        if coerce::is_truthy(given) && !is_match(heap, given) {
            return Err(Error::from(ErrorKind::BadMatcher));
        }
        let function = Match::given(heap, given, b"next");
        self.source = Source::Matcher { function, argument: Value::Undefined };
        Ok(Some(Match::Given(given)))
    }

    /// Deals with a match. The replacement of a match may have to be asked for.
    fn take(&mut self, heap: &mut Heap, found: &Match) -> Result<Option<Value>> {
        let groups = self.group_count();
        let subject = &self.subject;
        // The members of null are an error in JavaScript, those of `false` just missing.
        if let Match::Given(Value::Null) = found {
            return Err(fault("a matcher gave null for a match"));
        }
        match &mut self.purpose {
            Purpose::Contains => {}
            Purpose::List(list) => {
                let keys: [Key; 3] =
                    [&b"match"[..], b"index", b"groups"].map(|name| heap.intern(name));
                let text = found.text(heap, subject)?;
                let groups = found.groups(heap, subject, groups)?;
                let values = [text, found.start(heap), groups];
                list.push(heap.add_plain_object(&keys, &values)?);
            }
            Purpose::Split { parts, start } => {
                heap.pay_item()?;
                let part = subject.part(heap, *start, found.start(heap))?;
                parts.push(Value::String(part));
                // `substring` takes a missing start for 0.
                *start = match found.end(heap) {
                    Value::Undefined => Value::Number(0.0),
                    end => end,
                };
            }
            Purpose::Replace { out, position, by } => {
                let before = subject.part(heap, *position, found.start(heap))?;
                out.push_text(heap, before)?;
                match by {
                    Replacement::Template(template) => {
                        if heap.bytes(*template).contains(&b'$') {
                            let template = heap.bytes(*template).to_vec();
                            super::template::fill_in(
                                heap, &template, found, subject, groups, out,
                            )?;
                        } else {
                            out.push_text(heap, *template)?;
                        }
                        *position = found.behind(heap)?;
                    }
                    Replacement::Function(function) => return Ok(Some(*function)),
                }
            }
        }
        self.count += 1.0;
        Ok(None)
    }

    /// Goes on after a replacement that was asked for.
    fn replaced(&mut self, heap: &mut Heap, found: &Match, by: Value) -> Result<()> {
        let Value::String(text) = by else {
            return Err(Error::from(ErrorKind::ReplacementNotString));
        };
        if let Purpose::Replace { out, position, .. } = &mut self.purpose {
            out.push_text(heap, text)?;
            *position = found.behind(heap)?;
        }
        self.count += 1.0;
        Ok(())
    }

    /// The match as an argument of a function.
    fn as_value(&self, heap: &mut Heap, found: &Match) -> Result<Value> {
        match (found, &self.source) {
            (Match::Given(given), _) => Ok(*given),
            (Match::Found(captures), Source::Regex { regex, .. }) => {
                let Subject { text, units } = &self.subject;
                let subject = Searched { text: *text, length: length(units.len()) };
                describe(heap, regex, Some(subject), units, captures)
            }
            (Match::Found(_), Source::Matcher { .. }) => Ok(Value::Undefined),
        }
    }

    fn is_full(&self) -> bool {
        self.limit.is_some_and(|limit| self.count >= limit)
    }

    fn finish(&mut self, heap: &mut Heap) -> Result<Value> {
        let full = self.is_full();
        match &mut self.purpose {
            Purpose::Contains => Ok(Value::Bool(false)),
            Purpose::List(list) => heap.add_array(list, Marks::SEQUENCE),
            Purpose::Split { parts, start } => {
                if !full {
                    heap.pay_item()?;
                    let rest = self.subject.part(heap, *start, Value::Undefined)?;
                    parts.push(Value::String(rest));
                }
                Ok(heap.add_array_unpaid(parts, Marks::NONE))
            }
            Purpose::Replace { out, position, .. } => {
                let rest = self.subject.part(heap, *position, Value::Undefined)?;
                out.push_text(heap, rest)?;
                core::mem::take(out).finish(heap)
            }
        }
    }

    /// The state after a search: at a match, unless there is none or there were enough.
    fn arrive(&mut self, found: Option<Match>) -> bool {
        match found {
            Some(found) if !self.is_full() => {
                self.state = State::At(found);
                true
            }
            _ => false,
        }
    }
}

/// Whether a value has one of the members that make a match. That the end is compared with
/// a word is how the reference does it.
fn is_match(heap: &Heap, value: Value) -> bool {
    let Value::Object(object) = value else { return false };
    let end_is_word = match member(heap, object, b"end") {
        Value::String(text) => heap.bytes(text) == b"number",
        _ => false,
    };
    end_is_word
        || matches!(member(heap, object, b"start"), Value::Number(_))
        || matches!(member(heap, object, b"groups"), Value::Array(_))
        || matches!(member(heap, object, b"next"), Value::Function(_))
}

impl Resume for Scan {
    fn resume(
        &mut self,
        context: &mut Context<'_>,
        result: Option<Value>,
    ) -> Result<Next> {
        let heap = &mut *context.heap;
        let answer = result.unwrap_or_default();
        loop {
            match core::mem::replace(&mut self.state, State::Search) {
                State::Search => {
                    if let Source::Matcher { function, argument } = self.source {
                        if !matches!(function, Value::Function(_)) {
                            return Err(fault("a match has no function `next`"));
                        }
                        self.state = State::Asked;
                        return Ok(Next::Call(function, alloc::vec![argument]));
                    }
                    let found = self.search(heap)?;
                    if !self.arrive(found) {
                        return self.finish(heap).map(Next::Done);
                    }
                }
                State::Asked => {
                    let found = self.accept(heap, answer)?;
                    if !self.arrive(found) {
                        return self.finish(heap).map(Next::Done);
                    }
                }
                State::At(_) if matches!(self.purpose, Purpose::Contains) => {
                    return Ok(Next::Done(Value::Bool(true)));
                }
                State::At(found) => {
                    if let Some(function) = self.take(heap, &found)? {
                        let argument = self.as_value(heap, &found)?;
                        self.state = State::Replacing(found);
                        return Ok(Next::Call(function, alloc::vec![argument]));
                    }
                }
                State::Replacing(found) => self.replaced(heap, &found, answer)?,
            }
        }
    }
}
