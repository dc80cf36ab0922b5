//! Tuples: items with the names that `@`, `#` and `%` bind beside them.
//!
//! A tuple is an object of the heap. Its member `@` is the item, the others are variables
//! and what a `%` further on may ask for.

use super::frame::{Entry, Frame};
use super::{Machine, bug};
use crate::error::Result;
use crate::program::{Pc, TupleStep};
use crate::value::{Array, Key, Marks, Object, Value, index, split_members};
use alloc::vec::Vec;

/// The marks of a list of tuples.
const TUPLES: Marks = Marks::SEQUENCE.with(Marks::TUPLES);

impl Machine<'_> {
    /// The name of the item in its tuple.
    pub(super) fn tuple_key(&mut self) -> Key {
        self.heap.intern(b"@")
    }

    fn described(&self, step: u32) -> Result<TupleStep> {
        let step = self.program.code.tuple_steps.get(index(step)).copied();
        step.ok_or_else(|| bug("a step that makes tuples is not described"))
    }

    pub(super) fn tuple_each(&mut self, step: u32, end: Pc, path_end: Pc) -> Result<()> {
        let described = self.described(step)?;
        let mut items = self.pop()?;
        if described.plain {
            let empty =
                matches!(items, Value::Undefined | Value::Array(Array { len: 0, .. }));
            if empty && !described.begins {
                self.push(items);
                self.pc = path_end;
                return Ok(());
            }
            items = self.plain_tuples(items, described.whole)?;
        }
        if let Value::Array(array) = items
            && array.len == 0
        {
            let empty = self.heap.add_array(&[], TUPLES)?;
            self.push(empty);
            self.pc = end;
            return Ok(());
        }
        let each = self.open_loop(items, Entry::Tuple);
        self.room.frames.push(Frame::Tuples { each, step });
        let first = self.item_of((items, 0));
        self.enter_item(first, Entry::Tuple)
    }

    /// A tuple for every item.
    fn plain_tuples(&mut self, items: Value, whole: bool) -> Result<Value> {
        let at = self.tuple_key();
        let mut items =
            if whole { alloc::vec![items] } else { self.heap.to_items(items) };
        self.heap.pay_items(items.len())?;
        for item in &mut items {
            *item = self.heap.add_object(&[at], &[*item])?;
        }
        self.heap.add_array(&items, TUPLES)
    }

    pub(super) fn tuple_next(&mut self) -> Result<()> {
        let result = self.pop()?;
        let Frame::Tuples { each, step } = self.top_frame()? else {
            return Err(bug("a step's tuples without their loop"));
        };
        let (items, position, step) = (each.items, each.position, *step);
        let (scope, input) = (each.scope, each.input);
        let inner = self.scope;
        self.return_to_scope(scope, inner);
        let tuple = self.item_of((items, position));
        if let Value::Object(tuple) = tuple {
            self.extend_tuple(tuple, result, step)?;
        }
        let Frame::Tuples { each, .. } = self.top_frame()? else { return Ok(()) };
        if let Some(item) = each.advance() {
            let body = each.body;
            let item = self.item_of(item);
            self.pc = body;
            self.heap.budget.charge(1)?;
            return self.enter_item(item, Entry::Tuple);
        }
        let base = each.base;
        self.room.frames.pop();
        self.input = input;
        let tuples = self.room.stack.get(index(base)..).unwrap_or_default();
        let tuples = self.heap.add_array(tuples, TUPLES)?;
        self.truncate(base);
        self.push(tuples);
        Ok(())
    }

    /// Pushes a tuple for every result of a step, with what it binds.
    fn extend_tuple(&mut self, tuple: Object, result: Value, step: u32) -> Result<()> {
        let step = self.described(step)?;
        let at = self.tuple_key();
        let item = self.heap.member(tuple, at).unwrap_or_default();
        let (count, nested) = match result {
            Value::Undefined => (0, false),
            Value::Array(array) => (array.len, array.marks.has(Marks::TUPLES)),
            _ => (1, false),
        };
        for position in 0..count {
            let value = self.item_of((result, position));
            let mut extended = self.heap.member_list(tuple);
            if nested {
                if let Value::Object(inner) = value {
                    let members = self.heap.member_list(inner);
                    for member in members {
                        set(&mut extended, member);
                    }
                }
            } else {
                match step.focus {
                    Some(focus) => {
                        set(&mut extended, (self.program.key(focus), value));
                        set(&mut extended, (at, item));
                    }
                    None => set(&mut extended, (at, value)),
                }
                if let Some(name) = step.index {
                    let position = Value::Number(f64::from(position));
                    set(&mut extended, (self.program.key(name), position));
                }
                if let Some(label) = step.ancestor {
                    set(&mut extended, (self.program.key(label), item));
                }
            }
            let tuple = self.add_tuple(extended)?;
            self.push(tuple);
        }
        Ok(())
    }

    fn add_tuple(&mut self, members: Vec<(Key, Value)>) -> Result<Value> {
        let (keys, values) = split_members(&members);
        self.heap.add_object(&keys, &values)
    }

    /// Makes sorted items tuples, where a path's first tuples come from an order-by.
    pub(super) fn tuple_sorted(&mut self, step: u32) -> Result<()> {
        let step = self.described(step)?;
        let items = self.pop()?;
        if items.is_undefined() && !step.begins {
            self.push(Value::Undefined);
            return Ok(());
        }
        let at = self.tuple_key();
        let count = match items {
            Value::Array(array) => array.len,
            _ => 1,
        };
        let mut tuples = Vec::new();
        for position in 0..count {
            let mut members = alloc::vec![(at, self.item_of((items, position)))];
            if let Some(name) = step.index {
                let position = Value::Number(f64::from(position));
                set(&mut members, (self.program.key(name), position));
            }
            tuples.push(self.add_tuple(members)?);
        }
        let tuples = self.heap.add_array(&tuples, TUPLES)?;
        self.push(tuples);
        Ok(())
    }

    /// Binds each tuple's position in the list under a name.
    pub(super) fn tuple_index(&mut self, name: u32) -> Result<()> {
        let tuples = self.pop()?;
        let Value::Array(array) = tuples else {
            self.push(tuples);
            return Ok(());
        };
        let key = self.program.key(name);
        let mut indexed = Vec::new();
        for position in 0..array.len {
            let Value::Object(tuple) = self.heap.item(array, position) else { continue };
            let mut members = self.heap.member_list(tuple);
            set(&mut members, (key, Value::Number(f64::from(position))));
            indexed.push(self.add_tuple(members)?);
        }
        let indexed = self.heap.add_array(&indexed, array.marks)?;
        self.push(indexed);
        Ok(())
    }

    /// The items that tuples stand for.
    pub(super) fn tuple_items(&mut self) -> Result<()> {
        let tuples = self.pop()?;
        let Value::Array(array) = tuples else {
            self.push(tuples);
            return Ok(());
        };
        let at = self.tuple_key();
        let mut items = Vec::new();
        for position in 0..array.len {
            self.heap.pay_items(1)?;
            items.push(match self.heap.item(array, position) {
                Value::Object(tuple) => self.heap.member(tuple, at).unwrap_or_default(),
                item => item,
            });
        }
        let items = self.heap.add_array(&items, Marks::SEQUENCE)?;
        self.push(items);
        Ok(())
    }

    /// One tuple for a group of tuples: every name bound to all its values. Gives the
    /// item and the tuple.
    pub(super) fn reduce_tuples(&mut self, tuples: &[Value]) -> Result<(Value, Value)> {
        let at = self.tuple_key();
        let mut merged: Vec<(Key, Value)> = Vec::new();
        for (number, tuple) in tuples.iter().enumerate() {
            let Value::Object(tuple) = *tuple else { continue };
            let members = self.heap.member_list(tuple);
            for (key, value) in members {
                let known = merged.iter().find(|member| member.0 == key);
                let value = match known {
                    Some(&(_, known)) if number > 0 => self.heap.append(known, value)?,
                    _ => value,
                };
                set(&mut merged, (key, value));
            }
        }
        let item = merged.iter().find(|member| member.0 == at).map(|member| member.1);
        merged.retain(|member| member.0 != at);
        let tuple = self.add_tuple(merged)?;
        Ok((item.unwrap_or_default(), tuple))
    }
}

fn set(members: &mut Vec<(Key, Value)>, (key, value): (Key, Value)) {
    match members.iter_mut().find(|member| member.0 == key) {
        Some(member) => member.1 = value,
        None => members.push((key, value)),
    }
}
