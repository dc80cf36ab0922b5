//! The expression as it is validated and compiled: paths are lists of steps.

use super::ast::{Head, List};
use super::token::Operator;
use super::word::{Word, Words};
use crate::regex::Regex;
use crate::span::Span;
use crate::text::Wtf8;
use crate::value::{index, length};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

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
    /// Whether the step makes tuples: items with names bound beside them.
    pub(crate) tuple: bool,
    /// Whether it is an array constructor that begins or ends a path.
    pub(crate) constructs: bool,
    /// What few nodes have, so that most are small.
    extras: Option<Box<Extras>>,
}

/// What follows a node, and what is bound at it. A node without any reads as [`NOTHING`].
#[derive(Clone, Debug)]
pub(crate) struct Extras {
    /// Predicates of a node outside a path, which apply to its whole value.
    pub(crate) predicates: Vec<Stage>,
    /// What follows a step of a path: predicates, and positions bound after them.
    pub(crate) stages: Vec<Stage>,
    /// `{…}` after the node.
    pub(crate) group: Option<Group>,
    /// `@$name`
    pub(crate) focus: Option<Word>,
    /// `#$name`
    pub(crate) index: Option<Word>,
    /// Where the name of `@` and that of `#` stand.
    pub(crate) bound_at: [Span; 2],
    /// The `%` that refers to the item which this step is applied to.
    pub(crate) ancestor: Option<SlotId>,
}

const NOTHING: Extras = Extras {
    predicates: Vec::new(),
    stages: Vec::new(),
    group: None,
    focus: None,
    index: None,
    bound_at: [Span { start: 0, end: 0 }; 2],
    ancestor: None,
};

impl Deref for Node {
    type Target = Extras;

    fn deref(&self) -> &Extras {
        static NONE: Extras = NOTHING;
        self.extras.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for Node {
    fn deref_mut(&mut self) -> &mut Extras {
        self.extras.get_or_insert_with(|| Box::new(NOTHING))
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NodeKind {
    Path {
        steps: List,
        /// How many steps there is room for at their place.
        room: u32,
        /// How many of them were checked.
        checked: u32,
        keep_singleton: bool,
    },
    Name(Word),
    Variable(Word),
    String(Word),
    Number(f64),
    Bool(bool),
    Null,
    /// The number of a regular expression.
    Regex(u32),
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
    Array(List),
    /// Keys and values in turn.
    Object(List),
    Block(List),
    Call {
        procedure: NodeId,
        arguments: List,
    },
    Partial {
        procedure: NodeId,
        arguments: List,
    },
    Lambda {
        head: u32,
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
        name: Word,
        value: NodeId,
    },
    Apply {
        lhs: NodeId,
        rhs: NodeId,
    },
    /// Places in the list of all terms.
    Sort(List),
    Transform {
        pattern: NodeId,
        update: NodeId,
        delete: Option<NodeId>,
    },
}

/// What follows a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    pub(crate) kind: StageKind,
    /// Where the name stands that it binds, or the step that it follows.
    pub(crate) span: Span,
}

/// What a stage is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StageKind {
    /// A predicate.
    Filter(NodeId),
    /// `#$name` after a predicate.
    Index(Word),
}

/// `{key: value, …}` after a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    /// Keys and values in turn.
    pub(crate) pairs: List,
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
    /// The parts of all constructs that can have any number of them.
    pub(super) parts: Vec<NodeId>,
    /// The keys of all order-bys.
    pub(super) terms: Vec<SortTerm>,
    /// The beginnings of all function definitions.
    pub(super) heads: Vec<Head>,
    pub(super) regexes: Vec<Arc<Regex>>,
    pub(crate) words: Words,
    pub(super) slots: Vec<Slot>,
    root: Option<NodeId>,
}

impl Tree {
    /// A tree of as many expressions.
    pub(super) fn of_size(count: usize) -> Tree {
        let nodes = Vec::with_capacity(count.saturating_add(4));
        Tree { nodes, parts: Vec::with_capacity(count), ..Tree::default() }
    }

    /// Gives a node up that nothing refers to, if it is the last.
    pub(super) fn give_up(&mut self, id: NodeId) {
        if index(id.0).saturating_add(1) == self.nodes.len() && self.slots.is_empty() {
            self.nodes.pop();
        }
    }

