//! The pictures of `$formatNumber`: checked, and turned into the variables of formatting.

use super::coerce::fault;
use crate::error::{Error, ErrorKind, Result};
use crate::text::Wtf8;
use crate::value::{Heap, index, length};
use alloc::vec::Vec;

/// The characters that mean something in a picture and in its result.
pub(super) struct Symbols {
    pub(super) decimal: Vec<u16>,
    pub(super) grouping: Vec<u16>,
    pub(super) exponent: Vec<u16>,
    pub(super) minus: Vec<u16>,
    percent: Vec<u16>,
    per_mille: Vec<u16>,
    pub(super) zero: Vec<u16>,
    optional: Vec<u16>,
    separator: Vec<u16>,
}

impl Default for Symbols {
    fn default() -> Self {
        let symbol = |text: &str| Wtf8::from(text).to_units();
        Symbols {
            decimal: symbol("."),
            grouping: symbol(","),
            exponent: symbol("e"),
            minus: symbol("-"),
            percent: symbol("%"),
            per_mille: symbol("‰"),
            zero: symbol("0"),
            optional: symbol("#"),
            separator: symbol(";"),
        }
    }
}

impl Symbols {
    /// Each symbol under the name that options give it.
    pub(super) fn named(&mut self) -> [(&'static [u8], &mut Vec<u16>); 9] {
        [
            (b"decimal-separator", &mut self.decimal),
            (b"grouping-separator", &mut self.grouping),
            (b"exponent-separator", &mut self.exponent),
            (b"minus-sign", &mut self.minus),
            (b"percent", &mut self.percent),
            (b"per-mille", &mut self.per_mille),
            (b"zero-digit", &mut self.zero),
            (b"digit", &mut self.optional),
            (b"pattern-separator", &mut self.separator),
        ]
    }

    /// The length of the longest symbol.
    pub(super) fn longest(&mut self) -> usize {
        self.named().iter().map(|(_, symbol)| symbol.len()).max().unwrap_or(0)
    }

    /// A digit of the family, whose ten are neighbours.
    pub(super) fn digit(&self, value: u16) -> Option<u16> {
        Some(self.zero.first()?.wrapping_add(value))
    }

    /// Where the decimal separator stands in a number, -1 if nowhere.
    pub(super) fn decimal_in(&self, digits: &[u16]) -> i64 {
        find(digits, &self.decimal, 0).map_or(-1, |at| i64::from(length(at)))
    }

    fn is_digit(&self, unit: u16) -> bool {
        self.zero.first().is_some_and(|&zero| unit.wrapping_sub(zero) < 10)
    }

    fn is_optional(&self, unit: u16) -> bool {
        self.optional == [unit]
    }

    /// Whether a character of a picture stands for a part of the number.
    fn is_active(&self, unit: u16) -> bool {
        let symbols = [
            &self.decimal,
            &self.exponent,
            &self.grouping,
            &self.optional,
            &self.separator,
        ];
        self.is_digit(unit) || symbols.iter().any(|symbol| **symbol == [unit])
    }

    fn count_digits(&self, units: &[u16]) -> u32 {
        length(units.iter().filter(|&&unit| self.is_digit(unit)).count())
    }

    fn count_places(&self, units: &[u16]) -> u32 {
        let place = |&&unit: &&u16| self.is_digit(unit) || self.is_optional(unit);
        length(units.iter().filter(place).count())
    }
}

/// What a sub-picture says.
#[derive(Debug)]
pub(super) struct Variables {
    pub(super) prefix: Vec<u16>,
    pub(super) suffix: Vec<u16>,
    /// 100 for percent, 1000 for per mille.
    pub(super) scale: f64,
    /// How many integer digits a mantissa before an exponent has.
    pub(super) scaling: u32,
    pub(super) least_integer: u32,
    pub(super) least_fraction: u32,
    pub(super) most_fraction: u32,
    pub(super) exponent_digits: u32,
    /// For each grouping separator, the digits between it and the decimal separator.
    pub(super) integer_groups: Vec<u32>,
    pub(super) fraction_groups: Vec<u32>,
    pub(super) has_decimal: bool,
}

/// A sub-picture taken apart.
struct Parts<'a> {
    whole: &'a [u16],
    prefix: &'a [u16],
    suffix: &'a [u16],
    active: &'a [u16],
    mantissa: &'a [u16],
    exponent: Option<&'a [u16]>,
    integer: &'a [u16],
    fraction: &'a [u16],
}

