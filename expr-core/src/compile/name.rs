//! The names and texts of a program.

use crate::map::NumberMap;
use crate::program::{Name, NameIndex};
use crate::size::{index, length};
use crate::value::hash_name;
use alloc::vec::Vec;

/// Names by their number, and all text.
#[derive(Default)]
pub(super) struct Names {
    by_hash: NumberMap,
    /// Each name once.
    pub(super) names: Vec<Name>,
    /// Names and texts, one after the other.
    pub(super) bytes: Vec<u8>,
}

impl Names {
    /// The number of a name.
    pub(super) fn number(&mut self, name: &[u8]) -> NameIndex {
        let hash = hash_name(name);
        let mut key = u64::from(hash);
        let next = length(self.names.len());
        // Names that share a hash are found one after the other.
        while let Some(known) = self.by_hash.insert(key, next) {
            if self.get(known) == name {
                return known;
            }
            key = key.wrapping_add(1 << 32);
        }
        let (start, len) = self.text(name);
        self.names.push(Name { start, len, hash });
        next
    }

    /// A name by its number.
    pub(super) fn get(&self, name: NameIndex) -> &[u8] {
        let Some(name) = self.names.get(index(name)) else { return &[] };
        let start = index(name.start);
        self.bytes.get(start..start.saturating_add(index(name.len))).unwrap_or_default()
    }

    /// Adds a text.
    pub(super) fn text(&mut self, text: &[u8]) -> (u32, u32) {
        let start = length(self.bytes.len());
        self.bytes.extend_from_slice(text);
        (start, length(text.len()))
    }
}
