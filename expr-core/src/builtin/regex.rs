//! Regular expressions as functions: what calling one gives.

use super::{Context, argument, coerce};
use crate::error::{Error, ErrorKind, Result};
use crate::regex::{Captures, Regex};
use crate::value::{Function, Heap, Marks, Text, Value, index, length};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What calling a regular expression with a text gives: its first match at or after the
/// offset that may come second.
pub(crate) fn match_regex(
    context: &mut Context<'_>,
    regex: &Arc<Regex>,
    arguments: &[Value],
) -> Result<Value> {
    let value = argument(arguments, 0);
    let text = coerce::string(context.heap, value)?;
    let from = coerce::number(context.heap, argument(arguments, 1))?;
    let subject = (!matches!(value, Value::Undefined | Value::Null)).then_some(text);
    find(context, regex, (text, subject), coerce::saturate(from))
}

/// What calling the `next` of a match gives: the match after it, if there is one.
pub(crate) fn next_match(
    context: &mut Context<'_>,
    regex: &Arc<Regex>,
    subject: Option<Text>,
    from: u32,
) -> Result<Value> {
    let Some(subject) = subject else {
        return Err(coerce::fault("a string is expected"));
    };
    if index(from) >= context.heap.text(subject).utf16_len() {
        return Ok(Value::Undefined);
    }
    let found = find(context, regex, (subject, Some(subject)), from)?;
    if let Value::Object(object) = found
        && let Some(key) = context.heap.find_key(b"match")
        && let Some(Value::String(Text { len: 0, .. })) = context.heap.member(object, key)
    {
        return Err(Error::from(ErrorKind::EmptyMatch));
    }
    Ok(found)
}

fn find(
    context: &mut Context<'_>,
    regex: &Arc<Regex>,
    (text, subject): (Text, Option<Text>),
    from: u32,
) -> Result<Value> {
    let heap = &mut *context.heap;
    heap.pay_text(index(text.len).saturating_mul(2))?;
    let units = heap.text(text).to_units();
    match regex.find_at(&units, index(from), &mut heap.budget)? {
        Some(captures) => describe(heap, regex, subject, &units, &captures),
        None => Ok(Value::Undefined),
    }
}

/// The match as the object that JSONata's functions work with.
pub(super) fn describe(
    heap: &mut Heap,
    regex: &Arc<Regex>,
    subject: Option<Text>,
    units: &[u16],
    captures: &Captures,
) -> Result<Value> {
    let mut text_of = |range: Option<(usize, usize)>| match range {
        Some((start, end)) => {
            let units = units.get(start..end).unwrap_or_default();
            let text = crate::text::Wtf8Buf::from_units(units);
            heap.add_text(text.as_wtf8().bytes()).map(Value::String)
        }
        None => Ok(Value::Undefined),
    };
    let (start, end) = captures.get(0).unwrap_or((0, 0));
    let matched = text_of(Some((start, end)))?;
    let mut groups = Vec::new();
    for group in 1..=regex.capture_count() {
        groups.push(text_of(captures.get(group))?);
    }
    let groups = heap.add_array(&groups, Marks::NONE)?;
    let next = heap.add_function(Function::NextMatch {
        regex: Arc::clone(regex),
        subject,
        from: length(end),
    })?;
    let number = |offset: usize| Value::Number(f64::from(length(offset)));
    let keys = [&b"match"[..], b"start", b"end", b"groups", b"next"]
        .map(|name| heap.intern(name));
    heap.add_plain_object(&keys, &[matched, number(start), number(end), groups, next])
}
