//! Functions that call functions: each is a frame that the evaluator resumes.

use super::coerce;
use super::sort;
use super::{
    Body, Builtin, Context, Cost, Doc, Next, Purity, Resume, Waiting, argument, arity,
};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Array, Heap, Key, Marks, Value, index};
use alloc::boxed::Box;
use alloc::vec::Vec;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "each<o-f:a>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Calls a function with the value and the key of each member of an object, and lists the results.",
            &[(
                "$each({'a': 1, 'b': 2}, function($v, $k) { $k & $v })",
                "[\"a1\",\"b2\"]",
            )],
        ),
        call: Body::HigherOrder(each),
    },
    Builtin {
        head: "filter<af>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Keeps the items for which a function says true.",
            &[("$filter([1, 5, 3], function($v) { $v > 2 })", "[5,3]")],
        ),
        call: Body::HigherOrder(filter),
    },
    Builtin {
        head: "map<af>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Calls a function with each item, its index and the list, and lists the results.",
            &[("$map([1, 2, 3], function($v, $i) { $v * $i })", "[0,2,6]")],
        ),
        call: Body::HigherOrder(map),
    },
    Builtin {
        head: "reduce<afj?:j>",
        arity: 3,
        parameters: 3,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Combines the items from left to right with a function of what there is so far and the next item.",
            &[
                ("$reduce([1, 2, 3], function($sum, $v) { $sum + $v })", "6"),
                ("$reduce([2, 3], function($product, $v) { $product * $v }, 10)", "60"),
            ],
        ),
        call: Body::HigherOrder(reduce),
    },
    Builtin {
        head: "sift<o-f?:o>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Keeps the members of an object for which a function of value and key says true; nothing if none is left.",
            &[("$sift({'a': 1, 'b': 2}, function($v) { $v > 1 })", "{\"b\":2}")],
        ),
        call: Body::HigherOrder(sift),
    },
    Builtin {
        head: "single<af?>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Gives the one item for which a function says true; it is an error if there are none or several.",
            &[("$single([1, 5, 3], function($v) { $v > 4 })", "5")],
        ),
        call: Body::HigherOrder(single),
    },
    Builtin {
        head: "sort<af?:a>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Sorts strings or numbers in ascending order, or anything by a function that says whether its first argument comes after its second.",
            &[
                ("$sort([3, 1, 2])", "[1,2,3]"),
                ("$sort([3, 1, 2], function($l, $r) { $l < $r })", "[3,2,1]"),
            ],
        ),
        call: Body::HigherOrder(sort::sort),
    },
];

/// A frame that has its result already.
pub(super) struct Finished(pub(super) Value);

impl Resume for Finished {
    fn resume(&mut self, _: &mut Context<'_>, _: Option<Value>) -> Result<Next> {
        Ok(Next::Done(self.0))
    }
}

/// What becomes of the results of a function that is called once an item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// They are the result, those that are nothing left out.
    Collect,
    /// They say which items stay.
    Keep,
    /// They say which item is the one.
    Find,
    /// They say which members stay.
    Sift,
}

/// A function is called once an item of a list or a member of an object.
struct Iteration {
    over: Value,
    position: u32,
    function: Value,
    /// How many arguments the function asks for.
    arity: usize,
    purpose: Purpose,
    keys: Vec<Key>,
    results: Vec<Value>,
}

fn iterate(
    context: &mut Context<'_>,
    over: Value,
    function: Value,
    purpose: Purpose,
) -> Result<Waiting> {
    let arity = arity(context.heap, function);
    let (keys, results) = (Vec::new(), Vec::new());
    let position = 0;
    Ok(Box::new(Iteration { over, position, function, arity, purpose, keys, results }))
}

fn over_list(
    context: &mut Context<'_>,
    arguments: &[Value],
    purpose: Purpose,
) -> Result<Waiting> {
    match coerce::list(context.heap, argument(arguments, 0))? {
        None => Ok(Box::new(Finished(Value::Undefined))),
        Some(list) => {
            let function = argument(arguments, 1);
            iterate(context, Value::Array(list), function, purpose)
        }
    }
}

fn map(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    over_list(context, arguments, Purpose::Collect)
}

fn filter(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    over_list(context, arguments, Purpose::Keep)
}

fn single(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    let list = coerce::list(context.heap, argument(arguments, 0))?;
    match (list, argument(arguments, 1)) {
        // Without a function every item is one that matches.
        (Some(list), Value::Undefined) => found(list.len)
            .map(|()| -> Waiting { Box::new(Finished(context.heap.item(list, 0))) }),
        _ => over_list(context, arguments, Purpose::Find),
    }
}

