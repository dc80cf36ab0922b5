//! Every conversion beside that of Rust's standard library, which is correctly rounded too.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "an overflow or a cut character fails the test"
)]

use super::{Decimal, parse, write_fixed, write_whole};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Positive doubles of every kind: any bits, sums of decimals, short decimals, powers and
/// their neighbours, subnormals.
fn numbers(count: u64) -> impl Iterator<Item = f64> {
    let mut random = Random(7);
    let edges = (-1074..1024).flat_map(|exponent| neighbours(libm::ldexp(1.0, exponent)));
    let decimal_edges = (-323..309)
        .flat_map(|exponent| neighbours(format!("1e{exponent}").parse().unwrap()));
    let rest = (0..count).map(move |round| match round % 6 {
        0 => f64::from_bits(random.next() >> 1),
        1 => random.below(1_000_000) as f64 / 100.0 + random.below(1_000) as f64 / 10.0,
        2 => random.below(1 << 60) as f64 / 1024.0,
        3 => f64::from_bits(random.below(1 << 52)),
        4 => random.next() as f64 / 1e4,
        _ => libm::ldexp(random.below(1 << 53) as f64, random.below(200) as i32 - 150),
    });
    edges.chain(decimal_edges).chain(rest).filter(|n| n.is_finite() && *n > 0.0)
}

fn neighbours(number: f64) -> [f64; 3] {
    let bits = number.to_bits();
    [bits - 1, bits, bits + 1].map(f64::from_bits)
}

/// The digits and the exponent that Rust writes.
fn scientific(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap();
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let exponent: i32 = exponent.parse().unwrap();
    (String::from(digits.trim_end_matches('0')), exponent)
}

fn spelled(decimal: Decimal) -> (String, i32) {
    let digits = format!("{}", decimal.digits);
    let exponent = decimal.exponent + digits.len() as i32 - 1;
    (String::from(digits.trim_end_matches('0')), exponent)
}

#[test]
fn the_shortest_decimal_is_that_of_the_standard_library() {
    for number in numbers(60_000) {
        let wanted = scientific(&format!("{number:e}"));
        let found = spelled(Decimal::shortest(number));
        if found != wanted {
            // The standard library does not look for the even one.
            let (exact, _) = scientific(&format!("{number:.800e}"));
            assert_eq!(exact, found.0.clone() + "5", "{number:e} is a tie");
            assert!(found.0.ends_with(['0', '2', '4', '6', '8']), "{number:e}");
            assert_eq!(found.1, wanted.1, "{number:e}");
        }
    }
}

#[test]
fn of_two_shortest_decimals_equally_close_the_even_one_is_taken() {
    // ECMAScript leaves the choice open, and V8 takes these.
    const WHOLE: f64 = 562_949_953_421_312.0;
    let even = |number| Decimal::shortest(number).digits;
    assert_eq!(even(WHOLE + 0.25), 5_629_499_534_213_122);
    assert_eq!(even(WHOLE + 0.75), 5_629_499_534_213_128);
}

#[test]
fn fifteen_digits_are_those_of_the_standard_library_but_for_ties() {
    for number in numbers(30_000) {
        let exact = format!("{number:.800e}");
        let (rest, _) = exact[16..].split_once('e').unwrap();
        let is_tie =
            rest.starts_with('5') && rest[1..].bytes().all(|digit| digit == b'0');
        if !is_tie {
            let wanted = scientific(&format!("{number:.14e}"));
            assert_eq!(spelled(Decimal::of_15_digits(number)), wanted, "{number:e}");
        }
    }
}

#[test]
fn a_tie_of_fifteen_digits_goes_up() {
    let decimal = Decimal::of_15_digits(1_000_000_000_000_002.5);
    assert_eq!(spelled(decimal), (String::from("1"), 15));
    let decimal = Decimal::of_15_digits(100_000_000_000_002.5);
    assert_eq!(spelled(decimal), (String::from("100000000000003"), 14));
}

