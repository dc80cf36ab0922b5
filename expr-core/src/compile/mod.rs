//! [`Tree`] → [`Code`].
//!
//! The compiler keeps a stack of tasks instead of calling itself: a node plans its parts
//! and the operations between them, which are then carried out in order. While it runs,
//! every jump names a label; at the end labels become places.

mod assemble;
mod call;
mod estimate;
mod path;
mod reads;
mod scope;

use crate::error::{Error, ErrorKind, Result};
use crate::program::{
    Arithmetic, Code, Comparison, Grouping, NameIndex, Op, Pair, Site, is_reserved_key,
};
use crate::program::{Constant, Region, SiteToken};
use crate::size::{index, length};
use crate::span::Span;
use crate::syntax::{
    Group, List, Name, Node, NodeId, NodeKind, Operator, StageKind, Tree, Word, Words,
};
use crate::text::Wtf8Buf;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem::take;
pub use estimate::Estimate;
pub(crate) use estimate::estimate;
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

/// Compiles a tree, whose names and texts become the program's.
pub(crate) fn compile(tree: &mut Tree, library: Library) -> Result<Arc<Code>> {
    compile_in(tree, library, false)
}

/// Compiles the text given to `$eval`, whose variables are those of the call.
pub(crate) fn compile_text(source: &Wtf8Buf, library: Library) -> Result<Arc<Code>> {
    let mut tree = crate::syntax::parse(source.as_wtf8().bytes())?;
    compile_in(&mut tree, library, true)
}

fn compile_in(tree: &mut Tree, library: Library, dynamic: bool) -> Result<Arc<Code>> {
    let root = tree.root().ok_or_else(|| bug("a source without a root"))?;
    let words = take(&mut tree.words);
    let tree = &*tree;
    let size = tree.len();
    // Most nodes become an operation with a site of its own, and some need two; what is
    // added is for short sources, of which a single construct can exceed the rule.
    let sites = size.saturating_add(size >> 2).saturating_add(2);
    let ops = size.saturating_add(size >> 1).saturating_add(4);
    let mut code = Code::default();
    code.ops.reserve(ops);
    code.op_sites.reserve(ops);
    code.sites.reserve(sites);
    code.names.reserve(words.len());
    let mut compiler = Compiler {
        tree,
        library,
        scopes: Scopes::new(tree, root, dynamic, &words),
        code,
        numbers: alloc::vec![NO_NUMBER; words.len()],
        words,
        sited: None,
        labels: Vec::with_capacity(size),
        tasks: Vec::with_capacity(size.saturating_add(8)),
        bodies: Vec::new(),
    };
    compiler.run(root)?;
    compiler.assemble().map(Arc::new)
}

/// A label, which becomes a place when everything is emitted.
type Label = u32;

/// Work that is still to be done, the next thing last.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// Emit a node with what follows it.
    Node(NodeId),
    /// Emit a node whose value is its function's value.
    Tail(NodeId),
    /// Emit reading a variable for a construct that does not name it as one.
    Load(Word, Span),
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
    words: Words,
    /// The number that each word has among the names of the program.
    numbers: Vec<NameIndex>,
    /// The node whose site is the last.
    sited: Option<NodeId>,
    /// Where labels point.
    labels: Vec<u32>,
    tasks: Vec<Task>,
    /// Function bodies, which come after the code around them.
    bodies: Vec<[Task; 4]>,
}

/// What stands for the number of a word that no operation names.
const NO_NUMBER: NameIndex = u32::MAX;
/// What stands for the place of a label that has none yet.
const NOWHERE: u32 = u32::MAX;

#[cold]
#[inline(never)]
fn bug(what: &'static str) -> Error {
    Error::from(ErrorKind::Bug { what })
}

impl<'a> Compiler<'a> {
    fn run(&mut self, root: NodeId) -> Result<()> {
        let layout = self.layout(ScopeId::ROOT);
        self.code.layout = layout;
        let end = Task::Emit(Op::End, root);
        self.plan(&[Task::Scope(ScopeId::ROOT), Task::Node(root), end]);
        loop {
            while let Some(task) = self.tasks.pop() {
                self.carry_out(task)?;
            }
            let Some(body) = self.bodies.pop() else { return Ok(()) };
            self.plan(&body);
        }
    }

