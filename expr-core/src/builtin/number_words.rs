//! Numbers in English words, Roman numerals and letters.

use super::coerce::{Building, fault, is_space, saturate};
use super::power::power;
use crate::error::Result;
use crate::text::Wtf8;
use crate::value::{Heap, index, remainder};
use alloc::string::String;
use alloc::vec::Vec;

const SMALL: [&str; 20] = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
];
const SMALL_ORDINAL: [&str; 20] = [
    "Zeroth",
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
    "Thirteenth",
    "Fourteenth",
    "Fifteenth",
    "Sixteenth",
    "Seventeenth",
    "Eighteenth",
    "Nineteenth",
];
/// Without the `y`: ordinals end with `ieth`.
const TENS: [&str; 8] =
    ["Twent", "Thirt", "Fort", "Fift", "Sixt", "Sevent", "Eight", "Ninet"];
/// Beyond the last one there are thousands of it, millions of it and so on.
const POWERS: [(f64, &str); 4] =
    [(1e3, "Thousand"), (1e6, "Million"), (1e9, "Billion"), (1e12, "Trillion")];

/// Writes a number, which is not negative, in words.
pub(super) fn to_words(
    heap: &mut Heap,
    number: f64,
    ordinal: bool,
    out: &mut Building,
) -> Result<()> {
    if !number.is_finite() {
        return Err(fault("a number that is not finite has no words"));
    }
    part(heap, number, ordinal, "", out)
}

/// Writes a part of a number. `joint` is empty for the first one; for others it says that
/// something precedes. Each level divides by a thousand or leaves a rounding error, so the
/// nesting is bounded by the size of a double.
fn part(
    heap: &mut Heap,
    number: f64,
    ordinal: bool,
    joint: &str,
    out: &mut Building,
) -> Result<()> {
    heap.budget.charge(1)?;
    if number < 100.0 {
        out.push(heap, if joint.is_empty() { b"" } else { b" and " })?;
        return below_hundred(heap, saturate(number), ordinal, out);
    }
    out.push(heap, joint.as_bytes())?;
    let (factor, name) = if number < 1e3 {
        (100.0, "Hundred")
    } else {
        let fitting = POWERS.iter().rev().find(|&&(power, _)| power <= number);
        fitting.copied().unwrap_or((1e3, "Thousand"))
    };
    let count = libm::floor(number / factor);
    part(heap, count, false, "", out)?;
    out.push(heap, b" ")?;
    out.push(heap, name.as_bytes())?;
    let rest = number - count * factor;
    if rest > 0.0 {
        part(heap, rest, ordinal, ", ", out)
    } else if ordinal {
        out.push(heap, b"th")
    } else {
        Ok(())
    }
}

fn below_hundred(
    heap: &mut Heap,
    number: u32,
    ordinal: bool,
    out: &mut Building,
) -> Result<()> {
    let small = if ordinal { &SMALL_ORDINAL } else { &SMALL };
    if let Some(word) = small.get(index(number)) {
        return out.push(heap, word.as_bytes());
    }
    let tens = TENS.get(index(number / 10).saturating_sub(2));
    out.push(heap, tens.copied().unwrap_or_default().as_bytes())?;
    match number % 10 {
        0 => out.push(heap, if ordinal { b"ieth" } else { b"y" }),
        ones => {
            out.push(heap, b"y-")?;
            let word = small.get(index(ones)).copied().unwrap_or_default();
            out.push(heap, word.as_bytes())
        }
    }
}

/// The words that numbers are made of, in lower case, with their values: in the order in
/// which the pattern of a date picture tries them.
pub(super) fn vocabulary() -> Vec<(String, f64)> {
    let mut words: Vec<(String, f64)> = Vec::new();
    let mut add = |word: &str, ending: &str, value: f64| {
        let mut word = word.to_ascii_lowercase();
        word.push_str(ending);
        words.push((word, value));
    };
    for small in [&SMALL, &SMALL_ORDINAL] {
        for (word, value) in small.iter().zip(0_u32..) {
            add(word, "", f64::from(value));
        }
    }
    for (word, value) in TENS.iter().zip(2_u32..) {
        add(word, "y", f64::from(value) * 10.0);
        add(word, "ieth", f64::from(value) * 10.0);
    }
    // The reference makes the second one by its rule for tens, and takes it for 100 too.
    for word in ["hundred", "hundreieth", "hundredth"] {
        add(word, "", 100.0);
    }
    for (value, word) in POWERS {
        add(word, "", value);
        add(word, "th", value);
    }
    words
}

