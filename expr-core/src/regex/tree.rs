//! The pattern as a tree, which the parser builds and the program is made from.
//!
//! Nodes lie in one vector and name each other by index, so that a pattern nested a
//! million deep is built and dropped without recursion.

use alloc::vec::Vec;

use super::set::Set;

/// The index of a node in [`Tree::nodes`].
pub(super) type NodeId = u32;

/// The largest count of a quantifier, which stands for "without end": larger numbers
/// count as this one, as they do in V8.
pub(super) const UNBOUNDED: u32 = 0x7fff_ffff;

#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    Empty,
    Unit(u16),
    Dot,
    /// An index into [`Tree::sets`].
    Set(u32),
    Assertion(Assertion),
    /// A group by its number.
    BackReference(u32),
    Capture {
        group: u32,
        body: NodeId,
    },
    Look {
        ahead: bool,
        negative: bool,
        body: NodeId,
    },
    /// A part of [`Tree::lists`].
    Sequence(List),
    /// A part of [`Tree::lists`].
    Alternatives(List),
    /// An index into [`Tree::repeats`].
    Repeat(u32),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    pub(super) from: u32,
    pub(super) len: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Assertion {
    Start,
    End,
    Boundary,
    NotBoundary,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Repeat {
    pub(super) body: NodeId,
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) greedy: bool,
    /// The groups inside, `from` up to and without `to`: each iteration forgets them.
    pub(super) groups: (u32, u32),
}

/// What is known of the length of a node's matches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Width {
    Zero,
    Unknown,
    Positive,
}

#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    widths: Vec<Width>,
    lists: Vec<NodeId>,
    pub(super) root: NodeId,
    pub(super) sets: Vec<Set>,
    pub(super) repeats: Vec<Repeat>,
    /// Capturing groups, the whole match not counted.
    pub(super) groups: u32,
}

impl Tree {
    pub(super) fn node(&self, id: NodeId) -> Node {
        self.nodes.get(id as usize).copied().unwrap_or(Node::Empty)
    }

    pub(super) fn width(&self, id: NodeId) -> Width {
        self.widths.get(id as usize).copied().unwrap_or(Width::Zero)
    }

    pub(super) fn item(&self, list: List, index: u32) -> Option<NodeId> {
        let index = (index < list.len).then(|| list.from.saturating_add(index))?;
        self.lists.get(index as usize).copied()
    }

    pub(super) fn add(&mut self, node: Node) -> NodeId {
        let width = self.width_of(node);
        self.nodes.push(node);
        self.widths.push(width);
        self.nodes.len().saturating_sub(1) as NodeId
    }

    /// Adds the node for `items` in a row, which for one item is that item.
    pub(super) fn add_list(
        &mut self,
        items: impl ExactSizeIterator<Item = NodeId>,
        node: fn(List) -> Node,
    ) -> NodeId {
        let list = List { from: self.lists.len() as u32, len: items.len() as u32 };
        self.lists.extend(items);
        match list.len {
            0 => self.add(Node::Empty),
            1 => self.lists.pop().unwrap_or_default(),
            _ => self.add(node(list)),
        }
    }

    /// Points a back reference at its group, once the names are known.
    pub(super) fn resolve(&mut self, id: NodeId, group: u32) {
        if let Some(node) = self.nodes.get_mut(id as usize) {
            *node = Node::BackReference(group);
        }
    }

    /// Whether something is repeated without end that can itself take one text in several
    /// ways: `(a+)+`, `(a|a)*`. It is for warnings: not everything of the kind is found.
    pub(super) fn has_nested_quantifiers(&self) -> bool {
        for repeat in &self.repeats {
            if repeat.max == UNBOUNDED && self.is_ambiguous(repeat.body) {
                return true;
            }
        }
        false
    }

    /// Whether the repetitions of a node can take one text in several ways.
    fn is_ambiguous(&self, body: NodeId) -> bool {
        let mut pending = alloc::vec![body];
        while let Some(id) = pending.pop() {
            match self.node(id) {
                Node::Capture { body, .. } => pending.push(body),
                Node::Repeat(index) => match self.repeats.get(index as usize) {
                    Some(inner) if inner.max == UNBOUNDED => return true,
                    Some(inner) => pending.push(inner.body),
                    None => {}
                },
                Node::Alternatives(list) => {
                    let mut before = None;
                    for &item in self.items(list) {
                        let unit = self.unit(item);
                        if unit.is_some() && unit == before {
                            return true;
                        }
                        before = unit;
                        pending.push(item);
                    }
                }
                // What stands between two parts that take something tells their ends.
                Node::Sequence(list) => {
                    let items = self.items(list);
                    let takes = |item: NodeId| consumes(self.width(item));
                    let mut taking: u32 = 0;
                    for &item in items {
                        taking = taking.saturating_add(u32::from(takes(item)));
                    }
                    for &item in items {
                        if taking == 0 || taking == 1 && takes(item) {
                            pending.push(item);
                        }
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// The unit that a node stands for.
    fn unit(&self, id: NodeId) -> Option<u16> {
        match self.node(id) {
            Node::Unit(unit) => Some(unit),
            _ => None,
        }
    }

    fn items(&self, list: List) -> &[NodeId] {
        let from = list.from as usize;
        self.lists.get(from..from.saturating_add(list.len as usize)).unwrap_or_default()
    }

    fn width_of(&self, node: Node) -> Width {
        match node {
            Node::Empty | Node::Assertion(_) | Node::Look { .. } => Width::Zero,
            Node::Unit(_) | Node::Dot | Node::Set(_) => Width::Positive,
            Node::BackReference(_) => Width::Unknown,
            Node::Capture { body, .. } => self.width(body),
            Node::Sequence(list) if self.widths_of(list).any(consumes) => Width::Positive,
            Node::Sequence(list) | Node::Alternatives(list) => self.common_width(list),
            Node::Repeat(index) => self.width_of_repeat(index),
        }
    }

    fn common_width(&self, list: List) -> Width {
        let mut widths = self.widths_of(list);
        let first = widths.next().unwrap_or(Width::Zero);
        if widths.all(|width| width == first) { first } else { Width::Unknown }
    }

    fn widths_of(&self, list: List) -> impl Iterator<Item = Width> {
        self.items(list).iter().map(|&id| self.width(id))
    }

    fn width_of_repeat(&self, index: u32) -> Width {
        let Some(repeat) = self.repeats.get(index as usize) else {
            return Width::Zero;
        };
        match self.width(repeat.body) {
            _ if repeat.max == 0 => Width::Zero,
            Width::Positive if repeat.min == 0 => Width::Unknown,
            width => width,
        }
    }
}

fn consumes(width: Width) -> bool {
    width == Width::Positive
}
