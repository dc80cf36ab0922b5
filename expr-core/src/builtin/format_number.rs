//! `$formatNumber`: numbers in XPath's decimal pictures, such as `#,##0.00`.
//!
//! The steps are those of XPath's `format-number`, taken as the reference takes them; where
//! it departs from XPath, the comment says so. All positions count UTF-16 units.

use super::coerce::{self, fault};
use super::integer_picture::even_spacing;
use super::number::round_half_even;
use super::number_picture::{Symbols, Variables, exchange, read_picture, replaced_at};
use super::power::power;
use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::decimal::write_fixed;
use crate::error::Result;
use crate::text::Wtf8Buf;
use crate::value::{Heap, Object, Value, format_number, length};
use alloc::vec::Vec;

pub(super) const TABLE: &[Builtin] = &[Builtin {
    head: "formatNumber<n-so?:s>",
    arity: 3,
    parameters: 3,
    purity: Purity::Pure,
    cost: Cost::PerText,
    doc: Doc::new(
        "Writes a number as a picture shows it; options name other separators and digits.",
        &[
            ("$formatNumber(12345.6, '#,###.00')", "\"12,345.60\""),
            ("$formatNumber(0.14, '01%')", "\"14%\""),
            (
                "$formatNumber(1234.5, '#.##0,00', {'decimal-separator': ',', 'grouping-separator': '.'})",
                "\"1.234,50\"",
            ),
        ],
    ),
    call: Body::Native(format),
}];

fn format(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let Some(number) = coerce::optional_number(heap, argument(arguments, 0))? else {
        return Ok(Value::Undefined);
    };
    let mut symbols = match argument(arguments, 2) {
        Value::Object(options) => given_symbols(heap, options)?,
        _ => Symbols::default(),
    };
    let Some(picture) = coerce::text(argument(arguments, 1))? else {
        return Err(fault("a picture is expected"));
    };
    // Symbols are looked for in the picture a few dozen times.
    let longest = length(symbols.longest());
    heap.budget.charge(u64::from(picture.len).saturating_mul(u64::from(longest)))?;
    heap.budget.allocate(u64::from(picture.len).saturating_mul(16))?;
    let picture = heap.text(picture).to_units();
    let pictures = read_picture(heap, &picture, &symbols)?;
    // A negative number takes the second picture, or the first with a minus sign. NaN is
    // not at least 0 and so goes the same way.
    let positive = number >= 0.0;
    let (variables, sign) = match (pictures.as_slice(), positive) {
        ([first], false) => (first, symbols.minus.as_slice()),
        ([first, ..], true) => (first, [].as_slice()),
        ([_, second, ..], false) => (second, [].as_slice()),
        ([], _) => return Err(fault("the picture is empty")),
    };
    let mut written: Vec<u16> = sign.to_vec();
    written.extend_from_slice(&variables.prefix);
    written.append(&mut write_number(heap, number, variables, &symbols)?);
    written.extend_from_slice(&variables.suffix);
    let text = Wtf8Buf::from_units(&written).into_bytes();
    heap.add_text(&text).map(Value::String)
}

fn given_symbols(heap: &mut Heap, options: Object) -> Result<Symbols> {
    let mut symbols = Symbols::default();
    for (name, symbol) in symbols.named() {
        let value = heap.find_key(name).and_then(|key| heap.member(options, key));
        match value {
            None => {}
            Some(Value::String(text)) => {
                heap.pay_text(crate::value::index(text.len))?;
                *symbol = heap.text(text).to_units();
            }
            Some(_) => return Err(fault("the options of a picture must be strings")),
        }
    }
    Ok(symbols)
}

/// The number without prefix and suffix.
fn write_number(
    heap: &mut Heap,
    number: f64,
    variables: &Variables,
    symbols: &Symbols,
) -> Result<Vec<u16>> {
    let scaled = number * variables.scale;
    let (mantissa, exponent) = match variables.exponent_digits {
        0 => (scaled, None),
        _ => {
            let (mantissa, exponent) = normalize(scaled, variables.scaling)?;
            (mantissa, Some(exponent))
        }
    };
    let places = variables.most_fraction;
    let rounded = round_half_even(mantissa, f64::from(places));
    let mut digits = in_digits(rounded, places, symbols)?;
    match digits.iter().position(|&unit| unit == u16::from(b'.')) {
        Some(point) => {
            exchange(&mut digits, point, point.saturating_add(1), &symbols.decimal);
        }
        None => digits.extend_from_slice(&symbols.decimal),
    }
    let is_zero = |unit: Option<&u16>| unit.is_some_and(|unit| symbols.zero == [*unit]);
    let leading = digits.iter().take_while(|&unit| is_zero(Some(unit))).count();
    digits.drain(..leading);
    while is_zero(digits.last()) {
        digits.pop();
    }
    pad(heap, &mut digits, variables, symbols)?;
    group(heap, &mut digits, variables, symbols)?;
    let point = symbols.decimal_in(&digits);
    if !variables.has_decimal || point.saturating_add(1) == signed_len(&digits) {
        digits.pop();
    }
    if let Some(exponent) = exponent {
        digits.extend_from_slice(&symbols.exponent);
        if exponent < 0.0 {
            digits.extend_from_slice(&symbols.minus);
        }
        let mut shown = in_digits(exponent, 0, symbols)?;
        let missing = variables.exponent_digits.saturating_sub(length(shown.len()));
        extend_zeros(heap, &mut digits, missing, symbols)?;
        digits.append(&mut shown);
    }
    Ok(digits)
}

