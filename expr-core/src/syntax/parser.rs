//! Tokens → [`Ast`], by precedence climbing with a stack of its own.
//!
//! Each construct that waits for a sub-expression is a [`Pending`] on the stack: it says
//! how strongly an operator must bind to be taken into the sub-expression, and what to do
//! with the result. So nesting costs memory of ours and none of the host's stack.

mod recovery;

use super::ast::{Ast, ExprId, ExprKind, Head, List};
use super::lexer::{Lexer, Slash};
use super::signature::Signature;
use super::token::{Operator, Token, TokenKind};
use super::word::Word;
use crate::error::{Error, ErrorKind, Result};
use crate::size::length;
use crate::span::Span;
use crate::text::Wtf8Buf;
use alloc::vec::Vec;
use recovery::Recovery;

/// The most nodes of a source. What it is compiled to takes a few hundred bytes for each.
const MAX_PARTS: usize = 50_000;

/// Constructs that may be open at once; the reference's own parser ends at about 1,950.
const DEPTH: usize = 4_000;

/// Binds tighter than every operator but paths, predicates and calls.
const NEGATION: u8 = 70;

/// Parses a source.
pub(super) fn parse(source: &[u8]) -> Result<Ast> {
    let mut parser = Parser::new(source, Default::default());
    parser.parse()?;
    Ok(parser.into_ast())
}

/// Parses as much of a source as there is, and lists its errors in their order. There is
/// no tree of a source that is beyond a limit.
#[cfg(feature = "reference")]
pub(super) fn parse_all(source: &[u8]) -> (Ast, Vec<Error>) {
    let mut parser = Parser::new(source, Recovery::new());
    let ended = parser.parse();
    let errors = core::mem::take(&mut parser.recovery).into_errors(ended.err());
    (parser.into_ast(), errors)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token that comes next.
    token: Token,
    ast: Ast,
    pending: Vec<Pending>,
    /// The parts of the constructs that are open, those of the innermost last.
    parts: Vec<ExprId>,
    recovery: Recovery,
}

/// A construct that waits for a sub-expression.
struct Pending {
    wants: Wants,
    /// The construct's own token.
    token: Token,
    /// Where the construct begins.
    start: u32,
    /// Operators that bind at most this strongly end the sub-expression.
    power: u8,
}

/// What to do with the sub-expression.
enum Wants {
    Root,
    Operand { operator: Operator, lhs: ExprId },
    Negated,
    Statement { first: Place },
    Item { first: Place },
    RangeEnd { first: Place, lhs: ExprId, at: u32 },
    Key { lhs: Option<ExprId>, first: Place },
    Member { lhs: Option<ExprId>, first: Place },
    Argument { procedure: ExprId, first: Place, partial: bool },
    Predicate { lhs: ExprId },
    Term { lhs: ExprId, terms: Vec<(ExprId, bool)>, descending: bool },
    Then { condition: ExprId },
    Otherwise { condition: ExprId, then: ExprId },
    Pattern,
    Update { pattern: ExprId },
    Delete { pattern: ExprId, update: ExprId },
    Body { head: u32 },
}

/// Where the parts of a construct begin among those of all that are open.
type Place = usize;

/// Where the parser is.
enum State {
    /// An operand is expected.
    Operand,
    /// An operand was read: an operator may follow.
    Operator(ExprId),
    /// Everything was read.
    Done(ExprId),
}

impl<'a> Parser<'a> {
    fn new(source: &'a [u8], recovery: Recovery) -> Self {
        let token = Token { kind: TokenKind::End, start: 0, end: 0 };
        let (lexer, ast) = (Lexer::new(source), Ast::of_source(source.len()));
        let (pending, parts) = (Vec::with_capacity(8), Vec::new());
        Parser { lexer, token, ast, pending, parts, recovery }
    }

    fn into_ast(mut self) -> Ast {
        self.ast.words = self.lexer.words;
        self.ast.regexes = self.lexer.regexes;
        self.ast
    }

