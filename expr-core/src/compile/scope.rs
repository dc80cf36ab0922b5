//! Variables → slots.
//!
//! A block or function body has a scope if something is bound in it. A name can be bound
//! later than it is read, so a read tries the scopes outward, one operation each, and what
//! no scope has is a binding of the host or a built-in function. Where `$eval` is within
//! reach, scopes keep their names, and every name is looked up when it is read.

use super::{Compiler, Task, bug};
use crate::builtin::{BuiltinId, find, find_helper};
use crate::decimal::write_whole;
use crate::error::Result;
use crate::map::NumberMap;
use crate::program::{NO_NAMES, Op};
use crate::size::{index, length};
use crate::syntax::{Node, NodeId, NodeKind, SlotId, StageKind, Tree, Word, Words};
use alloc::vec;
use alloc::vec::Vec;

/// The number of a scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ScopeId(u32);

impl ScopeId {
    /// The scope of the whole program.
    pub(super) const ROOT: ScopeId = ScopeId(0);
}

struct Scope {
    parent: Option<ScopeId>,
    kind: ScopeKind,
    /// Variables by slot.
    names: Vec<Word>,
    /// How many of them are parameters, which are always bound.
    parameters: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScopeKind {
    Variables,
    /// Names bound by the tuples of a path.
    Tuples,
}

/// All scopes of a program.
pub(super) struct Scopes {
    scopes: Vec<Scope>,
    current: ScopeId,
    /// The names bound directly in the program, and in each block and function body: at
    /// the place after the node's number; it ends after the last that has any.
    bound: Vec<Vec<Word>>,
    /// The slot of a name in a scope.
    slots: NumberMap,
    /// Every name that a tuple can bind.
    tuple_names: NumberMap,
    /// Whether `$eval` is within reach.
    dynamic: bool,
    /// The scopes of the blocks that have one, by node.
    blocks: NumberMap,
}

/// Where the names of the whole program are among the bound ones.
const PROGRAM: usize = 0;

fn owner_of(node: NodeId) -> usize {
    index(node.0).saturating_add(1)
}

fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

impl Scopes {
    /// Finds out which scope each binding belongs to.
    pub(super) fn new(tree: &Tree, root: NodeId, dynamic: bool, words: &Words) -> Scopes {
        let mut scopes = Scopes {
            scopes: Vec::new(),
            current: ScopeId::ROOT,
            bound: Vec::new(),
            slots: NumberMap::default(),
            tuple_names: NumberMap::default(),
            dynamic,
            blocks: NumberMap::default(),
        };
        // Most expressions bind nothing.
        if tree.nodes().iter().any(|node| binds(node, words)) {
            scopes.survey(tree, root, words);
        }
        let bound = scopes.bound_in(PROGRAM);
        scopes.add(None, ScopeKind::Variables, bound, 0);
        scopes
    }

    fn survey(&mut self, tree: &Tree, root: NodeId, words: &Words) {
        let mut seen = vec![false; tree.len()];
        let mut known = NumberMap::default();
        let mut pending = Vec::with_capacity(tree.len());
        pending.push((root, PROGRAM));
        let mut children = Vec::new();
        while let Some((id, owner)) = pending.pop() {
            match seen.get_mut(index(id.0)) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let Some(node) = tree.get(id) else { continue };
            let mut inner = owner;
            match node.kind {
                NodeKind::Bind { name, .. }
                    if known.insert(pair(length(owner), name.0), 0).is_none() =>
                {
                    let count = self.bound.len().max(owner.saturating_add(1));
                    self.bound.resize(count, Vec::new());
                    if let Some(bound) = self.bound.get_mut(owner) {
                        bound.push(name);
                    }
                }
                NodeKind::Block(_) | NodeKind::Lambda { .. } => inner = owner_of(id),
                NodeKind::Variable(name) => self.dynamic |= words.bytes(name) == b"eval",
                _ => {}
            }
            let stages = node.stages.iter().filter_map(|stage| match stage.kind {
                StageKind::Index(name) => Some(name),
                StageKind::Filter(_) => None,
            });
            for name in node.focus.into_iter().chain(node.index).chain(stages) {
                self.tuple_names.insert(u64::from(name.0), 0);
            }
            tree.add_children(id, &mut children);
            for &child in &children {
                pending.push((child, inner));
            }
            children.clear();
        }
    }

    fn bound_in(&mut self, owner: usize) -> Vec<Word> {
        self.bound.get(owner).cloned().unwrap_or_default()
    }

