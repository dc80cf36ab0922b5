//! Functions over numbers.

use super::coerce::{self, fault};
use super::power::power as raise;
use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::decimal;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Value, format_number, remainder, write_number};
use alloc::string::String;
use alloc::vec::Vec;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "abs<n-:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new("Gives a number without its sign.", &[("$abs(-5)", "5")]),
        call: Body::Native(abs),
    },
    Builtin {
        head: "ceil<n-:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new(
            "Rounds up to an integer.",
            &[("$ceil(5.1)", "6"), ("$ceil(-5.9)", "-5")],
        ),
        call: Body::Native(ceil),
    },
    Builtin {
        head: "floor<n-:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new(
            "Rounds down to an integer.",
            &[("$floor(5.9)", "5"), ("$floor(-5.1)", "-6")],
        ),
        call: Body::Native(floor),
    },
    Builtin {
        head: "formatBase<n-n?:s>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new(
            "Writes the nearest integer in a base from 2 to 36, 10 if none is given.",
            &[
                ("$formatBase(100, 2)", "\"1100100\""),
                ("$formatBase(2555, 16)", "\"9fb\""),
            ],
        ),
        call: Body::Native(format_base),
    },
    Builtin {
        head: "number<(nsb)-:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Turns a string that spells a number, or a boolean, into a number.",
            &[
                ("$number('12.5')", "12.5"),
                ("$number('0x1F')", "31"),
                ("$number(true)", "1"),
            ],
        ),
        call: Body::Native(number),
    },
    Builtin {
        head: "power<n-n:n>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new(
            "Raises the first number to the power of the second.",
            &[("$power(2, 8)", "256"), ("$power(4, 0.5)", "2")],
        ),
        call: Body::Native(power),
    },
    Builtin {
        head: "random<:n>",
        arity: 0,
        parameters: 1,
        purity: Purity::Random,
        cost: Cost::Unit,
        doc: Doc::new(
            "Gives a number from 0 on, below 1, drawn from the seed of the evaluation.",
            &[],
        ),
        call: Body::Native(random),
    },
    Builtin {
        head: "round<n-n?:n>",
        arity: 2,
        parameters: 2,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new(
            "Rounds to a number of decimal places, a negative one counting to the left; halves go to the even digit.",
            &[
                ("$round(123.456, 2)", "123.46"),
                ("$round(2.5)", "2"),
                ("$round(125, -1)", "120"),
            ],
        ),
        call: Body::Native(round),
    },
    Builtin {
        head: "sqrt<n-:n>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::Unit,
        doc: Doc::new("Gives the square root of a number.", &[("$sqrt(16)", "4")]),
        call: Body::Native(sqrt),
    },
];

/// The first argument as a number; nothing stays nothing.
fn first(context: &Context<'_>, arguments: &[Value]) -> Result<Option<f64>> {
    coerce::optional_number(context.heap, argument(arguments, 0))
}

fn map(
    context: &Context<'_>,
    arguments: &[Value],
    compute: fn(f64) -> f64,
) -> Result<Value> {
    let number = first(context, arguments)?;
    Ok(number.map_or(Value::Undefined, |number| Value::Number(compute(number))))
}

fn abs(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    map(context, arguments, f64::abs)
}

fn ceil(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    map(context, arguments, libm::ceil)
}

fn floor(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    map(context, arguments, libm::floor)
}

fn sqrt(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    match first(context, arguments)? {
        None => Ok(Value::Undefined),
        Some(number) if number < 0.0 => Err(Error::from(ErrorKind::NegativeRoot)),
        Some(number) => Ok(Value::Number(libm::sqrt(number))),
    }
}

fn power(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let Some(base) = first(context, arguments)? else { return Ok(Value::Undefined) };
    let exponent = coerce::number(context.heap, argument(arguments, 1))?;
    // C's pow gives 1 where ECMAScript has NaN: to the power of NaN, and ±1 to ±infinity.
    let undefined = exponent.is_nan() || base.abs() == 1.0 && exponent.is_infinite();
    let power = raise(base, exponent);
    if undefined || !power.is_finite() {
        return Err(Error::from(ErrorKind::PowerOverflow));
    }
    Ok(Value::Number(power))
}

fn round(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let Some(number) = first(context, arguments)? else { return Ok(Value::Undefined) };
    let precision = match argument(arguments, 1) {
        Value::Undefined => 0.0,
        given @ (Value::Null | Value::Number(_) | Value::String(_)) => {
            coerce::number(context.heap, given)?
        }
        _ => return Err(fault("a number of places is expected")),
    };
    Ok(Value::Number(round_half_even(number, precision)))
}

