//! Functions over objects, and those that look at values as such.

use super::coerce::{self, fault};
use super::copy::copied;
use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::error::{Error, ErrorKind, Result};
use crate::map::NumberMap;
use crate::merge_sort::sorted;
use crate::size::{index, length};
use crate::text::Wtf8Buf;
use crate::value::{Array, Heap, Key, Marks, Object, Value, is_numeric, keys_at};
use alloc::vec::Vec;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "assert<bs?:x>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new("Fails with the given message unless the condition is true.", &[]),
        call: Body::Native(assert),
    },
    Builtin {
        head: "clone<(oa)-:o>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Copies an object or a list, as through JSON text.",
            &[("$clone({'a': [1, null]})", "{\"a\":[1,null]}")],
        ),
        call: Body::Native(clone),
    },
    Builtin {
        head: "error<s?:x>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new("Fails with the given message.", &[]),
        call: Body::Native(error),
    },
    Builtin {
        head: "eval<sx?:x>",
        arity: 2,
        parameters: 2,
        purity: Purity::Dynamic,
        cost: Cost::PerText,
        doc: Doc::new(
            "Evaluates a text as an expression, over the second argument if it is given.",
            &[
                ("$eval('[1, 2, 3].($ * 2)')", "[2,4,6]"),
                ("$eval('a + 1', {'a': 1})", "2"),
            ],
        ),
        call: Body::Eval,
    },
    Builtin {
        head: "keys<x-:a<s>>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Lists the keys of an object, or the different keys of all objects in a list.",
            &[
                ("$keys({'a': 1, 'b': 2})", "[\"a\",\"b\"]"),
                ("$keys([{'a': 1}, {'a': 2, 'c': 3}])", "[\"a\",\"c\"]"),
            ],
        ),
        call: Body::Native(keys),
    },
    Builtin {
        head: "lookup<x-s:x>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Gives the value of a key in an object, or the values in all objects of a list.",
            &[
                ("$lookup({'a b': 1}, 'a b')", "1"),
                ("$lookup([{'a': 1}, {'a': 2}], 'a')", "[1,2]"),
            ],
        ),
        call: Body::Native(lookup),
    },
    Builtin {
        head: "merge<a<o>:o>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Makes one object of a list of objects; of equal keys the last value wins.",
            &[("$merge([{'a': 1, 'b': 2}, {'a': 3}])", "{\"a\":3,\"b\":2}")],
        ),
        call: Body::Native(merge),
    },
    Builtin {
        head: "spread<x-:a<o>>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Splits an object, or all objects of a list, into objects with one key each.",
            &[("$spread({'a': 1, 'b': 2})", "[{\"a\":1},{\"b\":2}]")],
        ),
        call: Body::Native(spread),
    },
    Builtin {
        head: "type<x:s>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new(
            "Names the type of a value.",
            &[
                ("$type(null)", "\"null\""),
                ("$type([])", "\"array\""),
                ("$type('a')", "\"string\""),
            ],
        ),
        call: Body::Native(type_name),
    },
];

fn assert(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    if coerce::is_truthy(argument(arguments, 0)) {
        return Ok(Value::Undefined);
    }
    let message =
        message(context.heap, argument(arguments, 1), "$assert() statement failed")?;
    Err(Error::from(ErrorKind::AssertionFailed { message }))
}

fn error(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let message =
        message(context.heap, argument(arguments, 0), "$error() function evaluated")?;
    Err(Error::from(ErrorKind::AuthorError { message }))
}

/// The author's text, or the default when there is none or it is empty.
fn message(heap: &mut Heap, value: Value, default: &str) -> Result<Wtf8Buf> {
    if !coerce::is_truthy(value) {
        return Ok(Wtf8Buf::from(default));
    }
    let text = coerce::string(heap, value)?;
    Ok(heap.text(text).to_owned())
}

fn clone(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    match argument(arguments, 0) {
        Value::Undefined => Ok(Value::Undefined),
        Value::Array(list) if list.marks.has(Marks::OUTER) => {
            let inner = context.heap.item(list, 0);
            copied(context.heap, inner)
        }
        Value::Number(number) if !number.is_finite() => {
            Err(Error::from(ErrorKind::StringOfNonFinite))
        }
        Value::String(_) | Value::Function(_) => {
            Err(fault("the text is read as JSON, not copied"))
        }
        value => copied(context.heap, value),
    }
}

fn type_name(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let name = match argument(arguments, 0) {
        Value::Undefined => return Ok(Value::Undefined),
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        value @ Value::Number(_) if is_numeric(value)? => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Function(_) => "function",
        // NaN fails every question that the reference asks before.
        Value::Number(_) | Value::Object(_) => "object",
    };
    context.heap.add_text(name.as_bytes()).map(Value::String)
}

/// The innermost values of a list of lists, from left to right.
struct Leaves {
    open: Vec<(Array, u32)>,
}

impl Leaves {
    fn of(list: Array) -> Leaves {
        Leaves { open: alloc::vec![(list, 0)] }
    }

