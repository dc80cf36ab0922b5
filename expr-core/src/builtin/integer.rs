//! `$formatInteger` and `$parseInteger`.

use super::coerce::{self, Building, fault};
use super::integer_picture::{Case, Decimal, Grouping, IntegerFormat, Primary};
use super::number_picture::exchange;
use super::number_words as words;
use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Wtf8, Wtf8Buf, to_units};
use crate::unicode::{to_lowercase, to_uppercase};
use crate::value::{Heap, Value, format_number, length};
use alloc::vec::Vec;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "formatInteger<n-s:s>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Writes an integer as a picture shows it: digits with separators, words, Roman numerals, letters, ordinals.",
            &[
                ("$formatInteger(12345, '#,##0')", "\"12,345\""),
                ("$formatInteger(21, 'w;o')", "\"twenty-first\""),
                ("$formatInteger(1999, 'I')", "\"MCMXCIX\""),
            ],
        ),
        call: Body::Native(format),
    },
    Builtin {
        head: "parseInteger<s-s:n>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Reads an integer that is written as a picture shows it.",
            &[
                ("$parseInteger('12,345', '#,##0')", "12345"),
                ("$parseInteger('twenty-one', 'w')", "21"),
            ],
        ),
        call: Body::Native(parse),
    },
];

fn format(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let Some(number) = coerce::optional_number(heap, argument(arguments, 0))? else {
        return Ok(Value::Undefined);
    };
    let format = picture(heap, argument(arguments, 1))?;
    let mut out = Building::default();
    write_integer(heap, libm::floor(number), &format, &mut out)?;
    out.finish(heap)
}

fn parse(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let text = argument(arguments, 0);
    if text.is_undefined() {
        return Ok(text);
    }
    let format = picture(heap, argument(arguments, 1))?;
    let Some(text) = coerce::text(text)? else { return Ok(Value::Undefined) };
    read_integer(heap.bytes(text), &format).map(Value::Number)
}

fn picture(heap: &mut Heap, value: Value) -> Result<IntegerFormat> {
    let Some(text) = coerce::text(value)? else {
        return Err(fault("a picture is expected"));
    };
    heap.budget.charge(u64::from(text.len))?;
    heap.budget.allocate(u64::from(text.len).saturating_mul(16))?;
    IntegerFormat::parse(heap.bytes(text))
}

fn unknown_sequence() -> Error {
    Error::from(ErrorKind::UnsupportedSequence)
}

/// Writes an integer, NaN and infinities included.
pub(super) fn write_integer(
    heap: &mut Heap,
    number: f64,
    format: &IntegerFormat,
    out: &mut Building,
) -> Result<()> {
    if number < 0.0 {
        out.push(heap, b"-")?;
    }
    let number = number.abs();
    let mut text = Building::default();
    match &format.primary {
        Primary::Letters => {
            let first = if format.case == Case::Upper { b'A' } else { b'a' };
            return words::to_letters(heap, number, first, out);
        }
        Primary::Decimal(decimal) => {
            let units = write_digits(heap, number, decimal, format.ordinal)?;
            return out.push(heap, &Wtf8Buf::from_units(&units).into_bytes());
        }
        Primary::Unknown => return Err(unknown_sequence()),
        Primary::Roman => words::to_roman(heap, number, &mut text)?,
        Primary::Words => words::to_words(heap, number, format.ordinal, &mut text)?,
    }
    let mut letters = text.bytes().to_vec();
    match (format.case, &format.primary) {
        (Case::Upper, _) => letters.make_ascii_uppercase(),
        (Case::Lower, Primary::Words) => letters.make_ascii_lowercase(),
        _ => {}
    }
    out.push(heap, &letters)
}

fn write_digits(
    heap: &mut Heap,
    number: f64,
    decimal: &Decimal,
    ordinal: bool,
) -> Result<Vec<u16>> {
    let shown = format_number(number);
    let missing = decimal.mandatory - f64::from(length(shown.len()));
    let zeros = crate::value::index(coerce::saturate(missing));
    heap.pay_text(zeros.saturating_add(shown.len()).saturating_mul(4))?;
    let shift = decimal.zero.saturating_sub(0x30);
    // All families are in the Basic Multilingual Plane.
    let digit = |byte: u8| u16::try_from(u32::from(byte).saturating_add(shift));
    let mut digits = alloc::vec![digit(b'0').unwrap_or_default(); zeros];
    for byte in shown.bytes() {
        digits.extend(digit(byte));
    }
    let mut digits = group(heap, digits, &decimal.grouping)?;
    if ordinal {
        for byte in suffix(&digits).bytes() {
            digits.push(u16::from(byte));
        }
    }
    Ok(digits)
}

