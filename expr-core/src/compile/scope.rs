//! Variables → slots.
//!
//! A block or function body has a scope if something is bound in it. A name can be bound
//! later than it is read, so a read tries the scopes outward, one operation each, and what
//! no scope has is a binding of the host or a built-in function. Where `$eval` is within
//! reach, scopes keep their names, and every name is looked up when it is read.

use super::name::Names;
use super::{Compiler, Task, bug};
use crate::builtin::{find, find_helper};
use crate::decimal::write_whole;
use crate::error::Result;
use crate::map::NumberMap;
use crate::program::{NameIndex, Op};
use crate::size::{index, length};
use crate::syntax::{NodeId, NodeKind, SlotId, StageKind, Tree};
use crate::text::Wtf8Buf;
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
    names: Vec<NameIndex>,
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
    /// the place after the node's number.
    bound: Vec<Vec<NameIndex>>,
    /// The slot of a name in a scope.
    slots: NumberMap,
    /// Every name that a tuple can bind.
    tuple_names: NumberMap,
    /// Whether `$eval` is within reach.
    dynamic: bool,
    /// The scopes of blocks, by node.
    blocks: Vec<Option<ScopeId>>,
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
    pub(super) fn new(
        tree: &Tree,
        root: NodeId,
        dynamic: bool,
        names: &mut Names,
    ) -> Scopes {
        let mut scopes = Scopes {
            scopes: Vec::new(),
            current: ScopeId::ROOT,
            bound: vec![Vec::new(); tree.len().saturating_add(1)],
            slots: NumberMap::default(),
            tuple_names: NumberMap::default(),
            dynamic,
            blocks: vec![None; tree.len()],
        };
        scopes.survey(tree, root, names);
        let bound = scopes.bound_in(PROGRAM);
        scopes.add(None, ScopeKind::Variables, bound, 0);
        scopes
    }

    fn survey(&mut self, tree: &Tree, root: NodeId, names: &mut Names) {
        let mut seen = vec![false; tree.len()];
        let mut known = NumberMap::default();
        let mut pending = vec![(root, PROGRAM)];
        while let Some((id, owner)) = pending.pop() {
            match seen.get_mut(index(id.0)) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let Some(node) = tree.get(id) else { continue };
            let mut inner = owner;
            match &node.kind {
                NodeKind::Bind { name, .. } => {
                    let name = names.number(name.as_wtf8().bytes());
                    if known.insert(pair(length(owner), name), 0).is_none()
                        && let Some(bound) = self.bound.get_mut(owner)
                    {
                        bound.push(name);
                    }
                }
                NodeKind::Block(_) | NodeKind::Lambda { .. } => inner = owner_of(id),
                NodeKind::Variable(name) => {
                    self.dynamic |= name.as_wtf8().bytes() == b"eval";
                }
                _ => {}
            }
            let stages = node.stages.iter().filter_map(|stage| match &stage.kind {
                StageKind::Index(name) => Some(name),
                StageKind::Filter(_) => None,
            });
            for name in node.focus.iter().chain(&node.index).chain(stages) {
                let name = names.number(name.as_wtf8().bytes());
                self.tuple_names.insert(u64::from(name), 0);
            }
            for child in tree.children(id) {
                pending.push((child, inner));
            }
        }
    }

    fn bound_in(&mut self, owner: usize) -> Vec<NameIndex> {
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
        let at = index(block.0);
        if let Some(&Some(known)) = self.blocks.get(at) {
            return Some(known);
        }
        let names = self.bound_in(owner_of(block));
        if names.is_empty() && !self.dynamic {
            return None;
        }
        let scope = self.add(Some(self.current), ScopeKind::Variables, names, 0);
        if let Some(known) = self.blocks.get_mut(at) {
            *known = Some(scope);
        }
        Some(scope)
    }

    /// The scope of a function body: its parameters, then what is bound in it.
    pub(super) fn add_lambda(
        &mut self,
        lambda: NodeId,
        parameters: Vec<NameIndex>,
    ) -> ScopeId {
        let count = length(parameters.len());
        let mut names = parameters;
        // A parameter that is bound again keeps its slot: the later slot would hide it.
        let mut known = NumberMap::default();
        for &name in &names {
            known.insert(u64::from(name), 0);
        }
        for name in self.bound_in(owner_of(lambda)) {
            if known.get(u64::from(name)).is_none() {
                names.push(name);
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
        names: Vec<NameIndex>,
        parameters: u32,
    ) -> ScopeId {
        let scope = length(self.scopes.len());
        // Of two parameters with one name the later one is meant.
        for (&name, slot) in names.iter().zip(0..length(names.len())).rev() {
            self.slots.insert(pair(scope, name), slot);
        }
        self.scopes.push(Scope { parent, kind, names, parameters });
        ScopeId(scope)
    }

    fn get(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(index(id.0))
    }

    fn slot(&self, scope: ScopeId, name: NameIndex) -> Option<u32> {
        self.slots.get(pair(scope.0, name))
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

    fn is_tuple_name(&self, name: NameIndex) -> bool {
        self.tuple_names.get(u64::from(name)).is_some()
    }
}

impl Compiler<'_> {
    /// The layout of a scope: the names of its slots.
    pub(super) fn layout(&mut self, scope: ScopeId) -> u32 {
        let names = self.scopes.get(scope).map(|scope| scope.names.clone());
        self.code.layouts.push(names.unwrap_or_default());
        length(self.code.layouts.len()).saturating_sub(1)
    }

    /// Plans reading a variable.
    pub(super) fn load(&mut self, name: &Wtf8Buf, raw: bool, site: u32) -> Result<()> {
        let name = name.as_wtf8().bytes();
        if name.is_empty() {
            self.plan(vec![Task::EmitAt(Op::Input { raw }, site)]);
            return Ok(());
        }
        let number = self.name(name);
        if !raw && (self.scopes.dynamic || self.scopes.is_tuple_name(number)) {
            self.plan(vec![Task::EmitAt(Op::Unwrap { keep: false }, site)]);
        }
        if self.scopes.dynamic {
            self.plan(vec![Task::EmitAt(Op::LoadNamed(number), site)]);
            return Ok(());
        }
        let bound = self.label();
        let is_tuple_name = self.scopes.is_tuple_name(number);
        let mut tasks = Vec::new();
        let mut always_bound = false;
        for (up, id, scope) in self.scopes.outward() {
            let up = narrow(up)?;
            if scope.kind == ScopeKind::Tuples {
                if is_tuple_name {
                    tasks.push(Task::EmitAt(
                        Op::LoadTuple { up, name: number, bound },
                        site,
                    ));
                }
            } else if let Some(slot) = self.scopes.slot(id, number) {
                let place = narrow(slot)?;
                tasks.push(Task::EmitAt(Op::Load { up, slot: place, raw, bound }, site));
                always_bound = slot < scope.parameters;
                if always_bound {
                    break;
                }
            }
        }
        if !always_bound {
            tasks.push(Task::EmitAt(self.global(name, number), site));
        }
        tasks.push(Task::Place(bound));
        self.plan(tasks);
        Ok(())
    }

    /// Plans reading what a `%` refers to.
    pub(super) fn load_parent(&mut self, slot: SlotId, id: NodeId) -> Result<()> {
        let name = self.label_name(slot);
        let bound = self.label();
        let mut tasks = Vec::new();
        for (up, _, scope) in self.scopes.outward() {
            if scope.kind == ScopeKind::Tuples {
                let up = narrow(up)?;
                tasks.push(Task::Emit(Op::LoadTuple { up, name, bound }, id));
            }
        }
        tasks.push(Task::Emit(Op::Undefined, id));
        tasks.push(Task::Place(bound));
        self.plan(tasks);
        Ok(())
    }

    /// The name under which tuples keep what a `%` refers to.
    pub(super) fn label_name(&mut self, slot: SlotId) -> u32 {
        let mut label = alloc::vec![b'!'];
        write_whole(&mut label, u64::from(self.tree.label(slot)));
        self.name(&label)
    }

    fn global(&self, name: &[u8], number: u32) -> Op {
        if name == b"$" {
            return Op::Root;
        }
        let helper = match self.library {
            super::Library::Workflow => find_helper(name),
            super::Library::Jsonata => None,
        };
        Op::LoadGlobal { name: number, builtin: helper.or_else(|| find(name)) }
    }

    /// The built-in function that a name means here, unless something can be bound to it.
    pub(super) fn builtin(&mut self, name: &[u8]) -> Option<crate::builtin::BuiltinId> {
        if !self.is_global(name) {
            return None;
        }
        match self.global(name, 0) {
            Op::LoadGlobal { builtin, .. } => builtin,
            _ => None,
        }
    }

    /// Whether no scope here can bind a name.
    pub(super) fn is_global(&mut self, name: &[u8]) -> bool {
        let name = self.name(name);
        let scopes = &self.scopes;
        !scopes.dynamic
            && !scopes.is_tuple_name(name)
            && scopes.outward().all(|(_, id, _)| scopes.slot(id, name).is_none())
    }

    /// The operation that binds a name in the innermost scope of variables.
    pub(super) fn bind(&mut self, name: &Wtf8Buf) -> Result<Op> {
        let name = name.as_wtf8().bytes();
        if self.scopes.dynamic {
            return Ok(Op::BindNamed(self.name(name)));
        }
        let name = self.name(name);
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
