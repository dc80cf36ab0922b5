//! Compiled programs behind numbers.
//!
//! A handle is a slot's index in the low bits and the slot's generation above them. The
//! generation goes up whenever a slot changes hands and never comes round again: a slot
//! that has used all its generations is retired. So a stale handle finds nothing, never
//! another tenant's program.
//!
//! The table is bounded. When it is full, a hand goes round the slots and the first program
//! that was not used since it last came by makes room (the clock algorithm): hosts share one
//! instance between workflows, and whoever meets a stale handle compiles again.

use alloc::vec::Vec;
use core::mem::take;
use expr_core::{Inputs, Profile, Program, Spare};

/// How many programs an instance keeps.
pub const CAPACITY: usize = 1 << INDEX_BITS;

const INDEX_BITS: u32 = 10;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const LAST_GENERATION: u32 = u32::MAX >> INDEX_BITS;

/// What an instance keeps between calls. Nothing of it may change what an evaluation
/// answers: programs are immutable, and an evaluation leaves its context as it was.
#[derive(Default)]
pub struct Kept {
    /// The compiled programs.
    pub programs: Table<Compiled>,
    /// The context that evaluations can share.
    pub resident: Resident,
    /// Memory of the last evaluation that was sent its context, or of the last request to
    /// compile, with nothing in it.
    pub spare: Option<Spare>,
}

impl Kept {
    /// Nothing.
    pub const fn new() -> Self {
        Kept {
            programs: Table::new(),
            resident: Resident { number: 0, inputs: None },
            spare: None,
        }
    }
}

/// At most one context, read once for many evaluations. Its number is never used again,
/// so whoever names an older one finds nothing, never another tenant's data.
#[derive(Default)]
pub struct Resident {
    number: u32,
    inputs: Option<Inputs>,
}

impl Resident {
    /// Keeps a context in place of the one before; `None` when no number is left.
    pub fn keep(&mut self, inputs: Inputs) -> Option<u32> {
        self.number = self.number.checked_add(1)?;
        self.inputs = Some(inputs);
        Some(self.number)
    }

    /// Gives the context back.
    pub fn forget(&mut self) {
        self.inputs = None;
    }

    /// The context of that number, if it is still the one.
    pub fn get(&mut self, number: u32) -> Option<&mut Inputs> {
        self.inputs.as_mut().filter(|_| self.number == number)
    }
}

/// A program and the profile it was compiled in.
pub struct Compiled {
    /// Decides which inputs an evaluation may have.
    pub profile: Profile,
    /// The program.
    pub program: Program,
}

/// A bounded table of values behind handles.
///
/// ```
/// let mut table = expr_wasm::handle::Table::default();
/// let first = table.insert("first").unwrap();
/// assert_eq!(table.get(first), Some(&"first"));
/// assert_eq!(table.remove(first), Some("first"));
/// assert_eq!(table.get(first), None);
/// ```
pub struct Table<T> {
    slots: Vec<Slot<T>>,
    /// Empty slots that have a generation left.
    free: Vec<u32>,
    /// The slot that is looked at next when the table is full.
    hand: u32,
}

struct Slot<T> {
    generation: u32,
    /// Whether the value was used since the hand last came by.
    used: bool,
    value: Option<T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table::new()
    }
}

impl<T> Table<T> {
    /// An empty table.
    pub const fn new() -> Self {
        Table { slots: Vec::new(), free: Vec::new(), hand: 0 }
    }

    /// Keeps `value`; `None` when no handle is left that was never used before, which
    /// takes four thousand million insertions.
    pub fn insert(&mut self, value: T) -> Option<u32> {
        let index = self.vacate()?;
        let slot = self.slots.get_mut(usize::try_from(index).ok()?)?;
        slot.used = false;
        slot.value = Some(value);
        Some((slot.generation << INDEX_BITS) | index)
    }

    /// The value behind `handle`, marked as used.
    pub fn get(&mut self, handle: u32) -> Option<&T> {
        let slot = self.slot(handle)?;
        slot.used = true;
        slot.value.as_ref()
    }

    /// The value behind `handle`, without a mark: who has just kept it has not used it.
    pub fn peek(&mut self, handle: u32) -> Option<&T> {
        self.slot(handle)?.value.as_ref()
    }