    /// The next one, for a step.
    fn next(&mut self, heap: &mut Heap) -> Result<Option<Value>> {
        while let Some((list, position)) = self.open.last_mut() {
            let (list, at) = (*list, *position);
            if at >= list.len {
                self.open.pop();
                continue;
            }
            *position = at.saturating_add(1);
            heap.budget.charge(1)?;
            match heap.item(list, at) {
                Value::Array(inner) => self.open.push((inner, 0)),
                leaf => return Ok(Some(leaf)),
            }
        }
        Ok(None)
    }
}

fn keys(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let keys = match argument(arguments, 0) {
        Value::Object(object) => heap.keys(object).to_vec(),
        Value::Array(list) => merged_keys(heap, list)?,
        _ => Vec::new(),
    };
    let mut names = Vec::with_capacity(keys.len());
    for key in keys {
        names.push(Value::String(heap.name(key)));
    }
    heap.add_array(&names, Marks::SEQUENCE)
}

/// Every key of the objects in a list, once: those that spell an index in ascending order,
/// then the others in the order in which they appear.
fn merged_keys(heap: &mut Heap, list: Array) -> Result<Vec<Key>> {
    let mut members = Members::default();
    let mut leaves = Leaves::of(list);
    while let Some(leaf) = leaves.next(heap)? {
        if let Value::Object(object) = leaf {
            members.add_all(heap, object)?;
        }
    }
    let keys = members.keys;
    let rank = |place: usize| {
        let number = keys.get(place).and_then(|&key| heap.key_index(key));
        (number.is_none(), number.unwrap_or(0))
    };
    let order = sorted(keys.len(), &|first, second| rank(first) > rank(second));
    Ok(keys_at(&keys, &order))
}

fn lookup(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let name = coerce::string(heap, argument(arguments, 1))?;
    // A name that is no key of anything here is in no object either.
    let key = heap.find_key(heap.bytes(name));
    let member = |heap: &Heap, object: Object| {
        key.and_then(|key| heap.member(object, key)).unwrap_or_default()
    };
    let list = match argument(arguments, 0) {
        Value::Object(object) => return Ok(member(heap, object)),
        Value::Array(list) => list,
        _ => return Ok(Value::Undefined),
    };
    let mut found = Vec::new();
    let mut leaves = Leaves::of(list);
    while let Some(leaf) = leaves.next(heap)? {
        let Value::Object(object) = leaf else { continue };
        match member(heap, object) {
            Value::Undefined => {}
            Value::Array(values) => {
                heap.pay_items(index(values.len))?;
                found.extend_from_slice(heap.items(values));
            }
            value => found.push(value),
        }
    }
    heap.add_array(&found, Marks::SEQUENCE)
}

/// Members in the order in which their keys came, each key once.
#[derive(Default)]
struct Members {
    places: NumberMap,
    keys: Vec<Key>,
    values: Vec<Value>,
}

impl Members {
    fn add_all(&mut self, heap: &mut Heap, object: Object) -> Result<()> {
        heap.budget.charge(u64::from(heap.member_count(object)))?;
        for (key, value) in heap.members(object) {
            let place = length(self.values.len());
            match self.places.insert(u64::from(key.0), place) {
                Some(place) => {
                    if let Some(found) = self.values.get_mut(index(place)) {
                        *found = value;
                    }
                }
                None => {
                    self.keys.push(key);
                    self.values.push(value);
                }
            }
        }
        Ok(())
    }
}

fn merge(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let list = match argument(arguments, 0) {
        Value::Undefined => return Ok(Value::Undefined),
        Value::Array(list) => list,
        _ => return Err(fault("a list is expected")),
    };
    let mut members = Members::default();
    for position in 0..list.len {
        heap.budget.charge(1)?;
        if let Value::Object(object) = heap.item(list, position) {
            members.add_all(heap, object)?;
        }
    }
    heap.add_object(&members.keys, &members.values)
}

/// A single value stays what it is. A list becomes a plain one as soon as something was
/// put into it; only an empty list is an empty sequence.
fn spread(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let mut parts = Vec::new();
    match argument(arguments, 0) {
        Value::Object(object) => {
            spread_object(heap, object, &mut parts)?;
            heap.add_array(&parts, Marks::SEQUENCE)
        }
        Value::Array(list) => {
            let mut leaves = Leaves::of(list);
            while let Some(leaf) = leaves.next(heap)? {
                match leaf {
                    Value::Object(object) => spread_object(heap, object, &mut parts)?,
                    Value::Undefined => {}
                    single => parts.push(single),
                }
            }
            let none = heap.items(list).iter().all(|item| item.is_undefined());
            let marks = if none { Marks::SEQUENCE } else { Marks::NONE };
            heap.add_array(&parts, marks)
        }
        single => Ok(single),
    }
}

fn spread_object(heap: &mut Heap, object: Object, parts: &mut Vec<Value>) -> Result<()> {
    for position in 0..heap.member_count(object) {
        let key = heap.keys(object).get(index(position)).copied();
        let value = heap.member_at(object, position);
        parts.push(heap.add_object(&[key.unwrap_or_default()], &[value])?);
    }
    Ok(())
}
