//! Texts in upper and in lower case, as JavaScript's `toUpperCase` and `toLowerCase`.

use super::tables::{EXPANSIONS, LOWER, SCRIPTS, UPPER};
use super::{CASE_IGNORABLE, CASED, image, properties};
use crate::text::{char_start, decode, push_code_point};
use alloc::vec::Vec;

const SIGMA: u32 = 0x3A3;
const FINAL_SIGMA: u32 = 0x3C2;
/// The only letter whose lower case is more than one code point: `i` and a dot above.
const DOTTED_CAPITAL_I: u32 = 0x130;
const DOT_ABOVE: u32 = 0x307;

/// `text` in upper case.
pub(crate) fn to_uppercase(text: &[u8]) -> Vec<u8> {
    changed(text, u8::to_ascii_uppercase, |out, point, _| match u16::try_from(point) {
        Err(_) => push_code_point(out, astral(point, true)),
        Ok(unit) => match EXPANSIONS.binary_search_by_key(&unit, |row| row.0) {
            Err(_) => push_unit(out, image(&UPPER, unit).unwrap_or(unit)),
            Ok(at) => {
                let &(_, first, second, third) =
                    EXPANSIONS.get(at).unwrap_or(&(0, 0, 0, 0));
                for unit in [first, second, third] {
                    if unit != 0 {
                        push_unit(out, unit);
                    }
                }
            }
        },
    })
}

/// `text` in lower case.
pub(crate) fn to_lowercase(text: &[u8]) -> Vec<u8> {
    changed(text, u8::to_ascii_lowercase, |out, point, at| match u16::try_from(point) {
        _ if point == SIGMA && ends_word(text, at) => push_code_point(out, FINAL_SIGMA),
        _ if point == DOTTED_CAPITAL_I => {
            out.push(b'i');
            push_code_point(out, DOT_ABOVE);
        }
        Err(_) => push_code_point(out, astral(point, false)),
        Ok(unit) => push_unit(out, image(&LOWER, unit).unwrap_or(unit)),
    })
}

/// Changes ASCII by itself and other code points by what `push` appends for them, which is
/// also told where they begin.
fn changed(
    text: &[u8],
    ascii: fn(&u8) -> u8,
    mut push: impl FnMut(&mut Vec<u8>, u32, usize),
) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0_usize;
    while let Some((point, width)) = decode(text.get(at..).unwrap_or_default()) {
        match u8::try_from(point) {
            Ok(byte) if byte.is_ascii() => out.push(ascii(&byte)),
            _ => push(&mut out, point, at),
        }
        at = at.saturating_add(width);
    }
    out
}

fn push_unit(out: &mut Vec<u8>, unit: u16) {
    push_code_point(out, u32::from(unit));
}

/// The capital or the small letter of a letter past the first plane.
fn astral(point: u32, upper: bool) -> u32 {
    for (first, count, distance) in SCRIPTS {
        let start = if upper { first.wrapping_add(distance) } else { first };
        if point.wrapping_sub(start) < count {
            let opposite = if upper { distance.wrapping_neg() } else { distance };
            return point.wrapping_add(opposite);
        }
    }
    point
}

/// Final_Sigma of Unicode's SpecialCasing: whether a letter comes before the sigma at `at`
/// and none after it, apart from what has no say in case.
fn ends_word(text: &[u8], at: usize) -> bool {
    let mut before = at;
    let letter_before = loop {
        let Some(last) = before.checked_sub(1) else { break false };
        before = char_start(text, last);
        if let Some(cased) = is_cased(text, before) {
            break cased;
        }
    };
    let mut after = at;
    letter_before
        && loop {
            let rest = text.get(after..).unwrap_or_default();
            after = after.saturating_add(decode(rest).map_or(0, |(_, width)| width));
            if after >= text.len() {
                break true;
            }
            if let Some(cased) = is_cased(text, after) {
                break !cased;
            }
        }
}

/// Whether the code point at `at` is a letter that has a case; `None` when it is ignored.
fn is_cased(text: &[u8], at: usize) -> Option<bool> {
    let (point, _) = decode(text.get(at..).unwrap_or_default())?;
    let properties = properties(point);
    (properties & CASE_IGNORABLE == 0).then_some(properties & CASED != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn upper(text: &str) -> String {
        String::from_utf8(to_uppercase(text.as_bytes())).unwrap()
    }

    fn lower(text: &str) -> String {
        String::from_utf8(to_lowercase(text.as_bytes())).unwrap()
    }

    #[test]
    fn every_character_changes_as_in_the_standard_library() {
        // A later compiler may bring characters that the tables do not have yet.
        assert_eq!(char::UNICODE_VERSION, (17, 0, 0));
        for character in '\0'..=char::MAX {
            let text = String::from(character);
            assert_eq!(upper(&text), text.to_uppercase(), "{character:?}");
            assert_eq!(lower(&text), text.to_lowercase(), "{character:?}");
        }
    }

    #[test]
    fn a_sigma_is_final_as_in_the_standard_library() {
        // Every character that has a property on either side of a sigma.
        for character in ('\0'..'\u{20000}').chain('\u{E0000}'..'\u{E0200}') {
            for (before, after) in [("a", ""), ("", ""), ("a", "b")] {
                let mut text = String::from(before);
                text.extend([character, 'Σ', character]);
                text.push_str(after);
                assert_eq!(lower(&text), text.to_lowercase(), "{character:?}");
            }
        }
    }

    #[test]
    fn a_lone_surrogate_is_no_letter() {
        let surrogate = b"\xED\xA0\xBD";
        let text = [surrogate, "Σ".as_bytes(), b"a", surrogate, "Σa".as_bytes()].concat();
        let wanted =
            [surrogate, "σ".as_bytes(), b"a", surrogate, "σa".as_bytes()].concat();
        assert_eq!(to_lowercase(&text), wanted);
        let text = [b"a", "Σ".as_bytes(), surrogate].concat();
        assert_eq!(to_lowercase(&text), [b"a", "ς".as_bytes(), surrogate].concat());
    }
}
