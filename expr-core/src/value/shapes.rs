//! Shapes: the list of keys that many objects share.
//!
//! A thousand items with the same fields have one shape, so an object costs its values
//! alone and a field that was found at some position is found there again.

use super::names::Key;
use super::{index, length};
use alloc::vec::Vec;
use core::array::from_fn;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

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

/// Where a key was found in a shape, in one word: objects in a list have the same shape, and
/// a loop asks them for the same few keys. Atomic for the sake of the type alone, which
/// others share between threads.
#[derive(Debug)]
struct Found(AtomicU64);

impl Found {
    fn nowhere(_: usize) -> Found {
        Found(AtomicU64::new(u64::MAX))
    }

    /// Shape and key, if they are small enough to be remembered, above 16 bits for the
    /// position.
    fn tag(shape: Shape, key: Key) -> Option<u64> {
        let small = (shape.0 | key.0) >> 24 == 0;
        small.then(|| u64::from(shape.0) << 40 | u64::from(key.0) << 16)
    }

    fn get(&self, tag: u64) -> Option<u32> {
        let offset = self.0.load(Relaxed) ^ tag;
        u16::try_from(offset).ok().map(u32::from)
    }

    fn set(&self, tag: u64, position: u32) {
        if position >> 16 == 0 {
            self.0.store(tag | u64::from(position), Relaxed);
        }
    }
}

/// How many places are remembered.
const REMEMBERED: usize = 16;

/// The table of shapes.
#[derive(Debug)]
pub(super) struct Shapes {
    /// What was found last, by shape and key.
    recent: [Found; REMEMBERED],
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

impl Default for Shapes {
    fn default() -> Self {
        Shapes {
            recent: from_fn(Found::nowhere),
            entries: Vec::new(),
            keys: Vec::new(),
            indices: Vec::new(),
            slots: Vec::new(),
        }
    }
}

/// Slots of a table, and keys, whose memory is not worth keeping.
const LARGE: usize = 1024;

impl Shapes {
    /// Whether the table takes much memory.
    pub(super) fn is_large(&self) -> bool {
        self.slots.len().max(self.keys.capacity()).max(self.indices.capacity()) >= LARGE
    }

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
    #[inline]
    pub(super) fn position(&self, shape: Shape, key: Key) -> Option<u32> {
        let place = index(shape.0.wrapping_mul(5) ^ key.0) % REMEMBERED;
        let (recent, tag) = (self.recent.get(place)?, Found::tag(shape, key));
        if let Some(position) = tag.and_then(|tag| recent.get(tag)) {
            return Some(position);
        }
        let position = self.search(shape, key)?;
        if let Some(tag) = tag {
            recent.set(tag, position);
        }
        Some(position)
    }

    fn search(&self, shape: Shape, key: Key) -> Option<u32> {
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
        if self.entries.len() > filled.entries {
            self.recent = from_fn(Found::nowhere);
        }
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
