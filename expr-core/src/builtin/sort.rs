//! `$sort`: a stable merge sort, whose comparisons may be calls.

use super::coerce::{self, fault};
use super::higher_order::Finished;
use super::{Context, Next, Resume, Waiting, argument};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Array, Heap, Marks, Value, index, is_numeric};
use alloc::boxed::Box;
use alloc::vec::Vec;
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
            let items = context.heap.items(list).to_vec();
            let tasks = alloc::vec![Task::Sort { from: 0, to: items.len() }];
            let merge = None;
            Ok(Box::new(Sorting { items, tasks, merge, comparator }))
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
    let mut sorted = heap.items(list).to_vec();
    sorted.sort_by(|&left, &right| heap.order(left, right).unwrap_or(Ordering::Equal));
    Ok(heap.add_array_unpaid(&sorted, Marks::NONE))
}

/// Something still to do with a range of the items.
enum Task {
    Sort { from: usize, to: usize },
    Merge { from: usize, middle: usize, to: usize },
}

/// Two sorted neighbours on their way into one. The left one was copied out; what is
/// merged fills the place from its start on and never overtakes the right one.
struct Merge {
    left: Vec<Value>,
    taken_left: usize,
    next_right: usize,
    to: usize,
    next: usize,
}

struct Sorting {
    items: Vec<Value>,
    tasks: Vec<Task>,
    merge: Option<Merge>,
    comparator: Value,
}

impl Sorting {
    /// The pair that the current merge needs compared. None when it has come to its end.
    fn pair(&self) -> Option<(Value, Value)> {
        let merge = self.merge.as_ref()?;
        if merge.next_right >= merge.to {
            return None;
        }
        let left = *merge.left.get(merge.taken_left)?;
        Some((left, *self.items.get(merge.next_right)?))
    }

    /// Goes on with what a comparison said: whether the left one comes after the right.
    fn take(&mut self, after: bool) {
        let Some(merge) = self.merge.as_mut() else { return };
        let value = if after {
            let value = self.items.get(merge.next_right).copied();
            merge.next_right = merge.next_right.saturating_add(1);
            value
        } else {
            let value = merge.left.get(merge.taken_left).copied();
            merge.taken_left = merge.taken_left.saturating_add(1);
            value
        };
        if let (Some(place), Some(value)) = (self.items.get_mut(merge.next), value) {
            *place = value;
        }
        merge.next = merge.next.saturating_add(1);
    }

    /// What is left of the left neighbour goes to the end; the right one's is there.
    fn finish_merge(&mut self) {
        let Some(merge) = self.merge.take() else { return };
        let rest = merge.left.get(merge.taken_left..).unwrap_or_default();
        let places = self.items.get_mut(merge.next..).unwrap_or_default();
        for (place, &value) in places.iter_mut().zip(rest) {
            *place = value;
        }
    }

    fn start(&mut self, heap: &mut Heap, task: Task) -> Result<()> {
        match task {
            Task::Sort { from, to } => {
                let len = to.saturating_sub(from);
                if len > 1 {
                    let middle = from.saturating_add(len / 2);
                    self.tasks.push(Task::Merge { from, middle, to });
                    self.tasks.push(Task::Sort { from: middle, to });
                    self.tasks.push(Task::Sort { from, to: middle });
                }
            }
            Task::Merge { from, middle, to } => {
                let len = crate::value::length(to.saturating_sub(from));
                heap.budget.charge(u64::from(len))?;
                let left = self.items.get(from..middle).unwrap_or_default().to_vec();
                let next_right = middle;
                self.merge =
                    Some(Merge { left, taken_left: 0, next_right, to, next: from });
            }
        }
        Ok(())
    }
}

impl Resume for Sorting {
    fn resume(
        &mut self,
        context: &mut Context<'_>,
        result: Option<Value>,
    ) -> Result<Next> {
        if let Some(result) = result {
            self.take(coerce::is_truthy(result));
        }
        loop {
            if let Some((left, right)) = self.pair() {
                return Ok(Next::Call(self.comparator, alloc::vec![left, right]));
            }
            self.finish_merge();
            match self.tasks.pop() {
                Some(task) => self.start(context.heap, task)?,
                None => {
                    let sorted = context.heap.add_array(&self.items, Marks::NONE)?;
                    return Ok(Next::Done(sorted));
                }
            }
        }
    }
}
