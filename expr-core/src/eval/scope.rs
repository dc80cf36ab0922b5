//! Variables at run time.

use super::frame::Entry;
use super::{Frame, Machine, bug};
use crate::builtin::{BuiltinId, find, find_helper};
use crate::compile::Library;
use crate::error::Result;
use crate::program::{NO_NAMES, Pc};
use crate::value::{Function, Key, Value, index, length};
use alloc::vec::Vec;

/// Marks a variable that nothing was bound to yet. No function has this number.
const UNBOUND: Value = Value::Function(u32::MAX);

/// Bytes charged for a scope and for each of its variables.
const SCOPE: u64 = 16;

struct Scope {
    parent: Option<u32>,
    /// Its first variable.
    start: u32,
    program: u32,
    layout: u32,
    /// The tuple whose names it binds.
    tuple: Value,
}

/// All scopes, the innermost last; those that no function captured are dropped on leaving.
#[derive(Default)]
pub(super) struct Scopes {
    scopes: Vec<Scope>,
    variables: Vec<Value>,
    /// Scopes below this number are captured.
    captured: u32,
    /// Names that `$eval` bound in scopes that have no place for them.
    extra: Vec<(u32, Key, Value)>,
}

impl Scopes {
    fn get(&self, scope: u32) -> Option<&Scope> {
        self.scopes.get(index(scope))
    }

    pub(super) fn count(&self) -> u32 {
        length(self.scopes.len())
    }

    /// For how much there is room.
    pub(super) fn capacity(&self) -> usize {
        let lists =
            [self.scopes.capacity(), self.variables.capacity(), self.extra.capacity()];
        lists.into_iter().fold(0, usize::max)
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.captured = 0;
        self.release(0);
    }

    /// Drops the scopes from `count` on, unless a function captured one of them.
    pub(super) fn release(&mut self, count: u32) {
        if self.captured > count {
            return;
        }
        if let Some(first) = self.scopes.get(index(count)) {
            self.variables.truncate(index(first.start));
            self.scopes.truncate(index(count));
            while self.extra.last().is_some_and(|&(scope, ..)| scope >= count) {
                self.extra.pop();
            }
        }
    }
}

