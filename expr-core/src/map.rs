//! A map from numbers to numbers.
//!
//! Names, keys and nodes are numbers here, so one map that is not generic serves for all
//! of them, which keeps the artifact small. It has no order to iterate in.

use crate::size::{index, length};
use alloc::vec::Vec;

/// So many entries are looked through one by one, which is faster than any other way.
const FEW: usize = 8;

/// A map from numbers to numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct NumberMap {
    /// Keys and values in the order in which they came.
    entries: Vec<(u64, u32)>,
    /// Open addressing, a power of two in size; 0 is free, else the entry's place + 1.
    /// There are none for the first few entries.
    slots: Vec<u32>,
}

impl NumberMap {
    /// Whether there is no key.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: u64) -> Option<u32> {
        if self.slots.is_empty() {
            let known = self.entries.iter().find(|entry| entry.0 == key);
            return known.map(|entry| entry.1);
        }
        let place = self.slots.get(self.slot(key)?)?.checked_sub(1)?;
        self.entries.get(index(place)).map(|entry| entry.1)
    }

    /// Sets the value of a key that has none yet; gives the one that it has.
    pub(crate) fn insert(&mut self, key: u64, value: u32) -> Option<u32> {
        if let Some(known) = self.get(key) {
            return Some(known);
        }
        let count = self.entries.len();
        if count == 0 {
            self.entries.reserve(FEW);
        }
        if count >= FEW && count.saturating_mul(2) >= self.slots.len() {
            let size = self.slots.len().saturating_mul(2).max(32);
            self.slots.clear();
            self.slots.resize(size, 0);
            for place in 0..count {
                self.occupy(place);
            }
        }
        self.entries.push((key, value));
        self.occupy(count);
        None
    }

    /// Where a key is, or the free slot where it would be.
    fn slot(&self, key: u64) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mixed = (key ^ key >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let mut slot = usize::try_from(mixed).unwrap_or_default() & mask;
        loop {
            let Some(place) = self.slots.get(slot)?.checked_sub(1) else {
                return Some(slot);
            };
            if self.entries.get(index(place)).is_some_and(|entry| entry.0 == key) {
                return Some(slot);
            }
            slot = slot.wrapping_add(1) & mask;
        }
    }

    fn occupy(&mut self, place: usize) {
        let Some(&(key, _)) = self.entries.get(place) else { return };
        if let Some(slot) = self.slot(key).and_then(|slot| self.slots.get_mut(slot)) {
            *slot = length(place).saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, NumberMap};

    #[test]
    fn first_values_stay_while_the_map_grows() {
        let mut map = NumberMap::default();
        let keys = (0_u32..).map(|number| (u64::from(number) << 33 | 5, number));
        for (key, value) in keys.clone().take(FEW * 10) {
            assert_eq!(map.get(key), None);
            assert_eq!(map.insert(key, value), None);
            assert_eq!(map.insert(key, value + 1), Some(value));
        }
        for (key, value) in keys.take(FEW * 10) {
            assert_eq!(map.get(key), Some(value));
        }
    }
}
