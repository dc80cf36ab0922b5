//! What went wrong, and where.
//!
//! Inside the engine an error knows byte offsets in the text that was parsed; on its way
//! out [`Error::locate`] turns them into what callers use.

mod catalog;

use crate::budget::{Exhausted, Limit};
use crate::span::{Location, Span};
use crate::text::Wtf8Buf;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;

pub(crate) use catalog::ErrorKind;
pub use catalog::{CatalogEntry, catalog};

/// A result of the engine.
pub(crate) type Result<T, E = Error> = core::result::Result<T, E>;

/// The class of an error: what callers branch on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorClass {
    /// The source is not an expression.
    Syntax,
    /// The contract allows no function definitions.
    Lambda,
    /// The contract allows no computed callees.
    DynamicCall,
    /// The contract cannot check the right side of `~>`.
    Apply,
    /// A function is called that the contract does not allow.
    DisallowedFunction,
    /// A helper's name is bound to something else.
    HelperRebinding,
    /// The evaluation failed.
    Evaluation,
    /// The result is no JSON.
    NotSerializable,
    /// The result is larger than the contract allows.
    TooLarge,
    /// A limit was reached.
    Budget,
    /// A live value cannot be carried by JSON.
    Transport,
    /// A request is malformed.
    Wire,
    /// The engine or its host is at fault.
    Host,
}

impl ErrorClass {
    /// The spelling on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorClass::Syntax => "syntax",
            ErrorClass::Lambda => "lambda",
            ErrorClass::DynamicCall => "dynamic-call",
            ErrorClass::Apply => "apply",
            ErrorClass::DisallowedFunction => "disallowed-function",
            ErrorClass::HelperRebinding => "helper-rebinding",
            ErrorClass::Evaluation => "evaluation",
            ErrorClass::NotSerializable => "not-serializable",
            ErrorClass::TooLarge => "too-large",
            ErrorClass::Budget => "budget",
            ErrorClass::Transport => "transport",
            ErrorClass::Wire => "wire",
            ErrorClass::Host => "host",
        }
    }
}

/// The token that an error names.
#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    /// Text, such as a name or an operator.
    Text(Wtf8Buf),
    /// A number literal.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
}

impl From<&str> for Token {
    fn from(text: &str) -> Self {
        Token::Text(Wtf8Buf::from(text))
    }
}

/// An error of the engine: a code of the catalogue, and where it arose.
#[derive(Clone, PartialEq, Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Clone, PartialEq, Debug)]
struct Inner {
    kind: ErrorKind,
    span: Option<Span>,
    /// Byte offset of the contract's `position`.
    at: Option<u32>,
    token: Option<Token>,
    position: Option<u32>,
    location: Option<Location>,
}

impl From<ErrorKind> for Error {
    #[cold]
    #[inline(never)]
    fn from(kind: ErrorKind) -> Self {
        let (span, at, token, position, location) = (None, None, None, None, None);
        Error { inner: Box::new(Inner { kind, span, at, token, position, location }) }
    }
}

impl From<Exhausted> for Error {
    #[cold]
    #[inline(never)]
    fn from(exhausted: Exhausted) -> Self {
        Error::from(match *exhausted.0 {
            Limit::Steps(limit) => ErrorKind::OutOfSteps { limit },
            Limit::Bytes(limit) => ErrorKind::OutOfBytes { limit },
            Limit::Depth(limit) => ErrorKind::TooDeep { limit },
        })
    }
}

impl Error {
    /// The class.
    pub fn class(&self) -> ErrorClass {
        self.inner.kind.class()
    }

    /// The code in the catalogue, such as `T2001`.
    pub fn code(&self) -> &'static str {
        self.inner.kind.code()
    }

    /// What is wrong: the contract's text where it fixes one, the author's own in
    /// `$error` and `$assert`, which may hold lone surrogates, and ours elsewhere.
    pub fn message(&self) -> Wtf8Buf {
        self.inner.kind.message()
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        self.inner.kind.help().map(str::to_string)
    }

    /// The contract's `position`: a UTF-16 offset in the normalized text.
    pub fn position(&self) -> Option<u32> {
        self.inner.position
    }

    /// The contract's `token`.
    pub fn token(&self) -> Option<&Token> {
        self.inner.token.as_ref()
    }

    /// The place in the authored text.
    pub fn location(&self) -> Option<Location> {
        self.inner.location
    }

    /// The nearest allowed name of a disallowed function.
    pub fn suggestion(&self) -> Option<&str> {
        match &self.inner.kind {
            ErrorKind::DisallowedFunction { suggestion, .. } => *suggestion,
            _ => None,
        }
    }

    /// The place, as far as it is known.
    #[cfg(feature = "reference")]
    pub(crate) fn place(&self) -> Span {
        self.inner.span.unwrap_or_default()
    }

    /// The place, where it is not known yet.
    pub(crate) fn or_span(mut self, span: Span) -> Self {
        self.inner.span.get_or_insert(span);
        self
    }

    /// The place and the contract's position.
    pub(crate) fn at(mut self, at: u32, span: Span) -> Self {
        self.inner.at = Some(at);
        self.inner.span = Some(span);
        self
    }

    /// The contract's token.
    pub(crate) fn with_token(mut self, token: impl Into<Token>) -> Self {
        self.inner.token = Some(token.into());
        self
    }

    /// What the reference does when an error passes through a call: the call's position
    /// and token fill what is missing.
    pub(crate) fn or_at(mut self, at: u32, token: Option<Token>) -> Self {
        self.inner.at.get_or_insert(at);
        if self.inner.token.is_none() {
            self.inner.token = token;
        }
        self
    }

    /// What the reference does when an error passes through the call of a named function:
    /// the call's position replaces the inner one.
    pub(crate) fn replace_at(mut self, at: u32) -> Self {
        self.inner.at = Some(at);
        self
    }

    /// Forgets places: they belong to another text.
    pub(crate) fn forget_place(mut self) -> Self {
        self.inner.span = None;
        self.inner.at = None;
        self
    }

    /// Turns byte offsets into what callers use. `parsed` is the text that the offsets
    /// belong to, `authored` maps them to the text that the author wrote.
    pub(crate) fn locate(
        mut self,
        parsed: &[u8],
        authored: &[u8],
        to_authored: impl Fn(u32) -> u32,
    ) -> Self {
        use crate::span::{locate, utf16_offset};
        self.inner.position = self.inner.at.map(|at| utf16_offset(parsed, at));
        self.inner.location = self.inner.span.map(|span| {
            locate(authored, Span::new(to_authored(span.start), to_authored(span.end)))
        });
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code(), self.message())
    }
}

impl core::error::Error for Error {}
