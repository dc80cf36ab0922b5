//! `x` to the power of `y`, to the last bit as V8 computes it.
//!
//! ECMAScript leaves the last bits of `Math.pow` to the engine. V8 has fdlibm's algorithm
//! with one pair of parentheses in another place, which changes one result in twenty, and
//! every answer of the reference was given by it. So the algorithm is here once more, with
//! V8's parentheses; special cases are those of ECMAScript, which differ from C's in one to
//! the power of infinity.
//!
//! The algorithm and its constants come from fdlibm, whose notice is:
//! Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved.
//! Permission to use, copy, modify, and distribute this software is freely granted,
//! provided that this notice is preserved.

use crate::value::remainder;

/// Coefficients of the logarithm: (3/2)·(log x - 2s - 2/3·s³).
const LOGARITHM: [f64; 6] = [
    5.999_999_999_999_946e-1,
    4.285_714_285_785_502e-1,
    3.333_333_298_183_774_3e-1,
    2.727_281_238_085_34e-1,
    2.306_607_457_755_617_5e-1,
    2.069_750_178_003_384_2e-1,
];
/// Coefficients of the exponential.
const EXPONENTIAL: [f64; 5] = [
    1.666_666_666_666_660_2e-1,
    -2.777_777_777_701_559_3e-3,
    6.613_756_321_437_934e-5,
    -1.653_390_220_546_525_2e-6,
    4.138_136_797_057_238_5e-8,
];
/// log 2, then its upper half and what is missing.
const LOG_2: f64 = core::f64::consts::LN_2;
const LOG_2_HIGH: f64 = f64::from_bits(0x3FE6_2E43_0000_0000);
const LOG_2_LOW: f64 = f64::from_bits(0xBE20_5C61_0CA8_6C39);
/// 2/(3 log 2), likewise.
const SCALE: f64 = f64::from_bits(0x3FEE_C709_DC3A_03FD);
const SCALE_HIGH: f64 = f64::from_bits(0x3FEE_C709_E000_0000);
const SCALE_LOW: f64 = f64::from_bits(0xBE3E_2FE0_145B_01F5);
/// log₂ 1.5 in two parts.
const LOG2_OF_1_5_HIGH: f64 = f64::from_bits(0x3FE2_B803_4000_0000);
const LOG2_OF_1_5_LOW: f64 = f64::from_bits(0x3E4C_FDEB_43CF_D006);
/// 1/log 2, likewise.
const PER_LOG_2: f64 = core::f64::consts::LOG2_E;
const PER_LOG_2_HIGH: f64 = f64::from_bits(0x3FF7_1547_6000_0000);
const PER_LOG_2_LOW: f64 = f64::from_bits(0x3E54_AE0B_F85D_DF44);
/// How much below 1024 a logarithm must stay for its power not to overflow.
const OVERFLOW: f64 = 8.008_566_259_537_294e-17;

/// A number as the sum of one with few bits and a small one.
#[derive(Clone, Copy)]
struct Sum {
    high: f64,
    low: f64,
}

/// The upper 32 bits.
fn high_word(number: f64) -> u32 {
    u32::try_from(number.to_bits() >> 32).unwrap_or_default()
}

/// A number without its lower 32 bits.
fn cut(number: f64) -> f64 {
    f64::from_bits(number.to_bits() & 0xFFFF_FFFF_0000_0000)
}

/// `base` to the power of `exponent`.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    let special = !base.is_finite()
        || !exponent.is_finite()
        || [0.0, 1.0].contains(&base.abs())
        || [0.0, 1.0, -1.0, 2.0].contains(&exponent)
        || exponent == 0.5 && base > 0.0
        || base < 0.0 && libm::trunc(exponent) != exponent;
    if special {
        return special_power(base, exponent);
    }
    let sign = if base < 0.0 && remainder(exponent, 2.0) != 0.0 { -1.0 } else { 1.0 };
    let logarithm = if exponent.abs() >= 2_147_485_696.0 {
        match logarithm_near_one(base.abs()) {
            Some(logarithm) => logarithm,
            None => return sign * limit(base.abs() > 1.0, exponent),
        }
    } else {
        logarithm(base.abs())
    };
    let upper = cut(exponent);
    let product = Sum {
        low: (exponent - upper) * logarithm.high + exponent * logarithm.low,
        high: upper * logarithm.high,
    };
    sign * power_of_two(product)
}

