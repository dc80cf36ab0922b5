//! Checking arguments against a signature, and filling in the context.
//!
//! The reference spells the kinds of the arguments as letters and matches them with a
//! regular expression made of the parameters. Here the same greedy match with backtracking
//! is a small table: whether the parameters from one on can take the arguments from one on.

use super::argument;
use super::coerce::fault;
use crate::error::{Error, ErrorKind, Result};
use crate::syntax::{Parameter, Repeat, Signature};
use crate::value::{Heap, Marks, Text, Value, length};
use alloc::vec;
use alloc::vec::Vec;

/// The arguments as the function gets them, nothing if that is as they are, or which one
/// is wrong.
pub(crate) fn check_arguments(
    heap: &mut Heap,
    signature: &Signature,
    arguments: &[Value],
    context: Value,
) -> Result<Option<Vec<Value>>> {
    let parameters = &signature.parameters;
    heap.budget.charge(u64::from(length(arguments.len())))?;
    if fit_as_they_are(parameters, arguments) {
        return Ok(None);
    }
    let letters: Vec<u8> = arguments.iter().map(|&value| letter(value)).collect();
    let counts = greedy_counts(parameters, &letters);
    let counts = counts.or_else(|| match_counts(parameters, &letters, true));
    let Some(counts) = counts else {
        return Err(bad_argument(parameters, &letters));
    };
    let mut checked = Vec::with_capacity(arguments.len());
    // An optional parameter without an argument takes the next one for itself, so what the
    // later ones get is not what they were matched with.
    let (mut at, mut taken) = (0_usize, 0_usize);
    for (parameter, &count) in parameters.iter().zip(&counts) {
        if count == 0 {
            if let Some(kinds) = parameter.context {
                if !kinds.has(letter(context)) {
                    return Err(Error::from(ErrorKind::BadContext {
                        index: one_based(at),
                    }));
                }
                checked.push(context);
            } else {
                checked.push(argument(arguments, at));
                at = at.saturating_add(1);
            }
            continue;
        }
        let end = taken.saturating_add(count);
        let matched = letters.get(taken..end).unwrap_or_default();
        for &single in matched {
            let given = argument(arguments, at);
            checked.push(if parameter.array {
                as_array(heap, parameter, given, (matched, single), at)?
            } else {
                given
            });
            at = at.saturating_add(1);
        }
        taken = end;
    }
    Ok(Some(checked))
}

/// Whether each parameter takes one argument and makes nothing else of it. One that can
/// take many would leave none to an optional one after it.
fn fit_as_they_are(parameters: &[Parameter], arguments: &[Value]) -> bool {
    let last = parameters.len().saturating_sub(1);
    parameters.len() == arguments.len()
        && parameters.iter().zip(arguments).enumerate().all(
            |(at, (parameter, &given))| {
                let as_it_is = !parameter.array
                    || parameter.items.is_none() && matches!(given, Value::Array(_));
                as_it_is
                    && !parameter.lazy
                    && (parameter.repeat != Repeat::Many || at == last)
                    && parameter.kinds.has(letter(given))
            },
        )
}

/// The letter of a value's kind.
fn letter(value: Value) -> u8 {
    match value {
        Value::Undefined => b'm',
        Value::Null => b'l',
        Value::Bool(_) => b'b',
        Value::Number(_) => b'n',
        Value::String(_) => b's',
        Value::Array(_) => b'a',
        Value::Object(_) => b'o',
        Value::Function(_) => b'f',
    }
}

/// How many arguments each parameter takes when every one takes what it can, if that uses
/// all of them: the first match that backtracking would find, and almost always the case.
fn greedy_counts(parameters: &[Parameter], letters: &[u8]) -> Option<Vec<usize>> {
    let mut rest = letters;
    let mut counts = Vec::with_capacity(parameters.len());
    for parameter in parameters {
        let most = if parameter.repeat == Repeat::Many { rest.len() } else { 1 };
        let fitting = rest.iter().take(most);
        let count = fitting.take_while(|&&it| parameter.kinds.has(it)).count();
        if parameter.lazy || count == 0 && parameter.repeat != Repeat::Optional {
            return None;
        }
        counts.push(count);
        rest = rest.get(count..).unwrap_or_default();
    }
    rest.is_empty().then_some(counts)
}

