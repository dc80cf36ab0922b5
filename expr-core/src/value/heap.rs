//! The heap: everything that the values of one evaluation consist of.
//!
//! It only grows during an evaluation and is cut back to a [`Mark`] afterwards, so nothing
//! is counted, traced or freed one by one. Every way to build a value charges the budget
//! first; reading a context goes through the `_unpaid` ones, since reading has limits of
//! its own.

use super::json::Stacks;
use super::names::{Key, Names, hash_name};
use super::shapes::{Filled, Shape, Shapes, hash_keys};
use super::{Array, Marks, Object, PASSED, Text, Value, index, length, make_room};
use crate::budget::Budget;
use crate::error::Result;
use crate::merge_sort::sorted;
use crate::regex::Regex;
use crate::text::{self, Wtf8};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Bytes of text, and values, for which a heap keeps the memory.
const KEPT: usize = 16 << 10;
const KEPT_VALUES: usize = 1 << 10;

/// Bytes charged for a container besides its items.
const CONTAINER: u64 = 16;
/// Bytes charged for an item of an array.
const ITEM: u64 = 16;
/// Bytes charged for a member of an object.
const MEMBER: u64 = 20;
/// Bytes charged for a function.
const FUNCTION: u64 = 48;

/// What a regular expression is searched for in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Searched {
    /// The text, or what was made text.
    pub(crate) text: Text,
    /// What JavaScript takes for its length: the search for a next match ends there.
    pub(crate) length: u32,
}

/// Something that can be called.
#[derive(Clone, Debug)]
pub(crate) enum Function {
    /// A row of the table of built-ins.
    Builtin(u16),
    /// A lambda of a program with the variables and the input around it.
    Closure {
        /// Which program.
        program: u32,
        /// Which of its lambdas.
        lambda: u32,
        /// The scope in which it was made.
        scope: u32,
        /// The input where it was made: `$` in its body.
        input: Value,
        /// How many parameters it has.
        arity: u32,
    },
    /// A function with some arguments given; a hole is [`Value::Undefined`] at a position
    /// in `holes`.
    Partial {
        /// What is called in the end.
        target: Value,
        /// All arguments, those to come undefined.
        arguments: Array,
        /// The positions of those to come.
        holes: Vec<u32>,
    },
    /// `$f ~> $g`.
    Composition {
        /// Called first.
        first: Value,
        /// Called with its result.
        second: Value,
    },
    /// A transform `|…|…|…|` of a program.
    Transform {
        /// Which program.
        program: u32,
        /// Which of its transforms.
        transform: u32,
        /// The scope in which it was made.
        scope: u32,
    },
    /// A regular expression, called as a matcher.
    Regex(Arc<Regex>),
    /// The `next` of a match: the search goes on from `from`.
    NextMatch {
        /// What is searched for.
        regex: Arc<Regex>,
        /// What is searched in, if it is text or can be made text.
        subject: Option<Searched>,
        /// UTF-16 offset to go on from.
        from: u32,
    },
}

/// Everything that values consist of.
#[derive(Debug)]
pub(crate) struct Heap {
    text: Vec<u8>,
    values: Vec<Value>,
    names: Names,
    shapes: Shapes,
    functions: Vec<Function>,
    /// Objects that a transform is changing: others refer to them by their place here.
    cells: Vec<Object>,
    /// What reading a JSON text needs meanwhile.
    pub(super) reading: Stacks,
    /// What the evaluation may still spend.
    pub(crate) budget: Budget,
}

/// How far a heap was filled at some time; by default, not at all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mark {
    text: usize,
    values: usize,
    names: usize,
    shapes: Filled,
    functions: usize,
    cells: usize,
}

impl Default for Heap {
    fn default() -> Self {
        Heap {
            text: Vec::new(),
            values: Vec::new(),
            names: Names::default(),
            shapes: Shapes::default(),
            functions: Vec::new(),
            cells: Vec::new(),
            reading: Stacks::default(),
            budget: Budget::new(crate::budget::Limits::default()),
        }
    }
}

/// The bytes of a text.
pub(super) fn slice(heap_text: &[u8], text: Text) -> &[u8] {
    let start = index(text.start);
    heap_text.get(start..start.saturating_add(index(text.len))).unwrap_or_default()
}

