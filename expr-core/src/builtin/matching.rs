//! Functions that look for a pattern: a text, a regular expression, or a function that
//! matches as one does.

use super::coerce::{self, Building, fault};
use super::higher_order::Finished;
use super::scan::{Purpose, Scan};
use super::search::Search;
use super::template::Replacement;
use super::{Body, Builtin, Context, Cost, Doc, Purity, Waiting, argument};
use crate::error::{Error, ErrorKind, Result};
use crate::size::make_room;
use crate::value::{Heap, Marks, Text, Value};
use alloc::boxed::Box;
use alloc::vec::Vec;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "contains<s-(sf):b>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Says whether a text or a match of a pattern occurs in a string.",
            &[
                ("$contains('abracadabra', 'bra')", "true"),
                ("$contains('Hello', /h/i)", "true"),
            ],
        ),
        call: Body::HigherOrder(contains),
    },
    Builtin {
        head: "match<s-f<s:o>n?:a<o>>",
        arity: 3,
        parameters: 3,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Lists the matches of a pattern with their places and groups, no more than the third argument says.",
            &[(
                "$match('a1b2', /[a-z](\\d)/)",
                "[{\"match\":\"a1\",\"index\":0,\"groups\":[\"1\"]},{\"match\":\"b2\",\"index\":2,\"groups\":[\"2\"]}]",
            )],
        ),
        call: Body::HigherOrder(matches),
    },
    Builtin {
        head: "replace<s-(sf)(sf)n?:s>",
        arity: 4,
        parameters: 4,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Replaces what matches by a text, where $1 stands for the first group, or by what a function says, as often as the fourth argument allows.",
            &[
                ("$replace('a-b-c', '-', '+')", "\"a+b+c\""),
                (
                    "$replace('John Smith', /(\\w+)\\s(\\w+)/, '$2, $1')",
                    "\"Smith, John\"",
                ),
            ],
        ),
        call: Body::HigherOrder(replace),
    },
    Builtin {
        head: "split<s-(sf)n?:a<s>>",
        arity: 3,
        parameters: 3,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Splits a string at a separator; the third argument says how many parts there are at most.",
            &[
                ("$split('a,b,c', ',')", "[\"a\",\"b\",\"c\"]"),
                ("$split('a1b22c', /\\d+/, 2)", "[\"a\",\"b\"]"),
            ],
        ),
        call: Body::HigherOrder(split),
    },
];

fn done(value: Value) -> Result<Waiting> {
    Ok(Box::new(Finished(value)))
}

/// How often at most, which must not be negative.
fn limit(heap: &Heap, value: Value, error: ErrorKind) -> Result<Option<f64>> {
    let limit = coerce::optional_number(heap, value)?;
    if limit.is_some_and(|limit| limit < 0.0) {
        return Err(Error::from(error));
    }
    Ok(limit)
}

/// Whether a limit leaves anything to do. NaN does not.
fn is_open(limit: Option<f64>) -> bool {
    limit.is_none_or(|limit| limit > 0.0)
}

fn contains(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    let pattern = argument(arguments, 1);
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return done(Value::Undefined);
    };
    match pattern {
        Value::Undefined => done(Value::Undefined),
        Value::String(sought) => {
            done(Value::Bool(super::search::contains(context.heap, text, sought)?))
        }
        pattern => Scan::start(context.heap, text, pattern, None, Purpose::Contains),
    }
}

fn matches(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return done(Value::Undefined);
    };
    let limit = limit(context.heap, argument(arguments, 2), ErrorKind::BadMatchLimit)?;
    if !is_open(limit) {
        return done(context.heap.add_array(&[], Marks::SEQUENCE)?);
    }
    let purpose = Purpose::List(Vec::new());
    Scan::start(context.heap, text, argument(arguments, 1), limit, purpose)
}

