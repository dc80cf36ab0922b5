//! [`Tree`] → [`Code`].
//!
//! The compiler keeps a stack of tasks instead of calling itself: a node plans its parts
//! and the operations between them, which are then carried out in order. While it runs,
//! every jump names a label; at the end labels become places.

mod assemble;
mod call;
mod estimate;
mod name;
mod path;
mod reads;
mod scope;

use crate::error::{Error, ErrorKind, Result, Token};
use crate::program::{
    Arithmetic, Code, Comparison, Grouping, NameIndex, Op, Pair, Site, is_reserved_key,
};
use crate::program::{Constant, Region};
use crate::span::Span;
use crate::syntax::{Group, Node, NodeId, NodeKind, Operator, StageKind, Tree};
use crate::text::Wtf8Buf;
use crate::value::length;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
pub use estimate::Estimate;
pub(crate) use estimate::estimate;
use name::Names;
pub(crate) use reads::reads;
use scope::{ScopeId, Scopes};

/// Which functions a name without a binding means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Library {
    /// JSONata's own.
    Jsonata,
    /// The helpers of the contract, and JSONata's own behind them.
    Workflow,
}

/// Compiles a tree.
pub(crate) fn compile(tree: &Tree, library: Library) -> Result<Arc<Code>> {
    compile_in(tree, library, false)
}

/// Compiles the text given to `$eval`, whose variables are those of the call.
pub(crate) fn compile_text(source: &Wtf8Buf, library: Library) -> Result<Arc<Code>> {
    let tree = crate::syntax::parse(source.as_wtf8().bytes())?;
    compile_in(&tree, library, true)
}

fn compile_in(tree: &Tree, library: Library, dynamic: bool) -> Result<Arc<Code>> {
    let root = tree.root().ok_or_else(|| bug("a source without a root"))?;
    let mut names = Names::default();
    let scopes = Scopes::new(tree, root, dynamic, &mut names);
    let mut compiler = Compiler {
        tree,
        library,
        scopes,
        code: Code::default(),
        names,
        labels: Vec::new(),
        tasks: Vec::new(),
        bodies: Vec::new(),
    };
    compiler.run(root)?;
    compiler.assemble().map(Arc::new)
}

/// A label, which becomes a place when everything is emitted.
type Label = u32;

/// Work that is still to be done, the next thing last.
#[derive(Clone, Debug)]
enum Task {
    /// Emit a node with what follows it.
    Node(NodeId),
    /// Emit a node whose value is its function's value.
    Tail(NodeId),
    /// Emit reading a variable for a construct that does not name it as one.
    Load(Wtf8Buf, Span),
    /// Emit an operation that belongs to a node.
    Emit(Op, NodeId),
    /// Emit an operation at a site.
    EmitAt(Op, u32),
    /// The next operation is where the label points.
    Place(Label),
    /// Names are looked up in this scope from here on.
    Scope(ScopeId),
    /// The right side of `and` or `or` lies between two labels.
    Region(Label, Label, u32),
}

struct Compiler<'a> {
    tree: &'a Tree,
    library: Library,
    scopes: Scopes,
    code: Code,
    names: Names,
    /// Where labels point.
    labels: Vec<Option<u32>>,
    tasks: Vec<Task>,
    /// Function bodies, which come after the code around them.
    bodies: Vec<Vec<Task>>,
}

#[cold]
#[inline(never)]
fn bug(what: &'static str) -> Error {
    Error::from(ErrorKind::Bug { what })
}