    /// Plans tasks, to be carried out in their order before all that was planned so far.
    fn plan(&mut self, tasks: &[Task]) {
        let planned = self.tasks.len();
        self.tasks.extend_from_slice(tasks);
        self.planned_from(planned);
    }

    /// Ends planning the tasks from a place up, which were added in their order.
    fn planned_from(&mut self, place: usize) {
        if let Some(tasks) = self.tasks.get_mut(place..) {
            tasks.reverse();
        }
    }

    fn add(&mut self, task: Task) {
        self.tasks.push(task);
    }

    fn carry_out(&mut self, task: Task) -> Result<()> {
        match task {
            Task::Node(id) => self.node(id, false),
            Task::Tail(id) => self.node(id, true),
            Task::Load(name, span) => {
                let site = self.site(span, None, None);
                self.load(name, true, site)
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
                if let Some(place) = self.labels.get_mut(index(label)) {
                    *place = here;
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
        self.labels.push(NOWHERE);
        length(self.labels.len()).saturating_sub(1)
    }

    fn get(&self, id: NodeId) -> Result<&'a Node> {
        self.tree.get(id).ok_or_else(|| bug("a node that is not there"))
    }

    /// The site of a node: what an error in its operation carries.
    fn site_of(&mut self, id: NodeId) -> Result<u32> {
        // Operations of a node often follow each other.
        if self.sited != Some(id) {
            self.add_site(id)?;
            self.sited = Some(id);
        }
        Ok(length(self.code.sites.len()).saturating_sub(1))
    }

    fn add_site(&mut self, id: NodeId) -> Result<()> {
        let node = self.get(id)?;
        let token = match node.kind {
            NodeKind::Binary { operator, .. } => Some(SiteToken::Operator(operator)),
            NodeKind::Negate(_) => Some(SiteToken::Operator(Operator::Minus)),
            NodeKind::Call { procedure, .. } | NodeKind::Partial { procedure, .. } => {
                self.callee_token(procedure)
            }
            _ => None,
        };
        self.site(node.span, node.at, token);
        Ok(())
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

    fn site(&mut self, span: Span, at: Option<u32>, token: Option<SiteToken>) -> u32 {
        self.sited = None;
        self.code.sites.push(Site { span, at, token });
        length(self.code.sites.len()).saturating_sub(1)
    }

    /// The number of a word among the names of the program.
    fn name(&mut self, word: Word) -> NameIndex {
        let next = length(self.code.names.len());
        let known = self.numbers.get_mut(index(word.0));
        if let Some(&mut number) = known
            && number != NO_NUMBER
        {
            return number;
        }
        if let Some(known) = known {
            *known = next;
        }
        self.code.names.push(self.words.name(word));
        next
    }

    /// The word of a text that may not be in the source.
    fn word(&mut self, text: &[u8]) -> Word {
        let word = self.words.add(text);
        self.numbers.resize(self.words.len(), NO_NUMBER);
        word
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
        if tail && is_call && node.predicates.is_empty() {
            // The reference leaves everything after such a call to the caller.
            return self.call(id, true);
        }
        let mut unwrap = keep || needs_unwrapping(&node.kind);
        let planned = self.tasks.len();
        for stage in &node.predicates {
            if let StageKind::Filter(predicate) = stage.kind {
                self.filter(predicate, tuple, id)?;
                unwrap = true;
            }
        }
        if let Some(group) = &node.group {
            self.group(group, tuple)?;
            unwrap = false;
        }
        if unwrap {
            self.add(Task::Emit(Op::Unwrap { keep }, id));
        }
        self.planned_from(planned);
        // What a tail call gives never comes back to be unwrapped here.
        let only_passes = !keep && node.predicates.is_empty() && node.group.is_none();
        self.core(id, tail && only_passes)
    }

    /// Plans a node without what follows it.
    fn core(&mut self, id: NodeId, tail: bool) -> Result<()> {
        let node = self.get(id)?;
        let part = |node| if tail { Task::Tail(node) } else { Task::Node(node) };
        match node.kind {
            NodeKind::Call { .. } => return self.call(id, tail),
            NodeKind::Partial { .. } => return self.partial(id),
            NodeKind::Apply { lhs, rhs } => return self.apply(id, lhs, rhs),
            NodeKind::Lambda { .. } => return self.lambda(id),
            NodeKind::Transform { .. } => return self.transform(id),
            NodeKind::Binary { operator, lhs, rhs } => {
                return self.binary(id, operator, lhs, rhs);
            }
            NodeKind::Name(name) => {
                let (name, keep) = (self.name(name), node.keep_array);
                self.plan(&[Task::Emit(Op::Lookup { name, keep }, id)]);
            }
            NodeKind::Variable(name) => {
                let raw = node.keep_array
                    || node.group.is_some()
                    || !node.predicates.is_empty();
                let site = self.site_of(id)?;
                return self.load(name, raw, site);
            }
            NodeKind::String(text) => {
                let Name { start, len, .. } = self.words.name(text);
                self.emit_constant(Constant::Text { start, len }, id)?;
            }
            NodeKind::Number(number) => {
                self.emit_constant(Constant::Number(number), id)?
            }
            NodeKind::Bool(value) => self.emit_constant(Constant::Bool(value), id)?,
            NodeKind::Null => self.emit_constant(Constant::Null, id)?,
            NodeKind::Regex(regex) => {
                let regex =
                    self.tree.regex(regex).ok_or_else(|| bug("a lost pattern"))?;
                self.code.regexes.push(Arc::clone(regex));
                let number = length(self.code.regexes.len()).saturating_sub(1);
                self.plan(&[Task::Emit(Op::Regex(number), id)]);
            }
            NodeKind::Placeholder => self.plan(&[Task::Emit(Op::Undefined, id)]),
            NodeKind::Wildcard => self.plan(&[Task::Emit(Op::Wildcard, id)]),
            NodeKind::Descendants => self.plan(&[Task::Emit(Op::Descendants, id)]),
            NodeKind::Parent(slot) => return self.load_parent(slot, id),
            NodeKind::Negate(operand) => {
                self.plan(&[Task::Node(operand), Task::Emit(Op::Negate, id)]);
            }
            NodeKind::Array(items) => return self.array(id, items),
            NodeKind::Object(pairs) => {
                let group = Group { pairs, at: node.at.unwrap_or(0), span: node.span };
                let planned = self.tasks.len();
                self.add(Task::Emit(Op::Source, id));
                self.group(&group, false)?;
                self.planned_from(planned);
            }
            NodeKind::Block(statements) => return self.block(id, statements, tail),
            NodeKind::Condition { condition, then, otherwise } => {
                let (otherwise_label, end) = (self.label(), self.label());
                self.plan(&[
                    Task::Node(condition),
                    Task::Emit(Op::JumpIfFalse(otherwise_label), id),
                    part(then),
                    Task::Emit(Op::Jump(end), id),
                    Task::Place(otherwise_label),
                    otherwise.map_or(Task::Emit(Op::Undefined, id), part),
                    Task::Place(end),
                ]);
            }
            NodeKind::Elvis { lhs, rhs } => {
                let end = self.label();
                let keep_lhs = Task::Emit(Op::Elvis(end), id);
                self.plan(&[Task::Node(lhs), keep_lhs, part(rhs), Task::Place(end)]);
            }
            NodeKind::Coalesce { exists, lhs, rhs } => {
                let test = self.word(b"exists");
                if self.is_global(test) {
                    let end = self.label();
                    let keep_lhs = Task::Emit(Op::Coalesce(end), id);
                    self.plan(&[Task::Node(lhs), keep_lhs, part(rhs), Task::Place(end)]);
                } else {
                    let NodeKind::Call { procedure, .. } = self.get(exists)?.kind else {
                        return Err(bug("a `??` without its test"));
                    };
                    let (otherwise, end) = (self.label(), self.label());
                    self.plan(&[
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
                let bind = self.bind(name)?;
                self.plan(&[Task::Node(value), Task::Emit(bind, id)]);
            }
            NodeKind::Path { .. } | NodeKind::Sort(_) => {
                return Err(bug("an order-by outside of a path"));
            }
        }
        Ok(())
    }

    fn emit_constant(&mut self, constant: Constant, id: NodeId) -> Result<()> {
        let op = self.constant(constant);
        self.plan(&[Task::Emit(op, id)]);
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
                self.plan(&[
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
        self.plan(&[Task::Node(lhs), Task::Node(rhs), Task::Emit(op, id)]);
        Ok(())
    }

    fn array(&mut self, id: NodeId, items: List) -> Result<()> {
        let constructed = self.get(id)?.constructs;
        let planned = self.tasks.len();
        self.add(Task::Emit(Op::ArrayStart, id));
        for &item in self.tree.list(items) {
            let nested = matches!(self.get(item)?.kind, NodeKind::Array(_));
            self.add(Task::Node(item));
            self.add(Task::Emit(Op::ArrayItem { nested }, id));
        }
        self.add(Task::Emit(Op::ArrayEnd { constructed }, id));
        self.planned_from(planned);
        Ok(())
    }

    fn block(&mut self, id: NodeId, statements: List, tail: bool) -> Result<()> {
        let outer = self.scopes.current();
        let inner = self.scopes.of_block(id);
        let planned = self.tasks.len();
        if let Some(inner) = inner {
            let layout = self.layout(inner);
            self.add(Task::Emit(Op::EnterScope(layout), id));
            self.add(Task::Scope(inner));
        }
        match self.tree.list(statements).split_last() {
            None => self.add(Task::Emit(Op::Undefined, id)),
            Some((&last, before)) => {
                for &statement in before {
                    self.add(Task::Node(statement));
                    self.add(Task::Emit(Op::Drop, id));
                }
                self.add(if tail { Task::Tail(last) } else { Task::Node(last) });
            }
        }
        if inner.is_some() {
            self.add(Task::Emit(Op::LeaveScope, id));
            self.add(Task::Scope(outer));
        }
        self.planned_from(planned);
        Ok(())
    }

    /// Adds the tasks of a group-by or object constructor over the value on the stack.
    fn group(&mut self, group: &Group, tuples: bool) -> Result<()> {
        let outer = self.scopes.current();
        let inner = if tuples { self.scopes.add_tuples(outer) } else { outer };
        let number = length(self.code.groupings.len());
        let site = self.site(group.span, Some(group.at), None);
        let end = self.label();
        self.add(Task::EmitAt(Op::Group(number), site));
        self.add(Task::Scope(inner));
        let parts = self.tree.list(group.pairs);
        let mut pairs = Vec::with_capacity(parts.len() >> 1);
        for pair in parts.chunks_exact(2) {
            let &[key, value] = pair else { continue };
            let (key_label, value_label) = (self.label(), self.label());
            let literal = self.literal_key(key)?;
            self.add(Task::Place(key_label));
            if literal.is_none() {
                self.add(Task::Node(key));
                self.add(Task::EmitAt(Op::GroupNext, site));
            }
            self.add(Task::Place(value_label));
            self.add(Task::Node(value));
            self.add(Task::EmitAt(Op::GroupNext, site));
            pairs.push(Pair { literal, key: key_label, value: value_label });
        }
        let fixed = self.are_fixed(&pairs);
        self.add(Task::Place(end));
        self.add(Task::Scope(outer));
        self.code.groupings.push(Grouping { pairs, tuples, fixed, end });
        Ok(())
    }

    /// Whether all keys are literals that differ and are not reserved.
    fn are_fixed(&self, pairs: &[Pair]) -> bool {
        let named = |pair: &Pair| {
            let name = pair.literal.and_then(|name| self.code.names.get(index(name)));
            name.is_some_and(|&name| !is_reserved_key(self.words.slice(name)))
        };
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
        Ok(match node.kind {
            NodeKind::String(text) if plain => Some(self.name(text)),
            _ => None,
        })
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