/// How many arguments each parameter takes: as many as it can, or as few if it is lazy, as
/// long as the rest fits.
/// When `whole` is false, arguments may be left over.
fn match_counts(
    parameters: &[Parameter],
    letters: &[u8],
    whole: bool,
) -> Option<Vec<usize>> {
    let width = letters.len().saturating_add(1);
    let cell =
        |parameter: usize, at: usize| parameter.saturating_mul(width).saturating_add(at);
    // fits[p, a]: the parameters from p on can take the arguments from a on.
    let mut fits = vec![false; cell(parameters.len().saturating_add(1), 0)];
    for at in 0..width {
        set(&mut fits, cell(parameters.len(), at), !whole || at == letters.len());
    }
    for (number, parameter) in parameters.iter().enumerate().rev() {
        for at in (0..width).rev() {
            let takes =
                letters.get(at).is_some_and(|&letter| parameter.kinds.has(letter));
            let next = at.saturating_add(1);
            let after = takes && get(&fits, cell(number.saturating_add(1), next));
            let fit = match parameter.repeat {
                Repeat::Once => after,
                Repeat::Optional => {
                    after || get(&fits, cell(number.saturating_add(1), at))
                }
                Repeat::Many => after || takes && get(&fits, cell(number, next)),
            };
            set(&mut fits, cell(number, at), fit);
        }
    }
    if !get(&fits, 0) {
        return None;
    }
    let mut at = 0_usize;
    let mut counts = Vec::with_capacity(parameters.len());
    for (number, parameter) in parameters.iter().enumerate() {
        let run = letters.get(at..).unwrap_or_default();
        let run = run.iter().take_while(|&&letter| parameter.kinds.has(letter)).count();
        let (least, most) = match parameter.repeat {
            Repeat::Once => (1, 1),
            Repeat::Optional => (0, run.min(1)),
            Repeat::Many => (1, run),
        };
        let rest = |count: usize| {
            get(&fits, cell(number.saturating_add(1), at.saturating_add(count)))
        };
        let mut count = if parameter.lazy { least } else { most };
        let mut left = most.checked_sub(least)?;
        while !rest(count) {
            left = left.checked_sub(1)?;
            let next =
                if parameter.lazy { count.checked_add(1) } else { count.checked_sub(1) };
            count = next?;
        }
        counts.push(count);
        at = at.saturating_add(count);
    }
    Some(counts)
}

fn get(table: &[bool], at: usize) -> bool {
    table.get(at).copied().unwrap_or(false)
}

fn set(table: &mut [bool], at: usize, value: bool) {
    if let Some(cell) = table.get_mut(at) {
        *cell = value;
    }
}

/// The first argument past what the longest matching run of parameters takes.
fn bad_argument(parameters: &[Parameter], letters: &[u8]) -> Error {
    let mut good = 0;
    for end in 1..=parameters.len() {
        let some = parameters.get(..end).unwrap_or_default();
        match match_counts(some, letters, false) {
            Some(counts) => good = counts.iter().sum(),
            None => break,
        }
    }
    Error::from(ErrorKind::BadArgument { index: one_based(good) })
}

/// An argument for an array parameter: a single value becomes a list of itself. `matched`
/// are the letters of all that the parameter takes, `single` is the one of this argument.
fn as_array(
    heap: &mut Heap,
    parameter: &Parameter,
    argument: Value,
    (matched, single): (&[u8], u8),
    position: usize,
) -> Result<Value> {
    if single == b'm' {
        return Ok(Value::Undefined);
    }
    if let Some(wanted) = &parameter.items {
        let fits = match argument {
            _ if single != b'a' => matched == wanted,
            Value::Array(array) => {
                heap.budget.charge(u64::from(array.len))?;
                let mut items = heap.items(array).iter().map(|&item| letter(item));
                items.next().is_none_or(|first| {
                    wanted.first() == Some(&first) && items.all(|item| item == first)
                })
            }
            Value::Undefined | Value::Null | Value::String(Text { len: 1.., .. }) => {
                return Err(fault("a list is expected"));
            }
            _ => true,
        };
        if !fits {
            let (index, items) = (one_based(position), plural(wanted));
            return Err(Error::from(ErrorKind::BadArrayArgument { index, items }));
        }
    }
    match single {
        b'a' => Ok(argument),
        _ => heap.add_array(&[argument], Marks::NONE),
    }
}

fn plural(items: &[u8]) -> &'static str {
    match items {
        b"a" => "arrays",
        b"b" => "booleans",
        b"f" => "functions",
        b"n" => "numbers",
        b"o" => "objects",
        b"s" => "strings",
        _ => "suitable items",
    }
}

fn one_based(position: usize) -> u32 {
    length(position).saturating_add(1)
}