    fn parse(&mut self) -> Result<()> {
        self.advance(Slash::OpensRegex)?;
        let first = self.token;
        self.wait(Wants::Root, first, 0, 0)?;
        let mut state = State::Operand;
        loop {
            if self.ast.len() > MAX_PARTS {
                let limit = length(MAX_PARTS);
                return Err(self.error_at(ErrorKind::TooManyParts { limit }, &self.token));
            }
            state = match state {
                State::Operand => {
                    let token = self.advance(Slash::Divides)?;
                    self.operand(token)?
                }
                State::Operator(lhs) => self.operator(lhs)?,
                State::Done(root) => {
                    self.ast.root = Some(root);
                    return Ok(());
                }
            };
        }
    }

    /// Takes the next token and reads the one after it.
    fn advance(&mut self, slash: Slash) -> Result<Token> {
        let next = match self.recovery.put_back() {
            Some(token) => token,
            None => match self.next_token(slash) {
                Ok(token) => token,
                Err(error) => self.unreadable(error)?,
            },
        };
        Ok(core::mem::replace(&mut self.token, next))
    }

    /// Takes the next token, which must be `operator`.
    fn expect(&mut self, operator: Operator, slash: Slash) -> Result<Token> {
        if self.token.is(operator) {
            return self.advance(slash);
        }
        let wanted = operator.as_str();
        let kind = match self.token.kind {
            TokenKind::End => ErrorKind::ExpectedBeforeEnd { wanted },
            _ => ErrorKind::Expected { wanted, token: self.shown(&self.token) },
        };
        self.unexpected(self.error_at(kind, &self.token), operator, slash)
    }

    fn wait(&mut self, wants: Wants, token: Token, start: u32, power: u8) -> Result<()> {
        if self.pending.len() > DEPTH {
            let limit = length(DEPTH);
            let span = Span::new(token.start, token.end);
            return Err(Error::from(ErrorKind::SourceTooDeep { limit }).or_span(span));
        }
        self.pending.push(Pending { wants, token, start, power });
        Ok(())
    }

    /// An operand that is complete with its token.
    fn leaf(&mut self, kind: ExprKind, token: &Token) -> State {
        State::Operator(self.ast.add(kind, Span::new(token.start, token.end), token.end))
    }

    fn operand(&mut self, token: Token) -> Result<State> {
        let start = token.start;
        let kind = match token.kind {
            TokenKind::End => ExprKind::End,
            TokenKind::Name(name) => ExprKind::Name(name),
            TokenKind::Variable(name) => ExprKind::Variable(name),
            TokenKind::String(text) => ExprKind::String(text),
            TokenKind::Number(number) => ExprKind::Number(number),
            TokenKind::Bool(value) => ExprKind::Bool(value),
            TokenKind::Null => ExprKind::Null,
            TokenKind::Regex(regex) => ExprKind::Regex(regex),
            TokenKind::Operator(operator) => match operator {
                Operator::And | Operator::Or | Operator::In => {
                    ExprKind::Name(self.lexer.words.add(operator.as_str().as_bytes()))
                }
                Operator::Star => ExprKind::Wildcard,
                Operator::Descendants => ExprKind::Descendants,
                Operator::Percent => ExprKind::Parent,
                Operator::Minus => {
                    self.wait(Wants::Negated, token, start, NEGATION)?;
                    return Ok(State::Operand);
                }
                Operator::OpenParen => return self.statement(self.parts.len(), token),
                Operator::OpenBracket => {
                    let first = self.parts.len();
                    if self.token.is(Operator::CloseBracket) {
                        return self.end_array(first, &token);
                    }
                    self.wait(Wants::Item { first }, token, start, 0)?;
                    return Ok(State::Operand);
                }
                Operator::OpenBrace => return self.pairs(None, token, start),
                Operator::Pipe => {
                    self.wait(Wants::Pattern, token, start, 0)?;
                    return Ok(State::Operand);
                }
                _ => {
                    let kind = ErrorKind::NoPrefixOperator { token: self.shown(&token) };
                    return self.no_operand(self.error_at(kind, &token), token);
                }
            },
        };
        Ok(self.leaf(kind, &token))
    }

