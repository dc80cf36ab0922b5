//! Answers as JSON text, written front to back.

use crate::decimal::write_whole;
use crate::error::{Error, Token};
use crate::text::Wtf8;
use crate::value::{write_json_number, write_json_string};
use alloc::vec::Vec;

/// JSON text that is being written.
///
/// A comma is due wherever the text does not end with an opening bracket, since every
/// value that was written ends otherwise; so callers never keep count of members.
#[derive(Default)]
pub(crate) struct Answer {
    bytes: Vec<u8>,
}

impl Answer {
    /// Starts a member; its value follows.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        self.key(name.as_bytes())
    }

    /// Starts a member whose name comes from a document.
    #[inline(never)]
    pub(crate) fn key(&mut self, name: &[u8]) -> &mut Self {
        self.item();
        write_json_string(&mut self.bytes, Wtf8::new(name));
        self.push(b":")
    }

    /// Starts an item of an array; its value follows.
    pub(crate) fn item(&mut self) -> &mut Self {
        if !matches!(self.bytes.last(), None | Some(b'{' | b'[')) {
            self.push(b",");
        }
        self
    }

    /// A value that is JSON text already, or an opening or closing bracket.
    pub(crate) fn raw(&mut self, json: impl AsRef<[u8]>) -> &mut Self {
        self.push(json.as_ref())
    }

    /// Bytes of the answer. Answers are made of hundreds of small pieces, so a copy of this
    /// for each of them would be most of the code around here.
    #[inline(never)]
    fn push(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A string.
    pub(crate) fn text(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        self.string(text.as_ref())
    }

    #[inline(never)]
    fn string(&mut self, text: &[u8]) -> &mut Self {
        write_json_string(&mut self.bytes, Wtf8::new(text));
        self
    }

    /// A string, or null.
    pub(crate) fn optional(&mut self, text: Option<&[u8]>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    /// A whole number.
    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        write_whole(&mut self.bytes, number);
        self
    }

    /// A boolean.
    pub(crate) fn bool(&mut self, value: bool) -> &mut Self {
        self.raw(if value { "true" } else { "false" })
    }

    /// A list of strings.
    pub(crate) fn texts<T: AsRef<[u8]>>(&mut self, texts: &[T]) -> &mut Self {
        self.raw("[");
        for text in texts {
            self.item().text(text);
        }
        self.raw("]")
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// The members of ERROR in docs/wire.md. A failed mapping words the message itself.
    pub(crate) fn error(&mut self, error: &Error, message: Option<&[u8]>) -> &mut Self {
        self.name("class").text(error.class().as_str());
        self.name("code").text(error.code());
        self.name("message");
        match message {
            Some(message) => self.text(message),
            None => self.text(error.message().as_wtf8().bytes()),
        };
        if let Some(position) = error.position() {
            self.name("position").number(u64::from(position));
        }
        if let Some(token) = error.token() {
            self.name("token");
            match token {
                Token::Text(text) => {
                    self.text(text.as_wtf8().bytes());
                }
                Token::Number(number) => write_json_number(&mut self.bytes, *number),
                Token::Bool(value) => {
                    self.bool(*value);
                }
            }
        }
        if let Some(place) = error.location() {
            let number = u64::from;
            self.name("span").raw("{").name("start").number(number(place.start));
            self.name("end").number(number(place.end)).raw("}");
            self.name("line").number(number(place.line));
            self.name("column").number(number(place.column));
        }
        if let Some(help) = error.help() {
            self.name("help").text(help);
        }
        if let Some(suggestion) = error.suggestion() {
            self.name("suggestion").text(suggestion);
        }
        self
    }

    /// The text.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Writes the members of ERROR in docs/wire.md, without the braces around them.
pub fn write_error_members(out: &mut Vec<u8>, error: &Error) {
    let mut answer = Answer::default();
    answer.error(error, None);
    out.extend_from_slice(answer.bytes());
}