/// The variables of each sub-picture; of several mistakes the last one found counts.
pub(super) fn read_picture(
    heap: &mut Heap,
    picture: &[u16],
    symbols: &Symbols,
) -> Result<Vec<Variables>> {
    if symbols.grouping.is_empty() {
        return Err(fault("the grouping separator is empty"));
    }
    let pictures = split(picture, &symbols.separator);
    if pictures.len() > 2 {
        return Err(Error::from(ErrorKind::TooManySubPictures));
    }
    for picture in &pictures {
        if let Some(error) = Parts::of(picture, symbols).mistake(symbols) {
            return Err(Error::from(error));
        }
    }
    let mut variables = Vec::with_capacity(pictures.len());
    for picture in &pictures {
        variables.push(Parts::of(picture, symbols).variables(heap, symbols)?);
    }
    Ok(variables)
}

fn split<'a>(picture: &'a [u16], separator: &[u16]) -> Vec<&'a [u16]> {
    if separator.is_empty() {
        return picture.chunks(1).collect();
    }
    let mut pictures = Vec::new();
    let mut rest = picture;
    while let Some(at) = find(rest, separator, 0) {
        pictures.push(sub(rest, 0, at));
        rest = rest.get(at.saturating_add(separator.len())..).unwrap_or_default();
    }
    pictures.push(rest);
    pictures
}

/// JavaScript's `indexOf`.
fn find(units: &[u16], sought: &[u16], from: usize) -> Option<usize> {
    if sought.is_empty() {
        return Some(from.min(units.len()));
    }
    let rest = units.get(from..)?;
    let at = rest.windows(sought.len()).position(|window| window == sought)?;
    Some(at.saturating_add(from))
}

fn has(units: &[u16], sought: &[u16]) -> bool {
    find(units, sought, 0).is_some()
}

/// Whether something occurs more than once, or is empty.
fn repeats(units: &[u16], sought: &[u16]) -> bool {
    match find(units, sought, 0) {
        None => false,
        Some(_) if sought.is_empty() => !units.is_empty(),
        Some(first) => find(units, sought, first.saturating_add(1)).is_some(),
    }
}

/// JavaScript's `substring`, the end not before the start.
fn sub(units: &[u16], from: usize, to: usize) -> &[u16] {
    let end = to.min(units.len());
    units.get(from.min(end)..end).unwrap_or_default()
}

/// Puts `separator` at a place which, if negative, counts from the end.
pub(super) fn replaced_at(units: &mut Vec<u16>, at: i64, separator: &[u16]) {
    let len = i64::from(length(units.len()));
    let at = if at < 0 { len.saturating_add(at).max(0) } else { at.min(len) };
    let at = index(u32::try_from(at).unwrap_or(0));
    exchange(units, at, at, separator);
}

/// Puts `with` in the place of what stands from `start` up to `end`.
pub(super) fn exchange(units: &mut Vec<u16>, start: usize, end: usize, with: &[u16]) {
    let tail = units.get(end..).unwrap_or_default().to_vec();
    units.truncate(start);
    units.extend_from_slice(with);
    units.extend_from_slice(&tail);
}

