//! Functions that say yes or no.

use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::error::Result;
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "boolean<x-:b>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Says whether a value counts as true: empty texts, lists and objects, 0, null and functions do not.",
            &[
                ("$boolean('a')", "true"),
                ("$boolean([0, ''])", "false"),
                ("$boolean({})", "false"),
            ],
        ),
        call: Body::Native(boolean),
    },
    Builtin {
        head: "exists<x:b>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new(
            "Says whether there is a value; null is one.",
            &[("$exists(null)", "true"), ("$exists(missing)", "false")],
        ),
        call: Body::Native(exists),
    },
    Builtin {
        head: "not<x-:b>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Says whether a value counts as false; nothing for nothing.",
            &[("$not(0)", "true"), ("$not('a')", "false")],
        ),
        call: Body::Native(not),
    },
];

fn boolean(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    match argument(arguments, 0) {
        Value::Undefined => Ok(Value::Undefined),
        value => context.heap.truth(value).map(Value::Bool),
    }
}

fn not(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    match argument(arguments, 0) {
        Value::Undefined => Ok(Value::Undefined),
        value => Ok(Value::Bool(!context.heap.truth(value)?)),
    }
}

fn exists(_: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Bool(!argument(arguments, 0).is_undefined()))
}