impl Compiler<'_> {
    fn run(&mut self, root: NodeId) -> Result<()> {
        let layout = self.layout(ScopeId::ROOT);
        self.code.layout = layout;
        let end = Task::Emit(Op::End, root);
        self.plan(vec![Task::Scope(ScopeId::ROOT), Task::Node(root), end]);
        loop {
            while let Some(task) = self.tasks.pop() {
                self.carry_out(task)?;
            }
            let Some(body) = self.bodies.pop() else { return Ok(()) };
            self.plan(body);
        }
    }

    /// Plans tasks, to be carried out in their order before all that was planned so far.
    fn plan(&mut self, tasks: Vec<Task>) {
        for task in tasks.into_iter().rev() {
            self.tasks.push(task);
        }
    }

    fn carry_out(&mut self, task: Task) -> Result<()> {
        match task {
            Task::Node(id) => self.node(id, false),
            Task::Tail(id) => self.node(id, true),
            Task::Load(name, span) => {
                let site = self.site(span, None, None);
                self.load(&name, true, site)
            }
            Task::Emit(op, id) => {
                let site = self.site_of(id)?;
                self.emit(op, site);
                Ok(())
            }
            Task::EmitAt(op, site) => {
                self.emit(op, site);
                Ok(())
            }
            Task::Place(label) => {
                let here = length(self.code.ops.len());
                if let Some(place) = self.labels.get_mut(crate::value::index(label)) {
                    *place = Some(here);
                }
                Ok(())
            }
            Task::Scope(scope) => {
                self.scopes.enter(scope);
                Ok(())
            }
            Task::Region(start, end, site) => {
                self.code.regions.push(Region { start, end, site });
                Ok(())
            }
        }
    }

    fn emit(&mut self, op: Op, site: u32) {
        self.code.ops.push(op);
        self.code.op_sites.push(site);
    }

    fn label(&mut self) -> Label {
        self.labels.push(None);
        length(self.labels.len()).saturating_sub(1)
    }

    fn get(&self, id: NodeId) -> Result<&Node> {
        self.tree.get(id).ok_or_else(|| bug("a node that is not there"))
    }

    /// The site of a node: what an error in its operation carries.
    fn site_of(&mut self, id: NodeId) -> Result<u32> {
        let node = self.get(id)?;
        let token = match &node.kind {
            NodeKind::Binary { operator, .. } => Some(Token::from(operator.as_str())),
            NodeKind::Negate(_) => Some(Token::from("-")),
            NodeKind::Call { procedure, .. } | NodeKind::Partial { procedure, .. } => {
                self.callee_token(*procedure)
            }
            _ => None,
        };
        let (span, at) = (node.span, node.at);
        Ok(self.site(span, at, token))
    }

    /// The site of a tail call. Its errors stand where the callee ends.
    pub(super) fn tail_site(&mut self, call: NodeId) -> Result<u32> {
        let NodeKind::Call { procedure, .. } = self.get(call)?.kind else {
            return self.site_of(call);
        };
        let (span, at) = (self.get(call)?.span, self.get(procedure)?.at);
        let token = self.callee_token(procedure);
        Ok(self.site(span, at, token))
    }

    fn site(&mut self, span: Span, at: Option<u32>, token: Option<Token>) -> u32 {
        let site = Site { span, at, token };
        if self.code.sites.last() != Some(&site) {
            self.code.sites.push(site);
        }
        length(self.code.sites.len()).saturating_sub(1)
    }

    /// The number of a name.
    fn name(&mut self, name: &[u8]) -> NameIndex {
        self.names.number(name)
    }

    fn constant(&mut self, constant: Constant) -> Op {
        self.code.constants.push(constant);
        Op::Constant(length(self.code.constants.len()).saturating_sub(1))
    }

    /// Plans a node and what follows it: predicates, a group-by, unwrapping.
    fn node(&mut self, id: NodeId, tail: bool) -> Result<()> {
        let node = self.get(id)?;
        let (keep, tuple) = (node.keep_array, node.tuple);
        if matches!(node.kind, NodeKind::Path { .. }) {
            return self.path(id);
        }
        let is_call = matches!(node.kind, NodeKind::Call { .. });
        let predicates = node.predicates.clone();
        let group = node.group.clone();
        if tail && is_call && predicates.is_empty() {
            // The reference leaves everything after such a call to the caller.
            return self.call(id, true);
        }
        let mut unwrap = keep || needs_unwrapping(&node.kind);
        let mut after = Vec::new();
        for stage in &predicates {
            if let StageKind::Filter(predicate) = stage.kind {
                self.filter(predicate, tuple, id, &mut after)?;
                unwrap = true;
            }
        }
        if let Some(group) = &group {
            self.group(group, tuple, &mut after)?;
            unwrap = false;
        }
        if unwrap {
            after.push(Task::Emit(Op::Unwrap { keep }, id));
        }
        // What a tail call gives never comes back to be unwrapped here.
        let only_passes = !keep && predicates.is_empty() && group.is_none();
        let tail = tail && only_passes;
        self.plan(after);
        self.core(id, tail)
    }

    /// Plans a node without what follows it.
    fn core(&mut self, id: NodeId, tail: bool) -> Result<()> {
        let kind = self.get(id)?.kind.clone();
        let part = |node| if tail { Task::Tail(node) } else { Task::Node(node) };
        match kind {
            NodeKind::Call { .. } => return self.call(id, tail),
            NodeKind::Partial { .. } => return self.partial(id),
            NodeKind::Apply { lhs, rhs } => return self.apply(id, lhs, rhs),
            NodeKind::Lambda { .. } => return self.lambda(id),
            NodeKind::Transform { .. } => return self.transform(id),
            NodeKind::Binary { operator, lhs, rhs } => {
                return self.binary(id, operator, lhs, rhs);
            }
            NodeKind::Name(name) => {
                let name = self.name(name.as_wtf8().bytes());
                let keep = self.get(id)?.keep_array;
                self.plan(vec![Task::Emit(Op::Lookup { name, keep }, id)]);
            }
            NodeKind::Variable(name) => {
                let node = self.get(id)?;
                let raw = node.keep_array
                    || node.group.is_some()
                    || !node.predicates.is_empty();
                let site = self.site_of(id)?;
                return self.load(&name, raw, site);
            }
            NodeKind::String(text) => {
                let (start, len) = self.names.text(text.as_wtf8().bytes());
                self.emit_constant(Constant::Text { start, len }, id)?;
            }
            NodeKind::Number(number) => {
                self.emit_constant(Constant::Number(number), id)?
            }
            NodeKind::Bool(value) => self.emit_constant(Constant::Bool(value), id)?,
            NodeKind::Null => self.emit_constant(Constant::Null, id)?,
            NodeKind::Regex(regex) => {
                self.code.regexes.push(regex);
                let number = length(self.code.regexes.len()).saturating_sub(1);
                self.plan(vec![Task::Emit(Op::Regex(number), id)]);
            }
            NodeKind::Placeholder => self.plan(vec![Task::Emit(Op::Undefined, id)]),
            NodeKind::Wildcard => self.plan(vec![Task::Emit(Op::Wildcard, id)]),
            NodeKind::Descendants => self.plan(vec![Task::Emit(Op::Descendants, id)]),
            NodeKind::Parent(slot) => return self.load_parent(slot, id),
            NodeKind::Negate(operand) => {
                self.plan(vec![Task::Node(operand), Task::Emit(Op::Negate, id)]);
            }
            NodeKind::Array(items) => return self.array(id, &items),
            NodeKind::Object(pairs) => {
                let node = self.get(id)?;
                let group = Group { pairs, at: node.at.unwrap_or(0), span: node.span };
                let mut tasks = vec![Task::Emit(Op::Source, id)];
                self.group(&group, false, &mut tasks)?;
                self.plan(tasks);
            }
            NodeKind::Block(statements) => return self.block(id, &statements, tail),
            NodeKind::Condition { condition, then, otherwise } => {
                let (otherwise_label, end) = (self.label(), self.label());
                let mut tasks = vec![
                    Task::Node(condition),
                    Task::Emit(Op::JumpIfFalse(otherwise_label), id),
                    part(then),
                    Task::Emit(Op::Jump(end), id),
                    Task::Place(otherwise_label),
                ];
                tasks.push(match otherwise {
                    Some(otherwise) => part(otherwise),
                    None => Task::Emit(Op::Undefined, id),
                });
                tasks.push(Task::Place(end));
                self.plan(tasks);
            }
            NodeKind::Elvis { lhs, rhs } => {
                let end = self.label();
                let keep_lhs = Task::Emit(Op::Elvis(end), id);
                self.plan(vec![Task::Node(lhs), keep_lhs, part(rhs), Task::Place(end)]);
            }
            NodeKind::Coalesce { exists, lhs, rhs } => {
                if self.is_global(b"exists") {
                    let end = self.label();
                    let keep_lhs = Task::Emit(Op::Coalesce(end), id);
                    self.plan(vec![
                        Task::Node(lhs),
                        keep_lhs,
                        part(rhs),
                        Task::Place(end),
                    ]);
                } else {
                    let NodeKind::Call { procedure, .. } = self.get(exists)?.kind else {
                        return Err(bug("a `??` without its test"));
                    };
                    let (otherwise, end) = (self.label(), self.label());
                    self.plan(vec![
                        Task::Node(lhs),
                        Task::Emit(Op::Copy, id),
                        Task::Node(procedure),
                        Task::Emit(Op::Swap, id),
                        Task::Emit(Op::Call { arguments: 1, piped: false }, exists),
                        Task::Emit(Op::JumpIfFalse(otherwise), id),
                        Task::Emit(Op::Jump(end), id),
                        Task::Place(otherwise),
                        Task::Emit(Op::Drop, id),
                        part(rhs),
                        Task::Place(end),
                    ]);
                }
            }
            NodeKind::Bind { name, value } => {
                let bind = self.bind(&name)?;
                self.plan(vec![Task::Node(value), Task::Emit(bind, id)]);
            }
            NodeKind::Path { .. } | NodeKind::Sort(_) => {
                return Err(bug("an order-by outside of a path"));
            }
        }
        Ok(())
    }

    fn emit_constant(&mut self, constant: Constant, id: NodeId) -> Result<()> {
        let op = self.constant(constant);
        self.plan(vec![Task::Emit(op, id)]);
        Ok(())
    }

    fn binary(
        &mut self,
        id: NodeId,
        operator: Operator,
        lhs: NodeId,
        rhs: NodeId,
    ) -> Result<()> {
        let op = match operator {
            Operator::And | Operator::Or => {
                let (start, end) = (self.label(), self.label());
                let branch =
                    if operator == Operator::And { Op::And(end) } else { Op::Or(end) };
                let site = self.site_of(id)?;
                self.plan(vec![
                    Task::Node(lhs),
                    Task::EmitAt(branch, site),
                    Task::Place(start),
                    Task::Node(rhs),
                    Task::EmitAt(Op::Truth, site),
                    Task::Place(end),
                    Task::Region(start, end, site),
                ]);
                return Ok(());
            }
            Operator::Plus => Op::Arithmetic(Arithmetic::Add),
            Operator::Minus => Op::Arithmetic(Arithmetic::Subtract),
            Operator::Star => Op::Arithmetic(Arithmetic::Multiply),
            Operator::Slash => Op::Arithmetic(Arithmetic::Divide),
            Operator::Percent => Op::Arithmetic(Arithmetic::Remainder),
            Operator::Less => Op::Compare(Comparison::Less),
            Operator::LessEqual => Op::Compare(Comparison::LessEqual),
            Operator::Greater => Op::Compare(Comparison::Greater),
            Operator::GreaterEqual => Op::Compare(Comparison::GreaterEqual),
            Operator::Equal => Op::Equal,
            Operator::NotEqual => Op::NotEqual,
            Operator::In => Op::In,
            Operator::Concat => Op::Concat,
            Operator::Range => Op::Range,
            _ => return Err(bug("an operator without a meaning")),
        };
        self.plan(vec![Task::Node(lhs), Task::Node(rhs), Task::Emit(op, id)]);
        Ok(())
    }

    fn array(&mut self, id: NodeId, items: &[NodeId]) -> Result<()> {
        let constructed = self.get(id)?.constructs;
        let mut tasks = vec![Task::Emit(Op::ArrayStart, id)];
        for &item in items {
            let nested = matches!(self.get(item)?.kind, NodeKind::Array(_));
            tasks.push(Task::Node(item));
            tasks.push(Task::Emit(Op::ArrayItem { nested }, id));
        }
        tasks.push(Task::Emit(Op::ArrayEnd { constructed }, id));
        self.plan(tasks);
        Ok(())
    }

    fn block(&mut self, id: NodeId, statements: &[NodeId], tail: bool) -> Result<()> {
        let outer = self.scopes.current();
        let inner = self.scopes.of_block(id);
        let mut tasks = Vec::new();
        if let Some(inner) = inner {
            let layout = self.layout(inner);
            tasks.push(Task::Emit(Op::EnterScope(layout), id));
            tasks.push(Task::Scope(inner));
        }
        match statements.split_last() {
            None => tasks.push(Task::Emit(Op::Undefined, id)),
            Some((&last, before)) => {
                for &statement in before {
                    tasks.push(Task::Node(statement));
                    tasks.push(Task::Emit(Op::Drop, id));
                }
                tasks.push(if tail { Task::Tail(last) } else { Task::Node(last) });
            }
        }
        if inner.is_some() {
            tasks.push(Task::Emit(Op::LeaveScope, id));
            tasks.push(Task::Scope(outer));
        }
        self.plan(tasks);
        Ok(())
    }

    /// Adds the tasks of a group-by or object constructor over the value on the stack.
    fn group(
        &mut self,
        group: &Group,
        tuples: bool,
        tasks: &mut Vec<Task>,
    ) -> Result<()> {
        let outer = self.scopes.current();
        let inner = if tuples { self.scopes.add_tuples(outer) } else { outer };
        let number = length(self.code.groupings.len());
        let site = self.site(group.span, Some(group.at), None);
        let end = self.label();
        tasks.push(Task::EmitAt(Op::Group(number), site));
        tasks.push(Task::Scope(inner));
        let mut pairs = Vec::new();
        for &(key, value) in &group.pairs {
            let (key_label, value_label) = (self.label(), self.label());
            let literal = self.literal_key(key)?;
            if literal.is_none() {
                tasks.push(Task::Place(key_label));
                tasks.push(Task::Node(key));
                tasks.push(Task::EmitAt(Op::GroupNext, site));
            } else {
                tasks.push(Task::Place(key_label));
            }
            tasks.push(Task::Place(value_label));
            tasks.push(Task::Node(value));
            tasks.push(Task::EmitAt(Op::GroupNext, site));
            pairs.push(Pair { literal, key: key_label, value: value_label });
        }
        let fixed = self.are_fixed(&pairs);
        tasks.push(Task::Place(end));
        tasks.push(Task::Scope(outer));
        self.code.groupings.push(Grouping { pairs, tuples, fixed, end });
        Ok(())
    }

    /// Whether all keys are literals that differ and are not reserved.
    fn are_fixed(&self, pairs: &[Pair]) -> bool {
        let reserved = |name| is_reserved_key(self.names.get(name));
        let named = |pair: &Pair| pair.literal.is_some_and(|name| !reserved(name));
        let differs = |(at, pair): (usize, &Pair)| {
            !pairs.iter().take(at).any(|other| other.literal == pair.literal)
        };
        pairs.len() <= MOST_FIXED
            && pairs.iter().all(named)
            && pairs.iter().enumerate().all(differs)
    }

    fn literal_key(&mut self, key: NodeId) -> Result<Option<NameIndex>> {
        let node = self.get(key)?;
        let plain = node.predicates.is_empty() && node.group.is_none();
        match &node.kind {
            NodeKind::String(text) if plain => {
                let text = text.clone();
                Ok(Some(self.name(text.as_wtf8().bytes())))
            }
            _ => Ok(None),
        }
    }
}

/// More keys than this are told apart while they are evaluated.
const MOST_FIXED: usize = 32;

/// Whether a construct can result in a sequence that is still to be unwrapped. An item of a
/// sequence can be one, so what passes on the value of a part unwraps it once more.
fn needs_unwrapping(kind: &NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::Call { .. }
            | NodeKind::Apply { .. }
            | NodeKind::Wildcard
            | NodeKind::Descendants
            | NodeKind::Parent(_)
            | NodeKind::Block(_)
            | NodeKind::Bind { .. }
            | NodeKind::Condition { .. }
            | NodeKind::Elvis { .. }
            | NodeKind::Coalesce { .. }
            | NodeKind::Binary { operator: Operator::Range, .. }
    )
}
