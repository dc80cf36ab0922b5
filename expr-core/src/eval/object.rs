//! Object constructors with keys that are known and differ, over one value: no item has to
//! be grouped, so nothing but the values is gathered.

use super::frame::Frame;
use super::{Machine, bug};
use crate::error::Result;
use crate::value::{Value, index};

/// An object constructor in progress.
pub(super) struct Construction {
    /// Which group-by of the program.
    number: u32,
    /// The pair whose value is being evaluated.
    pair: u32,
    /// What the values are evaluated over.
    item: Value,
    /// The values so far are on the stack from here up.
    base: u32,
    /// What `$` was before.
    input: Value,
}

impl Machine<'_> {
    /// Begins with the first value. A key costs what one costs that is grouped by.
    pub(super) fn construct(&mut self, number: u32, item: Value) -> Result<()> {
        let grouping = self.program.code.groupings.get(index(number));
        for _ in grouping.map(|grouping| grouping.pairs.as_slice()).unwrap_or_default() {
            self.heap.budget.charge(1)?;
            self.heap.budget.allocate(32)?;
        }
        let (base, input) = (self.height(), self.input);
        let construction = Construction { number, pair: 0, item, base, input };
        self.room.frames.push(Frame::Construct(construction));
        self.construct_next()
    }

    /// Goes on to the next value, or makes the object.
    pub(super) fn construct_next(&mut self) -> Result<()> {
        let Some(Frame::Construct(construction)) = self.room.frames.last_mut() else {
            return Err(bug("a value without its object"));
        };
        let Construction { number, pair, item, base, input } = *construction;
        construction.pair = pair.saturating_add(1);
        let grouping = self.program.code.groupings.get(index(number));
        let grouping = grouping.ok_or_else(|| bug("a lost object constructor"))?;
        if let Some(pair) = grouping.pairs.get(index(pair)) {
            self.heap.budget.charge(1)?;
            self.input = item;
            self.pc = pair.value;
            return Ok(());
        }
        self.room.frames.pop();
        self.input = input;
        self.pc = grouping.end;
        let start = index(base);
        self.room.keys.clear();
        let mut kept = start;
        for (pair, place) in grouping.pairs.iter().zip(start..) {
            let value = self.room.stack.get(place).copied().unwrap_or_default();
            if let Some(name) = pair.literal
                && !value.is_undefined()
            {
                self.room.keys.push(self.program.key(name));
                self.room.stack.swap(kept, place);
                kept = kept.saturating_add(1);
            }
        }
        let values = self.room.stack.get(start..kept).unwrap_or_default();
        let object = self.heap.add_object(&self.room.keys, values)?;
        self.truncate(base);
        self.push(object);
        Ok(())
    }
}
