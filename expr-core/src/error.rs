//! What went wrong, and where.
use alloc::string::String;

/// The class of an error; its spelling on the wire is [`ErrorClass::as_str`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorClass {
    /// The source is not an expression.
    Syntax,
}
impl ErrorClass {
    /// The spelling on the wire, such as `syntax`.
    pub fn as_str(self) -> &'static str {
        "syntax"
    }
}

/// Where an error is, in the two texts that an author and a caller know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Location {
    /// UTF-16 offsets in the authored text.
    pub start: u32,
    /// Exclusive end.
    pub end: u32,
    /// Line of `start`, from 1.
    pub line: u32,
    /// Column of `start` in UTF-16 units, from 1.
    pub column: u32,
}

/// The token that an error names.
#[derive(Clone, PartialEq, Debug)]
pub enum Token<'a> {
    /// Text, such as a name or an operator.
    Text(crate::Wtf8<'a>),
    /// A number literal.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
}

/// An error of the engine.
#[derive(Clone, PartialEq, Debug)]
pub struct Error;

impl Error {
    /// The class.
    pub fn class(&self) -> ErrorClass {
        ErrorClass::Syntax
    }
    /// The code in the catalogue, such as `T2001`.
    pub fn code(&self) -> &'static str {
        "X0001"
    }
    /// What is wrong (the contract's own text where it fixes one). Text of the author may
    /// hold lone surrogates.
    pub fn message(&self) -> crate::Wtf8Buf {
        crate::Wtf8Buf::default()
    }
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        None
    }
    /// The contract's `position`: a UTF-16 offset in the normalized text.
    pub fn position(&self) -> Option<u32> {
        None
    }
    /// The contract's `token`.
    pub fn token(&self) -> Option<Token<'_>> {
        None
    }
    /// The place in the authored text.
    pub fn location(&self) -> Option<Location> {
        None
    }
    /// The nearest allowed name of a disallowed function.
    pub fn suggestion(&self) -> Option<&str> {
        None
    }
}
