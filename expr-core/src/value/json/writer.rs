//! Values to JSON text, as JavaScript's `JSON.stringify` and JSONata's `$string` have it.
//! It does not recurse.

use super::plain::plain_len;
use crate::error::{Error, ErrorKind, Result};
use crate::text::{self, Wtf8};
use crate::value::{Array, Heap, Text, Value, index, length, make_room};
use crate::value::{round_to_15_digits, write_number};
use alloc::vec::Vec;

/// Writes `text` as a JSON string; a lone surrogate becomes a `\udXXX` escape, as in
/// JavaScript's `JSON.stringify`, so the output is always UTF-8.
pub fn write_json_string(out: &mut Vec<u8>, text: Wtf8<'_>) {
    out.push(b'"');
    let mut rest = text.bytes();
    while !rest.is_empty() {
        let (plain, special) = rest.split_at_checked(plain_len(rest)).unwrap_or_default();
        out.extend_from_slice(plain);
        rest = special;
        let Some((code_point, width)) = text::decode(rest) else { break };
        match code_point {
            0x22 => out.extend_from_slice(b"\\\""),
            0x5C => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0C => out.extend_from_slice(b"\\f"),
            0x0A => out.extend_from_slice(b"\\n"),
            0x0D => out.extend_from_slice(b"\\r"),
            0x09 => out.extend_from_slice(b"\\t"),
            0..0x20 | 0xD800..=0xDFFF => {
                out.extend_from_slice(b"\\u");
                for shift in [12, 8, 4, 0] {
                    let digit = char::from_digit(code_point >> shift & 0xF, 16);
                    out.push(digit.map_or(b'0', |digit| digit as u8));
                }
            }
            _ => out.extend_from_slice(rest.get(..width).unwrap_or_default()),
        }
        rest = rest.get(width..).unwrap_or_default();
    }
    out.push(b'"');
}

/// The number of bytes that [`write_json_string`] writes.
fn json_string_len(text: Wtf8<'_>) -> usize {
    let (mut len, mut before) = (2_usize, 0);
    if plain_len(text.bytes()) == text.bytes().len() {
        return len.saturating_add(text.bytes().len());
    }
    for &byte in text.bytes() {
        let more = match byte {
            b'"' | b'\\' | 0x08..=0x0A | 0x0C | 0x0D => 2,
            0..0x20 => 6,
            // The second of the three bytes of a surrogate.
            0xA0..=0xBF if before == 0xED => 4,
            _ => 1,
        };
        len = len.saturating_add(more);
        before = byte;
    }
    len
}

/// Writes a finite number as JavaScript's `JSON.stringify` does.
pub fn write_json_number(out: &mut Vec<u8>, number: f64) {
    write_number(out, number);
}

/// How `$string` lays JSON text out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Layout {
    /// On one line.
    Compact,
    /// Indented by two spaces.
    Pretty,
}

/// What becomes of a value that JSON does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Policy {
    /// It is an error: results are JSON.
    Strict,
    /// JSONata's `$string`: functions are empty text, undefined items null, numbers have
    /// 15 significant digits.
    Lenient,
}

/// Writes a result after what `out` holds; functions and undefined are no JSON. Numbers that
/// are not finite are none either, but the contract looks at the size first, where they
/// count as `null`: gives whether all numbers are finite.
pub(crate) fn write_result(
    heap: &mut Heap,
    value: Value,
    out: &mut Vec<u8>,
) -> Result<bool> {
    let mut writer = Writer::new(Policy::Strict, Layout::Compact);
    writer.paid = out.len();
    writer.write(heap, value, out)?;
    Ok(writer.finite)
}

/// Writes what `$string` makes of an array or object.
pub(crate) fn write_string(
    heap: &mut Heap,
    value: Value,
    layout: Layout,
) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    Writer::new(Policy::Lenient, layout).write(heap, value, &mut out)?;
    Ok(out)
}

/// Room after a text for what closes a result, so that a long one is not moved for it.
const AFTER: usize = 64;

/// A container that is being written.
struct Written {
    container: Value,
    position: u32,
    /// Whether a member was written before, so that a comma is due.
    comma: bool,
}

#[derive(Clone, Copy)]
struct Writer {
    policy: Policy,
    layout: Layout,
    /// Whether every number so far is finite.
    finite: bool,
    /// Bytes written that are charged.
    paid: usize,
}

impl Writer {
    fn new(policy: Policy, layout: Layout) -> Self {
        Writer { policy, layout, finite: true, paid: 0 }
    }

