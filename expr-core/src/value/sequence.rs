//! Sequences: how lists of results flatten, unwrap and keep.

use super::{Array, Heap, Key, Marks, Value};
use crate::error::Result;
use alloc::vec::Vec;

impl Heap {
    /// What a sequence is as a value: nothing when it is empty, its item when it has one
    /// and was not told to stay a list.
    pub(crate) fn unwrap_sequence(&self, value: Value) -> Value {
        match value {
            Value::Array(array)
                if array.is_sequence() && !array.marks.has(Marks::TUPLES) =>
            {
                match array.len {
                    0 => Value::Undefined,
                    1 if !array.marks.has(Marks::KEEP) => self.item(array, 0),
                    _ => value,
                }
            }
            value => value,
        }
    }

    /// The result of a path that stays a list although it may have one item.
    pub(crate) fn keep_sequence(&mut self, value: Value) -> Result<Value> {
        let keep = Marks::SEQUENCE.with(Marks::KEEP);
        match value {
            Value::Array(array) if array.is_sequence() => {
                let marks = array.marks.with(Marks::KEEP);
                Ok(self.unwrap_sequence(Value::Array(Array { marks, ..array })))
            }
            Value::Undefined | Value::Array(_) => Ok(value),
            single => self.add_array(&[single], keep),
        }
    }

    /// A list of step results as the next step iterates over it: arrays are flattened
    /// one level unless a constructor made them. In the last step a single plain array
    /// stays the very array it is.
    pub(crate) fn flatten_results(
        &mut self,
        results: &[Value],
        last: bool,
    ) -> Result<Value> {
        if let [only] = results {
            match *only {
                Value::Array(array) if last && !array.is_sequence() => return Ok(*only),
                Value::Array(array) if array.marks.has(Marks::CONSTRUCTED) => {}
                Value::Array(array) => return Ok(as_sequence(array)),
                _ => return Ok(*only),
            }
        }
        if results.is_empty() {
            return Ok(Value::Undefined);
        }
        if !results.iter().any(|&result| is_flattened(result)) {
            return self.add_array(results, Marks::SEQUENCE);
        }
        let mut items = Vec::new();
        for &result in results {
            self.extend_items(&mut items, result)?;
        }
        match items.as_slice() {
            [] => Ok(Value::Undefined),
            [only] if !matches!(only, Value::Array(_) | Value::Undefined) => Ok(*only),
            items => self.add_array(items, Marks::SEQUENCE),
        }
    }

    /// Adds a result to a list, or its items when it is an array to be flattened.
    fn extend_items(&mut self, items: &mut Vec<Value>, result: Value) -> Result<()> {
        match result {
            Value::Array(array) if is_flattened(result) => {
                self.budget.charge(u64::from(array.len))?;
                self.budget.allocate(u64::from(array.len).saturating_mul(16))?;
                items.extend_from_slice(self.items(array));
            }
            single => items.push(single),
        }
        Ok(())
    }

    /// A field of a value. Over an array it is the list of its items' fields, flattened;
    /// arrays inside arrays are searched too. A list of one item is that item, unless it
    /// is to be kept.
    pub(crate) fn field(&mut self, value: Value, key: Key, keep: bool) -> Result<Value> {
        let marks =
            if keep { Marks::SEQUENCE.with(Marks::KEEP) } else { Marks::SEQUENCE };
        match value {
            Value::Object(object) => Ok(match self.member(object, key) {
                // Only an expression can have put it there.
                Some(Value::Array(array)) if array.is_sequence() => {
                    let marks = array.marks.with(marks);
                    self.unwrap_sequence(Value::Array(Array { marks, ..array }))
                }
                member => member.unwrap_or_default(),
            }),
            Value::Array(array) => {
                let mut found = Vec::new();
                self.collect_field(array, key, &mut found)?;
                match found.as_slice() {
                    [] => Ok(Value::Undefined),
                    [only] if !keep => Ok(*only),
                    found => self.add_array(found, marks),
                }
            }
            _ => Ok(Value::Undefined),
        }
    }

    fn collect_field(
        &mut self,
        array: Array,
        key: Key,
        found: &mut Vec<Value>,
    ) -> Result<()> {
        let mut open = alloc::vec![(array, 0_u32)];
        while let Some((array, position)) = open.last_mut() {
            let (array, at) = (*array, *position);
            if at >= array.len {
                open.pop();
                continue;
            }
            *position = at.saturating_add(1);
            self.budget.charge(1)?;
            match self.item(array, at) {
                Value::Object(object) => match self.member(object, key) {
                    Some(Value::Array(values)) => {
                        self.budget.charge(u64::from(values.len))?;
                        self.budget.allocate(u64::from(values.len).saturating_mul(16))?;
                        found.extend_from_slice(self.items(values));
                    }
                    Some(Value::Undefined) | None => {}
                    Some(value) => found.push(value),
                },
                Value::Array(inner) => open.push((inner, 0)),
                _ => {}
            }
        }
        Ok(())
    }

    /// JSONata's append: both sides as lists, one after the other; undefined adds nothing.
    pub(crate) fn append(&mut self, left: Value, right: Value) -> Result<Value> {
        if left.is_undefined() {
            return Ok(right);
        }
        if right.is_undefined() {
            return Ok(left);
        }
        let mut items = self.to_items(left);
        let right = self.to_items(right);
        self.budget.charge(1)?;
        items.extend_from_slice(&right);
        self.add_array(&items, Marks::NONE)
    }

    /// The items of an array, or the value as the only one.
    pub(crate) fn to_items(&self, value: Value) -> Vec<Value> {
        match value {
            Value::Array(array) => self.items(array).to_vec(),
            single => alloc::vec![single],
        }
    }
}

/// The same items as a sequence.
fn as_sequence(array: Array) -> Value {
    match array.len {
        0 => Value::Undefined,
        _ => Value::Array(Array { marks: Marks::SEQUENCE, ..array }),
    }
}

/// Whether the items of a value take its place in a list of results.
fn is_flattened(value: Value) -> bool {
    matches!(value, Value::Array(array) if !array.marks.has(Marks::CONSTRUCTED))
}
