//! Interned names: a key is a small number, so comparing two keys is one comparison.

use super::{Text, index, length};
use alloc::vec::Vec;

/// An interned name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Key(pub(crate) u32);

/// The name behind a key.
#[derive(Clone, Copy, Debug)]
struct Name {
    text: Text,
    hash: u32,
    /// The array index that the name spells, if it does: JavaScript lists those first.
    integer: Option<u32>,
}

/// The table of names.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Vec<Name>,
    /// Open addressing, a power of two in size; 0 is free, else index + 1.
    slots: Vec<u32>,
}

/// The hash under which a name is found: programs carry it with their names.
pub(crate) fn hash_name(bytes: &[u8]) -> u32 {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = MIX ^ u64::from(length(bytes.len()));
    let mut rest = bytes;
    while !rest.is_empty() {
        let word = match rest.split_first_chunk::<8>() {
            Some((word, after)) => {
                rest = after;
                u64::from_be_bytes(*word)
            }
            None => {
                let last = core::mem::take(&mut rest);
                last.iter().fold(0_u64, |word, &byte| word << 8 | u64::from(byte))
            }
        };
        let product = u128::from(hash ^ word).wrapping_mul(u128::from(MIX));
        let (low, high) = (product & u128::from(u64::MAX), product >> 64);
        hash = u64::try_from(low ^ high).unwrap_or_default();
    }
    u32::try_from((hash ^ hash >> 32) & u64::from(u32::MAX)).unwrap_or_default()
}

/// Slots of a table whose memory is not worth keeping.
const LARGE: usize = 1024;

impl Names {
    /// Whether the table takes much memory.
    pub(super) fn is_large(&self) -> bool {
        self.slots.len() >= LARGE
    }

    /// The number of names.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The text of a name.
    pub(super) fn text(&self, key: Key) -> Text {
        self.names.get(index(key.0)).map(|name| name.text).unwrap_or_default()
    }

    /// The array index that a name spells.
    pub(super) fn integer(&self, key: Key) -> Option<u32> {
        self.names.get(index(key.0)).and_then(|name| name.integer)
    }

    /// The key of a name that is known already.
    pub(super) fn find(&self, heap_text: &[u8], bytes: &[u8], hash: u32) -> Option<Key> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = index(hash) & mask;
        loop {
            let entry = self.slots.get(slot).copied().unwrap_or(0).checked_sub(1)?;
            let name = self.names.get(index(entry))?;
            if name.hash == hash && super::heap::slice(heap_text, name.text) == bytes {
                return Some(Key(entry));
            }
            slot = slot.wrapping_add(1) & mask;
        }
    }

    /// Adds a name that is not there yet; `text` is where the heap keeps it.
    pub(super) fn insert(&mut self, text: Text, bytes: &[u8], hash: u32) -> Key {
        if self.names.len().saturating_mul(2) >= self.slots.len() {
            self.grow();
        }
        let key = Key(length(self.names.len()));
        self.names.push(Name { text, hash, integer: array_index(bytes) });
        self.occupy(hash, key.0.saturating_add(1));
        key
    }

    /// Forgets the names from `len` on. The last ones in are the first ones out, so no
    /// probe of an older name ever passed through their slots.
    pub(super) fn truncate(&mut self, len: usize) {
        let mask = self.slots.len().saturating_sub(1);
        while self.names.len() > len {
            let entry = length(self.names.len());
            let Some(name) = self.names.pop() else { return };
            let mut slot = index(name.hash) & mask;
            while self.slots.get(slot).is_some_and(|&found| found != entry && found != 0)
            {
                slot = slot.wrapping_add(1) & mask;
            }
            if let Some(found) = self.slots.get_mut(slot) {
                *found = 0;
            }
        }
    }

    fn grow(&mut self) {
        let size = self.slots.len().saturating_mul(2).max(32);
        self.slots.clear();
        self.slots.resize(size, 0);
        for entry in 0..self.names.len() {
            let Some(hash) = self.names.get(entry).map(|name| name.hash) else {
                continue;
            };
            self.occupy(hash, length(entry).saturating_add(1));
        }
    }

    fn occupy(&mut self, hash: u32, entry: u32) {
        let mask = self.slots.len().saturating_sub(1);
        let mut slot = index(hash) & mask;
        while self.slots.get(slot).is_some_and(|&found| found != 0) {
            slot = slot.wrapping_add(1) & mask;
        }
        if let Some(found) = self.slots.get_mut(slot) {
            *found = entry;
        }
    }
}

/// The array index that a name spells: digits without a leading zero, below 2³² - 1.
fn array_index(bytes: &[u8]) -> Option<u32> {
    if bytes.len() > 10 || !bytes.first()?.is_ascii_digit() {
        return None;
    }
    if bytes.first() == Some(&b'0') && bytes.len() > 1 {
        return None;
    }
    let mut value = 0_u32;
    for byte in bytes {
        let digit = char::from(*byte).to_digit(10)?;
        value = value.checked_mul(10)?.checked_add(digit)?;
    }
    (value != u32::MAX).then_some(value)
}
