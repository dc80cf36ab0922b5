//! The five helpers of the workflow contract. They check nothing and ignore what is more.

use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::decimal::digits_of;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Heap, Marks, Value, format_number, index};
use alloc::vec::Vec;

/// A helper as authors read about it, who ask the artifact too.
pub(crate) struct Described {
    pub(crate) name: &'static str,
    /// How it is called, and what it gives.
    pub(crate) signature: &'static str,
    /// One sentence.
    pub(crate) summary: &'static str,
    /// An expression, and its result as JSON over the given time.
    pub(crate) example: (&'static str, &'static str),
}

const NOW_ISO: Described = Described {
    name: "nowIso",
    signature: "nowIso() → string",
    summary: "Gives the time of the evaluation as an ISO 8601 timestamp in UTC.",
    example: ("len(nowIso())", "24"),
};
const COALESCE: Described = Described {
    name: "coalesce",
    signature: "coalesce(value, …) → any",
    summary: "Gives the first argument that is neither missing nor null, else null.",
    example: ("coalesce(payload.nickname, \"guest\")", "\"guest\""),
};
const LEN: Described = Described {
    name: "len",
    signature: "len(value) → number",
    summary: "Counts the UTF-16 units of a text or the items of a list; else 0.",
    example: ("len(\"abc\")", "3"),
};
const TO_STRING: Described = Described {
    name: "toString",
    signature: "toString(value) → string",
    summary: "Turns a value into text as JavaScript's `String` does; nothing becomes \"\".",
    example: ("toString([1, [2, 3]])", "\"1,2,3\""),
};
const APPEND: Described = Described {
    name: "append",
    signature: "append(list, value) → array",
    summary: "Adds a value, or the items of a list, to the end of a list.",
    example: ("append([1], [2, 3])", "[1,2,3]"),
};

/// The helpers, in the order in which authors are told about them.
pub(crate) const DESCRIBED: [Described; 5] = [NOW_ISO, COALESCE, LEN, TO_STRING, APPEND];

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: APPEND.name,
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::PerItem,
        doc: Doc::new(
            APPEND.summary,
            &[APPEND.example, ("append(null, \"a\")", "[\"a\"]")],
        ),
        call: Body::Native(append),
    },
    Builtin {
        head: COALESCE.name,
        arity: 0,
        parameters: super::REST,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new(COALESCE.summary, &[COALESCE.example, ("coalesce()", "null")]),
        call: Body::Native(coalesce),
    },
    Builtin {
        head: LEN.name,
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(LEN.summary, &[LEN.example, ("len([1,2])", "2"), ("len(5)", "0")]),
        call: Body::Native(len),
    },
    Builtin {
        head: NOW_ISO.name,
        arity: 0,
        parameters: 1,
        purity: Purity::Clock,
        cost: Cost::Unit,
        doc: Doc::new(NOW_ISO.summary, &[NOW_ISO.example]),
        call: Body::Native(now_iso),
    },
    Builtin {
        head: TO_STRING.name,
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            TO_STRING.summary,
            &[TO_STRING.example, ("toString(1.50)", "\"1.5\"")],
        ),
        call: Body::Native(to_string),
    },
];

/// Concatenates as JavaScript does: a missing second argument is added as undefined, which
/// no result can hold.
fn append(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let mut items = match argument(arguments, 0) {
        Value::Undefined | Value::Null => Vec::new(),
        list => heap.to_items(list),
    };
    let added = heap.to_items(argument(arguments, 1));
    items.extend_from_slice(&added);
    heap.add_array(&items, Marks::NONE)
}

fn coalesce(_: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let present = |value: &&Value| !matches!(value, Value::Undefined | Value::Null);
    Ok(arguments.iter().find(present).copied().unwrap_or(Value::Null))
}

fn len(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Number(match argument(arguments, 0) {
        Value::String(text) => {
            let units = context.heap.text(text).utf16_len();
            f64::from(crate::value::length(units))
        }
        Value::Array(array) => f64::from(array.len),
        _ => 0.0,
    }))
}

fn now_iso(context: &mut Context<'_>, _: &[Value]) -> Result<Value> {
    let Some(now) = context.now else {
        return Err(Error::from(ErrorKind::NoClock { function: "nowIso" }));
    };
    context.heap.add_text(&iso_timestamp(now)).map(Value::String)
}