    fn write(&mut self, heap: &mut Heap, value: Value, out: &mut Vec<u8>) -> Result<()> {
        let mut open: Vec<Written> = Vec::new();
        let mut next = Some(value);
        loop {
            self.settle(heap, out)?;
            if let Some(value) = next.take() {
                heap.budget.charge(1)?;
                match value {
                    Value::Array(Array { len: 0, .. }) => out.extend_from_slice(b"[]"),
                    Value::Object(object) if heap.member_count(object) == 0 => {
                        out.extend_from_slice(b"{}");
                    }
                    Value::Array(_) | Value::Object(_) => {
                        let array = matches!(value, Value::Array(_));
                        out.push(if array { b'[' } else { b'{' });
                        open.push(Written {
                            container: value,
                            position: 0,
                            comma: false,
                        });
                    }
                    scalar => self.scalar(heap, scalar, out)?,
                }
            }
            let depth = open.len();
            let Some(top) = open.last_mut() else { return Ok(()) };
            let position = top.position;
            top.position = position.saturating_add(1);
            match top.container {
                Value::Array(array) if position < array.len => {
                    self.separate(out, top.comma, depth);
                    top.comma = true;
                    next = Some(heap.item(array, position));
                }
                Value::Object(object) if position < heap.member_count(object) => {
                    let member = heap.member_at(object, position);
                    if member.is_undefined() && self.policy == Policy::Lenient {
                        continue;
                    }
                    self.separate(out, top.comma, depth);
                    top.comma = true;
                    let key = heap.keys(object).get(index(position)).copied();
                    let name = heap.name(key.unwrap_or_default());
                    self.string(heap, name, out)?;
                    out.push(b':');
                    if self.layout == Layout::Pretty {
                        out.push(b' ');
                    }
                    next = Some(member);
                }
                container => {
                    let comma = top.comma;
                    open.pop();
                    if comma {
                        self.break_line(out, open.len());
                    }
                    let array = matches!(container, Value::Array(_));
                    out.push(if array { b']' } else { b'}' });
                }
            }
        }
    }

    /// Charges what was written since the last time, which is never more than a scalar
    /// that is no text, or the indentation of a line.
    fn settle(&mut self, heap: &mut Heap, out: &[u8]) -> Result<()> {
        let unpaid = out.len().saturating_sub(self.paid);
        self.paid = out.len();
        Ok(heap.budget.allocate(u64::from(length(unpaid)))?)
    }

    /// Writes a text or a name, of which many objects may hold a long one: it is charged
    /// before it is written.
    fn string(&mut self, heap: &mut Heap, text: Text, out: &mut Vec<u8>) -> Result<()> {
        let written = json_string_len(heap.text(text));
        heap.budget.charge(u64::from(text.len >> 5))?;
        heap.budget.allocate(u64::from(length(written)))?;
        self.paid = self.paid.saturating_add(written);
        if out.len() < written {
            out.reserve_exact(written.saturating_add(AFTER));
        }
        make_room(out, written);
        write_json_string(out, heap.text(text));
        Ok(())
    }

    fn separate(self, out: &mut Vec<u8>, comma: bool, depth: usize) {
        if comma {
            out.push(b',');
        }
        self.break_line(out, depth);
    }

    fn break_line(self, out: &mut Vec<u8>, depth: usize) {
        if self.layout == Layout::Pretty {
            out.push(b'\n');
            out.extend(core::iter::repeat_n(b' ', depth.saturating_mul(2)));
        }
    }

    fn scalar(&mut self, heap: &mut Heap, value: Value, out: &mut Vec<u8>) -> Result<()> {
        let strict = self.policy == Policy::Strict;
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            Value::String(text) => self.string(heap, text, out)?,
            Value::Number(number) if number.is_finite() => {
                let number = if strict || is_integer(number) {
                    number
                } else {
                    round_to_15_digits(number)
                };
                write_json_number(out, number);
            }
            Value::Number(_) if strict => {
                self.finite = false;
                out.extend_from_slice(b"null");
            }
            _ if strict => return Err(Error::from(ErrorKind::NotSerializable)),
            Value::Number(number) if number.is_infinite() => {
                return Err(Error::from(ErrorKind::NumberOverflow));
            }
            Value::Function(_) => out.extend_from_slice(b"\"\""),
            _ => out.extend_from_slice(b"null"),
        }
        Ok(())
    }
}

/// Whether a number has no fraction.
pub(crate) fn is_integer(number: f64) -> bool {
    number.is_finite() && libm::trunc(number) == number
}
