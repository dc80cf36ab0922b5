//! Doubles from decimal digits and back, always correctly rounded.
//!
//! Most numbers are whole or have few decimals and need one rounded operation. The others
//! are computed exactly, with 128 bits where that is enough and else with [`Big`]. The
//! conversions of Rust's `core` have tables of powers; these need none, which is 30 KB less.

mod big;

use alloc::vec::Vec;
use big::Big;
use core::cmp::Ordering;

/// Powers of ten that are exact.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Up to here every whole number is a double.
const LARGEST_EXACT: u64 = 1 << 53;

/// The first whole number of 16 digits.
const DIGITS_16: u64 = 1_000_000_000_000_000;

/// The first whole number of 19 digits: below it, one more digit fits into 64 bits.
const DIGITS_19: u64 = 1_000_000_000_000_000_000;

/// Larger exponents are taken for this one. Texts are shorter, so their digits cannot make
/// up for it.
const LARGEST_SPELLED: i32 = 1 << 30;

/// The highest bit of a mantissa, which a double does not store.
const IMPLIED_BIT: u64 = 1 << 52;

/// The exponent of the smallest double.
const LEAST_EXPONENT: i32 = -1074;

/// `digits` × 10^`exponent`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Decimal {
    /// The digits as a whole number.
    pub(crate) digits: u64,
    /// Where they stand.
    pub(crate) exponent: i32,
}

impl Decimal {
    /// The shortest decimal that reads back as `number`, which is positive and finite. Of
    /// several it is the closest, and of two equally close the even one.
    pub(crate) fn shortest(number: f64) -> Decimal {
        Decimal::short(number).unwrap_or_else(|| shortest_exact(number))
    }

    /// [`Decimal::shortest`] where that has at most 15 digits or is whole.
    ///
    /// Below 10¹⁵ the error of the product and half the distance to the next double come to
    /// less than half a unit, so if any whole number reads back, it is the rounded one.
    fn short(number: f64) -> Option<Decimal> {
        let whole = number as u64;
        if whole <= LARGEST_EXACT && whole as f64 == number {
            return Some(Decimal { digits: whole, exponent: 0 });
        }
        let mut exponent = 0_i32;
        for power in POWERS {
            let scaled = number * power;
            if scaled >= 1e15 {
                return None;
            }
            let digits = (scaled + 0.5) as u64;
            if digits as f64 / power == number {
                return Some(Decimal { digits, exponent });
            }
            exponent = exponent.wrapping_sub(1);
        }
        None
    }

    /// `number`, which is positive and finite, in at most 15 significant digits; a tie is
    /// rounded up, as `toPrecision` does.
    pub(crate) fn of_15_digits(number: f64) -> Decimal {
        if let Some(short) = Decimal::short(number).filter(|d| d.digits < DIGITS_16) {
            return short;
        }
        let (mantissa, two) = parts(number);
        let mut power = 14_i32.wrapping_sub(magnitude(mantissa, two));
        loop {
            // The lowest bit tells whether the rest is half a unit or more.
            let (doubled, _) = scaled(mantissa, two.wrapping_add(1), power);
            if doubled >> 1 < DIGITS_16 {
                let digits = (doubled >> 1).wrapping_add(doubled & 1);
                return Decimal { digits, exponent: power.wrapping_neg() };
            }
            power = power.wrapping_sub(1);
        }
    }

    /// The nearest double, to even on a tie.
    pub(crate) fn to_double(self) -> f64 {
        let Decimal { digits, exponent } = self;
        let power = POWERS.get(usize::try_from(exponent.unsigned_abs()).unwrap_or(99));
        match power {
            Some(power) if digits <= LARGEST_EXACT => {
                let number = digits as f64;
                if exponent < 0 { number / power } else { number * power }
            }
            _ => nearest(Big::from(digits), exponent),
        }
    }
}

/// A positive double's exact value as (mantissa, power of two).
pub(crate) fn parts(number: f64) -> (u64, i32) {
    let bits = number.to_bits();
    let fraction = bits & IMPLIED_BIT.wrapping_sub(1);
    match i32::try_from(bits >> 52 & 0x7FF).unwrap_or(0) {
        0 => (fraction, LEAST_EXPONENT),
        biased => {
            (fraction | IMPLIED_BIT, biased.wrapping_sub(1).wrapping_add(LEAST_EXPONENT))
        }
    }
}

