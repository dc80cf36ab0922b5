//! Equality, order and truth.

use super::{Array, Heap, Object, Value};
use crate::error::{Error, ErrorKind, Result};
use alloc::vec::Vec;
use core::cmp::Ordering;

/// What it takes to find which of two texts comes first, besides the pair: the shorter one
/// may have to be read.
pub(crate) fn order_steps(left: Value, right: Value) -> u64 {
    match (left.as_text(), right.as_text()) {
        (Some(left), Some(right)) => u64::from(left.len.min(right.len) >> 5),
        _ => 0,
    }
}

/// What it takes to find whether two texts are equal, besides the pair: nothing where
/// their lengths tell.
pub(crate) fn equality_steps(left: Value, right: Value) -> u64 {
    let len = |value: Value| value.as_text().map(|text| text.len);
    if len(left) == len(right) { order_steps(left, right) } else { 0 }
}

impl Heap {
    /// JSONata's `=`: deep, with the order of keys ignored. A pair of values costs a step.
    pub(crate) fn deep_equal(&mut self, left: Value, right: Value) -> Result<bool> {
        let mut pending: Vec<(Value, Value)> = Vec::new();
        let mut pair = Some((left, right));
        while let Some((left, right)) = pair {
            self.budget.charge(equality_steps(left, right).saturating_add(1))?;
            let equal = match (left, right) {
                (Value::Array(left), Value::Array(right)) => {
                    self.equal_arrays(left, right, &mut pending)
                }
                (Value::Object(left), Value::Object(right)) => {
                    self.equal_objects(left, right, &mut pending)
                }
                // JavaScript compares an array's own names, its length among them.
                (Value::Array(array), Value::Object(object))
                | (Value::Object(object), Value::Array(array)) => {
                    self.equal_mixed(array, object, &mut pending)
                }
                (left, right) => self.same(left, right),
            };
            if !equal {
                return Ok(false);
            }
            pair = pending.pop();
        }
        Ok(true)
    }

    /// JavaScript's `===`: text by content, arrays and objects by identity.
    pub(crate) fn same(&self, left: Value, right: Value) -> bool {
        match (left, right) {
            (Value::String(left), Value::String(right)) => {
                left.len == right.len && self.bytes(left) == self.bytes(right)
            }
            (Value::Function(left), Value::Function(right)) => {
                let builtin = |number| match self.function(number) {
                    Some(super::Function::Builtin(id)) => Some(*id),
                    _ => None,
                };
                left == right
                    || builtin(left).is_some() && builtin(left) == builtin(right)
            }
            (left, right) => left == right,
        }
    }

    fn equal_arrays(
        &self,
        left: Array,
        right: Array,
        pending: &mut Vec<(Value, Value)>,
    ) -> bool {
        if left.len != right.len {
            return false;
        }
        if left.start != right.start {
            let pairs = self.items(left).iter().zip(self.items(right));
            pending.extend(pairs.map(|(&left, &right)| (left, right)).rev());
        }
        true
    }

    fn equal_objects(
        &self,
        left: Object,
        right: Object,
        pending: &mut Vec<(Value, Value)>,
    ) -> bool {
        if left == right {
            return true;
        }
        if self.member_count(left) != self.member_count(right) {
            return false;
        }
        let start = pending.len();
        for (key, value) in self.members(left) {
            let Some(other) = self.member(right, key) else { return false };
            pending.push((value, other));
        }
        if let Some(own) = pending.get_mut(start..) {
            own.reverse();
        }
        true
    }

    fn equal_mixed(
        &self,
        array: Array,
        object: Object,
        pending: &mut Vec<(Value, Value)>,
    ) -> bool {
        if self.member_count(object) != array.len.saturating_add(1) {
            return false;
        }
        let Some(length) = self.find_key(b"length") else { return false };
        let expected = Some(Value::Number(f64::from(array.len)));
        if self.member(object, length) != expected {
            return false;
        }
        // Keys that spell an index come first, in order.
        for ((key, value), position) in self.members(object).zip(0_u32..array.len) {
            if self.key_index(key) != Some(position) {
                return false;
            }
            pending.push((self.item(array, position), value));
        }
        true
    }

    /// The order of two numbers or two texts; `None` for anything else, and with NaN.
    pub(crate) fn order(&self, left: Value, right: Value) -> Option<Ordering> {
        match (left, right) {
            (Value::Number(left), Value::Number(right)) => left.partial_cmp(&right),
            (Value::String(left), Value::String(right)) => {
                Some(self.text(left).cmp_units(self.text(right)))
            }
            _ => None,
        }
    }

    /// JSONata's cast to a boolean. Functions, `null`, NaN and everything empty are false;
    /// a list is true when one of its items is. An infinite number is an error.
    pub(crate) fn truth(&mut self, value: Value) -> Result<bool> {
        match value {
            Value::Bool(truth) => Ok(truth),
            Value::Array(_) => self.any_truth(value),
            scalar => self.scalar_truth(scalar),
        }
    }

    fn any_truth(&mut self, value: Value) -> Result<bool> {
        let mut pending: Vec<Array> = Vec::new();
        let mut next = Some(value);
        let mut any = false;
        loop {
            while let Some(value) = next.take() {
                match value {
                    Value::Array(array) if array.len == 1 => {
                        self.budget.charge(1)?;
                        next = Some(self.item(array, 0));
                    }
                    Value::Array(array) => {
                        self.budget.charge(u64::from(array.len))?;
                        pending.push(array);
                    }
                    scalar => any |= self.scalar_truth(scalar)?,
                }
            }
            // Every item is looked at: an infinite number after a true one still fails.
            let Some(top) = pending.last_mut() else { return Ok(any) };
            if top.len == 0 {
                pending.pop();
                continue;
            }
            let first = Array { len: 1, ..*top };
            top.start = top.start.saturating_add(1);
            top.len = top.len.saturating_sub(1);
            next = Some(self.item(first, 0));
        }
    }

    fn scalar_truth(&self, value: Value) -> Result<bool> {
        Ok(match value {
            Value::Bool(value) => value,
            Value::String(text) => text.len > 0,
            Value::Number(_) => is_numeric(value)? && value != Value::Number(0.0),
            Value::Object(object) => self.member_count(object) > 0,
            _ => false,
        })
    }
}

/// Whether a value counts as a number: NaN does not, an infinite one is an error.
pub(crate) fn is_numeric(value: Value) -> Result<bool> {
    match value {
        Value::Number(number) if number.is_infinite() => {
            Err(Error::from(ErrorKind::NumberOverflow))
        }
        Value::Number(number) => Ok(!number.is_nan()),
        _ => Ok(false),
    }
}

impl Heap {
    /// The characters of a text, one value each, as iterating over a JavaScript string by
    /// its length gives them: UTF-16 units.
    pub(crate) fn unit_values(&mut self, text: super::Text) -> Result<Vec<Value>> {
        let count = self.text(text).utf16_len();
        self.pay_items(count)?;
        let mut values = Vec::with_capacity(count);
        for unit in self.text(text).to_units() {
            let character = crate::text::Wtf8Buf::from_units(&[unit]).into_bytes();
            values.push(Value::String(self.add_text(&character)?));
        }
        Ok(values)
    }
}