/// Rounds to decimal places. The point is shifted in the decimal text, since multiplying by
/// a power of ten would make halves of numbers that are none. Never gives -0.
pub(super) fn round_half_even(number: f64, precision: f64) -> f64 {
    let shifts = precision != 0.0 && !precision.is_nan();
    let shifted = if shifts { shift_point(number, precision) } else { number };
    let mut rounded = libm::floor(shifted);
    if shifted - rounded >= 0.5 {
        rounded += 1.0;
    }
    if (rounded - shifted).abs() == 0.5 && remainder(rounded, 2.0).abs() == 1.0 {
        rounded -= 1.0;
    }
    let rounded = if shifts { shift_point(rounded, -precision) } else { rounded };
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// `number` × 10^`places`, by its text; NaN where that text is no number.
fn shift_point(number: f64, places: f64) -> f64 {
    let mut text = Vec::new();
    write_number(&mut text, number);
    let mut exponent = 0.0;
    if let Some(at) = text.iter().position(|&byte| byte == b'e') {
        let spelled = text.get(at.saturating_add(1)..).unwrap_or_default();
        exponent = decimal::parse(spelled).unwrap_or(0.0);
        text.truncate(at);
    }
    text.push(b'e');
    write_number(&mut text, exponent + places);
    coerce::number_of(&text)
}

fn number(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let parsed = match argument(arguments, 0) {
        value @ (Value::Undefined | Value::Number(_)) => return Ok(value),
        Value::Bool(value) => Some(f64::from(u8::from(value))),
        Value::String(text) => spelled(context.heap.bytes(text)),
        _ => None,
    };
    parsed.map(Value::Number).ok_or_else(|| Error::from(ErrorKind::NotNumeric))
}

/// The number that a text spells: a JSON number, where leading zeros are allowed, or one
/// that has a prefix.
///
/// The reference's pattern for prefixes is `^0x…|0o…|0b…$`, with the anchors bound to the
/// outer two alone. So a text that just begins with `0x1`, holds `0o7` or ends with `0b1`
/// passes, and becomes what `Number` makes of the whole of it, mostly NaN.
fn spelled(bytes: &[u8]) -> Option<f64> {
    if is_decimal(bytes) {
        let number = coerce::number_of(bytes);
        return number.is_finite().then_some(number);
    }
    let hexadecimal = matches!(
        bytes,
        [b'0', b'x' | b'X', digit, ..] if digit.is_ascii_hexdigit()
    );
    let octal =
        bytes.windows(3).any(|three| matches!(three, [b'0', b'o' | b'O', b'0'..=b'7']));
    let ones = bytes.iter().rev().take_while(|byte| matches!(byte, b'0' | b'1')).count();
    let before = bytes.get(..bytes.len().saturating_sub(ones)).unwrap_or_default();
    let binary = ones > 0 && matches!(before, [.., b'0', b'b' | b'B']);
    (hexadecimal || octal || binary).then(|| coerce::number_of(bytes))
}

/// `-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?`, the whole of it.
fn is_decimal(bytes: &[u8]) -> bool {
    let rest = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let Some(mut rest) = after_digits(rest) else { return false };
    if let [b'.', fraction @ ..] = rest {
        match after_digits(fraction) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            after_digits(exponent).is_some_and(<[u8]>::is_empty)
        }
        _ => false,
    }
}

fn after_digits(bytes: &[u8]) -> Option<&[u8]> {
    match coerce::leading(bytes, u8::is_ascii_digit) {
        0 => None,
        count => bytes.get(count..),
    }
}

fn format_base(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let Some(number) = first(context, arguments)? else { return Ok(Value::Undefined) };
    let number = round_half_even(number, 0.0);
    let radix = coerce::optional_number(context.heap, argument(arguments, 1))?;
    let radix = radix.map_or(10.0, |radix| round_half_even(radix, 0.0));
    if !(2.0..=36.0).contains(&radix) {
        return Err(if radix.is_nan() {
            fault("the radix is no number")
        } else {
            Error::from(ErrorKind::BadRadix)
        });
    }
    let text = in_radix(number, radix);
    context.heap.add_text(text.as_bytes()).map(Value::String)
}

/// An integer in some base.
///
/// ECMAScript leaves the digits of large numbers open. V8 puts zeros for those that a
/// double of that size cannot tell apart, and so do we.
fn in_radix(number: f64, radix: f64) -> String {
    if radix == 10.0 || !number.is_finite() {
        return format_number(number);
    }
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let mut rest = number.abs();
    let mut digits: Vec<char> = Vec::new();
    while rest / radix >= EXACT {
        rest /= radix;
        digits.push('0');
    }
    loop {
        let digit = remainder(rest, radix);
        let spelled = char::from_digit(coerce::saturate(digit), coerce::saturate(radix));
        digits.push(spelled.unwrap_or('0'));
        rest = (rest - digit) / radix;
        if rest <= 0.0 {
            break;
        }
    }
    if number < 0.0 {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

fn random(context: &mut Context<'_>, _: &[Value]) -> Result<Value> {
    draw(context, "random").map(Value::Number)
}

/// A number from 0 on, below 1: the upper 53 bits of the next output of SplitMix64
/// (Steele, Lea and Flood 2014), whose state the seed is.
pub(super) fn draw(context: &mut Context<'_>, function: &'static str) -> Result<f64> {
    let Some(state) = context.random.as_mut() else {
        return Err(Error::from(ErrorKind::NoSeed { function }));
    };
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    Ok((mixed >> 11) as f64 / 9_007_199_254_740_992.0)
}
