//! What JavaScript makes of an argument.
//!
//! A signature has been checked before most calls, but partial application goes around it,
//! as it does in the reference: then a body gets values of any kind, and does with them
//! what JavaScript's operators and methods would.

use super::helper::javascript_string;
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Wtf8, decode};
use crate::value::{Array, Heap, Marks, Text, Value, remainder};
use alloc::vec::Vec;

/// A failure that JavaScript itself would raise.
pub(super) fn fault(what: &'static str) -> Error {
    Error::from(ErrorKind::NativeFault { what })
}

/// Text or nothing. Only text has the methods that string functions call.
pub(super) fn text(value: Value) -> Result<Option<Text>> {
    match value {
        Value::Undefined => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(fault("a string is expected")),
    }
}

/// A list to go through. Without a signature it may be anything: JavaScript finds the
/// units of a text, and no items in what has no length.
pub(super) fn list(heap: &mut Heap, value: Value) -> Result<Option<Array>> {
    let items = match value {
        Value::Undefined => return Ok(None),
        Value::Array(list) => return Ok(Some(list)),
        Value::Null => return Err(fault("null has no items")),
        Value::String(text) => heap.unit_values(text)?,
        _ => Vec::new(),
    };
    Ok(heap.add_array(&items, Marks::NONE)?.as_array())
}

/// JavaScript's `String(value)`.
pub(super) fn string(heap: &mut Heap, value: Value) -> Result<Text> {
    match value {
        Value::Undefined => heap.add_text(b"undefined"),
        Value::Null => heap.add_text(b"null"),
        Value::String(text) => Ok(text),
        value => {
            let mut out = Vec::new();
            javascript_string(heap, value, &mut out)?;
            heap.add_text(&out)
        }
    }
}

/// JavaScript's `Number(value)`.
pub(crate) fn number(heap: &Heap, value: Value) -> Result<f64> {
    let mut value = value;
    loop {
        return Ok(match value {
            Value::Undefined | Value::Function(_) => f64::NAN,
            Value::Null | Value::Bool(false) => 0.0,
            Value::Bool(true) => 1.0,
            Value::Number(number) => number,
            Value::String(text) => number_of(heap.bytes(text)),
            Value::Array(array) => match array.len {
                0 => 0.0,
                1 => {
                    value = match heap.item(array, 0) {
                        // Inside of a list everything goes through text first.
                        Value::Undefined | Value::Null => return Ok(0.0),
                        Value::Bool(_) => return Ok(f64::NAN),
                        item => item,
                    };
                    continue;
                }
                _ => f64::NAN,
            },
            Value::Object(object) if object.constructed => {
                return Err(fault("an object is no number"));
            }
            Value::Object(_) => f64::NAN,
        });
    }
}

/// A number or nothing.
pub(super) fn optional_number(heap: &Heap, value: Value) -> Result<Option<f64>> {
    match value {
        Value::Undefined => Ok(None),
        value => number(heap, value).map(Some),
    }
}

/// Whether JavaScript takes a value for true: lists and objects always are.
pub(super) fn is_truthy(value: Value) -> bool {
    match value {
        Value::Undefined | Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number != 0.0 && !number.is_nan(),
        Value::String(text) => text.len > 0,
        Value::Bool(true) | Value::Array(_) | Value::Object(_) | Value::Function(_) => {
            true
        }
    }
}

