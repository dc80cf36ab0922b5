//! The walk over the tree that decides whether an expression is allowed.
//!
//! In the order of the contract: function definitions, computed callees and computed
//! right sides of `~>` as the walk meets them; then helpers that are bound; then the
//! first callee that is not on the list.

use super::HELPERS;
use crate::error::{Error, ErrorKind};
use crate::span::Span;
use crate::syntax::{Node, NodeId, NodeKind, Stage, StageKind, Tree, Word};
use crate::text::Wtf8;
use crate::unicode::to_lowercase;
use alloc::vec::Vec;

/// The contract counts the names on the left of `?:` and `??` twice, which doubles at every
/// level. Beyond this many names the list is long enough to tell and they count once.
const MOST_REPEATED: usize = 1_000;

/// What the walk found.
pub(crate) struct Validation {
    /// Callee names in the order of the walk, if it came to its end.
    pub(crate) functions: Option<Vec<Word>>,
    /// The first violation.
    pub(crate) error: Option<Error>,
}

/// Walks a tree up to the first violation of the kinds that end the walk. Where the
/// contract does not hold, no other is looked for.
pub(crate) fn validate(tree: &Tree, holds: bool) -> Validation {
    let mut walk = Walk::new(tree);
    // In most trees nothing is called or bound.
    if tree.nodes().iter().any(concerns)
        && let Err(error) = walk.run(None)
    {
        return Validation { functions: None, error: Some(error) };
    }
    let mut error = None;
    if holds {
        walk.rebound.truncate(1);
        error = walk.rebound.pop().or_else(|| walk.disallowed(true).pop());
    }
    let mut functions = Vec::with_capacity(walk.functions.len());
    for (name, _) in walk.functions {
        functions.push(name);
    }
    Validation { functions: Some(functions), error }
}

/// Whether there can be anything to say about a node.
fn concerns(node: &Node) -> bool {
    let binds = |stage: &Stage| matches!(stage.kind, StageKind::Index(_));
    match node.kind {
        NodeKind::Call { .. }
        | NodeKind::Partial { .. }
        | NodeKind::Apply { .. }
        | NodeKind::Lambda { .. }
        | NodeKind::Bind { .. } => true,
        _ => {
            node.focus.is_some() || node.index.is_some() || node.stages.iter().any(binds)
        }
    }
}

/// Every violation, in the order in which each would be reported if it were the only one.
pub(crate) fn violations(tree: &Tree) -> Vec<Error> {
    let mut walk = Walk::new(tree);
    let mut found = Vec::new();
    if let Err(error) = walk.run(Some(&mut found)) {
        found.push(error);
    }
    found.append(&mut walk.rebound);
    found.append(&mut walk.disallowed(false));
    found
}

struct Walk<'a> {
    tree: &'a Tree,
    functions: Vec<(Word, NodeId)>,
    /// A violation for each helper that something is bound to.
    rebound: Vec<Error>,
    /// Definitions that are called where they stand, and are still to be visited.
    called: Vec<NodeId>,
}

impl<'a> Walk<'a> {
    fn new(tree: &'a Tree) -> Self {
        Walk { tree, functions: Vec::new(), rebound: Vec::new(), called: Vec::new() }
    }

    /// Walks to the end, or to the first violation unless they are collected.
    fn run(&mut self, mut collected: Option<&mut Vec<Error>>) -> Result<(), Error> {
        let mut pending: Vec<NodeId> = Vec::with_capacity(self.tree.len());
        pending.extend(self.tree.root());
        // How much is pending when the callees from a place up are listed once more.
        let mut repeats: Vec<(usize, usize)> = Vec::new();
        loop {
            while let Some((_, from)) = repeats.pop_if(|repeat| repeat.0 == pending.len())
            {
                self.repeat(from);
            }
            let Some(id) = pending.pop() else { return Ok(()) };
            let Some(node) = self.tree.get(id) else { continue };
            self.note_bindings(node);
            if let Err(error) = self.check(id, node) {
                match &mut collected {
                    Some(collected) => collected.push(error),
                    None => return Err(error),
                }
            }
            let planned = pending.len();
            self.tree.add_children(id, &mut pending);
            if let Some(children) = pending.get_mut(planned..) {
                children.reverse();
            }
            // Who wants every violation wants each once.
            if collected.is_some() {
                continue;
            }
            let known = self.functions.len();
            let repeated = match node.kind {
                NodeKind::Elvis { .. } => known,
                // The callee of the test that stands for `??` counts once.
                NodeKind::Coalesce { .. } => known.saturating_add(1),
                _ => continue,
            };
            // The left side is the last that was planned.
            repeats.push((pending.len().saturating_sub(1), repeated));
        }
    }

    fn repeat(&mut self, from: usize) {
        let known = self.functions.len();
        for at in from..known {
            if known <= MOST_REPEATED
                && let Some(&callee) = self.functions.get(at)
            {
                self.functions.push(callee);
            }
        }
    }

