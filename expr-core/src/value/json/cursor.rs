//! A place in a JSON text and the scanning from there, which every byte of a context goes
//! through: words of eight bytes where text is plain, and nothing that is not inlined on
//! the way.

use super::plain::{plain_bytes, special_bytes};
use crate::decimal;
use crate::error::{Error, ErrorKind, Result};
use crate::size::length;
use crate::text;
use crate::value::Value;
use alloc::vec::Vec;

/// A place in a JSON text.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    /// What is still to be read.
    rest: &'a [u8],
    /// The length of the whole text.
    len: usize,
}

impl<'a> Cursor<'a> {
    /// The beginning of a text.
    pub(super) fn new(json: &'a [u8]) -> Self {
        Cursor { rest: json, len: json.len() }
    }

    /// The next byte.
    #[inline(always)]
    pub(super) fn peek(self) -> Option<u8> {
        self.rest.first().copied()
    }

    #[inline(always)]
    pub(super) fn advance(&mut self) {
        self.pass(1);
    }

    #[inline(always)]
    fn pass(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Passes over a byte, if it is the next one.
    #[inline(always)]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.advance();
        }
        found
    }

    #[inline(always)]
    pub(super) fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.advance();
        }
    }

    /// The bytes from here up to a later place.
    #[inline(always)]
    pub(super) fn up_to(self, later: Cursor<'a>) -> &'a [u8] {
        let len = self.rest.len().saturating_sub(later.rest.len());
        self.rest.get(..len).unwrap_or_default()
    }

    /// The next eight bytes, if there are as many.
    #[inline(always)]
    pub(super) fn word(self) -> Option<u64> {
        self.rest.first_chunk::<8>().map(|word| u64::from_le_bytes(*word))
    }

    /// Passes over the characters of a string that stand for themselves.
    #[inline(always)]
    pub(super) fn pass_plain(&mut self) {
        while let Some((word, after)) = self.rest.split_first_chunk::<8>() {
            let special = special_bytes(u64::from_le_bytes(*word));
            if special != 0 {
                return self.pass(plain_bytes(special));
            }
            self.rest = after;
        }
        while self
            .peek()
            .is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20)
        {
            self.advance();
        }
    }

    /// Passes over the rest of a string and its closing quote.
    #[inline(always)]
    pub(super) fn skip_string(&mut self) -> Result<()> {
        self.pass_plain();
        if self.eat(b'"') { Ok(()) } else { self.rest_of_string(None) }
    }

    /// Passes over the rest of a string, and reads it into `kept`, if that is given, with
    /// escapes as what they stand for.
    #[inline(never)]
    pub(super) fn rest_of_string(
        &mut self,
        mut kept: Option<&mut Vec<u8>>,
    ) -> Result<()> {
        loop {
            let start = *self;
            self.pass_plain();
            if let Some(kept) = &mut kept {
                text::push_text(kept, start.up_to(*self));
            }
            if self.eat(b'"') {
                return Ok(());
            }
            if !self.eat(b'\\') {
                return Err(self.error(match self.peek() {
                    Some(_) => "a control character in a string",
                    None => "a string without its closing quote",
                }));
            }
            let code_point = self.escape()?;
            if let Some(kept) = &mut kept {
                text::push_code_point(kept, code_point);
            }
        }
    }

    fn escape(&mut self) -> Result<u32> {
        let code_point = match self.peek() {
            Some(b'"') => 0x22,
            Some(b'\\') => 0x5C,
            Some(b'/') => 0x2F,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0C,
            Some(b'n') => 0x0A,
            Some(b'r') => 0x0D,
            Some(b't') => 0x09,
            Some(b'u') => {
                let unit = self.rest.get(1..5).and_then(hexadecimal);
                let unit =
                    unit.ok_or_else(|| self.error("`\\u` needs four hex digits"))?;
                self.pass(4);
                unit
            }
            _ => return Err(self.error("an unknown escape")),
        };
        self.advance();
        Ok(code_point)
    }

    /// Passes over a number.
    #[inline(always)]
    pub(super) fn skip_number(&mut self) -> Result<()> {
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.advance();
            if let Some(b'+' | b'-') = self.peek() {
                self.advance();
            }
            self.digits()?;
        }
        Ok(())
    }

    #[inline(always)]
    fn digits(&mut self) -> Result<()> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.error("a digit is expected"));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.advance();
        }
        Ok(())
    }

    /// The number between `start` and here; whether it may be infinite is the caller's.
    pub(super) fn number_since(self, start: Self, infinite: bool) -> Result<f64> {
        match decimal::parse(start.up_to(self)) {
            Some(number) if number.is_finite() || infinite => Ok(number),
            _ => Err(Error::from(ErrorKind::NumberOutOfRange { offset: start.offset() })),
        }
    }

    /// Reads `true`, `false` or `null`.
    pub(super) fn literal(&mut self) -> Result<Value> {
        const WORDS: [(&[u8], Value); 3] = [
            (b"true", Value::Bool(true)),
            (b"false", Value::Bool(false)),
            (b"null", Value::Null),
        ];
        for (word, value) in WORDS {
            if self.rest.starts_with(word) {
                self.pass(word.len());
                return Ok(value);
            }
        }
        Err(self.error(match self.peek() {
            Some(_) => "a value is expected",
            None => "the text ends where a value is expected",
        }))
    }

    /// Passes over the quote that a key begins with.
    #[inline(always)]
    pub(super) fn open_key(&mut self) -> Result<()> {
        if self.eat(b'"') {
            Ok(())
        } else {
            Err(self.error("a key in quotes is expected"))
        }
    }

    /// Passes over the colon after a key.
    #[inline(always)]
    pub(super) fn close_key(&mut self) -> Result<()> {
        self.skip_space();
        if self.eat(b':') { Ok(()) } else { Err(self.error("`:` is expected")) }
    }

    fn offset(self) -> u64 {
        u64::from(length(self.len.saturating_sub(self.rest.len())))
    }

    #[cold]
    #[inline(never)]
    pub(super) fn error(self, reason: &'static str) -> Error {
        Error::from(ErrorKind::NotJson { reason, offset: self.offset() })
    }

    /// After a value of an object or array there is neither another nor its end.
    #[cold]
    pub(super) fn unclosed(self, object: bool) -> Error {
        self.error(if object {
            "`,` or `}` is expected"
        } else {
            "`,` or `]` is expected"
        })
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value: u32, &digit| {
        Some(value << 4 | char::from(digit).to_digit(16)?)
    })
}
