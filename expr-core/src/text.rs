//! JavaScript text: UTF-8 that may also hold lone surrogates (WTF-8).
//!
//! A JavaScript string is a sequence of 16-bit units. Held as WTF-8 it costs a byte a
//! character where UTF-8 does, loses nothing, and is plain UTF-8 whenever every surrogate
//! has its partner. Invariant: a high surrogate directly followed by a low one is always
//! the four bytes of their code point, so equal text has equal bytes.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Borrowed JavaScript text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wtf8<'a> {
    bytes: &'a [u8],
}

/// Owned JavaScript text.
///
/// ```
/// # use expr_core::Wtf8Buf;
/// let mut text = Wtf8Buf::from("a");
/// text.push_code_point(0xD83D);
/// assert_eq!(text.as_wtf8().to_str(), None, "a lone surrogate is no UTF-8");
/// text.push_code_point(0xDE00);
/// assert_eq!(text.as_wtf8().to_str(), Some("a😀"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wtf8Buf {
    bytes: Vec<u8>,
}

impl<'a> From<&'a str> for Wtf8<'a> {
    fn from(text: &'a str) -> Self {
        Wtf8 { bytes: text.as_bytes() }
    }
}

impl From<&str> for Wtf8Buf {
    fn from(text: &str) -> Self {
        Wtf8Buf { bytes: text.as_bytes().to_vec() }
    }
}

impl<'a> Wtf8<'a> {
    /// Wraps bytes that are known to be WTF-8.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Wtf8 { bytes }
    }

    /// The bytes, as WTF-8.
    pub(crate) const fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The text as UTF-8, unless it holds a lone surrogate.
    pub fn to_str(self) -> Option<&'a str> {
        core::str::from_utf8(self.bytes).ok()
    }

    /// A copy that owns its bytes.
    pub fn to_owned(self) -> Wtf8Buf {
        Wtf8Buf { bytes: self.bytes.to_vec() }
    }

    /// Whether there is no unit at all.
    pub fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// The length in UTF-16 units, JavaScript's `length`.
    pub fn utf16_len(self) -> usize {
        utf16_len(self.bytes)
    }

    /// Code points; a lone surrogate counts as one.
    pub(crate) fn code_points(self) -> CodePoints<'a> {
        CodePoints { rest: self.bytes }
    }

    /// UTF-16 units.
    pub(crate) fn units(self) -> impl Iterator<Item = u16> + 'a {
        self.code_points().flat_map(|code_point| {
            let (first, second) = to_units(code_point);
            core::iter::once(first).chain(second)
        })
    }

    /// Its UTF-16 units as a list.
    #[inline(never)]
    pub(crate) fn to_units(self) -> Vec<u16> {
        let mut units = Vec::with_capacity(self.utf16_len());
        if self.bytes.is_ascii() {
            units.extend(self.bytes.iter().map(|&byte| u16::from(byte)));
        } else {
            units.extend(self.units());
        }
        units
    }

    /// The order of JavaScript's `<`: by UTF-16 units, so an astral character sorts
    /// before U+E000.
    pub(crate) fn cmp_units(self, other: Self) -> Ordering {
        let common = self
            .bytes
            .iter()
            .zip(other.bytes)
            .position(|(left, right)| left != right)
            .unwrap_or_else(|| self.bytes.len().min(other.bytes.len()));
        let start = char_start(self.bytes, common);
        let left = Wtf8::new(self.bytes.get(start..).unwrap_or_default());
        let right = Wtf8::new(other.bytes.get(start..).unwrap_or_default());
        left.units().cmp(right.units())
    }
}

impl Wtf8Buf {
    /// Borrows the text.
    pub fn as_wtf8(&self) -> Wtf8<'_> {
        Wtf8 { bytes: &self.bytes }
    }

    /// Text of UTF-16 units, as JavaScript holds it.
    pub fn from_units(units: &[u16]) -> Self {
        let mut text = Wtf8Buf::default();
        for &unit in units {
            text.push_code_point(u32::from(unit));
        }
        text
    }

    /// Wraps bytes that are known to be WTF-8.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Wtf8Buf { bytes }
    }

    /// The bytes, as WTF-8.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends a code point; a low surrogate completes a high one at the end.
    pub fn push_code_point(&mut self, code_point: u32) {
        push_code_point(&mut self.bytes, code_point);
    }

    /// Appends text; surrogates that meet become one code point.
    pub fn push(&mut self, text: Wtf8<'_>) {
        push_text(&mut self.bytes, text.bytes);
    }

    /// Appends UTF-8.
    pub fn push_str(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

/// Iterates over code points of WTF-8.
#[derive(Clone)]
pub(crate) struct CodePoints<'a> {
    rest: &'a [u8],
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (code_point, width) = decode(self.rest)?;
        self.rest = self.rest.get(width..).unwrap_or_default();
        Some(code_point)
    }
}