    fn operator(&mut self, lhs: ExprId) -> Result<State> {
        let power = self.pending.last().map_or(0, |pending| pending.power);
        if power >= self.token.left_power() {
            return match self.pending.pop() {
                Some(pending) => self.resume(pending, lhs),
                None => Ok(State::Done(lhs)),
            };
        }
        let token = self.advance(Slash::OpensRegex)?;
        let start = self.ast.span(lhs).start;
        let TokenKind::Operator(operator) = token.kind else {
            let kind = ErrorKind::UnknownOperator { token: self.shown(&token) };
            return Err(self.error_at(kind, &token));
        };
        match operator {
            Operator::OpenParen => {
                let first = self.parts.len();
                if self.token.is(Operator::CloseParen) {
                    return self.end_call(lhs, first, false, &token);
                }
                return self.argument(lhs, first, false, token);
            }
            Operator::OpenBracket if self.token.is(Operator::CloseBracket) => {
                self.keep_array(lhs);
                self.expect(Operator::CloseBracket, Slash::OpensRegex)?;
                return Ok(State::Operator(lhs));
            }
            Operator::OpenBracket => {
                self.wait(Wants::Predicate { lhs }, token, start, 0)?
            }
            Operator::OpenBrace => return self.pairs(Some(lhs), token, start),
            Operator::Caret => {
                self.expect(Operator::OpenParen, Slash::OpensRegex)?;
                return self.term(lhs, Vec::new(), token);
            }
            Operator::Question => {
                self.wait(Wants::Then { condition: lhs }, token, start, 0)?;
            }
            Operator::Elvis | Operator::Coalesce => {
                self.wait(Wants::Operand { operator, lhs }, token, start, 0)?;
            }
            Operator::Assign => {
                if let Err(error) = self.assignable(lhs) {
                    self.tolerate(error)?;
                }
                let power = operator.left_power().saturating_sub(1);
                self.wait(Wants::Operand { operator, lhs }, token, start, power)?;
            }
            _ => {
                let power = operator.left_power();
                self.wait(Wants::Operand { operator, lhs }, token, start, power)?;
            }
        }
        Ok(State::Operand)
    }

    fn assignable(&self, lhs: ExprId) -> Result<()> {
        match self.ast.get(lhs) {
            Some(node) if !matches!(node.kind, ExprKind::Variable(_)) => {
                let error = Error::from(ErrorKind::BadAssignment).at(node.at, node.span);
                Err(with_token(error, self.node_token(lhs)))
            }
            _ => Ok(()),
        }
    }

    /// `[]` marks the operand, or what its predicates apply to.
    fn keep_array(&mut self, mut id: ExprId) {
        while let Some(ExprKind::Binary {
            operator: Operator::OpenBracket, lhs, ..
        }) = self.ast.get(id).map(|node| &node.kind)
        {
            id = *lhs;
        }
        if let Some(node) = self.ast.get_mut(id) {
            node.keep_array = true;
        }
    }

