//! The expression as it was written: one node for each construct of the source.
//!
//! Nodes lie in one list and refer to each other by number, so that neither building nor
//! walking nor dropping a deep tree recurses.

use super::signature::Signature;
use super::token::Operator;
use crate::regex::Regex;
use crate::span::Span;
use crate::text::Wtf8Buf;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The number of a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct ExprId(pub(super) u32);

/// A node with its place.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
    /// The byte after the token that made the node: the contract's position.
    pub(super) at: u32,
    /// Whether `[]` follows: a single result stays a list.
    pub(super) keep_array: bool,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum ExprKind {
    /// The end of the source where an operand was expected.
    End,
    Name(Wtf8Buf),
    Variable(Wtf8Buf),
    String(Wtf8Buf),
    Number(f64),
    Bool(bool),
    Null,
    Regex(Arc<Regex>),
    /// `?` in the arguments of a partial application.
    Placeholder,
    Wildcard,
    Descendants,
    Parent,
    Negate(ExprId),
    Binary {
        operator: Operator,
        lhs: ExprId,
        rhs: ExprId,
    },
    OrderBy {
        lhs: ExprId,
        terms: Vec<(ExprId, bool)>,
    },
    GroupBy {
        lhs: ExprId,
        pairs: Vec<(ExprId, ExprId)>,
    },
    Array(Vec<ExprId>),
    Object(Vec<(ExprId, ExprId)>),
    Block(Vec<ExprId>),
    Call {
        procedure: ExprId,
        arguments: Vec<ExprId>,
        partial: bool,
    },
    Lambda {
        parameters: Vec<Wtf8Buf>,
        signature: Option<Signature>,
        body: ExprId,
    },
    Condition {
        condition: ExprId,
        then: ExprId,
        otherwise: Option<ExprId>,
    },
    /// `lhs ?: rhs`
    Elvis {
        lhs: ExprId,
        rhs: ExprId,
    },
    /// `lhs ?? rhs`
    Coalesce {
        lhs: ExprId,
        rhs: ExprId,
    },
    Transform {
        pattern: ExprId,
        update: ExprId,
        delete: Option<ExprId>,
    },
}

/// A parsed source.
#[derive(Clone, Debug, Default)]
pub(super) struct Ast {
    nodes: Vec<Expr>,
    /// The outermost node.
    pub(super) root: Option<ExprId>,
}

impl Ast {
    /// Adds a node.
    pub(super) fn add(&mut self, kind: ExprKind, span: Span, at: u32) -> ExprId {
        let id = ExprId(crate::value::length(self.nodes.len()));
        self.nodes.push(Expr { kind, span, at, keep_array: false });
        id
    }

    /// Whether two trees are the same but for the places of their nodes.
    #[cfg(feature = "reference")]
    pub(super) fn is_like(&self, other: &Ast) -> bool {
        // Nodes are numbered in the order in which they end, so equal trees have equal lists.
        let shape = |node: &Expr| (alloc::format!("{:?}", node.kind), node.keep_array);
        self.root == other.root
            && self.nodes.len() == other.nodes.len()
            && self.nodes.iter().zip(&other.nodes).all(|(a, b)| shape(a) == shape(b))
    }

    /// All nodes, those inside before those around them.
    #[cfg(feature = "reference")]
    pub(super) fn nodes(&self) -> &[Expr] {
        &self.nodes
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A node.
    pub(super) fn get(&self, id: ExprId) -> Option<&Expr> {
        self.nodes.get(crate::value::index(id.0))
    }

    /// A node, to be changed.
    pub(super) fn get_mut(&mut self, id: ExprId) -> Option<&mut Expr> {
        self.nodes.get_mut(crate::value::index(id.0))
    }

    /// The place of a node.
    pub(super) fn span(&self, id: ExprId) -> Span {
        self.get(id).map(|node| node.span).unwrap_or_default()
    }
}
