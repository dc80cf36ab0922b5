//! `$sort`: a stable merge sort, whose comparisons may be calls.

use super::coerce::{self, fault};
use super::higher_order::Finished;
use super::{Context, Next, Resume, Waiting, argument};
use crate::error::{Error, ErrorKind, Result};
use crate::merge_sort::{self, MergeSort};
use crate::value::{Array, Heap, Marks, Value, index, is_numeric, values_at};
use alloc::boxed::Box;
use core::cmp::Ordering;

/// The body of `$sort`.
pub(super) fn sort(context: &mut Context<'_>, arguments: &[Value]) -> Result<Waiting> {
    let list = match argument(arguments, 0) {
        Value::Array(list) if list.len > 1 => list,
        value @ (Value::Array(_) | Value::Undefined) => {
            return Ok(Box::new(Finished(value)));
        }
        _ => return Err(fault("a list is expected")),
    };
    match argument(arguments, 1) {
        Value::Undefined => {
            let sorted = sort_scalars(context.heap, list)?;
            Ok(Box::new(Finished(sorted)))
        }
        comparator => {
            context.heap.pay_items(index(list.len))?;
            let sort = MergeSort::new(list.len);
            context.heap.budget.charge(sort.moves())?;
            Ok(Box::new(Sorting { list, sort, comparator }))
        }
    }
}

/// Strings or numbers, which need no call to be compared.
fn sort_scalars(heap: &mut Heap, list: Array) -> Result<Value> {
    let count = u64::from(list.len);
    heap.budget.charge(count)?;
    let mut numbers = true;
    for position in 0..list.len {
        // An infinite number is an error even among strings.
        numbers &= is_numeric(heap.item(list, position))?;
    }
    let items = heap.items(list);
    if !numbers && !items.iter().all(|item| matches!(item, Value::String(_))) {
        return Err(Error::from(ErrorKind::SortNeedsFunction));
    }
    let text_steps =
        |item: &Value| item.as_text().map_or(0, |text| u64::from(text.len >> 5));
    let level = count.saturating_add(items.iter().map(text_steps).sum());
    let levels = u64::from(u64::BITS.saturating_sub(count.leading_zeros()));
    heap.budget.charge(level.saturating_mul(levels))?;
    heap.pay_items(index(list.len))?;
    let items = heap.items(list);
    let sorted = if numbers {
        let number = |item: &Value| match *item {
            Value::Number(number) => Some(number),
            _ => None,
        };
        let numbers = items.iter().filter_map(number).collect();
        merge_sort::sort(numbers, |a, b| a > b).into_iter().map(Value::Number).collect()
    } else {
        let order = merge_sort::sorted(items.len(), &|left, right| {
            let (Some(&left), Some(&right)) = (items.get(left), items.get(right)) else {
                return false;
            };
            heap.order(left, right) == Some(Ordering::Greater)
        });
        values_at(items, &order)
    };
    Ok(heap.add_array_unpaid(&sorted, Marks::NONE))
}

/// A sort whose comparisons are calls.
struct Sorting {
    list: Array,
    sort: MergeSort,
    comparator: Value,
}

impl Resume for Sorting {
    fn resume(
        &mut self,
        context: &mut Context<'_>,
        result: Option<Value>,
    ) -> Result<Next> {
        if let Some(result) = result {
            self.sort.answer(coerce::is_truthy(result));
        }
        let heap = &mut *context.heap;
        if let Some((left, right)) = self.sort.next_pair() {
            let pair =
                alloc::vec![heap.item(self.list, left), heap.item(self.list, right)];
            return Ok(Next::Call(self.comparator, pair));
        }
        let sorted = values_at(heap.items(self.list), self.sort.order());
        heap.add_array(&sorted, Marks::NONE).map(Next::Done)
    }
}
