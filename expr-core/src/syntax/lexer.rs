//! Text → tokens.
//!
//! Whether `/` divides or opens a regular expression depends on the token before it, so
//! the parser says at each step which of the two it expects.

use super::token::{Operator, Token, TokenKind};
use super::word::Words;
use crate::error::{Error, ErrorKind, Result};
use crate::regex::{Flags, Regex};
use crate::span::Span;
use crate::text::{self, Wtf8, Wtf8Buf};
use crate::value::length;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What the next `/` means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Slash {
    /// An operand has just ended: it divides.
    Divides,
    /// An operand is expected: it opens a regular expression.
    OpensRegex,
}

/// Reads tokens one by one.
pub(super) struct Lexer<'a> {
    source: &'a [u8],
    at: usize,
    /// The names and texts so far.
    pub(super) words: Words,
    /// The regular expressions so far.
    pub(super) regexes: Vec<Arc<Regex>>,
}

impl<'a> Lexer<'a> {
    /// Starts at the beginning of a source.
    pub(super) fn new(source: &'a [u8]) -> Self {
        let words = Words::of_source(source.len());
        Lexer { source, at: 0, words, regexes: Vec::new() }
    }

    /// Goes on after a token that could not be read, which began at `start`: after the
    /// quote that would close a text, else where reading stopped.
    #[cfg(feature = "reference")]
    pub(super) fn skip_unreadable(&mut self, start: usize) -> usize {
        let quote = self.source.get(start).filter(|byte| matches!(byte, b'"' | b'\''));
        let mut at = self.at.max(start.saturating_add(1));
        if let Some(quote) = quote {
            at = start.saturating_add(1);
            while let Some(byte) = self.source.get(at) {
                let width = if *byte == b'\\' { 2 } else { 1 };
                at = at.saturating_add(width);
                if byte == quote {
                    break;
                }
            }
        }
        self.at = at.min(self.source.len());
        self.at
    }

    /// The next token; at the end of the source it is [`TokenKind::End`] for ever.
    pub(super) fn next(&mut self, slash: Slash) -> Result<Token> {
        self.skip_space_and_comments()?;
        let start = self.at;
        let kind = self.kind(slash)?;
        Ok(Token { kind, start: length(start), end: length(self.at) })
    }

    fn kind(&mut self, slash: Slash) -> Result<TokenKind> {
        let rest = self.rest();
        let Some(&first) = rest.first() else { return Ok(TokenKind::End) };
        match first {
            b'/' if slash == Slash::OpensRegex => {
                self.at = self.at.saturating_add(1);
                self.regex()
            }
            b'"' | b'\'' => self.string(first),
            b'0'..=b'9' => self.number(),
            b'`' => self.quoted_name(),
            _ => Ok(match self.operator(first, rest.get(1)) {
                Some(operator) => TokenKind::Operator(operator),
                None => self.name(),
            }),
        }
    }

    /// The operator that begins with a byte, the longest if there are several.
    fn operator(&mut self, first: u8, second: Option<&u8>) -> Option<Operator> {
        let short = Operator::spelled(first, None)?;
        let long = second.and_then(|&second| Operator::spelled(first, Some(second)));
        let width = if long.is_some() { 2 } else { 1 };
        self.at = self.at.saturating_add(width);
        Some(long.unwrap_or(short))
    }

