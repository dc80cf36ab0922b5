//! Functions over strings that need no pattern.

use super::coerce::{self, Building, fault};
use super::search::Search;
use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::error::{Error, ErrorKind, Result};
use crate::text::push_text;
use crate::unicode::{to_lowercase, to_uppercase};
use crate::value::{
    Array, Heap, Layout, Marks, Text, Value, index, length as to_len, write_string,
};
use alloc::vec::Vec;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "join<a<s>s?:s>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::PerItem,
        doc: Doc::new(
            "Joins the strings of a list, with a separator between them if one is given.",
            &[
                ("$join(['a','b','c'])", "\"abc\""),
                ("$join(['2026','03','04'], '-')", "\"2026-03-04\""),
            ],
        ),
        call: Body::Native(join),
    },
    Builtin {
        head: "length<s-:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Counts the characters of a string; an emoji is one character.",
            &[("$length('wörld')", "5"), ("$length('😀')", "1")],
        ),
        call: Body::Native(length),
    },
    Builtin {
        head: "lowercase<s-:s>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Turns every letter into its lower case.",
            &[("$lowercase('Ticket Ä')", "\"ticket ä\"")],
        ),
        call: Body::Native(lowercase),
    },
    Builtin {
        head: "pad<s-ns?:s>",
        arity: 3,
        parameters: 3,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Fills a string up to a width: on the right, or on the left if the width is negative.",
            &[
                ("$pad('7', -3, '0')", "\"007\""),
                ("$pad('ab', 5)", "\"ab   \""),
                ("$pad('abc', 2)", "\"abc\""),
            ],
        ),
        call: Body::Native(pad),
    },
    Builtin {
        head: "string<x-b?:s>",
        arity: 1,
        // The reference reads the names of a function's parameters from its source, and
        // the default value of this one's second parameter is no name: S0208.
        parameters: super::DEFAULTS,
        purity: Purity::Pure,
        cost: Cost::Own,
        doc: Doc::new(
            "Turns a value into text: strings stay as they are, everything else becomes JSON, indented if the second argument is true.",
            &[
                ("$string(5)", "\"5\""),
                ("$string([1, 'a'])", "\"[1,\\\"a\\\"]\""),
                ("$string({'a': 1}, true)", "\"{\\n  \\\"a\\\": 1\\n}\""),
            ],
        ),
        call: Body::Native(string),
    },
    Builtin {
        head: "substring<s-nn?:s>",
        arity: 3,
        parameters: 3,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Takes characters from a position on, counted from 0 or, if negative, from the end; the third argument says how many.",
            &[
                ("$substring('hello', 1, 3)", "\"ell\""),
                ("$substring('hello', -2)", "\"lo\""),
            ],
        ),
        call: Body::Native(substring),
    },
    Builtin {
        head: "substringAfter<s-s:s>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Takes what follows the first occurrence of a text; the whole string if there is none.",
            &[("$substringAfter('a=b=c', '=')", "\"b=c\"")],
        ),
        call: Body::Native(substring_after),
    },
    Builtin {
        head: "substringBefore<s-s:s>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Takes what precedes the first occurrence of a text; the whole string if there is none.",
            &[("$substringBefore('a=b=c', '=')", "\"a\"")],
        ),
        call: Body::Native(substring_before),
    },
    Builtin {
        head: "trim<s-:s>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Removes spaces, tabs and line breaks at both ends, and makes each run of them inside one space.",
            &[("$trim('  two \\n words ')", "\"two words\"")],
        ),
        call: Body::Native(trim),
    },
    Builtin {
        head: "uppercase<s-:s>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Turns every letter into its upper case.",
            &[("$uppercase('straße')", "\"STRASSE\"")],
        ),
        call: Body::Native(uppercase),
    },
];

