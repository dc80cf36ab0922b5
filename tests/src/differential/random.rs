//! Random numbers from a seed, the same on every machine.

use std::time::{SystemTime, UNIX_EPOCH};

/// The seed that a command line names: a number, or `random` for one that no run had.
pub fn read_seed(text: &str) -> Result<u64, String> {
    if text == "random" {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let since = since.map_err(|error| error.to_string())?;
        return u64::try_from(since.as_micros()).map_err(|error| error.to_string());
    }
    text.parse().map_err(|_| format!("`{text}` is neither a number nor `random`"))
}

/// `SplitMix64`.
pub struct Random(u64);

impl Random {
    /// The generator that a seed stands for.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// A number below `limit`, 0 if there is none.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(mixed % limit).unwrap_or(0)
    }

    /// True once in so many times.
    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    /// One of the items.
    pub fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        items.get(self.below(items.len())).copied().unwrap_or_default()
    }
}
