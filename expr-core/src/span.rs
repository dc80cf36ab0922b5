//! Places in a source: byte offsets inside, UTF-16 units, lines and columns outside.

use crate::text;

/// A range of bytes in a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Span {
    /// The first byte.
    pub(crate) start: u32,
    /// The byte after the last.
    pub(crate) end: u32,
}

impl Span {
    /// The range from `start` to `end`.
    pub(crate) fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// The smallest range that holds both.
    pub(crate) fn join(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// Where an error is in the authored text, in the units that JavaScript callers index
/// with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Location {
    /// First UTF-16 unit.
    pub start: u32,
    /// The unit after the last.
    pub end: u32,
    /// Line of `start`, from 1.
    pub line: u32,
    /// Column of `start` in UTF-16 units, from 1.
    pub column: u32,
}

/// The UTF-16 offset of a byte offset.
pub(crate) fn utf16_offset(source: &[u8], byte: u32) -> u32 {
    let end = usize::try_from(byte).unwrap_or(usize::MAX).min(source.len());
    let units = text::utf16_len(source.get(..end).unwrap_or_default());
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// Line and column of a span in the source it belongs to.
pub(crate) fn locate(source: &[u8], span: Span) -> Location {
    let start = usize::try_from(span.start).unwrap_or(usize::MAX).min(source.len());
    let before = source.get(..start).unwrap_or_default();
    let line_start = before
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |newline| newline.saturating_add(1));
    let breaks = before.iter().filter(|&&byte| byte == b'\n').count();
    let column = text::utf16_len(before.get(line_start..).unwrap_or_default());
    let one_based =
        |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    Location {
        start: utf16_offset(source, span.start),
        end: utf16_offset(source, span.end),
        line: one_based(breaks),
        column: one_based(column),
    }
}
