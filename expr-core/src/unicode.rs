//! What ECMAScript takes from Unicode: case, names of groups, spaces and line ends.
//!
//! The tables are our own and not `char`'s: the meaning of an expression must not change
//! with the compiler that built the engine, and they are a fifth of the size.

mod case;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use case::{to_lowercase, to_uppercase};
use tables::{EXTRA, LOWER, RUNS, UPPER};

/// `\d`.
pub(crate) const DIGITS: &[(u16, u16)] = &[(0x30, 0x39)];
/// `\w`, which is ASCII in ECMAScript.
pub(crate) const WORD: &[(u16, u16)] =
    &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
/// `\s`: WhiteSpace and LineTerminator.
pub(crate) const SPACES: &[(u16, u16)] = &[
    (0x09, 0x0d),
    (0x20, 0x20),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x2028, 0x2029),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
    (0xfeff, 0xfeff),
];

/// LineTerminator: what `.` refuses and what `^` and `$` look for under the flag m.
#[inline]
pub(crate) fn is_line_end(unit: u16) -> bool {
    matches!(unit, 0x0a | 0x0d | 0x2028 | 0x2029)
}

/// A unit of `\w`, as `\b` asks.
#[inline]
pub(crate) fn is_word(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Canonicalize of ECMAScript for patterns without the flag u: the simple upper case,
/// unless that is more than one unit or would carry a unit into ASCII.
#[inline]
pub(crate) fn canonicalize(unit: u16) -> u16 {
    match u8::try_from(unit) {
        Ok(byte) if byte.is_ascii() => u16::from(byte.to_ascii_uppercase()),
        _ => image(&UPPER, unit).unwrap_or(unit),
    }
}

/// The units that [`canonicalize`] turns into `folded`, apart from itself.
pub(crate) fn origins(folded: u16) -> impl Iterator<Item = u16> {
    let ascii = u8::try_from(folded).ok().filter(u8::is_ascii_uppercase);
    let natural = match ascii {
        Some(byte) => Some(u16::from(byte.to_ascii_lowercase())),
        None => image(&LOWER, folded).filter(|&unit| canonicalize(unit) == folded),
    };
    let from = EXTRA.partition_point(|&(result, _)| result < folded);
    let extra = EXTRA.iter().skip(from).take_while(move |pair| pair.0 == folded);
    natural.into_iter().chain(extra.map(|pair| pair.1))
}

/// Whether a group's name may begin with this code point.
pub(crate) fn starts_name(point: u32) -> bool {
    // What ECMAScript adds to ID_Start.
    matches!(point, 0x24 | 0x5f) || properties(point) & ID_START != 0
}

/// Whether a group's name may go on with this code point.
pub(crate) fn continues_name(point: u32) -> bool {
    // The dollar sign and the joiners, which ECMAScript adds to ID_Continue.
    matches!(point, 0x24 | 0x200c | 0x200d) || properties(point) & ID_CONTINUE != 0
}

/// What one of the tables of letters makes of a unit.
fn image(rows: &[(u16, u16, u16)], unit: u16) -> Option<u16> {
    let after = rows.partition_point(|row| row.0 <= unit);
    let &(first, extent, distance) = rows.get(after.checked_sub(1)?)?;
    let offset = unit.wrapping_sub(first);
    let skipped = extent & offset & 1 == 1;
    (offset <= extent >> 1 && !skipped).then(|| unit.wrapping_add(distance))
}

/// ID_Start, among the [`properties`].
const ID_START: u32 = 1;
/// ID_Continue.
const ID_CONTINUE: u32 = 2;
/// Cased.
const CASED: u32 = 4;
/// Case_Ignorable.
const CASE_IGNORABLE: u32 = 8;

/// The properties of a code point. The runs are read from the beginning, which is good
/// enough for what is asked once a name or once a sigma.
fn properties(point: u32) -> u32 {
    let mut rest = point;
    let (mut number, mut shift) = (0_u32, 0_u32);
    for &byte in &RUNS {
        number |= u32::from(byte & 0x7F) << shift;
        if byte >= 0x80 {
            shift = shift.wrapping_add(7) & 31;
            continue;
        }
        let last = number >> 4;
        if rest <= last {
            return number & 0xF;
        }
        rest = rest.wrapping_sub(last).wrapping_sub(1);
        (number, shift) = (0, 0);
    }
    0
}