    /// Goes on with a construct whose sub-expression is complete.
    fn resume(&mut self, pending: Pending, value: ExprId) -> Result<State> {
        let Pending { wants, token, start, .. } = pending;
        match wants {
            Wants::Root => match self.token.kind {
                TokenKind::End => Ok(State::Done(value)),
                _ => {
                    let kind =
                        ErrorKind::UnexpectedToken { token: self.shown(&self.token) };
                    self.stray(self.error_at(kind, &self.token), value)
                }
            },
            Wants::Operand { operator, lhs } => self.binary(operator, lhs, value, &token),
            Wants::Negated => {
                let span = Span::new(start, self.ast.span(value).end);
                Ok(State::Operator(self.ast.add(
                    ExprKind::Negate(value),
                    span,
                    token.end,
                )))
            }
            Wants::Statement { first } => {
                self.parts.push(value);
                if self.token.is(Operator::Semicolon) {
                    self.advance(Slash::OpensRegex)?;
                    return self.statement(first, token);
                }
                self.end_block(first, &token)
            }
            Wants::Item { first } => {
                if self.token.is(Operator::Range) {
                    let at = self.token.end;
                    self.advance(Slash::OpensRegex)?;
                    let wants = Wants::RangeEnd { first, lhs: value, at };
                    self.wait(wants, token, start, 0)?;
                    return Ok(State::Operand);
                }
                self.parts.push(value);
                self.next_item(first, token)
            }
            Wants::RangeEnd { first, lhs, at } => {
                let span = self.ast.span(lhs).join(self.ast.span(value));
                let operator = Operator::Range;
                let kind = ExprKind::Binary { operator, lhs, rhs: value };
                let range = self.ast.add(kind, span, at);
                self.parts.push(range);
                self.next_item(first, token)
            }
            Wants::Key { lhs, first } => {
                self.parts.push(value);
                self.expect(Operator::Colon, Slash::OpensRegex)?;
                self.wait(Wants::Member { lhs, first }, token, start, 0)?;
                Ok(State::Operand)
            }
            Wants::Member { lhs, first } => {
                self.parts.push(value);
                if self.token.is(Operator::Comma) {
                    self.advance(Slash::OpensRegex)?;
                    self.wait(Wants::Key { lhs, first }, token, start, 0)?;
                    return Ok(State::Operand);
                }
                self.end_pairs(lhs, first, &token, start)
            }
            Wants::Argument { procedure, first, partial } => {
                self.parts.push(value);
                self.next_argument(procedure, first, partial, token)
            }
            Wants::Predicate { lhs } => {
                let end = self.expect(Operator::CloseBracket, Slash::Divides)?.end;
                let operator = Operator::OpenBracket;
                let kind = ExprKind::Binary { operator, lhs, rhs: value };
                Ok(State::Operator(self.ast.add(kind, Span::new(start, end), token.end)))
            }
            Wants::Term { lhs, mut terms, descending } => {
                terms.push((value, descending));
                if self.token.is(Operator::Comma) {
                    self.advance(Slash::OpensRegex)?;
                    return self.term(lhs, terms, token);
                }
                let end = self.expect(Operator::CloseParen, Slash::OpensRegex)?.end;
                let all = &mut self.ast.terms;
                let list = List { start: length(all.len()), len: length(terms.len()) };
                all.extend(terms);
                let kind = ExprKind::OrderBy { lhs, terms: list };
                Ok(State::Operator(self.ast.add(kind, Span::new(start, end), token.end)))
            }
            Wants::Then { condition } => {
                if self.token.is(Operator::Colon) {
                    self.advance(Slash::OpensRegex)?;
                    let wants = Wants::Otherwise { condition, then: value };
                    self.wait(wants, token, start, 0)?;
                    return Ok(State::Operand);
                }
                Ok(self.condition(condition, value, None, &token))
            }
            Wants::Otherwise { condition, then } => {
                Ok(self.condition(condition, then, Some(value), &token))
            }
            Wants::Pattern => {
                self.expect(Operator::Pipe, Slash::OpensRegex)?;
                self.wait(Wants::Update { pattern: value }, token, start, 0)?;
                Ok(State::Operand)
            }
            Wants::Update { pattern } => {
                if self.token.is(Operator::Comma) {
                    self.advance(Slash::OpensRegex)?;
                    let wants = Wants::Delete { pattern, update: value };
                    self.wait(wants, token, start, 0)?;
                    return Ok(State::Operand);
                }
                self.end_transform(pattern, value, None, &token)
            }
            Wants::Delete { pattern, update } => {
                self.end_transform(pattern, update, Some(value), &token)
            }
            Wants::Body { head } => {
                let end = self.expect(Operator::CloseBrace, Slash::OpensRegex)?.end;
                let kind = ExprKind::Lambda { head, body: value };
                Ok(State::Operator(self.ast.add(kind, Span::new(start, end), token.end)))
            }
        }
    }