    fn rest(&self) -> &'a [u8] {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn skip_space_and_comments(&mut self) -> Result<()> {
        loop {
            let rest = self.rest();
            let blank = rest.iter().take_while(|&&byte| is_space(byte)).count();
            self.at = self.at.saturating_add(blank);
            if !self.rest().starts_with(b"/*") {
                return Ok(());
            }
            let start = self.at;
            let body = self.rest().get(2..).unwrap_or_default();
            let Some(end) = body.windows(2).position(|pair| pair == b"*/") else {
                return Err(self.error(ErrorKind::UnterminatedComment, start, start));
            };
            self.at = start.saturating_add(end).saturating_add(4);
        }
    }

    fn string(&mut self, quote: u8) -> Result<TokenKind> {
        let start = self.at;
        self.at = self.at.saturating_add(1);
        let mut value = Vec::new();
        loop {
            let rest = self.rest();
            let Some(end) = rest.iter().position(|&byte| byte == quote || byte == b'\\')
            else {
                self.at = self.source.len();
                return Err(self.error(ErrorKind::UnterminatedString, start, self.at));
            };
            let part = rest.get(..end).unwrap_or_default();
            self.at = self.at.saturating_add(end).saturating_add(1);
            let ends = rest.get(end) == Some(&quote);
            if ends && value.is_empty() {
                return Ok(TokenKind::String(self.words.add(part)));
            }
            text::push_text(&mut value, part);
            if ends {
                return Ok(TokenKind::String(self.words.add(&value)));
            }
            let code_point = self.escape(start)?;
            text::push_code_point(&mut value, code_point);
        }
    }

    /// Reads what follows a backslash.
    fn escape(&mut self, start: usize) -> Result<u32> {
        let rest = self.rest();
        let Some((code_point, width)) = text::decode(rest) else {
            return Err(self.error(ErrorKind::UnterminatedString, start, self.at));
        };
        let code_point = match code_point {
            0x22 | 0x5C | 0x2F => code_point,
            0x62 => 0x08,
            0x66 => 0x0C,
            0x6E => 0x0A,
            0x72 => 0x0D,
            0x74 => 0x09,
            0x75 => {
                let digits =
                    rest.get(1..).map(|digits| digits.get(..4).unwrap_or(digits));
                let Some(unit) = digits.and_then(hexadecimal) else {
                    return Err(self.error(ErrorKind::BadUnicodeEscape, start, self.at));
                };
                self.at = self.at.saturating_add(5).min(self.source.len());
                return Ok(unit);
            }
            _ => {
                let escape = Wtf8::new(rest.get(..width).unwrap_or_default()).to_owned();
                let error = self.error(
                    ErrorKind::UnknownEscape { escape: escape.clone() },
                    start,
                    self.at,
                );
                return Err(error.with_token(crate::error::Token::Text(escape)));
            }
        };
        self.at = self.at.saturating_add(width);
        Ok(code_point)
    }

    fn number(&mut self) -> Result<TokenKind> {
        let start = self.at;
        let rest = self.rest();
        let count = |from: usize| {
            let digits = rest.get(from..).unwrap_or_default();
            digits.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let mut len = if rest.first() == Some(&b'0') { 1 } else { count(0) };
        if rest.get(len) == Some(&b'.') {
            let fraction = count(len.saturating_add(1));
            if fraction > 0 {
                len = len.saturating_add(fraction).saturating_add(1);
            }
        }
        if let Some(b'e' | b'E') = rest.get(len) {
            let sign = rest.get(len.saturating_add(1));
            let signed = usize::from(matches!(sign, Some(b'+' | b'-')));
            let from = len.saturating_add(1).saturating_add(signed);
            let exponent = count(from);
            if exponent > 0 {
                len = from.saturating_add(exponent);
            }
        }
        let literal = rest.get(..len).unwrap_or_default();
        match crate::decimal::parse(literal) {
            Some(number) if number.is_finite() => {
                self.at = start.saturating_add(len);
                Ok(TokenKind::Number(number))
            }
            _ => {
                let number = Wtf8::new(literal).to_owned();
                let kind = ErrorKind::NumberRange { number: number.clone() };
                let end = start.saturating_add(len);
                let error = Error::from(kind)
                    .at(length(start), Span::new(length(start), length(end)));
                Err(error.with_token(crate::error::Token::Text(number)))
            }
        }
    }

    fn quoted_name(&mut self) -> Result<TokenKind> {
        let start = self.at;
        let body = self.rest().get(1..).unwrap_or_default();
        let Some(end) = body.iter().position(|&byte| byte == b'`') else {
            self.at = self.source.len();
            return Err(self.error(ErrorKind::UnterminatedName, start, self.at));
        };
        self.at = start.saturating_add(end).saturating_add(2);
        let name = body.get(..end).unwrap_or_default();
        Ok(TokenKind::Name(self.words.add(name)))
    }

    fn name(&mut self) -> TokenKind {
        let rest = self.rest();
        let ends = |&byte: &u8| is_space(byte) || is_operator_byte(byte);
        let len = rest.iter().position(ends).unwrap_or(rest.len());
        self.at = self.at.saturating_add(len);
        let name = rest.get(..len).unwrap_or_default();
        match name {
            [b'$', variable @ ..] => TokenKind::Variable(self.words.add(variable)),
            b"or" => TokenKind::Operator(Operator::Or),
            b"in" => TokenKind::Operator(Operator::In),
            b"and" => TokenKind::Operator(Operator::And),
            b"true" => TokenKind::Bool(true),
            b"false" => TokenKind::Bool(false),
            b"null" => TokenKind::Null,
            name => TokenKind::Name(self.words.add(name)),
        }
    }

    /// Reads a regular expression after its opening slash. A slash closes it only outside
    /// of brackets of any kind.
    fn regex(&mut self) -> Result<TokenKind> {
        let start = self.at;
        let mut depth = 0_i64;
        while let Some(&byte) = self.source.get(self.at) {
            let escaped = self.backslashes_before() % 2 == 1;
            let after_backslash =
                self.at.checked_sub(1).and_then(|at| self.source.get(at)) == Some(&b'\\');
            match byte {
                b'/' if depth == 0 && !escaped => return self.end_regex(start),
                b'(' | b'[' | b'{' if !after_backslash => depth = depth.saturating_add(1),
                b')' | b']' | b'}' if !after_backslash => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at = self.at.saturating_add(1);
        }
        let opening = start.saturating_sub(1);
        Err(self.error(ErrorKind::UnterminatedRegex, opening, self.at))
    }

    fn backslashes_before(&self) -> usize {
        let before = self.source.get(..self.at).unwrap_or_default();
        before.iter().rev().take_while(|&&byte| byte == b'\\').count()
    }

    fn end_regex(&mut self, start: usize) -> Result<TokenKind> {
        let pattern = Wtf8::new(self.source.get(start..self.at).unwrap_or_default());
        if pattern.is_empty() {
            let opening = start.saturating_sub(1);
            return Err(self.error(ErrorKind::EmptyRegex, opening, self.at));
        }
        self.at = self.at.saturating_add(1);
        let flags = self.rest();
        let len = flags.iter().take_while(|&&flag| flag == b'i' || flag == b'm').count();
        self.at = self.at.saturating_add(len);
        let flags = flags.get(..len).unwrap_or_default();
        let has = |flag: u8| flags.contains(&flag);
        let repeated =
            |flag: u8| flags.iter().filter(|&&found| found == flag).count() > 1;
        if repeated(b'i') || repeated(b'm') {
            let reason = Wtf8Buf::from("a flag is given twice");
            let kind = ErrorKind::BadRegex { reason };
            return Err(self.error(kind, start.saturating_sub(1), self.at));
        }
        let units = pattern.to_units();
        let flags = Flags { ignore_case: has(b'i'), multiline: has(b'm') };
        match Regex::compile(&units, flags) {
            Ok(regex) => {
                let number = length(self.regexes.len());
                self.regexes.push(Arc::new(regex));
                Ok(TokenKind::Regex(number))
            }
            Err(error) => {
                let reason = Wtf8Buf::from(error.message);
                let kind = ErrorKind::BadRegex { reason };
                Err(self.error(kind, start.saturating_sub(1), self.at))
            }
        }
    }

    /// An error whose position is where reading stopped.
    fn error(&self, kind: ErrorKind, start: usize, at: usize) -> Error {
        let span = Span::new(length(start), length(self.at.max(start)));
        Error::from(kind).at(length(at), span)
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()
}

/// What separates tokens. JavaScript has more white space than that; here the rest of it
/// is part of names.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B)
}

/// Whether a byte ends an unquoted name.
fn is_operator_byte(byte: u8) -> bool {
    matches!(
        byte,
        b'.' | b'['
            | b']'
            | b'{'
            | b'}'
            | b'('
            | b')'
            | b','
            | b'@'
            | b'#'
            | b';'
            | b':'
            | b'?'
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'|'
            | b'='
            | b'<'
            | b'>'
            | b'^'
            | b'&'
            | b'!'
            | b'~'
    )
}
