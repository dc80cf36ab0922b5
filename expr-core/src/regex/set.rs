//! A class of units: ranges, their negation and their case.

use crate::merge_sort::sorted;
use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::unicode;

/// The units that a class such as `[^a-z\d]` takes.
///
/// ASCII is answered by a bit, with case already folded in. All other units are looked
/// up in the ranges, and their case is worked out then: to fold the ranges in advance
/// could make a short pattern large.
#[derive(Debug)]
pub(super) struct Set {
    ascii: u128,
    ranges: Box<[(u16, u16)]>,
    negated: bool,
    folded: bool,
}

impl Set {
    /// Builds the class from ranges in any order. Without case, `negated` is applied
    /// last, as ECMAScript does: `[^x]` under the flag i takes neither `x` nor `X`.
    pub(super) fn new(ranges: Vec<(u16, u16)>, negated: bool, folded: bool) -> Self {
        let order = sorted(ranges.len(), &|a, b| ranges.get(a) > ranges.get(b));
        let mut joined: Vec<(u16, u16)> = Vec::new();
        for at in order {
            let Some(&next) = ranges.get(crate::size::index(at)) else { continue };
            match joined.last_mut() {
                Some(kept) if next.0 <= kept.1.saturating_add(1) => {
                    kept.1 = kept.1.max(next.1);
                }
                _ => joined.push(next),
            }
        }
        let ascii = ascii_bits(&joined, folded);
        Set { ascii, ranges: joined.into_boxed_slice(), negated, folded }
    }

    #[inline]
    pub(super) fn contains(&self, unit: u16) -> bool {
        let found =
            if unit < 128 { self.ascii >> unit & 1 == 1 } else { self.finds(unit) };
        found != self.negated
    }

    /// A unit is in the class if some member has the same canonical form.
    fn finds(&self, unit: u16) -> bool {
        if !self.folded {
            return self.lists(unit);
        }
        let folded = unicode::canonicalize(unit);
        self.lists(folded) || unicode::origins(folded).any(|unit| self.lists(unit))
    }

    fn lists(&self, unit: u16) -> bool {
        let before = self.ranges.partition_point(|range| range.1 < unit);
        self.ranges.get(before).is_some_and(|range| range.0 <= unit)
    }
}

/// The ASCII units of `ranges`, one bit each. Canonicalize never leads into ASCII or out
/// of it, so there folding exchanges two runs of bits.
fn ascii_bits(ranges: &[(u16, u16)], folded: bool) -> u128 {
    const UPPER: u128 = 0x7ff_fffe << 64;
    const LOWER: u128 = UPPER << 32;
    let mut bits = 0;
    for &(first, last) in ranges.iter().take_while(|range| range.0 < 128) {
        let above = u128::MAX << first;
        bits |= above & u128::MAX >> 127_u16.saturating_sub(last);
    }
    if folded { bits | (bits & UPPER) << 32 | (bits & LOWER) >> 32 } else { bits }
}

/// Adds what `ranges`, which are in order, leave out.
pub(super) fn extend_with_others(out: &mut Vec<(u16, u16)>, ranges: &[(u16, u16)]) {
    let mut from = Some(0_u16);
    for &(first, last) in ranges {
        if let (Some(start), Some(end)) = (from, first.checked_sub(1))
            && start <= end
        {
            out.push((start, end));
        }
        from = last.checked_add(1);
    }
    if let Some(start) = from {
        out.push((start, u16::MAX));
    }
}