fn group(heap: &mut Heap, digits: Vec<u16>, grouping: &Grouping) -> Result<Vec<u16>> {
    match grouping {
        Grouping::Regular { every, separator } => {
            let mut grouped = Vec::with_capacity(digits.len());
            for (left, &digit) in (0..digits.len()).rev().zip(&digits) {
                let left = length(left).saturating_add(1);
                if left.checked_rem(*every) == Some(0) && !grouped.is_empty() {
                    grouped.extend(units(*separator));
                }
                grouped.push(digit);
            }
            Ok(grouped)
        }
        Grouping::Listed(separators) => {
            let mut grouped = digits;
            for &(position, separator) in separators.iter().rev() {
                heap.pay_text(grouped.len())?;
                insert(&mut grouped, crate::value::index(position), separator);
            }
            Ok(grouped)
        }
    }
}

/// Puts a separator before the last `from_end` units. Where there are fewer, it comes
/// first, and JavaScript's `substr` with a negative start then drops what is farther from
/// the end than what is missing.
fn insert(units_so_far: &mut Vec<u16>, from_end: usize, separator: u32) {
    let len = units_so_far.len();
    let separator: Vec<u16> = units(separator).collect();
    match len.checked_sub(from_end) {
        Some(at) => exchange(units_so_far, at, at, &separator),
        None => {
            let missing = from_end.saturating_sub(len);
            let kept = len.saturating_sub(missing);
            exchange(units_so_far, 0, kept, &separator);
        }
    }
}

fn units(code_point: u32) -> impl Iterator<Item = u16> {
    let (first, second) = to_units(code_point);
    core::iter::once(first).chain(second)
}

/// The ending of an ordinal, by the last two characters as they are written.
fn suffix(digits: &[u16]) -> &'static str {
    const ONE: u16 = 0x31;
    let mut from_end = digits.iter().rev().copied();
    let (last, before) = (from_end.next(), from_end.next());
    match last {
        _ if before == Some(ONE) => "th",
        Some(ONE) => "st",
        Some(0x32) => "nd",
        Some(0x33) => "rd",
        _ => "th",
    }
}

/// Reads an integer; NaN where there is none. The text is not compared with the picture.
pub(super) fn read_integer(text: &[u8], format: &IntegerFormat) -> Result<f64> {
    let upper = format.case == Case::Upper;
    Ok(match &format.primary {
        Primary::Letters => words::from_letters(text, if upper { b'A' } else { b'a' }),
        Primary::Roman if upper => words::from_roman(text),
        Primary::Roman => words::from_roman(&to_uppercase(text)),
        Primary::Words => words::from_words(&to_lowercase(text)),
        Primary::Decimal(decimal) => read_digits(text, decimal, format.ordinal)?,
        Primary::Unknown => return Err(unknown_sequence()),
    })
}

fn read_digits(text: &[u8], decimal: &Decimal, ordinal: bool) -> Result<f64> {
    let mut units = Wtf8::new(text).to_units();
    if ordinal {
        units.truncate(units.len().saturating_sub(2));
    }
    match &decimal.grouping {
        // Whatever the separator of the picture is.
        Grouping::Regular { .. } => units.retain(|&unit| unit != u16::from(b',')),
        Grouping::Listed(separators) => {
            for &(_, separator) in separators {
                remove(&mut units, separator);
            }
        }
    }
    let shift = i32::try_from(decimal.zero).unwrap_or(0).saturating_sub(0x30);
    let mut digits = Wtf8Buf::default();
    for unit in units {
        let shifted = i32::from(unit).saturating_sub(shift);
        let Ok(code_point) = u32::try_from(shifted) else {
            return Err(fault("a character comes before the digits of the picture"));
        };
        digits.push_code_point(code_point);
    }
    Ok(coerce::parse_integer(digits.as_wtf8().bytes()))
}

fn remove(from: &mut Vec<u16>, separator: u32) {
    match to_units(separator) {
        (unit, None) => from.retain(|&other| other != unit),
        (high, Some(low)) => {
            let mut kept: Vec<u16> = Vec::with_capacity(from.len());
            for &unit in from.iter() {
                if unit == low && kept.last() == Some(&high) {
                    kept.pop();
                } else {
                    kept.push(unit);
                }
            }
            *from = kept;
        }
    }
}