impl<'a> Parts<'a> {
    fn of(whole: &'a [u16], symbols: &Symbols) -> Parts<'a> {
        let bounds = |unit: &u16| symbols.is_active(*unit) && symbols.exponent != [*unit];
        let prefix = sub(whole, 0, whole.iter().position(bounds).unwrap_or(0));
        let suffix = match whole.iter().rposition(bounds) {
            Some(last) => sub(whole, last.saturating_add(1), whole.len()),
            None => &[],
        };
        let end = whole.len().saturating_sub(suffix.len());
        let active = sub(whole, prefix.len(), end);
        // The reference finds the exponent in the whole picture and cuts the active part
        // there, so that a prefix moves the cut to the right.
        let exponent_at =
            find(whole, &symbols.exponent, prefix.len()).filter(|&at| at <= end);
        let (mantissa, exponent) = match exponent_at {
            None => (active, None),
            Some(at) => {
                let after = sub(active, at.saturating_add(1), active.len());
                (sub(active, 0, at), Some(after))
            }
        };
        // Without a decimal separator the suffix is taken for the fraction, which matters
        // when it holds digits of the family of another zero.
        let (integer, fraction) = match find(mantissa, &symbols.decimal, 0) {
            None => (mantissa, suffix),
            Some(at) => {
                let after = sub(mantissa, at.saturating_add(1), mantissa.len());
                (sub(mantissa, 0, at), after)
            }
        };
        Parts { whole, prefix, suffix, active, mantissa, exponent, integer, fraction }
    }

    /// What is wrong with it, by XPath's rules in their order.
    fn mistake(&self, symbols: &Symbols) -> Option<ErrorKind> {
        let mut mistake = None;
        let mut check = |wrong: bool, kind: ErrorKind| {
            if wrong {
                mistake = Some(kind);
            }
        };
        let percent = has(self.whole, &symbols.percent);
        let per_mille = has(self.whole, &symbols.per_mille);
        check(repeats(self.whole, &symbols.decimal), ErrorKind::TwoDecimalSeparators);
        check(repeats(self.whole, &symbols.percent), ErrorKind::TwoPercents);
        check(repeats(self.whole, &symbols.per_mille), ErrorKind::TwoPerMilles);
        check(percent && per_mille, ErrorKind::PercentAndPerMille);
        check(symbols.count_places(self.mantissa) == 0, ErrorKind::NoMantissaDigit);
        let passive = self.active.iter().any(|&unit| !symbols.is_active(unit));
        check(passive, ErrorKind::PassiveInside);
        match find(self.whole, &symbols.decimal, 0) {
            Some(at) => {
                let before = at.checked_sub(1).and_then(|before| self.whole.get(before));
                let after = self.whole.get(at.saturating_add(1));
                let grouping = |unit: Option<&u16>| {
                    unit.is_some_and(|&unit| symbols.grouping == [unit])
                };
                check(
                    grouping(before) || grouping(after),
                    ErrorKind::GroupingBesideDecimal,
                );
            }
            None => {
                let last = self.integer.last();
                let grouping = last.is_some_and(|&unit| symbols.grouping == [unit]);
                check(grouping, ErrorKind::GroupingAtEnd);
            }
        }
        let mut doubled = symbols.grouping.clone();
        doubled.extend_from_slice(&symbols.grouping);
        check(has(self.whole, &doubled), ErrorKind::AdjacentGrouping);
        let first = find(self.integer, &symbols.optional, 0);
        let before = sub(self.integer, 0, first.unwrap_or(0));
        check(symbols.count_digits(before) > 0, ErrorKind::OptionalAfterMandatory);
        let last = self.fraction.iter().rposition(|&unit| symbols.is_optional(unit));
        let after =
            last.map_or(&[][..], |at| sub(self.fraction, at, self.fraction.len()));
        check(symbols.count_digits(after) > 0, ErrorKind::MandatoryAfterOptional);
        if let Some(exponent) = self.exponent {
            let scaled = percent || per_mille;
            check(!exponent.is_empty() && scaled, ErrorKind::PercentWithExponent);
            let digits = symbols.count_digits(exponent);
            let all = digits == length(exponent.len());
            check(exponent.is_empty() || !all, ErrorKind::BadExponent);
        }
        mistake
    }

    fn variables(&self, heap: &mut Heap, symbols: &Symbols) -> Result<Variables> {
        let integer_groups = self.groups(heap, symbols, self.integer, false)?;
        let fraction_groups = self.groups(heap, symbols, self.fraction, true)?;
        let scaling = symbols.count_digits(self.integer);
        let mut least_integer = scaling;
        let mut least_fraction = symbols.count_digits(self.fraction);
        let mut most_fraction = symbols.count_places(self.fraction);
        if least_integer == 0 && most_fraction == 0 {
            if self.exponent.is_some() {
                least_fraction = 1;
                most_fraction = 1;
            } else {
                least_integer = 1;
            }
        }
        let optional = has(self.integer, &symbols.optional);
        if self.exponent.is_some() && least_integer == 0 && optional {
            least_integer = 1;
        }
        if least_integer == 0 && least_fraction == 0 {
            least_fraction = 1;
        }
        let exponent_digits =
            self.exponent.map_or(0, |exponent| symbols.count_digits(exponent));
        let scale = if has(self.whole, &symbols.percent) {
            100.0
        } else if has(self.whole, &symbols.per_mille) {
            1000.0
        } else {
            1.0
        };
        Ok(Variables {
            prefix: self.prefix.to_vec(),
            suffix: self.suffix.to_vec(),
            scale,
            scaling,
            least_integer,
            least_fraction,
            most_fraction,
            exponent_digits,
            integer_groups,
            fraction_groups,
            has_decimal: has(self.whole, &symbols.decimal),
        })
    }

    /// How many digits stand between each grouping separator and the decimal separator.
    /// After its first separator a fraction goes on with those of the integer part, which
    /// is a slip of the reference that shows in its results.
    fn groups(
        &self,
        heap: &mut Heap,
        symbols: &Symbols,
        part: &[u16],
        from_left: bool,
    ) -> Result<Vec<u32>> {
        let mut groups = Vec::new();
        let mut next = find(part, &symbols.grouping, 0);
        while let Some(at) = next {
            heap.budget.charge(u64::from(length(part.len())))?;
            let side =
                if from_left { sub(part, 0, at) } else { sub(part, at, part.len()) };
            groups.push(symbols.count_places(side));
            next = find(self.integer, &symbols.grouping, at.saturating_add(1));
        }
        Ok(groups)
    }
}