    fn binary(
        &mut self,
        operator: Operator,
        lhs: ExprId,
        rhs: ExprId,
        token: &Token,
    ) -> Result<State> {
        if matches!(operator, Operator::Focus | Operator::Index) {
            let node = self.ast.get(rhs);
            if let Some(node) = node.filter(|n| !matches!(n.kind, ExprKind::Variable(_)))
            {
                let kind = ErrorKind::BadBinding { operator: operator.as_str() };
                let error = Error::from(kind).at(node.at, node.span);
                self.tolerate(error.with_token(operator.as_str()))?;
            }
        }
        let span = self.ast.span(lhs).join(self.ast.span(rhs));
        let kind = match operator {
            Operator::Elvis => ExprKind::Elvis { lhs, rhs },
            Operator::Coalesce => ExprKind::Coalesce { lhs, rhs },
            operator => ExprKind::Binary { operator, lhs, rhs },
        };
        Ok(State::Operator(self.ast.add(kind, span, token.end)))
    }

    fn condition(
        &mut self,
        condition: ExprId,
        then: ExprId,
        otherwise: Option<ExprId>,
        token: &Token,
    ) -> State {
        let last = self.ast.span(otherwise.unwrap_or(then));
        let span = self.ast.span(condition).join(last);
        let kind = ExprKind::Condition { condition, then, otherwise };
        State::Operator(self.ast.add(kind, span, token.end))
    }

    /// Closes the list of a construct's parts.
    fn list(&mut self, first: Place) -> List {
        let list = self.ast.add_list(self.parts.get(first..).unwrap_or_default());
        self.parts.truncate(first);
        list
    }

    fn statement(&mut self, first: Place, token: Token) -> Result<State> {
        if self.token.is(Operator::CloseParen) {
            return self.end_block(first, &token);
        }
        let start = token.start;
        self.wait(Wants::Statement { first }, token, start, 0)?;
        Ok(State::Operand)
    }

    fn end_block(&mut self, first: Place, token: &Token) -> Result<State> {
        let end = self.expect(Operator::CloseParen, Slash::Divides)?.end;
        let kind = ExprKind::Block(self.list(first));
        Ok(State::Operator(self.ast.add(kind, Span::new(token.start, end), token.end)))
    }

    fn next_item(&mut self, first: Place, token: Token) -> Result<State> {
        if self.token.is(Operator::Comma) {
            self.advance(Slash::OpensRegex)?;
            let start = token.start;
            self.wait(Wants::Item { first }, token, start, 0)?;
            return Ok(State::Operand);
        }
        self.end_array(first, &token)
    }

    fn end_array(&mut self, first: Place, token: &Token) -> Result<State> {
        let end = self.expect(Operator::CloseBracket, Slash::Divides)?.end;
        let kind = ExprKind::Array(self.list(first));
        Ok(State::Operator(self.ast.add(kind, Span::new(token.start, end), token.end)))
    }

    fn pairs(&mut self, lhs: Option<ExprId>, token: Token, start: u32) -> Result<State> {
        let first = self.parts.len();
        if self.token.is(Operator::CloseBrace) {
            return self.end_pairs(lhs, first, &token, start);
        }
        self.wait(Wants::Key { lhs, first }, token, start, 0)?;
        Ok(State::Operand)
    }

