//! Arithmetic, comparison, concatenation, ranges.

use super::Machine;
use crate::error::{Error, ErrorKind, Result};
use crate::program::{Arithmetic, Comparison};
use crate::value::{
    Heap, Layout, Marks, Text, Value, equality_steps, format_number, is_integer,
    is_numeric, order_steps, remainder, write_string,
};
use core::cmp::Ordering;

/// JSONata's limit on the items of one range.
const LONGEST_RANGE: f64 = 1e7;

impl Machine<'_> {
    fn pop_operands(&mut self) -> Result<(Value, Value)> {
        let rhs = self.pop()?;
        let lhs = self.pop()?;
        Ok((lhs, rhs))
    }

    pub(super) fn negate(&mut self) -> Result<()> {
        let value = self.pop()?;
        let negated = match value {
            Value::Undefined => Value::Undefined,
            Value::Number(number) if is_numeric(value)? => Value::Number(-number),
            _ => return Err(Error::from(ErrorKind::BadNegation)),
        };
        self.push(negated);
        Ok(())
    }

    /// Both sides are checked even where one of them is missing.
    pub(super) fn arithmetic(&mut self, operator: Arithmetic) -> Result<()> {
        let (lhs, rhs) = self.pop_operands()?;
        if !lhs.is_undefined() && !is_numeric(lhs)? {
            return Err(Error::from(ErrorKind::LeftNotNumber));
        }
        if !rhs.is_undefined() && !is_numeric(rhs)? {
            return Err(Error::from(ErrorKind::RightNotNumber));
        }
        let result = match (lhs, rhs) {
            (Value::Number(lhs), Value::Number(rhs)) => Value::Number(match operator {
                Arithmetic::Add => lhs + rhs,
                Arithmetic::Subtract => lhs - rhs,
                Arithmetic::Multiply => lhs * rhs,
                Arithmetic::Divide => lhs / rhs,
                Arithmetic::Remainder => remainder(lhs, rhs),
            }),
            _ => Value::Undefined,
        };
        self.push(result);
        Ok(())
    }

    pub(super) fn compare(&mut self, operator: Comparison) -> Result<()> {
        let (lhs, rhs) = self.pop_operands()?;
        let comparable = |value| {
            matches!(value, Value::Undefined | Value::String(_) | Value::Number(_))
        };
        if !comparable(lhs) || !comparable(rhs) {
            return Err(Error::from(ErrorKind::BadComparison));
        }
        if lhs.is_undefined() || rhs.is_undefined() {
            self.push(Value::Undefined);
            return Ok(());
        }
        if lhs.as_number().is_some() != rhs.as_number().is_some() {
            return Err(Error::from(ErrorKind::MixedComparison));
        }
        self.heap.budget.charge(order_steps(lhs, rhs))?;
        let order = self.heap.order(lhs, rhs);
        let holds = match operator {
            Comparison::Less => order == Some(Ordering::Less),
            Comparison::LessEqual => {
                matches!(order, Some(Ordering::Less | Ordering::Equal))
            }
            Comparison::Greater => order == Some(Ordering::Greater),
            Comparison::GreaterEqual => {
                matches!(order, Some(Ordering::Greater | Ordering::Equal))
            }
        };
        self.push(Value::Bool(holds));
        Ok(())
    }

    /// `=` and `!=` are both false where a side is missing.
    pub(super) fn equality(&mut self, equal: bool) -> Result<()> {
        let (lhs, rhs) = self.pop_operands()?;
        let present = !lhs.is_undefined() && !rhs.is_undefined();
        let holds = present && self.heap.deep_equal(lhs, rhs)? == equal;
        self.push(Value::Bool(holds));
        Ok(())
    }

    pub(super) fn contains(&mut self) -> Result<()> {
        let (lhs, rhs) = self.pop_operands()?;
        let found = match (lhs, rhs) {
            (Value::Undefined, _) | (_, Value::Undefined) => false,
            (lhs, Value::Array(list)) => {
                self.heap.budget.charge(u64::from(list.len))?;
                let mut found = false;
                for position in 0..list.len {
                    let item = self.heap.item(list, position);
                    self.heap.budget.charge(equality_steps(item, lhs))?;
                    if self.heap.same(item, lhs) {
                        found = true;
                        break;
                    }
                }
                found
            }
            (lhs, single) => {
                self.heap.budget.charge(equality_steps(lhs, single))?;
                self.heap.same(lhs, single)
            }
        };
        self.push(Value::Bool(found));
        Ok(())
    }

    pub(super) fn concat(&mut self) -> Result<()> {
        let (lhs, rhs) = self.pop_operands()?;
        let lhs = to_text(self.heap, lhs)?;
        let rhs = to_text(self.heap, rhs)?;
        let joined = self.heap.concat(lhs, rhs)?;
        self.push(Value::String(joined));
        Ok(())
    }

    pub(super) fn range(&mut self) -> Result<()> {
        let (lhs, rhs) = self.pop_operands()?;
        let integer = |value: Value| match value {
            Value::Undefined => true,
            Value::Number(number) => is_integer(number),
            _ => false,
        };
        if !integer(lhs) {
            return Err(Error::from(ErrorKind::LeftNotInteger));
        }
        if !integer(rhs) {
            return Err(Error::from(ErrorKind::RightNotInteger));
        }
        let result = match (lhs, rhs) {
            (Value::Number(from), Value::Number(to)) if from <= to => {
                self.numbers(from, to)?
            }
            _ => Value::Undefined,
        };
        self.push(result);
        Ok(())
    }

    fn numbers(&mut self, from: f64, to: f64) -> Result<Value> {
        let size = to - from + 1.0;
        if size > LONGEST_RANGE {
            return Err(Error::from(ErrorKind::RangeTooLong));
        }
        // At most 10⁷, so the conversion is exact.
        let count = libm::trunc(size) as u32;
        self.heap.pay_items(crate::value::index(count))?;
        let numbers = (0..count).map(|offset| Value::Number(from + f64::from(offset)));
        let numbers: alloc::vec::Vec<Value> = numbers.collect();
        Ok(self.heap.add_array_unpaid(&numbers, Marks::SEQUENCE))
    }
}

/// What `&` makes of a value: nothing of a missing one, JSON text of arrays and objects.
pub(super) fn to_text(heap: &mut Heap, value: Value) -> Result<Text> {
    match value {
        Value::Undefined | Value::Function(_) => Ok(Text::default()),
        Value::String(text) => Ok(text),
        Value::Bool(true) => heap.add_text(b"true"),
        Value::Bool(false) => heap.add_text(b"false"),
        Value::Null => heap.add_text(b"null"),
        Value::Number(number) if !number.is_finite() => {
            Err(Error::from(ErrorKind::StringOfNonFinite))
        }
        Value::Number(number) if is_integer(number) => {
            heap.add_text(format_number(number).as_bytes())
        }
        Value::Array(array) if array.marks.has(Marks::OUTER) => {
            let inner = heap.item(array, 0);
            let json = write_string(heap, inner, Layout::Compact)?;
            heap.add_text(&json)
        }
        value => {
            let json = write_string(heap, value, Layout::Compact)?;
            heap.add_text(&json)
        }
    }
}