/// `number` as mantissa × 10^exponent, the mantissa having `scaling` integer digits.
/// Stepwise, since the reference's rounding errors are part of its answers.
fn normalize(number: f64, scaling: u32) -> Result<(f64, f64)> {
    if number.is_infinite() {
        return Err(fault("an infinite number has no exponent"));
    }
    let scaling = f64::from(scaling);
    let most = power(10.0, scaling);
    let least = power(10.0, scaling - 1.0);
    let (mut mantissa, mut exponent) = (number, 0.0);
    if mantissa != 0.0 {
        while mantissa.abs() < least {
            mantissa *= 10.0;
            exponent -= 1.0;
        }
        while mantissa.abs() > most {
            mantissa /= 10.0;
            exponent += 1.0;
        }
    }
    Ok((mantissa, exponent))
}

/// JavaScript's `toFixed` of the magnitude, in the digits of the picture.
fn in_digits(number: f64, places: u32, symbols: &Symbols) -> Result<Vec<u16>> {
    if places > 100 {
        return Err(fault("a picture has at most 100 decimal places"));
    }
    let number = number.abs();
    let mut shown = Vec::new();
    if number < 1e21 {
        write_fixed(&mut shown, number, places);
    } else {
        shown = format_number(number).into_bytes();
    }
    let mut digits = Vec::with_capacity(shown.len());
    for byte in shown {
        digits.push(match byte {
            b'0'..=b'9' => {
                symbols.digit(u16::from(byte.saturating_sub(b'0'))).unwrap_or_default()
            }
            byte => u16::from(byte),
        });
    }
    Ok(digits)
}

fn pad(
    heap: &mut Heap,
    digits: &mut Vec<u16>,
    variables: &Variables,
    symbols: &Symbols,
) -> Result<()> {
    let whole = symbols.decimal_in(digits);
    let fraction = signed_len(digits).saturating_sub(whole).saturating_sub(1);
    let missing = |least: u32, present: i64| {
        u32::try_from(i64::from(least).saturating_sub(present)).unwrap_or(0)
    };
    let mut padded = Vec::new();
    extend_zeros(heap, &mut padded, missing(variables.least_integer, whole), symbols)?;
    padded.append(digits);
    *digits = padded;
    let trailing = missing(variables.least_fraction, fraction);
    extend_zeros(heap, digits, trailing, symbols)
}

fn extend_zeros(
    heap: &mut Heap,
    digits: &mut Vec<u16>,
    count: u32,
    symbols: &Symbols,
) -> Result<()> {
    let bytes = crate::value::index(count).saturating_mul(symbols.zero.len());
    heap.pay_text(bytes.saturating_mul(2))?;
    for _ in 0..count {
        digits.extend_from_slice(&symbols.zero);
    }
    Ok(())
}

fn group(
    heap: &mut Heap,
    digits: &mut Vec<u16>,
    variables: &Variables,
    symbols: &Symbols,
) -> Result<()> {
    let separator = &symbols.grouping;
    let mut point = symbols.decimal_in(digits);
    match even_spacing(&variables.integer_groups) {
        Some(every) => {
            let every = i64::from(every);
            let mut at = point.saturating_sub(every);
            while at > 0 {
                heap.pay_text(digits.len())?;
                replaced_at(digits, at, separator);
                at = at.saturating_sub(every);
            }
        }
        None => {
            for &position in &variables.integer_groups {
                heap.pay_text(digits.len())?;
                replaced_at(digits, point.saturating_sub(i64::from(position)), separator);
                point = point.saturating_add(1);
            }
        }
    }
    let point = symbols.decimal_in(digits);
    for &position in &variables.fraction_groups {
        heap.pay_text(digits.len())?;
        let at = i64::from(position).saturating_add(point).saturating_add(1);
        replaced_at(digits, at, separator);
    }
    Ok(())
}

fn signed_len(units: &[u16]) -> i64 {
    i64::from(length(units.len()))
}
