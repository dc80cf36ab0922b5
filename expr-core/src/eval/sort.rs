//! Order-by: a merge sort whose keys are expressions.
//!
//! A key is evaluated when the first comparison needs it and kept, so an item's keys are
//! evaluated once, and one that no comparison needs is never evaluated.

use super::frame::{Entry, Frame};
use super::{Machine, bug};
use crate::error::{Error, ErrorKind, Result};
use crate::merge_sort::MergeSort;
use crate::program::Term;
use crate::value::{Array, Marks, Value, index, length, order_steps, values_at};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// An order-by in progress.
pub(super) struct Sorter {
    /// Which one of the program.
    number: u32,
    items: Vec<Value>,
    entry: Entry,
    /// Keys by item and term, once they are known.
    keys: Vec<Option<Value>>,
    terms: u32,
    sort: MergeSort,
    /// The item and term whose key is being evaluated.
    wanted: (u32, u32),
    input: Value,
    scope: u32,
}

impl Machine<'_> {
    fn sorter(&mut self) -> Result<&mut Sorter> {
        match self.room.frames.last_mut() {
            Some(Frame::Sort(sorter)) => Ok(sorter),
            _ => Err(bug("a sort key without its order-by")),
        }
    }

    fn term(&self, number: u32, term: u32) -> Result<Term> {
        let sorting = self.program.code.sortings.get(index(number));
        let term = sorting.and_then(|sorting| sorting.terms.get(index(term)));
        term.copied().ok_or_else(|| bug("an order-by without its key"))
    }

    pub(super) fn sort(&mut self, number: u32) -> Result<()> {
        let items = self.pop()?;
        let sorting = self.program.code.sortings.get(index(number));
        let sorting = sorting.ok_or_else(|| bug("an order-by is not described"))?;
        let (terms, scoped) = (length(sorting.terms.len()), sorting.tuples);
        let array = match items {
            Value::Array(array) if array.len > 1 => array,
            _ => {
                let empty = matches!(
                    items,
                    Value::Undefined | Value::Array(Array { len: 0, .. })
                );
                self.pc = if empty { sorting.nothing } else { sorting.end };
                self.push(items);
                return Ok(());
            }
        };
        let cells = index(array.len).saturating_mul(index(terms));
        self.heap.pay_items(index(array.len))?;
        self.heap.pay_items(cells)?;
        let sorter = Sorter {
            number,
            items: self.heap.items(array).to_vec(),
            entry: Entry::new(items, scoped),
            keys: alloc::vec![None; cells],
            terms,
            sort: MergeSort::new(array.len),
            wanted: (0, 0),
            input: self.input,
            scope: self.scope,
        };
        self.room.frames.push(Frame::Sort(Box::new(sorter)));
        self.go_on_sorting()
    }

    pub(super) fn sort_next(&mut self) -> Result<()> {
        let key = self.pop()?;
        let sorter = self.sorter()?;
        if sorter.entry != Entry::Item {
            let (scope, inner) = (sorter.scope, self.scope);
            self.return_to_scope(scope, inner);
        }
        let sorter = self.sorter()?;
        let (item, term) = sorter.wanted;
        if let Some(cell) = sorter.cell(item, term) {
            *cell = Some(key);
        }
        self.go_on_sorting()
    }

    /// Compares until a key is missing or everything is sorted.
    fn go_on_sorting(&mut self) -> Result<()> {
        loop {
            let sorter = self.sorter()?;
            let Some((first, second)) = sorter.sort.next_pair() else {
                return self.finish_sorting();
            };
            let mut order = Ordering::Equal;
            let terms = sorter.terms;
            let number = sorter.number;
            for term in 0..terms {
                let described = self.term(number, term)?;
                let Some(left) = self.sort_key(first, term, described)? else {
                    return Ok(());
                };
                let Some(right) = self.sort_key(second, term, described)? else {
                    return Ok(());
                };
                order = self.compare_keys(left, right, described.descending)?;
                if order != Ordering::Equal {
                    break;
                }
            }
            self.sorter()?.sort.answer(order == Ordering::Greater);
        }
    }

    /// A key that is known; else its evaluation begins.
    fn sort_key(
        &mut self,
        item: u32,
        term: u32,
        described: Term,
    ) -> Result<Option<Value>> {
        self.heap.budget.charge(1)?;
        let sorter = self.sorter()?;
        if let Some(&mut Some(key)) = sorter.cell(item, term) {
            return Ok(Some(key));
        }
        sorter.wanted = (item, term);
        let value = sorter.items.get(index(item)).copied().unwrap_or_default();
        let entry = sorter.entry;
        self.pc = described.key;
        self.enter_item(value, entry)?;
        Ok(None)
    }

    /// Missing keys come last, whichever way the order runs.
    fn compare_keys(
        &mut self,
        left: Value,
        right: Value,
        descending: bool,
    ) -> Result<Ordering> {
        match (left.is_undefined(), right.is_undefined()) {
            (true, true) => return Ok(Ordering::Equal),
            (true, false) => return Ok(Ordering::Greater),
            (false, true) => return Ok(Ordering::Less),
            (false, false) => {}
        }
        let sortable = |value| matches!(value, Value::String(_) | Value::Number(_));
        if !sortable(left) || !sortable(right) {
            return Err(Error::from(ErrorKind::BadSortKey));
        }
        if left.as_number().is_some() != right.as_number().is_some() {
            return Err(Error::from(ErrorKind::MixedSortKeys));
        }
        self.heap.budget.charge(order_steps(left, right))?;
        // NaN is neither equal to nor less than anything, so it counts as greater.
        let order = self.heap.order(left, right).unwrap_or(Ordering::Greater);
        Ok(if descending { order.reverse() } else { order })
    }

    fn finish_sorting(&mut self) -> Result<()> {
        let Some(Frame::Sort(sorter)) = self.room.frames.pop() else {
            return Err(bug("an order-by ended twice"));
        };
        self.input = sorter.input;
        self.scope = sorter.scope;
        let sorting = self.program.code.sortings.get(index(sorter.number));
        self.pc = sorting.map(|sorting| sorting.end).unwrap_or_default();
        let sorted = values_at(&sorter.items, sorter.sort.order());
        // What was sorted is a plain list from now on, of tuples too.
        let sorted = self.heap.add_array(&sorted, Marks::NONE)?;
        self.push(sorted);
        Ok(())
    }
}

impl Sorter {
    fn cell(&mut self, item: u32, term: u32) -> Option<&mut Option<Value>> {
        let row = index(item).saturating_mul(index(self.terms));
        self.keys.get_mut(row.saturating_add(index(term)))
    }
}