/// Not above the decimal logarithm of `mantissa` × 2^`two`, and less than 2.4 below it.
fn magnitude(mantissa: u64, two: i32) -> i32 {
    let bits = two.wrapping_add(63).wrapping_sub(zeros(mantissa));
    // 1233 / 4096 is a little less than the logarithm of 2, so below 1 the product is
    // above it, by less than 1.
    (bits.wrapping_mul(1233) >> 12).wrapping_sub(i32::from(bits < 0))
}

fn zeros(value: u64) -> i32 {
    i32::try_from(value.leading_zeros()).unwrap_or(0)
}

/// The whole part of `mantissa` × 2^`two` × 10^`ten`, and whether there is no fraction. The
/// mantissa has at most 56 bits and the result at most 64.
fn scaled(mantissa: u64, two: i32, ten: i32) -> (u64, bool) {
    if (0..=19).contains(&ten) && (-127..=0).contains(&two) {
        let unit = 10_u64.wrapping_pow(ten.unsigned_abs());
        let product = u128::from(mantissa).wrapping_mul(u128::from(unit));
        let whole = product.wrapping_shr(two.unsigned_abs());
        return (whole as u64, whole.wrapping_shl(two.unsigned_abs()) == product);
    }
    let mut big = Big::from(mantissa);
    let exact = big.scale(two, ten);
    (big.low(), exact)
}

/// [`Decimal::shortest`] of any number.
fn shortest_exact(number: f64) -> Decimal {
    let (mantissa, two) = parts(number);
    // Scaled to 17 digits or a little more, there is always a whole number that reads back.
    let power = 16_i32.wrapping_sub(magnitude(mantissa, two));
    let quarters = mantissa.wrapping_mul(4);
    // Halfway to the next doubles. Below a power of two they are twice as close.
    let closer = mantissa == IMPLIED_BIT && two > LEAST_EXPONENT;
    let below = quarters.wrapping_sub(if closer { 1 } else { 2 });
    let (low, low_exact) = scaled(below, two.wrapping_sub(2), power);
    let (high, high_exact) = scaled(quarters.wrapping_add(2), two.wrapping_sub(2), power);
    // A number right in the middle is read as the neighbour with the even mantissa.
    let even = mantissa & 1 == 0;
    let low = low.wrapping_add(u64::from(!(low_exact && even)));
    let high = high.wrapping_sub(u64::from(high_exact && !even));
    let (doubled, exact) = scaled(quarters, two.wrapping_sub(1), power);

    let below =
        |unit: u64, number: u64| number.checked_div(unit).unwrap_or(0).wrapping_mul(unit);
    let mut unit = 1_u64;
    let mut exponent = power.wrapping_neg();
    while below(unit.wrapping_mul(10), high) >= low {
        unit = unit.wrapping_mul(10);
        exponent = exponent.wrapping_add(1);
    }
    let down = below(unit, doubled >> 1);
    let up = down.wrapping_add(unit);
    let digits = down.checked_div(unit).unwrap_or(0);
    let up_is_closer = match doubled.wrapping_sub(down.wrapping_mul(2)).cmp(&unit) {
        Ordering::Less => false,
        Ordering::Equal => !exact || digits & 1 == 1,
        Ordering::Greater => true,
    };
    let take_up = down < low || up <= high && up_is_closer;
    Decimal { digits: digits.wrapping_add(u64::from(take_up)), exponent }
}

/// `big` × 10^`ten` as the nearest double, to even on a tie.
fn nearest(mut big: Big, ten: i32) -> f64 {
    // A division must leave more bits than a double has: then what it cuts off is only
    // asked whether it is zero. 10 / 3 is a little more than the bits of a digit.
    let divisor_bits = ten.wrapping_neg().wrapping_mul(10).wrapping_div(3);
    let two = divisor_bits.wrapping_add(66).wrapping_sub(big.bits());
    let two = if ten < 0 { two.max(0) } else { 0 };
    let exact = big.scale(two, ten);
    // A mantissa has 53 bits, and fewer where the exponent is the least.
    let drop = big.bits().wrapping_sub(53).max(two.wrapping_add(LEAST_EXPONENT));
    let exact = big.scale(1_i32.wrapping_sub(drop), 0) && exact;
    let doubled = big.low();
    let up = doubled & 1 == 1 && (!exact || doubled & 2 == 2);
    let mantissa = (doubled >> 1).wrapping_add(u64::from(up));
    libm::ldexp(mantissa as f64, drop.wrapping_sub(two))
}

