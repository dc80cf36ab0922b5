//! Going on after a syntax error.
//!
//! The first error ends an ordinary parse. Editors want all of them, and the tree of what
//! can be read. There the parser takes the likeliest way on: it assumes the token that is
//! missing, or skips what no open construct is waiting for. An error that is not behind the
//! one before it is a consequence of that one and is not reported.

#[cfg(feature = "reference")]
pub(super) use editor::Recovery;
#[cfg(not(feature = "reference"))]
pub(super) use first_only::Recovery;

/// Of an ordinary parse, which keeps nothing but its first error.
#[cfg(not(feature = "reference"))]
mod first_only {
    use super::super::{ExprId, Operator, Parser, Slash, State, Token};
    use crate::error::{Error, Result};

    #[derive(Default)]
    pub(in super::super) struct Recovery;

    impl Recovery {
        pub(in super::super) fn put_back(&mut self) -> Option<Token> {
            None
        }
    }

    impl Parser<'_> {
        pub(in super::super) fn tolerate(&mut self, error: Error) -> Result<()> {
            Err(error)
        }

        pub(in super::super) fn unreadable(&mut self, error: Error) -> Result<Token> {
            Err(error)
        }

        pub(in super::super) fn unexpected(
            &mut self,
            error: Error,
            _: Operator,
            _: Slash,
        ) -> Result<Token> {
            Err(error)
        }

        pub(in super::super) fn no_operand(
            &mut self,
            error: Error,
            _: Token,
        ) -> Result<State> {
            Err(error)
        }

        pub(in super::super) fn stray(
            &mut self,
            error: Error,
            _: ExprId,
        ) -> Result<State> {
            Err(error)
        }
    }
}

#[cfg(feature = "reference")]
mod editor {
    use super::super::{
        ExprId, ExprKind, Operator, Parser, Slash, State, Token, TokenKind, Wants,
    };
    use crate::error::{Error, Result};
    use crate::span::Span;
    use crate::value::index;
    use alloc::vec::Vec;

    /// The most errors of one source; what comes after so many helps nobody.
    const MAX_ERRORS: usize = 100;

    /// What went wrong so far, where the parser goes on after errors.
    #[derive(Default)]
    pub(in super::super) struct Recovery {
        /// Absent where the first error ends the parse.
        errors: Option<Vec<Error>>,
        /// What the last error reaches up to.
        last: Option<u32>,
        /// A token that was taken too early.
        held: Option<Token>,
    }

    impl Recovery {
        /// Of a parser that goes on.
        pub(in super::super) fn new() -> Self {
            Recovery { errors: Some(Vec::new()), ..Recovery::default() }
        }

        pub(in super::super) fn put_back(&mut self) -> Option<Token> {
            self.held.take()
        }

        /// All errors, and the one that ended the parse.
        pub(in super::super) fn into_errors(self, last: Option<Error>) -> Vec<Error> {
            let mut errors = self.errors.unwrap_or_default();
            errors.extend(last);
            errors
        }
    }

    impl Parser<'_> {
        /// Keeps an error that lies behind the one before it; others are consequences of
        /// that one. Gives it back where it ends the parse.
        pub(in super::super) fn tolerate(&mut self, error: Error) -> Result<()> {
            let at = error.place().start;
            let Some(errors) = &mut self.recovery.errors else { return Err(error) };
            if self.recovery.last.is_none_or(|last| last < at) {
                self.recovery.last = Some(at);
                if errors.len() >= MAX_ERRORS {
                    return Err(error);
                }
                errors.push(error);
            }
            Ok(())
        }

        /// What cannot be read stands for a value.
        pub(in super::super) fn unreadable(&mut self, error: Error) -> Result<Token> {
            let start = error.place().start;
            self.tolerate(error)?;
            let end = crate::value::length(self.lexer.skip_unreadable(index(start)));
            Ok(Token { kind: TokenKind::Null, start, end })
        }

        /// Skips to the token that is wanted, or assumes it before one that another
        /// construct waits for.
        pub(in super::super) fn unexpected(
            &mut self,
            error: Error,
            wanted: Operator,
            slash: Slash,
        ) -> Result<Token> {
            self.tolerate(error)?;
            let mut awaited: Vec<Operator> = Vec::new();
            for pending in &self.pending {
                awaited.extend_from_slice(followers(&pending.wants));
            }
            if wanted == Operator::Colon {
                // The pair of a key that has no value ends like any other.
                awaited.extend([Operator::Comma, Operator::CloseBrace]);
            }
            let mut depth = 0_u32;
            while !self.token.is_end() {
                if let TokenKind::Operator(operator) = self.token.kind {
                    if depth == 0 && operator == wanted {
                        return self.advance(slash);
                    }
                    if depth == 0 && awaited.contains(&operator) {
                        break;
                    }
                    depth = nested(depth, operator);
                }
                self.advance(Slash::Divides)?;
            }
            // What was skipped is part of this error, and so is what is missing after it.
            self.recovery.last = self.recovery.last.max(Some(self.token.start));
            let kind = TokenKind::Operator(wanted);
            Ok(Token { kind, start: self.token.start, end: self.token.start })
        }

        /// An operand is missing before an operator, which is looked at again.
        pub(in super::super) fn no_operand(
            &mut self,
            error: Error,
            token: Token,
        ) -> Result<State> {
            self.tolerate(error)?;
            let span = Span::new(token.start, token.start);
            let next = core::mem::replace(&mut self.token, token);
            self.recovery.held = Some(next);
            Ok(State::Operator(self.ast.add(ExprKind::End, span, span.end)))
        }

        /// Something follows the whole expression: skips to an operator that goes on with it.
        pub(in super::super) fn stray(
            &mut self,
            error: Error,
            value: ExprId,
        ) -> Result<State> {
            self.tolerate(error)?;
            while !self.token.is_end() && self.token.left_power() == 0 {
                self.advance(Slash::Divides)?;
            }
            let first = self.token;
            self.wait(Wants::Root, first, 0, 0)?;
            Ok(State::Operator(value))
        }
    }

    /// The tokens that a construct goes on or ends with.
    fn followers(wants: &Wants) -> &'static [Operator] {
        use Operator::{
            CloseBrace, CloseBracket, CloseParen, Colon, Comma, Pipe, Range, Semicolon,
        };
        match wants {
            Wants::Root | Wants::Operand { .. } | Wants::Negated => &[],
            Wants::Otherwise { .. } => &[],
            Wants::Statement { .. } => &[Semicolon, CloseParen],
            Wants::Item { .. } => &[Comma, Range, CloseBracket],
            Wants::RangeEnd { .. } => &[Comma, CloseBracket],
            Wants::Key { .. } => &[Colon, CloseBrace],
            Wants::Member { .. } => &[Comma, CloseBrace],
            Wants::Argument { .. } | Wants::Term { .. } => &[Comma, CloseParen],
            Wants::Predicate { .. } => &[CloseBracket],
            Wants::Then { .. } => &[Colon],
            Wants::Pattern | Wants::Delete { .. } => &[Pipe],
            Wants::Update { .. } => &[Comma, Pipe],
            Wants::Body { .. } => &[CloseBrace],
        }
    }

    /// How many brackets are open after a skipped token.
    fn nested(depth: u32, operator: Operator) -> u32 {
        match operator {
            Operator::OpenParen | Operator::OpenBracket | Operator::OpenBrace => {
                depth.saturating_add(1)
            }
            Operator::CloseParen | Operator::CloseBracket | Operator::CloseBrace => {
                depth.saturating_sub(1)
            }
            _ => depth,
        }
    }
}