    fn end_pairs(
        &mut self,
        lhs: Option<ExprId>,
        first: Place,
        token: &Token,
        start: u32,
    ) -> Result<State> {
        let end = self.expect(Operator::CloseBrace, Slash::Divides)?.end;
        let pairs = self.list(first);
        let kind = match lhs {
            None => ExprKind::Object(pairs),
            Some(lhs) => ExprKind::GroupBy { lhs, pairs },
        };
        Ok(State::Operator(self.ast.add(kind, Span::new(start, end), token.end)))
    }

    fn term(
        &mut self,
        lhs: ExprId,
        terms: Vec<(ExprId, bool)>,
        token: Token,
    ) -> Result<State> {
        let descending = self.token.is(Operator::Greater);
        if descending || self.token.is(Operator::Less) {
            self.advance(Slash::OpensRegex)?;
        }
        let start = self.ast.span(lhs).start;
        self.wait(Wants::Term { lhs, terms, descending }, token, start, 0)?;
        Ok(State::Operand)
    }

    fn argument(
        &mut self,
        procedure: ExprId,
        first: Place,
        mut partial: bool,
        token: Token,
    ) -> Result<State> {
        while self.token.is(Operator::Question) {
            let hole = self.advance(Slash::OpensRegex)?;
            let span = Span::new(hole.start, hole.end);
            let placeholder = self.ast.add(ExprKind::Placeholder, span, hole.end);
            self.parts.push(placeholder);
            partial = true;
            if !self.token.is(Operator::Comma) {
                return self.end_call(procedure, first, partial, &token);
            }
            self.advance(Slash::OpensRegex)?;
        }
        let start = self.ast.span(procedure).start;
        self.wait(Wants::Argument { procedure, first, partial }, token, start, 0)?;
        Ok(State::Operand)
    }

    fn next_argument(
        &mut self,
        procedure: ExprId,
        first: Place,
        partial: bool,
        token: Token,
    ) -> Result<State> {
        if self.token.is(Operator::Comma) {
            self.advance(Slash::OpensRegex)?;
            return self.argument(procedure, first, partial, token);
        }
        self.end_call(procedure, first, partial, &token)
    }

    fn end_call(
        &mut self,
        procedure: ExprId,
        first: Place,
        partial: bool,
        token: &Token,
    ) -> Result<State> {
        let end = self.expect(Operator::CloseParen, Slash::Divides)?.end;
        let start = self.ast.span(procedure).start;
        let arguments = self.list(first);
        let is_keyword = |word: Word| {
            matches!(self.lexer.words.bytes(word), b"function" | b"\xCE\xBB")
        };
        if let Some(node) = self.ast.get(procedure)
            && let ExprKind::Name(name) = node.kind
            && is_keyword(name)
        {
            return self.lambda(arguments, token, start);
        }
        let kind = ExprKind::Call { procedure, arguments, partial };
        Ok(State::Operator(self.ast.add(kind, Span::new(start, end), token.end)))
    }

    /// Goes on after the parameters of a function definition.
    fn lambda(&mut self, arguments: List, token: &Token, start: u32) -> Result<State> {
        let mut parameters = Vec::with_capacity(arguments.len());
        for (place, number) in arguments.range().zip(1_u32..) {
            let Some((id, node)) = self.ast.part(place) else {
                return Err(Error::from(ErrorKind::Bug { what: "a lost node" }));
            };
            if let ExprKind::Variable(name) = node.kind {
                parameters.push(name);
            } else {
                let kind = ErrorKind::BadParameter { index: number };
                let error = Error::from(kind).at(node.at, node.span);
                self.tolerate(with_token(error, self.node_token(id)))?;
            }
        }
        let signature = self.signature()?;
        self.expect(Operator::OpenBrace, Slash::OpensRegex)?;
        let head = length(self.ast.heads.len());
        self.ast.heads.push(Head { parameters, signature });
        self.wait(Wants::Body { head }, *token, start, 0)?;
        Ok(State::Operand)
    }