#[test]
fn texts_are_read_as_the_standard_library_reads_them() {
    let check = |text: &str| {
        let wanted: f64 = text.parse().unwrap();
        let found = parse(text.as_bytes()).unwrap();
        assert_eq!(found.to_bits(), wanted.to_bits(), "{text}");
    };
    let mut random = Random(11);
    for number in numbers(30_000) {
        check(&format!("{number:e}"));
        check(&format!("-{number:.16e}"));
        check(&format!("{:.*e}", random.below(30) as usize, number));
    }
    for _ in 0..60_000 {
        let exponent = random.below(700) as i32 - 350;
        check(&format!("{}.{}e{exponent}", random.next() >> 1, random.next()));
        check(&format!("{}e{exponent}", random.below(1 << 54)));
    }
}

#[test]
fn the_middle_between_two_doubles_goes_to_the_even_one() {
    let mut random = Random(13);
    for round in 0..1_500_u64 {
        // One bit more than a double has at that exponent.
        let (bits, power) = match round % 3 {
            0 => (54, random.below(60) as u32),
            1 => (54, 1 + random.below(500) as u32),
            _ => (1 + random.below(53), 1075),
        };
        let mantissa = random.next() >> (64 - bits) | 1 << (bits - 1) | 1;
        let digits = times_power_of_five(mantissa, power);
        let (whole, last) = digits.split_at(digits.len() - 1);
        for text in
            [digits.clone(), format!("{digits}{:01$}1", 0, 900), format!("{whole}4")]
        {
            let surplus = text.len() - digits.len();
            let text = format!("{text}e-{}", power as usize + surplus);
            let wanted: f64 = text.parse().unwrap();
            assert_eq!(
                parse(text.as_bytes()).unwrap().to_bits(),
                wanted.to_bits(),
                "{text}"
            );
        }
        assert!(power == 0 || last == "5", "the digits are exact");
    }
}

/// `number` × 5^`power` in decimal digits: those of `number` / 2^`power`.
fn times_power_of_five(number: u64, power: u32) -> String {
    let mut digits: Vec<u32> =
        format!("{number}").bytes().rev().map(|b| u32::from(b & 15)).collect();
    for _ in 0..power {
        let mut carry = 0;
        for digit in &mut digits {
            let product = *digit * 5 + carry;
            (*digit, carry) = (product % 10, product / 10);
        }
        if carry > 0 {
            digits.push(carry);
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + *digit as u8)).collect()
}

#[test]
fn what_is_no_number_is_refused() {
    for text in
        ["", ".", "-", "e5", "1e", "1e+", "1.2.3", "1x", "inf", "NaN", "1e5x", " 1"]
    {
        assert_eq!(parse(text.as_bytes()), None, "{text}");
    }
    for text in ["5.", ".5", "+5", "-0", "0e999999999999", "00012", "1E5"] {
        let wanted: f64 = text.parse().unwrap();
        assert_eq!(parse(text.as_bytes()).map(f64::to_bits), Some(wanted.to_bits()));
    }
    assert_eq!(parse(b"1e400"), Some(f64::INFINITY));
    assert_eq!(parse(b"1e-400"), Some(0.0));
}

#[test]
fn fixed_places_are_those_of_the_standard_library_but_for_ties() {
    let mut random = Random(17);
    for number in numbers(30_000).filter(|number| *number < 1e21) {
        let places = random.below(101) as usize;
        let exact = format!("{number:.1100}");
        let rest = exact.split_once('.').unwrap().1.split_at(places).1;
        let is_tie =
            rest.starts_with('5') && rest[1..].bytes().all(|digit| digit == b'0');
        if !is_tie {
            let mut out = Vec::new();
            write_fixed(&mut out, number, places as u32);
            assert_eq!(String::from_utf8(out).unwrap(), format!("{number:.places$}"));
        }
    }
    for (number, places, wanted) in [(0.5, 0, "1"), (2.5, 0, "3"), (0.125, 2, "0.13")] {
        let mut out = Vec::new();
        write_fixed(&mut out, number, places);
        assert_eq!(out, wanted.as_bytes());
    }
}

#[test]
fn whole_numbers_are_written() {
    for number in [0, 7, 10, 99, 12_345_678_901_234_567_890, u64::MAX] {
        let mut out = Vec::new();
        write_whole(&mut out, number);
        assert_eq!(String::from_utf8(out).unwrap(), format!("{number}"));
    }
}
