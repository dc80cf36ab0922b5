//! Numbers as JavaScript writes and reads them.

use alloc::format;
use alloc::string::String;

/// The shortest text that reads back as `number`, in JavaScript's notation.
///
/// ECMAScript, Number::toString: plain digits from 10⁻⁶ up to 10²¹, an exponent beyond.
pub(crate) fn format_number(number: f64) -> String {
    if number.is_nan() {
        return String::from("NaN");
    }
    if number.is_infinite() {
        return String::from(if number > 0.0 { "Infinity" } else { "-Infinity" });
    }
    if number == 0.0 {
        return String::from("0");
    }
    let Decimal { negative, digits, point } = Decimal::shortest(number);
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let mut out = String::new();
    if negative {
        out.push('-');
    }
    match point {
        1..=21 if count <= point => {
            out.push_str(&digits);
            push_zeros(&mut out, point.saturating_sub(count));
        }
        1..=21 => {
            let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        }
        -5..=0 => {
            out.push_str("0.");
            push_zeros(&mut out, point.saturating_neg());
            out.push_str(&digits);
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            out.push_str(first);
            if !rest.is_empty() {
                out.push('.');
                out.push_str(rest);
            }
            let exponent = point.saturating_sub(1);
            out.push('e');
            out.push(if exponent < 0 { '-' } else { '+' });
            out.push_str(&format!("{}", exponent.unsigned_abs()));
        }
    }
    out
}

fn push_zeros(out: &mut String, count: i32) {
    (0..count).for_each(|_| out.push('0'));
}

/// Decimal digits with a point: 0.DIGITS × 10^point.
pub(crate) struct Decimal {
    /// Whether the number is below zero.
    pub(crate) negative: bool,
    /// Digits without leading or trailing zeros.
    pub(crate) digits: String,
    /// Where the decimal point stands, counted from before the first digit.
    pub(crate) point: i32,
}

impl Decimal {
    /// The shortest digits that read back as `number`, which is finite and not zero.
    pub(crate) fn shortest(number: f64) -> Decimal {
        Decimal::parse(&format!("{number:e}"))
    }

    fn parse(scientific: &str) -> Decimal {
        let (mantissa, exponent) =
            scientific.split_once('e').unwrap_or((scientific, "0"));
        let negative = mantissa.starts_with('-');
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let digits = String::from(digits.trim_end_matches('0'));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        Decimal { negative, digits, point: exponent.saturating_add(1) }
    }
}

/// `Number(number.toPrecision(precision))`: rounded to that many significant digits.
///
/// JavaScript rounds an exact tie away from zero where Rust's formatting rounds it to even,
/// so the digits are taken exactly and rounded here.
pub(crate) fn round_to_precision(number: f64, precision: usize) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return number;
    }
    // A double has at most 767 significant digits, but a tie shows within 17 digits more.
    let exact = format!("{:.*e}", precision.saturating_add(40), number.abs());
    let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let digits: alloc::vec::Vec<u8> =
        mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let (kept, dropped) = digits.split_at(precision.min(digits.len()));
    let round_up = dropped.first().is_some_and(|&digit| digit >= b'5');
    let mut kept = kept.to_vec();
    let mut carry = round_up;
    for digit in kept.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { digit.saturating_add(1) };
    }
    let digits = core::str::from_utf8(&kept).unwrap_or("0");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let scale = i32::try_from(precision).unwrap_or(i32::MAX).saturating_sub(1);
    let lead = if carry { "1" } else { "" };
    let sign = if number < 0.0 { "-" } else { "" };
    let text = format!("{sign}{lead}{digits}e{}", exponent.saturating_sub(scale));
    text.parse().unwrap_or(number)
}

/// A JSON number's value; `None` when the text is none. Too large a number is infinite.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    text.parse().ok()
}
