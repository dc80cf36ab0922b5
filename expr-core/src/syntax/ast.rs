//! The expression as it was written: one node for each construct of the source.
//!
//! Nodes lie in one list and refer to each other by number, so that neither building nor
//! walking nor dropping a deep tree recurses.

use super::signature::Signature;
use super::token::Operator;
use super::word::{Word, Words};
use crate::regex::Regex;
use crate::size::{index, length};
use crate::span::Span;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

/// The number of a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct ExprId(pub(super) u32);

/// Nodes that lie one after the other in the list of all parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct List {
    pub(super) start: u32,
    pub(super) len: u32,
}

impl List {
    /// How many there are.
    pub(crate) fn len(self) -> usize {
        index(self.len)
    }

    /// The place after the last.
    pub(super) fn end(self) -> u32 {
        self.start.saturating_add(self.len)
    }

    /// Its places in the list of all.
    pub(super) fn range(self) -> Range<usize> {
        index(self.start)..index(self.end())
    }
}

/// What a function definition begins with.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Head {
    pub(crate) parameters: Vec<Word>,
    pub(crate) signature: Option<Signature>,
}

/// A node with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
    /// The byte after the token that made the node: the contract's position.
    pub(super) at: u32,
    /// Whether `[]` follows: a single result stays a list.
    pub(super) keep_array: bool,
}

/// What a node is.
#[derive(Clone, Copy, Debug)]
pub(super) enum ExprKind {
    /// The end of the source where an operand was expected.
    End,
    Name(Word),
    Variable(Word),
    String(Word),
    Number(f64),
    Bool(bool),
    Null,
    /// The number of a regular expression.
    Regex(u32),
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
        /// Places in the list of all terms.
        terms: List,
    },
    GroupBy {
        lhs: ExprId,
        pairs: List,
    },
    Array(List),
    /// Keys and values in turn.
    Object(List),
    Block(List),
    Call {
        procedure: ExprId,
        arguments: List,
        partial: bool,
    },
    Lambda {
        head: u32,
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
    /// The parts of all constructs that can have any number of them.
    parts: Vec<ExprId>,
    /// The keys of all order-bys, and whether each descends.
    pub(super) terms: Vec<(ExprId, bool)>,
    /// The beginnings of all function definitions.
    pub(super) heads: Vec<Head>,
    pub(super) regexes: Vec<Arc<Regex>>,
    pub(super) words: Words,
    /// The outermost node.
    pub(super) root: Option<ExprId>,
}

impl Ast {
    /// With room for the nodes that a source of that length usually has.
    pub(super) fn of_source(len: usize) -> Ast {
        let nodes = Vec::with_capacity((len >> 2).saturating_add(8));
        Ast { nodes, ..Ast::default() }
    }

    /// Adds a node.
    pub(super) fn add(&mut self, kind: ExprKind, span: Span, at: u32) -> ExprId {
        let id = ExprId(length(self.nodes.len()));
        self.nodes.push(Expr { kind, span, at, keep_array: false });
        id
    }

    /// Adds a list of parts.
    pub(super) fn add_list(&mut self, parts: &[ExprId]) -> List {
        let (start, len) = (length(self.parts.len()), length(parts.len()));
        self.parts.extend_from_slice(parts);
        List { start, len }
    }

    /// The parts in a list.
    pub(super) fn list(&self, list: List) -> &[ExprId] {
        self.parts.get(list.range()).unwrap_or_default()
    }

    /// The node at a place among the parts of all lists.
    pub(super) fn part(&self, place: usize) -> Option<(ExprId, Expr)> {
        let id = *self.parts.get(place)?;
        Some((id, *self.get(id)?))
    }

    /// Whether two trees are the same but for the places of their nodes.
    #[cfg(feature = "reference")]
    pub(super) fn is_like(&self, other: &Ast) -> bool {
        // Nodes are numbered in the order in which they end, so equal trees have equal lists.
        self.root == other.root
            && self.parts == other.parts
            && self.terms == other.terms
            && self.nodes.len() == other.nodes.len()
            && self.nodes.iter().zip(&other.nodes).all(|(one, two)| {
                one.keep_array == two.keep_array && self.shape(one) == other.shape(two)
            })
    }

    /// What a node is, whatever the numbers of its texts and lists.
    #[cfg(feature = "reference")]
    fn shape(&self, node: &Expr) -> alloc::string::String {
        let text = |word: Word| self.words.text(word).to_owned();
        match node.kind {
            ExprKind::Name(word) => alloc::format!("name {:?}", text(word)),
            ExprKind::Variable(word) => alloc::format!("variable {:?}", text(word)),
            ExprKind::String(word) => alloc::format!("string {:?}", text(word)),
            ExprKind::Regex(number) => {
                alloc::format!("{:?}", self.regexes.get(index(number)))
            }
            ExprKind::Lambda { head, body } => {
                let head = self.heads.get(index(head));
                let parameters = head.map_or(&[][..], |head| &head.parameters);
                let names: Vec<_> = parameters.iter().map(|&word| text(word)).collect();
                let signature = head.map(|head| &head.signature);
                alloc::format!("lambda {names:?} {signature:?} {body:?}")
            }
            kind => alloc::format!("{kind:?}"),
        }
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
        self.nodes.get(index(id.0))
    }

    /// A node, to be changed.
    pub(super) fn get_mut(&mut self, id: ExprId) -> Option<&mut Expr> {
        self.nodes.get_mut(index(id.0))
    }

    /// The place of a node.
    pub(super) fn span(&self, id: ExprId) -> Span {
        self.get(id).map(|node| node.span).unwrap_or_default()
    }
}
