//! Variables → slots.
//!
//! A block or function body has a scope if something is bound in it. A name can be bound
//! later than it is read, so a read tries the scopes outward, one operation each, and what
//! no scope has is a binding of the host or a built-in function. Where `$eval` is within
//! reach, scopes keep their names, and every name is looked up when it is read.

use super::{Compiler, Task, bug};
use crate::builtin::{find, find_helper};
use crate::error::Result;
use crate::program::Op;
use crate::syntax::{NodeId, NodeKind, SlotId, Tree};
use crate::text::Wtf8Buf;
use crate::value::{index, length};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
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
    names: Vec<Vec<u8>>,
    /// How many of them are parameters, which are always bound.
    parameters: usize,
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
    /// The names bound directly in a block, a function body or the program.
    bound: BTreeMap<Option<NodeId>, Vec<Vec<u8>>>,
    /// Every name that a tuple can bind.
    tuple_names: BTreeSet<Vec<u8>>,
    /// Whether `$eval` is within reach.
    dynamic: bool,
    blocks: BTreeMap<NodeId, ScopeId>,
}

impl Scopes {
    /// Finds out which scope each binding belongs to.
    pub(super) fn new(tree: &Tree, root: NodeId, dynamic: bool) -> Scopes {
        let mut scopes = Scopes {
            scopes: Vec::new(),
            current: ScopeId::ROOT,
            bound: BTreeMap::new(),
            tuple_names: BTreeSet::new(),
            dynamic,
            blocks: BTreeMap::new(),
        };
        scopes.survey(tree, root);
        let names = scopes.bound.remove(&None).unwrap_or_default();
        let kind = ScopeKind::Variables;
        scopes.scopes.push(Scope { parent: None, kind, names, parameters: 0 });
        scopes
    }

    fn survey(&mut self, tree: &Tree, root: NodeId) {
        let mut seen = BTreeSet::new();
        let mut pending = vec![(root, None)];
        while let Some((id, owner)) = pending.pop() {
            if !seen.insert(id) {
                continue;
            }
            let Some(node) = tree.get(id) else { continue };
            let mut inner = owner;
            match &node.kind {
                NodeKind::Bind { name, .. } => {
                    let name = name.as_wtf8().bytes().to_vec();
                    let names: &mut Vec<Vec<u8>> = self.bound.entry(owner).or_default();
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                NodeKind::Block(_) | NodeKind::Lambda { .. } => inner = Some(id),
                NodeKind::Variable(name) => {
                    self.dynamic |= name.as_wtf8().bytes() == b"eval";
                }
                _ => {}
            }
            for name in node.focus.iter().chain(&node.index) {
                self.tuple_names.insert(name.as_wtf8().bytes().to_vec());
            }
            for stage in &node.stages {
                if let crate::syntax::StageKind::Index(name) = &stage.kind {
                    self.tuple_names.insert(name.as_wtf8().bytes().to_vec());
                }
            }
            pending.extend(tree.children(id).into_iter().map(|child| (child, inner)));
        }
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
        if let Some(&known) = self.blocks.get(&block) {
            return Some(known);
        }
        let names = self.bound.get(&Some(block)).cloned().unwrap_or_default();
        if names.is_empty() && !self.dynamic {
            return None;
        }
        let scope = self.add(ScopeKind::Variables, names, 0);
        self.blocks.insert(block, scope);
        Some(scope)
    }

    /// The scope of a function body: its parameters, then what is bound in it.
    pub(super) fn add_lambda(
        &mut self,
        lambda: NodeId,
        parameters: &[Wtf8Buf],
    ) -> ScopeId {
        let mut names: Vec<Vec<u8>> =
            parameters.iter().map(|name| name.as_wtf8().bytes().to_vec()).collect();
        let count = names.len();
        for name in self.bound.get(&Some(lambda)).into_iter().flatten() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        self.add(ScopeKind::Variables, names, count)
    }

    /// A scope for the names that tuples bind.
    pub(super) fn add_tuples(&mut self, parent: ScopeId) -> ScopeId {
        let before = self.current;
        self.current = parent;
        let scope = self.add(ScopeKind::Tuples, Vec::new(), 0);
        self.current = before;
        scope
    }

    fn add(
        &mut self,
        kind: ScopeKind,
        names: Vec<Vec<u8>>,
        parameters: usize,
    ) -> ScopeId {
        self.scopes.push(Scope { parent: Some(self.current), kind, names, parameters });
        ScopeId(length(self.scopes.len()).saturating_sub(1))
    }

    fn get(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(index(id.0))
    }

    /// The scopes from the current one outward, with how far up each is.
    fn outward(&self) -> impl Iterator<Item = (u32, &Scope)> {
        let mut next = Some(self.current);
        let mut up = 0_u32;
        core::iter::from_fn(move || {
            let scope = self.get(next?)?;
            next = scope.parent;
            let distance = up;
            up = up.saturating_add(1);
            Some((distance, scope))
        })
    }
}

impl Scope {
    fn slot(&self, name: &[u8]) -> Option<usize> {
        // Of two parameters with one name the later one is meant.
        self.names.iter().rposition(|found| found == name)
    }
}

impl Compiler<'_> {
    /// The layout of a scope: the names of its slots.
    pub(super) fn layout(&mut self, scope: ScopeId) -> u32 {
        let names = self.scopes.get(scope).map(|scope| scope.names.clone());
        let layout =
            names.unwrap_or_default().iter().map(|name| self.name(name)).collect();
        self.code.layouts.push(layout);
        length(self.code.layouts.len()).saturating_sub(1)
    }

    /// Plans reading a variable.
    pub(super) fn load(&mut self, name: &Wtf8Buf, site: u32) -> Result<()> {
        let name = name.as_wtf8().bytes();
        if name.is_empty() {
            self.plan(vec![Task::EmitAt(Op::Input, site)]);
            return Ok(());
        }
        let number = self.name(name);
        if self.scopes.dynamic {
            self.plan(vec![Task::EmitAt(Op::LoadNamed(number), site)]);
            return Ok(());
        }
        let bound = self.label();
        let is_tuple_name = self.scopes.tuple_names.contains(name);
        let mut tasks = Vec::new();
        let mut always_bound = false;
        for (up, scope) in self.scopes.outward() {
            let up = narrow(up)?;
            if scope.kind == ScopeKind::Tuples {
                if is_tuple_name {
                    tasks.push(Task::EmitAt(
                        Op::LoadTuple { up, name: number, bound },
                        site,
                    ));
                }
            } else if let Some(slot) = scope.slot(name) {
                let place = narrow(length(slot))?;
                tasks.push(Task::EmitAt(Op::Load { up, slot: place, bound }, site));
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
        for (up, scope) in self.scopes.outward() {
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
        let label = format!("!{}", self.tree.label(slot));
        self.name(label.as_bytes())
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
    pub(super) fn is_global(&self, name: &[u8]) -> bool {
        !self.scopes.dynamic
            && !self.scopes.tuple_names.contains(name)
            && self.scopes.outward().all(|(_, scope)| scope.slot(name).is_none())
    }

    /// The operation that binds a name in the innermost scope of variables.
    pub(super) fn bind(&mut self, name: &Wtf8Buf) -> Result<Op> {
        let name = name.as_wtf8().bytes();
        if self.scopes.dynamic {
            return Ok(Op::BindNamed(self.name(name)));
        }
        for (up, scope) in self.scopes.outward() {
            if scope.kind == ScopeKind::Tuples {
                continue;
            }
            if let Some(slot) = scope.slot(name) {
                return Ok(Op::Bind { up: narrow(up)?, slot: narrow(length(slot))? });
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
