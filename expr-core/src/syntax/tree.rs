//! The expression as it is validated and compiled: paths are lists of steps.

use super::signature::Signature;
use super::token::Operator;
use crate::regex::Regex;
use crate::span::Span;
use crate::text::Wtf8Buf;
use crate::value::{index, length};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The number of a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct NodeId(pub(crate) u32);

/// The number of a `%`, by which the items that it may refer to are labelled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct SlotId(pub(crate) u32);

/// A node. What applies to a step of a path stands at the step's own node.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) span: Span,
    /// The contract's position, where the reference has one.
    pub(crate) at: Option<u32>,
    /// Whether `[]` follows: a single result stays a list.
    pub(crate) keep_array: bool,
    /// Predicates of a node outside a path, which apply to its whole value.
    pub(crate) predicates: Vec<Stage>,
    /// What follows a step of a path: predicates, and positions bound after them.
    pub(crate) stages: Vec<Stage>,
    /// `{…}` after the node.
    pub(crate) group: Option<Group>,
    /// Whether the step makes tuples: items with names bound beside them.
    pub(crate) tuple: bool,
    /// `@$name`
    pub(crate) focus: Option<Wtf8Buf>,
    /// `#$name`
    pub(crate) index: Option<Wtf8Buf>,
    /// Where the name of `@` and that of `#` stand.
    pub(crate) bound_at: [Span; 2],
    /// The `%` that refers to the item which this step is applied to.
    pub(crate) ancestor: Option<SlotId>,
    /// Whether it is an array constructor that begins or ends a path.
    pub(crate) constructs: bool,
}

impl Node {
    /// The name that `@` binds. An empty one binds nothing: `@$` only makes tuples, except
    /// that a constructor before it is not what the path goes on with.
    pub(crate) fn bound_focus(&self) -> Option<&Wtf8Buf> {
        self.focus.as_ref().filter(|name| !name.as_wtf8().bytes().is_empty())
    }
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Path {
        steps: Vec<NodeId>,
        keep_singleton: bool,
    },
    Name(Wtf8Buf),
    Variable(Wtf8Buf),
    String(Wtf8Buf),
    Number(f64),
    Bool(bool),
    Null,
    Regex(Arc<Regex>),
    Placeholder,
    Wildcard,
    Descendants,
    Parent(SlotId),
    Negate(NodeId),
    Binary {
        operator: Operator,
        lhs: NodeId,
        rhs: NodeId,
    },
    Array(Vec<NodeId>),
    Object(Vec<(NodeId, NodeId)>),
    Block(Vec<NodeId>),
    Call {
        procedure: NodeId,
        arguments: Vec<NodeId>,
    },
    Partial {
        procedure: NodeId,
        arguments: Vec<NodeId>,
    },
    Lambda {
        parameters: Vec<Wtf8Buf>,
        signature: Option<Signature>,
        body: NodeId,
    },
    Condition {
        condition: NodeId,
        then: NodeId,
        otherwise: Option<NodeId>,
    },
    /// `lhs ?: rhs`: a condition whose first two parts are the same.
    Elvis {
        lhs: NodeId,
        rhs: NodeId,
    },
    /// `lhs ?? rhs`: a condition on `$exists(lhs)`, the call of which is `exists`.
    Coalesce {
        exists: NodeId,
        lhs: NodeId,
        rhs: NodeId,
    },
    Bind {
        name: Wtf8Buf,
        value: NodeId,
    },
    Apply {
        lhs: NodeId,
        rhs: NodeId,
    },
    Sort(Vec<SortTerm>),
    Transform {
        pattern: NodeId,
        update: NodeId,
        delete: Option<NodeId>,
    },
}

/// What follows a step.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) kind: StageKind,
    /// Where the name stands that it binds, or the step that it follows.
    pub(crate) span: Span,
}

/// What a stage is.
#[derive(Clone, Debug)]
pub(crate) enum StageKind {
    /// A predicate.
    Filter(NodeId),
    /// `#$name` after a predicate.
    Index(Wtf8Buf),
}

/// `{key: value, …}` after a node.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) pairs: Vec<(NodeId, NodeId)>,
    pub(crate) at: u32,
    pub(crate) span: Span,
}

/// A key of an order-by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SortTerm {
    pub(crate) key: NodeId,
    pub(crate) descending: bool,
}

/// A `%`: its label, and how many steps up it still has to climb.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) label: u32,
    pub(super) level: i32,
}

/// An expression ready to be validated and compiled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    pub(super) slots: Vec<Slot>,
    root: Option<NodeId>,
}

