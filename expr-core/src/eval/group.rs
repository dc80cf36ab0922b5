//! Object constructors and group-by.
//!
//! All keys are evaluated first, then the values, each over the items that share its key.

use super::frame::{Entry, Frame};
use super::{Machine, bug};
use crate::error::{Error, ErrorKind, Result};
use crate::map::NumberMap;
use crate::program::{Pair, is_reserved_key};
use crate::value::{Array, Key, Marks, Value, index, length};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A group-by in progress.
pub(super) struct Grouper {
    /// Which one of the program.
    number: u32,
    /// What is grouped: the items of an array, or the value itself.
    items: Value,
    count: u32,
    /// Whether the items are tuples, and whether each opens a scope.
    tuples: bool,
    scoped: bool,
    position: u32,
    pair: u32,
    groups: Vec<Members>,
    by_key: NumberMap,
    /// The group whose value is being evaluated, once all keys are known.
    valued: Option<u32>,
    /// The values so far are on the stack from here up.
    base: u32,
    input: Value,
    scope: u32,
}

/// The items that share a key.
struct Members {
    key: Key,
    pair: u32,
    items: Vec<Value>,
}

impl Machine<'_> {
    fn grouping_pair(&self, number: u32, pair: u32) -> Option<Pair> {
        let grouping = self.program.code.groupings.get(index(number))?;
        grouping.pairs.get(index(pair)).copied()
    }

    fn grouper(&mut self) -> Result<&mut Grouper> {
        match self.room.frames.last_mut() {
            Some(Frame::Group(grouper)) => Ok(grouper),
            _ => Err(bug("a group's part without the group")),
        }
    }

    pub(super) fn group(&mut self, number: u32) -> Result<()> {
        let mut items = self.pop()?;
        let grouping = self.program.code.groupings.get(index(number));
        let grouping = grouping.ok_or_else(|| bug("a lost group-by"))?;
        let (scoped, fixed) = (grouping.tuples, grouping.fixed);
        let marks = items.as_array().map(|array| array.marks).unwrap_or_default();
        let tuples = marks.has(Marks::TUPLES);
        if let Value::Array(Array { len: 0, .. }) = items
            && !tuples
        {
            items = Value::Undefined;
        }
        let count = items.as_array().map_or(1, |array| array.len);
        if fixed && count == 1 && !scoped {
            let item = self.item_of((items, 0));
            return self.construct(number, item);
        }
        let grouper = Grouper {
            number,
            items,
            count,
            tuples,
            scoped,
            position: 0,
            pair: 0,
            groups: Vec::new(),
            by_key: NumberMap::default(),
            valued: None,
            base: self.height(),
            input: self.input,
            scope: self.scope,
        };
        self.room.frames.push(Frame::Group(Box::new(grouper)));
        self.next_key()
    }

    pub(super) fn group_next(&mut self) -> Result<()> {
        if let Some(Frame::Construct(_)) = self.room.frames.last() {
            return self.construct_next();
        }
        let result = self.pop()?;
        self.leave_group_scope()?;
        let grouper = self.grouper()?;
        match grouper.valued {
            None => {
                let key = match result {
                    Value::Undefined => None,
                    Value::String(text) => Some(self.heap.intern_text(text)),
                    _ => return Err(Error::from(ErrorKind::KeyNotString)),
                };
                self.add_key(key)?;
                self.next_key()
            }
            Some(valued) => {
                grouper.valued = Some(valued.saturating_add(1));
                self.push(result);
                self.next_value()
            }
        }
    }

    /// Goes on until a key has to be evaluated, or to the values.
    fn next_key(&mut self) -> Result<()> {
        loop {
            let grouper = self.grouper()?;
            if grouper.position >= grouper.count {
                grouper.valued = Some(0);
                return self.next_value();
            }
            let (number, pair) = (grouper.number, grouper.pair);
            let (items, position, scoped) =
                (grouper.items, grouper.position, grouper.scoped);
            let Some(pair) = self.grouping_pair(number, pair) else {
                let grouper = self.grouper()?;
                grouper.pair = 0;
                grouper.position = position.saturating_add(1);
                continue;
            };
            self.heap.budget.charge(1)?;
            match pair.literal {
                Some(name) => {
                    let key = self.program.key(name);
                    self.add_key(Some(key))?;
                }
                None => {
                    self.pc = pair.key;
                    let item = self.item_of((items, position));
                    return self.enter_item(item, Entry::new(items, scoped));
                }
            }
        }
    }

    /// Adds the current item under a key, and goes on to the next pair.
    fn add_key(&mut self, key: Option<Key>) -> Result<()> {
        self.heap.budget.allocate(32)?;
        let grouper = self.grouper()?;
        let (pair, source) = (grouper.pair, (grouper.items, grouper.position));
        grouper.pair = pair.saturating_add(1);
        let Some(key) = key else { return Ok(()) };
        let item = self.item_of(source);
        let name = self.heap.name(key);
        if is_reserved_key(self.heap.bytes(name)) {
            return Err(Error::from(ErrorKind::ReservedKey {
                key: self.heap.text(name).to_owned(),
            }));
        }
        let grouper = self.grouper()?;
        let known = grouper.by_key.get(u64::from(key.0));
        let known = known.and_then(|group| grouper.groups.get_mut(index(group)));
        match known {
            None => {
                grouper.by_key.insert(u64::from(key.0), length(grouper.groups.len()));
                grouper.groups.push(Members { key, pair, items: alloc::vec![item] });
                Ok(())
            }
            Some(group) if group.pair == pair => {
                group.items.push(item);
                Ok(())
            }
            Some(_) => Err(Error::from(ErrorKind::DuplicateKey {
                key: self.heap.text(name).to_owned(),
            })),
        }
    }

    fn next_value(&mut self) -> Result<()> {
        let grouper = self.grouper()?;
        let valued = grouper.valued.unwrap_or(0);
        let (number, tuples, scoped) = (grouper.number, grouper.tuples, grouper.scoped);
        let Some(group) = grouper.groups.get_mut(index(valued)) else {
            return self.finish_group();
        };
        let (items, pair) = (core::mem::take(&mut group.items), group.pair);
        let pair = self.grouping_pair(number, pair);
        let pair = pair.ok_or_else(|| bug("a group without its pair"))?;
        self.heap.budget.charge(1)?;
        self.pc = pair.value;
        if tuples {
            let (item, tuple) = self.reduce_tuples(&items)?;
            self.open_tuple_scope(tuple)?;
            self.input = item;
            return Ok(());
        }
        self.input = self.gathered(&items)?;
        if scoped {
            self.open_tuple_scope(Value::Undefined)?;
        }
        Ok(())
    }

    /// The items of a group as one value: a single one is itself, several are a list in
    /// which lists are flattened.
    fn gathered(&mut self, items: &[Value]) -> Result<Value> {
        let mut present = items.iter().copied().filter(|item| !item.is_undefined());
        match (present.next(), present.next()) {
            (None, _) => Ok(Value::Undefined),
            (Some(only), None) => Ok(only),
            _ => {
                let mut all = Vec::new();
                for &item in items.iter().filter(|item| !item.is_undefined()) {
                    all.extend(self.heap.to_items(item));
                }
                self.heap.add_array(&all, Marks::NONE)
            }
        }
    }

    fn leave_group_scope(&mut self) -> Result<()> {
        let grouper = self.grouper()?;
        if grouper.scoped {
            let (scope, inner) = (grouper.scope, self.scope);
            self.return_to_scope(scope, inner);
        }
        Ok(())
    }

    fn finish_group(&mut self) -> Result<()> {
        let Some(Frame::Group(grouper)) = self.room.frames.pop() else {
            return Err(bug("a group ended twice"));
        };
        self.input = grouper.input;
        self.scope = grouper.scope;
        let grouping = self.program.code.groupings.get(index(grouper.number));
        self.pc = grouping.map(|grouping| grouping.end).unwrap_or_default();
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (group, &value) in grouper.groups.iter().zip(self.above(grouper.base)) {
            if !value.is_undefined() {
                keys.push(group.key);
                values.push(value);
            }
        }
        let object = self.heap.add_object(&keys, &values)?;
        self.truncate(grouper.base);
        self.push(object);
        Ok(())
    }
}
