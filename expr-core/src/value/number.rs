//! Numbers as JavaScript writes, rounds and divides them.

use crate::decimal::{Decimal, digits_of, parts, write_whole};
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

/// JavaScript's `%`, which is exact and has the sign of `number`.
pub(crate) fn remainder(number: f64, divisor: f64) -> f64 {
    let (dividend, divisor) = (number.abs(), divisor.abs());
    if !dividend.is_finite() || divisor.is_nan() || divisor == 0.0 {
        return f64::NAN;
    }
    if dividend < divisor {
        return number;
    }
    let (mantissa, two) = parts(dividend);
    let (step, unit) = parts(divisor);
    let modulo = |value: u64| value.checked_rem(step).unwrap_or(0);
    let mut rest = modulo(mantissa);
    // The dividend is not smaller, so neither is its power of two. A rest has 53 bits, which
    // leaves room for 11 more.
    let mut places = two.saturating_sub(unit);
    while places > 0 && rest > 0 {
        rest = modulo(rest << places.min(11));
        places = places.saturating_sub(11);
    }
    libm::ldexp(rest as f64, unit).copysign(number)
}

#[cfg(test)]
mod tests {
    use super::remainder;

    #[test]
    fn a_remainder_is_that_of_the_standard_library() {
        let edges =
            [0.0, 0.1, 1.0, 2.0, 3.0, 10.0, 1e15, 1e22, 1.7e308, f64::MIN_POSITIVE];
        let more =
            [5e-324, 1e-310, 0.3, 7.5, f64::INFINITY, f64::NAN, 9_007_199_254_740_993.0];
        let mut numbers: alloc::vec::Vec<f64> = edges.into_iter().chain(more).collect();
        let mut state = 5_u64;
        for _ in 0..1_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            numbers.push(f64::from_bits(state));
            numbers.push((state >> 40) as f64 / 64.0);
        }
        for &number in &numbers {
            for &divisor in &numbers {
                let wanted = number % divisor;
                let found = remainder(number, divisor);
                let same = found.to_bits() == wanted.to_bits()
                    || found.is_nan() && wanted.is_nan();
                assert!(same, "{number:e} % {divisor:e} is {wanted:e}, not {found:e}");
                assert_eq!(
                    remainder(-number, divisor).to_bits() << 1,
                    found.to_bits() << 1
                );
            }
        }
    }
}