/// Powers that are exact, infinite, or no number.
fn special_power(base: f64, exponent: f64) -> f64 {
    let size = base.abs();
    let odd = remainder(exponent, 2.0).abs() == 1.0;
    let sign = if base.is_sign_negative() && odd { -1.0 } else { 1.0 };
    if exponent == 0.0 {
        1.0
    } else if base.is_nan() || exponent.is_nan() {
        f64::NAN
    } else if exponent.is_infinite() {
        if size == 1.0 { f64::NAN } else { limit(size > 1.0, exponent) }
    } else if size == 0.0 || size.is_infinite() {
        sign * limit(size > 1.0, exponent)
    } else if base < 0.0 && libm::trunc(exponent) != exponent {
        f64::NAN
    } else if size == 1.0 {
        sign
    } else if exponent == 1.0 {
        base
    } else if exponent == -1.0 {
        1.0 / base
    } else if exponent == 2.0 {
        base * base
    } else {
        libm::sqrt(base)
    }
}

/// Where the powers of a number go as the exponent grows.
fn limit(above_one: bool, exponent: f64) -> f64 {
    if above_one == (exponent > 0.0) { f64::INFINITY } else { 0.0 }
}

/// log₂ of a number so close to 1 that a huge exponent gives neither 0 nor infinity.
fn logarithm_near_one(number: f64) -> Option<Sum> {
    if !(0x3FEF_FFFF..=0x3FF0_0000).contains(&high_word(number)) {
        return None;
    }
    let t = number - 1.0;
    let w = t * t * (0.5 - t * (0.333_333_333_333_333_3 - t * 0.25));
    let u = PER_LOG_2_HIGH * t;
    let v = t * PER_LOG_2_LOW - w * PER_LOG_2;
    let high = cut(u + v);
    Some(Sum { high, low: v - (high - u) })
}

/// log₂ of a positive number.
fn logarithm(number: f64) -> Sum {
    let subnormal = high_word(number) < 0x0010_0000;
    let number = if subnormal { number * 9_007_199_254_740_992.0 } else { number };
    let word = high_word(number);
    let mut power = f64::from(word >> 20) - 1023.0 - if subnormal { 53.0 } else { 0.0 };
    let fraction = word & 0x000F_FFFF;
    // The mantissa is brought next to 1 or to 1.5.
    let mut scaled = fraction | 0x3FF0_0000;
    let beside_1_5 = match fraction {
        0..=0x0003_988E => false,
        0x0003_988F..=0x000B_B679 => true,
        _ => {
            power += 1.0;
            scaled = scaled.wrapping_sub(0x0010_0000);
            false
        }
    };
    let (near, near_high, near_low) = if beside_1_5 {
        (1.5, LOG2_OF_1_5_HIGH, LOG2_OF_1_5_LOW)
    } else {
        (1.0, 0.0, 0.0)
    };
    let mantissa = f64::from_bits(
        u64::from(scaled) << 32 | number.to_bits() & 0x0000_0000_FFFF_FFFF,
    );
    // s = (m - near) / (m + near), in two parts.
    let difference = mantissa - near;
    let inverse = 1.0 / (mantissa + near);
    let s = difference * inverse;
    let s_high = cut(s);
    let sum_word = (scaled >> 1 | 0x2000_0000)
        .wrapping_add(0x0008_0000)
        .wrapping_add(u32::from(beside_1_5) << 18);
    let sum_high = f64::from_bits(u64::from(sum_word) << 32);
    let sum_low = mantissa - (sum_high - near);
    let s_low = inverse * ((difference - s_high * sum_high) - s_high * sum_low);
    let s2 = s * s;
    let [l1, l2, l3, l4, l5, l6] = LOGARITHM;
    let series = s2 * s2 * (l1 + s2 * (l2 + s2 * (l3 + s2 * (l4 + s2 * (l5 + s2 * l6)))));
    let r = series + s_low * (s_high + s);
    let s2 = s_high * s_high;
    let t_high = cut(3.0 + s2 + r);
    let t_low = r - ((t_high - 3.0) - s2);
    let u = s_high * t_high;
    let v = s_low * t_high + t_low * s;
    let p_high = cut(u + v);
    let p_low = v - (p_high - u);
    let z_high = SCALE_HIGH * p_high;
    let z_low = SCALE_LOW * p_high + p_low * SCALE + near_low;
    let high = cut(((z_high + z_low) + near_high) + power);
    Sum { high, low: z_low - (((high - power) - near_high) - z_high) }
}

