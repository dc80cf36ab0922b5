//! Functions that make one number of a list of them.

use super::coerce::{self, fault};
use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::error::Result;
use crate::value::{Array, Heap, Value};

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "average<a<n>:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerItem,
        doc: Doc::new(
            "Gives the mean of a list of numbers; nothing for an empty list.",
            &[("$average([1, 2, 6])", "3")],
        ),
        call: Body::Native(average),
    },
    Builtin {
        head: "count<a:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new(
            "Counts the items of a list; a single value counts as one, nothing as 0.",
            &[("$count([1, 2, 3])", "3"), ("$count('a')", "1"), ("$count(missing)", "0")],
        ),
        call: Body::Native(count),
    },
    Builtin {
        head: "max<a<n>:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerItem,
        doc: Doc::new(
            "Gives the largest number of a list; nothing for an empty list.",
            &[("$max([3, 9, 2])", "9")],
        ),
        call: Body::Native(max),
    },
    Builtin {
        head: "min<a<n>:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerItem,
        doc: Doc::new(
            "Gives the smallest number of a list; nothing for an empty list.",
            &[("$min([3, 9, 2])", "2")],
        ),
        call: Body::Native(min),
    },
    Builtin {
        head: "sum<a<n>:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerItem,
        doc: Doc::new(
            "Adds up a list of numbers.",
            &[("$sum([1, 2, 3.5])", "6.5"), ("$sum([])", "0")],
        ),
        call: Body::Native(sum),
    },
];

fn list(arguments: &[Value]) -> Result<Option<Array>> {
    match argument(arguments, 0) {
        Value::Undefined => Ok(None),
        Value::Array(list) => Ok(Some(list)),
        _ => Err(fault("a list is expected")),
    }
}

fn count(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(match argument(arguments, 0) {
        Value::Undefined => Value::Number(0.0),
        Value::Array(list) => Value::Number(f64::from(list.len)),
        // Without a signature, what has a length in JavaScript is counted.
        Value::String(text) => {
            let units = context.heap.text(text).utf16_len();
            Value::Number(f64::from(crate::value::length(units)))
        }
        Value::Null => return Err(fault("null has no length")),
        _ => Value::Undefined,
    })
}

fn sum(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let Some(list) = list(arguments)? else { return Ok(Value::Undefined) };
    total(context.heap, list).map(Value::Number)
}

fn average(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    match list(arguments)? {
        Some(list) if list.len > 0 => {
            Ok(Value::Number(total(context.heap, list)? / f64::from(list.len)))
        }
        _ => Ok(Value::Undefined),
    }
}

/// From left to right, as JavaScript adds: another order would round otherwise.
fn total(heap: &Heap, list: Array) -> Result<f64> {
    let mut total = 0.0;
    for &item in heap.items(list) {
        match item {
            Value::String(_) | Value::Array(_) | Value::Object(_) => {
                return Err(fault("only numbers can be added up"));
            }
            item => total += coerce::number(heap, item)?,
        }
    }
    Ok(total)
}

fn max(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    extreme(context.heap, arguments, |best, number| {
        number > best || number == best && best.is_sign_negative()
    })
}

fn min(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    extreme(context.heap, arguments, |best, number| {
        number < best || number == best && number.is_sign_negative()
    })
}

/// NaN wins over everything, as in JavaScript's `Math.max` and `Math.min`.
fn extreme(
    heap: &Heap,
    arguments: &[Value],
    better: fn(f64, f64) -> bool,
) -> Result<Value> {
    let Some(list) = list(arguments)? else { return Ok(Value::Undefined) };
    let mut best: Option<f64> = None;
    for &item in heap.items(list) {
        let number = coerce::number(heap, item)?;
        best = Some(match best {
            Some(best) if best.is_nan() || !number.is_nan() && !better(best, number) => {
                best
            }
            _ => number,
        });
    }
    Ok(best.map_or(Value::Undefined, Value::Number))
}