/// The number that words in lower case spell; NaN when one is unknown.
pub(super) fn from_words(text: &[u8]) -> f64 {
    let vocabulary = vocabulary();
    let value = |word: &[u8]| {
        let known = vocabulary.iter().find(|(known, _)| known.as_bytes() == word);
        known.map_or(f64::NAN, |&(_, value)| value)
    };
    let mut segments = alloc::vec![0.0];
    for word in split_words(text) {
        let value = value(word);
        let top = segments.pop().unwrap_or_default();
        if value < 100.0 {
            if top >= 1000.0 {
                segments.push(top);
                segments.push(value);
            } else {
                segments.push(top + value);
            }
        } else {
            segments.push(top * value);
        }
    }
    segments.iter().sum()
}

/// Splits at `, `, ` and `, white space, hyphens and backslashes.
fn split_words(text: &[u8]) -> Vec<&[u8]> {
    let mut words = Vec::new();
    let mut rest = text;
    let mut len = 0_usize;
    while let Some(tail) = rest.get(len..)
        && !tail.is_empty()
    {
        match separator(tail) {
            0 => len = len.saturating_add(1),
            width => {
                words.push(rest.get(..len).unwrap_or_default());
                rest = tail.get(width..).unwrap_or_default();
                len = 0;
            }
        }
    }
    words.push(rest);
    words
}

/// The length of the separator at the start, 0 if there is none.
fn separator(text: &[u8]) -> usize {
    let space = |text: &[u8]| {
        // A byte inside a character decodes to nothing that is space.
        let first = text.first().is_none_or(|byte| byte & 0xC0 != 0x80);
        let code_point = Wtf8::new(text).code_points().next().filter(|_| first);
        code_point
            .filter(|&code_point| is_space(code_point))
            .map_or(0, super::coerce::width_of)
    };
    match text {
        [b',', tail @ ..] => match space(tail) {
            0 => 0,
            width => width.saturating_add(1),
        },
        [b'-' | b'\\', ..] => 1,
        _ => {
            let before = space(text);
            let tail = text.get(before..).unwrap_or_default();
            let after = tail.strip_prefix(b"and").map_or(0, space);
            if before > 0 && after > 0 {
                before.saturating_add(3).saturating_add(after)
            } else {
                before
            }
        }
    }
}

/// From what value on each numeral is written.
const NUMERALS: [(f64, &str); 13] = [
    (1000.0, "m"),
    (900.0, "cm"),
    (500.0, "d"),
    (400.0, "cd"),
    (100.0, "c"),
    (90.0, "xc"),
    (50.0, "l"),
    (40.0, "xl"),
    (10.0, "x"),
    (9.0, "ix"),
    (5.0, "v"),
    (4.0, "iv"),
    (1.0, "i"),
];

/// Writes a number in Roman numerals, in lower case.
pub(super) fn to_roman(heap: &mut Heap, number: f64, out: &mut Building) -> Result<()> {
    // One letter for each thousand: the reference runs out of stack at about this number.
    if number >= 1e7 {
        return Err(fault("the number is too large for Roman numerals"));
    }
    let mut rest = number;
    for (value, numeral) in NUMERALS {
        while rest >= value {
            heap.budget.charge(1)?;
            out.push(heap, numeral.as_bytes())?;
            rest -= value;
        }
    }
    Ok(())
}

/// The number that Roman numerals in upper case spell; NaN when a letter is none.
pub(super) fn from_roman(text: &[u8]) -> f64 {
    let (mut number, mut highest) = (0.0, 1.0);
    for &letter in text.iter().rev() {
        let value = match letter {
            b'M' => 1000.0,
            b'D' => 500.0,
            b'C' => 100.0,
            b'L' => 50.0,
            b'X' => 10.0,
            b'V' => 5.0,
            b'I' => 1.0,
            _ => return f64::NAN,
        };
        if value < highest {
            number -= value;
        } else {
            highest = value;
            number += value;
        }
    }
    number
}

/// Writes a number in letters: a to z, aa to az and so on. 0 is no letter at all.
pub(super) fn to_letters(
    heap: &mut Heap,
    number: f64,
    first: u8,
    out: &mut Building,
) -> Result<()> {
    if number.is_infinite() {
        return Err(fault("an infinite number has no letters"));
    }
    let mut letters = Vec::new();
    let mut rest = number;
    while rest > 0.0 {
        heap.budget.charge(1)?;
        let letter = u8::try_from(saturate(remainder(rest - 1.0, 26.0))).unwrap_or(0);
        letters.push(first.saturating_add(letter));
        rest = libm::floor((rest - 1.0) / 26.0);
    }
    letters.reverse();
    out.push(heap, &letters)
}

/// The number that letters spell. Other characters count by their distance from `first`.
pub(super) fn from_letters(text: &[u8], first: u8) -> f64 {
    let units = Wtf8::new(text).to_units();
    let mut number = 0.0;
    for (place, &unit) in units.iter().rev().enumerate() {
        let digit = f64::from(unit) - f64::from(first) + 1.0;
        let place = f64::from(crate::value::length(place));
        number += digit * power(26.0, place);
    }
    number
}
