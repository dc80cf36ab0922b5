//! Pictures of integers, as in XPath's `format-integer`: `1`, `001`, `#,##0`, `A`, `i`,
//! `Ww`, with `;o` for ordinals.

use super::coerce::parse_integer;
use crate::error::{Error, ErrorKind, Result};
use crate::text::Wtf8;
use alloc::vec::Vec;

/// How integers are written.
#[derive(Clone, Debug)]
pub(super) struct IntegerFormat {
    /// In digits, letters or words.
    pub(super) primary: Primary,
    /// The case of letters and words.
    pub(super) case: Case,
    /// First instead of one.
    pub(super) ordinal: bool,
    /// How many digits to read when another number follows at once.
    pub(super) width: Option<f64>,
}

/// In what integers are written.
#[derive(Clone, Debug)]
pub(super) enum Primary {
    /// Digits.
    Decimal(Decimal),
    /// Letters, as the columns of a spreadsheet: z, aa, ab.
    Letters,
    /// Roman numerals.
    Roman,
    /// English words.
    Words,
    /// A sequence that begins with a stranger: nobody knows how it goes on.
    Unknown,
}

/// The case of letters and words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Case {
    /// ONE
    Upper,
    /// one
    Lower,
    /// One
    Title,
}

/// How digits are written.
#[derive(Clone, Debug)]
pub(super) struct Decimal {
    /// The zero of the family that the digits come from.
    pub(super) zero: u32,
    /// How many digits there are at least. A width in a date picture can make it anything.
    pub(super) mandatory: f64,
    /// How many optional digits the picture has.
    pub(super) optional: f64,
    /// What stands between the digits.
    pub(super) grouping: Grouping,
}

/// Separators between digits.
#[derive(Clone, Debug)]
pub(super) enum Grouping {
    /// The same one after every so many digits, however long the number is.
    Regular { every: u32, separator: u32 },
    /// These at these places, counted in digits from the right, in ascending order.
    Listed(Vec<(u32, u32)>),
}

/// The zeros of the families of decimal digits in the Basic Multilingual Plane that the
/// reference knows.
const ZEROS: [u32; 37] = [
    0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66,
    0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810,
    0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
];

impl IntegerFormat {
    /// What a picture says.
    pub(super) fn parse(picture: &[u8]) -> Result<IntegerFormat> {
        let semicolon = picture.iter().rposition(|&byte| byte == b';');
        let (primary, modifier) = match semicolon {
            None => (picture, None),
            Some(at) => {
                (picture.get(..at).unwrap_or_default(), picture.get(at.saturating_add(1)))
            }
        };
        let (primary, case) = match primary {
            b"A" => (Primary::Letters, Case::Upper),
            b"a" => (Primary::Letters, Case::Lower),
            b"I" => (Primary::Roman, Case::Upper),
            b"i" => (Primary::Roman, Case::Lower),
            b"W" => (Primary::Words, Case::Upper),
            b"Ww" => (Primary::Words, Case::Title),
            b"w" => (Primary::Words, Case::Lower),
            digits => (digit_pattern(digits)?, Case::Lower),
        };
        Ok(IntegerFormat { primary, case, ordinal: modifier == Some(&b'o'), width: None })
    }

    /// Its digits, if it writes digits.
    pub(super) fn decimal(&self) -> Option<&Decimal> {
        match &self.primary {
            Primary::Decimal(decimal) => Some(decimal),
            _ => None,
        }
    }

    /// Its digits, to be changed by the width in a date picture.
    pub(super) fn decimal_mut(&mut self) -> Option<&mut Decimal> {
        match &mut self.primary {
            Primary::Decimal(decimal) => Some(decimal),
            _ => None,
        }
    }
}

/// A width as a date picture spells it; `*` and nothing are none.
pub(super) fn parse_width(text: &[u8]) -> Option<f64> {
    (text != b"*").then(|| parse_integer(text))
}

/// The zero of the family of a digit.
fn family(code_point: u32) -> Option<u32> {
    let after = ZEROS.partition_point(|&zero| zero <= code_point);
    let zero = *ZEROS.get(after.checked_sub(1)?)?;
    (code_point.saturating_sub(zero) <= 9).then_some(zero)
}

fn digit_pattern(picture: &[u8]) -> Result<Primary> {
    let mut zero = None;
    let (mut mandatory, mut optional) = (0.0, 0.0);
    let mut separators: Vec<(u32, u32)> = Vec::new();
    let mut position = 0_u32;
    let mut code_points = Vec::new();
    for code_point in Wtf8::new(picture).code_points() {
        code_points.push(code_point);
    }
    while let Some(code_point) = code_points.pop() {
        if let Some(family) = family(code_point) {
            if *zero.get_or_insert(family) != family {
                return Err(Error::from(ErrorKind::MixedDigits));
            }
            mandatory += 1.0;
            position = position.saturating_add(1);
        } else if code_point == 0x23 {
            optional += 1.0;
            position = position.saturating_add(1);
        } else {
            separators.push((position, code_point));
        }
    }
    let Some(zero) = zero else { return Ok(Primary::Unknown) };
    let grouping = match regular(&separators) {
        Some((every, separator)) => Grouping::Regular { every, separator },
        None => Grouping::Listed(separators),
    };
    Ok(Primary::Decimal(Decimal { zero, mandatory, optional, grouping }))
}

/// The distance and the separator, when all are the same and evenly spaced.
fn regular(separators: &[(u32, u32)]) -> Option<(u32, u32)> {
    let &(_, separator) = separators.first()?;
    if separators.iter().any(|&(_, other)| other != separator) {
        return None;
    }
    let mut positions = Vec::with_capacity(separators.len());
    for &(position, _) in separators {
        positions.push(position);
    }
    Some((even_spacing(&positions)?, separator))
}

/// The greatest common divisor of the positions, when each of its multiples up to their
/// number is one of them. Positions are in ascending or descending order.
pub(super) fn even_spacing(positions: &[u32]) -> Option<u32> {
    let divisor = positions.iter().copied().reduce(greatest_common_divisor)?;
    let spaced = |from_end: bool| {
        let mut multiple = 0_u32;
        for at in 0..positions.len() {
            let last = positions.len().saturating_sub(1);
            let at = if from_end { last.saturating_sub(at) } else { at };
            multiple = multiple.saturating_add(divisor);
            if positions.get(at) != Some(&multiple) {
                return false;
            }
        }
        divisor > 0
    };
    (spaced(false) || spaced(true)).then_some(divisor)
}

fn greatest_common_divisor(left: u32, right: u32) -> u32 {
    let (mut left, mut right) = (left, right);
    while let Some(rest) = left.checked_rem(right) {
        (left, right) = (right, rest);
    }
    left
}