/// The first code point and how many bytes it takes.
pub(crate) fn decode(bytes: &[u8]) -> Option<(u32, usize)> {
    let first = *bytes.first()?;
    let tail = |index: usize| u32::from(bytes.get(index).copied().unwrap_or(0)) & 0x3F;
    let lead = u32::from(first);
    Some(match first {
        0x00..=0x7F => (lead, 1),
        0x80..=0xDF => ((lead & 0x1F) << 6 | tail(1), 2),
        0xE0..=0xEF => ((lead & 0x0F) << 12 | tail(1) << 6 | tail(2), 3),
        _ => ((lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
    })
}

/// The UTF-16 units of a code point.
pub(crate) fn to_units(code_point: u32) -> (u16, Option<u16>) {
    match code_point.checked_sub(0x1_0000) {
        None => (low_bits(code_point), None),
        Some(offset) => {
            (low_bits(0xD800 | offset >> 10), Some(low_bits(0xDC00 | offset & 0x3FF)))
        }
    }
}

fn low_bits(value: u32) -> u16 {
    u16::try_from(value & 0xFFFF).unwrap_or_default()
}

/// The length in UTF-16 units.
pub(crate) fn utf16_len(bytes: &[u8]) -> usize {
    let units = |byte: &u8| match byte {
        0x80..=0xBF => 0,
        0xF0..=0xFF => 2,
        _ => 1_usize,
    };
    bytes.iter().map(units).sum()
}

/// The first byte of the character that `index` lies in.
pub(crate) fn char_start(bytes: &[u8], index: usize) -> usize {
    let mut start = index.min(bytes.len());
    while start > 0 && bytes.get(start).is_some_and(|byte| byte & 0xC0 == 0x80) {
        start = start.saturating_sub(1);
    }
    start
}

/// Appends a code point to WTF-8, joining surrogates that meet.
pub(crate) fn push_code_point(out: &mut Vec<u8>, code_point: u32) {
    if (0xDC00..=0xDFFF).contains(&code_point)
        && let Some(high) = trailing_high_surrogate(out)
    {
        out.truncate(out.len().saturating_sub(3));
        encode(out, join_surrogates(high, code_point));
        return;
    }
    encode(out, code_point);
}

/// The code point of a surrogate pair.
pub(crate) fn join_surrogates(high: u32, low: u32) -> u32 {
    ((high & 0x3FF) << 10 | (low & 0x3FF)).wrapping_add(0x1_0000)
}

/// Appends WTF-8 to WTF-8, joining surrogates that meet.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    if text.first() == Some(&0xED)
        && let Some((low @ 0xDC00..=0xDFFF, width)) = decode(text)
        && trailing_high_surrogate(out).is_some()
    {
        push_code_point(out, low);
        out.extend_from_slice(text.get(width..).unwrap_or_default());
        return;
    }
    out.extend_from_slice(text);
}

fn trailing_high_surrogate(bytes: &[u8]) -> Option<u32> {
    let tail = bytes.get(bytes.len().checked_sub(3)?..)?;
    match decode(tail)? {
        (high @ 0xD800..=0xDBFF, 3) => Some(high),
        _ => None,
    }
}

fn encode(out: &mut Vec<u8>, code_point: u32) {
    let byte = |value: u32| u8::try_from(value & 0xFF).unwrap_or_default();
    let tail = |shift: u32| byte(0x80 | (code_point >> shift & 0x3F));
    match code_point {
        0..=0x7F => out.push(byte(code_point)),
        0x80..=0x7FF => out.extend([byte(0xC0 | code_point >> 6), tail(0)]),
        0x800..=0xFFFF => out.extend([byte(0xE0 | code_point >> 12), tail(6), tail(0)]),
        _ => out.extend([byte(0xF0 | code_point >> 18), tail(12), tail(6), tail(0)]),
    }
}

/// The text before the first such byte of ASCII, and the text after it.
pub(crate) fn split_at_byte(text: &str, byte: u8) -> (&str, &str) {
    let at = text.bytes().position(|it| it == byte).unwrap_or(text.len());
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    (before, rest.get(1..).unwrap_or_default())
}

/// For messages: a lone surrogate shows as U+FFFD.
impl core::fmt::Display for Wtf8<'_> {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        use core::fmt::Write;
        self.code_points()
            .map(|code_point| char::from_u32(code_point).unwrap_or('\u{FFFD}'))
            .try_for_each(|character| out.write_char(character))
    }
}

impl core::fmt::Display for Wtf8Buf {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.as_wtf8().fmt(out)
    }
}
