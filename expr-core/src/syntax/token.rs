//! Tokens and the binding powers of operators.

use super::word::{Word, Words};
use crate::error::Token as ErrorToken;
use crate::text::Wtf8Buf;

/// A token with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// The first byte.
    pub(super) start: u32,
    /// The byte after the last: what the contract calls the token's position.
    pub(super) end: u32,
}

/// What a token is.
#[derive(Clone, Copy, Debug)]
pub(super) enum TokenKind {
    /// The end of the source.
    End,
    /// A field name, quoted or not.
    Name(Word),
    /// `$name`, without the `$`.
    Variable(Word),
    /// A string literal.
    String(Word),
    /// A number literal.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A regular expression, by its number in the source.
    Regex(u32),
    /// An operator or punctuation.
    Operator(Operator),
}

impl Token {
    /// Whether the source ends here.
    pub(super) fn is_end(&self) -> bool {
        matches!(self.kind, TokenKind::End)
    }

    /// Whether it is this operator.
    pub(super) fn is(&self, operator: Operator) -> bool {
        matches!(self.kind, TokenKind::Operator(found) if found == operator)
    }

    /// How strongly it binds an operand on its left.
    pub(super) fn left_power(&self) -> u8 {
        match self.kind {
            TokenKind::Operator(operator) => operator.left_power(),
            _ => 0,
        }
    }

    /// What an error names.
    pub(super) fn error_token(&self, words: &Words) -> Option<ErrorToken> {
        match self.kind {
            TokenKind::End => Some(ErrorToken::from("(end)")),
            TokenKind::Name(name)
            | TokenKind::Variable(name)
            | TokenKind::String(name) => {
                Some(ErrorToken::Text(words.text(name).to_owned()))
            }
            TokenKind::Number(number) => Some(ErrorToken::Number(number)),
            TokenKind::Bool(value) => Some(ErrorToken::Bool(value)),
            TokenKind::Null | TokenKind::Regex(_) => None,
            TokenKind::Operator(operator) => Some(ErrorToken::from(operator.as_str())),
        }
    }

    /// How a message shows it.
    pub(super) fn shown(&self, words: &Words) -> Wtf8Buf {
        match self.kind {
            TokenKind::Number(number) => {
                Wtf8Buf::from(crate::value::format_number(number).as_str())
            }
            TokenKind::Bool(value) => Wtf8Buf::from(if value { "true" } else { "false" }),
            TokenKind::Null => Wtf8Buf::from("null"),
            TokenKind::Regex(_) => Wtf8Buf::from("a regular expression"),
            TokenKind::Name(name)
            | TokenKind::Variable(name)
            | TokenKind::String(name) => words.text(name).to_owned(),
            TokenKind::End => Wtf8Buf::from("(end)"),
            TokenKind::Operator(operator) => Wtf8Buf::from(operator.as_str()),
        }
    }
}

macro_rules! operators {
    ($($name:ident $text:literal $power:literal;)*) => {
        /// Operators and punctuation.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Operator { $(#[doc = $text] $name,)* }

        impl Operator {
            /// The spelling.
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Operator::$name => $text,)* }
            }

            /// How strongly it binds an operand on its left; 0 ends an expression.
            pub(super) fn left_power(self) -> u8 {
                match self { $(Operator::$name => $power,)* }
            }

            /// The operator of one character or of two; words are none here.
            pub(super) fn spelled(first: u8, second: Option<u8>) -> Option<Operator> {
                $(
                    if let &[one, ref rest @ ..] = $text.as_bytes()
                        && !one.is_ascii_alphabetic()
                        && one == first
                        && rest.first().copied() == second {
                        return Some(Operator::$name);
                    }
                )*
                None
            }
        }
    };
}

operators! {
    Range ".." 0;
    Assign ":=" 10;
    NotEqual "!=" 40;
    GreaterEqual ">=" 40;
    LessEqual "<=" 40;
    Descendants "**" 0;
    Apply "~>" 40;
    Elvis "?:" 40;
    Coalesce "??" 40;
    Dot "." 75;
    OpenBracket "[" 80;
    CloseBracket "]" 0;
    OpenBrace "{" 70;
    CloseBrace "}" 0;
    OpenParen "(" 80;
    CloseParen ")" 0;
    Comma "," 0;
    Focus "@" 80;
    Index "#" 80;
    Semicolon ";" 0;
    Colon ":" 0;
    Question "?" 20;
    Plus "+" 50;
    Minus "-" 50;
    Star "*" 60;
    Slash "/" 60;
    Percent "%" 60;
    Pipe "|" 0;
    Equal "=" 40;
    Less "<" 40;
    Greater ">" 40;
    Caret "^" 40;
    Concat "&" 50;
    Bang "!" 0;
    Tilde "~" 0;
    And "and" 30;
    Or "or" 25;
    In "in" 40;
}
