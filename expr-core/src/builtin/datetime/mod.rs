//! `$now`, `$millis`, `$fromMillis` and `$toMillis`.

mod calendar;
mod format;
mod iso;
mod parse;
mod picture;

use super::coerce;
use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Heap, Value};
use alloc::vec::Vec;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "fromMillis<n-s?s?:s>",
        arity: 3,
        parameters: 3,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Writes a time, in milliseconds since 1970, as a picture shows it, in the zone +hhmm; as ISO 8601 in UTC if nothing more is given.",
            &[
                ("$fromMillis(1510067557121)", "\"2017-11-07T15:12:37.121Z\""),
                (
                    "$fromMillis(1510067557121, '[FNn], [D1o] [MNn] [Y]')",
                    "\"Tuesday, 7th November 2017\"",
                ),
                (
                    "$fromMillis(1510067557121, '[H01]:[m01] [z]', '-0500')",
                    "\"10:12 GMT-05:00\"",
                ),
            ],
        ),
        call: Body::Native(from_millis),
    },
    Builtin {
        head: "millis<:n>",
        arity: 0,
        parameters: 1,
        purity: Purity::Clock,
        cost: Cost::Unit,
        doc: Doc::new(
            "Gives the time of the evaluation in milliseconds since 1970.",
            &[],
        ),
        call: Body::Native(millis),
    },
    Builtin {
        head: "now<s?s?:s>",
        arity: 2,
        parameters: 2,
        purity: Purity::Clock,
        cost: Cost::PerText,
        doc: Doc::new("Writes the time of the evaluation, like `$fromMillis`.", &[]),
        call: Body::Native(now),
    },
    Builtin {
        head: "toMillis<s-s?:n>",
        arity: 2,
        parameters: 2,
        // A picture without a year takes it from the clock.
        purity: Purity::Clock,
        cost: Cost::PerText,
        doc: Doc::new(
            "Reads a time that is written as a picture shows it, ISO 8601 if none is given, into milliseconds since 1970.",
            &[
                ("$toMillis('2017-11-07T15:12:37.121Z')", "1510067557121"),
                ("$toMillis('7 November 2017', '[D] [MNn] [Y]')", "1510012800000"),
            ],
        ),
        call: Body::Native(to_millis),
    },
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn read_clock(context: &Context<'_>, function: &'static str) -> Result<i64> {
    context.now.ok_or_else(|| Error::from(ErrorKind::NoClock { function }))
}

fn millis(context: &mut Context<'_>, _: &[Value]) -> Result<Value> {
    let now = read_clock(context, "millis")?;
    Ok(Value::Number(now as f64))
}

fn now(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let now = read_clock(context, "now")?;
    write(context.heap, now as f64, argument(arguments, 0), argument(arguments, 1))
}

fn from_millis(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let millis = coerce::optional_number(context.heap, argument(arguments, 0))?;
    let Some(millis) = millis else { return Ok(Value::Undefined) };
    write(context.heap, millis, argument(arguments, 1), argument(arguments, 2))
}

fn write(heap: &mut Heap, millis: f64, picture: Value, zone: Value) -> Result<Value> {
    let picture = owned(heap, picture)?;
    let zone = match zone {
        Value::Undefined => None,
        value => {
            let text = coerce::string(heap, value)?;
            owned(heap, Value::String(text))?
        }
    };
    let text = format::format_time(heap, millis, picture.as_deref(), zone.as_deref())?;
    text.finish(heap)
}

/// A copy of a text; its parts take some room when they are pictures.
fn owned(heap: &mut Heap, value: Value) -> Result<Option<Vec<u8>>> {
    let Some(text) = coerce::text(value)? else { return Ok(None) };
    heap.budget.charge(u64::from(text.len))?;
    heap.budget.allocate(u64::from(text.len).saturating_mul(64))?;
    Ok(Some(heap.bytes(text).to_vec()))
}

fn to_millis(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let (now, heap) = (context.now, &mut *context.heap);
    let text = match argument(arguments, 0) {
        Value::Undefined => return Ok(Value::Undefined),
        value => coerce::string(heap, value)?,
    };
    let Some(picture) = owned(heap, argument(arguments, 1))? else {
        let millis = iso::parse_timestamp(heap.bytes(text));
        let millis = millis.ok_or_else(|| Error::from(ErrorKind::BadTimestamp))?;
        return Ok(Value::Number(millis));
    };
    let text = owned(heap, Value::String(text))?.unwrap_or_default();
    let millis = parse::parse_time(heap, &text, &picture, now)?;
    Ok(millis.map_or(Value::Undefined, Value::Number))
}
