//! Shapes: the list of keys that many objects share.
//!
//! A thousand items with the same fields have one shape, so an object costs its values
//! alone and a field that was found at some position is found there again.

use super::names::Key;
use super::{index, length};
use alloc::vec::Vec;

/// A list of keys, in JavaScript's order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Shape(pub(super) u32);

impl Shape {
    /// No shape: the object is a cell, whose `start` is its place among the cells.
    pub(super) const CELL: Shape = Shape(u32::MAX);
}

/// Shapes with more keys than this are searched through an index.
const SCANNED: u32 = 8;

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    len: u32,
    hash: u32,
    /// Where the search index begins, for shapes with many keys.
    index: u32,
}

/// The table of shapes.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    entries: Vec<Entry>,
    keys: Vec<Key>,
    /// Search indices: open addressing, 0 is free, else position + 1.
    indices: Vec<u32>,
    /// Open addressing over shapes; 0 is free, else index + 1.
    slots: Vec<u32>,
}

/// How far the table was filled.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Filled {
    entries: usize,
    keys: usize,
    indices: usize,
}

impl Shapes {
    /// The keys of a shape.
    pub(super) fn keys(&self, shape: Shape) -> &[Key] {
        let Some(entry) = self.entries.get(index(shape.0)) else { return &[] };
        let start = index(entry.start);
        self.keys.get(start..start.saturating_add(index(entry.len))).unwrap_or_default()
    }

    /// How many keys a shape has.
    pub(super) fn len(&self, shape: Shape) -> u32 {
        self.entries.get(index(shape.0)).map_or(0, |entry| entry.len)
    }

    /// The position of a key in a shape.
    pub(super) fn position(&self, shape: Shape, key: Key) -> Option<u32> {
        let entry = self.entries.get(index(shape.0))?;
        if entry.len <= SCANNED {
            let position = self.keys(shape).iter().position(|&found| found == key)?;
            return Some(length(position));
        }
        let mask = index_size(entry.len).saturating_sub(1);
        let mut slot = scatter(key) & mask;
        loop {
            let at = index(entry.index).saturating_add(slot);
            let position = self.indices.get(at).copied()?.checked_sub(1)?;
            let found = self.keys.get(index(entry.start.saturating_add(position)))?;
            if *found == key {
                return Some(position);
            }
            slot = slot.wrapping_add(1) & mask;
        }
    }

    /// The shape with exactly these keys.
    pub(super) fn intern(&mut self, keys: &[Key]) -> Shape {
        let hash = hash_keys(keys);
        match self.find(keys, hash) {
            Some(shape) => shape,
            None => self.insert(keys, hash),
        }
    }

    /// The shape with exactly these keys, if there is one.
    pub(super) fn find(&self, keys: &[Key], hash: u32) -> Option<Shape> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = index(hash) & mask;
        loop {
            let found = self.occupied(slot)?;
            let same = self.entries.get(index(found)).is_some_and(|e| e.hash == hash);
            if same && self.keys(Shape(found)) == keys {
                return Some(Shape(found));
            }
            slot = slot.wrapping_add(1) & mask;
        }
    }

    /// How far the table is filled.
    pub(super) fn filled(&self) -> Filled {
        Filled {
            entries: self.entries.len(),
            keys: self.keys.len(),
            indices: self.indices.len(),
        }
    }

    /// Forgets the shapes that came after `filled`, last first.
    pub(super) fn truncate(&mut self, filled: Filled) {
        let mask = self.slots.len().saturating_sub(1);
        while self.entries.len() > filled.entries {
            let number = length(self.entries.len());
            let Some(entry) = self.entries.pop() else { break };
            let mut slot = index(entry.hash) & mask;
            while self.slots.get(slot).is_some_and(|&found| found != number && found != 0)
            {
                slot = slot.wrapping_add(1) & mask;
            }
            if let Some(found) = self.slots.get_mut(slot) {
                *found = 0;
            }
        }
        self.keys.truncate(filled.keys);
        self.indices.truncate(filled.indices);
    }

    fn occupied(&self, slot: usize) -> Option<u32> {
        self.slots.get(slot).copied().unwrap_or(0).checked_sub(1)
    }

    fn insert(&mut self, keys: &[Key], hash: u32) -> Shape {
        if self.entries.len().saturating_mul(2) >= self.slots.len() {
            self.grow();
        }
        let shape = Shape(length(self.entries.len()));
        let len = length(keys.len());
        let search = length(self.indices.len());
        let start = length(self.keys.len());
        self.keys.extend_from_slice(keys);
        self.entries.push(Entry { start, len, hash, index: search });
        if len > SCANNED {
            self.index_keys(keys);
        }
        self.occupy(hash, shape.0.saturating_add(1));
        shape
    }

    fn index_keys(&mut self, keys: &[Key]) {
        let start = self.indices.len();
        let size = index_size(length(keys.len()));
        self.indices.resize(start.saturating_add(size), 0);
        let Some(slots) = self.indices.get_mut(start..) else { return };
        let mask = size.saturating_sub(1);
        for (position, &key) in keys.iter().enumerate() {
            let mut slot = scatter(key) & mask;
            while slots.get(slot).is_some_and(|&found| found != 0) {
                slot = slot.wrapping_add(1) & mask;
            }
            if let Some(found) = slots.get_mut(slot) {
                *found = length(position).saturating_add(1);
            }
        }
    }

    fn grow(&mut self) {
        let size = self.slots.len().saturating_mul(2).max(16);
        self.slots.clear();
        self.slots.resize(size, 0);
        for number in 0..self.entries.len() {
            let Some(hash) = self.entries.get(number).map(|entry| entry.hash) else {
                continue;
            };
            self.occupy(hash, length(number).saturating_add(1));
        }
    }

    fn occupy(&mut self, hash: u32, number: u32) {
        let mask = self.slots.len().saturating_sub(1);
        let mut slot = index(hash) & mask;
        while self.slots.get(slot).is_some_and(|&found| found != 0) {
            slot = slot.wrapping_add(1) & mask;
        }
        if let Some(found) = self.slots.get_mut(slot) {
            *found = number;
        }
    }
}

fn index_size(len: u32) -> usize {
    index(len).saturating_mul(2).next_power_of_two()
}

fn scatter(key: Key) -> usize {
    index(key.0.wrapping_mul(0x9E37_79B1) >> 7)
}

pub(super) fn hash_keys(keys: &[Key]) -> u32 {
    let mix =
        |hash: u32, key: &Key| (hash.rotate_left(5) ^ key.0).wrapping_mul(0x9E37_79B1);
    let hash = keys.iter().fold(length(keys.len()), mix);
    hash ^ hash >> 15
}
