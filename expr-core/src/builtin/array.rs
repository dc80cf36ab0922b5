//! Functions over lists. `$sort` is with those that call functions.

use super::coerce;
use super::distinct::distinct_items;
use super::number::draw;
use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::error::Result;
use crate::value::{Array, Heap, Marks, Value, index};
use alloc::vec::Vec;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "append<xx:a>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::PerItem,
        doc: Doc::new(
            "Puts one list after another; a single value counts as a list of one.",
            &[("$append([1, 2], [3])", "[1,2,3]"), ("$append([1], 2)", "[1,2]")],
        ),
        call: Body::Native(append),
    },
    Builtin {
        head: "distinct<x:x>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Keeps the first of values that are equal, lists and objects included.",
            &[("$distinct([1, 2, 1, [3], [3]])", "[1,2,[3]]")],
        ),
        call: Body::Native(distinct),
    },
    Builtin {
        head: "reverse<a:a>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerItem,
        doc: Doc::new("Turns a list around.", &[("$reverse([1, 2, 3])", "[3,2,1]")]),
        call: Body::Native(reverse),
    },
    Builtin {
        head: "shuffle<a:a>",
        arity: 1,
        parameters: 1,
        purity: Purity::Random,
        cost: Cost::PerItem,
        doc: Doc::new(
            "Puts a list into an order that is drawn from the seed of the evaluation.",
            &[],
        ),
        call: Body::Native(shuffle),
    },
    Builtin {
        head: "zip<a+>",
        arity: 0,
        // It declares none, and what stands between the parentheses counts as one.
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Makes lists of the first items, the second items and so on, as far as the shortest list goes.",
            &[("$zip([1, 2, 3], ['a', 'b'])", "[[1,\"a\"],[2,\"b\"]]")],
        ),
        call: Body::Native(zip),
    },
];

fn append(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    context.heap.append(argument(arguments, 0), argument(arguments, 1))
}

fn distinct(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let list = match argument(arguments, 0) {
        Value::Array(list) if list.len > 1 => list,
        value => return Ok(value),
    };
    let kept = distinct_items(context.heap, list)?;
    let marks = if list.is_sequence() { Marks::SEQUENCE } else { Marks::NONE };
    context.heap.add_array(&kept, marks)
}

fn reverse(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let Some(list) = longer(context.heap, argument(arguments, 0))? else {
        return Ok(argument(arguments, 0));
    };
    context.heap.pay_items(index(list.len))?;
    let mut items = context.heap.items(list).to_vec();
    items.reverse();
    Ok(context.heap.add_array_unpaid(&items, Marks::NONE))
}

/// Fisher and Yates, inside out: item by item, each is put at a place drawn among those
/// before it, whose item moves to the end.
fn shuffle(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let Some(list) = longer(context.heap, argument(arguments, 0))? else {
        return Ok(argument(arguments, 0));
    };
    context.heap.pay_items(index(list.len))?;
    let mut shuffled: Vec<Value> = Vec::with_capacity(index(list.len));
    for position in 0..list.len {
        let places = f64::from(position) + 1.0;
        let place = coerce::saturate(libm::floor(draw(context, "shuffle")? * places));
        shuffled.push(context.heap.item(list, position));
        shuffled.swap(index(place.min(position)), index(position));
    }
    Ok(context.heap.add_array_unpaid(&shuffled, Marks::NONE))
}

/// A list with more than one item; shorter ones are given back as they are.
fn longer(heap: &mut Heap, value: Value) -> Result<Option<Array>> {
    if !matches!(value, Value::Undefined | Value::Array(_) | Value::String(_)) {
        return Err(coerce::fault("a list is expected"));
    }
    let list = coerce::list(heap, value)?;
    Ok(list.filter(|list| list.len > 1))
}

fn zip(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let mut lists = Vec::new();
    let mut shortest = if arguments.is_empty() { 0 } else { u32::MAX };
    for argument in arguments {
        shortest = shortest.min(argument.as_array().map_or(0, |list| list.len));
        lists.extend(argument.as_array());
    }
    let heap = &mut *context.heap;
    heap.pay_items(index(shortest))?;
    let mut tuples = Vec::with_capacity(index(shortest));
    for position in 0..shortest {
        let mut tuple = Vec::with_capacity(lists.len());
        for &list in &lists {
            tuple.push(heap.item(list, position));
        }
        tuples.push(heap.add_array(&tuple, Marks::NONE)?);
    }
    Ok(heap.add_array_unpaid(&tuples, Marks::NONE))
}