fn split(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    let heap = &mut *context.heap;
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return done(Value::Undefined);
    };
    let limit = limit(heap, argument(arguments, 2), ErrorKind::BadSplitLimit)?;
    if !is_open(limit) {
        return done(heap.add_array(&[], Marks::NONE)?);
    }
    match argument(arguments, 1) {
        Value::String(separator) => {
            let most = limit.map_or(u32::MAX, coerce::to_uint32);
            let parts = split_at(heap, text, separator, most)?;
            done(heap.add_array_unpaid(&parts, Marks::NONE))
        }
        pattern => {
            let purpose = Purpose::Split { parts: Vec::new(), start: Value::Number(0.0) };
            Scan::start(heap, text, pattern, limit, purpose)
        }
    }
}

fn to_u64(number: usize) -> u64 {
    u64::from(crate::value::length(number))
}

/// JavaScript's `split`, paid for: an empty separator splits between UTF-16 units.
fn split_at(
    heap: &mut Heap,
    text: Text,
    separator: Text,
    most: u32,
) -> Result<Vec<Value>> {
    let most = crate::value::index(most);
    if separator.len == 0 {
        let mut units = heap.unit_values(text)?;
        units.truncate(most);
        return Ok(units);
    }
    let search = Search::new(heap, text, separator)?;
    let mut parts = Vec::new();
    let mut at = 0_usize;
    while parts.len() < most {
        heap.pay_item()?;
        if parts.len() == parts.capacity() {
            // As many to the byte as there were until here, but no more than four times as
            // many, than the budget allows or than are asked for: a list that moves is in
            // memory twice.
            let rest = u64::from(text.len).saturating_sub(to_u64(at));
            let more = to_u64(parts.len()).saturating_mul(rest).checked_div(to_u64(at));
            let more = heap.affordable(more.unwrap_or_default());
            let more = more.min(parts.len().saturating_mul(4));
            let more = more.min(most.saturating_sub(parts.len()));
            make_room(&mut parts, more.saturating_add(1));
        }
        let Some((from, to)) = search.find(heap, at) else {
            parts.push(Value::String(search.part(heap, at, search.end())?));
            break;
        };
        parts.push(Value::String(search.part(heap, at, from)?));
        at = to;
    }
    Ok(parts)
}

fn replace(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    let heap = &mut *context.heap;
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return done(Value::Undefined);
    };
    let (pattern, by) = (argument(arguments, 1), argument(arguments, 2));
    if matches!(pattern, Value::String(Text { len: 0, .. })) {
        return Err(Error::from(ErrorKind::EmptyPattern));
    }
    let limit = limit(heap, argument(arguments, 3), ErrorKind::BadReplaceLimit)?;
    if !is_open(limit) {
        return done(Value::String(text));
    }
    if let Value::String(sought) = pattern {
        return done(replace_text(heap, text, sought, by, limit)?);
    }
    let by = match by {
        Value::String(template) => Replacement::Template(template),
        Value::Function(_) => Replacement::Function(by),
        _ => return Err(fault("the replacement must be a string or a function")),
    };
    let (out, position) = (Building::default(), Value::Number(0.0));
    Scan::start(heap, text, pattern, limit, Purpose::Replace { out, position, by })
}

/// Every occurrence of a text, from left to right. In the replacement `$` is nothing
/// special.
fn replace_text(
    heap: &mut Heap,
    text: Text,
    sought: Text,
    by: Value,
    limit: Option<f64>,
) -> Result<Value> {
    let search = Search::new(heap, text, sought)?;
    let by = match by {
        // The reference writes out the JavaScript source of the function here.
        Value::Function(_) if search.find(heap, 0).is_some() => {
            return Err(Error::from(ErrorKind::ReplacementNotString));
        }
        by => coerce::string(heap, by)?,
    };
    let mut out = Building::default();
    let (mut at, mut count) = (0_usize, 0.0);
    while limit.is_none_or(|limit| count < limit)
        && let Some((from, to)) = search.find(heap, at)
    {
        heap.budget.charge(1)?;
        let part = search.part(heap, at, from)?;
        out.push_text(heap, part)?;
        out.push_text(heap, by)?;
        at = to;
        count += 1.0;
    }
    let rest = search.part(heap, at, search.end())?;
    out.push_text(heap, rest)?;
    out.finish(heap)
}