fn join(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let list = match argument(arguments, 0) {
        Value::Undefined => return Ok(Value::Undefined),
        Value::Array(list) => list,
        _ => return Err(fault("a list is expected")),
    };
    let separator = match argument(arguments, 1) {
        Value::Undefined => Text::default(),
        value => coerce::string(heap, value)?,
    };
    let mut out = Building::default();
    for position in 0..list.len {
        if position > 0 {
            out.push_text(heap, separator)?;
        }
        match heap.item(list, position) {
            Value::Undefined | Value::Null => {}
            item => {
                let text = coerce::string(heap, item)?;
                out.push_text(heap, text)?;
            }
        }
    }
    out.finish(heap)
}

fn length(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    // Without a signature it may be a list, which JavaScript goes through just the same.
    if let Value::Array(list) = argument(arguments, 0) {
        return Ok(Value::Number(f64::from(list.len)));
    }
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return Ok(Value::Undefined);
    };
    Ok(Value::Number(f64::from(count(context.heap.bytes(text)))))
}

/// Code points: every byte that does not continue one.
fn count(bytes: &[u8]) -> u32 {
    bytes.chunks(BLOCK).map(|block| u32::from(count_in(block))).sum()
}

/// Bytes whose characters are counted at once, in a number that is as small as they are.
const BLOCK: usize = 128;

/// The characters that begin in a block.
fn count_in(block: &[u8]) -> u8 {
    block.iter().fold(0, |count: u8, &byte| count.wrapping_add(u8::from(begins(byte))))
}

/// Whether a character begins with this byte.
fn begins(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

fn lowercase(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    change_case(context.heap, argument(arguments, 0), to_lowercase)
}

fn uppercase(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    change_case(context.heap, argument(arguments, 0), to_uppercase)
}

fn change_case(
    heap: &mut Heap,
    value: Value,
    change: fn(&[u8]) -> Vec<u8>,
) -> Result<Value> {
    let Some(text) = coerce::text(value)? else { return Ok(Value::Undefined) };
    // No letter becomes more than three times as long.
    heap.budget.allocate(u64::from(text.len).saturating_mul(3))?;
    let changed = change(heap.bytes(text));
    heap.add_text(&changed).map(Value::String)
}

fn pad(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return Ok(Value::Undefined);
    };
    let width = libm::trunc(coerce::number(heap, argument(arguments, 1))?);
    let missing = width.abs() - f64::from(count(heap.bytes(text)));
    if missing.is_nan() || missing <= 0.0 {
        return Ok(Value::String(text));
    }
    let character = match argument(arguments, 2) {
        Value::String(text) if text.len > 0 => heap.bytes(text).to_vec(),
        _ => b" ".to_vec(),
    };
    let padding = fill(heap, &character, coerce::saturate(missing))?;
    heap.pay_text(index(text.len).saturating_add(padding.len()))?;
    let own = heap.bytes(text);
    let (first, second) = if width > 0.0 { (own, &*padding) } else { (&*padding, own) };
    let mut padded = Vec::with_capacity(first.len().saturating_add(second.len()));
    padded.extend_from_slice(first);
    push_text(&mut padded, second);
    Ok(Value::String(heap.add_text_unpaid(&padded)))
}

/// As many characters as asked for, taken from `unit` repeated.
fn fill(heap: &mut Heap, unit: &[u8], characters: u32) -> Result<Vec<u8>> {
    // Repeated surrogates may join, so that a repetition has one character less.
    let each = count(unit).saturating_sub(u32::from(unit.first() == Some(&0xED))).max(1);
    let repetitions = index(characters.div_ceil(each).saturating_add(1));
    let bytes = repetitions.saturating_mul(unit.len());
    heap.pay_text(bytes)?;
    let mut filled = Vec::with_capacity(bytes);
    for _ in 0..repetitions {
        push_text(&mut filled, unit);
    }
    let end = offset(&filled, characters);
    filled.truncate(end);
    Ok(filled)
}