impl Tree {
    /// Adds a node.
    pub(super) fn add(&mut self, kind: NodeKind, span: Span, at: Option<u32>) -> NodeId {
        let id = NodeId(length(self.nodes.len()));
        self.nodes.push(Node {
            kind,
            span,
            at,
            keep_array: false,
            predicates: Vec::new(),
            stages: Vec::new(),
            group: None,
            tuple: false,
            focus: None,
            index: None,
            bound_at: [span; 2],
            ancestor: None,
            constructs: false,
        });
        id
    }

    pub(super) fn set_root(&mut self, root: NodeId) {
        self.root = Some(root);
    }

    /// The outermost node.
    pub(crate) fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// All nodes, those of parts that were given up too.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A node.
    pub(crate) fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(index(id.0))
    }

    /// A node, to be changed.
    pub(super) fn get_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(index(id.0))
    }

    /// The nodes below a node, each once, in the order in which the contract walks them.
    pub(crate) fn children(&self, id: NodeId) -> Vec<NodeId> {
        let Some(node) = self.get(id) else { return Vec::new() };
        let mut children = node.kind.parts();
        for stages in [&node.predicates, &node.stages] {
            for stage in stages {
                if let StageKind::Filter(predicate) = stage.kind {
                    children.push(predicate);
                }
            }
        }
        if let Some(group) = &node.group {
            extend_pairs(&mut children, &group.pairs);
        }
        children
    }

    /// Whether there is a `%`.
    pub(crate) fn has_parents(&self) -> bool {
        !self.slots.is_empty()
    }

    /// The label of a `%`; several can share one.
    pub(crate) fn label(&self, slot: SlotId) -> u32 {
        self.slots.get(index(slot.0)).map_or(0, |slot| slot.label)
    }
}

impl NodeKind {
    /// The nodes that the construct itself consists of.
    pub(crate) fn parts(&self) -> Vec<NodeId> {
        let mut parts = Vec::new();
        match self {
            NodeKind::Path { steps: nodes, .. }
            | NodeKind::Array(nodes)
            | NodeKind::Block(nodes) => parts.extend_from_slice(nodes),
            NodeKind::Negate(node)
            | NodeKind::Lambda { body: node, .. }
            | NodeKind::Bind { value: node, .. } => parts.push(*node),
            NodeKind::Binary { lhs, rhs, .. }
            | NodeKind::Apply { lhs, rhs }
            | NodeKind::Elvis { lhs, rhs }
            // The left side is the argument of `exists`.
            | NodeKind::Coalesce { exists: lhs, rhs, .. } => {
                parts.extend_from_slice(&[*lhs, *rhs]);
            }
            NodeKind::Object(pairs) => {
                extend_pairs(&mut parts, pairs);
            }
            NodeKind::Call { procedure, arguments }
            | NodeKind::Partial { procedure, arguments } => {
                parts.extend_from_slice(arguments);
                parts.push(*procedure);
            }
            NodeKind::Condition { condition, then, otherwise } => {
                parts.extend_from_slice(&[*condition, *then]);
                parts.extend(otherwise);
            }
            NodeKind::Sort(terms) => {
                for term in terms {
                    parts.push(term.key);
                }
            }
            NodeKind::Transform { pattern, update, delete } => {
                parts.extend_from_slice(&[*pattern, *update]);
                parts.extend(delete);
            }
            _ => {}
        }
        parts
    }

    /// The reference's name for the kind, which some errors carry as their token.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            NodeKind::Path { .. } => "path",
            NodeKind::Name(_) => "name",
            NodeKind::Variable(_) => "variable",
            NodeKind::String(_) => "string",
            NodeKind::Number(_) => "number",
            NodeKind::Bool(_) | NodeKind::Null => "value",
            NodeKind::Regex(_) => "regex",
            NodeKind::Placeholder => "operator",
            NodeKind::Wildcard => "wildcard",
            NodeKind::Descendants => "descendant",
            NodeKind::Parent(_) => "parent",
            NodeKind::Negate(_) | NodeKind::Array(_) | NodeKind::Object(_) => "unary",
            NodeKind::Binary { .. } => "binary",
            NodeKind::Block(_) => "block",
            NodeKind::Call { .. } => "function",
            NodeKind::Partial { .. } => "partial",
            NodeKind::Lambda { .. } => "lambda",
            NodeKind::Condition { .. }
            | NodeKind::Elvis { .. }
            | NodeKind::Coalesce { .. } => "condition",
            NodeKind::Bind { .. } => "bind",
            NodeKind::Apply { .. } => "apply",
            NodeKind::Sort(_) => "sort",
            NodeKind::Transform { .. } => "transform",
        }
    }
}

fn extend_pairs(nodes: &mut Vec<NodeId>, pairs: &[(NodeId, NodeId)]) {
    for &(key, value) in pairs {
        nodes.push(key);
        nodes.push(value);
    }
}
