//! A source as it was written, for tools: its errors, its parts, and its text anew.

use super::ast::{Ast, ExprKind};
use super::{parser, path, print};
use crate::error::Error;
use crate::span::{Location, locate};
use crate::text::{Wtf8, Wtf8Buf};
use alloc::vec::Vec;
use core::fmt;

/// The syntax of a source of plain JSONata, as far as it could be read.
///
/// ```
/// use expr_core::Written;
/// let (written, errors) = Written::parse("$sum(a.b, [1, 2) + ".into());
/// let codes: Vec<&str> = errors.iter().map(|error| error.code()).collect();
/// assert_eq!(codes, ["S0202"]);
/// assert!(written.parts().any(|part| part.kind == "call"));
///
/// let (written, errors) = Written::parse("a.b[c=1]".into());
/// assert!(errors.is_empty());
/// assert_eq!(written.print().as_wtf8().to_str(), Some("`a` . `b` [ `c` = 1 ]"));
/// ```
pub struct Written {
    source: Wtf8Buf,
    ast: Ast,
}

/// A part of a source.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Part {
    /// What it is, such as `call`, `lambda` or `name`; `missing` where something is expected.
    pub kind: &'static str,
    /// Where it is.
    pub location: Location,
}

impl Written {
    /// Reads a source to its end, and lists its syntax errors in the order of their places:
    /// none if it is an expression, at most 101 else. The first is the error with which
    /// compiling it fails.
    pub fn parse(source: Wtf8<'_>) -> (Written, Vec<Error>) {
        let (ast, mut errors) = parser::parse_all(source.bytes());
        if errors.is_empty() {
            errors.extend(path::build(ast.clone()).err());
        }
        let located =
            |error: Error| error.locate(source.bytes(), source.bytes(), |at| at);
        let errors = errors.into_iter().map(located).collect();
        (Written { source: source.to_owned(), ast }, errors)
    }

    /// The source anew, one space between its tokens. What is missing in it stays so.
    pub fn print(&self) -> Wtf8Buf {
        print::print(&self.ast, self.source.as_wtf8().bytes())
    }

    /// Its parts, those inside before those around them.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        let source = self.source.as_wtf8().bytes();
        self.ast.nodes().iter().map(move |node| Part {
            kind: kind_name(&node.kind),
            location: locate(source, node.span),
        })
    }
}

/// Whether two sources have the same tree, wherever their tokens are.
impl PartialEq for Written {
    fn eq(&self, other: &Written) -> bool {
        self.ast.is_like(&other.ast)
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ast.fmt(out)
    }
}

fn kind_name(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::End => "missing",
        ExprKind::Name(_) => "name",
        ExprKind::Variable(_) => "variable",
        ExprKind::String(_) => "string",
        ExprKind::Number(_) => "number",
        ExprKind::Bool(_) => "boolean",
        ExprKind::Null => "null",
        ExprKind::Regex(_) => "regex",
        ExprKind::Placeholder => "placeholder",
        ExprKind::Wildcard => "wildcard",
        ExprKind::Descendants => "descendants",
        ExprKind::Parent => "parent",
        ExprKind::Negate(_) => "negation",
        ExprKind::Binary { operator, .. } => operator.as_str(),
        ExprKind::OrderBy { .. } => "order-by",
        ExprKind::GroupBy { .. } => "group-by",
        ExprKind::Array(_) => "array",
        ExprKind::Object(_) => "object",
        ExprKind::Block(_) => "block",
        ExprKind::Call { partial: true, .. } => "partial",
        ExprKind::Call { .. } => "call",
        ExprKind::Lambda { .. } => "lambda",
        ExprKind::Condition { .. } => "condition",
        ExprKind::Elvis { .. } => "?:",
        ExprKind::Coalesce { .. } => "??",
        ExprKind::Transform { .. } => "transform",
    }
}