impl Machine<'_> {
    /// Opens a scope and gives its number.
    pub(super) fn open_scope(&mut self, parent: Option<u32>, layout: u32) -> Result<u32> {
        let names = self.program.code.layouts.get(index(layout));
        let count = names.map_or(0, Vec::len);
        let size = u64::from(length(count)).saturating_add(1).saturating_mul(SCOPE);
        self.heap.budget.allocate(size)?;
        let start = length(self.room.scopes.variables.len());
        let end = self.room.scopes.variables.len().saturating_add(count);
        self.room.scopes.variables.resize(end, UNBOUND);
        let (program, tuple) = (self.program.number, Value::Undefined);
        let scope = Scope { parent, start, program, layout, tuple };
        self.room.scopes.scopes.push(scope);
        Ok(self.room.scopes.count().saturating_sub(1))
    }

    /// Opens a scope for the names that a tuple binds.
    pub(super) fn open_tuple_scope(&mut self, tuple: Value) -> Result<()> {
        self.heap.budget.allocate(SCOPE)?;
        let start = length(self.room.scopes.variables.len());
        let (parent, program) = (Some(self.scope), self.program.number);
        let scope = Scope { parent, start, program, layout: NO_NAMES, tuple };
        self.room.scopes.scopes.push(scope);
        self.scope = self.room.scopes.count().saturating_sub(1);
        Ok(())
    }

    /// Goes back to a scope further out and drops those inside it.
    pub(super) fn return_to_scope(&mut self, scope: u32, inner: u32) {
        self.scope = scope;
        self.room.scopes.release(inner);
    }

    pub(super) fn leave_scope(&mut self) {
        let inner = self.scope;
        let parent = self.room.scopes.get(inner).and_then(|scope| scope.parent);
        self.return_to_scope(parent.unwrap_or(0), inner);
    }

    /// The innermost scope, which a function now refers to.
    pub(super) fn capture(&mut self) -> u32 {
        self.room.scopes.captured =
            self.room.scopes.captured.max(self.scope.saturating_add(1));
        self.scope
    }

    fn scope_up(&self, up: u16) -> Option<&Scope> {
        let mut scope = self.room.scopes.get(self.scope)?;
        for _ in 0..up {
            scope = self.room.scopes.get(scope.parent?)?;
        }
        Some(scope)
    }

    pub(super) fn load(&mut self, (up, slot): (u16, u16), raw: bool, bound: Pc) {
        let start = self.scope_up(up).map(|scope| scope.start);
        let place = start.map(|start| index(start).saturating_add(usize::from(slot)));
        let value =
            place.and_then(|place| self.room.scopes.variables.get(place)).copied();
        if let Some(value) = value
            && value != UNBOUND
        {
            let value = if raw { value } else { self.heap.unwrap_sequence(value) };
            self.push(value);
            self.pc = bound;
        }
    }

    pub(super) fn load_tuple(&mut self, up: u16, name: u32, bound: Pc) {
        let key = self.program.key(name);
        let tuple = self.scope_up(up).map(|scope| scope.tuple);
        if let Some(Value::Object(tuple)) = tuple
            && let Some(value) = self.heap.member(tuple, key)
        {
            self.push(value);
            self.pc = bound;
        }
    }

    pub(super) fn bind(&mut self, up: u16, slot: u16) -> Result<()> {
        let value = self.room.stack.last().copied().unwrap_or_default();
        let start = self.scope_up(up).map(|scope| scope.start);
        let place = start.map(|start| index(start).saturating_add(usize::from(slot)));
        let variable = place.and_then(|place| self.room.scopes.variables.get_mut(place));
        *variable.ok_or_else(|| bug("a binding without a place"))? = value;
        Ok(())
    }

    /// Binds the parameters of a function, which are the first variables of its scope.
    pub(super) fn bind_parameters(
        &mut self,
        scope: u32,
        count: u32,
        arguments: &[Value],
    ) {
        let Some(start) = self.room.scopes.get(scope).map(|scope| index(scope.start))
        else {
            return;
        };
        let end = start.saturating_add(index(count));
        let variables =
            self.room.scopes.variables.get_mut(start..end).unwrap_or_default();
        let given = arguments.iter().copied().chain(core::iter::repeat(Value::Undefined));
        for (variable, value) in variables.iter_mut().zip(given) {
            *variable = value;
        }
    }

    /// Binds a name that the source need not have: in its place if the scope has one.
    pub(super) fn bind_named(&mut self, name: u32) -> Result<()> {
        let value = self.room.stack.last().copied().unwrap_or_default();
        let (key, scope) = (self.program.key(name), self.scope);
        if let Some(place) = self.place_in(scope, key)
            && let Some(variable) = self.room.scopes.variables.get_mut(place)
        {
            *variable = value;
            return Ok(());
        }
        self.heap.budget.allocate(SCOPE)?;
        self.room.scopes.extra.push((scope, key, value));
        Ok(())
    }

    /// Where a scope keeps the variable of that name.
    fn place_in(&self, scope: u32, key: Key) -> Option<usize> {
        let scope = self.room.scopes.get(scope)?;
        let program = self.loaded(scope.program)?;
        let names = program.code.layouts.get(index(scope.layout))?;
        let slot = names.iter().rposition(|&name| program.key(name) == key)?;
        Some(index(scope.start).saturating_add(slot))
    }

    pub(super) fn load_named(&mut self, name: u32) -> Result<()> {
        let key = self.program.key(name);
        let value = match self.find_named(key)? {
            Some(value) => value,
            None => {
                let text = self.heap.name(key);
                match self.heap.bytes(text) {
                    b"$" => self.given.context,
                    bytes => {
                        let helper = match self.given.library {
                            Library::Workflow => find_helper(bytes),
                            Library::Jsonata => None,
                        };
                        let builtin = helper.or_else(|| find(bytes));
                        self.global(key, builtin)?
                    }
                }
            }
        };
        self.push(value);
        Ok(())
    }

    fn find_named(&mut self, key: Key) -> Result<Option<Value>> {
        let mut next = Some(self.scope);
        while let Some(number) = next {
            self.heap.budget.charge(1)?;
            let extra = self.room.scopes.extra.iter().rev();
            let mut extra =
                extra.filter(|&&(scope, name, _)| scope == number && name == key);
            if let Some(&(_, _, value)) = extra.next() {
                return Ok(Some(value));
            }
            if let Some(place) = self.place_in(number, key)
                && let Some(&value) = self.room.scopes.variables.get(place)
                && value != UNBOUND
            {
                return Ok(Some(value));
            }
            let Some(scope) = self.room.scopes.get(number) else { break };
            if let Value::Object(tuple) = scope.tuple
                && let Some(value) = self.heap.member(tuple, key)
            {
                return Ok(Some(value));
            }
            next = scope.parent;
        }
        Ok(None)
    }

    /// What a name means outside of all scopes.
    pub(super) fn global(
        &mut self,
        key: Key,
        builtin: Option<BuiltinId>,
    ) -> Result<Value> {
        if let Some(bindings) = self.given.bindings
            && let Some(value) = self.heap.member(bindings, key)
        {
            return Ok(value);
        }
        match builtin {
            Some(BuiltinId(number)) => self.heap.add_function(Function::Builtin(number)),
            None => Ok(Value::Undefined),
        }
    }

    /// The item that a frame iterates over, with the scope of its tuple.
    pub(super) fn enter_item(&mut self, item: Value, entry: Entry) -> Result<()> {
        self.input = item;
        match (entry, item) {
            (Entry::Item, _) => Ok(()),
            (Entry::Tuple, Value::Object(tuple)) => {
                let at = self.tuple_key();
                self.input = self.heap.member(tuple, at).unwrap_or_default();
                self.open_tuple_scope(item)
            }
            _ => self.open_tuple_scope(Value::Undefined),
        }
    }

    /// The frame on top, if it is a loop of the kind that `matches` picks.
    pub(super) fn top_frame(&mut self) -> Result<&mut Frame> {
        self.room.frames.last_mut().ok_or_else(|| bug("a part without its construct"))
    }
}
