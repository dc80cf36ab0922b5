//! [`Ast`] → [`Tree`]: steps become paths, predicates and bindings move to their step,
//! and every `%` finds the step whose input it means.
//!
//! The walk is bottom-up with a stack of tasks, in the order in which the reference visits
//! nodes, so that the first of several errors is the same one.

use super::ast::{Ast, Expr, ExprId, ExprKind, List};
use super::token::Operator;
use super::tree::{
    Group, Node, NodeId, NodeKind, Slot, SlotId, SortTerm, Stage, StageKind, Tree,
};
use super::word::Word;
use crate::error::{Error, ErrorKind, Result};
use crate::span::Span;
use crate::value::{index, length};
use alloc::vec::Vec;
use core::mem::take;

/// Builds the tree of a parsed source.
pub(super) fn build(mut ast: Ast) -> Result<Tree> {
    let Some(root) = ast.root else { return Err(bug()) };
    let mut tasks = Vec::with_capacity(ast.len());
    tasks.push(Task::Visit(root));
    let mut tree = Tree::of_size(ast.len());
    tree.words = take(&mut ast.words);
    tree.heads = take(&mut ast.heads);
    tree.regexes = take(&mut ast.regexes);
    for &(_, descending) in &ast.terms {
        tree.terms.push(SortTerm { key: NodeId(0), descending });
    }
    let results = Vec::with_capacity(ast.len());
    let builder =
        Builder { ast: &ast, tree, tasks, results, seeking: Vec::new(), sought: 0 };
    builder.run()
}

/// The most nodes at which all `%`s of a source are handed on. Each may climb as far as the
/// source is long, which no expression that a person wrote comes near to.
const MAX_SOUGHT: u32 = 1_000_000;

enum Task {
    /// Plan the work for a node.
    Visit(ExprId),
    /// Check what must hold before the second operand is looked at.
    Check(ExprId),
    /// Build a node from its operands, which are the last results.
    Build(ExprId),
}

struct Builder<'a> {
    ast: &'a Ast,
    tree: Tree,
    tasks: Vec<Task>,
    results: Vec<NodeId>,
    /// For each node of the tree, the `%`s below it that still look for their step.
    seeking: Vec<Vec<SlotId>>,
    /// Nodes at which `%`s were handed on so far.
    sought: u32,
}

#[cold]
#[inline(never)]
fn bug() -> Error {
    Error::from(ErrorKind::Bug { what: "an expression lost one of its parts" })
}

