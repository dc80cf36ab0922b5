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
        let (equals, removed) = single_equals(source.bytes());
        mark_helpers(&equals, &removed)
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

/// Replaces every `==`; gives the offsets in the new text after which one was shortened.
fn single_equals(source: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let mut out = Vec::with_capacity(source.len());
    let mut removed = Vec::new();
    let mut rest = source;
    while let Some((&byte, after)) = rest.split_first() {
        out.push(byte);
        rest = after;
        if byte == b'='
            && let Some((b'=', after)) = rest.split_first()
        {
            rest = after;
            removed.push(out.len());
        }
    }
    (out, removed)
}

/// Puts a `$` before every call of a helper that has none.
fn mark_helpers(source: &[u8], removed: &[usize]) -> Normalized {
    let mut out = Vec::with_capacity(source.len());
    let mut shifts = Vec::new();
    let mut shift = 0_i64;
    let mut removed = removed.iter().peekable();
    let mut at = 0_usize;
    while at < source.len() {
        while removed.next_if(|&&offset| offset <= at).is_some() {
            shift = shift.saturating_add(1);
            shifts.push((crate::value::length(out.len()), shift));
        }
        let name = helper_at(source, at);
        if name > 0 {
            out.push(b'$');
            shift = shift.saturating_sub(1);
            shifts.push((crate::value::length(out.len()), shift));
        }
        let width = name.max(1);
        let end = at.saturating_add(width);
        out.extend_from_slice(source.get(at..end).unwrap_or_default());
        at = end;
    }
    if removed.next().is_some() {
        shifts.push((crate::value::length(out.len()), shift.saturating_add(1)));
    }
    Normalized { text: out, shifts }
}

/// The length of the helper's name that begins here and is called, else 0.
fn helper_at(source: &[u8], at: usize) -> usize {
    let before = at.checked_sub(1).and_then(|before| source.get(before));
    if before.is_some_and(|&byte| byte == b'.' || byte == b'$' || is_word(byte)) {
        return 0;
    }
    let rest = source.get(at..).unwrap_or_default();
    let len = rest.iter().take_while(|&&byte| is_word(byte)).count();
    let (name, after) = rest.split_at(len);
    let is_helper = HELPERS.iter().any(|helper| helper.as_bytes() == name);
    if is_helper && is_called(after) { len } else { 0 }
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