    /// Adds a node.
    pub(super) fn add(&mut self, kind: NodeKind, span: Span, at: Option<u32>) -> NodeId {
        let id = NodeId(length(self.nodes.len()));
        self.nodes.push(Node {
            kind,
            span,
            at,
            keep_array: false,
            tuple: false,
            constructs: false,
            extras: None,
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

    /// The parts in a list.
    pub(crate) fn list(&self, list: List) -> &[NodeId] {
        self.parts.get(list.range()).unwrap_or_default()
    }

    /// The keys of an order-by.
    pub(crate) fn terms(&self, list: List) -> &[SortTerm] {
        self.terms.get(list.range()).unwrap_or_default()
    }

    /// What a function definition begins with.
    pub(crate) fn head(&self, head: u32) -> Option<&Head> {
        self.heads.get(index(head))
    }

    /// A regular expression.
    pub(crate) fn regex(&self, number: u32) -> Option<&Arc<Regex>> {
        self.regexes.get(index(number))
    }

    /// A name or text.
    pub(crate) fn text(&self, word: Word) -> Wtf8<'_> {
        self.words.text(word)
    }

    /// The name that `@` binds at a step. An empty one binds nothing: `@$` only makes
    /// tuples, except that a constructor before it is not what the path goes on with.
    pub(crate) fn bound_focus(&self, node: &Node) -> Option<Word> {
        node.focus.filter(|&name| !self.text(name).is_empty())
    }

    /// Adds a list of parts.
    pub(super) fn add_list(&mut self, parts: &[NodeId]) -> List {
        let (start, len) = (length(self.parts.len()), length(parts.len()));
        self.parts.extend_from_slice(parts);
        List { start, len }
    }

    /// Adds steps to a list that has room for a number of them; gives both anew. A list
    /// that has to move gets room for as many again, so that a long path moves seldom.
    pub(super) fn append(&mut self, list: List, room: u32, added: List) -> (List, u32) {
        let len = list.len.saturating_add(added.len);
        let longer = List { len, ..list };
        if list.end() == added.start && list.len == room {
            return (longer, len);
        }
        if len <= room {
            for (place, from) in (index(list.end())..).zip(added.range()) {
                let part = self.parts.get(from).copied();
                if let (Some(part), Some(free)) = (part, self.parts.get_mut(place)) {
                    *free = part;
                }
            }
            return (longer, room);
        }
        let start = length(self.parts.len());
        for from in list.range().chain(added.range()) {
            let part = self.parts.get(from).copied();
            self.parts.extend(part);
        }
        let room = len.saturating_mul(2);
        self.parts.resize(index(start.saturating_add(room)), NodeId(0));
        (List { start, len }, room)
    }

    /// Adds the nodes below a node, each once, in the order in which the contract walks
    /// them.
    pub(crate) fn add_children(&self, id: NodeId, children: &mut Vec<NodeId>) {
        let Some(node) = self.get(id) else { return };
        self.add_parts(&node.kind, children);
        for stages in [&node.predicates, &node.stages] {
            for stage in stages {
                if let StageKind::Filter(predicate) = stage.kind {
                    children.push(predicate);
                }
            }
        }
        if let Some(group) = &node.group {
            children.extend_from_slice(self.list(group.pairs));
        }
    }

    /// Adds the nodes that a construct itself consists of.
    pub(crate) fn add_parts(&self, kind: &NodeKind, parts: &mut Vec<NodeId>) {
        match *kind {
            NodeKind::Path { steps: list, .. }
            | NodeKind::Array(list)
            | NodeKind::Block(list)
            | NodeKind::Object(list) => parts.extend_from_slice(self.list(list)),
            NodeKind::Negate(node)
            | NodeKind::Lambda { body: node, .. }
            | NodeKind::Bind { value: node, .. } => parts.push(node),
            NodeKind::Binary { lhs, rhs, .. }
            | NodeKind::Apply { lhs, rhs }
            | NodeKind::Elvis { lhs, rhs }
            // The left side is the argument of `exists`.
            | NodeKind::Coalesce { exists: lhs, rhs, .. } => {
                parts.extend_from_slice(&[lhs, rhs]);
            }
            NodeKind::Call { procedure, arguments }
            | NodeKind::Partial { procedure, arguments } => {
                parts.extend_from_slice(self.list(arguments));
                parts.push(procedure);
            }
            NodeKind::Condition { condition, then, otherwise } => {
                parts.extend_from_slice(&[condition, then]);
                parts.extend(otherwise);
            }
            NodeKind::Sort(terms) => {
                for term in self.terms(terms) {
                    parts.push(term.key);
                }
            }
            NodeKind::Transform { pattern, update, delete } => {
                parts.extend_from_slice(&[pattern, update]);
                parts.extend(delete);
            }
            _ => {}
        }
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

#[cfg(test)]
mod tests {
    use super::{NodeId, Tree};

    #[test]
    fn lists_grow_in_place_and_elsewhere() {
        let mut tree = Tree::default();
        let mut list = tree.add_list(&[NodeId(0)]);
        let mut room = 1;
        for number in 1..40 {
            // Every third finds something else behind the list.
            if number % 3 == 0 {
                tree.add_list(&[NodeId(99)]);
            }
            let added = tree.add_list(&[NodeId(number)]);
            (list, room) = tree.append(list, room, added);
            let expected = (0..=number).map(NodeId);
            assert!(tree.list(list).iter().copied().eq(expected), "{number}");
        }
    }
}
