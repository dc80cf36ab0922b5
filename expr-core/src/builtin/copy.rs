//! `$clone`: what reading back a value's JSON text would give, without the text.

use crate::error::{Error, ErrorKind, Result};
use crate::value::{
    Heap, Key, Marks, Text, Value, index, is_integer, round_to_15_digits,
};
use alloc::vec::Vec;

/// A container whose items are being copied.
struct Open {
    original: Value,
    position: u32,
    /// How many values were copied before its own.
    values: usize,
    keys: usize,
}

/// A copy with everything that JSON text changes: numbers have 15 significant digits,
/// functions are empty text, nothing is null in a list and absent in an object.
pub(super) fn copied(heap: &mut Heap, value: Value) -> Result<Value> {
    let mut open: Vec<Open> = Vec::new();
    let mut keys: Vec<Key> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let mut next = Some(value);
    loop {
        if let Some(value) = next.take() {
            heap.budget.charge(1)?;
            match value {
                Value::Array(_) | Value::Object(_) => open.push(Open {
                    original: value,
                    position: 0,
                    values: values.len(),
                    keys: keys.len(),
                }),
                scalar => values.push(copied_scalar(scalar)?),
            }
        }
        let Some(top) = open.last_mut() else {
            return Ok(values.pop().unwrap_or_default());
        };
        let position = top.position;
        top.position = position.saturating_add(1);
        match top.original {
            Value::Array(list) if position < list.len => {
                next = Some(heap.item(list, position));
            }
            Value::Object(object) if position < heap.member_count(object) => {
                let member = heap.member_at(object, position);
                if !member.is_undefined() {
                    let key = heap.keys(object).get(index(position)).copied();
                    keys.push(key.unwrap_or_default());
                    next = Some(member);
                }
            }
            original => {
                let (from_value, from_key) = (top.values, top.keys);
                let own = values.get(from_value..).unwrap_or_default();
                let copy = match original {
                    Value::Object(_) => heap.add_plain_object(
                        keys.get(from_key..).unwrap_or_default(),
                        own,
                    )?,
                    _ => heap.add_array(own, Marks::NONE)?,
                };
                values.truncate(from_value);
                keys.truncate(from_key);
                values.push(copy);
                open.pop();
            }
        }
    }
}

fn copied_scalar(value: Value) -> Result<Value> {
    Ok(match value {
        Value::Undefined => Value::Null,
        Value::Function(_) => Value::String(Text::default()),
        Value::Number(number) if number.is_nan() => Value::Null,
        Value::Number(number) if !number.is_finite() => {
            return Err(Error::from(ErrorKind::NumberOverflow));
        }
        // The text of -0 is 0.
        Value::Number(number) if is_integer(number) => Value::Number(number + 0.0),
        Value::Number(number) => Value::Number(round_to_15_digits(number)),
        value => value,
    })
}