    fn check(&mut self, id: NodeId, node: &Node) -> Result<(), Error> {
        match &node.kind {
            // Told with the call whose callee it is.
            NodeKind::Lambda { .. } if self.called.last() == Some(&id) => {
                self.called.pop();
            }
            NodeKind::Lambda { .. } => return Err(place(ErrorKind::Lambda, node)),
            &NodeKind::Call { procedure, .. } | &NodeKind::Partial { procedure, .. } => {
                let is_lambda =
                    |node: &Node| matches!(node.kind, NodeKind::Lambda { .. });
                if self.tree.get(procedure).is_some_and(is_lambda) {
                    self.called.push(procedure);
                    return Err(place(ErrorKind::Lambda, node));
                }
                match self.callee_name(procedure) {
                    Some(name) => self.functions.push((name, id)),
                    None => return Err(place(ErrorKind::DynamicCall, node)),
                }
            }
            NodeKind::Apply { rhs, .. } => {
                let callable = self.tree.get(*rhs).is_some_and(|rhs| {
                    matches!(
                        rhs.kind,
                        NodeKind::Call { .. }
                            | NodeKind::Partial { .. }
                            | NodeKind::Lambda { .. }
                    )
                });
                if !callable {
                    match self.callee_name(*rhs) {
                        Some(name) => self.functions.push((name, *rhs)),
                        None => return Err(place(ErrorKind::Apply, node)),
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Remembers the helpers that something is bound to.
    fn note_bindings(&mut self, node: &Node) {
        if let NodeKind::Bind { name, .. } = node.kind {
            self.note_binding(name, node.span);
        }
        let [focus_at, index_at] = node.bound_at;
        for (name, span) in [(node.focus, focus_at), (node.index, index_at)] {
            if let Some(name) = name {
                self.note_binding(name, span);
            }
        }
        for stage in &node.stages {
            if let StageKind::Index(name) = stage.kind {
                self.note_binding(name, stage.span);
            }
        }
    }

    fn note_binding(&mut self, name: Word, span: Span) {
        let name = self.tree.text(name);
        if HELPERS.iter().any(|&helper| name == helper.into()) {
            let kind = ErrorKind::HelperRebinding { name: name.to_owned() };
            self.rebound.push(Error::from(kind).or_span(span));
        }
    }

    /// The name by which a callee is known: that of a variable or of a path's last named
    /// step, also inside a block of one expression.
    fn callee_name(&self, callee: NodeId) -> Option<Word> {
        let mut id = callee;
        loop {
            let node = self.tree.get(id)?;
            match node.kind {
                NodeKind::Variable(name) | NodeKind::Name(name) => {
                    return Some(name).filter(|&name| !self.tree.text(name).is_empty());
                }
                NodeKind::Block(statements) => match self.tree.list(statements) {
                    [only] => id = *only,
                    _ => return None,
                },
                NodeKind::Path { steps, .. } => {
                    let steps = self.tree.list(steps);
                    return steps.iter().rev().find_map(|&step| self.step_name(step));
                }
                _ => return None,
            }
        }
    }

    /// The name of a step, which can be a block with a callee of its own.
    fn step_name(&self, step: NodeId) -> Option<Word> {
        // Steps inside steps are walked with a list, as blocks nest without limit.
        let mut pending = alloc::vec![step];
        while let Some(id) = pending.pop() {
            let Some(node) = self.tree.get(id) else { continue };
            match node.kind {
                NodeKind::Variable(name) | NodeKind::Name(name)
                    if !self.tree.text(name).is_empty() =>
                {
                    return Some(name);
                }
                NodeKind::Block(statements) => {
                    if let [only] = self.tree.list(statements) {
                        pending.push(*only);
                    }
                }
                NodeKind::Path { steps, .. } => {
                    pending.extend_from_slice(self.tree.list(steps));
                }
                _ => {}
            }
        }
        None
    }

    /// The callees that are not on the list, or the first of them; one leading `$` does
    /// not count.
    fn disallowed(&self, only_first: bool) -> Vec<Error> {
        let mut found = Vec::new();
        for (name, id) in &self.functions {
            let bytes = self.tree.text(*name).bytes();
            let bare = Wtf8::new(bytes.strip_prefix(b"$").unwrap_or(bytes));
            if HELPERS.iter().any(|&helper| bare == helper.into()) {
                continue;
            }
            let suggestion = nearest(bare);
            let kind =
                ErrorKind::DisallowedFunction { name: bare.to_owned(), suggestion };
            let error = Error::from(kind);
            found.push(match self.tree.get(*id) {
                Some(node) => error.or_span(node.span),
                None => error,
            });
            if only_first {
                break;
            }
        }
        found
    }
}

fn place(kind: ErrorKind, node: &Node) -> Error {
    Error::from(kind).or_span(node.span)
}

/// The helper whose name is nearest to what was written, if one is near.
fn nearest(name: Wtf8<'_>) -> Option<&'static str> {
    name.to_str()?;
    let written = to_lowercase(name.bytes());
    let mut letters = Vec::new();
    for code_point in Wtf8::new(&written).code_points() {
        letters.push(code_point);
    }
    let mut nearest = (usize::MAX, "");
    for &helper in &HELPERS {
        nearest = nearest.min((distance(&letters, helper.as_bytes()), helper));
    }
    let (distance, helper) = nearest;
    (distance.saturating_mul(2) <= helper.len()).then_some(helper)
}

/// The number of letters to insert, delete or replace; the case of the helper is no matter.
fn distance(left: &[u32], right: &[u8]) -> usize {
    let mut row = Vec::new();
    for place in 0..=right.len() {
        row.push(place);
    }
    for (number, letter) in left.iter().enumerate() {
        let mut diagonal = number;
        let mut before = number.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = before;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(right) {
            let replaced = diagonal.saturating_add(usize::from(
                *letter != u32::from(other.to_ascii_lowercase()),
            ));
            diagonal = *cell;
            before = replaced.min(cell.saturating_add(1)).min(before.saturating_add(1));
            *cell = before;
        }
    }
    row.last().copied().unwrap_or(0)
}