/// 2 to the power of a number.
fn power_of_two(exponent: Sum) -> f64 {
    let Sum { mut high, low } = exponent;
    let z = low + high;
    if z > 1024.0 || z == 1024.0 && low + OVERFLOW > z - high {
        return f64::INFINITY;
    }
    if z < -1075.0 || z == -1075.0 && low <= z - high {
        return 0.0;
    }
    let mut whole = 0.0;
    if high_word(z.abs()) > 0x3FE0_0000 {
        whole = libm::floor(z.abs() + 0.5).copysign(z);
        high -= whole;
    }
    let t = cut(low + high);
    let u = t * LOG_2_HIGH;
    let v = (low - (t - high)) * LOG_2 + t * LOG_2_LOW;
    let z = u + v;
    let w = v - (z - u);
    let t = z * z;
    let [p1, p2, p3, p4, p5] = EXPONENTIAL;
    let t1 = z - t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))));
    // fdlibm subtracts `w + z * w` from the quotient, V8 from its divisor.
    let r = (z * t1) / ((t1 - 2.0) - (w + z * w));
    let result = 1.0 - (r - z);
    // At most 1075 in magnitude.
    libm::scalbn(result, whole as i32)
}

#[cfg(test)]
mod tests {
    use super::power;

    #[test]
    fn gives_the_bits_of_v8() {
        assert_eq!(power(2.0, 1.41), 2.6573716281930233);
        assert_eq!(power(0.96, 10.0), 0.6648326359915009);
        assert_eq!(power(-2.0, 3.0), -8.0);
        assert_eq!(power(10.0, 308.0), 1e308);
        assert_eq!(power(10.0, 309.0), f64::INFINITY);
        assert_eq!(power(2.0, -1074.0), 5e-324);
    }

    /// ECMAScript, Number::exponentiate.
    #[test]
    fn special_cases_are_those_of_javascript() {
        const INFINITY: f64 = f64::INFINITY;
        let cases = [
            (f64::NAN, 0.0, 1.0),
            (f64::NAN, 1.0, f64::NAN),
            (1.0, INFINITY, f64::NAN),
            (-1.0, -INFINITY, f64::NAN),
            (2.0, INFINITY, INFINITY),
            (-2.0, INFINITY, INFINITY),
            (0.5, INFINITY, 0.0),
            (2.0, -INFINITY, 0.0),
            (0.0, -3.0, INFINITY),
            (-0.0, -3.0, -INFINITY),
            (-0.0, -2.0, INFINITY),
            (-0.0, 3.0, -0.0),
            (-0.0, 0.5, 0.0),
            (-INFINITY, 3.0, -INFINITY),
            (-INFINITY, 2.0, INFINITY),
            (-INFINITY, -3.0, -0.0),
            (-8.0, 0.25, f64::NAN),
            (-1.0, 3.0, -1.0),
            (-1.0, 4.0, 1.0),
            (1.0, 0.3, 1.0),
            (4.0, 0.5, 2.0),
            (3.0, 2.0, 9.0),
            (4.0, -1.0, 0.25),
            (1.5, 1e300, INFINITY),
            (-1.5, 1e300, INFINITY),
            (0.5, 1e300, 0.0),
            (2.0, -1e300, 0.0),
        ];
        for (base, exponent, wanted) in cases {
            let got = power(base, exponent);
            let same =
                got.to_bits() == wanted.to_bits() || got.is_nan() && wanted.is_nan();
            assert!(same, "{base} to the power of {exponent} is {got}, not {wanted}");
        }
    }
}