/// JavaScript's `toISOString`: years beyond four digits have a sign and six digits.
pub(crate) fn iso_timestamp(millis: i64) -> Vec<u8> {
    const DAY: i64 = 86_400_000;
    let (day, time) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    let (year, month, date) = civil_from_days(day);
    let part = |unit: i64, count: i64| time.div_euclid(unit).rem_euclid(count);
    let (year_sign, year_width): (&str, usize) = match year {
        0..=9999 => ("", 4),
        ..0 => ("-", 6),
        _ => ("+", 6),
    };
    let parts = [
        (year_sign, year, year_width),
        ("-", month, 2),
        ("-", date, 2),
        ("T", part(3_600_000, 24), 2),
        (":", part(60_000, 60), 2),
        (":", part(1_000, 60), 2),
        (".", part(1, 1_000), 3),
    ];
    let mut out = Vec::new();
    for (before, number, width) in parts {
        out.extend_from_slice(before.as_bytes());
        let mut buffer = [0; 20];
        let digits = digits_of(number.unsigned_abs(), &mut buffer);
        let zeros = width.saturating_sub(digits.len());
        out.resize(out.len().saturating_add(zeros), b'0');
        out.extend_from_slice(digits);
    }
    out.push(b'Z');
    out
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
///
/// The year is taken to begin in March, so that the leap day is its last one and every
/// month's first day follows from a linear rule.
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let from_era = days.saturating_add(719_468);
    let era = from_era.div_euclid(146_097);
    let day = from_era.rem_euclid(146_097);
    let leaps = (day / 1_460).saturating_sub(day / 36_524).saturating_add(day / 146_096);
    let year = day.saturating_sub(leaps) / 365;
    let start =
        year.saturating_mul(365).saturating_add(year / 4).saturating_sub(year / 100);
    let day_of_year = day.saturating_sub(start);
    let shifted = day_of_year.saturating_mul(5).saturating_add(2) / 153;
    let month_start = shifted.saturating_mul(153).saturating_add(2) / 5;
    let date = day_of_year.saturating_sub(month_start).saturating_add(1);
    let month =
        if shifted < 10 { shifted.saturating_add(3) } else { shifted.saturating_sub(9) };
    let year = era.saturating_mul(400).saturating_add(year);
    (if month <= 2 { year.saturating_add(1) } else { year }, month, date)
}

fn to_string(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let value = argument(arguments, 0);
    if let Value::String(_) = value {
        return Ok(value);
    }
    let mut out = Vec::new();
    javascript_string(context.heap, value, &mut out)?;
    context.heap.add_text(&out).map(Value::String)
}

/// JavaScript's `String(value)`, with nothing for undefined and null. Lists join their
/// items with commas, at any depth.
pub(super) fn javascript_string(
    heap: &mut Heap,
    value: Value,
    out: &mut Vec<u8>,
) -> Result<()> {
    let mut open = Vec::new();
    let mut next = Some(value);
    loop {
        if let Some(value) = next.take() {
            heap.budget.charge(1)?;
            match value {
                Value::Undefined | Value::Null => {}
                Value::Bool(value) => {
                    out.extend_from_slice(if value { b"true" } else { b"false" });
                }
                Value::Number(number) => {
                    out.extend_from_slice(format_number(number).as_bytes());
                }
                Value::String(text) => {
                    heap.pay_text(index(text.len))?;
                    crate::text::push_text(out, heap.bytes(text));
                }
                Value::Array(array) => open.push((array, 0_u32)),
                Value::Object(object) => {
                    let own = heap.find_key(b"toString");
                    let shadowed = own.and_then(|key| heap.member(object, key)).is_some();
                    if object.constructed || shadowed {
                        let what = "Cannot convert object to primitive value";
                        return Err(Error::from(ErrorKind::NativeFault { what }));
                    }
                    out.extend_from_slice(b"[object Object]");
                }
                Value::Function(_) => out.extend_from_slice(b"[object Object]"),
            }
        }
        let Some((array, position)) = open.last_mut() else { return Ok(()) };
        let (array, at) = (*array, *position);
        if at >= array.len {
            open.pop();
            continue;
        }
        *position = at.saturating_add(1);
        if at > 0 {
            out.push(b',');
        }
        next = Some(heap.item(array, at));
    }
}