/// The byte at which a character begins; the end if there are fewer.
fn offset(bytes: &[u8], character: u32) -> usize {
    let (mut before, mut left) = (0_usize, index(character));
    for block in bytes.chunks(BLOCK) {
        let count = usize::from(count_in(block));
        if count > left {
            let starts = block.iter().enumerate().filter(|&(_, &byte)| begins(byte));
            let place = starts.map(|(at, _)| at).nth(left);
            return before.saturating_add(place.unwrap_or_default());
        }
        left = left.saturating_sub(count);
        before = before.saturating_add(block.len());
    }
    before
}

fn string(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let pretty = coerce::is_truthy(argument(arguments, 1));
    let layout = if pretty { Layout::Pretty } else { Layout::Compact };
    let value = argument(arguments, 0);
    if value.is_undefined() {
        return Ok(Value::Undefined);
    }
    text_of(context.heap, value, layout).map(Value::String)
}

/// What `$string` makes of a value that is there.
fn text_of(heap: &mut Heap, value: Value, layout: Layout) -> Result<Text> {
    let value = match value {
        Value::String(text) => return Ok(text),
        Value::Function(_) => return Ok(Text::default()),
        Value::Number(number) if !number.is_finite() => {
            return Err(Error::from(ErrorKind::StringOfNonFinite));
        }
        Value::Array(array @ Array { marks, .. }) if marks.has(Marks::OUTER) => {
            heap.item(array, 0)
        }
        value => value,
    };
    let json = write_string(heap, value, layout)?;
    heap.add_text(&json)
}

fn substring(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return Ok(Value::Undefined);
    };
    let characters = f64::from(count(heap.bytes(text)));
    let mut start = coerce::number(heap, argument(arguments, 1))?;
    if characters + start < 0.0 {
        start = 0.0;
    }
    let end = match coerce::optional_number(heap, argument(arguments, 2))? {
        None => characters,
        Some(wanted) if wanted <= 0.0 => {
            return Ok(Value::String(Text { len: 0, ..text }));
        }
        Some(wanted) if start >= 0.0 => start + wanted,
        Some(wanted) => characters + start + wanted,
    };
    let (start, end) = (position(start, characters), position(end, characters));
    let bytes = heap.bytes(text);
    let from = offset(bytes, start);
    let rest = bytes.get(from..).unwrap_or_default();
    let taken = offset(rest, end.saturating_sub(start));
    let start = text.start.saturating_add(to_len(from));
    Ok(Value::String(Text { start, len: to_len(taken) }))
}

/// A position as JavaScript's `slice` understands it.
fn position(number: f64, len: f64) -> u32 {
    let number = if number.is_nan() { 0.0 } else { libm::trunc(number) };
    let from_start = if number < 0.0 { len + number } else { number };
    coerce::saturate(from_start.min(len))
}

fn substring_before(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    around(context.heap, arguments, |found, _| (0, found.0))
}

fn substring_after(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    around(context.heap, arguments, |found, end| (found.1, end))
}

/// The part of a text that `choose` picks from where the first occurrence begins and ends.
fn around(
    heap: &mut Heap,
    arguments: &[Value],
    choose: fn((usize, usize), usize) -> (usize, usize),
) -> Result<Value> {
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return Ok(Value::Undefined);
    };
    let sought = coerce::string(heap, argument(arguments, 1))?;
    let search = Search::new(heap, text, sought)?;
    let found = if sought.len == 0 { Some((0, 0)) } else { search.find(heap, 0) };
    let Some(found) = found else { return Ok(Value::String(text)) };
    let (from, to) = choose(found, search.end());
    search.part(heap, from, to).map(Value::String)
}

fn trim(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return Ok(Value::Undefined);
    };
    heap.pay_text(index(text.len))?;
    let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let bytes = heap.bytes(text);
    let mut trimmed = Vec::with_capacity(bytes.len());
    for word in bytes.split(space).filter(|word| !word.is_empty()) {
        if !trimmed.is_empty() {
            trimmed.push(b' ');
        }
        trimmed.extend_from_slice(word);
    }
    Ok(Value::String(heap.add_text_unpaid(&trimmed)))
}
