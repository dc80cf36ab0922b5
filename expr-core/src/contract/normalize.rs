//! Authored text → JSONata text, with a map of positions.
//!
//! Two rewrites, on the bare text and so inside strings, comments and quoted names too:
//! `==` becomes `=`, and a helper's name before a parenthesis gets its `$`. Both are
//! contract, to the letter.

use super::HELPERS;
use crate::error::{Error, ErrorKind, Result};
use crate::syntax::{self, Tree};
use crate::text::{self, Wtf8};
use alloc::vec::Vec;

/// The longest source, in bytes.
const MAX_SOURCE: u32 = 1 << 20;

/// A normalized source that knows where its bytes come from.
pub(crate) struct Normalized {
    /// The text that is parsed.
    pub(crate) text: Vec<u8>,
    /// Where the texts run apart: from the offset in the normalized text on, the authored
    /// offset is that much larger.
    shifts: Vec<(u32, i64)>,
}

impl Normalized {
    /// The text of plain JSONata, which is not rewritten.
    pub(crate) fn unchanged(source: Wtf8<'_>) -> Self {
        Normalized { text: source.bytes().to_vec(), shifts: Vec::new() }
    }

    /// Rewrites a source.
    pub(crate) fn new(source: Wtf8<'_>) -> Self {
        let source = source.bytes();
        let mut text = Vec::with_capacity(source.len().saturating_add(8));
        let mut shifts = Vec::new();
        let mut shift = 0_i64;
        let (mut before, mut rest) = (None, source);
        while let Some((&first, after)) = rest.split_first() {
            let len = rest.iter().take_while(|&&byte| is_word(byte)).count();
            let after = if len > 0 {
                let word = rest.get(..len).unwrap_or_default();
                let after = rest.get(len..).unwrap_or_default();
                if before != Some(b'.')
                    && before != Some(b'$')
                    && HELPERS.iter().any(|helper| helper.as_bytes() == word)
                    && is_called(after)
                {
                    text.push(b'$');
                    shift = shift.saturating_sub(1);
                    shifts.push((crate::value::length(text.len()), shift));
                }
                text.extend_from_slice(word);
                after
            } else {
                text.push(first);
                match after {
                    [b'=', after @ ..] if first == b'=' => {
                        shift = shift.saturating_add(1);
                        shifts.push((crate::value::length(text.len()), shift));
                        after
                    }
                    _ => after,
                }
            };
            (before, rest) = (Some(first), after);
        }
        Normalized { text, shifts }
    }

    /// The text that the author wrote, if it is the normalized text.
    pub(crate) fn as_authored(&self) -> Option<Wtf8<'_>> {
        self.shifts.is_empty().then(|| Wtf8::new(&self.text))
    }

    /// Parses the text, which must not be too long.
    pub(crate) fn parse(&self) -> Result<Tree> {
        if crate::value::length(self.text.len()) > MAX_SOURCE {
            return Err(Error::from(ErrorKind::SourceTooLong { limit: MAX_SOURCE }));
        }
        syntax::parse(&self.text)
    }

    /// An error in the text with its place in the `source` that the author wrote.
    pub(crate) fn locate(&self, error: Error, source: Wtf8<'_>) -> Error {
        error.locate(&self.text, source.bytes(), |at| self.to_authored(at))
    }

    /// The authored offset of an offset in the normalized text.
    pub(crate) fn to_authored(&self, offset: u32) -> u32 {
        let after = self.shifts.partition_point(|&(from, _)| from <= offset);
        let shift = after.checked_sub(1).and_then(|last| self.shifts.get(last));
        let shift = shift.map_or(0, |&(_, shift)| shift);
        u32::try_from(i64::from(offset).saturating_add(shift)).unwrap_or(0)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a parenthesis follows, after JavaScript's idea of white space.
fn is_called(mut rest: &[u8]) -> bool {
    while let Some((code_point, width)) = text::decode(rest) {
        match code_point {
            0x28 => return true,
            0x09..=0x0D
            | 0x20
            | 0xA0
            | 0x1680
            | 0x2000..=0x200A
            | 0x2028
            | 0x2029
            | 0x202F
            | 0x205F
            | 0x3000
            | 0xFEFF => {}
            _ => return false,
        }
        rest = rest.get(width..).unwrap_or_default();
    }
    false
}
