//! Steps and predicates.

use super::frame::{Entry, Frame, Loop};
use super::{Machine, bug};
use crate::builtin::to_number;
use crate::error::{Error, ErrorKind, Result};
use crate::program::Pc;
use crate::value::{Array, Key, Marks, Text, Value, index, is_numeric};
use alloc::vec::Vec;

impl Machine<'_> {
    /// Pushes a field of every item: a step that is a name.
    #[inline]
    pub(super) fn field(
        &mut self,
        items: Value,
        name: u32,
        last: bool,
        keep: bool,
    ) -> Result<()> {
        let key = self.program.key(name);
        // Most are of one object, and no list.
        if let Value::Object(object) = items {
            let value = self.heap.member(object, key).unwrap_or_default();
            if !matches!(value, Value::Array(_)) {
                self.push(value);
                return Ok(());
            }
        }
        self.fields(items, key, last, keep)
    }

    #[inline(never)]
    fn fields(&mut self, items: Value, key: Key, last: bool, keep: bool) -> Result<()> {
        let base = self.height();
        let Value::Array(array) = items else {
            let value = self.heap.field(items, key, keep)?;
            self.push(value);
            return self.finish_step(base, last);
        };
        self.heap.budget.charge(u64::from(array.len))?;
        for position in 0..array.len {
            let item = self.heap.item(array, position);
            let value = self.heap.field(item, key, keep)?;
            if !value.is_undefined() {
                self.push(value);
            }
        }
        self.finish_step(base, last)
    }

    /// Replaces the results of a step, which are on the stack from `base` up, by what it
    /// results in.
    fn finish_step(&mut self, base: u32, last: bool) -> Result<()> {
        let results = self.room.stack.get(index(base)..).unwrap_or_default();
        let value = self.heap.flatten_results(results, last)?;
        self.truncate(base);
        self.push(value);
        Ok(())
    }

    pub(super) fn each(&mut self, first: bool, end: Pc) -> Result<()> {
        let items = self.pop()?;
        let empty = match items {
            Value::Array(array) => array.len == 0,
            Value::Undefined => !first,
            _ => false,
        };
        if empty {
            self.push(Value::Undefined);
            self.pc = end;
            return Ok(());
        }
        let each = self.open_loop(items, Entry::Item);
        self.room.frames.push(Frame::Each(each));
        self.enter_item(first_of(self, items), Entry::Item)
    }

    pub(super) fn next(&mut self, last: bool) -> Result<()> {
        let result = self.pop()?;
        if !result.is_undefined() {
            self.push(result);
        }
        let Frame::Each(each) = self.top_frame()? else {
            return Err(bug("a step's result without its loop"));
        };
        if let Some(item) = each.advance() {
            let body = each.body;
            let item = self.item_of(item);
            self.pc = body;
            self.heap.budget.charge(1)?;
            return self.enter_item(item, Entry::Item);
        }
        let (base, input) = (each.base, each.input);
        self.room.frames.pop();
        self.input = input;
        self.finish_step(base, last)
    }

    /// Starts a loop whose body begins at the next operation.
    pub(super) fn open_loop(&mut self, items: Value, entry: Entry) -> Loop {
        Loop {
            items,
            position: 0,
            base: self.height(),
            body: self.pc,
            input: self.input,
            scope: self.scope,
            entry,
        }
    }

    /// The item at a place of what a loop iterates over.
    pub(super) fn item_of(&self, (items, position): (Value, u32)) -> Value {
        match items {
            Value::Array(array) => self.heap.item(array, position),
            single => single,
        }
    }

    /// A constructor that is the first of several steps sees the input as a list, which
    /// only a function that takes its context can tell.
    pub(super) fn list_input(&mut self) -> Result<()> {
        self.push(self.input);
        if !matches!(self.input, Value::Array(_)) {
            self.input = self.heap.add_array(&[self.input], Marks::SEQUENCE)?;
        }
        Ok(())
    }

    /// Makes what an array constructor at the beginning of a path gave something to
    /// iterate over. An index has made it a single value, which the reference iterates
    /// over by its `length`: a text by its units, an object by what it calls so.
    pub(super) fn constructed_items(
        &mut self,
        end: Pc,
        keep: bool,
        listed: bool,
    ) -> Result<()> {
        let value = self.pop()?;
        let empty =
            matches!(value, Value::Undefined | Value::String(Text { len: 0, .. }));
        // A function that was passed has the length 0.
        let is_list = matches!(value, Value::Array(_)) || value.is_passed();
        if (empty && keep) || (!empty && listed && !is_list) {
            let what = "an index left a value where a list is needed";
            return Err(Error::from(ErrorKind::NativeFault { what }));
        }
        let items = match value {
            Value::Undefined
            | Value::Array(Array { len: 0, .. })
            | Value::String(Text { len: 0, .. }) => {
                self.pc = end;
                value
            }
            Value::Function(_) if value.is_passed() => {
                self.pc = end;
                value
            }
            Value::Array(_) => value,
            Value::String(text) => {
                let units = self.heap.unit_values(text)?;
                self.heap.add_array(&units, Marks::SEQUENCE)?
            }
            Value::Object(object) => {
                let length = self.heap.find_key(b"length");
                let length = length.and_then(|key| self.heap.member(object, key));
                let length = length.unwrap_or_default();
                if length == Value::Number(0.0) {
                    self.pc = end;
                    value
                } else {
                    let count = to_number(self.heap, length)?;
                    self.numbered_members(object, count)?
                }
            }
            Value::Null => {
                let what = "`null` has no items to go on with";
                return Err(Error::from(ErrorKind::NativeFault { what }));
            }
            _ => Value::Undefined,
        };
        self.push(items);
        Ok(())
    }

    fn numbered_members(
        &mut self,
        object: crate::value::Object,
        count: f64,
    ) -> Result<Value> {
        let mut items = Vec::new();
        let mut position = 0_u32;
        while f64::from(position) < count {
            self.heap.budget.charge(1)?;
            self.heap.budget.allocate(16)?;
            let name = crate::value::format_number(f64::from(position));
            let key = self.heap.find_key(name.as_bytes());
            let item = key.and_then(|key| self.heap.member(object, key));
            items.push(item.unwrap_or_default());
            position = position.saturating_add(1);
        }
        if items.is_empty() {
            return Ok(Value::Undefined);
        }
        self.heap.add_array(&items, Marks::SEQUENCE)
    }

    pub(super) fn filter(&mut self, tuples: bool, end: Pc) -> Result<()> {
        let items = self.pop()?;
        if let Value::Array(Array { len: 0, marks, .. }) = items {
            let marks = kept_marks(marks);
            self.push(Value::Array(Array { start: 0, len: 0, marks }));
            self.pc = end;
            return Ok(());
        }
        let entry = Entry::new(items, tuples);
        let each = self.open_loop(items, entry);
        self.room.frames.push(Frame::Filter(each));
        self.enter_item(first_of(self, items), entry)
    }

    pub(super) fn filter_next(&mut self) -> Result<()> {
        let result = self.pop()?;
        let Frame::Filter(each) = self.top_frame()? else {
            return Err(bug("a predicate's result without its loop"));
        };
        let (items, position) = (each.items, each.position);
        let (scope, entry, input) = (each.scope, each.entry, each.input);
        if entry != Entry::Item {
            let inner = self.scope;
            self.return_to_scope(scope, inner);
        }
        let item = self.item_of((items, position));
        let times = self.selected(result, items, position)?;
        for _ in 0..times {
            self.push(item);
        }
        let Frame::Filter(each) = self.top_frame()? else { return Ok(()) };
        if let Some(item) = each.advance() {
            let body = each.body;
            let item = self.item_of(item);
            self.pc = body;
            self.heap.budget.charge(1)?;
            return self.enter_item(item, entry);
        }
        let base = each.base;
        self.room.frames.pop();
        self.input = input;
        let marks = match items {
            Value::Array(array) => kept_marks(array.marks),
            _ => Marks::SEQUENCE,
        };
        let kept = self.room.stack.get(index(base)..).unwrap_or_default();
        let kept = self.heap.add_array(kept, marks)?;
        self.truncate(base);
        self.push(kept);
        Ok(())
    }

    /// How often a predicate's result selects the item at a position: numbers select by
    /// index, from the end if they are negative, everything else by truth.
    fn selected(&mut self, result: Value, items: Value, position: u32) -> Result<u32> {
        let count = match items {
            Value::Array(array) => array.len,
            _ => 1,
        };
        let hits = |number: f64| {
            let number = libm::floor(number);
            let number = if number < 0.0 { number + f64::from(count) } else { number };
            number == f64::from(position)
        };
        if is_numeric(result)?
            && let Value::Number(number) = result
        {
            return Ok(u32::from(hits(number)));
        }
        if let Value::Array(array) = result {
            self.heap.budget.charge(u64::from(array.len))?;
            let mut all_numbers = true;
            let mut times = 0_u32;
            for &item in self.heap.items(array) {
                all_numbers &= is_numeric(item)?;
                if let Value::Number(number) = item {
                    times = times.saturating_add(u32::from(hits(number)));
                }
            }
            if all_numbers {
                self.heap.budget.charge(u64::from(times))?;
                return Ok(times);
            }
        }
        Ok(u32::from(self.heap.truth(result)?))
    }

    pub(super) fn filter_index(&mut self, number: u32) -> Result<()> {
        let items = self.pop()?;
        let number = self.program.constant(number).as_number().unwrap_or(f64::NAN);
        let (count, marks) = match items {
            Value::Array(array) => (array.len, kept_marks(array.marks)),
            _ => (1, Marks::SEQUENCE),
        };
        let number = libm::floor(number);
        let number = if number < 0.0 { number + f64::from(count) } else { number };
        let found = if number >= 0.0 && number < f64::from(count) {
            self.item_of((items, number as u32))
        } else {
            Value::Undefined
        };
        let kept = match found {
            Value::Undefined => Value::Array(Array { start: 0, len: 0, marks }),
            Value::Array(_) => found,
            single => self.heap.add_array(&[single], marks)?,
        };
        self.push(kept);
        Ok(())
    }

    pub(super) fn keep_singleton(&mut self) -> Result<()> {
        let value = self.pop()?;
        let keep = Marks::SEQUENCE.with(Marks::KEEP);
        let kept = match value {
            Value::Undefined => Value::Undefined,
            Value::Array(array)
                if array.marks.has(Marks::CONSTRUCTED) && !array.is_sequence() =>
            {
                self.heap.add_array(&[value], keep)?
            }
            Value::Array(array) => {
                let marks = array.marks.with(Marks::KEEP);
                Value::Array(Array { marks, ..array })
            }
            single => self.heap.add_array(&[single], keep)?,
        };
        self.push(kept);
        Ok(())
    }

    /// The values of an object or array, the lists among them flattened. The reference
    /// loses the sequence mark when it joins lists, so one list is enough to keep the
    /// result a list.
    pub(super) fn wildcard(&mut self) -> Result<()> {
        let input = match self.input {
            Value::Array(array) if array.marks.has(Marks::OUTER) => {
                self.heap.item(array, 0)
            }
            input => input,
        };
        let values: Vec<Value> = match input {
            Value::Object(object) => self.heap.members(object).map(|(_, v)| v).collect(),
            Value::Array(array) => self.heap.items(array).to_vec(),
            _ => Vec::new(),
        };
        self.heap.pay_items(values.len())?;
        let mut found = Vec::new();
        let mut marks = Marks::SEQUENCE;
        for value in values {
            if let Value::Array(array) = value {
                marks = Marks::NONE;
                self.flatten(array, &mut found)?;
            } else {
                found.push(value);
            }
        }
        let result = self.heap.add_array(&found, marks)?;
        self.push(result);
        Ok(())
    }

    /// The items of an array and of the arrays in it, at any depth.
    fn flatten(&mut self, array: Array, found: &mut Vec<Value>) -> Result<()> {
        let mut open = alloc::vec![(array, 0_u32)];
        while let Some((array, position)) = open.last_mut() {
            let (array, at) = (*array, *position);
            if at >= array.len {
                open.pop();
                continue;
            }
            *position = at.saturating_add(1);
            self.heap.pay_items(1)?;
            match self.heap.item(array, at) {
                Value::Array(inner) => open.push((inner, 0)),
                item => found.push(item),
            }
        }
        Ok(())
    }

    /// A value and everything inside it; arrays stand for their items.
    pub(super) fn descendants(&mut self) -> Result<()> {
        if self.input.is_undefined() {
            self.push(Value::Undefined);
            return Ok(());
        }
        let mut found = Vec::new();
        let mut pending = alloc::vec![self.input];
        while let Some(value) = pending.pop() {
            self.heap.pay_items(1)?;
            match value {
                Value::Array(array) => {
                    pending.extend(self.heap.items(array).iter().rev());
                    continue;
                }
                Value::Object(object) => {
                    let start = pending.len();
                    pending.extend(self.heap.members(object).map(|(_, value)| value));
                    if let Some(own) = pending.get_mut(start..) {
                        own.reverse();
                    }
                }
                _ => {}
            }
            found.push(value);
        }
        let result = match found.as_slice() {
            [only] => *only,
            found => self.heap.add_array(found, Marks::SEQUENCE)?,
        };
        self.push(result);
        Ok(())
    }
}

impl Loop {
    /// Goes on to the next item, and says where it is.
    pub(super) fn advance(&mut self) -> Option<(Value, u32)> {
        self.position = self.position.saturating_add(1);
        match self.items {
            Value::Array(array) if self.position < array.len => {
                Some((self.items, self.position))
            }
            _ => None,
        }
    }
}

fn first_of(machine: &Machine<'_>, items: Value) -> Value {
    machine.item_of((items, 0))
}

/// What a list of kept items is marked as: tuples stay tuples.
fn kept_marks(marks: Marks) -> Marks {
    if marks.has(Marks::TUPLES) {
        Marks::SEQUENCE.with(Marks::TUPLES)
    } else {
        Marks::SEQUENCE
    }
}