/// JavaScript's `Number(text)`.
pub(super) fn number_of(bytes: &[u8]) -> f64 {
    let bytes = trim(bytes);
    if bytes.is_empty() {
        return 0.0;
    }
    if let Some((&[b'0', radix], digits)) = bytes.split_first_chunk::<2>()
        && let Some(bits) = radix_bits(radix)
    {
        return binary_number(digits, bits);
    }
    let unsigned = strip_sign(bytes);
    if unsigned == b"Infinity" {
        return if bytes.first() == Some(&b'-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    if decimal_prefix(unsigned) != unsigned.len() {
        return f64::NAN;
    }
    parse(bytes)
}

/// JavaScript's `parseInt(text)`: what the text begins with, NaN when that is no integer.
pub(super) fn parse_integer(bytes: &[u8]) -> f64 {
    let bytes = trim(bytes);
    let negative = bytes.first() == Some(&b'-');
    let unsigned = strip_sign(bytes);
    let magnitude = match unsigned.split_first_chunk::<2>() {
        Some((b"0x" | b"0X", digits)) => {
            let end = leading(digits, u8::is_ascii_hexdigit);
            binary_number(digits.get(..end).unwrap_or_default(), 4)
        }
        _ => {
            let end = leading(unsigned, u8::is_ascii_digit);
            parse(unsigned.get(..end).unwrap_or_default())
        }
    };
    if negative { -magnitude } else { magnitude }
}

/// How many bytes at the start of `bytes` are `kind`.
pub(super) fn leading(bytes: &[u8], kind: fn(&u8) -> bool) -> usize {
    bytes.iter().position(|byte| !kind(byte)).unwrap_or(bytes.len())
}

/// Text without the white space at its ends, as JavaScript trims it.
pub(crate) fn trim(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes;
    while let Some((code_point, width)) = decode(bytes)
        && is_space(code_point)
    {
        bytes = bytes.get(width..).unwrap_or_default();
    }
    let mut end = 0_usize;
    let mut at = 0_usize;
    for code_point in Wtf8::new(bytes).code_points() {
        at = at.saturating_add(width_of(code_point));
        if !is_space(code_point) {
            end = at;
        }
    }
    bytes.get(..end).unwrap_or_default()
}

/// How many bytes a code point takes.
pub(super) fn width_of(code_point: u32) -> usize {
    match code_point {
        0..=0x7F => 1,
        0x80..=0x7FF => 2,
        0x800..=0xFFFF => 3,
        _ => 4,
    }
}

/// JavaScript's `\s`.
pub(super) fn is_space(code_point: u32) -> bool {
    matches!(
        code_point,
        0x09..=0x0D | 0x20 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029
            | 0x202F | 0x205F | 0x3000 | 0xFEFF
    )
}

fn strip_sign(bytes: &[u8]) -> &[u8] {
    match bytes {
        [b'+' | b'-', rest @ ..] => rest,
        bytes => bytes,
    }
}

fn radix_bits(letter: u8) -> Option<u32> {
    match letter {
        b'x' | b'X' => Some(4),
        b'o' | b'O' => Some(3),
        b'b' | b'B' => Some(1),
        _ => None,
    }
}

/// The length of the decimal number at the start: `1`, `1.`, `.5`, `1.5e-3`.
fn decimal_prefix(bytes: &[u8]) -> usize {
    let whole = leading(bytes, u8::is_ascii_digit);
    let mut end = whole;
    let mut digits = whole;
    if bytes.get(end) == Some(&b'.') {
        let rest = bytes.get(end.saturating_add(1)..).unwrap_or_default();
        let fraction = leading(rest, u8::is_ascii_digit);
        digits = digits.saturating_add(fraction);
        end = end.saturating_add(fraction).saturating_add(1);
    }
    if digits == 0 {
        return 0;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let rest = bytes.get(end.saturating_add(1)..).unwrap_or_default();
        let unsigned = strip_sign(rest);
        let count = leading(unsigned, u8::is_ascii_digit);
        if count > 0 {
            let sign = rest.len().saturating_sub(unsigned.len());
            end = end.saturating_add(1).saturating_add(sign).saturating_add(count);
        }
    }
    end
}

fn parse(bytes: &[u8]) -> f64 {
    crate::decimal::parse(bytes).unwrap_or(f64::NAN)
}

/// A number of digits that are `bits` wide each, rounded to the nearest double.
///
/// What does not fit into 64 bits is kept as one sticky bit, which is all that rounding
/// needs to know of it.
fn binary_number(digits: &[u8], bits: u32) -> f64 {
    let mut mantissa = 0_u64;
    let mut exponent = 0_i32;
    let mut sticky = false;
    if digits.is_empty() {
        return f64::NAN;
    }
    for &digit in digits {
        let Some(digit) = char::from(digit).to_digit(1 << bits) else { return f64::NAN };
        if mantissa >> 59 == 0 {
            mantissa = mantissa << bits | u64::from(digit);
        } else {
            sticky |= digit != 0;
            exponent = exponent.saturating_add(i32::try_from(bits).unwrap_or(0));
        }
    }
    let mantissa = mantissa | u64::from(sticky);
    libm::ldexp(mantissa as f64, exponent)
}

/// JavaScript's conversion to an unsigned 32-bit integer.
pub(super) fn to_uint32(number: f64) -> u32 {
    if !number.is_finite() {
        return 0;
    }
    let wrapped = remainder(libm::trunc(number), 4_294_967_296.0);
    let wrapped = if wrapped < 0.0 { wrapped + 4_294_967_296.0 } else { wrapped };
    saturate(wrapped)
}

/// A number as an index: the fraction is cut off, NaN is 0, too large a one the largest.
pub(super) fn saturate(number: f64) -> u32 {
    if number.is_nan() || number <= 0.0 {
        return 0;
    }
    if number >= 4_294_967_295.0 {
        return u32::MAX;
    }
    number as u32
}

/// Text that is being built and paid for as it grows.
#[derive(Default)]
pub(super) struct Building {
    bytes: Vec<u8>,
}

impl Building {
    /// Adds bytes of WTF-8.
    pub(super) fn push(&mut self, heap: &mut Heap, bytes: &[u8]) -> Result<()> {
        pay(heap, bytes.len())?;
        self.make_room(bytes.len());
        crate::text::push_text(&mut self.bytes, bytes);
        Ok(())
    }

    /// Adds a text of the heap.
    pub(super) fn push_text(&mut self, heap: &mut Heap, text: Text) -> Result<()> {
        let added = crate::value::index(text.len);
        pay(heap, added)?;
        self.make_room(added);
        crate::text::push_text(&mut self.bytes, heap.bytes(text));
        Ok(())
    }

    /// Grows a large text by a quarter where a `Vec` would double it: while it grows, the
    /// old bytes are still there, and all that is held must stay in proportion to the budget.
    fn make_room(&mut self, added: usize) {
        const LARGE: usize = 1 << 20;
        let len = self.bytes.len();
        if len > LARGE && self.bytes.capacity().saturating_sub(len) < added {
            self.bytes.reserve_exact(added.max(len / 4));
        }
    }

    /// The text so far.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text as a value.
    pub(super) fn finish(self, heap: &mut Heap) -> Result<Value> {
        heap.budget.allocate(16)?;
        Ok(Value::String(heap.add_text_unpaid(&self.bytes)))
    }
}

fn pay(heap: &mut Heap, bytes: usize) -> Result<()> {
    let bytes = u64::from(crate::value::length(bytes));
    heap.budget.charge(bytes >> 5)?;
    heap.budget.allocate(bytes)?;
    Ok(())
}