    /// The scope in which names are looked up now.
    pub(super) fn current(&self) -> ScopeId {
        self.current
    }

    /// Looks names up in `scope` from now on.
    pub(super) fn enter(&mut self, scope: ScopeId) {
        self.current = scope;
    }

    /// The scope of a block, if something is bound in it.
    pub(super) fn of_block(&mut self, block: NodeId) -> Option<ScopeId> {
        if let Some(known) = self.blocks.get(u64::from(block.0)) {
            return Some(ScopeId(known));
        }
        let names = self.bound_in(owner_of(block));
        if names.is_empty() && !self.dynamic {
            return None;
        }
        let scope = self.add(Some(self.current), ScopeKind::Variables, names, 0);
        self.blocks.insert(u64::from(block.0), scope.0);
        Some(scope)
    }

    /// The scope of a function body: its parameters, then what is bound in it.
    pub(super) fn add_lambda(&mut self, lambda: NodeId, parameters: &[Word]) -> ScopeId {
        let count = length(parameters.len());
        let mut names = parameters.to_vec();
        // A parameter that is bound again keeps its slot: the later slot would hide it.
        let bound = self.bound_in(owner_of(lambda));
        if !bound.is_empty() {
            let mut known = NumberMap::default();
            for &name in &names {
                known.insert(u64::from(name.0), 0);
            }
            for name in bound {
                if known.get(u64::from(name.0)).is_none() {
                    names.push(name);
                }
            }
        }
        self.add(Some(self.current), ScopeKind::Variables, names, count)
    }

    /// A scope for the names that tuples bind.
    pub(super) fn add_tuples(&mut self, parent: ScopeId) -> ScopeId {
        self.add(Some(parent), ScopeKind::Tuples, Vec::new(), 0)
    }

    fn add(
        &mut self,
        parent: Option<ScopeId>,
        kind: ScopeKind,
        names: Vec<Word>,
        parameters: u32,
    ) -> ScopeId {
        let scope = length(self.scopes.len());
        // Of two parameters with one name the later one is meant.
        for (&name, slot) in names.iter().zip(0..length(names.len())).rev() {
            self.slots.insert(pair(scope, name.0), slot);
        }
        self.scopes.push(Scope { parent, kind, names, parameters });
        ScopeId(scope)
    }

    fn get(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(index(id.0))
    }

    fn slot(&self, scope: ScopeId, name: Word) -> Option<u32> {
        self.slots.get(pair(scope.0, name.0))
    }

    /// The scopes from the current one outward, with how far up each is.
    fn outward(&self) -> impl Iterator<Item = (u32, ScopeId, &Scope)> {
        let mut next = Some(self.current);
        let mut up = 0_u32;
        core::iter::from_fn(move || {
            let id = next?;
            let scope = self.get(id)?;
            next = scope.parent;
            let distance = up;
            up = up.saturating_add(1);
            Some((distance, id, scope))
        })
    }

    fn is_tuple_name(&self, name: Word) -> bool {
        self.tuple_names.get(u64::from(name.0)).is_some()
    }
}

/// Whether a node can bind a name, or make every name one that is looked up.
fn binds(node: &Node, words: &Words) -> bool {
    let indexes = |kind: &StageKind| matches!(kind, StageKind::Index(_));
    match node.kind {
        NodeKind::Bind { .. } => true,
        NodeKind::Variable(name) if words.bytes(name) == b"eval" => true,
        _ => {
            node.focus.is_some()
                || node.index.is_some()
                || node.stages.iter().any(|stage| indexes(&stage.kind))
        }
    }
}

impl Compiler<'_> {
    /// The layout of a scope: the names of its slots.
    pub(super) fn layout(&mut self, scope: ScopeId) -> u32 {
        let count = self.scopes.get(scope).map_or(0, |scope| scope.names.len());
        if count == 0 {
            return NO_NAMES;
        }
        let mut layout = Vec::with_capacity(count);
        for slot in 0..count {
            let scope = self.scopes.get(scope);
            if let Some(&name) = scope.and_then(|scope| scope.names.get(slot)) {
                layout.push(self.name(name));
            }
        }
        self.code.layouts.push(layout);
        length(self.code.layouts.len()).saturating_sub(1)
    }

