//! Looking for plain text in text, as JavaScript's `indexOf` does: by UTF-16 units.
//!
//! On WTF-8 that is a search by bytes, unless the text that is looked for begins or ends
//! in the middle of a surrogate pair. Then both are taken apart into surrogates first.

use crate::error::Result;
use crate::text::{push_code_point, to_units};
use crate::value::{Heap, Text, index, length};
use alloc::vec::Vec;

/// A text in which another one is looked for.
pub(super) struct Search {
    text: Text,
    /// The text with its surrogate pairs taken apart, where that matters.
    apart: Option<Vec<u8>>,
    needle: Vec<u8>,
    /// How much of the needle still matches when its next byte does not (Knuth, Morris
    /// and Pratt), so that no text makes the search quadratic.
    fallback: Vec<u32>,
}

impl Search {
    /// A search for `needle`, which is not empty.
    pub(super) fn new(heap: &mut Heap, text: Text, needle: Text) -> Result<Search> {
        let bytes = u64::from(needle.len);
        heap.budget.allocate(bytes.saturating_mul(5))?;
        let sought = heap.bytes(needle);
        let splits = is_low(sought) || is_high(sought);
        let needle = if splits { take_apart(sought) } else { sought.to_vec() };
        let apart = if splits {
            heap.budget.allocate(u64::from(text.len).saturating_mul(2))?;
            Some(take_apart(heap.bytes(text)))
        } else {
            None
        };
        let fallback = fallbacks(&needle);
        Ok(Search { text, apart, needle, fallback })
    }

    /// Where the next occurrence begins and ends, from an offset on.
    pub(super) fn find(&self, heap: &Heap, from: usize) -> Option<(usize, usize)> {
        let haystack = self.haystack(heap);
        let first = *self.needle.first()?;
        let mut matched = 0_usize;
        let mut at = from;
        loop {
            if matched == 0 {
                let rest = haystack.get(at..)?;
                at = at.saturating_add(rest.iter().position(|&byte| byte == first)?);
            }
            let byte = *haystack.get(at)?;
            while matched > 0 && self.needle.get(matched) != Some(&byte) {
                matched = self.fall_back(matched);
            }
            if self.needle.get(matched) == Some(&byte) {
                matched = matched.saturating_add(1);
            }
            at = at.saturating_add(1);
            if matched == self.needle.len() {
                return Some((at.saturating_sub(matched), at));
            }
        }
    }

    /// The part of the text between two offsets that [`find`](Self::find) gave.
    pub(super) fn part(&self, heap: &mut Heap, from: usize, to: usize) -> Result<Text> {
        match &self.apart {
            None => {
                let start = self.text.start.saturating_add(length(from));
                Ok(Text { start, len: length(to.saturating_sub(from)) })
            }
            Some(apart) => {
                let mut joined = Vec::new();
                let part =
                    crate::text::Wtf8::new(apart.get(from..to).unwrap_or_default());
                part.code_points().for_each(|unit| push_code_point(&mut joined, unit));
                heap.add_text(&joined)
            }
        }
    }

    /// The offset past the end of the text.
    pub(super) fn end(&self) -> usize {
        self.apart.as_ref().map_or(index(self.text.len), Vec::len)
    }

    fn haystack<'a>(&'a self, heap: &'a Heap) -> &'a [u8] {
        self.apart.as_deref().unwrap_or_else(|| heap.bytes(self.text))
    }

    fn fall_back(&self, matched: usize) -> usize {
        let before = matched.saturating_sub(1);
        self.fallback.get(before).map_or(0, |&length| index(length))
    }
}

/// Whether a text has another one in it.
pub(crate) fn contains(heap: &mut Heap, text: Text, sought: Text) -> Result<bool> {
    Ok(sought.len == 0 || Search::new(heap, text, sought)?.find(heap, 0).is_some())
}

/// Whether the first character is a lone low surrogate.
fn is_low(bytes: &[u8]) -> bool {
    matches!(bytes, [0xED, 0xB0..=0xBF, ..])
}

/// Whether the last character is a lone high surrogate.
fn is_high(bytes: &[u8]) -> bool {
    matches!(bytes, [.., 0xED, 0xA0..=0xAF, _])
}

/// Every UTF-16 unit as a character of its own.
fn take_apart(bytes: &[u8]) -> Vec<u8> {
    let mut apart = Vec::new();
    for code_point in crate::text::Wtf8::new(bytes).code_points() {
        let (first, second) = to_units(code_point);
        for unit in core::iter::once(first).chain(second) {
            // Three bytes by hand: pushing code points would join the pair again.
            let mut one = Vec::new();
            push_code_point(&mut one, u32::from(unit));
            apart.extend_from_slice(&one);
        }
    }
    apart
}

fn fallbacks(needle: &[u8]) -> Vec<u32> {
    let mut table: Vec<u32> = Vec::with_capacity(needle.len());
    let mut matched = 0_usize;
    for (at, byte) in needle.iter().enumerate() {
        while matched > 0 && needle.get(matched) != Some(byte) {
            let before = matched.saturating_sub(1);
            matched = table.get(before).map_or(0, |&length| index(length));
        }
        if at > 0 && needle.get(matched) == Some(byte) {
            matched = matched.saturating_add(1);
        }
        table.push(length(matched));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8], needle: &[u8], from: usize) -> Option<(usize, usize)> {
        let mut heap = Heap::default();
        let (text, needle) = (heap.add_text_unpaid(text), heap.add_text_unpaid(needle));
        let search = Search::new(&mut heap, text, needle).expect("it fits the budget");
        search.find(&heap, from)
    }

    #[test]
    fn finds_what_overlaps_itself() {
        assert_eq!(found(b"aabaabaaab", b"aabaaa", 0), Some((3, 9)));
        assert_eq!(found(b"abab", b"ab", 1), Some((2, 4)));
        assert_eq!(found(b"abab", b"ac", 0), None);
    }

    #[test]
    fn finds_half_of_a_pair() {
        let high = [0xED, 0xA0, 0xBD];
        assert_eq!(found("x😀".as_bytes(), &high, 0), Some((1, 4)));
    }
}