impl Heap {
    /// How far it is filled.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            text: self.text.len(),
            values: self.values.len(),
            names: self.names.len(),
            shapes: self.shapes.filled(),
            functions: self.functions.len(),
            cells: self.cells.len(),
        }
    }

    /// Forgets everything that came after `mark`.
    pub(crate) fn reset(&mut self, mark: Mark) {
        self.names.truncate(mark.names);
        self.shapes.truncate(mark.shapes);
        self.text.truncate(mark.text);
        self.values.truncate(mark.values);
        self.functions.truncate(mark.functions);
        self.cells.truncate(mark.cells);
    }

    /// Forgets everything and keeps the memory, unless it is much.
    pub(crate) fn clear(&mut self) {
        self.reset(Mark::default());
        self.text.shrink_to(KEPT);
        self.values.shrink_to(KEPT_VALUES);
        if self.functions.capacity().max(self.cells.capacity()) > KEPT_VALUES {
            (self.functions, self.cells) = (Vec::new(), Vec::new());
        }
        if self.names.is_large() || self.shapes.is_large() {
            (self.names, self.shapes) = (Names::default(), Shapes::default());
        }
    }

    /// The bytes of a text.
    pub(crate) fn bytes(&self, text: Text) -> &[u8] {
        slice(&self.text, text)
    }

    /// A text.
    pub(crate) fn text(&self, text: Text) -> Wtf8<'_> {
        Wtf8::new(self.bytes(text))
    }

    /// The items of an array.
    pub(crate) fn items(&self, array: Array) -> &[Value] {
        let start = index(array.start);
        self.values.get(start..start.saturating_add(index(array.len))).unwrap_or_default()
    }

    /// An item of an array, undefined past its end.
    pub(crate) fn item(&self, array: Array, position: u32) -> Value {
        if position >= array.len {
            return Value::Undefined;
        }
        self.value_at(array.start.saturating_add(position))
    }

    /// Replaces an item of an array that nothing else holds.
    pub(crate) fn set_item(&mut self, array: Array, position: u32, value: Value) {
        let place = index(array.start.saturating_add(position));
        if let Some(item) = self.values.get_mut(place) {
            *item = value;
        }
    }

    /// The index that a name spells, as JavaScript's arrays take it.
    pub(crate) fn index_of(&self, key: Key) -> Option<u32> {
        self.names.integer(key)
    }

    /// What an object is now: a cell stands for the object that a transform last put there.
    #[inline]
    fn resolve(&self, object: Object) -> Object {
        if object.shape != Shape::CELL {
            return object;
        }
        self.cells.get(index(object.start)).copied().unwrap_or(object)
    }

    /// The keys of an object, in JavaScript's order.
    pub(crate) fn keys(&self, object: Object) -> &[Key] {
        self.shapes.keys(self.resolve(object).shape)
    }

    /// How many members an object has.
    pub(crate) fn member_count(&self, object: Object) -> u32 {
        self.shapes.len(self.resolve(object).shape)
    }

    /// The value at a position of an object.
    pub(crate) fn member_at(&self, object: Object, position: u32) -> Value {
        self.value_at(self.resolve(object).start.saturating_add(position))
    }

    /// The values of an object's members, with others after them.
    pub(crate) fn member_values(&self, object: Object) -> &[Value] {
        self.values.get(index(self.resolve(object).start)..).unwrap_or_default()
    }

    /// Keys and values of an object, in JavaScript's order.
    pub(crate) fn members(
        &self,
        object: Object,
    ) -> impl Iterator<Item = (Key, Value)> + '_ {
        let values = self.member_values(object);
        self.keys(object).iter().copied().zip(values.iter().copied())
    }

    /// Keys and values of an object as a list, which can be changed.
    #[inline(never)]
    pub(crate) fn member_list(&self, object: Object) -> Vec<(Key, Value)> {
        let mut list = Vec::with_capacity(index(self.member_count(object)));
        for member in self.members(object) {
            list.push(member);
        }
        list
    }

    /// The value of a member.
    pub(crate) fn member(&self, object: Object, key: Key) -> Option<Value> {
        let object = self.resolve(object);
        let position = self.shapes.position(object.shape, key)?;
        Some(self.value_at(object.start.saturating_add(position)))
    }

    /// The name behind a key.
    pub(crate) fn name(&self, key: Key) -> Text {
        self.names.text(key)
    }

    /// A function.
    pub(crate) fn function(&self, function: u32) -> Option<&Function> {
        self.functions.get(index(function & !PASSED))
    }

    /// The array index that a name spells.
    pub(crate) fn key_index(&self, key: Key) -> Option<u32> {
        self.names.integer(key)
    }

    fn value_at(&self, position: u32) -> Value {
        self.values.get(index(position)).copied().unwrap_or_default()
    }

    /// The key of a name, if any object or program here has it.
    pub(crate) fn find_key(&self, name: &[u8]) -> Option<Key> {
        self.names.find(&self.text, name, hash_name(name))
    }

    /// The key of a name whose hash is known.
    pub(crate) fn intern_hashed(&mut self, name: &[u8], hash: u32) -> Key {
        match self.names.find(&self.text, name, hash) {
            Some(key) => key,
            None => {
                let text = self.add_text_unpaid(name);
                self.names.insert(text, name, hash)
            }
        }
    }

    /// The key of a text in the heap whose hash is known.
    pub(crate) fn intern_known(&mut self, text: Text, hash: u32) -> Key {
        let bytes = slice(&self.text, text);
        match self.names.find(&self.text, bytes, hash) {
            Some(key) => key,
            None => self.names.insert(text, bytes, hash),
        }
    }

    /// The key of a text in the heap.
    pub(crate) fn intern_text(&mut self, text: Text) -> Key {
        let hash = hash_name(slice(&self.text, text));
        self.intern_known(text, hash)
    }

    /// The key of a name.
    pub(crate) fn intern(&mut self, name: &[u8]) -> Key {
        self.intern_hashed(name, hash_name(name))
    }

    /// Adds text.
    pub(crate) fn add_text(&mut self, bytes: &[u8]) -> Result<Text> {
        self.pay_text(bytes.len())?;
        Ok(self.add_text_unpaid(bytes))
    }

    /// Charges for text of that many bytes.
    pub(crate) fn pay_text(&mut self, bytes: usize) -> Result<()> {
        let bytes = u64::from(length(bytes));
        self.budget.charge(bytes >> 5)?;
        self.budget.allocate(CONTAINER.saturating_add(bytes))?;
        Ok(())
    }

    /// Adds text that a limit on reading has counted.
    pub(crate) fn add_text_unpaid(&mut self, bytes: &[u8]) -> Text {
        let start = length(self.text.len());
        make_room(&mut self.text, bytes.len());
        self.text.extend_from_slice(bytes);
        Text { start, len: length(bytes.len()) }
    }

    /// Joins two texts, in place when the first is the last one in the heap.
    pub(crate) fn concat(&mut self, left: Text, right: Text) -> Result<Text> {
        self.pay_text(index(left.len).saturating_add(index(right.len)))?;
        if left.len == 0 {
            return Ok(right);
        }
        if self.bytes(right).first() == Some(&0xED) {
            // Surrogates that meet become one code point, which takes other bytes: the
            // left text stays as it is, others may hold it.
            let mut joined = self.bytes(left).to_vec();
            text::push_text(&mut joined, self.bytes(right));
            return Ok(self.add_text_unpaid(&joined));
        }
        let ends_heap =
            index(left.start).saturating_add(index(left.len)) == self.text.len();
        let start = if ends_heap { left.start } else { length(self.text.len()) };
        if !ends_heap {
            self.copy_within(left);
        }
        self.copy_within(right);
        Ok(Text { start, len: left.len.saturating_add(right.len) })
    }

    fn copy_within(&mut self, text: Text) {
        let start = index(text.start);
        let end = start.saturating_add(index(text.len));
        if end <= self.text.len() {
            make_room(&mut self.text, index(text.len));
            self.text.extend_from_within(start..end);
        }
    }

    /// Adds an array.
    pub(crate) fn add_array(&mut self, items: &[Value], marks: Marks) -> Result<Value> {
        self.pay_items(items.len())?;
        Ok(self.add_array_unpaid(items, marks))
    }

    /// Charges for an array of that many items.
    pub(crate) fn pay_items(&mut self, items: usize) -> Result<()> {
        let items = u64::from(length(items));
        self.budget.charge(items)?;
        self.budget.allocate(CONTAINER.saturating_add(items.saturating_mul(ITEM)))?;
        Ok(())
    }

    /// Charges for one more item of an array that is still being gathered.
    pub(crate) fn pay_item(&mut self) -> Result<()> {
        self.budget.charge(1)?;
        self.budget.allocate(ITEM)?;
        Ok(())
    }

    /// How many items, up to `most`, the budget can still pay.
    pub(crate) fn affordable(&self, most: u64) -> usize {
        let affordable = self.budget.bytes_left() / ITEM;
        usize::try_from(most.min(affordable)).unwrap_or(usize::MAX)
    }

    /// Adds an array that was paid for, or that a limit on reading has counted.
    pub(crate) fn add_array_unpaid(&mut self, items: &[Value], marks: Marks) -> Value {
        let start = self.add_values(items);
        Value::Array(Array { start, len: length(items.len()), marks })
    }

    fn add_values(&mut self, values: &[Value]) -> u32 {
        let start = length(self.values.len());
        make_room(&mut self.values, values.len());
        self.values.extend_from_slice(values);
        if values.is_empty() {
            self.values.push(Value::Undefined);
        }
        start
    }

    /// Adds an object whose keys differ from each other.
    pub(crate) fn add_object(&mut self, keys: &[Key], values: &[Value]) -> Result<Value> {
        self.pay_members(keys.len())?;
        Ok(Value::Object(self.add_object_unpaid(keys, values, true)))
    }

    /// Adds an object that JavaScript would give its usual prototype.
    pub(crate) fn add_plain_object(
        &mut self,
        keys: &[Key],
        values: &[Value],
    ) -> Result<Value> {
        self.pay_members(keys.len())?;
        Ok(Value::Object(self.add_object_unpaid(keys, values, false)))
    }

    /// Charges for an object of that many members.
    pub(crate) fn pay_members(&mut self, members: usize) -> Result<()> {
        let members = u64::from(length(members));
        self.budget.charge(members)?;
        self.budget.allocate(CONTAINER.saturating_add(members.saturating_mul(MEMBER)))?;
        Ok(())
    }

    /// Adds an object that was paid for, or that a limit on reading has counted.
    pub(crate) fn add_object_unpaid(
        &mut self,
        keys: &[Key],
        values: &[Value],
        constructed: bool,
    ) -> Object {
        if keys.iter().any(|&key| self.names.integer(key).is_some()) {
            return self.add_ordered_object(keys, values, constructed);
        }
        let start = self.add_values(values);
        Object { shape: self.shapes.intern(keys), start, constructed }
    }

    /// The shape of objects with exactly these keys, if there is one: then they differ and
    /// are in JavaScript's order.
    pub(crate) fn find_shape(&self, keys: &[Key]) -> Option<Shape> {
        self.shapes.find(keys, hash_keys(keys))
    }

    /// Adds an object of JSON text, whose shape may be known.
    pub(crate) fn add_object_read(
        &mut self,
        shape: Option<Shape>,
        keys: &[Key],
        values: &[Value],
    ) -> Object {
        match shape {
            Some(shape) => {
                Object { shape, start: self.add_values(values), constructed: false }
            }
            None => self.add_object_unpaid(keys, values, false),
        }
    }

    /// JavaScript lists keys that spell an array index first, in ascending order.
    fn add_ordered_object(
        &mut self,
        keys: &[Key],
        values: &[Value],
        constructed: bool,
    ) -> Object {
        let rank = |place: usize| {
            let integer = keys.get(place).and_then(|&key| self.names.integer(key));
            (integer.is_none(), integer.unwrap_or(0))
        };
        let order = sorted(keys.len(), &|first, second| rank(first) > rank(second));
        let keys = keys_at(keys, &order);
        let values = values_at(values, &order);
        let start = self.add_values(&values);
        Object { shape: self.shapes.intern(&keys), start, constructed }
    }

    /// Adds a function.
    pub(crate) fn add_function(&mut self, function: Function) -> Result<Value> {
        self.budget.allocate(FUNCTION)?;
        let index = length(self.functions.len());
        self.functions.push(function);
        Ok(Value::Function(index))
    }

    /// Puts an object into a cell, so that a transform can change it while others hold it.
    pub(crate) fn add_cell(&mut self, object: Object) -> Object {
        let start = length(self.cells.len());
        self.cells.push(object);
        Object { shape: Shape::CELL, start, constructed: object.constructed }
    }

    /// Changes what a cell holds; an object that is no cell stays as it is.
    pub(crate) fn set_cell(&mut self, cell: Object, object: Object) {
        if cell.shape == Shape::CELL
            && let Some(found) = self.cells.get_mut(index(cell.start))
        {
            *found = object;
        }
    }
}

/// The keys and the values of a list of members.
#[inline(never)]
pub(crate) fn split_members(members: &[(Key, Value)]) -> (Vec<Key>, Vec<Value>) {
    let mut keys = Vec::with_capacity(members.len());
    let mut values = Vec::with_capacity(members.len());
    for &(key, value) in members {
        keys.push(key);
        values.push(value);
    }
    (keys, values)
}

/// The items of a list at the places given.
#[inline(never)]
pub(crate) fn values_at(values: &[Value], places: &[u32]) -> Vec<Value> {
    let mut found = Vec::with_capacity(places.len());
    for &place in places {
        found.extend(values.get(index(place)));
    }
    found
}

/// The keys of a list at the places given.
#[inline(never)]
pub(crate) fn keys_at(keys: &[Key], places: &[u32]) -> Vec<Key> {
    let mut found = Vec::with_capacity(places.len());
    for &place in places {
        found.extend(keys.get(index(place)));
    }
    found
}