    /// Plans reading a variable.
    pub(super) fn load(&mut self, name: Word, raw: bool, site: u32) -> Result<()> {
        if self.words.bytes(name).is_empty() {
            self.plan(&[Task::EmitAt(Op::Input { raw }, site)]);
            return Ok(());
        }
        let dynamic = self.scopes.dynamic;
        let is_tuple_name = self.scopes.is_tuple_name(name);
        let planned = self.tasks.len();
        if dynamic {
            let number = self.name(name);
            self.add(Task::EmitAt(Op::LoadNamed(number), site));
        } else {
            self.load_static(name, is_tuple_name, raw, site)?;
        }
        if !raw && (dynamic || is_tuple_name) {
            self.add(Task::EmitAt(Op::Unwrap { keep: false }, site));
        }
        self.planned_from(planned);
        Ok(())
    }

    /// Adds the tasks of reading a variable from the scopes outward.
    fn load_static(
        &mut self,
        name: Word,
        is_tuple_name: bool,
        raw: bool,
        site: u32,
    ) -> Result<()> {
        let bound = self.label();
        let number = if is_tuple_name { self.name(name) } else { 0 };
        let mut always_bound = false;
        for (up, id, scope) in self.scopes.outward() {
            let up = narrow(up)?;
            if scope.kind == ScopeKind::Tuples {
                if is_tuple_name {
                    let op = Op::LoadTuple { up, name: number, bound };
                    self.tasks.push(Task::EmitAt(op, site));
                }
            } else if let Some(slot) = self.scopes.slot(id, name) {
                let place = narrow(slot)?;
                let op = Op::Load { up, slot: place, raw, bound };
                self.tasks.push(Task::EmitAt(op, site));
                always_bound = slot < scope.parameters;
                if always_bound {
                    break;
                }
            }
        }
        if !always_bound {
            let global = self.global(name);
            self.add(Task::EmitAt(global, site));
        }
        self.add(Task::Place(bound));
        Ok(())
    }

    /// Plans reading what a `%` refers to.
    pub(super) fn load_parent(&mut self, slot: SlotId, id: NodeId) -> Result<()> {
        let name = self.label_name(slot);
        let bound = self.label();
        let planned = self.tasks.len();
        for (up, _, scope) in self.scopes.outward() {
            if scope.kind == ScopeKind::Tuples {
                let up = narrow(up)?;
                self.tasks.push(Task::Emit(Op::LoadTuple { up, name, bound }, id));
            }
        }
        self.add(Task::Emit(Op::Undefined, id));
        self.add(Task::Place(bound));
        self.planned_from(planned);
        Ok(())
    }

    /// The name under which tuples keep what a `%` refers to.
    pub(super) fn label_name(&mut self, slot: SlotId) -> u32 {
        let mut label = alloc::vec![b'!'];
        write_whole(&mut label, u64::from(self.tree.label(slot)));
        let word = self.word(&label);
        self.name(word)
    }

    fn global(&mut self, name: Word) -> Op {
        if self.words.bytes(name) == b"$" {
            return Op::Root;
        }
        Op::LoadGlobal { builtin: self.named_builtin(name), name: self.name(name) }
    }

    fn named_builtin(&self, name: Word) -> Option<BuiltinId> {
        let name = self.words.bytes(name);
        let helper = match self.library {
            super::Library::Workflow => find_helper(name),
            super::Library::Jsonata => None,
        };
        helper.or_else(|| find(name))
    }

    /// The built-in function that a name means here, unless something can be bound to it.
    pub(super) fn builtin(&self, name: Word) -> Option<BuiltinId> {
        self.is_global(name).then(|| self.named_builtin(name))?
    }

    /// Whether no scope here can bind a name.
    pub(super) fn is_global(&self, name: Word) -> bool {
        let scopes = &self.scopes;
        !scopes.dynamic
            && !scopes.is_tuple_name(name)
            && scopes.outward().all(|(_, id, _)| scopes.slot(id, name).is_none())
    }

    /// The operation that binds a name in the innermost scope of variables.
    pub(super) fn bind(&mut self, name: Word) -> Result<Op> {
        if self.scopes.dynamic {
            return Ok(Op::BindNamed(self.name(name)));
        }
        for (up, id, scope) in self.scopes.outward() {
            if scope.kind == ScopeKind::Tuples {
                continue;
            }
            if let Some(slot) = self.scopes.slot(id, name) {
                return Ok(Op::Bind { up: narrow(up)?, slot: narrow(slot)? });
            }
        }
        Err(bug("a binding without a scope"))
    }
}

fn narrow(value: u32) -> Result<u16> {
    use crate::error::{Error, ErrorKind};
    let limit = u32::from(u16::MAX);
    u16::try_from(value).map_err(|_| Error::from(ErrorKind::SourceTooDeep { limit }))
}