    /// The tokens of a signature up to the bracket that closes it.
    fn signature(&mut self) -> Result<Option<Signature>> {
        if !self.token.is(Operator::Less) {
            return Ok(None);
        }
        let first = self.token;
        let mut text = Wtf8Buf::from("<");
        let mut depth = 1_u32;
        while depth > 0 && !self.token.is(Operator::OpenBrace) && !self.token.is_end() {
            self.advance(Slash::OpensRegex)?;
            if self.token.is(Operator::Greater) {
                depth = depth.saturating_sub(1);
            } else if self.token.is(Operator::Less) {
                depth = depth.saturating_add(1);
            }
            text.push(self.shown(&self.token).as_wtf8());
        }
        self.expect(Operator::Greater, Slash::OpensRegex)?;
        match Signature::parse(text.as_wtf8().bytes()) {
            Ok(signature) => Ok(Some(signature)),
            Err(refused) => {
                let offset = length(refused.offset);
                let at = first.end.saturating_add(offset);
                self.tolerate(refused.error.at(at, Span::new(first.start, at)))?;
                Ok(None)
            }
        }
    }

    fn end_transform(
        &mut self,
        pattern: ExprId,
        update: ExprId,
        delete: Option<ExprId>,
        token: &Token,
    ) -> Result<State> {
        let end = self.expect(Operator::Pipe, Slash::OpensRegex)?.end;
        let kind = ExprKind::Transform { pattern, update, delete };
        let span = Span::new(token.start, end);
        Ok(State::Operator(self.ast.add(kind, span, token.end)))
    }

    /// The token that an error about a node names.
    fn node_token(&self, id: ExprId) -> Option<crate::error::Token> {
        use crate::error::Token as Named;
        Some(match self.ast.get(id)?.kind {
            ExprKind::Name(text) | ExprKind::Variable(text) | ExprKind::String(text) => {
                Named::Text(self.lexer.words.text(text).to_owned())
            }
            ExprKind::Number(number) => Named::Number(number),
            ExprKind::Bool(value) => Named::Bool(value),
            ExprKind::End => Named::from("(end)"),
            ExprKind::Null | ExprKind::Regex(_) => return None,
            ExprKind::Placeholder | ExprKind::Condition { .. } => Named::from("?"),
            ExprKind::Wildcard => Named::from("*"),
            ExprKind::Descendants => Named::from("**"),
            ExprKind::Parent => Named::from("%"),
            ExprKind::Negate(_) => Named::from("-"),
            ExprKind::Binary { operator, .. } => Named::from(operator.as_str()),
            ExprKind::OrderBy { .. } => Named::from("^"),
            ExprKind::GroupBy { .. } | ExprKind::Object(_) => Named::from("{"),
            ExprKind::Array(_) => Named::from("["),
            ExprKind::Block(_) | ExprKind::Call { .. } | ExprKind::Lambda { .. } => {
                Named::from("(")
            }
            ExprKind::Elvis { .. } => Named::from("?:"),
            ExprKind::Coalesce { .. } => Named::from("??"),
            ExprKind::Transform { .. } => Named::from("|"),
        })
    }

    /// Reads a token; `!` and `~` alone are none, wherever they stand.
    fn next_token(&mut self, slash: Slash) -> Result<Token> {
        let token = self.lexer.next(slash)?;
        if token.is(Operator::Bang) || token.is(Operator::Tilde) {
            let kind = ErrorKind::UnknownOperator { token: self.shown(&token) };
            return Err(self.error_at(kind, &token));
        }
        Ok(token)
    }

    /// How a message shows a token.
    fn shown(&self, token: &Token) -> Wtf8Buf {
        token.shown(&self.lexer.words)
    }

    fn error_at(&self, kind: ErrorKind, token: &Token) -> Error {
        let error = Error::from(kind).at(token.end, Span::new(token.start, token.end));
        with_token(error, token.error_token(&self.lexer.words))
    }
}

fn with_token(error: Error, token: Option<crate::error::Token>) -> Error {
    match token {
        Some(token) => error.with_token(token),
        None => error,
    }
}