impl Builder<'_> {
    fn run(mut self) -> Result<Tree> {
        while let Some(task) = self.tasks.pop() {
            if self.sought > MAX_SOUGHT {
                return Err(Error::from(ErrorKind::TooManyParents { limit: MAX_SOUGHT }));
            }
            match task {
                Task::Visit(id) => self.visit(id)?,
                Task::Check(id) => self.check(id)?,
                Task::Build(id) => {
                    let expr = self.ast.get(id).ok_or_else(bug)?;
                    let node = self.build(expr)?;
                    if expr.keep_array {
                        self.node(node, |node| node.keep_array = true);
                    }
                    self.results.push(node);
                }
            }
        }
        let root = self.pop()?;
        let node = self.tree.get(root).ok_or_else(bug)?;
        if matches!(node.kind, NodeKind::Parent(_)) || !self.seeking_of(root).is_empty() {
            return Err(no_parent(node));
        }
        self.tree.set_root(root);
        Ok(self.tree)
    }

    fn visit(&mut self, id: ExprId) -> Result<()> {
        let expr = self.ast.get(id).ok_or_else(bug)?;
        self.tasks.push(Task::Build(id));
        let planned = self.tasks.len();
        let mut plan = |ids: &[ExprId]| {
            for &id in ids {
                self.tasks.push(Task::Visit(id));
            }
        };
        match expr.kind {
            ExprKind::Binary { operator: Operator::OpenBracket, lhs, rhs } => {
                plan(&[lhs]);
                self.tasks.push(Task::Check(id));
                self.tasks.push(Task::Visit(rhs));
            }
            ExprKind::Binary {
                operator: Operator::Focus | Operator::Index, lhs, ..
            } => {
                plan(&[lhs]);
            }
            ExprKind::Binary { operator: Operator::Assign, rhs, .. } => plan(&[rhs]),
            ExprKind::Binary { lhs, rhs, .. }
            | ExprKind::Elvis { lhs, rhs }
            | ExprKind::Coalesce { lhs, rhs } => plan(&[lhs, rhs]),
            ExprKind::Negate(operand) => plan(&[operand]),
            ExprKind::OrderBy { lhs, terms } => {
                plan(&[lhs]);
                for &(key, _) in self.ast.terms.get(terms.range()).unwrap_or_default() {
                    plan(&[key]);
                }
            }
            ExprKind::GroupBy { lhs, pairs } => {
                plan(&[lhs]);
                self.tasks.push(Task::Check(id));
                for &part in self.ast.list(pairs) {
                    self.tasks.push(Task::Visit(part));
                }
            }
            ExprKind::Object(list) | ExprKind::Array(list) | ExprKind::Block(list) => {
                plan(self.ast.list(list));
            }
            ExprKind::Call { procedure, arguments, .. } => {
                plan(self.ast.list(arguments));
                plan(&[procedure]);
            }
            ExprKind::Lambda { body, .. } => plan(&[body]),
            ExprKind::Condition { condition, then, otherwise } => {
                plan(&[condition, then]);
                plan(otherwise.as_slice());
            }
            ExprKind::Transform { pattern, update, delete } => {
                plan(&[pattern, update]);
                plan(delete.as_slice());
            }
            _ => {}
        }
        if let Some(own) = self.tasks.get_mut(planned..) {
            own.reverse();
        }
        Ok(())
    }

    /// A predicate cannot follow a group-by, nor a second group-by the first.
    fn check(&mut self, id: ExprId) -> Result<()> {
        let expr = self.ast.get(id).ok_or_else(bug)?;
        let lhs = *self.results.last().ok_or_else(bug)?;
        let (target, kind) = match expr.kind {
            ExprKind::GroupBy { .. } => (lhs, ErrorKind::SecondGroup),
            _ => (self.step_of(lhs), ErrorKind::PredicateAfterGroup),
        };
        match self.tree.get(target) {
            Some(node) if node.group.is_some() => Err(place(kind, expr)),
            _ => Ok(()),
        }
    }

    fn build(&mut self, expr: &Expr) -> Result<NodeId> {
        match expr.kind {
            ExprKind::End => {
                Err(place(ErrorKind::UnexpectedEnd, expr).with_token("(end)"))
            }
            ExprKind::Name(name) => {
                let step = self.add(expr, NodeKind::Name(name));
                self.node(step, |node| node.keep_array = expr.keep_array);
                Ok(self.path_of(step, expr.keep_array, expr))
            }
            ExprKind::Variable(name) => Ok(self.add(expr, NodeKind::Variable(name))),
            ExprKind::String(text) => Ok(self.add(expr, NodeKind::String(text))),
            ExprKind::Number(number) => Ok(self.add(expr, NodeKind::Number(number))),
            ExprKind::Bool(value) => Ok(self.add(expr, NodeKind::Bool(value))),
            ExprKind::Null => Ok(self.add(expr, NodeKind::Null)),
            ExprKind::Regex(regex) => Ok(self.add(expr, NodeKind::Regex(regex))),
            ExprKind::Placeholder => Ok(self.add(expr, NodeKind::Placeholder)),
            ExprKind::Wildcard => Ok(self.add(expr, NodeKind::Wildcard)),
            ExprKind::Descendants => Ok(self.add(expr, NodeKind::Descendants)),
            ExprKind::Parent => {
                let slot = SlotId(length(self.tree.slots.len()));
                self.tree.slots.push(Slot { label: slot.0, level: 1 });
                Ok(self.tree.add(NodeKind::Parent(slot), expr.span, None))
            }
            ExprKind::Negate(_) => self.negate(expr),
            ExprKind::Binary { operator, .. } => self.binary(expr, operator),
            ExprKind::OrderBy { terms, .. } => self.order_by(expr, terms),
            ExprKind::GroupBy { pairs, .. } => {
                let pairs = self.pop_list(pairs)?;
                let lhs = self.pop()?;
                let group = Group { pairs, at: expr.at, span: expr.span };
                self.node(lhs, |node| node.group = Some(group));
                Ok(lhs)
            }
            ExprKind::Array(items) => {
                let items = self.pop_list(items)?;
                let node = self.add(expr, NodeKind::Array(items));
                Ok(self.inherit_all(node, items))
            }
            ExprKind::Object(pairs) => {
                let pairs = self.pop_list(pairs)?;
                let node = self.add(expr, NodeKind::Object(pairs));
                Ok(self.inherit_all(node, pairs))
            }
            ExprKind::Block(statements) => {
                let statements = self.pop_list(statements)?;
                let parts = self.tree.list(statements);
                let constructs = parts.iter().any(|&part| self.constructs(part));
                let node = self.add(expr, NodeKind::Block(statements));
                self.node(node, |node| node.constructs = constructs);
                Ok(self.inherit_all(node, statements))
            }
            ExprKind::Call { arguments, partial, .. } => {
                let procedure = self.pop()?;
                let arguments = self.pop_list(arguments)?;
                let kind = if partial {
                    NodeKind::Partial { procedure, arguments }
                } else {
                    NodeKind::Call { procedure, arguments }
                };
                let node = self.add(expr, kind);
                Ok(self.inherit_all(node, arguments))
            }
            ExprKind::Lambda { head, .. } => {
                let body = self.pop()?;
                Ok(self.add(expr, NodeKind::Lambda { head, body }))
            }
            ExprKind::Condition { otherwise, .. } => {
                let otherwise = otherwise.map(|_| self.pop()).transpose()?;
                let then = self.pop()?;
                let condition = self.pop()?;
                let kind = NodeKind::Condition { condition, then, otherwise };
                let node = self.add(expr, kind);
                self.inherit(node, condition);
                self.inherit(node, then);
                otherwise.iter().for_each(|&otherwise| self.inherit(node, otherwise));
                Ok(node)
            }
            ExprKind::Elvis { .. } => {
                let rhs = self.pop()?;
                let lhs = self.pop()?;
                let node = self.add(expr, NodeKind::Elvis { lhs, rhs });
                self.inherit(node, lhs);
                self.inherit(node, rhs);
                Ok(node)
            }
            ExprKind::Coalesce { .. } => {
                let rhs = self.pop()?;
                let lhs = self.pop()?;
                let name = NodeKind::Variable(self.tree.words.add(b"exists"));
                let procedure = self.tree.add(name, expr.span, None);
                let arguments = self.tree.add_list(&[lhs]);
                let call = NodeKind::Call { procedure, arguments };
                let exists = self.tree.add(call, expr.span, None);
                let node = self.add(expr, NodeKind::Coalesce { exists, lhs, rhs });
                self.inherit(node, lhs);
                self.inherit(node, rhs);
                Ok(node)
            }
            ExprKind::Transform { delete, .. } => {
                let delete = delete.map(|_| self.pop()).transpose()?;
                let update = self.pop()?;
                let pattern = self.pop()?;
                Ok(self.add(expr, NodeKind::Transform { pattern, update, delete }))
            }
        }
    }

    fn negate(&mut self, expr: &Expr) -> Result<NodeId> {
        let operand = self.pop()?;
        if let Some(node) = self.tree.get_mut(operand)
            && let NodeKind::Number(number) = &mut node.kind
        {
            *number = -*number;
            return Ok(operand);
        }
        let node = self.add(expr, NodeKind::Negate(operand));
        self.inherit(node, operand);
        Ok(node)
    }

    fn binary(&mut self, expr: &Expr, operator: Operator) -> Result<NodeId> {
        match operator {
            Operator::Dot => self.dot(expr),
            Operator::OpenBracket => self.predicate(),
            Operator::Focus => self.focus(expr),
            Operator::Index => self.index(expr),
            Operator::Assign => {
                let value = self.pop()?;
                let (name, _) = self.bound_name(expr)?;
                let node = self.add(expr, NodeKind::Bind { name, value });
                self.inherit(node, value);
                Ok(node)
            }
            Operator::Apply => {
                let rhs = self.pop()?;
                let lhs = self.pop()?;
                let keeps = |id| self.tree.get(id).is_some_and(|node| node.keep_array);
                let keep_array = keeps(lhs) || keeps(rhs);
                let node = self.add(expr, NodeKind::Apply { lhs, rhs });
                self.node(node, |node| node.keep_array = keep_array);
                Ok(node)
            }
            operator => {
                let rhs = self.pop()?;
                let lhs = self.pop()?;
                let node = self.add(expr, NodeKind::Binary { operator, lhs, rhs });
                self.inherit(node, lhs);
                self.inherit(node, rhs);
                Ok(node)
            }
        }
    }

    fn dot(&mut self, expr: &Expr) -> Result<NodeId> {
        let rest = self.pop()?;
        let lhs = self.pop()?;
        let path = self.as_path(lhs, expr);
        if let Some(NodeKind::Parent(slot)) = self.tree.get(lhs).map(|node| &node.kind) {
            let slot = *slot;
            self.seek(path, slot);
        }
        let added = match self.tree.get(rest).map(|node| node.kind) {
            Some(NodeKind::Path { steps, .. }) => {
                self.tree.give_up(rest);
                steps
            }
            _ => {
                self.predicates_to_stages(rest);
                self.tree.add_list(&[rest])
            }
        };
        self.append(path, added, expr);
        self.check_steps(path)?;
        self.resolve_ancestry(path)?;
        Ok(path)
    }

    /// Adds steps to a path, which then reaches as far as the expression.
    fn append(&mut self, path: NodeId, added: List, expr: &Expr) {
        let Some(NodeKind::Path { steps, room, .. }) =
            self.tree.get(path).map(|node| node.kind)
        else {
            return;
        };
        let longer = self.tree.append(steps, room, added);
        self.node(path, |node| {
            node.span = expr.span;
            if let NodeKind::Path { steps, room, .. } = &mut node.kind {
                (*steps, *room) = longer;
            }
        });
    }

    /// A path, or a path of which the node is the first step.
    fn as_path(&mut self, id: NodeId, expr: &Expr) -> NodeId {
        if let Some(NodeKind::Path { .. }) = self.tree.get(id).map(|node| &node.kind) {
            return id;
        }
        self.path_of(id, false, expr)
    }

    /// A path of one step.
    fn path_of(&mut self, step: NodeId, keep_singleton: bool, expr: &Expr) -> NodeId {
        let steps = self.tree.add_list(&[step]);
        let path = NodeKind::Path { steps, room: 1, checked: 0, keep_singleton };
        self.tree.add(path, expr.span, None)
    }

    /// Checks the steps that a path got since it was last checked, and the one that was
    /// its last then: what follows a step belongs to the last one alone.
    fn check_steps(&mut self, path: NodeId) -> Result<()> {
        let Some(Node { kind: NodeKind::Path { steps, checked, .. }, .. }) =
            self.tree.get_mut(path)
        else {
            return Ok(());
        };
        let (steps, unchecked) = (*steps, index(checked.saturating_sub(1)));
        *checked = length(steps.len());
        let count = steps.len();
        let steps = self.tree.list(steps);
        let (first, last) = (steps.first().copied(), steps.last().copied());
        let mut keep = false;
        for position in unchecked..count {
            let step = *self.steps(path).get(position).ok_or_else(bug)?;
            let node = self.tree.get_mut(step).ok_or_else(bug)?;
            match &node.kind {
                NodeKind::Number(_) | NodeKind::Bool(_) | NodeKind::Null => {
                    let error = Error::from(ErrorKind::LiteralStep);
                    return Err(error.at(node.at.unwrap_or(0), node.span));
                }
                NodeKind::String(name) => node.kind = NodeKind::Name(*name),
                _ => {}
            }
            keep |= node.keep_array;
        }
        if keep {
            self.node(path, |node| {
                if let NodeKind::Path { keep_singleton, .. } = &mut node.kind {
                    *keep_singleton = true;
                }
            });
        }
        for end in [first, last].into_iter().flatten() {
            self.node(end, |node| {
                node.constructs |= matches!(node.kind, NodeKind::Array(_));
            });
        }
        Ok(())
    }

    fn predicate(&mut self) -> Result<NodeId> {
        let predicate = self.pop()?;
        let target = self.pop()?;
        let step = self.step_of(target);
        let in_path = step != target;
        let slots = self.seeking_of(predicate).to_vec();
        for &slot in &slots {
            if self.level(slot) == 1 {
                self.seek_parent(step, slot)?;
            } else {
                self.climb(slot, -1);
            }
        }
        if !slots.is_empty() {
            self.inherit(step, predicate);
        }
        let is_path = in_path
            || matches!(self.tree.get(target), Some(n) if n.kind.type_name() == "path");
        self.node(step, |node| {
            let stage = Stage { kind: StageKind::Filter(predicate), span: node.span };
            if is_path { node.stages.push(stage) } else { node.predicates.push(stage) }
        });
        Ok(target)
    }

    fn focus(&mut self, expr: &Expr) -> Result<NodeId> {
        let target = self.pop()?;
        let (name, span) = self.bound_name(expr)?;
        let id = self.step_of(target);
        let step = self.tree.get_mut(id).ok_or_else(bug)?;
        if !step.stages.is_empty() || !step.predicates.is_empty() {
            return Err(place(ErrorKind::BindingAfterPredicate, expr));
        }
        if matches!(step.kind, NodeKind::Sort(_)) {
            return Err(place(ErrorKind::BindingAfterSort, expr));
        }
        step.keep_array |= expr.keep_array;
        step.focus = Some(name);
        step.bound_at[0] = span;
        step.tuple = true;
        Ok(target)
    }

    fn index(&mut self, expr: &Expr) -> Result<NodeId> {
        let target = self.pop()?;
        let (name, span) = self.bound_name(expr)?;
        let empty = self.tree.text(name).is_empty();
        let id = self.step_of(target);
        let path = self.as_path(target, expr);
        if path != target {
            self.predicates_to_stages(target);
        }
        let step = self.tree.get_mut(id).ok_or_else(bug)?;
        if step.stages.is_empty() {
            step.index = Some(name).filter(|_| !empty);
            step.bound_at[1] = span;
        } else {
            step.stages.push(Stage { kind: StageKind::Index(name), span });
        }
        step.tuple = true;
        Ok(path)
    }

    fn order_by(&mut self, expr: &Expr, terms: List) -> Result<NodeId> {
        let keys = self.pop_list(terms)?;
        let lhs = self.pop()?;
        let path = self.as_path(lhs, expr);
        let (own, keyed) = (self.tree.terms.get_mut(terms.range()), keys.range());
        let keyed = self.tree.parts.get(keyed).unwrap_or_default();
        for (term, &key) in own.unwrap_or_default().iter_mut().zip(keyed) {
            term.key = key;
        }
        let sort = self.add(expr, NodeKind::Sort(terms));
        self.inherit_all(sort, keys);
        let added = self.tree.add_list(&[sort]);
        self.append(path, added, expr);
        self.resolve_ancestry(path)?;
        Ok(path)
    }

    /// Lets the `%`s below the last step of a path climb to the steps before it.
    fn resolve_ancestry(&mut self, path: NodeId) -> Result<()> {
        let Some(&last) = self.steps(path).last() else { return Ok(()) };
        let mut slots = self.seeking_of(last).to_vec();
        if let Some(NodeKind::Parent(slot)) = self.tree.get(last).map(|node| &node.kind) {
            slots.push(*slot);
        }
        if slots.is_empty() {
            return Ok(());
        }
        let has_focus = |tree: &Tree, id: NodeId| {
            tree.get(id).is_some_and(|node| tree.bound_focus(node).is_some())
        };
        let last = self.steps(path).len().saturating_sub(1);
        for slot in slots {
            let mut remaining = last;
            while self.level(slot) > 0 {
                let Some((mut step, mut before)) = self.step_before(path, remaining)
                else {
                    self.seek(path, slot);
                    break;
                };
                // Steps that bind their focus one after the other share one input.
                while let Some((earlier, rest)) = self.step_before(path, before)
                    && has_focus(&self.tree, step)
                    && has_focus(&self.tree, earlier)
                {
                    (step, before) = (earlier, rest);
                    self.sought = self.sought.saturating_add(1);
                }
                remaining = before;
                self.seek_parent(step, slot)?;
            }
        }
        Ok(())
    }

    /// The step of a path before the one at `position`, and its own position.
    fn step_before(&self, path: NodeId, position: usize) -> Option<(NodeId, usize)> {
        let before = position.checked_sub(1)?;
        Some((*self.steps(path).get(before)?, before))
    }

    /// Lets a `%` climb through a step, which may be a block or a path of its own.
    fn seek_parent(&mut self, node: NodeId, slot: SlotId) -> Result<()> {
        /// A node to climb through, or the steps of a path before the one at an index.
        enum Climb {
            Through(NodeId),
            Before(NodeId, usize),
        }
        let mut climbs = alloc::vec![Climb::Through(node)];
        while let Some(climb) = climbs.pop() {
            self.sought = self.sought.saturating_add(1);
            if self.sought > MAX_SOUGHT {
                return Err(Error::from(ErrorKind::TooManyParents { limit: MAX_SOUGHT }));
            }
            let id = match climb {
                Climb::Through(id) => id,
                Climb::Before(path, end) => {
                    if let Some((step, before)) = self.step_before(path, end)
                        && self.level(slot) > 0
                    {
                        climbs.push(Climb::Before(path, before));
                        climbs.push(Climb::Through(step));
                    }
                    continue;
                }
            };
            let node = self.tree.get(id).ok_or_else(bug)?;
            match &node.kind {
                NodeKind::Name(_) | NodeKind::Wildcard => {
                    let known = node.ancestor;
                    self.climb(slot, -1);
                    if self.level(slot) == 0 {
                        if let Some(known) = known {
                            let label = self.tree.label(known);
                            self.slot(slot, |slot| slot.label = label);
                        }
                        self.node(id, |node| {
                            node.ancestor = Some(slot);
                            node.tuple = true;
                        });
                    }
                }
                NodeKind::Parent(_) => self.climb(slot, 1),
                NodeKind::Block(statements) => {
                    if let Some(&last) = self.tree.list(*statements).last() {
                        self.node(id, |node| node.tuple = true);
                        climbs.push(Climb::Through(last));
                    }
                }
                NodeKind::Path { steps, .. } => {
                    let before = steps.len().saturating_sub(1);
                    if let Some(&last) = self.tree.list(*steps).last() {
                        self.node(id, |node| node.tuple = true);
                        climbs.push(Climb::Before(id, before));
                        climbs.push(Climb::Through(last));
                    }
                }
                _ => return Err(no_parent(node)),
            }
        }
        Ok(())
    }

    fn level(&self, slot: SlotId) -> i32 {
        self.tree.slots.get(index(slot.0)).map_or(0, |slot| slot.level)
    }

    fn climb(&mut self, slot: SlotId, by: i32) {
        self.slot(slot, |slot| slot.level = slot.level.saturating_add(by));
    }

    fn slot(&mut self, slot: SlotId, change: impl FnOnce(&mut Slot)) {
        if let Some(slot) = self.tree.slots.get_mut(index(slot.0)) {
            change(slot);
        }
    }

    fn node(&mut self, id: NodeId, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.tree.get_mut(id) {
            change(node);
        }
    }

    fn add(&mut self, expr: &Expr, kind: NodeKind) -> NodeId {
        self.tree.add(kind, expr.span, Some(expr.at))
    }

    fn steps(&self, path: NodeId) -> &[NodeId] {
        match self.tree.get(path).map(|node| &node.kind) {
            Some(NodeKind::Path { steps, .. }) => self.tree.list(*steps),
            _ => &[],
        }
    }

    /// The last step of a path, or the node itself.
    fn step_of(&self, id: NodeId) -> NodeId {
        self.steps(id).last().copied().unwrap_or(id)
    }

    fn constructs(&self, id: NodeId) -> bool {
        let first = self.steps(id).first().copied().unwrap_or(id);
        self.tree.get(first).is_some_and(|node| node.constructs)
    }

    fn predicates_to_stages(&mut self, id: NodeId) {
        self.node(id, |node| {
            if !node.predicates.is_empty() {
                node.stages = take(&mut node.predicates);
            }
        });
    }

    fn seeking_of(&self, id: NodeId) -> &[SlotId] {
        self.seeking.get(index(id.0)).map(Vec::as_slice).unwrap_or_default()
    }

    fn seek(&mut self, id: NodeId, slot: SlotId) {
        let at = index(id.0);
        if self.seeking.len() <= at {
            self.seeking.resize(at.saturating_add(1), Vec::new());
        }
        if let Some(slots) = self.seeking.get_mut(at)
            && self.sought <= MAX_SOUGHT
        {
            self.sought = self.sought.saturating_add(length(slots.len()));
            if !slots.contains(&slot) {
                slots.push(slot);
            }
        }
    }

    /// Hands the `%`s that still look for their step on to the node around them.
    fn inherit(&mut self, node: NodeId, part: NodeId) {
        if !self.tree.has_parents() {
            return;
        }
        for slot in self.seeking_of(part).to_vec() {
            self.seek(node, slot);
        }
        if let Some(NodeKind::Parent(slot)) = self.tree.get(part).map(|node| &node.kind) {
            let slot = *slot;
            self.seek(node, slot);
        }
    }

    /// Hands on the `%`s of all parts of a node, which it gives back.
    fn inherit_all(&mut self, node: NodeId, parts: List) -> NodeId {
        for place in parts.range() {
            if let Some(&part) = self.tree.parts.get(place) {
                self.inherit(node, part);
            }
        }
        node
    }

    /// The variable on the right of `@` and `#`, on the left of `:=`, and where it stands.
    fn bound_name(&self, expr: &Expr) -> Result<(Word, Span)> {
        let ExprKind::Binary { operator, lhs, rhs } = expr.kind else {
            return Err(bug());
        };
        let variable = if operator == Operator::Assign { lhs } else { rhs };
        match self.ast.get(variable) {
            Some(Expr { kind: ExprKind::Variable(name), span, .. }) => Ok((*name, *span)),
            _ => Err(bug()),
        }
    }

    fn pop(&mut self) -> Result<NodeId> {
        self.results.pop().ok_or_else(bug)
    }

    /// The nodes of a list of as many expressions.
    fn pop_list(&mut self, list: List) -> Result<List> {
        let start = self.results.len().checked_sub(list.len()).ok_or_else(bug)?;
        let parts = self.results.get(start..).ok_or_else(bug)?;
        let list = self.tree.add_list(parts);
        self.results.truncate(start);
        Ok(list)
    }
}

fn place(kind: ErrorKind, expr: &Expr) -> Error {
    Error::from(kind).at(expr.at, expr.span)
}

fn no_parent(node: &Node) -> Error {
    let error = Error::from(ErrorKind::NoParent).with_token(node.kind.type_name());
    match node.at {
        Some(at) => error.at(at, node.span),
        None => error.or_span(node.span),
    }
}