fn found(matches: u32) -> Result<()> {
    match matches {
        0 => Err(Error::from(ErrorKind::SingleMatchedNone)),
        1 => Ok(()),
        _ => Err(Error::from(ErrorKind::SingleMatchedMore)),
    }
}

fn each(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    let (object, function) = (argument(arguments, 0), argument(arguments, 1));
    iterate(context, object, function, Purpose::Collect)
}

fn sift(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    let (object, function) = (argument(arguments, 0), argument(arguments, 1));
    iterate(context, object, function, Purpose::Sift)
}

impl Iteration {
    /// The item or member at a position: its value, and its index or key.
    fn entry(&self, heap: &Heap, position: u32) -> Option<(Value, Value, Option<Key>)> {
        match self.over {
            Value::Array(list) if position < list.len => {
                let number = Value::Number(f64::from(position));
                Some((heap.item(list, position), number, None))
            }
            Value::Object(object) => {
                let key = heap.keys(object).get(index(position)).copied()?;
                let name = Value::String(heap.name(key));
                Some((heap.member_at(object, position), name, Some(key)))
            }
            _ => None,
        }
    }

    /// What the function said about the item before.
    fn take(&mut self, heap: &mut Heap, result: Value) -> Result<()> {
        if self.purpose == Purpose::Collect {
            if !result.is_undefined() {
                self.results.push(result);
            }
            return Ok(());
        }
        if heap.truth(result)? {
            let before = self.position.saturating_sub(1);
            if let Some((value, _, key)) = self.entry(heap, before) {
                self.results.push(value);
                self.keys.extend(key);
            }
            if self.purpose == Purpose::Find && self.results.len() > 1 {
                return found(2);
            }
        }
        Ok(())
    }

    fn finish(&mut self, heap: &mut Heap) -> Result<Value> {
        match self.purpose {
            Purpose::Collect | Purpose::Keep => {
                heap.add_array(&self.results, Marks::SEQUENCE)
            }
            Purpose::Find => {
                found(crate::value::length(self.results.len()))?;
                Ok(self.results.first().copied().unwrap_or_default())
            }
            Purpose::Sift if self.results.is_empty() => Ok(Value::Undefined),
            Purpose::Sift => heap.add_object(&self.keys, &self.results),
        }
    }
}

impl Resume for Iteration {
    fn resume(
        &mut self,
        context: &mut Context<'_>,
        result: Option<Value>,
    ) -> Result<Next> {
        if let Some(result) = result {
            self.take(context.heap, result)?;
        }
        let Some((value, place, _)) = self.entry(context.heap, self.position) else {
            return self.finish(context.heap).map(Next::Done);
        };
        context.heap.budget.charge(1)?;
        self.position = self.position.saturating_add(1);
        let mut arguments = alloc::vec![value];
        if self.arity >= 2 {
            arguments.push(place);
        }
        if self.arity >= 3 {
            arguments.push(self.over);
        }
        Ok(Next::Call(self.function, arguments))
    }
}

/// `$reduce` between two calls.
struct Reduction {
    list: Array,
    position: u32,
    function: Value,
    arity: usize,
    result: Value,
}

fn reduce(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    let function = argument(arguments, 1);
    let arity = arity(context.heap, function);
    if arity < 2 && !argument(arguments, 0).is_undefined() {
        return Err(match function {
            Value::Function(_) => Error::from(ErrorKind::BadReducer),
            _ => coerce::fault("a function is expected"),
        });
    }
    let Some(list) = coerce::list(context.heap, argument(arguments, 0))? else {
        return Ok(Box::new(Finished(Value::Undefined)));
    };
    let (position, result) = match argument(arguments, 2) {
        Value::Undefined if list.len > 0 => (1, context.heap.item(list, 0)),
        start => (0, start),
    };
    Ok(Box::new(Reduction { list, position, function, arity, result }))
}

impl Resume for Reduction {
    fn resume(
        &mut self,
        context: &mut Context<'_>,
        result: Option<Value>,
    ) -> Result<Next> {
        if let Some(result) = result {
            self.result = result;
        }
        if self.position >= self.list.len {
            return Ok(Next::Done(self.result));
        }
        context.heap.budget.charge(1)?;
        let item = context.heap.item(self.list, self.position);
        let mut arguments = alloc::vec![self.result, item];
        if self.arity >= 3 {
            arguments.push(Value::Number(f64::from(self.position)));
        }
        if self.arity >= 4 {
            arguments.push(Value::Array(self.list));
        }
        self.position = self.position.saturating_add(1);
        Ok(Next::Call(self.function, arguments))
    }
}