/// The number that `text` spells: `[-+]?[0-9]*(\.[0-9]*)?([eE][-+]?[0-9]+)?` with a digit
/// before the exponent. Too large a number is infinite.
pub(crate) fn parse(text: &[u8]) -> Option<f64> {
    let (negative, text) = signed(text);
    let (mut digits, mut exponent) = (0_u64, 0_i32);
    let (mut spelled, mut point, mut cut) = (false, false, false);
    let mut len = 0_usize;
    for &byte in text {
        match byte {
            b'0'..=b'9' if digits < DIGITS_19 => {
                digits = digits.wrapping_mul(10).wrapping_add(u64::from(byte & 0x0F));
                exponent = exponent.wrapping_sub(i32::from(point));
                spelled = true;
            }
            b'0'..=b'9' => {
                cut |= byte != b'0';
                exponent = exponent.wrapping_add(i32::from(!point));
            }
            b'.' if !point => point = true,
            _ => break,
        }
        len = len.wrapping_add(1);
    }
    let (mantissa, rest) = text.split_at_checked(len)?;
    let exponent = exponent.wrapping_add(spelled_exponent(rest)?);
    let number = match exponent {
        _ if !spelled => return None,
        _ if digits == 0 => 0.0,
        311.. => f64::INFINITY,
        ..-345 => 0.0,
        _ if cut => long(mantissa, exponent),
        _ => Decimal { digits, exponent }.to_double(),
    };
    Some(if negative { -number } else { number })
}

/// A number of more than 19 digits, whose first 19 stand at `exponent`.
fn long(mantissa: &[u8], exponent: i32) -> f64 {
    let mut digits: Vec<u8> = Vec::new();
    digits.extend(mantissa.iter().filter(|byte| byte.is_ascii_digit()));
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    digits.drain(..zeros);
    // No double, nor the middle between two, has more than 768 digits, so of what follows
    // only counts whether it is zero.
    if digits.get(800..).is_some_and(|rest| rest.iter().any(|&digit| digit != b'0')) {
        digits.truncate(800);
        digits.push(b'1');
    }
    let further = i32::try_from(digits.len()).unwrap_or(0).wrapping_sub(19);
    nearest(Big::from_digits(&digits), exponent.wrapping_sub(further))
}

fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// The exponent at the end of a number, 0 where there is none.
fn spelled_exponent(text: &[u8]) -> Option<i32> {
    let [first, text @ ..] = text else { return Some(0) };
    let (negative, digits) = signed(text);
    if !matches!(first, b'e' | b'E') || digits.is_empty() {
        return None;
    }
    let mut exponent = 0_i32;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        exponent = exponent
            .saturating_mul(10)
            .saturating_add(i32::from(digit & 0x0F))
            .min(LARGEST_SPELLED);
    }
    Some(if negative { exponent.wrapping_neg() } else { exponent })
}

/// Appends `number` in decimal digits.
pub fn write_whole(out: &mut Vec<u8>, number: u64) {
    let mut buffer = [0; 20];
    out.extend_from_slice(digits_of(number, &mut buffer));
}

/// The decimal digits of `number`, in a buffer that holds them.
pub(crate) fn digits_of(mut number: u64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut at = buffer.len();
    loop {
        at = at.wrapping_sub(1);
        if let Some(slot) = buffer.get_mut(at) {
            *slot = b'0' | (number % 10) as u8;
        }
        number /= 10;
        if number == 0 {
            return buffer.get(at..).unwrap_or_default();
        }
    }
}

/// Appends `number`, which is finite and at least 0, with `places` decimals; a tie is
/// rounded up, as `toFixed` does.
pub(crate) fn write_fixed(out: &mut Vec<u8>, number: f64, places: u32) {
    let (mantissa, two) = parts(number);
    let mut big = Big::from(mantissa);
    big.scale(two.wrapping_add(1), i32::try_from(places).unwrap_or(0));
    big.multiply_add(1, 1);
    big.divide(2);
    let start = out.len();
    let mut written = 0_u32;
    while written <= places || big.bits() > 0 {
        if written == places && places > 0 {
            out.push(b'.');
        }
        out.push(b'0' | big.divide(10) as u8);
        written = written.wrapping_add(1);
    }
    if let Some(own) = out.get_mut(start..) {
        own.reverse();
    }
}

#[cfg(test)]
mod tests;