    /// Takes the value behind `handle` out of the table.
    pub fn remove(&mut self, handle: u32) -> Option<T> {
        let slot = self.slot(handle)?;
        let value = slot.value.take()?;
        if let Some(next) = slot.next_generation() {
            slot.generation = next;
            self.free.push(handle & INDEX_MASK);
        }
        Some(value)
    }

    /// How many values the table holds.
    pub fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.value.is_some()).count()
    }

    /// Whether the table holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index of an empty slot: a free one, a new one, or the one that the hand finds.
    fn vacate(&mut self) -> Option<u32> {
        if let Some(index) = self.free.pop() {
            return Some(index);
        }
        if self.slots.len() < CAPACITY {
            let index = u32::try_from(self.slots.len()).ok()?;
            // Generation 0 is never given out, so that 0 is no handle.
            self.slots.push(Slot { generation: 1, used: false, value: None });
            return Some(index);
        }
        // In the first round every value may turn out to be used; none is in the second.
        for _ in 0..CAPACITY << 1 {
            let index = self.hand;
            self.hand = index.wrapping_add(1) & INDEX_MASK;
            let slot = self.slots.get_mut(usize::try_from(index).ok()?)?;
            if take(&mut slot.used) {
                continue;
            }
            if let Some(next) = slot.next_generation() {
                slot.generation = next;
                return Some(index);
            }
        }
        None
    }

    fn slot(&mut self, handle: u32) -> Option<&mut Slot<T>> {
        let index = usize::try_from(handle & INDEX_MASK).ok()?;
        let slot = self.slots.get_mut(index)?;
        (slot.generation == handle >> INDEX_BITS).then_some(slot)
    }
}

impl<T> Slot<T> {
    fn next_generation(&self) -> Option<u32> {
        self.generation.checked_add(1).filter(|next| *next <= LAST_GENERATION)
    }
}

#[cfg(test)]
mod tests {
    // These reach past the public interface because four thousand million insertions,
    // which the last one needs, are too many for a test.
    use super::*;

    #[test]
    fn zero_is_never_a_handle() {
        let mut table = Table::default();
        assert_ne!(table.insert(7), Some(0));
        assert_eq!(table.get(0), None);
    }

    #[test]
    fn a_released_handle_stays_stale_when_its_slot_is_used_again() {
        let mut table = Table::default();
        let old = table.insert("old").unwrap();
        table.remove(old);
        let new = table.insert("new").unwrap();
        assert_eq!(old & INDEX_MASK, new & INDEX_MASK, "the slot is used again");
        assert_eq!(table.get(old), None);
        assert_eq!(table.remove(old), None);
        assert_eq!(table.get(new), Some(&"new"));
    }

    #[test]
    fn a_full_table_evicts_what_was_not_used_since_the_hand_came_by() {
        let mut table = Table::default();
        let handles: Vec<_> = (0..CAPACITY).map(|n| table.insert(n).unwrap()).collect();
        table.get(handles[0]);
        let extra = table.insert(CAPACITY).unwrap();
        assert_eq!(table.len(), CAPACITY);
        assert_eq!(table.get(handles[0]), Some(&0));
        assert_eq!(table.get(handles[1]), None);
        assert_eq!(table.get(extra), Some(&CAPACITY));
    }

    #[test]
    fn a_full_table_whose_values_are_all_used_evicts_in_the_second_round() {
        let mut table = Table::default();
        let handles: Vec<_> = (0..CAPACITY).map(|n| table.insert(n).unwrap()).collect();
        for &handle in &handles {
            table.get(handle);
        }
        let extra = table.insert(CAPACITY).unwrap();
        assert_eq!(table.len(), CAPACITY);
        assert_eq!(table.get(handles[0]), None);
        assert_eq!(table.get(extra), Some(&CAPACITY));
    }

    #[test]
    fn a_slot_without_generations_left_is_retired() {
        let mut table = Table::default();
        let first = table.insert("first").unwrap();
        table.slots[0].generation = LAST_GENERATION;
        let last = (LAST_GENERATION << INDEX_BITS) | (first & INDEX_MASK);
        assert_eq!(table.remove(last), Some("first"));
        let next = table.insert("next").unwrap();
        assert_ne!(next & INDEX_MASK, last & INDEX_MASK);
        assert_eq!(table.get(last), None);
    }
}
