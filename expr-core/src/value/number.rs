//! Numbers as JavaScript writes and rounds them.

use crate::decimal::{Decimal, digits_of, write_whole};
use crate::size::index;
use alloc::string::String;
use alloc::vec::Vec;

/// The shortest text that reads back as `number`, in JavaScript's notation.
pub(crate) fn format_number(number: f64) -> String {
    let mut out = Vec::new();
    write_number(&mut out, number);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends what [`format_number`] gives.
///
/// ECMAScript, Number::toString: plain digits from 10⁻⁶ up to 10²¹, an exponent beyond.
pub(crate) fn write_number(out: &mut Vec<u8>, number: f64) {
    if number.is_nan() {
        return out.extend_from_slice(b"NaN");
    }
    if number < 0.0 {
        out.push(b'-');
    }
    if number.is_infinite() {
        return out.extend_from_slice(b"Infinity");
    }
    let Decimal { digits, exponent } = match number.abs() {
        0.0 => Decimal { digits: 0, exponent: 0 },
        number => Decimal::shortest(number),
    };
    let mut buffer = [0; 20];
    let digits = digits_of(digits, &mut buffer);
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    // Where the point stands, counted from before the first digit.
    let point = count.saturating_add(exponent);
    match point {
        1..=21 => {
            let (whole, fraction) = digits
                .split_at_checked(index(point.unsigned_abs()))
                .unwrap_or((digits, &[]));
            out.extend_from_slice(whole);
            write_zeros(out, exponent);
            write_fraction(out, fraction);
        }
        -5..=0 => {
            out.extend_from_slice(b"0.");
            write_zeros(out, point.saturating_neg());
            out.extend_from_slice(digits);
        }
        _ => {
            let (first, fraction) = digits.split_at_checked(1).unwrap_or((digits, &[]));
            out.extend_from_slice(first);
            write_fraction(out, fraction);
            let exponent = point.saturating_sub(1);
            out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
            write_whole(out, u64::from(exponent.unsigned_abs()));
        }
    }
}

fn write_zeros(out: &mut Vec<u8>, count: i32) {
    for _ in 0..count {
        out.push(b'0');
    }
}

fn write_fraction(out: &mut Vec<u8>, digits: &[u8]) {
    if !digits.is_empty() {
        out.push(b'.');
        out.extend_from_slice(digits);
    }
}

/// `Number(number.toPrecision(15))`: rounded to 15 significant digits.
pub(crate) fn round_to_15_digits(number: f64) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return number;
    }
    Decimal::of_15_digits(number.abs()).to_double().copysign(number)
}
